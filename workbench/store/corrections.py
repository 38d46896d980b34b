"""Corrected utterances: new rows linked to the old, which keep their ratings."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError
from workbench.identifiers import uuid7
from workbench.store.database import StorePart
from workbench.store.frames import insert_rows, read_rows, storable, stored_rows
from workbench.store.layout import METADATA


class Corrections(StorePart):
    """The part of a store that replaces utterances which were cut wrongly."""

    def correct_utterances(self, parents: list[str], children: pd.DataFrame, *, kind: str) -> None:
        """Put corrected utterances in the place of others.

        The old ones are retired, not deleted: their ratings stay theirs.
        Assignments of them that are still open pass on to the new ones. A new
        one that was there before and retired is in use again.

        Parameters
        ----------
        parents : list of str
            The utterances that are replaced.
        children : DataFrame
            The table utterances: what takes their place, in the same
            segmentation.
        kind : str
            split, merge or moved.

        Raises
        ------
        InputError
            If a value does not fit, or a new one is among the old.
        StoreError
            If an old one is not there or was replaced already; nothing was
            written then.
        """
        units = storable(children, "utterances")
        if same := set(parents) & set(units["utterance_id"]):
            raise InputError(f"The utterance {min(same)} cannot take its own place.")
        links = storable(
            pd.DataFrame(
                [(old, new, kind) for old in parents for new in units["utterance_id"]],
                columns=["parent_id", "child_id", "kind"],
            ),
            "utterance_links",
        )
        self._database.write(
            lambda c: _replace(c, parents, units, links),
            {"utterances": units, "utterance_links": links},
        )


def _replace(
    connection: Connection, parents: list[str], units: pd.DataFrame, links: pd.DataFrame
) -> None:
    sql = METADATA.tables["utterances"]
    now = datetime.now(UTC)
    wanted = pd.DataFrame({"utterance_id": parents})
    stored = stored_rows(connection, "utterances", wanted)
    live = stored.loc[stored["retired_at"].isna(), "utterance_id"]
    if gone := [name for name in parents if name not in set(live)]:
        raise StoreError(
            f"The utterance {gone[0]} is not in use any more; somebody corrected it meanwhile. "
            "Nothing was written."
        )
    strange = units[~units["segmentation_id"].isin(stored["segmentation_id"])]
    if len(strange):
        raise StoreError(
            f"The utterance {strange['utterance_id'].iloc[0]} belongs to another segmentation. "
            "Nothing was written."
        )
    connection.execute(sa.update(sql).where(sql.c.utterance_id.in_(parents)).values(retired_at=now))
    known = stored_rows(connection, "utterances", units)["utterance_id"]
    connection.execute(
        sa.update(sql).where(sql.c.utterance_id.in_(list(known))).values(retired_at=None)
    )
    insert_rows(connection, "utterances", units[~units["utterance_id"].isin(known)])
    linked = stored_rows(connection, "utterance_links", links)
    pairs = set(zip(linked["parent_id"], linked["child_id"], strict=True))
    new = [pair not in pairs for pair in zip(links["parent_id"], links["child_id"], strict=True)]
    insert_rows(connection, "utterance_links", links[new])
    _pass_on(connection, parents, list(units["utterance_id"]))


def _pass_on(connection: Connection, parents: list[str], children: list[str]) -> None:
    """Give the open assignments of replaced utterances to those in their place."""
    sql = METADATA.tables["assignments"]
    query = sa.select(sql).where(sql.c.utterance_id.in_(parents), sql.c.state == "open")
    open_ones = read_rows(connection, "assignments", query)
    if open_ones.empty:
        return
    connection.execute(
        sa.update(sql)
        .where(sql.c.assignment_id.in_(list(open_ones["assignment_id"])))
        .values(state="skipped")
    )
    once = open_ones.drop_duplicates(["rater_id", "worklist", "pass", "purpose"])
    passed_on = [
        {**row, "assignment_id": uuid7(), "utterance_id": child}
        for row in once.to_dict("records")
        for child in children
    ]
    insert_rows(connection, "assignments", storable(pd.DataFrame(passed_on), "assignments"))
