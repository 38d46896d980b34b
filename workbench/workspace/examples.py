"""What tags sound like: seconds of calls and clips made with the microphone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.audio import file_sha256, probe_audio
from workbench.config import write_config
from workbench.errors import InputError, WorkspaceError, nearest
from workbench.workspace import labelling, rows
from workbench.workspace.core import check_call

if TYPE_CHECKING:
    from workbench.widgets import Recorder
    from workbench.workspace.core import Core

FOLDER = "recordings"
COLUMNS = (
    "taxonomy", "tag", "example_id", "clip_id", "call_id", "channel", "start_s", "end_s",
    "duration_s", "rater_id", "note",
)  # fmt: skip


def recorder(
    ws: Core, rater: str, *, tag: str | None, call_id: str | None, language: str
) -> Recorder:
    """Open the Recorder for a tag of the current taxonomy or for a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    rater : str
        Who speaks.
    tag : str or None
        The tag that is chosen at first.
    call_id : str or None
        The call that a voice note is for.
    language : str
        Language of the words on the screen.

    Returns
    -------
    Recorder
        The widget.

    Raises
    ------
    InputError
        If tag and call came, or there is no such tag or call.
    """
    from workbench.widgets import Recorder

    if tag is not None and call_id is not None:
        raise InputError(
            "A recording is an example of a tag or a note on a call; give one of them."
        )
    if call_id is not None:
        check_call(ws, call_id)
    taxonomy = labelling.current_taxonomy(ws)
    ws.store.add_rater(rater)

    def keep(clip: dict[str, Any]) -> None:
        example = None if call_id else {"taxonomy": taxonomy.taxonomy, "tag": clip["tag"]}
        keep_clip(ws, clip, rater=rater, call_id=call_id, example=example)

    tags = () if call_id else taxonomy.definition["tags"]
    return Recorder(keep, tags=tags, tag=tag, call_id=call_id, language=language)


def keep_clip(
    ws: Core,
    clip: Mapping[str, Any],
    *,
    rater: str,
    call_id: str | None,
    example: Mapping[str, Any] | None,
) -> None:
    """Write a clip losslessly into the workspace's folder, then what is known of it.

    Parameters
    ----------
    ws : Core
        The workspace.
    clip : mapping
        From the Recorder: clip_id, samples, sampling_rate_hz, note.
    rater : str
        Who recorded it.
    call_id : str or None
        The call that it is a voice note for.
    example : mapping or None
        taxonomy and tag that it shows.

    Raises
    ------
    WorkspaceError
        If the file cannot be written.
    StoreError
        If the database does not take it; the file is taken away again.
    """
    root, folder = _own_root(ws)
    path = folder / f"{clip['clip_id']}.flac"
    _write_flac(path, clip["samples"], clip["sampling_rate_hz"])
    try:
        heard = probe_audio(path)
        ws.store.add_clip(
            {
                "clip_id": clip["clip_id"],
                "rater_id": rater,
                "root": root,
                "path": path.name,
                "sha256": file_sha256(path),
                "codec": heard.codec,
                "sampling_rate_hz": heard.sampling_rate_hz,
                "duration_s": heard.duration_s,
                "call_id": call_id,
                "note": clip["note"],
            },
            example=None if example is None else {**example, "note": clip["note"]},
        )
    except Exception:
        if ws.store.read("clips", clip_id=clip["clip_id"]).empty:
            path.unlink(missing_ok=True)
        raise


def _own_root(ws: Core) -> tuple[str, Path]:
    """Find the audio root of the workspace's own recordings; the first one makes it."""
    folder = ws.folder / FOLDER
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{folder} cannot be made ({error.strerror}).") from error
    for name, place in ws.config.roots.items():
        if "://" not in place and ws.folder / place == folder:
            return name, folder
    name = FOLDER if FOLDER not in ws.config.roots else f"{FOLDER}_{len(ws.config.roots) + 1}"
    config = replace(ws.config, roots={**ws.config.roots, name: FOLDER})
    write_config(ws.folder, config)
    ws.config = config
    return name, folder


def _write_flac(path: Path, samples: npt.NDArray[np.float32], sampling_rate_hz: int) -> None:
    import soundfile

    unfinished = path.with_suffix(".new")
    try:
        with unfinished.open("wb") as stream:
            clipped = np.clip(samples, -1.0, 1.0)
            soundfile.write(stream, clipped, sampling_rate_hz, format="FLAC", subtype="PCM_16")
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise WorkspaceError(
            f"The recording cannot be written to {path.parent} ({error.strerror}). "
            "Make room or the folder writable, and save once more; it is still here."
        ) from error


def add_example(ws: Core, tag: str, row: Any, *, note: str | None) -> str:
    """Name some seconds of a call as an example of a tag.

    Parameters
    ----------
    ws : Core
        The workspace.
    tag : str
        A tag of the current taxonomy.
    row : mapping, Series, one-row DataFrame or str
        As for `listen`; it has to say from when to when.
    note : str or None
        What to listen for.

    Returns
    -------
    str
        The example_id.

    Raises
    ------
    InputError
        If there is no such tag, or the row has no start and end.
    """
    taxonomy = labelling.current_taxonomy(ws)
    _check_tag(tag, [str(one["tag"]) for one in taxonomy.definition["tags"]], taxonomy.taxonomy)
    span = rows.span_of(ws, rows.one_row(row))
    where: dict[str, Any]
    if span.clip_id is not None:
        where = {"clip_id": span.clip_id}
    elif span.whole:
        raise InputError(
            f"The row stands for the whole of call {span.call_id}; an example needs start_s and "
            "end_s, a few seconds."
        )
    else:
        where = {
            "call_id": span.call_id,
            "channel": span.channel,
            "start_s": span.start_s,
            "end_s": span.end_s,
        }
    return ws.store.add_example({"taxonomy": taxonomy.taxonomy, "tag": tag, "note": note, **where})


def examples(ws: Core, tag: str | None = None) -> pd.DataFrame:
    """List the examples of the current taxonomy, newest last.

    Parameters
    ----------
    ws : Core
        The workspace.
    tag : str, optional
        Only those of this tag.

    Returns
    -------
    DataFrame
        The table examples with duration_s, and rater_id where it is a clip.

    Raises
    ------
    InputError
        If there is no such tag in the taxonomy and no example of it.
    """
    taxonomy = labelling.current_taxonomy(ws)
    found = ws.store.read("examples", taxonomy=taxonomy.taxonomy)
    if tag is not None:
        known = {str(one["tag"]) for one in taxonomy.definition["tags"]} | set(found["tag"])
        _check_tag(tag, sorted(known), taxonomy.taxonomy)
        found = found[found["tag"] == tag]
    clips = ws.store.read("clips")[["clip_id", "rater_id", "duration_s"]]
    found = found.merge(clips, on="clip_id", how="left")
    found["duration_s"] = found["duration_s"].fillna(found["end_s"] - found["start_s"])
    return found.sort_values(["tag", "example_id"], ignore_index=True)[list(COLUMNS)]


def _check_tag(tag: str, known: list[str], taxonomy: str) -> None:
    if tag not in known:
        raise InputError(
            f'The taxonomy "{taxonomy}" has no tag "{tag}".{nearest(tag, known)} '
            f"It has: {', '.join(known)}."
        )
