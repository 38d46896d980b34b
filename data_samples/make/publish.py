"""Write the performed calls: audio files, transcripts, words and what is true."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import soundfile

from .stage import RATE_HZ, Performance

_FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "opus": (".opus", {"format": "OGG", "subtype": "OPUS", "compression_level": 0.95}),
    "wav/ulaw": (".wav", {"format": "WAV", "subtype": "ULAW"}),
    "wav/gsm": (".wav", {"format": "WAV", "subtype": "GSM610"}),
}
_MANIFEST = (
    "call_id", "path", "customer_path", "agent_path", "offset_s", "role_0", "role_1",
    "agent_id", "team", "customer_id", "queue", "reason", "started_at", "utc_offset_min",
    "direction", "language", "customer_culture", "handle_s", "hold_s", "n_transfers", "escalated",
    "escalated_at_s", "qa_score", "csat", "nps", "survey_invited", "survey_answered", "resolved",
    "policy_period", "churned_at", "observed_until",
)  # fmt: skip


def files_of(done: Performance) -> list[tuple[dict[str, Any], str, npt.NDArray[np.float64]]]:
    """Lay out a call in files.

    Parameters
    ----------
    done : Performance
        The call as played.

    Returns
    -------
    list of (dict, str, ndarray)
        For each file: its part of the manifest row, its name, frames by channels.
    """
    settings = done.play.head["file"]
    ending = _FORMATS[settings["format"]][0]
    call_id, layout = done.play.call_id, settings["layout"]
    customer, agent = done.sides["customer"], done.sides["agent"]
    if layout == "mono":
        both = np.clip(customer + agent, -0.999, 0.999)[:, None]
        return [({"path": f"{call_id}{ending}"}, f"{call_id}{ending}", both)]
    if layout == "sides":
        names = {role: f"{call_id}-{role}{ending}" for role in ("customer", "agent")}
        row = {f"{role}_path": name for role, name in names.items()}
        return [(row, names["customer"], customer[:, None]), ({}, names["agent"], agent[:, None])]
    roles = ("agent", "customer") if layout == "swapped" else ("customer", "agent")
    frames = np.column_stack([done.sides[role] for role in roles])
    files = []
    for number, (start_s, end_s) in enumerate(done.recordings):
        part = f"-{number + 1}" if len(done.recordings) > 1 else ""
        name = f"{call_id}{part}{ending}"
        row = {"path": name, "role_0": roles[0], "role_1": roles[1]}
        if part:
            row["offset_s"] = start_s
        cut = frames[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]
        files.append((row, name, cut))
    return files


def write_audio(
    done: Performance, folder: Path, known: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Encode the files of a call.

    An encoder may write other bytes for the same samples (Ogg files carry a random
    serial number), so files whose samples are known already are left as they are.

    Parameters
    ----------
    done : Performance
        The call as played.
    folder : Path
        Where the files go.
    known : mapping of str to str, optional
        SHA-256 of the samples behind files that are there, by file name.

    Returns
    -------
    list of dict
        file, call_id, duration_s, n_channels and the SHA-256 of the 16-bit samples before encoding.
    """
    settings = _FORMATS[done.play.head["file"]["format"]][1]
    rows = []
    for _, name, frames in files_of(done):
        pcm = np.round(frames * 32767.0).astype("<i2")
        digest = hashlib.sha256(pcm.tobytes()).hexdigest()
        if (known or {}).get(name) != digest or not (folder / name).exists():
            soundfile.write(folder / name, pcm, RATE_HZ, **settings)
        rows.append(
            {
                "file": name,
                "call_id": done.play.call_id,
                "duration_s": round(len(pcm) / RATE_HZ, 3),
                "n_channels": pcm.shape[1],
                "pcm_sha256": digest,
            }
        )
    return rows


def manifest_rows(done: Performance) -> list[dict[str, Any]]:
    """Write the manifest rows of a call: one, or one a recording after a transfer.

    Parameters
    ----------
    done : Performance
        The call as played.

    Returns
    -------
    list of dict
        Rows with the columns of the manifest.
    """
    head = done.play.head
    holds = [e["end_s"] - e["start_s"] for e in done.events if e["kind"] == "hold"]
    common = head["call"] | head["customer"]
    common |= {
        "call_id": done.play.call_id,
        "direction": "inbound",
        "handle_s": done.length_s,
        "hold_s": round(sum(holds), 1),
        "n_transfers": len(done.recordings) - 1,
        "escalated": done.escalated_at_s is not None,
        "escalated_at_s": done.escalated_at_s,
    }
    rows = []
    for number, (row, _, _) in enumerate(item for item in files_of(done) if item[0]):
        other = head["second_agent"] if number else {}
        rows.append({name: (common | row | other).get(name) for name in _MANIFEST})
    return rows


def manifest_table(rows: Sequence[dict[str, Any]], *, audio: bool) -> pd.DataFrame:
    """Make a manifest from rows.

    Parameters
    ----------
    rows : sequence of dict
        Rows with columns of the manifest.
    audio : bool
        Whether there are files.

    Returns
    -------
    DataFrame
        The columns in their order; without the columns about files if there are none.
    """
    files = ("path", "customer_path", "agent_path", "offset_s", "role_0", "role_1")
    columns = [name for name in _MANIFEST if audio or name not in files]
    table = pd.DataFrame(rows).reindex(columns=columns)
    for name in ("csat", "nps", "utc_offset_min", "n_transfers"):
        table[name] = table[name].astype("Int64")
    table["started_at"] = pd.to_datetime(table["started_at"], utc=True).dt.strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )
    return table


def webvtt(utterances: pd.DataFrame) -> str:
    """Write a transcript.

    Parameters
    ----------
    utterances : DataFrame
        role, start_s, end_s and text of one call.

    Returns
    -------
    str
        WebVTT, one cue an utterance, the role as the voice.
    """
    cues = ["WEBVTT"]
    for number, row in enumerate(utterances.sort_values("start_s").itertuples(), start=1):
        times = f"{_clock(row.start_s)} --> {_clock(row.end_s)}"
        cues.append(f"{number}\n{times}\n<v {str(row.role).capitalize()}>{row.text}")
    return "\n\n".join(cues) + "\n"


def _clock(seconds: float) -> str:
    whole = round(1000 * seconds)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
