"""Made-up contact centres in which the mean over calls, and the lack of a difference, is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.trajectories import aligned_mean, aligned_table, compare_groups

N_BINS, BIN_S = 8, 15.0
DRAWS = 299
TRUTH = 0.1 - 0.25 * np.sin(np.arange(N_BINS) / 3)
"""True mean of each bin."""


def centre(
    rng: np.random.Generator,
    sizes: npt.NDArray[np.int64],
    *,
    spread: npt.NDArray[np.float64] | float = 0.25,
) -> pd.DataFrame:
    """Make calls of agents (or customers) who differ, of neighbours in time that resemble.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    sizes : ndarray of int
        Calls of each agent.
    spread : float or ndarray of float, default 0.25
        Standard deviation of calls around their agent, one or one a call.

    Returns
    -------
    DataFrame
        As from `aligned_table`: calls last 4 to 8 bins, and one rated bin of
        seven is silent.
    """
    codes = np.repeat(np.arange(len(sizes)), sizes)
    n = len(codes)
    level = rng.normal(0, 0.15, len(sizes))[codes, None]
    drift = rng.normal(0, 0.15, len(sizes))[codes, None] * np.linspace(-1, 1, N_BINS)
    noise = rng.normal(size=(n, N_BINS))
    for right in range(1, N_BINS):
        noise[:, right] = 0.6 * noise[:, right - 1] + 0.8 * noise[:, right]
    value = TRUTH + level + drift + np.broadcast_to(spread, n)[:, None] * noise
    running = np.arange(N_BINS) < rng.integers(4, N_BINS + 1, n)[:, None]
    rated = rng.random((n, N_BINS)) < 6 / 7
    call, number = np.nonzero(running)
    names = np.array([f"{i:04d}" for i in range(n)])
    return pd.DataFrame(
        {
            "call_id": names[call],
            "occasion": 0,
            "channel": 0,
            "bin": number,
            "low": number * BIN_S,
            "high": (number + 1) * BIN_S,
            "unit": "s",
            "start_s": number * BIN_S,
            "end_s": (number + 1) * BIN_S,
            "estimate": np.where(rated, value, np.nan)[call, number],
            "weight_s": np.where(rated, 4.0, 0.0)[call, number],
            "cluster": [f"a{code:02d}" for code in codes[call]],
        }
    )


def _of_calls(aligned: pd.DataFrame) -> pd.Series:
    return aligned.groupby("call_id")["cluster"].first().rename("agent_id")


def _sizes(rng: np.random.Generator, n: int, mean: float) -> npt.NDArray[np.int64]:
    """Draw how many calls each agent has: some have few, some many."""
    return 2 + rng.poisson(rng.gamma(2, (mean - 2) / 2, n)).astype(np.int64)


def mean_band(rng: np.random.Generator, *, agents: int, calls: float) -> tuple[float, float, float]:
    """Simulate the band of the mean at one bin, drawn at random.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    agents : int
        Agents.
    calls : float
        Calls an agent, in the mean.

    Returns
    -------
    tuple of float
        Truth, lower and upper end.
    """
    aligned = centre(rng, _sizes(rng, agents, calls))
    found = aligned_mean(aligned, clusters=_of_calls(aligned))
    row = found.iloc[int(rng.integers(6))]
    return float(TRUTH[int(row["bin"])]), float(row["ci_low"]), float(row["ci_high"])


def event_band(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate the mean around an event that some calls have twice, from utterances on.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        Truth, lower and upper end, of the bin after the event.
    """
    codes = np.repeat(np.arange(12), _sizes(rng, 12, 5))
    n = len(codes)
    names = np.array([f"{i:04d}" for i in range(n)])
    moment = rng.uniform(40, 90, n)
    start = np.arange(0.0, 160.0, 8.0)
    level = rng.normal(0, 0.2, 12)[codes] + rng.normal(0, 0.2, n)
    value = level[:, None] - 0.3 * (start[None, :] >= moment[:, None])
    value = value + rng.normal(0, 0.2, value.shape)
    points = pd.DataFrame(
        {
            "call_id": np.repeat(names, len(start)),
            "role": "customer",
            "variable": "valence",
            "kind": "dimension",
            "time_s": np.tile(start + 3, n),
            "estimate": value.ravel(),
            "n_raters": 1,
            "utterance_id": np.arange(value.size).astype(str),
            "channel": 0,
            "start_s": np.tile(start, n),
            "end_s": np.tile(start + 6, n),
        }
    )
    again = rng.random(n) < 0.3
    moments = pd.concat(
        [
            pd.DataFrame({"call_id": names, "time_s": moment}),
            pd.DataFrame({"call_id": names[again], "time_s": moment[again] + 25}),
        ]
    )
    aligned = aligned_table(
        points, at="transfer", moments=moments, which="all", bin_s=10, before_s=30, after_s=30
    )
    found = aligned_mean(aligned, clusters=pd.Series(codes, index=names).rename("agent_id"))
    row = found[found["low"] == 10.0].iloc[0]
    return -0.3, float(row["ci_low"]), float(row["ci_high"])


