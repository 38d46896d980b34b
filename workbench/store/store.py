"""The store: the register of calls and people's work, behind one object."""

from __future__ import annotations

from types import TracebackType

import sqlalchemy as sa

from workbench.store.adjudications import Adjudications
from workbench.store.corrections import Corrections
from workbench.store.examples import Examples
from workbench.store.people import People
from workbench.store.raters import Raters
from workbench.store.reading import Reading
from workbench.store.register import Register
from workbench.store.revisions import found_version
from workbench.store.traces import Traces
from workbench.store.worklists import Worklists


class Store(
    Reading,
    Register,
    Corrections,
    People,
    Adjudications,
    Raters,
    Worklists,
    Examples,
    Traces,
):
    """An open database of the workbench; `open_store` and `create_database` give one.

    Every method that writes does so in one transaction and returns after it is
    on the disk. People's work is only ever appended. A store may be used from
    several threads at once.

    Parameters
    ----------
    database : Database
        Open, with the tables of this version.

    Examples
    --------
    >>> import tempfile
    >>> from workbench.store import create_database
    >>> from workbench.taxonomies import default_taxonomy
    >>> store = create_database(f"sqlite:///{tempfile.mkdtemp()}/workbench.db")
    >>> store.add_rater("r01", name="Ann")
    'r01'
    >>> store.add_taxonomy_version(default_taxonomy())
    >>> store.read("raters")["name"].tolist()
    ['Ann']
    """

    def __repr__(self) -> str:
        """Say which database it is."""
        return f"Store({self.url!r})"

    def __enter__(self) -> Store:
        """Give the store itself; it is closed when the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    @property
    def url(self) -> str:
        """Where the database is, without a password."""
        return self._database.place

    def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        self._database.close()

    def description(self) -> str:
        """Say in a line what the database is.

        Returns
        -------
        str
            Kind, place, version of the tables and number of ratings.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        version = found_version(self._database)
        kind = "SQLite" if self._database.is_sqlite else "PostgreSQL"
        counts = self.row_counts().set_index("table")["n_rows"]
        return (
            f"{kind}, {self.url}, tables of version {version}, "
            f"{counts['calls']} calls, {counts['ratings']} ratings"
        )

    def problems(self) -> list[str]:
        """Check whether the database is sound.

        Returns
        -------
        list of str
            What is wrong, a sentence each; empty if nothing is. PostgreSQL
            checks its files itself.

        Raises
        ------
        StoreError
            If the database does not answer.
        """
        if not self._database.is_sqlite:
            return []
        with self._database.reading() as connection:
            damages = connection.execute(sa.text("PRAGMA integrity_check")).scalars().all()
            loose = connection.execute(sa.text("PRAGMA foreign_key_check")).all()
        found = [f"The database is damaged: {text}." for text in damages if text != "ok"]
        return found + [f"A row of {row[0]} names a row of {row[2]} that is gone." for row in loose]
