"""Whose utterances belong together, and which of them are clean speech."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.cues.baseline import KINDS, call_baseline, causal_baseline
from workbench.cues.measures import MEASURES, TREND
from workbench.errors import InputError, nearest

FARTHEST_DB = 15.0
"""An utterance this much softer than its speaker usually is, is perhaps not the speaker, dB."""

LEAST_SNR_DB = 6.0
"""Speech that stands out less from the noise is neither judged nor part of a baseline, dB."""

MOST_CLIPPING_SHARE = 0.005
"""Utterances with more samples at full scale are no part of a baseline, 0..1."""

_LEAST_BEFORE = 3
_NEEDED = ("utterance_id", "call_id", "role", "start_s", "end_s")
_MEASURED = (
    *dict.fromkeys(m.column for m in MEASURES if m is not TREND),
    *("intensity_db", "snr_db", "pause_total_s", "clipping_share"),
)
_WHO = {"customer": "caller", "agent": "agent"}


class Speech(NamedTuple):
    """Utterances with their prosody, one speaker and call after another, in order of time.

    Parameters
    ----------
    rows : DataFrame
        The utterances; `place` says where each stood in the table that came.
    bounds : ndarray of int64
        Where the utterances of each speaker in a call begin, and their number.
    who : list of str
        caller, agent or speaker, one an utterance.
    hidden : dict of str to ndarray
        For each kind of baseline why an utterance is not judged, or None.
    clean : dict of str to ndarray of bool
        For each kind of baseline which utterances may make it up.
    earlier : list of list of int
        For each speaker in a call the same speaker in earlier calls.
    columns : dict of str to ndarray
        Columns of `rows` that were asked for as numbers.
    """

    rows: pd.DataFrame
    bounds: npt.NDArray[np.int64]
    who: list[str]
    hidden: dict[str, npt.NDArray[np.object_]]
    clean: dict[str, npt.NDArray[np.bool_]]
    earlier: list[list[int]]
    columns: dict[str, npt.NDArray[np.float64]]

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """Take a column as numbers.

        Parameters
        ----------
        column : str
            Its name.

        Returns
        -------
        ndarray of float64, shape (n_utterances,)
            Its values.
        """
        if column not in self.columns:
            self.columns[column] = self.rows[column].to_numpy(np.float64)
        return self.columns[column]


def speech_of(
    prosody: pd.DataFrame,
    utterances: pd.DataFrame,
    calls: pd.DataFrame | None,
    infer_roles: Iterable[str],
) -> Speech:
    """Put the utterances of the admitted roles in order.

    Parameters
    ----------
    prosody, utterances, calls, infer_roles : DataFrame or iterable of str
        As in `cue_table`.

    Returns
    -------
    Speech
        Perhaps without rows.

    Raises
    ------
    InputError
        If a column is missing or an utterance occurs twice.
    """
    for name in _NEEDED:
        if name not in utterances.columns:
            raise InputError(
                f'The utterances have no column "{name}".{nearest(name, map(str, utterances))} '
                f"Cues need {', '.join(_NEEDED)}."
            )
    if utterances["utterance_id"].duplicated().any():
        twice = utterances.loc[utterances["utterance_id"].duplicated(), "utterance_id"].iloc[0]
        raise InputError(f"The utterance {twice} occurs twice; one row an utterance is needed.")
    kept = [*_NEEDED, *(c for c in ("channel", "speaker_id", "unit") if c in utterances.columns)]
    asked = utterances.loc[utterances["role"].isin({*infer_roles, "unknown"}), kept]
    rows = asked.merge(_measured(prosody), on="utterance_id", how="inner")
    rows["place"] = np.arange(len(rows))
    speaker = _speakers(rows)
    rows = rows.iloc[np.lexsort((rows["end_s"], rows["start_s"], speaker))].reset_index(drop=True)
    speaker = np.sort(speaker)
    bounds = np.searchsorted(speaker, np.arange(int(speaker[-1]) + 2 if speaker.size else 1))
    hidden = _hidden(rows, bounds.astype(np.int64))
    clipped = rows["clipping_share"].to_numpy(np.float64) > MOST_CLIPPING_SHARE
    clean = {
        kind: np.array([reason is None for reason in why], np.bool_) & ~clipped
        for kind, why in hidden.items()
    }
    hidden["speaker_history"] = hidden["causal"]
    clean["speaker_history"] = clean["call"]
    who = [_WHO.get(role, "speaker") for role in rows["role"]]
    return Speech(rows, bounds, who, hidden, clean, _earlier(rows, bounds, calls), {})


def _measured(prosody: pd.DataFrame) -> pd.DataFrame:
    """Take what cues are read from; a measure that did not come is empty."""
    for name in ("utterance_id", "usable"):
        if name not in prosody.columns:
            raise InputError(
                f'The prosody has no column "{name}".{nearest(name, map(str, prosody))} '
                "It should come from wb.prosody.measure_recording or ws.table."
            )
    if prosody["utterance_id"].duplicated().any():
        twice = prosody.loc[prosody["utterance_id"].duplicated(), "utterance_id"].iloc[0]
        raise InputError(f"The prosody has several rows for utterance {twice}; one is needed.")
    return prosody.reindex(columns=["utterance_id", *_MEASURED, "usable", "abstained"])


def _speakers(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Give each speaker in a call a number."""
    groups = [c for c in ("call_id", "unit", "role", "speaker_id", "channel") if c in rows.columns]
    if "speaker_id" in groups and "channel" in groups and rows["speaker_id"].notna().all():
        groups.remove("channel")
    if len(rows) == 0:
        return np.zeros(0, np.int64)
    return rows.groupby(groups, dropna=False, sort=False).ngroup().to_numpy().astype(np.int64)


