"""One soft label an utterance, from the current ratings of all raters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import check_table, empty_table

METHODS = ("mean",)
"""Ways of making a consensus."""

KINDS = ("tag", "intensity", "verdict", "dimension")
"""Kinds of a consensus row, in the order of the table."""

_JUDGED = ("tagged", "neutral")
_VERDICTS = ("neutral", "unclear", "unusable")
_Z95 = 1.959963984540054

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def consensus_table(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    method: str = "mean",
    pass_: str | None = None,
    taxonomy: str | None = None,
    version: str | None = None,
    as_of: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Say what the raters heard together, one row an utterance and variable.

    Every rater counts once: who rated an utterance twice (a hidden repeat)
    enters with the mean of the two. Ratings that were superseded or retracted
    are left out. Ratings of several passes or versions of a taxonomy are never
    pooled; choose one. Use it before trajectories and outcomes. It does not
    weigh raters by their reliability.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names.
    method : {"mean"}, default "mean"
        How the consensus comes about: every rater has the same weight.
    pass_ : str, optional
        text, masked_voice, voice or both; needed if ratings of several came.
    taxonomy, version : str, optional
        Needed if ratings of several came.
    as_of : Timestamp, optional
        Leave out what was rated later. Default: nothing is left out, and the
        column `as_of` tells when the last of these ratings was made.

    Returns
    -------
    DataFrame
        The table `consensus`, sorted by utterance, kind and variable:

        tag
            `variable` is the tag, `estimate` the share of raters who heard it
            (0..1) among those who gave a judgement: verdict tagged or neutral.
            "Unclear" and "unusable" say nothing about a tag and are not counted
            as "not heard". There is a row for every tag that any of these
            raters used.
        intensity
            `variable` is the tag and ``_intensity``, `estimate` the mean of
            those who heard it and said how strongly (0..1).
        verdict
            neutral, unclear or unusable; share of all raters (0..1).
        dimension
            `variable` is the dimension, `estimate` the mean value.

        `ci_low` and `ci_high` are missing, not equal, where nothing can be said
        about the spread: one rater, or raters who all gave the same value on a
        dimension.

    Raises
    ------
    InputError
        If a table is not as documented, `method` is unknown, no rating is left,
        several passes or versions came, or a tag has the name of a dimension.

    Notes
    -----
    Shares have Wilson's interval [1]_ and the standard error of Agresti and
    Coull [2]_, which is not 0 where all raters agree. Means have Student's
    interval, cut off at the ends of the scale (valence -1..1, others 0..1)
    unless a value lies beyond. Both take the raters as a sample of possible
    raters; with two or three of them they are wide, and should be.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and
       statistical inference. JASA 22, 209-212.
    .. [2] Agresti, A., and Coull, B. A. (1998). Approximate is better than
       "exact" for interval estimation of binomial proportions. The American
       Statistician 52, 119-126.

    Examples
    --------
    Two of three raters heard frustration:

    >>> import pandas as pd
    >>> ratings = pd.DataFrame({
    ...     "rating_id": ["a", "b", "c"], "utterance_id": "u1",
    ...     "rater_id": ["r1", "r2", "r3"], "taxonomy": "cx", "version": "1",
    ...     "pass": "both", "verdict": ["tagged", "tagged", "neutral"],
    ...     "created_at": pd.Timestamp("2026-11-02", tz="UTC"), "retracted": False,
    ... })
    >>> tags = pd.DataFrame({
    ...     "rating_id": ["a", "b"], "tag": "frustration", "primary": True,
    ... })
    >>> table = consensus_table(ratings, tags, empty_table("scores"))
    >>> table.loc[table["kind"] == "tag", ["estimate", "ci_low", "ci_high"]].round(2)
       estimate  ci_low  ci_high
    0      0.67    0.21     0.94
    """
    if method not in METHODS:
        raise InputError(
            f'There is no consensus method "{method}".{nearest(method, METHODS)} '
            f"The methods are: {', '.join(METHODS)}."
        )
    chosen = _chosen(check_table(ratings, "ratings"), as_of, pass_, taxonomy, version)
    if chosen.empty:
        return empty_table("consensus")
    tags, scores = check_table(tags, "tags"), check_table(scores, "scores")
    cells = _Cells(chosen)
    parts = [
        *_tag_parts(cells, tags),
        _verdict_part(cells, chosen["verdict"]),
        _dimension_part(cells, scores),
    ]
    table = _assembled([part for part in parts if len(part)], cells)
    first = chosen.iloc[0]
    for column, value in (
        ("taxonomy", first["taxonomy"]),
        ("version", first["version"]),
        ("pass", first["pass"]),
        ("method", method),
        ("as_of", chosen["created_at"].max() if as_of is None else as_of),
    ):
        table[column] = value
    return check_table(table, "consensus")


