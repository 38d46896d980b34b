"""How alike two values are, whatever their kind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.intp]


class Values:
    """Values of one kind, ready to be held against each other.

    Likeness is 1 or 0 for tags (the same or not), the share that two mixtures
    have in common, Jaccard's for sets of tags, and for numbers minus the
    distance, in the units of the numbers.

    Parameters
    ----------
    values : Series
        Text, dicts of share by tag, frozensets or numbers, without gaps.

    Raises
    ------
    InputError
        If the values are of no such kind, or of several.
    """

    def __init__(self, values: pd.Series) -> None:
        first = values.iloc[0]
        kinds: tuple[type, ...] = (str,)
        for one in (dict, frozenset):
            kinds = (one,) if isinstance(first, one) else kinds
        self.numeric = pd.api.types.is_numeric_dtype(values)
        self._sets = kinds == (frozenset,)
        self._rows: npt.NDArray[np.float64]
        if self.numeric:
            self._rows = values.to_numpy(dtype=np.float64)
            return
        listed = values.tolist()
        if odd := [value for value in listed if not isinstance(value, kinds)]:
            raise InputError(
                f"Values are all text, all numbers, all frozensets or all dicts of shares; "
                f"{first!r} and {odd[0]!r} came."
            )
        if kinds == (str,):
            self._rows = pd.factorize(np.array(listed, dtype=object))[0].astype(np.float64)
            return
        self._rows = (
            pd.DataFrame(
                [value if kinds == (dict,) else dict.fromkeys(value, 1.0) for value in listed]
            )
            .fillna(0.0)
            .to_numpy(dtype=np.float64)
        )

    def likeness(self, one: _Ints, other: _Ints) -> _Floats:
        """Compare values by their places.

        Parameters
        ----------
        one, other : ndarray of int, shape (n,)
            Places of the values.

        Returns
        -------
        ndarray of float, shape (n,)
            0..1, or minus the distance of numbers.
        """
        a, b = self._rows[one], self._rows[other]
        if self.numeric:
            return np.asarray(-np.abs(a - b), dtype=np.float64)
        if a.ndim == 1:
            return np.asarray(a == b, dtype=np.float64)
        common = np.minimum(a, b).sum(axis=1)
        if not self._sets:
            return np.asarray(common, dtype=np.float64)
        union = np.maximum(a, b).sum(axis=1)
        shared = np.where(union > 0, common / np.where(union > 0, union, 1.0), 1.0)
        return np.asarray(shared, dtype=np.float64)
