"""Writing who rates, and when they sat down to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError, nearest
from workbench.identifiers import uuid7
from workbench.store.database import StorePart
from workbench.store.frames import insert_once, insert_rows, storable, stored_rows
from workbench.store.layout import METADATA

_CHANGEABLE = ("name", "role", "languages", "culture", "training", "active")


class Raters(StorePart):
    """The part of a store that writes raters and their sessions."""

    def add_rater(
        self,
        rater_id: str,
        *,
        name: str | None = None,
        role: str | None = None,
        kind: str | None = None,
        languages: str | None = None,
        culture: str | None = None,
        training: str | None = None,
        active: bool | None = None,
    ) -> str:
        """Write a rater; one that is there with the same details counts once.

        Parameters
        ----------
        rater_id : str
            The rater.
        name : str, optional
            Name to show.
        role : str, optional
            "rater" (default), "lead" or "analyst".
        kind : str, optional
            "human" (default), "model", "vote" or "simulated".
        languages : str, optional
            Languages, separated by spaces.
        culture : str, optional
            Culture, as the rater gave it.
        training : str, optional
            What training the rater had.
        active : bool, optional
            Whether the rater takes part; True by default.

        Returns
        -------
        str
            The rater_id.

        Raises
        ------
        InputError
            If the role or the kind is unknown.
        StoreError
            If the rater is there with other details; `change_rater` changes them.
        """
        given = {
            "name": name,
            "role": role,
            "kind": kind,
            "languages": languages,
            "culture": culture,
            "training": training,
            "active": active,
        }
        given = {name: value for name, value in given.items() if value is not None}
        default = {"role": "rater", "kind": "human", "active": True}
        row = storable(pd.DataFrame([{"rater_id": rater_id, **default, **given}]), "raters")

        def act(connection: Connection) -> None:
            stored = stored_rows(connection, "raters", row)
            for name in given if len(stored) else ():
                was = stored[name].iloc[0]
                if pd.isna(was) or was != given[name]:
                    known = "nothing" if pd.isna(was) else f'"{was}"'
                    raise StoreError(
                        f"The rater {rater_id} is there already, with another {name}: {known} is "
                        f'stored, "{given[name]}" came. Change it with store.change_rater, or '
                        "choose another rater_id."
                    )
            if stored.empty:
                insert_rows(connection, "raters", row)

        self._database.write(act, {"raters": row})
        return rater_id

    def change_rater(self, rater_id: str, **changes: Any) -> None:
        """Change what is known about a rater; the ratings stay as they are.

        Parameters
        ----------
        rater_id : str
            The rater.
        **changes : object
            Any of name, role, languages, culture, training, active. The kind
            cannot change: what a simulated rater did stays simulated.

        Raises
        ------
        InputError
            If a detail is unknown or does not fit.
        StoreError
            If there is no such rater.
        """
        for name in changes:
            if name not in _CHANGEABLE:
                raise InputError(
                    f'The detail "{name}" of a rater cannot be changed.'
                    f"{nearest(name, _CHANGEABLE)} Possible: {', '.join(_CHANGEABLE)}."
                )

        def act(connection: Connection) -> None:
            wanted = pd.DataFrame({"rater_id": [rater_id]})
            stored = stored_rows(connection, "raters", wanted)
            if stored.empty:
                raise StoreError(f'There is no rater "{rater_id}"; store.add_rater adds one.')
            storable(stored.assign(**changes), "raters")
            sql = METADATA.tables["raters"]
            connection.execute(sa.update(sql).where(sql.c.rater_id == rater_id).values(changes))

        if changes:
            self._database.write(act)

    def add_session(
        self,
        rater_id: str,
        *,
        session_id: str | None = None,
        started_at: datetime | None = None,
        order_mode: str = "in_call",
        headphones: bool | None = None,
        client: str | None = None,
    ) -> str:
        """Write the beginning of a sitting; the same one twice counts once.

        Parameters
        ----------
        rater_id : str
            The rater.
        session_id : str, optional
            Its id (UUIDv7), made here if none came.
        started_at : datetime, optional
            When; now by default.
        order_mode : str
            "in_call" or "random".
        headphones : bool, optional
            Whether headphones are worn, as the rater says.
        client : str, optional
            Where the widget runs.

        Returns
        -------
        str
            The session_id.

        Raises
        ------
        InputError
            If the order is unknown.
        StoreError
            If there is no such rater, or the session is another rater's.
        """
        row = {
            "session_id": session_id or uuid7(),
            "rater_id": rater_id,
            "started_at": started_at or datetime.now(UTC),
            "order_mode": order_mode,
            "headphones": headphones,
            "client": client,
        }
        row = {name: value for name, value in row.items() if value is not None}
        checked = storable(pd.DataFrame([row]), "sessions")
        stamped = None if started_at else "started_at"
        self._database.write(
            lambda c: insert_once(c, "sessions", checked, stamped=stamped), {"sessions": checked}
        )
        return str(row["session_id"])

    def set_headphones(self, session_id: str, headphones: bool) -> None:
        """Write down whether headphones are worn in a sitting, as the rater says.

        Parameters
        ----------
        session_id : str
            The sitting.
        headphones : bool
            What the rater said.

        Raises
        ------
        StoreError
            If there is no such sitting.
        """
        sql = METADATA.tables["sessions"]
        change = sa.update(sql).where(sql.c.session_id == session_id).values(headphones=headphones)

        def act(connection: Connection) -> None:
            if connection.execute(change).rowcount == 0:
                raise StoreError(f'There is no session "{session_id}".')

        self._database.write(act)
