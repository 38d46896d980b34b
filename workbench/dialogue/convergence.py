"""Whether two voices move together, and whether they grow alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.dialogue.pairs import need_columns, turn_bounds
from workbench.dialogue.results import result_row, told
from workbench.errors import AbstainedError, InputError, nearest

MEASURES = {
    "pitch": "f0_median_hz",
    "intensity": "intensity_db",
    "rate": "articulation_rate_syl_per_s",
}
"""What is compared, and the column of the table prosody behind it."""

MIN_PAIRS = 5
"""Fewest pairs of turns from which a call counts."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def turn_pairs(
    prosody: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    infer_roles: tuple[str, ...],
    roles: tuple[str, str] = ("customer", "agent"),
) -> pd.DataFrame:
    """Lay the last utterance of a turn beside the first of the answer, in own spreads.

    Each value is told as its distance from the speaker's mean in this call, in the
    speaker's own standard deviations, so that a deep and a high voice can be compared;
    pitch is taken in semitones.

    Parameters
    ----------
    prosody : DataFrame
        The table of this name.
    utterances : DataFrame
        The table of this name.
    infer_roles : tuple of str
        Roles whose voice may be measured (the policy of the workspace).
    roles : tuple of two str
        The two voices; each must be in `infer_roles`.

    Returns
    -------
    DataFrame
        One row a measure and change of speaker: measure, call_id, channel (empty),
        start_s, end_s (of both utterances), place (0..1, of the call's pairs),
        first_sd and second_sd: the values of `roles` in this order.

    Raises
    ------
    AbstainedError
        If a role may not be measured, or no call has 5 pairs.
    """
    for role in roles:
        if role not in infer_roles:
            raise AbstainedError(
                f"Convergence compares measures of both voices, and nothing is measured in the "
                f"voice of the {role}: infer_roles under [policy] of workbench.toml lists "
                f"{', '.join(infer_roles) or 'nobody'}. Rules on reading emotion at work differ by "
                f'country; where it is allowed and agreed, add "{role}" there.'
            )
    need_columns(prosody, ("utterance_id", *MEASURES.values()), "rows of prosody")
    need_columns(utterances, ("utterance_id", "call_id", "role", "start_s", "end_s"), "utterances")
    rows = utterances.merge(
        prosody[["utterance_id", *MEASURES.values()]], on="utterance_id", how="left"
    ).sort_values(["call_id", "start_s", "end_s"], ignore_index=True)
    if rows.empty:
        raise AbstainedError("There is no utterance, so there are no turns: ws.segment().")
    first, last = turn_bounds(rows)
    out = []
    for measure, column in MEASURES.items():
        value = rows[column].to_numpy(dtype=float)
        if measure == "pitch":
            with np.errstate(divide="ignore", invalid="ignore"):
                value = 12 * np.log2(value)
        out.append(_pairs_of(rows, value, first, last, roles).assign(measure=measure))
    pairs = pd.concat(out, ignore_index=True)
    if pairs.empty:
        raise AbstainedError(
            f"No call has {MIN_PAIRS} changes of speaker with both voices measured. Measure first: "
            "ws.measure()."
        )
    return pairs[["measure", *(c for c in pairs.columns if c != "measure")]]


def _pairs_of(
    rows: pd.DataFrame, value: _Floats, first: _Ints, last: _Ints, roles: tuple[str, str]
) -> pd.DataFrame:
    by = [rows["call_id"], rows["role"]]
    series = pd.Series(value).groupby(by)
    spread = series.transform("std").to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        scaled = (value - series.transform("mean").to_numpy()) / spread
    scaled = np.where(np.isfinite(scaled), scaled, np.nan)
    call, role = (rows[c].to_numpy(dtype=object) for c in ("call_id", "role"))
    ends, begins = last[:-1], first[1:]
    one, two = roles
    for_ = (call[ends] == call[begins]) & ~np.isnan(scaled[ends]) & ~np.isnan(scaled[begins])
    straight = for_ & (role[ends] == one) & (role[begins] == two)
    crossed = for_ & (role[ends] == two) & (role[begins] == one)
    use = straight | crossed
    ends, begins, swap = ends[use], begins[use], crossed[use]
    pairs = pd.DataFrame(
        {
            "call_id": call[ends],
            "channel": pd.array([pd.NA] * len(ends), dtype="Int64"),
            "start_s": rows["start_s"].to_numpy(dtype=float)[ends],
            "end_s": rows["end_s"].to_numpy(dtype=float)[begins],
            "first_sd": np.where(swap, scaled[begins], scaled[ends]),
            "second_sd": np.where(swap, scaled[ends], scaled[begins]),
        }
    )
    size = pairs.groupby("call_id")["start_s"].transform("size")
    pairs = pairs[size >= MIN_PAIRS].reset_index(drop=True)
    counted = pairs.groupby("call_id").cumcount()
    pairs["place"] = counted / (pairs.groupby("call_id")["start_s"].transform("size") - 1)
    return pairs


