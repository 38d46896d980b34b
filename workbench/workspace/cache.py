"""What can be computed again, kept on disk so that it need not be."""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import WorkspaceError
from workbench.schema import check_table, empty_table, table_named

_UNFINISHED = ".new"


class Cache:
    """Derived tables, peaks and powers in files that may be deleted at any time.

    A file is named after the call and a hash of everything that its content
    depends on, so a file is either right or not there.

    Parameters
    ----------
    folder : Path
        The folder `cache/` of a workspace.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, kind: str, call_id: str, ending: str, *depends_on: object) -> Path:
        text = json.dumps([call_id, *depends_on], sort_keys=True, default=str)
        digest = hashlib.sha256(text.encode()).hexdigest()[:24]
        return self.folder / kind / f"{digest}.{ending}"

    def has(self, table: str, call_id: str, *depends_on: object) -> bool:
        """Say whether a call's rows of a table are there.

        Parameters
        ----------
        table : str
            Name of a derived table.
        call_id : str
            The call.
        *depends_on : object
            Everything else that the rows depend on.

        Returns
        -------
        bool
            Whether `read` would find them.
        """
        return self._path(table, call_id, "parquet", *depends_on).exists()

    def write(self, table: str, call_id: str, rows: pd.DataFrame, *depends_on: object) -> None:
        """Keep a call's rows of a table; the file appears whole or not at all.

        Parameters
        ----------
        table : str
            Name of a derived table.
        call_id : str
            The call.
        rows : DataFrame
            Its rows.
        *depends_on : object
            Everything else that the rows depend on.
        """
        path = self._path(table, call_id, "parquet", *depends_on)
        rows = check_table(rows, table)
        for column in _json_columns(table):
            rows[column] = [None if _missing(v) else json.dumps(v) for v in rows[column]]
        _write(path, lambda stream: rows.to_parquet(stream, index=False))

    def read(self, table: str, keys: Iterable[tuple[object, ...]]) -> pd.DataFrame:
        """Read the rows of some calls; none of a call whose rows are not there.

        Parameters
        ----------
        table : str
            Name of a derived table.
        keys : iterable of tuple
            For each call its id and everything else that the rows depend on.

        Returns
        -------
        DataFrame
            The rows, with the documented columns.
        """
        import pyarrow
        import pyarrow.parquet

        paths = [self._path(table, str(call), "parquet", *on) for call, *on in keys]
        parts = [
            pyarrow.parquet.read_table(path, use_threads=False) for path in paths if path.exists()
        ]
        if not parts:
            return empty_table(table)
        rows = pyarrow.concat_tables(parts, promote_options="permissive").to_pandas()
        for column in _json_columns(table):
            rows[column] = [None if _missing(v) else json.loads(v) for v in rows[column]]
        return check_table(rows, table)

    def array(self, kind: str, call_id: str, *depends_on: object) -> npt.NDArray[np.float32] | None:
        """Read the peaks or powers of a call, if they are there.

        Parameters
        ----------
        kind : str
            What they are, for example peaks.
        call_id : str
            The call.
        *depends_on : object
            Everything else that they depend on.

        Returns
        -------
        ndarray of float32 or None
            As they were written.
        """
        path = self._path(kind, call_id, "npy", *depends_on)
        return np.load(path) if path.exists() else None

    def write_array(
        self, kind: str, call_id: str, values: npt.NDArray[np.float32], *depends_on: object
    ) -> None:
        """Keep the peaks or powers of a call.

        Parameters
        ----------
        kind : str
            What they are, for example peaks.
        call_id : str
            The call.
        values : ndarray of float32
            The numbers.
        *depends_on : object
            Everything else that they depend on.
        """
        path = self._path(kind, call_id, "npy", *depends_on)
        _write(path, lambda stream: np.save(stream, values))

    def remove_unfinished(self) -> None:
        """Remove what a killed process left half-written.

        A file that another process is writing at this moment may be among them;
        that process writes it again.
        """
        for path in self.folder.glob(f"*/*{_UNFINISHED}"):
            path.unlink(missing_ok=True)


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    content = io.BytesIO()
    write(content)
    new = path.with_name(f"{path.name}.{uuid4().hex}{_UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while not _put_down(content.getbuffer(), new, path):
            pass
    except OSError as error:
        raise WorkspaceError(
            f"{path.parent} cannot be written to ({error.strerror}). Make room there or see that "
            "the folder is yours; what was kept before stays."
        ) from error
    finally:
        new.unlink(missing_ok=True)


def _put_down(content: memoryview, new: Path, path: Path) -> bool:
    """Write a file whole; say whether nobody took it away before it had its name."""
    with new.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        new.replace(path)
    except FileNotFoundError:
        return False
    return True


def _json_columns(table: str) -> list[str]:
    return [c.name for c in table_named(table).columns.values() if c.kind == "json"]


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))
