"""Which utterances: those that somebody understands, so many of each stratum."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.worklists.settings import WorklistSettings

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def half_up(value: float) -> int:
    """Round to the nearest whole number, halves up.

    Parameters
    ----------
    value : float
        0 or more.

    Returns
    -------
    int
        The whole number.
    """
    return int(np.floor(value + 0.5 + 1e-9))


def choose_utterances(
    rows: pd.DataFrame, settings: WorklistSettings, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[str]]:
    """Choose so many utterances, in all or of each stratum.

    Parameters
    ----------
    rows : DataFrame
        Utterances with the columns to stratify by.
    settings : WorklistSettings
        n_items, stratify, strata.
    rng : Generator
        What draws.

    Returns
    -------
    rows : DataFrame
        Those that were chosen, in their order.
    notices : list of str
        Which strata were too small.

    Raises
    ------
    InputError
        If there are fewer utterances than asked for, or no such column.
    """
    wanted = settings.n_items
    if wanted is None:
        return rows, []
    if wanted > len(rows):
        raise InputError(
            f"n_items asks for {wanted} utterances; there are {len(rows)} to choose from. "
            "Ask for fewer, or leave n_items out to take all."
        )
    for name in settings.stratify:
        if name not in rows.columns:
            raise InputError(
                f'The utterances have no column "{name}" to choose by.'
                f"{nearest(name, map(str, rows.columns))} "
                f"They have: {', '.join(map(str, rows.columns))}."
            )
    labels = _strata(rows, settings.stratify)
    names, sizes = np.unique(labels.to_numpy(dtype=str), return_counts=True)
    weights = sizes if settings.strata == "proportional" else np.ones(len(sizes))
    quota = _shared_out(wanted, weights.astype(np.float64), sizes.astype(np.int64))
    keep = [
        rng.choice(np.flatnonzero(labels == name), size=n, replace=False)
        for name, n in zip(names, quota, strict=True)
    ]
    small = [str(name) for name, n in zip(names, quota, strict=True) if n < max(quota) - 1]
    notices = []
    if settings.strata == "equal" and small:
        notices.append(
            f"{len(small)} strata had too few utterances for an equal part and gave all they "
            f"have, first: {small[0]}."
        )
    return rows.iloc[np.sort(np.concatenate(keep))].reset_index(drop=True), notices


def _strata(rows: pd.DataFrame, columns: Iterable[str]) -> pd.Series:
    names = pd.Series("all", index=rows.index)
    for number, column in enumerate(columns):
        own = column + " " + rows[column].astype("object").where(rows[column].notna(), "?").map(str)
        names = own if number == 0 else names + ", " + own
    return names


def _shared_out(wanted: int, weights: _Floats, sizes: _Ints) -> list[int]:
    """Share out by largest remainder; what a stratum cannot give goes to the others."""
    quota = np.zeros(len(sizes), dtype=np.int64)
    while True:
        room = sizes - quota
        part = np.where(room > 0, weights, 0.0)
        left = wanted - int(quota.sum())
        ideal = left * part / part.sum() if left else np.zeros(len(sizes))
        full = ideal > room
        if not full.any():
            break
        quota[full] = sizes[full]
    quota += np.floor(ideal + 1e-9).astype(np.int64)
    most = np.argsort(-(ideal - np.floor(ideal + 1e-9)), kind="stable")
    quota[most[: wanted - int(quota.sum())]] += 1
    return [int(n) for n in quota]