def convergence(
    pairs: pd.DataFrame, *, draws: int = 999, rng: np.random.Generator | None = None
) -> pd.DataFrame:
    """Tell moving together (synchrony) and growing alike (convergence) apart.

    Synchrony: where one voice is above its own mean, is the other above its own, at the
    same change of speaker. Convergence: does the distance between the two, in own
    spreads, shrink from the first pair to the last. Both are held against made-up calls
    in which each voice is paired with the other voice of another call, at the same
    place: voices that all get louder towards the end are no synchrony.

    Parameters
    ----------
    pairs : DataFrame
        From `turn_pairs`.
    draws : int, default 999
        Shufflings of partners.
    rng : Generator, optional
        Source of the shufflings.

    Returns
    -------
    DataFrame
        Two rows a measure: outcome (synchrony or convergence), predictor (the measure),
        effect (correlation beyond chance; or change of the distance over a call beyond
        chance, in SD: negative is growing alike), unit, ci_low, ci_high (calls left out
        one at a time), p_value (share of shufflings at least as far from their mean),
        observed, by_chance (mean of the shufflings), n_pairs, n_calls, n_clusters,
        cluster, model, note, reading.

    Raises
    ------
    InputError
        If the measure column is missing or draws are below 99.
    AbstainedError
        If fewer than 3 calls came: there is nobody to shuffle partners with.
    """
    need_columns(pairs, ("measure", "call_id", "first_sd", "second_sd", "place"), "pairs of turns")
    if draws < 99:
        raise InputError(f"Chance needs at least 99 shufflings; {draws} came.")
    unknown = [m for m in pairs["measure"].unique() if m not in MEASURES]
    if unknown:
        raise InputError(
            f'There is no measure "{unknown[0]}".{nearest(str(unknown[0]), MEASURES)} '
            f"Measures: {', '.join(MEASURES)}."
        )
    rng = np.random.default_rng(0) if rng is None else rng
    out = []
    for measure, own in pairs.groupby("measure", sort=False):
        n_calls = own["call_id"].nunique()
        if n_calls < 3:
            raise AbstainedError(
                f"{n_calls} calls have enough pairs of turns for {measure}; with fewer than 3 no "
                "partners can be shuffled, so that chance is unknown."
            )
        out += _of_measure(str(measure), own, draws, rng)
    return pd.DataFrame(out)


def _of_measure(
    measure: str, own: pd.DataFrame, draws: int, rng: np.random.Generator
) -> list[dict[str, object]]:
    own = own.sort_values(["call_id", "place"], ignore_index=True)
    code, calls = pd.factorize(own["call_id"])
    n = len(calls)
    one, two, place = (own[c].to_numpy(dtype=float) for c in ("first_sd", "second_sd", "place"))
    size = np.bincount(code)
    start = np.concatenate([[0], np.cumsum(size)[:-1]])
    shuffled = np.empty((draws, 2, n, 3))
    for draw in range(draws):
        partner = rng.permutation(n)[code]
        at = start[partner] + np.rint(place * (size[partner] - 1)).astype(np.int64)
        shuffled[draw] = _sums(one, two[at], place, code, n)
    observed = _sums(one, two, place, code, n)
    # every call met itself in one of n shufflings on average; chance is without that
    centre = (n * shuffled.mean(axis=0) - observed) / (n - 1)
    rows = []
    for k, outcome in enumerate(("synchrony", "convergence")):
        value = float(_ratio(observed[k].sum(axis=0), outcome))
        chance = _ratio(shuffled[:, k].sum(axis=1), outcome)
        expected = float(_ratio(centre[k].sum(axis=0), outcome))
        without = _ratio(observed[k].sum(axis=0) - observed[k], outcome) - _ratio(
            centre[k].sum(axis=0) - centre[k], outcome
        )
        row = result_row(
            value - expected,
            np.asarray(without),
            cluster="call_id",
            outcome=outcome,
            predictor=measure,
            unit="correlation" if k == 0 else "SD from first to last pair",
            observed=value,
            by_chance=expected,
            n_pairs=len(own),
            n_calls=n,
            model=f"{draws} shufflings of partners",
        )
        middle = float(np.append(chance, value).mean())
        far = np.abs(chance - middle) >= abs(value - middle) - 1e-12
        row["p_value"] = (1 + int(far.sum())) / (1 + draws)
        row["reading"] = _reading(row, measure)
        rows.append(row)
    return rows


def _sums(one: _Floats, two: _Floats, place: _Floats, code: _Ints, n: int) -> _Floats:
    """Sum up by call what correlation and slope of the distance are made of."""
    distance = np.abs(one - two)
    size = np.bincount(code, minlength=n)
    around = place - 0.5
    together = np.column_stack(
        [np.bincount(code, v, minlength=n) for v in (one * two, one * one, two * two)]
    )
    mean = np.bincount(code, distance, minlength=n) / size
    slope = np.bincount(code, around * (distance - mean[code]), minlength=n)
    width = np.bincount(code, around * around, minlength=n)
    return np.stack([together, np.column_stack([slope, width, np.zeros(n)])])


def _ratio(sums: _Floats, outcome: str) -> _Floats:
    if outcome == "synchrony":
        return np.asarray(sums[..., 0] / np.sqrt(sums[..., 1] * sums[..., 2]))
    return np.asarray(sums[..., 0] / sums[..., 1])


def _reading(row: dict[str, object], measure: str) -> str:
    effect, low, high = (float(str(row[c])) for c in ("effect", "ci_low", "ci_high"))
    if row["outcome"] == "synchrony":
        figure = told(effect, low, high)
        return (
            f"In {measure} the two voices move together with a correlation {figure} beyond that of "
            "voices from different calls."
        )
    figure = told(effect, low, high, unit="SD")
    way = "shrinks" if effect < 0 else "grows"
    return (
        f"In {measure} the distance between the voices {way} over a call: {figure} against voices "
        "from different calls."
    )
