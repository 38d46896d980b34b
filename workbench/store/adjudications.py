"""Writing a lead's decisions on disputes: each a rating that answers an assignment of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError
from workbench.identifiers import uuid7
from workbench.store.database import StorePart
from workbench.store.frames import insert_once, insert_rows, storable
from workbench.store.judgements import Judgements, judgement
from workbench.store.layout import METADATA
from workbench.store.ratings import current_query, insert_judgements

ADJUDICATION = "adjudication"
"""What stands as the worklist of the assignments that decisions answer; no worklist has it."""

_OWN = ("adjudication_id", "reason", "assignment_id", "supersedes")


class Adjudications(StorePart):
    """The part of a store that writes decisions on disputes."""

    def add_adjudication(self, payload: Mapping[str, Any]) -> str:
        """Write a lead's decision: the rating, the assignment it answers, and the reason.

        All of it is written in one transaction. The rating answers an assignment
        of purpose "adjudicate", so it stands beside what the same lead may have
        heard as a rater, and `current_ratings` leaves it out unless asked. A
        later decision of the same lead on the same utterance, pass and version
        supersedes the earlier by itself. The same decision sent twice counts once.

        Parameters
        ----------
        payload : mapping
            As for `add_rating`, with rater_id the lead's; reason (text); and
            adjudication_id, by default the rating_id. With retracted the lead's
            standing decision is taken back and no reason is needed.
            assignment_id and supersedes are found here.

        Returns
        -------
        str
            The rating_id, made here if none came.

        Raises
        ------
        InputError
            If there is no reason, nothing to take back, or as in `add_rating`.
        StoreError
            As in `add_rating`. Nothing was written then.

        See Also
        --------
        current_ratings : With adjudications="only" it reads the decisions that stand.
        """
        rating = {name: value for name, value in payload.items() if name not in _OWN}
        rating["rating_id"] = str(payload.get("rating_id") or uuid7())
        back = bool(payload.get("retracted"))
        reason = str(payload.get("reason") or "").strip()
        if not reason and not back:
            raise InputError(
                f"The decision {rating['rating_id']} has no reason. Say in a few words why, so "
                "that raters can learn from it. Nothing was written."
            )
        # what it supersedes is found inside the transaction; until then a name stands for it
        these = judgement({**rating, "supersedes": ADJUDICATION if back else None})
        own = these.ratings[0]
        row = {
            "adjudication_id": str(payload.get("adjudication_id") or own["rating_id"]),
            "utterance_id": own["utterance_id"],
            "lead_id": own["rater_id"],
            "rating_id": own["rating_id"],
            "reason": reason,
            "created_at": own["created_at"],
        }
        made = {
            "assignment_id": uuid7(),
            **{name: own[name] for name in ("rater_id", "utterance_id", "pass")},
            "worklist": ADJUDICATION,
            "position": 0,
            "purpose": "adjudicate",
            "state": "done",
        }
        assignment = storable(pd.DataFrame([made]), "assignments")
        about = None if back else storable(pd.DataFrame([row]), "adjudications")

        def act(connection: Connection) -> None:
            answered = _assignment(connection, made)
            if answered is None:
                insert_rows(connection, "assignments", assignment)
                answered = made["assignment_id"]
            standing = _superseded(connection, own, answered)
            if back and standing is None:
                raise InputError("There is no decision of this lead to take back here.")
            final = own | {"assignment_id": answered, "supersedes": standing}
            insert_judgements(connection, Judgements(**these.parts() | {"ratings": [final]}))
            if about is not None:
                insert_once(connection, "adjudications", about, stamped="created_at")

        told = own | {"supersedes": None}
        self._database.write(act, {"ratings": [told], "assignments": assignment})
        return str(own["rating_id"])


def _assignment(connection: Connection, made: Mapping[str, Any]) -> str | None:
    """Find the assignment that the lead's decisions on an utterance in a pass answer."""
    sql = METADATA.tables["assignments"]
    same = [sql.c[name] == made[name] for name in ("rater_id", "utterance_id", "pass", "purpose")]
    ids = connection.execute(sa.select(sql.c.assignment_id).where(*same)).scalars()
    return min(map(str, ids), default=None)


def _superseded(connection: Connection, own: Mapping[str, Any], assignment: str) -> str | None:
    """Find what a decision takes the place of; for one that is stored, what it took."""
    sql = METADATA.tables["ratings"]
    stored = sa.select(sql.c.supersedes).where(sql.c.rating_id == own["rating_id"])
    found = connection.execute(stored).first()
    if found is not None:
        return None if found[0] is None else str(found[0])
    same = [sql.c[name] == own[name] for name in ("taxonomy", "version")]
    standing = current_query(None).where(sql.c.assignment_id == assignment, *same)
    one = connection.execute(standing.with_only_columns(sql.c.rating_id)).scalar()
    return None if one is None else str(one)
