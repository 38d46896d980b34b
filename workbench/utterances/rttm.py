"""RTTM: who spoke when, as diarisation programs write it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest


def read_rttm(path: str | Path, *, call_id: str | None = None) -> pd.DataFrame:
    """Read the SPEAKER lines of an RTTM file as intervals.

    Parameters
    ----------
    path : str or Path
        The file, UTF-8; lines of 9 fields are read like those of 10.
    call_id : str, optional
        Read only the lines of this call, which the file's second field names.

    Returns
    -------
    DataFrame
        Columns call_id, channel (from 0; the file counts from 1), start_s, end_s
        (seconds, half-open) and speaker (the file's own name), in order of time.
        Lines without duration are left out.

    Raises
    ------
    InputError
        If the file is not there, is no RTTM, or has no line of the call.

    See Also
    --------
    from_tier : Make utterances of the intervals.
    assign_roles_from_tier : Give speakers to the utterances of a mono call.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is no RTTM: it is not UTF-8 text.") from error
    rows = [
        _read_line(line.split(), f"Line {number} of {path.name}")
        for number, line in enumerate(lines, start=1)
        if line.split()[:1] == ["SPEAKER"]
    ]
    if not rows:
        raise InputError(
            f"{path.name} has no SPEAKER line, so it is no RTTM. Expected lines like: "
            "SPEAKER call-1 1 0.500 2.250 <NA> <NA> agent <NA> <NA>"
        )
    rows = [row for row in rows if row[3] > row[2]]
    intervals = pd.DataFrame(rows, columns=["call_id", "channel", "start_s", "end_s", "speaker"])
    if call_id is not None:
        known = intervals["call_id"].unique()
        intervals = intervals[intervals["call_id"] == call_id]
        if intervals.empty:
            raise InputError(
                f"{path.name} has no line of {call_id}.{nearest(call_id, known)} "
                f"It has lines of: {', '.join(known[:8])}."
            )
    return intervals.sort_values(["call_id", "start_s", "end_s"], ignore_index=True)


def _read_line(fields: list[str], where: str) -> tuple[str, int, float, float, str]:
    try:
        channel, onset, duration = int(fields[2]), float(fields[3]), float(fields[4])
        if len(fields) < 9 or not (channel >= 1 and onset >= 0 and 0 <= duration < float("inf")):
            raise ValueError
    except (ValueError, IndexError) as error:
        raise InputError(
            f'{where} reads "{" ".join(fields)}"; expected: SPEAKER call channel-from-1 onset '
            "duration <NA> <NA> speaker <NA> <NA>, with times in seconds."
        ) from error
    return (fields[1], channel - 1, round(onset, 3), round(onset + duration, 3), fields[7])
