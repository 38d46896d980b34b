"""Whether the feeling of one voice goes before the other's next turn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.dialogue.pairs import SCORE, need_columns, turn_bounds
from workbench.dialogue.results import clusters_of, result_row, sums_by, told
from workbench.errors import AbstainedError, InputError, nearest

MIN_TURNS = 4
"""Fewest turns of a direction in a call that count where calls are compared with themselves."""

MIN_ROWS = 30
"""Fewest turns of a direction from which anything is told."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

KINDS = ("within", "pooled")


def contagion(
    heard: pd.DataFrame,
    *,
    dimension: str = "valence",
    roles: tuple[str, str] = ("customer", "agent"),
    kind: str = "within",
    cluster: str = "call_id",
) -> pd.DataFrame:
    """Ask how far a turn's score goes with the other's turn just before, own lag held equal.

    One line in each direction: score of this turn on the other's turn before it and on
    the speaker's own turn before that.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table` with this dimension; both roles rated.
    dimension : str, default "valence"
        The dimension.
    roles : tuple of two str
        The two voices.
    kind : {"within", "pooled"}, default "within"
        "within" compares each call with itself, so that calls which go badly for both
        from the start do not count as contagion; "pooled" compares all turns, and
        they do.
    cluster : str, default "call_id"
        What the interval leaves out as a whole: call_id, customer_id or agent_id.

    Returns
    -------
    DataFrame
        Four rows: for each direction what the other's turn before and what the own
        turn before go with, in units of the score a unit of the score; outcome,
        predictor, effect, unit, ci_low, ci_high, p_value, n_turns, n_calls,
        n_clusters, cluster, model, note, reading.

    Raises
    ------
    InputError
        If the dimension or kind is unknown, or the cluster is missing.
    AbstainedError
        If fewer than 30 turns have the two rated turns before them.

    Notes
    -----
    Least squares. Within calls, each call's mean is taken out, which draws the lags of
    short calls down (Nickell); how far is known from the coefficients themselves, and
    both directions are solved with it taken back [1]_. Interval: delete-one-cluster
    jackknife of the whole. Noise of raters draws both coefficients towards nothing, and
    one rater's habit in both voices of a call is taken out only within calls. A gap of
    unrated turns is passed over as if there were none. Simulated coverage in
    `benchmarks/simulated_dialogue.py`; with few short calls the equations often have no
    solution, and there is no interval.

    References
    ----------
    .. [1] Breitung, J., Kripfganz, S., and Hayakawa, K. (2022). Bias-corrected method of
       moments estimators for dynamic panel data models. Econometrics and Statistics 24,
       116-132.
    """
    if kind not in KINDS:
        raise InputError(f'There is no kind "{kind}".{nearest(kind, KINDS)} Kinds: within, pooled.')
    column = f"{dimension}{SCORE}"
    if column not in heard.columns:
        known = [str(c).removesuffix(SCORE) for c in heard.columns if str(c).endswith(SCORE)]
        raise InputError(
            f'No rating here has the dimension "{dimension}".{nearest(dimension, known)} '
            f"There are: {', '.join(known) or 'none'}."
        )
    need_columns(heard, ("call_id", "role", "start_s", "end_s"), "utterances")
    turns = _turns(heard, column)
    out = []
    parts = [_direction(turns, other, own, kind) for other, own in (roles, roles[::-1])]
    every = pd.concat(parts)
    codes, n_clusters = clusters_of(every, cluster)
    split = len(parts[0])
    moments = [
        _moments(rows, own_codes, n_clusters, within=kind == "within")
        for rows, own_codes in zip(parts, (codes[:split], codes[split:]), strict=True)
    ]
    found = _solved(moments, within=kind == "within")
    for (other, own), rows, (whole, without) in zip(
        (roles, roles[::-1]), parts, found, strict=True
    ):
        if np.isnan(whole).any():
            raise AbstainedError(
                f"The calls are too short to part the {own}'s own lag from the call's level; take "
                'longer calls or more of them, or kind="pooled", which does not part them.'
            )
        for k, predictor in enumerate((f"{other} one turn before", f"{own} own turn before")):
            row = result_row(
                float(whole[k]),
                without[:, k],
                cluster=cluster,
                outcome=f"{own} {dimension}",
                predictor=predictor,
                unit=f"{dimension} a unit of {dimension}",
                n_turns=len(rows),
                n_calls=rows["call_id"].nunique(),
                model="least squares within calls, bias of short calls taken back"
                if kind == "within"
                else "least squares over all turns",
                note="Rated by people: their noise draws this towards nothing.",
            )
            figure = told(row["effect"], row["ci_low"], row["ci_high"])
            whose = f"the {other}'s turn before" if k == 0 else "the own turn before"
            row["reading"] = (
                f"Where {whose} is one unit higher in {dimension}, the {own}'s next turn is "
                f"{figure} higher."
            )
            out.append(row)
    return pd.DataFrame(out)[_COLUMNS]


_COLUMNS = [
    *("outcome", "predictor", "effect", "unit", "ci_low", "ci_high", "p_value", "n_turns"),
    *("n_calls", "n_clusters", "cluster", "model", "note", "reading"),
]


