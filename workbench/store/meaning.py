"""What ratings say, held against the taxonomy that they were made with and the utterance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
from sqlalchemy.engine import Connection

from workbench.errors import nearest
from workbench.store.frames import stored_rows
from workbench.store.judgements import Judgements, refuse
from workbench.taxonomies import Taxonomy, taxonomy_from_definition

_Versions = dict[tuple[str, str], Taxonomy]


def check_meaning(connection: Connection, these: Judgements) -> None:
    """Check tags, scores and shifts against taxonomy, role and bounds of the utterance.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    these : Judgements
        New ratings.

    Raises
    ------
    InputError
        If an utterance or a taxonomy's version is not there, a tag or
        dimension is not in it or not for the role, a score is out of range, or
        a shift lies outside the utterance.
    """
    utterances = stored_rows(connection, "utterances", these.ratings[["utterance_id"]])
    columns = ["utterance_id", "role", "start_s", "end_s"]
    rows = these.ratings.merge(utterances[columns], on="utterance_id", how="left")
    refuse(
        rows,
        rows["role"].isna(),
        'there is no utterance "{utterance_id}". Cut the call into utterances first (ws.segment).',
    )
    versions = _versions(connection, rows)
    _check_tags(these.tags.merge(rows, on="rating_id"), versions, also=("other",))
    _check_scores(these.scores.merge(rows, on="rating_id"), versions)
    shifts = these.shifts.merge(rows, on="rating_id")
    refuse(
        shifts,
        (shifts["at_s"] < shifts["start_s"]) | (shifts["at_s"] > shifts["end_s"]),
        "the feeling turns at {at_s} s, outside the utterance ({start_s} s to {end_s} s).",
    )
    for column in ("from_tag", "to_tag"):
        named = shifts.dropna(subset=[column]).rename(columns={column: "tag"})
        _check_tags(named, versions, also=("other", "neutral"))


def _versions(connection: Connection, rows: pd.DataFrame) -> _Versions:
    stored = stored_rows(connection, "taxonomies", rows[["taxonomy", "version"]].drop_duplicates())
    found = {
        (row["taxonomy"], row["version"]): taxonomy_from_definition(row["definition"])
        for row in stored.to_dict("records")
    }
    refuse(
        rows,
        _flags(rows, ("taxonomy", "version"), found),
        "the database has no taxonomy {taxonomy} of version {version}. Add it first: "
        "store.add_taxonomy_version(taxonomy).",
    )
    return found


def _check_tags(rows: pd.DataFrame, versions: _Versions, also: tuple[str, ...]) -> None:
    rows = rows[~rows["tag"].isin(also)]
    fitting = {
        (*version, role, tag.tag)
        for version, taxonomy in versions.items()
        for role in rows["role"].unique()
        for tag in taxonomy.tags_for(role)
    }
    bad = _flags(rows, ("taxonomy", "version", "role", "tag"), fitting)
    if not bad.any():
        return
    first = rows[bad].iloc[0]
    taxonomy = versions[first["taxonomy"], first["version"]]
    names = [tag.tag for tag in taxonomy.tags]
    if first["tag"] in names:
        for_role = [tag.tag for tag in taxonomy.tags_for(first["role"])]
        text = (
            'the tag "{tag}" is not for the role {role}. '
            f"For it there are: {', '.join(for_role) or 'none'}."
        )
    else:
        text = (
            'the taxonomy {taxonomy}, version {version}, has no tag "{tag}".'
            f"{nearest(first['tag'], names)} It has: {', '.join(names) or 'none'}."
        )
    refuse(rows, bad, text)


def _check_scores(rows: pd.DataFrame, versions: _Versions) -> None:
    ends = {
        (*version, d.dimension): (d.low, d.high)
        for version, taxonomy in versions.items()
        for d in taxonomy.dimensions
    }
    columns = ("taxonomy", "version", "dimension")
    unknown = _flags(rows, columns, ends)
    if unknown.any():
        first = rows[unknown].iloc[0]
        names = [d.dimension for d in versions[first["taxonomy"], first["version"]].dimensions]
        refuse(
            rows,
            unknown,
            'the taxonomy {taxonomy}, version {version}, has no dimension "{dimension}".'
            f"{nearest(first['dimension'], names)} It has: {', '.join(names) or 'none'}.",
        )
    limits = [ends[key] for key in _keys(rows, columns)]
    rows = rows.assign(low=[low for low, _ in limits], high=[high for _, high in limits])
    refuse(
        rows,
        (rows["value"] < rows["low"]) | (rows["value"] > rows["high"]),
        "its {dimension} is {value}; expected {low} to {high}.",
    )


def _keys(rows: pd.DataFrame, columns: Iterable[str]) -> list[Any]:
    return list(rows[list(columns)].itertuples(index=False, name=None))


def _flags(rows: pd.DataFrame, columns: Iterable[str], known: Iterable[object]) -> pd.Series:
    known = set(known)
    return pd.Series([key not in known for key in _keys(rows, columns)], rows.index, dtype=bool)
