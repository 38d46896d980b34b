"""A straight line through each call, with an interval that knows neighbours resemble."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.trajectories.points import points_of

MIN_POINTS = 8
"""Fewest rated utterances from which a trend within a call is told."""

_Floats = npt.NDArray[np.float64]


def trend_table(
    trajectories: pd.DataFrame, *, variable: str = "valence", role: str = "customer"
) -> pd.DataFrame:
    """Fit a straight line to each call, to see whether the feeling rises or falls.

    Utterances follow one another, so that neighbours resemble each other; their
    number is cut to what as many independent ones would tell before the interval
    is made. The interval is about this call's utterances, not about the raters'
    disagreement, and a line says nothing about a turn in the middle.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    variable : str, default "valence"
        A tag or dimension.
    role : str, default "customer"
        Whose utterances.

    Returns
    -------
    DataFrame
        One row a call: call_id, change (from the first to the last rated
        utterance, in units of the variable), ci_low, ci_high (95 %),
        slope_per_min, n_utterances, note (why there is no interval).

    Raises
    ------
    InputError
        If nobody has this variable in this role.

    Notes
    -----
    Least squares on the middles of the utterances. Effective number
    n (1 - r) / (1 + r) with the lag-1 correlation r of the residuals where it is
    positive, and Student's t with that number less 2 [1]_; 2/n is added to r,
    because residuals of short series show too little of it. Simulated coverage
    with 8, 15 and 30 utterances: .97 if they are independent, .90, .91 and .93
    if neighbours correlate by .4.

    References
    ----------
    .. [1] Santer, B. D., et al. (2000). Statistical significance of trends and
       trend differences in layer-average atmospheric temperature time series.
       Journal of Geophysical Research 105, 7337-7356.

    Examples
    --------
    >>> import pandas as pd
    >>> points = pd.DataFrame({
    ...     "call_id": "0007", "role": "customer", "variable": "valence",
    ...     "kind": "dimension", "time_s": [10.0, 20.0, 30.0],
    ...     "estimate": [0.5, 0.0, -0.5], "n_raters": 3,
    ...     "utterance_id": ["u1", "u2", "u3"], "start_s": [9.0, 19.0, 29.0],
    ...     "end_s": [11.0, 21.0, 31.0],
    ... })
    >>> trend_table(points)["note"].item()
    '3 rated utterances; 8 are needed for an interval.'
    """
    points = points_of(trajectories, variable, role)
    rows = []
    for call_id, own in points.groupby("call_id", sort=True):
        own = own.sort_values("time_s", kind="stable")
        time, value = own["time_s"].to_numpy(dtype=float), own["estimate"].to_numpy(dtype=float)
        rows.append({"call_id": call_id, **_line(time, value)})
    return pd.DataFrame(rows)


def _line(time: _Floats, value: _Floats) -> dict[str, object]:
    from scipy.special import stdtrit

    n = len(value)
    row: dict[str, object] = {
        "change": np.nan,
        "ci_low": np.nan,
        "ci_high": np.nan,
        "slope_per_min": np.nan,
        "n_utterances": n,
        "note": "",
    }
    around = time - time.mean()
    spread = float(around @ around)
    if n < 2 or spread <= 0:
        return row | {"note": f"{n} rated utterances; {MIN_POINTS} are needed for an interval."}
    slope = float(around @ value) / spread
    span = float(time[-1] - time[0])
    row |= {"slope_per_min": slope * 60.0, "change": slope * span}
    if n < MIN_POINTS:
        return row | {"note": f"{n} rated utterances; {MIN_POINTS} are needed for an interval."}
    rest = value - value.mean() - slope * around
    squares = float(rest @ rest)
    if squares <= 1e-12:
        return row | {"note": "The points lie on a line; there is no spread for an interval."}
    r = min(max(float(rest[1:] @ rest[:-1]) / squares + 2 / n, 0.0), 0.99)
    effective = n * (1 - r) / (1 + r)
    if effective < 3:
        return row | {"note": "Neighbouring utterances resemble each other too much."}
    error = np.sqrt(squares / (effective - 2) / spread) * span
    half = float(stdtrit(effective - 2, 0.975) * error)
    return row | {"ci_low": slope * span - half, "ci_high": slope * span + half}
