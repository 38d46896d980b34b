"""Many figures at once: how many of them are chance."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError

_Floats = npt.NDArray[np.float64]


def adjusted_p_values(p_values: npt.ArrayLike, *, method: Literal["bh", "by"] = "bh") -> _Floats:
    """Adjust p values for their number by the false discovery rate.

    Calling everything below .05 a finding then leaves at most 5 % of the
    findings false on average, if the tests are independent or positively
    related [1]_. Missing p values (no test was made) stay missing and do not
    count.

    Parameters
    ----------
    p_values : array of float
        From 0 to 1 or NaN.
    method : {"bh", "by"}, default "bh"
        "by" holds however the tests depend on each other [2]_, and finds less.

    Returns
    -------
    ndarray of float
        Adjusted p values in the same order.

    Raises
    ------
    InputError
        If a p value is below 0 or above 1, or the method is another.

    References
    ----------
    .. [1] Benjamini, Y., and Hochberg, Y. (1995). Controlling the false
       discovery rate. Journal of the Royal Statistical Society B 57, 289-300.
    .. [2] Benjamini, Y., and Yekutieli, D. (2001). The control of the false
       discovery rate in multiple testing under dependency. Annals of Statistics
       29, 1165-1188.

    Examples
    --------
    >>> adjusted_p_values([0.01, float("nan"), 0.04, 0.03]).round(2)
    array([0.03,  nan, 0.04, 0.04])
    """
    if method not in ("bh", "by"):
        raise InputError(f'The method is "bh" or "by"; "{method}" came.')
    p = np.asarray(p_values, dtype=float)
    known = ~np.isnan(p)
    wrong = known & ((p < 0) | (p > 1))
    if wrong.any():
        raise InputError(f"A p value lies between 0 and 1; {p[wrong][0]} came.")
    from scipy.stats import false_discovery_control

    out = np.full(p.shape, np.nan)
    out[known] = false_discovery_control(p[known], method=method)
    return out
