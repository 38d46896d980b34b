"""What ratings say, held against the taxonomy that they were made with and the utterance."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import nearest
from workbench.store.bulk import Row
from workbench.store.judgements import Judgements, refuse
from workbench.store.layout import METADATA
from workbench.store.references import chunks
from workbench.taxonomies import Taxonomy, taxonomy_from_definition

_Versions: TypeAlias = dict[tuple[str, str], Taxonomy]
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
    ratings = {row["rating_id"]: row for row in rows}
    tags, scores, shifts = (
        [ratings[row["rating_id"]] | row for row in part]
        for part in (these.tags, these.scores, these.shifts)
    )
    _check_tags(tags, versions, also=("other",))
    _check_scores(scores, versions)
    _check_shifts(shifts, versions)


def _with_utterances(connection: Connection, ratings: Iterable[Row]) -> list[Row]:
    sql = METADATA.tables["utterances"]
    query = sa.select(sql.c.utterance_id, sql.c.role, sql.c.start_s, sql.c.end_s)
    found = {
        row.utterance_id: {"role": row.role, "start_s": row.start_s, "end_s": row.end_s}
        for part in chunks({row["utterance_id"] for row in ratings})
        for row in connection.execute(query.where(sql.c.utterance_id.in_(part)))
    }
    refuse(
        [row for row in ratings if row["utterance_id"] not in found],
        'there is no utterance "{utterance_id}". Cut the call into utterances first (ws.segment).',
    )
    keep = ("rating_id", "taxonomy", "version")
    return [{name: row[name] for name in keep} | found[row["utterance_id"]] for row in ratings]


def _versions(connection: Connection, rows: Collection[Row]) -> _Versions:
    sql = METADATA.tables["taxonomies"]
    found: _Versions = {}
    for pair in {_version(row) for row in rows}:
        mine = (sql.c.taxonomy == pair[0]) & (sql.c.version == pair[1])
        sha256 = connection.execute(sa.select(sql.c.sha256).where(mine)).scalar()
        if sha256 is None:
            continue
        if sha256 not in _FROZEN:
            definition = connection.execute(sa.select(sql.c.definition).where(mine)).scalar_one()
            _FROZEN[sha256] = taxonomy_from_definition(definition)
        found[pair] = _FROZEN[sha256]
    refuse(
        [row for row in rows if _version(row) not in found],
        "the database has no taxonomy {taxonomy} of version {version}. Add it first: "
        "store.add_taxonomy_version(taxonomy).",
    )
    return found


def _check_shifts(rows: Collection[Row], versions: _Versions) -> None:
    refuse(
        [row for row in rows if not row["start_s"] <= row["at_s"] <= row["end_s"]],
        "the feeling turns at {at_s} s, outside the utterance ({start_s} s to {end_s} s).",
    )
    for column in ("from_tag", "to_tag"):
        named = [row | {"tag": row[column]} for row in rows if row[column] is not None]
        _check_tags(named, versions, also=("other", "neutral"))


def _check_tags(rows: Iterable[Row], versions: _Versions, also: tuple[str, ...]) -> None:
    rows = [row for row in rows if row["tag"] not in also]
    fitting = {
        (version, role): {tag.tag for tag in versions[version].tags_for(role)}
        for version, role in {(_version(row), row["role"]) for row in rows}
    }
    bad = [row for row in rows if row["tag"] not in fitting[_version(row), row["role"]]]
    if not bad:
        return
    first = bad[0]
    taxonomy = versions[_version(first)]
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
    refuse(bad, text)


def _check_scores(rows: Collection[Row], versions: _Versions) -> None:
    limits = {
        version: {one.dimension: (one.low, one.high) for one in taxonomy.dimensions}
        for version, taxonomy in versions.items()
    }
    unknown = [row for row in rows if row["dimension"] not in limits[_version(row)]]
    if unknown:
        names = list(limits[_version(unknown[0])])
        refuse(
            unknown,
            'the taxonomy {taxonomy}, version {version}, has no dimension "{dimension}".'
            f"{nearest(unknown[0]['dimension'], names)} It has: {', '.join(names) or 'none'}.",
        )
    out_of_range = []
    for row in rows:
        low, high = limits[_version(row)][row["dimension"]]
        if not low <= row["value"] <= high:
            out_of_range.append(row | {"low": low, "high": high})
    refuse(out_of_range, "its {dimension} is {value}; expected {low} to {high}.")


def _version(row: Row) -> tuple[str, str]:
    return row["taxonomy"], row["version"]