class _Cells:
    """Where each rating belongs: its utterance and its rater, as numbers."""

    def __init__(self, ratings: pd.DataFrame) -> None:
        utterance, names = pd.factorize(ratings["utterance_id"], sort=True)
        rater, raters = pd.factorize(ratings["rater_id"])
        self.utterance: _Ints = utterance.astype(np.int64)
        self.rater: _Ints = rater.astype(np.int64)
        self.names = names
        self.n, self.n_raters = len(names), len(raters)
        self.pair = self.utterance * self.n_raters + self.rater
        self.judged = ratings["verdict"].isin(_JUDGED).to_numpy(dtype=bool)
        self.ids = pd.Index(ratings["rating_id"])

    def weights(self, keep: npt.NDArray[np.bool_]) -> _Floats:
        """Give the kept ratings of one rater of one utterance the weight one together."""
        weight = np.zeros(len(keep))
        _, place, times = np.unique(self.pair[keep], return_inverse=True, return_counts=True)
        weight[keep] = 1.0 / times[place]
        return weight

    def summed(self, weight: npt.NDArray[Any]) -> _Floats:
        """Sum over the ratings of each utterance."""
        return np.bincount(self.utterance, weight, minlength=self.n).astype(np.float64)

    def found(self, rating_ids: pd.Series) -> _Ints:
        """Find the row of each rating id; -1 for a rating that does not count."""
        return np.asarray(self.ids.get_indexer(pd.Index(rating_ids)), dtype=np.int64)


def _chosen(
    ratings: pd.DataFrame,
    as_of: pd.Timestamp | None,
    pass_: str | None,
    taxonomy: str | None,
    version: str | None,
) -> pd.DataFrame:
    if as_of is not None:
        as_of = pd.Timestamp(as_of)
        if as_of.tzinfo is None:
            raise InputError(
                f"as_of needs a time zone, because ratings are stored in UTC; "
                f"{as_of.isoformat()} has none. Write pd.Timestamp(..., tz='UTC')."
            )
        ratings = ratings[ratings["created_at"] <= as_of]
    gone = ratings["rating_id"].isin(ratings["supersedes"].dropna()) | ratings["retracted"]
    ratings = ratings[~gone.to_numpy(dtype=bool)]
    wanted = {"pass": pass_, "taxonomy": taxonomy, "version": version}
    for column, value in wanted.items():
        if value is None or ratings.empty:
            continue
        known = ratings[column].unique()
        ratings = ratings[ratings[column] == value]
        if ratings.empty:
            raise InputError(
                f'No rating has the {column} "{value}".{nearest(value, known)} '
                f"There are ratings of: {', '.join(map(str, known))}."
            )
    kinds = ratings[["taxonomy", "version", "pass"]].value_counts(sort=False).reset_index()
    if len(kinds) > 1:
        came = "; ".join(f"{t} {v}, pass {p} ({n} ratings)" for t, v, p, n in kinds.to_numpy())
        raise InputError(
            "Ratings of different passes or versions of a taxonomy are never pooled, "
            f"and these came: {came}. Choose with pass_, taxonomy and version."
        )
    return ratings.reset_index(drop=True)


