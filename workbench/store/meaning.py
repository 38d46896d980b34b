"""What ratings say, held against the taxonomy that they were made with and the utterance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import nearest
from workbench.store.judgements import Judgements, refuse
from workbench.store.layout import METADATA
from workbench.store.references import chunks
from workbench.taxonomies import Taxonomy, taxonomy_from_definition

_Versions = dict[tuple[str, str], Taxonomy]
_FROZEN: dict[str, Taxonomy] = {}
"""Taxonomies by the hash of their definition, which never changes."""


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
    rows = _with_utterances(connection, these.ratings)
    versions = _versions(connection, rows)
    keep = ["rating_id", "taxonomy", "version", "role", "start_s", "end_s"]
    tags, scores, shifts = (
        part.merge(rows[keep], on="rating_id") if len(part) else part
        for part in (these.tags, these.scores, these.shifts)
    )
    if len(tags):
        _check_tags(tags, versions, also=("other",))
    if len(scores):
        _check_scores(scores, versions)
    if len(shifts):
        _check_shifts(shifts, versions)


def _with_utterances(connection: Connection, ratings: pd.DataFrame) -> pd.DataFrame:
    sql = METADATA.tables["utterances"]
    query = sa.select(sql.c.utterance_id, sql.c.role, sql.c.start_s, sql.c.end_s)
    found = {
        row.utterance_id: row
        for part in chunks(ratings["utterance_id"].unique())
        for row in connection.execute(query.where(sql.c.utterance_id.in_(part)))
    }
    refuse(
        ratings,
        ~ratings["utterance_id"].isin(list(found)),
        'there is no utterance "{utterance_id}". Cut the call into utterances first (ws.segment).',
    )
    utterances = [found[name] for name in ratings["utterance_id"]]
    return ratings.assign(
        role=[row.role for row in utterances],
        start_s=[row.start_s for row in utterances],
        end_s=[row.end_s for row in utterances],
    )


def _versions(connection: Connection, rows: pd.DataFrame) -> _Versions:
    sql = METADATA.tables["taxonomies"]
    found: _Versions = {}
    for pair in set(_keys(rows, ("taxonomy", "version"))):
        mine = (sql.c.taxonomy == pair[0]) & (sql.c.version == pair[1])
        sha256 = connection.execute(sa.select(sql.c.sha256).where(mine)).scalar()
        if sha256 is None:
            continue
        if sha256 not in _FROZEN:
            definition = connection.execute(sa.select(sql.c.definition).where(mine)).scalar_one()
            _FROZEN[sha256] = taxonomy_from_definition(definition)
        found[pair] = _FROZEN[sha256]
    refuse(
        rows,
        _flags(rows, ("taxonomy", "version"), found),
        "the database has no taxonomy {taxonomy} of version {version}. Add it first: "
        "store.add_taxonomy_version(taxonomy).",
    )
    return found


def _check_shifts(rows: pd.DataFrame, versions: _Versions) -> None:
    refuse(
        rows,
        (rows["at_s"] < rows["start_s"]) | (rows["at_s"] > rows["end_s"]),
        "the feeling turns at {at_s} s, outside the utterance ({start_s} s to {end_s} s).",
    )
    for column in ("from_tag", "to_tag"):
        named = rows.dropna(subset=[column]).rename(columns={column: "tag"})
        _check_tags(named, versions, also=("other", "neutral"))


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