def _hidden(
    rows: pd.DataFrame, bounds: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.object_]]:
    """Say why an utterance is neither judged nor part of a baseline."""
    level, snr = (rows[c].to_numpy(np.float64) for c in ("intensity_db", "snr_db"))
    unknown = (rows["role"] == "unknown").to_numpy(np.bool_)
    unusable = ~rows["usable"].to_numpy(np.bool_)
    noisy = snr < LEAST_SNR_DB
    reasons = np.full(len(rows), None, dtype=object)
    for i in np.flatnonzero(noisy):
        reasons[i] = f"It is only {snr[i]:.0f} dB above the noise; {LEAST_SNR_DB:g} dB are needed."
    reasons[unusable] = "The signal of this utterance carries no measures, see prosody."
    reasons[unknown] = "Nobody said who speaks here: give the channel a role first."
    fine = ~(unknown | unusable | noisy)
    times = (rows["start_s"].to_numpy(np.float64), rows["end_s"].to_numpy(np.float64))
    found = {}
    for kind, usual in (
        (KINDS[0], call_baseline(level, counts=fine, bounds=bounds)),
        (KINDS[1], causal_baseline(level, *times, counts=fine, bounds=bounds)),
    ):
        softer = usual.centre - level
        own = reasons.copy()
        for i in np.flatnonzero(fine & (softer > FARTHEST_DB) & (usual.n >= _LEAST_BEFORE)):
            who = _WHO.get(str(rows["role"].iloc[i]), "speaker")
            own[i] = f"{softer[i]:.0f} dB softer than this {who} usually is: perhaps somebody else."
        found[kind] = own
    return found


def _earlier(
    rows: pd.DataFrame, bounds: npt.NDArray[np.int64], calls: pd.DataFrame | None
) -> list[list[int]]:
    """Find the same speaker in calls that began before."""
    earlier: list[list[int]] = [[] for _ in bounds[1:]]
    if calls is None or "speaker_id" not in rows.columns:
        return earlier
    for name in ("call_id", "started_at"):
        if name not in calls.columns:
            raise InputError(
                f'The calls have no column "{name}".{nearest(name, map(str, calls))} '
                "The speaker's history needs call_id and started_at."
            )
    began = pd.to_datetime(calls.set_index("call_id")["started_at"], utc=True)
    firsts = rows.iloc[bounds[:-1]].reset_index(drop=True)
    firsts["began"] = firsts["call_id"].map(began[~began.index.duplicated()])
    known = firsts[firsts["began"].notna() & firsts["speaker_id"].notna()]
    person = [c for c in ("speaker_id", "role", "unit") if c in known.columns]
    for _, own in known.sort_values("began").groupby(person, dropna=False, sort=False):
        groups, starts = own.index.tolist(), own["began"].tolist()
        for k, (group, start) in enumerate(zip(groups, starts, strict=True)):
            earlier[group] = [g for g, s in zip(groups[:k], starts[:k], strict=True) if s < start]
    return earlier
