"""What every part of a workspace rests on: its folder, settings, database and tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.config import Config
from workbench.errors import InputError, nearest
from workbench.schema import table_named
from workbench.store import Store
from workbench.workspace.cache import Cache

if TYPE_CHECKING:
    from workbench.taxonomies import Taxonomy


class Core:
    """The parts of a workspace, and its tables.

    Parameters
    ----------
    folder : Path
        The folder.
    config : Config
        What its workbench.toml says.
    store : Store
        Its open database.
    """

    def __init__(self, folder: Path, config: Config, store: Store) -> None:
        self.folder = folder
        self.config = config
        self.store = store
        self.cache = Cache(folder / "cache")

    def __repr__(self) -> str:
        """Say what is inside, in a line."""
        recordings = self.store.read("recordings")
        return (
            f"Workspace {self.folder}: {len(self.store.read('calls'))} calls, "
            f"{recordings['duration_s'].sum() / 3600:.1f} hours of audio, "
            f"{len(self.store.current_ratings()[0])} ratings"
        )

    def table(self, name: str, *, as_of: datetime | None = None, **where: Any) -> pd.DataFrame:
        """Give any table of the workbench as a DataFrame.

        Parameters
        ----------
        name : str
            Its name; `wb.schema.data_dictionary()` explains every column.
        as_of : datetime, optional
            For people's work: as it was then.
        **where : object
            Column values to choose rows by, for example call_id="0007"; the
            column pass is written pass_.

        Returns
        -------
        DataFrame
            With the documented columns, dtypes and units.

        Raises
        ------
        InputError
            If there is no such table or column.
        """
        from workbench.workspace import tables

        where = columns_of(where)
        if table_named(name).part == "derived":
            return tables.derived(self, name, as_of=as_of, **where)
        return self.store.read(name, as_of=as_of, **where)

    def utterances(self, *, unit: str = "utterance", call_id: str | None = None) -> pd.DataFrame:
        """List the utterances in use, with the words that were said in them.

        Parameters
        ----------
        unit : str
            "utterance", "turn" or "call".
        call_id : str, optional
            Only this call.

        Returns
        -------
        DataFrame
            The columns of `utterances` and `text` (missing without transcript).
        """
        from workbench.workspace import tables

        return tables.utterances_in_use(self, unit=unit, call_id=call_id)

    def taxonomy(self) -> Taxonomy:
        """Give the taxonomy that ratings are made in now.

        Returns
        -------
        Taxonomy
            From taxonomies/*.yaml; a version that a rating names is frozen.
        """
        from workbench.workspace import labelling

        return labelling.current_taxonomy(self)


def check_call(ws: Core, call_id: str) -> None:
    """Make sure that there is a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        Its name.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    if not ws.store.rows("calls", call_id=call_id):
        known = ws.store.read("calls")["call_id"]
        raise InputError(f'There is no call "{call_id}".{nearest(call_id, known)}')


def columns_of(where: Mapping[str, Any]) -> dict[str, Any]:
    """Turn keyword arguments into column names: `pass_` is the column pass.

    Parameters
    ----------
    where : mapping
        Keyword arguments.

    Returns
    -------
    dict
        The same by column.
    """
    return {name.rstrip("_"): value for name, value in where.items()}
