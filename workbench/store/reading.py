"""Reading tables, all of a table or some rows, now or as of a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
import sqlalchemy as sa

from workbench.errors import InputError, StoreError, nearest
from workbench.schema import Column, Table
from workbench.store.bulk import Row
from workbench.store.database import StorePart
from workbench.store.frames import read_rows
from workbench.store.layout import METADATA, stored_table
from workbench.store.ratings import current_query
from workbench.taxonomies import Taxonomy, taxonomy_from_definition

_ORDER = {
    "utterances": ["call_id", "start_s", "end_s", "channel", "utterance_id"],
    "segmentations": ["call_id", "created_at", "segmentation_id"],
    "sessions": ["started_at", "session_id"],
    "worklists": ["created_at", "worklist"],
    "assignments": ["rater_id", "worklist", "position", "assignment_id"],
    "ratings": ["created_at", "rating_id"],
    "notes": ["created_at", "note_id"],
    "adjudications": ["created_at", "adjudication_id"],
}
_DATED_BY = {"sessions": "started_at"}
_PARTS_OF = {
    "tags": ("ratings", "rating_id"),
    "scores": ("ratings", "rating_id"),
    "shifts": ("ratings", "rating_id"),
    "trace_points": ("traces", "trace_id"),
}
_MOST_IN_A_QUERY = 900
_PYTHON: dict[str, Any] = {"str": str, "int": int, "float": (int, float), "bool": bool}


class Reading(StorePart):
    """The part of a store that reads."""

    def read(
        self, table: str, *, as_of: datetime | str | None = None, **equals: Any
    ) -> pd.DataFrame:
        """Read a table, or those of its rows in which columns have given values.

        Parameters
        ----------
        table : str
            Name of a table of the register, of people's work or of outcomes.
        as_of : datetime or str, optional
            For people's work: what was there at that moment. A moment without
            a zone is UTC.
        **equals : object
            A column and its value, a list of values, or None for rows without
            one. A column named like a word of Python takes an underscore:
            pass_="voice".

        Returns
        -------
        DataFrame
            With the documented columns and dtypes, always in the same order.

        Raises
        ------
        InputError
            If there is no such table or column, a value has the wrong type, or
            the table keeps no dates.
        StoreError
            If the database does not answer.

        Examples
        --------
        >>> import tempfile
        >>> from workbench.store import open_store
        >>> store = open_store(f"sqlite:///{tempfile.mkdtemp()}/workbench.db", create=True)
        >>> store.read("ratings", rater_id=["r01", "r02"], pass_="voice").empty
        True
        """
        definition, sql = stored_table(table)
        query = sa.select(sql)
        if as_of is not None:
            query = query.where(_as_of(definition, _moment(as_of)))
        query, left = _where(query, definition, sql, equals)
        with self._database.reading() as connection:
            rows = read_rows(connection, table, query)
        return _ordered(_only(rows, left), definition)

    def rows(self, table: str, **equals: Any) -> list[Row]:
        """Read a few rows as plain Python values, in a fraction of the time of `read`.

        Parameters
        ----------
        table : str
            Name of a table of the register, of people's work or of outcomes.
        **equals : object
            A column and its value, or None for rows without one.

        Returns
        -------
        list of dict
            One value a column, None for a gap; in the order of the key.

        Raises
        ------
        InputError
            If there is no such table or column, or a value has the wrong type.
        StoreError
            If the database does not answer.

        Examples
        --------
        >>> import tempfile
        >>> from workbench.store import open_store
        >>> store = open_store(f"sqlite:///{tempfile.mkdtemp()}/workbench.db", create=True)
        >>> store.rows("channels", call_id="0007")
        []
        """
        definition, sql = stored_table(table)
        query, _ = _where(sa.select(sql), definition, sql, equals)
        query = query.order_by(*(sql.c[name] for name in definition.key))
        with self._database.reading() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def current_ratings(
        self,
        as_of: datetime | str | None = None,
        *,
        adjudications: bool | Literal["only"] = False,
        **equals: Any,
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Read the ratings that stand: neither superseded nor taken back.

        Passes and versions of taxonomies stay side by side; choose among them
        before you count.

        Parameters
        ----------
        as_of : datetime or str, optional
            Those that stood at that moment; a moment without a zone is UTC.
        adjudications : bool or "only", default False
            Whether decisions of leads are among them: they are ratings too, but
            made with all others in view. "only" gives nothing else.
        **equals : object
            As in `read`, with columns of ratings; call_id is understood too.

        Returns
        -------
        ratings : DataFrame
            The table ratings, one row a rating that stands.
        tags : DataFrame
            Their tags.
        scores : DataFrame
            Their scores.

        Raises
        ------
        InputError
            If there is no such column, or a value has the wrong type.
        StoreError
            If the database does not answer.
        """
        definition, sql = stored_table("ratings")
        query = current_query(None if as_of is None else _moment(as_of))
        if adjudications is not True:
            decided = sa.select(METADATA.tables["adjudications"].c.rating_id)
            chosen_ids = sql.c.rating_id.in_(decided)
            query = query.where(chosen_ids if adjudications == "only" else ~chosen_ids)
        if "call_id" in equals:
            utterances, table = stored_table("utterances")
            calls = {"call_id": equals.pop("call_id")}
            chosen, left = _where(sa.select(table.c.utterance_id), utterances, table, calls)
            if left:
                raise InputError(f"More than {_MOST_IN_A_QUERY} calls were named; read them all.")
            query = query.where(sql.c.utterance_id.in_(chosen))
        query, left = _where(query, definition, sql, equals)
        ids = query.with_only_columns(sql.c.rating_id)
        parts = []
        with self._database.reading() as connection:
            ratings = _only(read_rows(connection, "ratings", query), left)
            for name in ("tags", "scores"):
                part = METADATA.tables[name]
                rows = sa.select(part).where(part.c.rating_id.in_(ids))
                parts.append(read_rows(connection, name, rows))
        if left:
            parts = [rows[rows["rating_id"].isin(ratings["rating_id"])] for rows in parts]
        tags, scores = (
            _ordered(rows, stored_table(name)[0])
            for name, rows in zip(("tags", "scores"), parts, strict=True)
        )
        return _ordered(ratings, definition), tags, scores

    def calls_with_words(self) -> set[str]:
        """Find the calls that have a transcript, without reading it.

        Returns
        -------
        set of str
            Their ids.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        words = METADATA.tables["words"]
        with self._database.reading() as connection:
            return set(connection.execute(sa.select(words.c.call_id).distinct()).scalars())

    def frozen_taxonomy(self, taxonomy: str, version: str) -> Taxonomy:
        """Read a version of a taxonomy as ratings were made with it.

        Parameters
        ----------
        taxonomy : str
            Its name.
        version : str
            Its version.

        Returns
        -------
        Taxonomy
            The frozen one.

        Raises
        ------
        StoreError
            If the database has no such version; the message lists those it has.
        """
        known = self.read("taxonomies")
        mine = known[(known["taxonomy"] == taxonomy) & (known["version"] == version)]
        if mine.empty:
            names = ", ".join(
                f"{t} {v}" for t, v in zip(known["taxonomy"], known["version"], strict=True)
            )
            raise StoreError(
                f"The database has no taxonomy {taxonomy} of version {version}. "
                f"It has: {names or 'none'}."
            )
        return taxonomy_from_definition(mine["definition"].iloc[0])

    def standing_rating(self, payload: Mapping[str, Any]) -> str | None:
        """Find the rating that a rating would take the place of.

        Two widgets of the same rater may not know of each other, so the one a
        widget names in supersedes may have been superseded since.

        Parameters
        ----------
        payload : mapping
            As for `add_rating`.

        Returns
        -------
        str or None
            The end of the chain that begins at the named one; without one, the
            rater's standing rating of the same utterance, version, pass and
            assignment; for a rating that is stored already, what it supersedes
            there.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        sql = METADATA.tables["ratings"]
        same = ("utterance_id", "rater_id", "taxonomy", "version", "pass")
        query = sa.select(sql.c.rating_id, sql.c.supersedes, sql.c.retracted, sql.c.assignment_id)
        with self._database.reading() as connection:
            rows = connection.execute(
                query.where(*(sql.c[name] == payload[name] for name in same))
            ).all()
        for row in rows:
            if row.rating_id == payload["rating_id"]:
                return None if row.supersedes is None else str(row.supersedes)
        after = {row.supersedes: row for row in rows if row.supersedes}
        named = payload.get("supersedes")
        if named in after:
            while named in after:
                named = after[named].rating_id
            return str(named)
        if named is not None:
            return str(named)
        standing = [
            row.rating_id
            for row in rows
            if row.rating_id not in after
            and not row.retracted
            and row.assignment_id == payload.get("assignment_id")
        ]
        return str(max(standing)) if standing else None

    def row_counts(self) -> pd.DataFrame:
        """Count the rows of every table.

        Returns
        -------
        DataFrame
            Columns table, n_rows.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        one_each = [
            sa.select(sa.literal(name).label("table"), sa.func.count().label("n_rows")).select_from(
                sql
            )
            for name, sql in METADATA.tables.items()
        ]
        with self._database.reading() as connection:
            counts = [tuple(row) for row in connection.execute(sa.union_all(*one_each))]
        return pd.DataFrame(counts, columns=["table", "n_rows"])


def _as_of(table: Table, moment: datetime) -> sa.ColumnElement[bool]:
    if table.part != "people":
        raise InputError(
            f"The table {table.name} is not people's work and keeps no earlier states; "
            "read it without as_of."
        )
    if table.name in _PARTS_OF:
        whole, key = _PARTS_OF[table.name]
        owner, own = METADATA.tables[whole], METADATA.tables[table.name]
        return own.c[key].in_(sa.select(owner.c[key]).where(owner.c.created_at <= moment))
    dated = _DATED_BY.get(table.name, "created_at")
    if dated not in table.columns:
        raise InputError(
            f"The table {table.name} keeps no dates, so it has no earlier state; "
            "read it without as_of."
        )
    return METADATA.tables[table.name].c[dated] <= moment


def _moment(value: datetime | str) -> datetime:
    try:
        moment = pd.Timestamp(value)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"as_of is {value!r}; expected a moment, for example "
            'datetime(2026, 3, 1, tzinfo=UTC) or "2026-03-01T12:00Z".'
        ) from error
    if pd.isna(moment):
        raise InputError("as_of is empty; leave it out to read what is there now.")
    moment = moment.tz_localize(UTC) if moment.tzinfo is None else moment.tz_convert(UTC)
    found: datetime = moment.to_pydatetime(warn=False)
    return found


def _where(
    query: sa.Select[Any], table: Table, sql: sa.Table, equals: dict[str, Any]
) -> tuple[sa.Select[Any], dict[str, list[Any]]]:
    left: dict[str, list[Any]] = {}
    for name, value in equals.items():
        column = _column(table, name)
        if isinstance(value, str) or not isinstance(value, Iterable):
            plain = _plain(value, column, table)
            own = sql.c[column.name]
            query = query.where(own.is_(None) if plain is None else own == plain)
            continue
        values = [_plain(v, column, table) for v in value]
        if len(values) > _MOST_IN_A_QUERY:
            left[column.name] = values
        else:
            query = query.where(sql.c[column.name].in_(values))
    return query, left


def _column(table: Table, name: str) -> Column:
    name = name if name in table.columns else name.rstrip("_")
    if name not in table.columns:
        raise InputError(
            f'The table {table.name} has no column "{name}".{nearest(name, table.columns)} '
            f"It has: {', '.join(table.columns)}."
        )
    column = table.columns[name]
    if column.kind == "json":
        raise InputError(f'Rows cannot be chosen by "{name}", which holds JSON; filter the table.')
    return column


def _plain(value: Any, column: Column, table: Table) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if column.kind == "time":
        return _moment(value)
    if column.kind == "int" and isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) == (column.kind == "bool") and isinstance(
        value, _PYTHON[column.kind]
    ):
        return value
    raise InputError(
        f'The column "{column.name}" of {table.name} holds {column.kind} values; '
        f"{value!r} is of another kind."
    )


def _only(rows: pd.DataFrame, left: dict[str, list[Any]]) -> pd.DataFrame:
    for name, values in left.items():
        rows = rows[rows[name].isin(values)]
    return rows


def _ordered(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    by = _ORDER.get(table.name, list(table.key))
    return rows.sort_values(by, kind="stable", ignore_index=True)
