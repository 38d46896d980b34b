"""All features of 100,000 calls of 30 utterances, beside a plain NumPy function a call.

Both start from utterances that were cut and placed: one row an utterance and variable
(valence and two tags), with the call's id as text. The rival is given each call's rows
by `groupby`, works out the same columns, and is timed on 5,000 calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.lines import line
from workbench.trajectories.feature_dictionary import (
    DIMENSION_ENDINGS,
    EDGE_S,
    MAX_SHIFTS,
    MIN_FOR_SHIFTS,
    MIN_FOR_SLOPE,
    MIN_SEGMENT,
    SHIFT_PENALTY,
)
from workbench.trajectories.features import figures_table

N_CALLS, RIVAL_CALLS, N_UTTERANCES = 100_000, 5_000, 30
KINDS = {"frustration": "tag", "relief": "tag", "valence": "dimension"}
LIMIT_S = 5.0

_Floats = npt.NDArray[np.float64]


def placed_rows(
    n_calls: int, *, n_utterances: int = N_UTTERANCES, seed: int = 0, shuffled: bool = False
) -> pd.DataFrame:
    """Make rated utterances in their place.

    Parameters
    ----------
    n_calls : int
        How many calls.
    n_utterances : int
        Utterances a call.
    seed : int
        Of the random numbers.
    shuffled : bool
        Whether rows come in any order.

    Returns
    -------
    DataFrame
        call_id, variable, estimate, start_s, end_s.
    """
    rng = np.random.default_rng(seed)
    shape = (n_calls, n_utterances)
    lengths, gaps = rng.uniform(0.5, 8, shape), rng.uniform(0.1, 10, shape)
    end = np.cumsum(lengths + gaps, axis=1)
    turn = rng.integers(n_utterances, size=(n_calls, 1))
    fall = rng.choice([0.0, 0.6], size=(n_calls, 1)) * (np.arange(n_utterances) >= turn)
    valence = np.clip(rng.normal(0.1, 0.3, shape) - fall, -1, 1)
    heard = rng.integers(0, 4, size=(2, *shape)) / 3
    call = pd.Series([f"{i:08d}" for i in range(n_calls)], dtype="str")
    names = pd.Series(list(KINDS), dtype="str")
    rows = pd.DataFrame(
        {
            "call_id": call.array.take(np.tile(np.repeat(np.arange(n_calls), n_utterances), 3)),
            "variable": names.array.take(np.repeat(np.arange(3), valence.size)),
            "estimate": np.concatenate([heard[0].ravel(), heard[1].ravel(), valence.ravel()]),
            "start_s": np.tile((end - lengths).ravel(), 3),
            "end_s": np.tile(end.ravel(), 3),
        }
    )
    return rows.sample(frac=1, random_state=seed) if shuffled else rows


def ours(rows: pd.DataFrame) -> pd.DataFrame:
    """Work out all features at once.

    Parameters
    ----------
    rows : DataFrame
        From `placed_rows`.

    Returns
    -------
    DataFrame
        One row a call, by call_id.
    """
    call, names = pd.factorize(rows["call_id"], sort=True)
    table = figures_table(rows, call.astype(np.int64), len(names), KINDS)
    table.index = pd.Index(names, name="call_id")
    return table


def rival(rows: pd.DataFrame) -> pd.DataFrame:
    """Work out the same columns call by call.

    Parameters
    ----------
    rows : DataFrame
        From `placed_rows`.

    Returns
    -------
    DataFrame
        As from `ours`, without too_little.
    """
    grouped = rows.groupby("call_id")[["variable", "estimate", "start_s", "end_s"]]
    return pd.DataFrame(grouped.apply(one_call))


def one_call(rows: pd.DataFrame) -> pd.Series:
    """Work out the features of one call with plain NumPy.

    Parameters
    ----------
    rows : DataFrame
        Its utterances.

    Returns
    -------
    Series
        Its features.
    """
    variable = rows["variable"].to_numpy()
    value, start, end = (rows[c].to_numpy() for c in ("estimate", "start_s", "end_s"))
    first_start, at = np.unique(start, return_index=True)
    seconds = end[at] - first_start
    out: dict[str, float] = {
        "n_utterances": len(at),
        "judged_s": seconds.sum(),
        "audio_until_s": end.max(),
    }
    heard = []
    for name, kind in KINDS.items():
        own = variable == name
        order = np.argsort(start[own], kind="stable")
        v, s, e = value[own][order], start[own][order], end[own][order]
        if kind == "tag":
            heard.append(v)
            out[f"{name}_share"] = (v * (e - s)).sum() / (e - s).sum()
            continue
        tags = np.array(heard)
        main = np.where(tags.max(axis=0) >= 0.5, tags.argmax(axis=0), -1)
        out["transitions"] = float((main[1:] != main[:-1]).sum()) if len(main) > 1 else np.nan
        figures = _dimension(v, s, e)
        out |= {f"{name}_{ending}": figures[ending] for ending in DIMENSION_ENDINGS}
    return pd.Series(out)


def _dimension(v: _Floats, s: _Floats, e: _Floats) -> dict[str, float]:
    w, middle, n = e - s, (s + e) / 2, len(v)
    out = dict.fromkeys(DIMENSION_ENDINGS, float("nan"))
    mean = (w * v).sum() / w.sum()
    away = middle - (w * middle).sum() / w.sum()
    worst, peak = int(v.argmin()), int(np.abs(v).argmax())
    out |= {"mean": mean, "min": v[worst], "end": v[-1], "peak": v[peak]}
    out |= {"end_and_peak": (v[peak] + v[-1]) / 2, "min_at_s": middle[worst]}
    out["below_zero_s"] = w[v < 0].sum()
    for name, values, weights in (("opening", v, w), ("closing", v[::-1], w[::-1])):
        if w.sum() >= EDGE_S:
            before = np.cumsum(weights) - weights
            taken = np.clip(EDGE_S - before, 0, weights)
            out[name] = (taken * values).sum() / EDGE_S
    if n >= MIN_FOR_SLOPE:
        out["slope_per_min"] = 60 * (w * away * (v - mean)).sum() / (w * away**2).sum()
        out["volatility"] = np.abs(np.diff(v)).mean()
        if v[worst] < mean:
            back = np.flatnonzero(v[worst + 1 :] >= mean)
            out["recovered"] = float(len(back) > 0)
            if len(back):
                out["recovery_s"] = middle[worst + 1 + back[0]] - middle[worst]
    if n >= MIN_FOR_SHIFTS:
        out |= _shifts(v, w, s, e)
    return out


def _shifts(v: _Floats, w: _Floats, s: _Floats, e: _Floats) -> dict[str, float]:
    n = len(v)
    sums = np.concatenate([np.zeros((3, 1)), np.cumsum([w, w * v, w * v * v], axis=1)], axis=1)
    weight, total, square = sums[:, None, :] - sums[:, :, None]
    cost = np.full((n + 1, n + 1), np.inf)
    far = np.subtract.outer(np.arange(n + 1), np.arange(n + 1)).T >= MIN_SEGMENT
    cost[far] = np.maximum(square[far] - total[far] ** 2 / weight[far], 0)
    best, backs = cost[0], []
    score = [n * np.log(max(best[n], 1e-9 * w.sum()))]
    for k in range(1, MAX_SHIFTS + 1):
        every = best[:, None] + cost
        backs.append(every.argmin(axis=0))
        best = every.min(axis=0)
        score.append(n * np.log(max(best[n], 1e-9 * w.sum())) + SHIFT_PENALTY * k * np.log(n))
    count = int(np.argmin(score))
    out = {"shifts": float(count), "shift_at_s": float("nan"), "shift_by": float("nan")}
    edges = [n]
    for k in range(count - 1, -1, -1):
        edges.insert(0, int(backs[k][edges[0]]))
    edges.insert(0, 0)
    level = [np.average(v[a:b], weights=w[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    if count:
        widest = int(np.abs(np.diff(level)).argmax())
        at = edges[widest + 1]
        out |= {"shift_at_s": (e[at - 1] + s[at]) / 2, "shift_by": np.diff(level)[widest]}
    return out


def run() -> Iterator[dict[str, object]]:
    """Time the features of 100,000 calls, and the rival on 5,000.

    Yields
    ------
    dict
        A line.
    """
    ours(placed_rows(100))
    rows = placed_rows(N_CALLS)
    took = []
    for _ in range(3):
        begun = perf_counter()
        ours(rows)
        took.append(perf_counter() - begun)
    few = placed_rows(RIVAL_CALLS)
    begun = perf_counter()
    rival(few)
    theirs = (perf_counter() - begun) * N_CALLS / RIVAL_CALLS
    yield line(
        "outcomes.features",
        min(took),
        "s",
        n=N_CALLS,
        rival=f"groupby.apply of a NumPy function, scaled from {RIVAL_CALLS} calls",
        rival_value=theirs,
        less_is_better=True,
    )
