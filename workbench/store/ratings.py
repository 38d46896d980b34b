"""Adding ratings, which are never changed, and finding those that stand."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError
from workbench.schema import TABLES
from workbench.store.assignments import check_answers, set_states
from workbench.store.bulk import Row, write_rows
from workbench.store.frames import checked_frame, first_difference, read_rows, stored_rows
from workbench.store.judgements import PARTS, Judgements, refuse
from workbench.store.layout import METADATA
from workbench.store.meaning import check_meaning
from workbench.store.references import chunks

_SAME = ("utterance_id", "rater_id", "taxonomy", "version", "pass")
_WHY = {
    "utterance_id": "is of another utterance",
    "rater_id": "is by another rater",
    "taxonomy": "was made with another taxonomy",
    "version": "was made with another version of the taxonomy",
    "pass": "was made in another pass",
}


def insert_judgements(connection: Connection, these: Judgements) -> int:
    """Write ratings that are not there yet, with all that belongs to them.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    these : Judgements
        What came, checked against the schema.

    Returns
    -------
    int
        How many were new; one that is there with the same content counts once.

    Raises
    ------
    StoreError
        If one is there with other content, or supersedes what it may not.
    InputError
        If a tag or dimension is not in its taxonomy, or not for the role.
    """
    ids = {row["rating_id"] for row in these.ratings}
    known = set(_stored(connection, ids))
    if known:
        _check_same(connection, these.only(known))
        these = these.only(ids - known)
    if not these.ratings:
        return 0
    check_meaning(connection, these)
    _check_sessions(connection, these.ratings)
    check_answers(connection, these.ratings)
    _check_superseding(connection, these.ratings)
    for name, rows in these.parts().items():
        write_rows(connection, METADATA.tables[name], rows)
    _settle_assignments(connection, these.ratings)
    return len(these.ratings)


def current_query(as_of: datetime | None) -> sa.Select[Any]:
    """Select the ratings that stand: neither superseded nor retracted.

    Parameters
    ----------
    as_of : datetime or None
        The moment; None for now.

    Returns
    -------
    sqlalchemy.Select
        All columns of ratings.
    """
    ratings = METADATA.tables["ratings"]
    later = ratings.alias("later")
    replaced = sa.select(later.c.supersedes).where(later.c.supersedes == ratings.c.rating_id)
    query = sa.select(ratings).where(~ratings.c.retracted)
    if as_of is not None:
        replaced = replaced.where(later.c.created_at <= as_of)
        query = query.where(ratings.c.created_at <= as_of)
    return query.where(~replaced.exists())


def inherited_fields(connection: Connection, rating_id: str) -> dict[str, Any]:
    """Read what a row that takes a rating back shares with it.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    rating_id : str
        The rating to be taken back.

    Returns
    -------
    dict
        utterance_id, rater_id, taxonomy, version, pass, verdict, and where it
        answers one, assignment_id.

    Raises
    ------
    StoreError
        If there is no such rating.
    """
    stored = _stored(connection, {rating_id})
    if rating_id not in stored:
        raise StoreError(f'There is no rating "{rating_id}" to take back.')
    inherited = (*_SAME, "verdict", "assignment_id")
    return {name: value for name in inherited if (value := stored[rating_id][name]) is not None}


def _stored(connection: Connection, rating_ids: Iterable[str]) -> dict[str, Row]:
    sql = METADATA.tables["ratings"]
    return {
        row["rating_id"]: dict(row)
        for part in chunks(rating_ids)
        for row in connection.execute(sa.select(sql).where(sql.c.rating_id.in_(part))).mappings()
    }


def _check_same(connection: Connection, these: Judgements) -> None:
    came = checked_frame(these.ratings, "ratings")
    stored = stored_rows(connection, "ratings", came)
    moments = stored.set_index("rating_id")["created_at"]
    came = came.assign(created_at=came["rating_id"].map(moments))
    problem = first_difference(stored, came, TABLES["ratings"])
    ids = list(came["rating_id"])
    for name in PARTS[1:]:
        rows = checked_frame(getattr(these, name), name)
        problem = problem or _parts_differ(connection, name, rows, ids)
    if problem:
        raise StoreError(
            f"{problem} A rating is never changed: send the new judgement with a rating_id of its "
            "own and the old one in supersedes. Nothing was written."
        )


def _parts_differ(
    connection: Connection, name: str, came: pd.DataFrame, ids: list[str]
) -> str | None:
    sql = METADATA.tables[name]
    stored = pd.concat(
        [
            read_rows(connection, name, sa.select(sql).where(sql.c.rating_id.in_(part)))
            for part in chunks(ids)
        ]
    )
    if name == "notes":
        erased = stored.loc[stored["erased_at"].notna(), "rating_id"]
        columns = ["rating_id", "kind", "text"]
        was, now = stored[columns], came[columns]
        was, now = was[~was["rating_id"].isin(erased)], now[~now["rating_id"].isin(erased)]
    else:
        columns = list(TABLES[name].columns)
        was, now = stored[columns], came[columns]
    was, now = (
        rows.sort_values(columns).reset_index(drop=True).astype("object") for rows in (was, now)
    )
    if was.equals(now):
        return None
    odd = pd.concat([was, now]).drop_duplicates(keep=False)
    first = odd["rating_id"].iloc[0] if len(odd) else ids[0]
    return f"The rating {first} is there already, with other {name}."


def _check_sessions(connection: Connection, ratings: Iterable[Row]) -> None:
    rows = [row for row in ratings if row["session_id"] is not None]
    sql = METADATA.tables["sessions"]
    query = sa.select(sql.c.session_id, sql.c.rater_id)
    owners = {
        row.session_id: row.rater_id
        for part in chunks({row["session_id"] for row in rows})
        for row in connection.execute(query.where(sql.c.session_id.in_(part)))
    }
    refuse(
        [
            row | {"owner": owner}
            for row in rows
            if (owner := owners.get(row["session_id"], row["rater_id"])) != row["rater_id"]
        ],
        "its session {session_id} belongs to rater {owner}, not {rater_id}.",
    )


def _check_superseding(connection: Connection, ratings: Collection[Row]) -> None:
    rows = [row for row in ratings if row["supersedes"] is not None]
    if not rows:
        return
    wanted = {row["supersedes"] for row in rows}
    targets = {row["rating_id"]: row for row in ratings} | _stored(connection, wanted)
    refuse(
        [row for row in rows if row["supersedes"] not in targets],
        'it supersedes "{supersedes}", which is not there. Leave supersedes empty for a first '
        "judgement.",
        StoreError,
    )
    for column in _SAME:
        refuse(
            [
                row | {"was": was}
                for row in rows
                if (was := targets[row["supersedes"]][column]) != row[column]
            ],
            f"it supersedes {{supersedes}}, which {_WHY[column]} ({{was}}, not "
            f"{{{column}}}). A rating replaces the same rater's judgement of the same "
            "utterance, pass and version only; leave supersedes empty.",
            StoreError,
        )
    refuse(
        [
            row
            for row in rows
            if row["assignment_id"] != targets[row["supersedes"]]["assignment_id"]
        ],
        "it supersedes {supersedes}, which answers another assignment. What a rater hears again "
        "stands beside the first judgement; leave supersedes empty.",
        StoreError,
    )
    sql = METADATA.tables["ratings"]
    query = sa.select(sql.c.supersedes, sql.c.rating_id)
    replaced = {
        row.supersedes: row.rating_id
        for part in chunks(wanted)
        for row in connection.execute(query.where(sql.c.supersedes.in_(part)))
    }
    refuse(
        [
            row | {"other": other}
            for row in rows
            if (other := replaced.setdefault(row["supersedes"], row["rating_id"]))
            != row["rating_id"]
        ],
        "it supersedes {supersedes}, which {other} supersedes already. Supersede {other} instead.",
        StoreError,
    )
    _check_no_circle({row["rating_id"]: row["supersedes"] for row in rows})


def _settle_assignments(connection: Connection, ratings: Iterable[Row]) -> None:
    """Make the assignments that were answered done, and open again where nothing stands."""
    answers = [row for row in ratings if row["assignment_id"] is not None]
    back = {row["assignment_id"] for row in answers if row["retracted"]}
    if back:
        sql = METADATA.tables["ratings"]
        standing = current_query(None).with_only_columns(sql.c.assignment_id)
        for part in chunks(back):
            answered = connection.execute(standing.where(sql.c.assignment_id.in_(part)))
            back -= set(answered.scalars())
        set_states(connection, back, "open")
    set_states(connection, {row["assignment_id"] for row in answers} - back, "done")


def _check_no_circle(supersedes: dict[str, str]) -> None:
    settled: set[str] = set()
    for start in supersedes:
        path: dict[str, None] = {}
        at = start
        while at in supersedes and at not in settled:
            if at in path:
                raise InputError(
                    f"The ratings {', '.join(list(path)[:9])} supersede each other in a "
                    "circle; one of them must be the first. Nothing was written."
                )
            path[at] = None
            at = supersedes[at]
        settled.update(path)
