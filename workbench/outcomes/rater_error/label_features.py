"""Features of a call computed on labels: on one set, or on all drawn sets at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.errors import InputError, nearest

Labels = npt.NDArray[Any]
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]

Feature = Callable[[Labels, _Floats, _Floats, _Ints], _Floats]
"""Labels (n_utterances, n_sets), start_s, end_s, first utterance of each call: one value a call
and set."""


class NamedFeature(NamedTuple):
    """A feature that can be asked for by name.

    Parameters
    ----------
    compute : callable
        See `Feature`.
    step : float
        The step that effects are told for.
    words : str
        That step in words.
    """

    compute: Feature
    step: float
    words: str


def share(labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints) -> _Floats:
    """Compute the share of the judged time that carries the tag, 0..1.

    Parameters
    ----------
    labels : ndarray of int, shape (n_utterances, n_sets)
        1 where the tag is there.
    start_s, end_s : ndarray of float, shape (n_utterances,)
        Seconds; utterances sorted by call and start.
    starts : ndarray of int, shape (n_calls,)
        First utterance of each call.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        One value a call and set of labels.

    Examples
    --------
    >>> import numpy as np
    >>> share(np.array([[1], [0]]), np.array([0.0, 1.0]), np.array([1.0, 4.0]), np.array([0]))
    array([[0.25]])
    """
    seconds = end_s - start_s
    return _weighted(labels, seconds, starts) / np.add.reduceat(seconds, starts)[:, None]


def number(labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints) -> _Floats:
    """Count the utterances that carry the tag; arguments as of `share`.

    Parameters
    ----------
    labels, start_s, end_s, starts : ndarray
        As of `share`.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        Utterances.
    """
    return _weighted(labels, np.ones(len(labels)), starts)


def anywhere(labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints) -> _Floats:
    """Tell whether any utterance carries the tag, 1 or 0; arguments as of `share`.

    Parameters
    ----------
    labels, start_s, end_s, starts : ndarray
        As of `share`.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        1 or 0.
    """
    return np.asarray(np.maximum.reduceat(labels, starts, axis=0), dtype=np.float64)


def slope(labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints) -> _Floats:
    """Fit a straight line to the labels, weighted by seconds: change of share a minute.

    Parameters
    ----------
    labels, start_s, end_s, starts : ndarray
        As of `share`.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        Per minute; NaN below 3 utterances.
    """
    seconds, middle = end_s - start_s, (start_s + end_s) / 2
    counts = np.diff(starts, append=len(labels))
    mean = np.add.reduceat(seconds * middle, starts) / np.add.reduceat(seconds, starts)
    around = middle - np.repeat(mean, counts)
    spread = np.add.reduceat(seconds * around**2, starts)
    spread[(counts < 3) | (spread <= 0)] = np.nan
    return 60.0 * _weighted(labels, seconds * around, starts) / spread[:, None]


def peak_end(labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints) -> _Floats:
    """Average the peak (anywhere) and the end (the last utterance): 0, 0.5 or 1.

    Parameters
    ----------
    labels, start_s, end_s, starts : ndarray
        As of `share`.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        0, 0.5 or 1.
    """
    last = labels[np.append(starts[1:], len(labels)) - 1]
    return np.asarray((anywhere(labels, start_s, end_s, starts) + last) / 2, dtype=np.float64)


def last_third(labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints) -> _Floats:
    """Compute the share of the judged time in the last third of the call, 0..1.

    Parameters
    ----------
    labels, start_s, end_s, starts : ndarray
        As of `share`.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        From the first judged second to the last, the last third of that.
    """
    counts = np.diff(starts, append=len(labels))
    first, last = np.minimum.reduceat(start_s, starts), np.maximum.reduceat(end_s, starts)
    after = np.repeat(first + (last - first) * 2 / 3, counts)
    seconds = np.maximum(end_s - np.maximum(start_s, after), 0.0)
    return _weighted(labels, seconds, starts) / np.add.reduceat(seconds, starts)[:, None]


FEATURES = {
    "share": NamedFeature(share, 0.1, "10 points more time of {tag}"),
    "n": NamedFeature(number, 1.0, "one more utterance with {tag}"),
    "any": NamedFeature(anywhere, 1.0, "any {tag} against none"),
    "slope": NamedFeature(slope, 0.1, "{tag} rising by 10 points of time a minute more"),
    "peak_end": NamedFeature(peak_end, 0.5, "{tag} at the end, beyond its peak, or anywhere"),
    "last_third": NamedFeature(last_third, 0.1, "10 points more time of {tag} in the last third"),
}
"""Features by name."""


def feature_named(feature: str | Feature) -> NamedFeature:
    """Find a feature, or take a function for one.

    Parameters
    ----------
    feature : str or callable
        A name, or a function as `Feature`; its step is a standard deviation,
        which is given as step NaN.

    Returns
    -------
    NamedFeature
        The feature.

    Raises
    ------
    InputError
        If there is none of that name.

    Examples
    --------
    >>> feature_named("share").step
    0.1
    """
    if callable(feature):
        name = getattr(feature, "__name__", "feature").replace("_", " ").strip("<>")
        return NamedFeature(feature, float("nan"), f"{name} of {{tag}} higher by {{step:.3g}}")
    key = str(feature).replace(" ", "_")
    if key not in FEATURES:
        raise InputError(
            f'There is no feature "{feature}".{nearest(str(feature), FEATURES)} There are: '
            f"{', '.join(FEATURES)}; or give a function of (labels, start_s, end_s, starts)."
        )
    return FEATURES[key]


def values_of(
    feature: NamedFeature, labels: Labels, start_s: _Floats, end_s: _Floats, starts: _Ints
) -> _Floats:
    """Compute a feature and check what a function of the caller's gave.

    Parameters
    ----------
    feature : NamedFeature
        The feature.
    labels, start_s, end_s, starts : ndarray
        As of `share`.

    Returns
    -------
    ndarray of float, shape (n_calls, n_sets)
        One value a call and set.

    Raises
    ------
    InputError
        If the function failed or gave another shape.
    """
    try:
        values = np.asarray(feature.compute(labels, start_s, end_s, starts), dtype=np.float64)
    except Exception as error:
        raise InputError(
            "The feature's function failed on labels of shape "
            f"{labels.shape}: {type(error).__name__}: {error}"
        ) from error
    if values.shape != (len(starts), labels.shape[1]):
        raise InputError(
            "A feature gives one value for each call and set of labels, here an array of shape "
            f"{(len(starts), labels.shape[1])}; the function gave {values.shape}."
        )
    return values


def _weighted(labels: Labels, weights: _Floats, starts: _Ints) -> _Floats:
    return np.asarray(np.add.reduceat(labels * weights[:, None], starts, axis=0), dtype=np.float64)
