"""Writing the register: calls, how they were cut, what was said, what happened."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError, nearest
from workbench.store import segmenting
from workbench.store.database import StorePart
from workbench.store.events import put_events
from workbench.store.frames import (
    insert_new_rows,
    insert_rows,
    storable,
    stored_rows,
    upsert_rows,
)
from workbench.store.layout import METADATA, stored_table
from workbench.store.transcripts import (
    compare_transcripts,
    remove_transcripts,
    stored_transcripts,
)

_OF_A_CALL = (
    "calls", "recordings", "channels", "customers", "agents", "words", "events", "outcomes",
    "qa_items",
)  # fmt: skip
_FILLED_LATER = ("customers", "agents", "outcomes", "qa_items")
_LEFT_AS_THEY_ARE = ("raters",)
_OWN_WAY = {
    "segmentations": "add_segmentation",
    "utterances": "add_segmentation",
    "ratings": "add_ratings",
    "tags": "add_ratings",
    "scores": "add_ratings",
    "shifts": "add_ratings",
    "notes": "add_note, add_flag or add_ratings",
    "worklists": "add_worklist",
    "gold": "set_gold",
    "taxonomies": "add_taxonomy_version",
}


class Register(StorePart):
    """The part of a store that writes the register."""

    def add_calls(self, tables: Mapping[str, pd.DataFrame]) -> int:
        """Write calls with everything known about them in one transaction: all or nothing.

        Customers, agents and outcomes that are there already are filled in
        with what came; everything else is there once.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            Rows by table: calls, and any of recordings, channels, customers,
            agents, words, events, outcomes, qa_items.

        Returns
        -------
        int
            How many calls are new; one that was there with the same content
            does not count.

        Raises
        ------
        InputError
            If a table is none of a call, a value does not fit, or rows belong
            to a call that did not come.
        StoreError
            If a call or its audio is there with other content.
        """
        rows = _tables(tables, _OF_A_CALL)
        if not len(rows.get("calls", ())):
            raise InputError("No row of the table calls came; expected one a call.")
        for name, table in rows.items():
            if "call_id" in table:
                strange = ~table["call_id"].isin(rows["calls"]["call_id"])
                if strange.any():
                    raise InputError(
                        f"Rows of {name} belong to the call "
                        f"{table.loc[strange, 'call_id'].iloc[0]}, which did not come with them."
                    )

        def act(connection: Connection) -> int:
            _write_all(connection, {n: t for n, t in rows.items() if n in ("customers", "agents")})
            new = insert_new_rows(
                connection,
                "calls",
                rows["calls"],
                "Give this one another call_id, or leave it out.",
            )
            _write_all(
                connection,
                {n: t for n, t in rows.items() if n not in ("calls", "customers", "agents")},
            )
            return new

        return self._database.write(act, rows)

    def add_call(self, tables: Mapping[str, pd.DataFrame]) -> int:
        """Write one call with everything known about it; see `add_calls`.

        Parameters
        ----------
        tables : mapping of str to DataFrame
            As in `add_calls`, with one row of calls.

        Returns
        -------
        int
            1 if the call is new, 0 if it was there with the same content.

        Raises
        ------
        InputError
            If not exactly one call came, a value does not fit, or rows belong
            to another call.
        StoreError
            If the call or its audio is there with other content.
        """
        if (n_calls := len(tables.get("calls", ()))) != 1:
            raise InputError(f"A call came with {n_calls} rows of the table calls; expected one.")
        return self.add_calls(tables)

    def add_rows(self, table: str, rows: pd.DataFrame) -> int:
        """Append rows to a table; rows that are there with the same content count once.

        Customers, agents, outcomes and qa_items that are there already are
        filled in with what came, and raters are left as they are. Ratings,
        segmentations, notes and taxonomies have methods of their own.

        Parameters
        ----------
        table : str
            Name of a stored table.
        rows : DataFrame
            With the documented columns.

        Returns
        -------
        int
            How many were new (of tables that are filled in: how many came).

        Raises
        ------
        InputError
            If there is no such table, or a value does not fit.
        StoreError
            If a row is there with other content, or names one that is not there.
        """
        stored_table(table)
        if table in _OWN_WAY:
            raise InputError(f"Rows of {table} are added with store.{_OWN_WAY[table]}.")
        checked = storable(rows, table)
        return self._database.write(lambda c: _write(c, table, checked), {table: checked})

    def add_words(self, words: pd.DataFrame, *, replace: bool = False) -> int:
        """Write transcripts; all words of a call from one source belong together.

        Parameters
        ----------
        words : DataFrame
            The table words.
        replace : bool
            Whether words of the same calls and sources are replaced, when a
            transcript was corrected.

        Returns
        -------
        int
            How many words were written; 0 if the same transcript was there.

        Raises
        ------
        InputError
            If a value does not fit.
        StoreError
            If there is another transcript of the same call and source.
        """
        rows = storable(words, "words")

        def act(connection: Connection) -> int:
            stored = stored_transcripts(connection, rows)
            changed, same = compare_transcripts(stored, rows)
            if len(changed) and not replace:
                first = changed.iloc[0]
                raise StoreError(
                    f"Call {first['call_id']} has another transcript from {first['source']} "
                    f"already ({first['n_stored']} words stored, {first['n_came']} came). Add it "
                    "with replace=True, or under another source. Nothing was written."
                )
            remove_transcripts(connection, changed)
            return insert_rows(connection, "words", rows[~same])

        return self._database.write(act, {"words": rows})

    def add_events(self, events: pd.DataFrame) -> int:
        """Write events; those that are there with the same content count once.

        Parameters
        ----------
        events : DataFrame
            The table events.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        InputError
            If a value does not fit.
        StoreError
            If an event is there with another end or source.
        """
        return self.add_rows("events", events)

    def replace_events(self, call_id: str, events: pd.DataFrame, *, source: str) -> int:
        """Write all that one source says of a call; what it said before goes.

        Parameters
        ----------
        call_id : str
            The call.
        events : DataFrame
            The table events: rows of this call and source, or none. One that
            another source tells alike, from the same moment on, is left out.
        source : str
            Who says so, for example signal.

        Returns
        -------
        int
            How many were written; 0 if the same was there.

        Raises
        ------
        InputError
            If a value does not fit, or a row is of another call or source.
        StoreError
            If the call is not registered.
        """
        rows = storable(events, "events")
        if not ((rows["call_id"] == call_id) & (rows["source"] == source)).all():
            raise InputError(
                f"Events of another call or source came; expected those of {call_id} by {source}."
            )
        return self._database.write(
            lambda c: put_events(c, call_id, rows, source=source), {"events": rows}
        )

    def add_outcomes(self, tables: Mapping[str, pd.DataFrame] | pd.DataFrame) -> int:
        """Write what became known about calls and customers, which may be later than the calls.

        What came replaces what was there; what did not come stays.

        Parameters
        ----------
        tables : DataFrame or mapping of str to DataFrame
            The table outcomes, or several of outcomes, qa_items, customers and
            agents by name; other tables of a call are left alone.

        Returns
        -------
        int
            How many rows came.

        Raises
        ------
        InputError
            If a value does not fit.
        StoreError
            If a call is not registered.
        """
        named = {"outcomes": tables} if isinstance(tables, pd.DataFrame) else dict(tables)
        chosen = {
            name: named[name] for name in named if name not in set(_OF_A_CALL) - set(_FILLED_LATER)
        }
        rows = _tables(chosen, _FILLED_LATER)
        return self._database.write(lambda c: _write_all(c, rows), rows)

    def add_segmentation(
        self, segmentations: pd.DataFrame, utterances: pd.DataFrame, *, in_use: bool = True
    ) -> int:
        """Write ways of cutting calls, each with its utterances.

        A segmentation that is there already stays as it is, in use or not. The
        first of a call and unit is always in use.

        Parameters
        ----------
        segmentations : DataFrame
            The table segmentations; its in_use is set here.
        utterances : DataFrame
            Their utterances.
        in_use : bool
            Whether the new ones take the place of those in use now.

        Returns
        -------
        int
            How many segmentations were new.

        Raises
        ------
        InputError
            If a value does not fit, or two for the same call and unit are to be
            in use.
        StoreError
            If one is there with other utterances, or a call is not registered.
        """
        cuts = storable(segmentations.assign(in_use=False), "segmentations")
        units = storable(utterances, "utterances")
        segmenting.check_together(cuts, units, in_use=in_use)
        return self._database.write(
            lambda c: segmenting.insert_segmentations(c, cuts, units, in_use=in_use),
            {"segmentations": cuts, "utterances": units},
        )

    def set_in_use(self, segmentation_id: str) -> None:
        """Choose the segmentation that the stages use for its call and unit.

        Parameters
        ----------
        segmentation_id : str
            The segmentation.

        Raises
        ------
        StoreError
            If there is no such segmentation.
        """
        self._database.write(lambda c: segmenting.put_in_use(c, [segmentation_id]))

    def set_roles(self, channels: pd.DataFrame) -> int:
        """Set who speaks on channels; utterances that took their role from there follow.

        An utterance with a role of its own, from a diarised tier for example,
        keeps it.

        Parameters
        ----------
        channels : DataFrame
            Columns call_id, channel, role, and speaker_id where it is known; by
            default a customer or agent is the one of the call, anybody else is
            named by call and channel.

        Returns
        -------
        int
            How many channels changed.

        Raises
        ------
        InputError
            If a column or role is unknown.
        StoreError
            If a channel is not registered.
        """
        return self._database.write(lambda c: segmenting.put_roles(c, channels))


def _tables(tables: Mapping[str, pd.DataFrame], known: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    for name in tables:
        if name not in known:
            raise InputError(
                f'The table "{name}" does not belong here.{nearest(name, known)} '
                f"Expected any of: {', '.join(known)}."
            )
    order = [sql.name for sql in METADATA.sorted_tables]
    return {name: storable(tables[name], name) for name in sorted(tables, key=order.index)}


def _write_all(connection: Connection, tables: Mapping[str, pd.DataFrame]) -> int:
    return sum(_write(connection, name, rows) for name, rows in tables.items())


def _write(connection: Connection, table: str, rows: pd.DataFrame) -> int:
    if table in _FILLED_LATER:
        return upsert_rows(connection, table, rows)
    if table in _LEFT_AS_THEY_ARE:
        key = stored_table(table)[0].key[0]
        known = stored_rows(connection, table, rows)[key]
        return insert_rows(connection, table, rows[~rows[key].isin(known)])
    return insert_new_rows(connection, table, rows, "Nothing was written.")
