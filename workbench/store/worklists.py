"""Writing worklists: who is to hear what, how far they are, and answers agreed beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError, nearest
from workbench.identifiers import uuid7
from workbench.store.assignments import set_states
from workbench.store.database import StorePart
from workbench.store.frames import insert_new_rows, insert_rows, storable, stored_rows
from workbench.store.judgements import judgement
from workbench.store.layout import METADATA
from workbench.store.meaning import check_meaning
from workbench.store.ratings import current_query
from workbench.store.values import STATES


class Worklists(StorePart):
    """The part of a store that writes worklists and gold."""

    def add_worklist(
        self,
        worklist: str,
        assignments: pd.DataFrame,
        *,
        order_mode: str,
        seed: int | None = None,
        settings: Mapping[str, Any] | None = None,
        created_by: str | None = None,
    ) -> int:
        """Write a worklist with its assignments, all of it or nothing.

        Parameters
        ----------
        worklist : str
            Its name; every assignment names it.
        assignments : DataFrame
            The table assignments, for example from
            `workbench.worklists.plan_worklist`; assignment_id and state may be
            left out.
        order_mode : str
            "in_call" or "random".
        seed : int, optional
            Seed of everything that was drawn.
        settings : mapping, optional
            All else that it was made with.
        created_by : str, optional
            Who made it.

        Returns
        -------
        int
            How many assignments were written.

        Raises
        ------
        InputError
            If there are no assignments, one names another worklist, or a value
            does not fit.
        StoreError
            If there is a worklist of that name, or a rater or an utterance is
            not there.
        """
        rows = _completed(assignments)
        others = rows["worklist"][rows["worklist"] != worklist]
        if rows.empty or len(others):
            came = "no assignments" if rows.empty else f'an assignment of "{others.iloc[0]}"'
            raise InputError(f'For the worklist "{worklist}" {came} came. Nothing was written.')
        about = storable(
            pd.DataFrame(
                {
                    "worklist": [worklist],
                    "order_mode": [order_mode],
                    "seed": [seed],
                    "settings": [None if settings is None else dict(settings)],
                    "created_by": [created_by],
                    "created_at": [datetime.now(UTC)],
                }
            ),
            "worklists",
        )

        def act(connection: Connection) -> int:
            if len(stored_rows(connection, "worklists", about)):
                raise StoreError(
                    f'There is a worklist "{worklist}" already. Give this one another name, or '
                    "write further rows of that one with store.add_assignments."
                )
            insert_rows(connection, "worklists", about)
            return insert_rows(connection, "assignments", rows)

        return self._database.write(act, {"assignments": rows})

    def add_assignments(self, assignments: pd.DataFrame) -> int:
        """Write further assignments of worklists that are there.

        Parameters
        ----------
        assignments : DataFrame
            As in `add_worklist`.

        Returns
        -------
        int
            How many were new; one that is there with the same content counts
            once.

        Raises
        ------
        InputError
            If a value does not fit.
        StoreError
            If there is no such worklist, rater or utterance.
        """
        rows = _completed(assignments)

        def act(connection: Connection) -> int:
            sql = METADATA.tables["worklists"]
            known = connection.execute(sa.select(sql.c.worklist)).scalars().all()
            for name in set(rows["worklist"]) - set(known):
                raise StoreError(
                    f'There is no worklist "{name}".{nearest(name, known)} '
                    "Make it with ws.worklist or store.add_worklist. Nothing was written."
                )
            return insert_new_rows(connection, "assignments", rows, "Nothing was written.")

        return self._database.write(act, {"assignments": rows})

    def set_assignment_state(self, assignment_id: str, state: str) -> str:
        """Say that an assignment is open, done or skipped.

        A rating that answers it makes it done by itself, in the same
        transaction; as long as that rating stands, it stays done.

        Parameters
        ----------
        assignment_id : str
            The assignment.
        state : str
            "open", "done" or "skipped".

        Returns
        -------
        str
            The state that holds now.

        Raises
        ------
        InputError
            If there is no such state.
        StoreError
            If there is no such assignment.
        """
        if state not in STATES:
            raise InputError(
                f'There is no state "{state}".{nearest(state, STATES)} '
                f"Expected one of {', '.join(STATES)}."
            )
        ratings = METADATA.tables["ratings"]

        def act(connection: Connection) -> str:
            answers = current_query(None).where(ratings.c.assignment_id == assignment_id)
            now = "done" if connection.execute(answers.limit(1)).first() else state
            if not set_states(connection, [assignment_id], now):
                raise StoreError(
                    f'There is no assignment "{assignment_id}"; it may have been taken out of '
                    "its worklist."
                )
            return now

        return self._database.write(act)

    def remove_assignments(
        self, worklist: str, *, call_id: str | None = None, rater_id: str | None = None
    ) -> int:
        """Take out of a worklist what has not been rated.

        Assignments that a rating answers stay, and so do all ratings. Who has
        the worklist open can still save what was heard: the rating is then
        stored without an assignment.

        Parameters
        ----------
        worklist : str
            The worklist.
        call_id : str, optional
            Only utterances of this call.
        rater_id : str, optional
            Only what this rater is to hear.

        Returns
        -------
        int
            How many were taken out.
        """
        tables = METADATA.tables
        sql, utterances, ratings = tables["assignments"], tables["utterances"], tables["ratings"]
        answered = sa.select(ratings.c.assignment_id).where(
            ratings.c.assignment_id == sql.c.assignment_id
        )
        statement = sa.delete(sql).where(sql.c.worklist == worklist, ~answered.exists())
        if call_id is not None:
            of_call = sa.select(utterances.c.utterance_id).where(utterances.c.call_id == call_id)
            statement = statement.where(sql.c.utterance_id.in_(of_call))
        if rater_id is not None:
            statement = statement.where(sql.c.rater_id == rater_id)
        return self._database.write(lambda c: c.execute(statement).rowcount)

    def set_gold(
        self,
        utterance_id: str,
        *,
        taxonomy: str,
        version: str,
        pass_: str,
        set_by: str,
        verdict: str = "tagged",
        tags: Mapping[str, float | None] | Iterable[str] = (),
        scores: Mapping[str, float] | None = None,
        tolerance: Mapping[str, float] | None = None,
        replace: bool = False,
    ) -> None:
        """Write the answer that was agreed beforehand for an utterance.

        It is held against the taxonomy as a rating is.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        taxonomy, version : str
            The version of the taxonomy; stored, and frozen from now on.
        pass_ : str
            text, masked_voice, voice or both.
        set_by : str
            Who agreed.
        verdict : str
            "tagged" (default), "neutral", "unclear" or "unusable".
        tags : mapping of str to float, or iterable of str
            The tags, with their intensities (0..1) where they were agreed.
        scores : mapping of str to float, optional
            Values on dimensions.
        tolerance : mapping of str to float, optional
            How far a rating may be away, by dimension; "intensity" for tags.
        replace : bool
            Whether another answer may be there already.

        Raises
        ------
        InputError
            If a tag or dimension is not in the taxonomy or not for the role, or
            a value is out of range.
        StoreError
            If another answer is there, or the utterance or the version is not.
        """
        tags = dict(tags) if isinstance(tags, Mapping) else dict.fromkeys(tags)
        scores, tolerance = dict(scores or {}), dict(tolerance or {})
        strange = [name for name in tolerance if name not in scores and name != "intensity"]
        if strange or any(not value >= 0 for value in tolerance.values()):
            raise InputError(
                f"The tolerance {tolerance} came; expected 0 or more for agreed dimensions "
                f"({', '.join(scores) or 'none'}) or for intensity."
            )
        key = {"utterance_id": utterance_id, "taxonomy": taxonomy, "version": version}
        answer = judgement(
            {
                **key,
                "pass": pass_,
                "rater_id": set_by,
                "verdict": verdict,
                "tags": [{"tag": tag, "intensity": value} for tag, value in tags.items()],
                "scores": [{"dimension": d, "value": value} for d, value in scores.items()],
            }
        )
        row = {
            **key,
            "pass": pass_,
            "expected": {"verdict": verdict, "tags": tags, "scores": scores},
            "tolerance": tolerance or None,
            "set_by": set_by,
            "created_at": datetime.now(UTC),
        }
        gold = storable(pd.DataFrame([row]), "gold")
        sql = METADATA.tables["gold"]

        def act(connection: Connection) -> None:
            check_meaning(connection, answer)
            stored = stored_rows(connection, "gold", gold)
            stamped = gold.assign(created_at=stored["created_at"]) if len(stored) else gold
            if replace:
                mine = [sql.c[name] == value for name, value in (*key.items(), ("pass", pass_))]
                connection.execute(sa.delete(sql).where(*mine))
                stamped = gold
            insert_new_rows(
                connection,
                "gold",
                stamped,
                "Raters may have been checked against it; replace=True puts the new answer in its "
                "place. Nothing was written.",
            )

        self._database.write(act, {"gold": gold})


def _completed(assignments: pd.DataFrame) -> pd.DataFrame:
    rows = assignments.copy()
    if "assignment_id" not in rows.columns:
        rows["assignment_id"] = [uuid7() for _ in range(len(rows))]
    if "state" not in rows.columns:
        rows["state"] = "open"
    return storable(rows, "assignments")
