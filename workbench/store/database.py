"""One open database: reading, and writing that is whole or not at all."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection

from workbench.errors import StoreBusyError, StoreError
from workbench.store.engines import BEGIN, make_engine
from workbench.store.references import Rows, explain_refusal
from workbench.store.refusals import sentences
from workbench.store.urls import plain_url, sqlite_path

T = TypeVar("T")
_ATTEMPTS = 4
_TURNS: dict[Path, threading.Lock] = {}
_AGAIN = ("23505", "40001", "40P01")


class Database:
    """A database and its connections, one for each thread that asks.

    Parameters
    ----------
    url : sqlalchemy.engine.URL
        From `parse_url`.
    wait_s : float
        How long to wait for a lock or an answer, seconds.

    Raises
    ------
    StoreError
        If the driver is not installed.
    """

    def __init__(self, url: URL, *, wait_s: float) -> None:
        self.url = url
        self.place = plain_url(url)
        self.path = sqlite_path(url)
        self._wait_s = wait_s
        self._engine = make_engine(url, wait_s=wait_s)
        self._writer = self._engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        self._identity = _identity(self.path)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.path is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reading, which sees one moment of the database.

        Yields
        ------
        sqlalchemy.engine.Connection
            Closed when the block ends.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        self._check_place()
        with sentences(self.url), self._engine.connect() as connection, connection.begin():
            yield connection

    def write(self, act: Callable[[Connection], T], tables: Mapping[str, Rows] | None = None) -> T:
        """Do something in one transaction and return after it is on the disk.

        The act may be done again from the start if another program wrote the
        same rows at the same time, so it must not change anything but the
        database.

        Parameters
        ----------
        act : callable
            Takes the connection; what it returns is returned.
        tables : mapping of str to DataFrame or list of dict, optional
            The rows that it writes, by table, to say which were refused.

        Returns
        -------
        object
            What the act returned.

        Raises
        ------
        StoreError
            If the database refuses; nothing was written then.
        """
        self._check_place()
        for attempt in range(_ATTEMPTS):
            with sentences(self.url):
                try:
                    with self._turn(), self._writer.begin() as connection:
                        return act(connection)
                except exc.DBAPIError as error:
                    state = getattr(error.orig, "sqlstate", None)
                    if state in _AGAIN and attempt < _ATTEMPTS - 1:
                        continue
                    if not isinstance(error, exc.IntegrityError):
                        raise
                    refused = error
            break
        with self.reading() as connection:
            reason = explain_refusal(connection, tables or {})
        text = reason or str(refused.orig).splitlines()[0].rstrip(".") + "."
        raise StoreError(f"{text} Nothing was written.") from refused

    def use_write_ahead_log(self) -> None:
        """Let readers of a SQLite file go on while somebody writes; the file remembers it.

        Raises
        ------
        StoreError
            If the file cannot be written to.
        """
        if self.path is None:
            return
        until = time.monotonic() + self._wait_s
        without = self._engine.execution_options(**{BEGIN: ""})
        with sentences(self.url), without.connect() as connection:
            while True:
                # SQLite does not wait for this lock itself, whatever its time limit.
                try:
                    connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                    return
                except exc.OperationalError as error:
                    if "locked" not in str(error.orig) or time.monotonic() > until:
                        raise
                time.sleep(0.02)

    def close(self) -> None:
        """Close every connection; the next use opens new ones."""
        self._engine.dispose()

    def remember_file(self) -> None:
        """Take the file that is there now as the one that was opened."""
        self._identity = _identity(self.path)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let the threads of this process write to a SQLite file one after the other.

        SQLite itself lets waiting writers try again at random, so that one of
        many may never come to its turn.
        """
        if self.path is None:
            yield
            return
        lock = _TURNS.setdefault(self.path, threading.Lock())
        if not lock.acquire(timeout=self._wait_s):
            raise StoreBusyError(
                f"The database {self.place} has been written to by another cell or widget for "
                f"{self._wait_s:g} s. Do it again when that is done; nothing was written."
            )
        try:
            yield
        finally:
            lock.release()

    def _check_place(self) -> None:
        if self._identity is not None and _identity(self.path) != self._identity:
            raise StoreBusyError(
                f"The file of {self.place} was moved, deleted or replaced while it was open, and "
                "what is written now would be lost with it. Open the workspace again."
            )


class StorePart:
    """A part of a store: some of the methods, on one database.

    Parameters
    ----------
    database : Database
        An open database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database


def _identity(path: os.PathLike[str] | None) -> tuple[int, int] | None:
    if path is None:
        return None
    try:
        found = os.stat(path)  # noqa: PTH116 - the quick form, once a write
    except OSError:
        return None
    return found.st_dev, found.st_ino