def _turns(heard: pd.DataFrame, column: str) -> pd.DataFrame:
    """Lay each turn's score beside those of the turn before and the one before that."""
    rows = heard.sort_values(["call_id", "start_s", "end_s"], ignore_index=True)
    first, _ = turn_bounds(rows)
    value = rows[column].to_numpy(dtype=float)
    known = ~np.isnan(value)
    total = np.add.reduceat(np.where(known, value, 0.0), first)
    count = np.add.reduceat(known.astype(float), first)
    with np.errstate(invalid="ignore"):
        score = total / count
    call, role = (rows[c].to_numpy(dtype=object)[first] for c in ("call_id", "role"))
    turns = pd.DataFrame({"call_id": call, "role": role, "y": score})
    for name in ("agent_id", "customer_id"):
        if name in rows.columns:
            turns[name] = rows[name].to_numpy(dtype=object)[first]
    turns["other"] = turns["y"].shift(1)
    turns["own"] = turns["y"].shift(2)
    turns["before"] = turns["role"].shift(1)
    same = (turns["call_id"] == turns["call_id"].shift(2)) & (
        turns["role"] == turns["role"].shift(2)
    )
    turns["usable"] = same & turns[["y", "other", "own"]].notna().all(axis=1)
    return turns


def _direction(turns: pd.DataFrame, other: str, own: str, kind: str) -> pd.DataFrame:
    rows = turns[turns["usable"] & (turns["role"] == own) & (turns["before"] == other)]
    if kind == "within":
        size = rows.groupby("call_id")["y"].transform("size")
        rows = rows[size >= MIN_TURNS]
    if len(rows) < MIN_ROWS:
        raise AbstainedError(
            f"{len(rows)} turns of the {own} follow two rated turns in calls long enough, and "
            f"{MIN_ROWS} are needed. Both voices have to be rated: ws.labeler(..., role=None)."
        )
    return rows


class _Moments(NamedTuple):
    """Sums of products of (other, own, 1, y) and numbers of calls by length, by cluster."""

    products: _Floats
    lengths: _Floats


def _moments(rows: pd.DataFrame, codes: _Ints, n_clusters: int, *, within: bool) -> _Moments:
    data = rows[["other", "own", "y"]].to_numpy(dtype=float)
    call = pd.factorize(rows["call_id"])[0]
    size = np.bincount(call)
    if within:
        sums = np.column_stack([np.bincount(call, v) for v in data.T])
        data = data - (sums / size[:, None])[call]
    else:
        data = np.column_stack([data[:, :2], np.ones(len(data)), data[:, 2]])
    k = data.shape[1]
    flat = (data[:, :, None] * data[:, None, :]).reshape(len(data), k * k)
    totals = sums_by(codes, n_clusters, *flat.T)
    # a call of two agents counts in parts for each of them
    lengths = np.zeros((n_clusters, int(size.max()) + 1))
    np.add.at(lengths, (codes, size[call]), 1 / size[call])
    return _Moments(totals.reshape(n_clusters, k, k), lengths)


def _solved(moments: list[_Moments], *, within: bool) -> list[tuple[_Floats, _Floats]]:
    """Estimate both directions from everything and without each cluster, all side by side."""
    sets = [[_with_each_left_out(part) for part in direction] for direction in moments]
    inverse = [np.linalg.pinv(xx[:, :-1, :-1], hermitian=True) for xx, _ in sets]
    first = [(inv @ xx[:, :-1, -1:])[:, :, 0] for inv, (xx, _) in zip(inverse, sets, strict=True)]
    beta, still = first, np.zeros(len(first[0]))
    for _ in range(_MOST_STEPS if within else 0):
        after = []
        for at, (xx, lengths) in enumerate(sets):
            drawn = _drawn_down(beta[at], beta[1 - at], lengths)
            rest = xx[:, 2, 2] - 2 * np.einsum("gi,gi->g", beta[at], xx[:, :2, 2])
            rest += np.einsum("gi,gij,gj->g", beta[at], xx[:, :2, :2], beta[at])
            freedom = lengths @ np.maximum(np.arange(lengths.shape[1]) - 1, 0)
            variance = rest / freedom
            shift = (inverse[at] @ (variance[:, None] * drawn)[:, :, None])[:, :, 0]
            after.append(np.clip(first[at] + shift, -_BOUND, _BOUND))
        moved = np.stack([np.abs(a - b).max(axis=1) for a, b in zip(after, beta, strict=True)])
        beta = after
        still = moved.max(axis=0)
        if still.max() < _SMALL_STEP:
            break
    else:
        if within:  # the calls are too short for their noise to tell the lags apart
            beta = [np.where(still[:, None] < _CLOSE, b, np.nan) for b in beta]
    return [(b[0, :2], b[1:, :2]) for b in beta]


def _with_each_left_out(part: _Floats) -> _Floats:
    total = part.sum(axis=0)
    return np.concatenate([total[None], total[None] - part])


def _drawn_down(own: _Floats, other: _Floats, lengths: _Floats) -> _Floats:
    """Say by how much a unit variance of the noise draws down the products with the lags.

    What is unforeseen in a turn moves the lags of all later turns of the call, and so
    the call's mean: sum over steps h of (n - h) / n times the move of the lags.
    """
    n = np.arange(lengths.shape[1])
    mine, theirs = np.ones(len(own)), np.zeros(len(own))
    out = np.zeros((len(own), 2))
    for step in range(1, lengths.shape[1] - 1):
        weight = lengths @ np.where(n > step, (n - step) / np.maximum(n, 1), 0.0)
        theirs = other[:, 0] * mine + other[:, 1] * theirs
        out += weight[:, None] * np.column_stack([theirs, mine])
        mine = own[:, 0] * theirs + own[:, 1] * mine
    return out


_MOST_STEPS, _SMALL_STEP, _CLOSE, _BOUND = 40, 1e-6, 1e-3, 0.98
