"""Writing examples of what tags sound like, and the clips that were recorded for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from sqlalchemy.engine import Connection

from workbench.errors import InputError
from workbench.identifiers import uuid7
from workbench.store.database import StorePart
from workbench.store.frames import insert_once, storable

_SPAN = ("call_id", "start_s", "end_s")


class Examples(StorePart):
    """The part of a store that writes clips and examples."""

    def add_clip(self, clip: Mapping[str, Any], *, example: Mapping[str, Any] | None = None) -> str:
        """Write what is known of a recording that a rater made; its file is there already.

        The same clip sent twice counts once.

        Parameters
        ----------
        clip : mapping
            Columns of clips; clip_id and created_at are made where none came.
        example : mapping, optional
            taxonomy, tag and perhaps note and example_id: the example that it
            was recorded for, written in the same transaction.

        Returns
        -------
        str
            The clip_id.

        Raises
        ------
        InputError
            If a column is missing or out of range.
        StoreError
            If the rater or the call is not there, or the same id is there with
            other content. Nothing was written then.
        """
        clip_id = str(clip.get("clip_id") or uuid7())
        row = {"created_at": datetime.now(UTC), **clip, "clip_id": clip_id}
        frames = {"clips": storable(_given(row), "clips")}
        if example is not None:
            frames["examples"] = _example_row({**example, "clip_id": clip_id})

        def act(connection: Connection) -> None:
            for name, rows in frames.items():
                stamped = "created_at" if name == "clips" else None
                insert_once(connection, name, rows, stamped=stamped)

        self._database.write(act, frames)
        return clip_id

    def add_example(self, example: Mapping[str, Any]) -> str:
        """Write that some seconds of a call, or a clip, show what a tag sounds like.

        Parameters
        ----------
        example : mapping
            Columns of examples: taxonomy, tag and either clip_id or call_id,
            start_s and end_s, perhaps channel; and perhaps note, what to listen
            for. example_id is made where none came.

        Returns
        -------
        str
            The example_id.

        Raises
        ------
        InputError
            If it names neither a clip nor seconds of a call, or both.
        StoreError
            If the clip or the call is not there.
        """
        rows = _example_row(example)
        self._database.write(
            lambda c: insert_once(c, "examples", rows, stamped=None), {"examples": rows}
        )
        return str(rows["example_id"].item())


def _example_row(example: Mapping[str, Any]) -> pd.DataFrame:
    span = [name for name in _SPAN if example.get(name) is not None]
    if bool(span) == (example.get("clip_id") is not None) or len(span) not in (0, len(_SPAN)):
        came = ", ".join(name for name in ("clip_id", *_SPAN) if example.get(name) is not None)
        raise InputError(
            "An example is a clip (clip_id) or some seconds of a call (call_id, start_s and "
            f"end_s); {came or 'none of these'} came."
        )
    return storable(
        _given({**example, "example_id": example.get("example_id") or uuid7()}), "examples"
    )


def _given(row: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{name: value for name, value in row.items() if value is not None}])
