"""What a rating means for the assignment that it answers, inside a transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.store.bulk import Row
from workbench.store.judgements import refuse
from workbench.store.layout import METADATA
from workbench.store.references import chunks


def check_answers(connection: Connection, ratings: Collection[Row]) -> None:
    """Check that ratings answer assignments of the same rater, pass and utterance.

    An utterance that was corrected since it was assigned may be answered by the
    one that came of it.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    ratings : collection of dict
        New ratings. One that names an assignment that is not there is left to
        the database to refuse.

    Raises
    ------
    InputError
        If one answers an assignment of somebody or something else.
    """
    wanted = {row["assignment_id"] for row in ratings if row["assignment_id"] is not None}
    sql = METADATA.tables["assignments"]
    query = sa.select(sql.c.assignment_id, sql.c.rater_id, sql.c["pass"], sql.c.utterance_id)
    found: dict[str, Row] = {
        row.assignment_id: {
            "their_rater": row.rater_id,
            "their_pass": row[2],
            "asked": row.utterance_id,
        }
        for part in chunks(wanted)
        for row in connection.execute(query.where(sql.c.assignment_id.in_(part)))
    }
    rows = [row | found[row["assignment_id"]] for row in ratings if row["assignment_id"] in found]
    refuse(
        [row for row in rows if row["rater_id"] != row["their_rater"]],
        "its assignment {assignment_id} is for rater {their_rater}, not {rater_id}.",
    )
    refuse(
        [row for row in rows if row["pass"] != row["their_pass"]],
        "its assignment {assignment_id} is for the pass {their_pass}, not {pass}.",
    )
    refuse(
        [
            row
            for row in rows
            if row["utterance_id"] != row["asked"]
            and row["asked"] not in _origins(connection, row["utterance_id"])
        ],
        "its assignment {assignment_id} is for the utterance {asked}, not {utterance_id}.",
    )


def set_states(connection: Connection, ids: Iterable[str], state: str) -> int:
    """Set the state of assignments.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    ids : iterable of str
        Which assignments.
    state : str
        open, done or skipped.

    Returns
    -------
    int
        How many of them there are.
    """
    sql = METADATA.tables["assignments"]
    return sum(
        connection.execute(
            sa.update(sql).where(sql.c.assignment_id.in_(part)).values(state=state)
        ).rowcount
        for part in chunks(ids)
    )


def _origins(connection: Connection, utterance_id: str) -> Collection[str]:
    """List the utterances that a corrected one came from, however many steps ago."""
    sql = METADATA.tables["utterance_links"]
    found: set[str] = set()
    new = {utterance_id}
    while new:
        parents = sa.select(sql.c.parent_id).where(sql.c.child_id.in_(new))
        new = set(connection.execute(parents).scalars()) - found
        found |= new
    return found