def _tag_parts(cells: _Cells, tags: pd.DataFrame) -> list[pd.DataFrame]:
    row = cells.found(tags["rating_id"])
    counts = (row >= 0) & cells.judged[row]
    tags, row = tags[counts], row[counts]
    code, names = pd.factorize(tags["tag"], sort=True)
    width = len(names)
    if not width:
        return []
    weight = cells.weights(cells.judged)
    cell = cells.utterance[row] * width + code
    heard = np.bincount(cell, weight[row], minlength=cells.n * width)
    n = np.repeat(cells.summed(weight), width)
    judged = n > 0
    at = np.flatnonzero(judged)
    share = _share_rows(at // width, at % width, heard[judged], n[judged])
    intensity = tags["intensity"].to_numpy(dtype=float)
    given = ~np.isnan(intensity)
    strength = _mean_rows(
        cells.utterance[row[given]], code[given], cells.pair[row[given]], intensity[given], width
    )
    return [
        _named(share, "tag", names, str),
        _named(_within(strength, 0.0, 1.0), "intensity", names, lambda tag: f"{tag}_intensity"),
    ]


def _verdict_part(cells: _Cells, verdict: pd.Series) -> pd.DataFrame:
    weight = cells.weights(np.ones(len(verdict), dtype=bool))
    n = cells.summed(weight)
    rows = []
    for code, name in enumerate(_VERDICTS):
        given = cells.summed(weight * (verdict == name).to_numpy(dtype=float))
        rows.append(_share_rows(np.arange(cells.n), np.full(cells.n, code), given, n))
    return _named(pd.concat(rows, ignore_index=True), "verdict", pd.Index(_VERDICTS), str)


def _dimension_part(cells: _Cells, scores: pd.DataFrame) -> pd.DataFrame:
    row = cells.found(scores["rating_id"])
    scores, row = scores[row >= 0], row[row >= 0]
    code, names = pd.factorize(scores["dimension"], sort=True)
    value = scores["value"].to_numpy(dtype=float)
    rows = _mean_rows(cells.utterance[row], code, cells.pair[row], value, max(len(names), 1))
    for number, name in enumerate(names):
        low, high = (-1.0, 1.0) if name == "valence" else (0.0, 1.0)
        values = value[code == number]
        if values.min() >= low and values.max() <= high:
            here = rows["variable"] == number
            rows.loc[here] = _within(rows[here], low, high)
    return _named(rows, "dimension", names, str)


def _share_rows(
    utterance: npt.NDArray[Any],
    code: npt.NDArray[Any],
    heard: npt.NDArray[Any],
    n: npt.NDArray[Any],
) -> pd.DataFrame:
    n = np.rint(n)
    share = np.clip(heard / n, 0.0, 1.0)
    width = n + _Z95**2
    middle = (heard + _Z95**2 / 2) / width
    half = _Z95 / width * np.sqrt(n * share * (1 - share) + _Z95**2 / 4)
    alone = n < 2
    return pd.DataFrame(
        {
            "utterance": utterance,
            "variable": code,
            "estimate": share,
            "se": np.where(alone, np.nan, np.sqrt(middle * (1 - middle) / width)),
            "ci_low": np.where(alone, np.nan, np.clip(middle - half, 0.0, share)),
            "ci_high": np.where(alone, np.nan, np.clip(middle + half, share, 1.0)),
            "n_raters": np.rint(n).astype(np.int64),
        }
    )


def _mean_rows(
    utterance: npt.NDArray[Any], code: npt.NDArray[Any], pair: _Ints, value: _Floats, width: int
) -> pd.DataFrame:
    from scipy.special import stdtrit

    _, place, times = np.unique(pair * width + code, return_inverse=True, return_counts=True)
    weight = 1.0 / times[place]
    value = np.bincount(place, weight * value)[place].astype(np.float64)
    cells, at = np.unique(utterance * width + code, return_inverse=True)
    n = np.bincount(at, weight, minlength=len(cells))
    mean = np.bincount(at, weight * value, minlength=len(cells)) / np.maximum(n, 1)
    squares = np.bincount(at, weight * (value - mean[at]) ** 2, minlength=len(cells))
    n = np.rint(n).astype(np.int64)
    known = (n > 1) & (squares > 1e-12)
    freedom = np.maximum(n - 1, 1)
    se = np.where(known, np.sqrt(squares / freedom / np.maximum(n, 1)), np.nan)
    half = stdtrit(freedom, 0.975) * se
    return pd.DataFrame(
        {
            "utterance": cells // width,
            "variable": cells % width,
            "estimate": mean,
            "se": se,
            "ci_low": mean - half,
            "ci_high": mean + half,
            "n_raters": n,
        }
    )


def _within(rows: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    ends = rows[["ci_low", "ci_high"]].clip(low, high)
    return rows.assign(ci_low=ends["ci_low"], ci_high=ends["ci_high"])


def _named(
    rows: pd.DataFrame, kind: str, names: pd.Index, spelled: Callable[[str], str]
) -> pd.DataFrame:
    words = np.array([spelled(str(name)) for name in names], dtype=object)
    return rows.assign(kind=KINDS.index(kind), word=words[rows["variable"].to_numpy(dtype=int)])


def _assembled(parts: list[pd.DataFrame], cells: _Cells) -> pd.DataFrame:
    names = pd.concat([part[["kind", "word"]].drop_duplicates() for part in parts])
    twice = names.loc[names["word"].duplicated(keep=False)].sort_values("kind")
    if len(twice):
        kinds = " and a ".join(KINDS[kind] for kind in twice["kind"].unique())
        raise InputError(
            f'"{twice["word"].iloc[0]}" is the name of a {kinds} in these ratings, so the '
            "two cannot be told apart in a table. Rename one of them in the taxonomy."
        )
    rows = pd.concat(parts, ignore_index=True)
    order = np.lexsort((rows["variable"], rows["kind"], rows["utterance"]))
    rows = rows.iloc[order].reset_index(drop=True)
    kind = np.array(KINDS, dtype=object)[rows["kind"].to_numpy(dtype=int)]
    out = rows.drop(columns=["utterance", "variable", "word"])
    return out.assign(
        utterance_id=cells.names.take(rows["utterance"].to_numpy(dtype=int)),
        variable=rows["word"],
        kind=kind,
    )