def _everywhere(found: pd.DataFrame) -> tuple[float, float, float]:
    """Turn "the difference is inside the band in every bin" into one interval around nothing."""
    known = found[found["band_low"].notna()]
    centre_of = (known["band_low"] + known["band_high"]) / 2
    half = (known["band_high"] - known["band_low"]) / 2
    away = (known["difference"] - centre_of).to_numpy(dtype=float)
    low, high = float((away - half).max()), float((away + half).min())
    return 0.0, low, max(low, high)


def whole(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate a training that some agents had, without effect.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        0 and an interval that holds it if no bin leaves the band.
    """
    aligned = centre(rng, _sizes(rng, 18, 6))
    clusters = _of_calls(aligned)
    trained = rng.permutation(18) < 7
    groups = clusters.str[1:].astype(int).map(lambda code: bool(trained[code]))
    return _everywhere(compare_groups(aligned, groups, clusters=clusters, draws=DRAWS, rng=rng))


def within(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate escalations that some agents have more of, of calls that sound like the others.

    Escalated calls scatter half as much again, and are the fewer.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        0 and an interval that holds it if no bin leaves the band.
    """
    sizes = _sizes(rng, 12, 9)
    often = rng.beta(3, 7, 12)
    escalated = rng.random(sizes.sum()) < np.repeat(often, sizes)
    aligned = centre(rng, sizes, spread=np.where(escalated, 0.36, 0.24))
    clusters = _of_calls(aligned)
    groups = pd.Series(escalated, index=[f"{i:04d}" for i in range(len(escalated))])
    return _everywhere(
        compare_groups(aligned, groups, clusters=clusters, draws=DRAWS, rng=rng, permute="within")
    )


def alike(rng: np.random.Generator) -> tuple[float, float, float]:
    """Simulate customers who called one to three times, some calls in another queue.

    Parameters
    ----------
    rng : Generator
        Source of chance.

    Returns
    -------
    tuple of float
        0 and an interval that holds it if no bin leaves the band.
    """
    sizes = rng.integers(1, 4, 60).astype(np.int64)
    aligned = centre(rng, sizes)
    own = np.repeat(rng.beta(1, 1.5, 60), sizes)
    groups = pd.Series(rng.random(len(own)) < own, index=[f"{i:04d}" for i in range(len(own))])
    clusters = _of_calls(aligned)
    return _everywhere(
        compare_groups(aligned, groups, clusters=clusters, draws=DRAWS, rng=rng, permute="alike")
    )


SIMULATIONS: dict[str, Callable[[np.random.Generator], tuple[float, float, float]]] = {
    "aligned_mean_8_agents": partial(mean_band, agents=8, calls=8),
    "aligned_mean_24_agents": partial(mean_band, agents=24, calls=4),
    "aligned_mean_event": event_band,
    "groups_whole": whole,
    "groups_within": within,
    "groups_alike": alike,
}
