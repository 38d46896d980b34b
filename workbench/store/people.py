"""Writing people's work: appended, superseded, taken back, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError
from workbench.identifiers import uuid7
from workbench.store.database import StorePart
from workbench.store.frames import insert_once, insert_rows, storable
from workbench.store.judgements import Judgements, judgement, judgements
from workbench.store.layout import METADATA
from workbench.store.ratings import inherited_fields, insert_judgements
from workbench.store.versions import put_version
from workbench.taxonomies import Taxonomy


class People(StorePart):
    """The part of a store that writes people's work."""

    def add_rating(self, payload: Mapping[str, Any]) -> str:
        """Write one rating with its tags, scores, shifts and words.

        Returns after the rating is on the disk. The same rating sent twice
        counts once, also from two threads; the first created_at stands.

        Parameters
        ----------
        payload : mapping
            Columns of ratings; tags, a list of {tag, intensity, share,
            primary}; scores, a list of {dimension, value}; shifts, a list of
            {at_s, from_tag, to_tag}; note and other_words, text or None. To
            change a rating, send a new one that names the old in supersedes. To
            take one back, send supersedes and retracted only.

        Returns
        -------
        str
            The rating_id, made here if none came.

        Raises
        ------
        InputError
            If a field is unknown, a value is out of range, shares do not sum to
            1, or a tag is not in the taxonomy or not for the role.
        StoreError
            If the same id is there with other content, it supersedes what it
            may not, or the database does not take it. Nothing was written then.
        """
        payload = dict(payload)
        payload["rating_id"] = str(payload.get("rating_id") or uuid7())
        target = payload.get("supersedes")
        if payload.get("retracted") and target:
            with self._database.reading() as connection:
                inherited = inherited_fields(connection, str(target))
            given = {name: value for name, value in payload.items() if value is not None}
            payload = inherited | given
        self._add(judgement(payload))
        return str(payload["rating_id"])

    def add_ratings(
        self,
        ratings: pd.DataFrame,
        tags: pd.DataFrame | None = None,
        scores: pd.DataFrame | None = None,
        shifts: pd.DataFrame | None = None,
        notes: pd.DataFrame | None = None,
    ) -> int:
        """Write many ratings in one transaction, all of them or none.

        Parameters
        ----------
        ratings : DataFrame
            The table ratings; created_at and retracted may be left out.
        tags, scores, shifts : DataFrame, optional
            The tables of these names; primary may be left out.
        notes : DataFrame, optional
            rating_id, text and perhaps kind.

        Returns
        -------
        int
            How many ratings were new; one that is there with the same content
            counts once.

        Raises
        ------
        InputError
            As in `add_rating`; the message names the first rating.
        StoreError
            As in `add_rating`.
        """
        return self._add(judgements(ratings, tags, scores, shifts, notes))

    def retract_rating(self, rating_id: str, *, session_id: str | None = None) -> str:
        """Take a rating back without a new judgement.

        Parameters
        ----------
        rating_id : str
            The rating.
        session_id : str, optional
            The sitting in which it is taken back.

        Returns
        -------
        str
            The id of the row that says so.

        Raises
        ------
        StoreError
            If there is no such rating, or it was superseded or taken back already.
        """
        taking_back = {"supersedes": rating_id, "retracted": True, "session_id": session_id}
        return self.add_rating(taking_back)

    def add_note(
        self,
        text: str,
        *,
        rating_id: str | None = None,
        call_id: str | None = None,
        rater_id: str | None = None,
        note_id: str | None = None,
    ) -> str:
        """Write a note on a rating or a call.

        Parameters
        ----------
        text : str
            The words.
        rating_id, call_id : str, optional
            What it is about: one of the two.
        rater_id : str, optional
            Who wrote it.
        note_id : str, optional
            Its id, made here if none came.

        Returns
        -------
        str
            The note_id.

        Raises
        ------
        InputError
            If it has no words, or is about nothing or two things.
        StoreError
            If what it is about is not there.
        """
        if (rating_id is None) == (call_id is None):
            raise InputError("A note is about a rating or a call; give rating_id or call_id.")
        if not text.strip():
            raise InputError("The note has no words.")
        note_id = note_id or uuid7()
        row = {
            "note_id": note_id,
            "rating_id": rating_id,
            "call_id": call_id,
            "rater_id": rater_id,
            "kind": "note",
            "text": text.strip(),
            "created_at": datetime.now(UTC),
        }
        checked = storable(pd.DataFrame([{k: v for k, v in row.items() if v}]), "notes")
        self._database.write(
            lambda c: insert_once(c, "notes", checked, stamped="created_at"), {"notes": checked}
        )
        return note_id

    def add_flag(self, utterance_id: str, rater_id: str, text: str | None = None) -> str:
        """Point the lead to an utterance, with or without words; the same twice counts once.

        Parameters
        ----------
        utterance_id : str
            The utterance.
        rater_id : str
            Who flags it.
        text : str, optional
            Why; without words "flagged" is stored.

        Returns
        -------
        str
            The note_id.

        Raises
        ------
        StoreError
            If the utterance or the rater is not there.
        """
        about = {
            "utterance_id": utterance_id,
            "rater_id": rater_id,
            "kind": "flag",
            "text": (text or "").strip() or "flagged",
        }
        row = {"note_id": uuid7(), **about, "created_at": datetime.now(UTC)}
        checked = storable(pd.DataFrame([row]), "notes")
        sql = METADATA.tables["notes"]
        there = sa.select(sql.c.note_id).where(*(sql.c[k] == v for k, v in about.items()))

        def act(connection: Connection) -> str:
            if found := connection.execute(there).scalar():
                return str(found)
            insert_rows(connection, "notes", checked)
            return str(row["note_id"])

        return self._database.write(act, {"notes": checked})

    def add_taxonomy_version(self, taxonomy: Taxonomy, *, changes: str | None = None) -> None:
        """Write a version of a taxonomy, so that ratings can name it.

        Once a rating or an agreed answer names the version it is frozen; until
        then a changed definition takes the place of the stored one.

        Parameters
        ----------
        taxonomy : Taxonomy
            From `read_taxonomy`. The version before it in the database becomes
            its parent.
        changes : str, optional
            What changed against that one.

        Raises
        ------
        StoreError
            If the version is frozen with another definition.
        """
        self._database.write(lambda c: put_version(c, taxonomy, changes))

    def _add(self, these: Judgements) -> int:
        return self._database.write(lambda c: insert_judgements(c, these), these.parts())
