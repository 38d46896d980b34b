"""Segmentations inside a transaction: one in use a call and unit, roles that utterances follow."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError, nearest
from workbench.store.frames import insert_rows, read_rows, stored_rows
from workbench.store.layout import METADATA
from workbench.store.references import chunks
from workbench.taxonomies import ROLES

_ROLE_COLUMNS = ("call_id", "channel", "role", "speaker_id", "evidence")


def check_together(cuts: pd.DataFrame, units: pd.DataFrame, *, in_use: bool) -> None:
    """Check that utterances belong to the segmentations that came with them.

    Parameters
    ----------
    cuts : DataFrame
        The table segmentations.
    units : DataFrame
        The table utterances.
    in_use : bool
        Whether all of them are to be in use.

    Raises
    ------
    InputError
        If an utterance belongs to none of them or to another call or unit, or
        two are to be in use for the same call and unit.
    """
    own = units.merge(cuts, on="segmentation_id", how="left", suffixes=("", "_cut"))
    wrong = (own["call_id"] != own["call_id_cut"]) | (own["unit"] != own["unit_cut"])
    wrong = wrong.fillna(True).astype(bool)
    if wrong.any():
        first = own[wrong].iloc[0]
        raise InputError(
            f"The utterance {first['utterance_id']} ({first['unit']} of call {first['call_id']}) "
            f"does not belong to the segmentation {first['segmentation_id']}"
            + (
                ", which did not come with it."
                if pd.isna(first["call_id_cut"])
                else f" ({first['unit_cut']} of call {first['call_id_cut']})."
            )
        )
    twice = cuts[cuts.duplicated(["call_id", "unit"])]
    if in_use and len(twice):
        first = twice.iloc[0]
        raise InputError(
            f"Call {first['call_id']} came with several segmentations for the unit "
            f"{first['unit']}; one may be in use. Add the others with in_use=False."
        )


def insert_segmentations(
    connection: Connection, cuts: pd.DataFrame, units: pd.DataFrame, *, in_use: bool
) -> int:
    """Write segmentations that are not there yet.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    cuts, units : DataFrame
        The tables segmentations and utterances.
    in_use : bool
        Whether new ones are put in use.

    Returns
    -------
    int
        How many were new.

    Raises
    ------
    StoreError
        If one is there with other utterances.
    """
    known = stored_rows(connection, "segmentations", cuts)["segmentation_id"]
    if len(known):
        _check_same(connection, units[units["segmentation_id"].isin(known)], set(known))
    new = cuts[~cuts["segmentation_id"].isin(known)]
    insert_rows(connection, "segmentations", new)
    insert_rows(connection, "utterances", units[~units["segmentation_id"].isin(known)])
    put_in_use(connection, new["segmentation_id"] if in_use else _first_ones(connection, new))
    return len(new)


def put_in_use(connection: Connection, ids: Iterable[str]) -> None:
    """Put segmentations in use and those of the same call and unit out of use.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    ids : iterable of str
        The segmentations.

    Raises
    ------
    StoreError
        If there is no such segmentation.
    """
    sql = METADATA.tables["segmentations"]
    for name in ids:
        found = connection.execute(
            sa.select(sql.c.call_id, sql.c.unit).where(sql.c.segmentation_id == name)
        ).one_or_none()
        if found is None:
            raise StoreError(
                f'There is no segmentation "{name}"; the table segmentations lists them.'
            )
        same = (sql.c.call_id == found.call_id) & (sql.c.unit == found.unit)
        mine = sql.c.segmentation_id == name
        connection.execute(sa.update(sql).where(same, sql.c.in_use, ~mine).values(in_use=False))
        connection.execute(sa.update(sql).where(mine, ~sql.c.in_use).values(in_use=True))


def put_roles(connection: Connection, roles: pd.DataFrame) -> int:
    """Set who speaks on channels; utterances that took their role from there follow.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    roles : DataFrame
        Columns call_id, channel, role and perhaps speaker_id.

    Returns
    -------
    int
        How many channels changed.

    Raises
    ------
    InputError
        If a column is missing or a role is unknown.
    StoreError
        If a channel is not registered.
    """
    came = _checked_roles(roles)
    sql, units = METADATA.tables["channels"], METADATA.tables["utterances"]
    stored = stored_rows(connection, "channels", came)
    known_calls = stored_rows(connection, "calls", came).to_dict("records")
    calls = {row["call_id"]: row for row in known_calls}
    before = {(row["call_id"], row["channel"]): row for row in stored.to_dict("records")}
    changed = 0
    for row in came.to_dict("records"):
        call, channel, role = str(row["call_id"]), int(row["channel"]), str(row["role"])
        was = before.get((call, channel))
        if was is None:
            raise StoreError(
                f"Call {call} has no channel {channel}; the table channels lists them. "
                "Nothing was written."
            )
        speaker = row["speaker_id"]
        if pd.isna(speaker):
            same = was["role"] == role and not pd.isna(was["speaker_id"])
            speaker = was["speaker_id"] if same else _speaker(calls[call], channel, role)
        if (was["role"], was["speaker_id"]) == (role, speaker):
            continue
        changed += 1
        values = {"role": role, "speaker_id": str(speaker)}
        mine = (sql.c.call_id == call) & (sql.c.channel == channel)
        connection.execute(sa.update(sql).where(mine).values(values))
        followers = (units.c.call_id == call) & (units.c.channel == channel)
        followers &= units.c.role.in_({was["role"], "unknown"})
        connection.execute(sa.update(units).where(followers).values(values))
    return changed


def _checked_roles(roles: pd.DataFrame) -> pd.DataFrame:
    for name in roles.columns:
        if name not in _ROLE_COLUMNS:
            raise InputError(
                f'Roles have no column "{name}".{nearest(str(name), _ROLE_COLUMNS)} '
                "Expected call_id, channel, role and perhaps speaker_id."
            )
    for name in _ROLE_COLUMNS[:3]:
        if name not in roles.columns or roles[name].isna().any():
            raise InputError(f'Every row of roles needs a "{name}".')
    for role in roles["role"].unique():
        if role not in ROLES:
            raise InputError(
                f'There is no role "{role}".{nearest(str(role), ROLES)} '
                f"The roles are: {', '.join(ROLES)}."
            )
    twice = roles.duplicated(["call_id", "channel"])
    if twice.any():
        first = roles[twice].iloc[0]
        raise InputError(f"Channel {first['channel']} of call {first['call_id']} came twice.")
    return roles.reindex(columns=list(_ROLE_COLUMNS[:4]))


def _speaker(call: Mapping[Hashable, Any], channel: int, role: str) -> str:
    known = call.get(f"{role}_id")
    return f"{call['call_id']}/{channel}" if pd.isna(known) else str(known)


def _check_same(connection: Connection, units: pd.DataFrame, known: set[str]) -> None:
    sql = METADATA.tables["utterances"]
    stored = pd.concat(
        [
            read_rows(connection, "utterances", sa.select(sql).where(sql.c.segmentation_id.in_(p)))
            for p in chunks(known)
        ]
    )
    strange = units[~units["utterance_id"].isin(stored["utterance_id"])]
    if len(strange):
        name = strange["segmentation_id"].iloc[0]
        raise StoreError(
            f"The segmentation {name} of call {strange['call_id'].iloc[0]} is there already with "
            f"other utterances ({(stored['segmentation_id'] == name).sum()} stored, "
            f"{(units['segmentation_id'] == name).sum()} came). Cut with other settings, or name "
            "in the settings what else changed, so that it gets an id of its own. "
            "Nothing was written."
        )


def _first_ones(connection: Connection, new: pd.DataFrame) -> list[str]:
    """Choose the new segmentations whose call and unit have none in use."""
    sql = METADATA.tables["segmentations"]
    served = set()
    for part in chunks(new["call_id"].unique()):
        rows = connection.execute(
            sa.select(sql.c.call_id, sql.c.unit).where(sql.c.in_use, sql.c.call_id.in_(part))
        )
        served |= {(row.call_id, row.unit) for row in rows}
    firsts = new.drop_duplicates(["call_id", "unit"])
    pairs = zip(firsts["call_id"], firsts["unit"], strict=True)
    return [
        name
        for name, pair in zip(firsts["segmentation_id"], pairs, strict=True)
        if pair not in served
    ]
