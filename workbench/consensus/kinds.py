"""Consensus rows of each kind: tags, intensities, verdicts and dimensions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus.answers import answers_of, check_enough
from workbench.consensus.cells import Cells, mean_rows, share_rows, weigh, within
from workbench.consensus.labels import MODELS, posterior
from workbench.consensus.weighting import reliability

KINDS = ("tag", "intensity", "verdict", "dimension")
"""Kinds of a consensus row, in the order of the table."""

MIN_HEARD = 10
"""Fewest ratings with, and without, a tag from which a model of the tag is estimated."""

NOTES = (
    None,
    "The raters of this utterance weigh 0, so each counts alike.",
    "No rater goes with the others on this, so all count alike.",
    "Weighted mean (ewe): the model is for categories.",
    "Share of the raters: this says nothing about the utterance that could be true.",
    f"Share of the raters: a model needs {MIN_HEARD} ratings with the tag and as many without.",
)
"""What to know about a row."""

_PLAIN, _FLAT, _NUMBER, _NO_TRUTH, _THIN = range(1, len(NOTES))
_VERDICTS = ("neutral", "unclear", "unusable")
_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


class Panel(NamedTuple):
    """The ratings that count, and how.

    Parameters
    ----------
    cells : Cells
        Where each rating belongs.
    tags, scores : DataFrame
        The tables of these names.
    method : str
        How raters come together.
    given : ndarray of float, shape (n_ratings,)
        Weight of each rating.
    single : bool
        Whether a rating means one tag (or neutral).
    """

    cells: Cells
    tags: pd.DataFrame
    scores: pd.DataFrame
    method: str
    given: _Floats
    single: bool

    def weighted(self, row: _Ints, code: _Ints, value: _Floats, of: _Ints) -> tuple[_Floats, _Ints]:
        """Weigh the ratings of each group of variables.

        Parameters
        ----------
        row, code : ndarray of int, shape (n_values,)
            Rating and variable of each value.
        value : ndarray of float, shape (n_values,)
            What was given.
        of : ndarray of int, shape (n_variables,)
            Group of each variable: raters have one weight in each.

        Returns
        -------
        weight : ndarray of float, shape (n_raters, n_variables)
            Of each rater in each variable, 0..1.
        note : ndarray of int, shape (n_variables,)
            Place in `NOTES`.
        """
        cells, width = self.cells, len(of)
        weight = np.ones((len(cells.raters), width))
        note = np.zeros(width, dtype=np.int64)
        if self.method in ("mean", "adjudicated"):
            return weight, note
        if self.method in MODELS:
            note[:] = _NUMBER
        key, at, times = np.unique(
            cells.pair[row] * width + code, return_inverse=True, return_counts=True
        )
        mean = np.bincount(at, value) / times
        pair, code = np.divmod(key, width)
        item, rater = np.divmod(pair, len(cells.raters))
        for group in np.unique(of):
            own = of[code] == group
            found = reliability(item[own], rater[own], code[own], mean[own], len(cells.raters))
            weight[:, of == group] = found.weight[:, None]
            if found.flat:
                note[of == group] = _FLAT
        return weight, note


def tag_rows(panel: Panel) -> list[pd.DataFrame]:
    """Make the rows of tags and their intensities.

    Parameters
    ----------
    panel : Panel
        The ratings.

    Returns
    -------
    list of DataFrame
        Rows, with kind and word.
    """
    cells = panel.cells
    row, code, names, intensity = _tags_that_count(panel)
    width = len(names)
    modelled = panel.method in MODELS and cells.judged.any()
    if not width and not modelled:
        return []
    if modelled:
        shares, neutral = _posterior_rows(panel, row, code, names)
    else:
        shares = _heard_rows(panel, row, code, width)
        neutral = shares.iloc[:0]
    given = ~np.isnan(intensity)
    row, code, intensity = row[given], code[given], intensity[given]
    one = np.zeros(width, dtype=np.int64)
    weight, note = panel.weighted(row, code, intensity, one)
    strength = mean_rows(
        cells.utterance[row],
        code,
        cells.rater[row],
        intensity,
        panel.given[row] * weight[cells.rater[row], code],
    )
    strength = within(_noted(strength, note), 0.0, 1.0)
    return [
        named(shares, "tag", names, str),
        named(neutral, "verdict", pd.Index(_VERDICTS), str),
        named(strength, "intensity", names, lambda tag: f"{tag}_intensity"),
    ]


def verdict_rows(panel: Panel) -> pd.DataFrame:
    """Make the rows of verdicts, except those that a model gave.

    Parameters
    ----------
    panel : Panel
        The ratings.

    Returns
    -------
    DataFrame
        Rows, with kind and word.
    """
    cells = panel.cells
    width = len(_VERDICTS)
    place = np.array([[v == name for name in _VERDICTS] for v in cells.verdict], dtype=bool)
    every = np.arange(len(cells.verdict)).repeat(width)
    code = np.tile(np.arange(width), len(cells.verdict))
    if panel.method in MODELS:
        weight, note = np.ones((len(cells.raters), width)), np.full(width, _NO_TRUTH)
    else:
        one = np.zeros(width, dtype=np.int64)
        weight, note = panel.weighted(every, code, place.ravel().astype(np.float64), one)
    modelled = panel.method in MODELS and cells.judged.any()
    of = weigh(cells.utterance, cells.pair, panel.given * weight[cells.rater, 0], len(cells.names))
    rows = []
    for number in range(1 if modelled else 0, width):
        given = np.bincount(cells.utterance, of.entry * place[:, number], len(cells.names))
        utterance = np.arange(len(cells.names))
        rows.append(share_rows(utterance, np.full(len(utterance), number), given, of))
    return named(_noted(pd.concat(rows), note), "verdict", pd.Index(_VERDICTS), str)


def dimension_rows(panel: Panel) -> pd.DataFrame:
    """Make the rows of dimensions.

    Parameters
    ----------
    panel : Panel
        The ratings.

    Returns
    -------
    DataFrame
        Rows, with kind and word.
    """
    cells = panel.cells
    row = cells.found(panel.scores["rating_id"])
    scores, row = panel.scores[row >= 0], row[row >= 0]
    code, names = pd.factorize(scores["dimension"], sort=True)
    value = scores["value"].to_numpy(dtype=float)
    weight, note = panel.weighted(row, code, value, np.arange(len(names)))
    rater = cells.rater[row]
    rows = mean_rows(
        cells.utterance[row], code, rater, value, panel.given[row] * weight[rater, code]
    )
    rows = _noted(rows, note)
    for number, name in enumerate(names):
        low, high = (-1.0, 1.0) if name == "valence" else (0.0, 1.0)
        values = value[code == number]
        if values.min() >= low and values.max() <= high:
            here = rows["variable"] == number
            rows.loc[here] = within(rows[here], low, high)
    return named(rows, "dimension", names, str)


def named(
    rows: pd.DataFrame, kind: str, names: pd.Index, spelled: Callable[[str], str]
) -> pd.DataFrame:
    """Give rows the word of their variable.

    Parameters
    ----------
    rows : DataFrame
        With variable, a code.
    kind : str
        Of `KINDS`.
    names : Index
        Names of the codes.
    spelled : callable
        Makes the word of a name.

    Returns
    -------
    DataFrame
        The rows with kind (a code) and word.
    """
    words = np.array([spelled(str(name)) for name in names], dtype=object)
    return rows.assign(kind=KINDS.index(kind), word=words[rows["variable"].to_numpy(dtype=int)])


def _tags_that_count(panel: Panel) -> tuple[_Ints, _Ints, pd.Index, _Floats]:
    cells, tags = panel.cells, panel.tags
    row = cells.found(tags["rating_id"])
    counts = (row >= 0) & cells.judged[row]
    tags, row = tags[counts], row[counts]
    code, names = pd.factorize(tags["tag"], sort=True)
    return row, code.astype(np.int64), pd.Index(names), tags["intensity"].to_numpy(dtype=float)


def _heard_rows(panel: Panel, row: _Ints, code: _Ints, width: int) -> pd.DataFrame:
    cells = panel.cells
    judged = np.flatnonzero(cells.judged)
    weight, note = np.ones((len(cells.raters), width)), np.zeros(width, dtype=np.int64)
    if panel.method not in ("mean", "adjudicated"):
        heard = np.zeros((len(cells.judged), width))
        heard[row, code] = 1.0
        every, codes = judged.repeat(width), np.tile(np.arange(width), len(judged))
        one = np.zeros(width, dtype=np.int64)
        weight, note = panel.weighted(every, codes, heard[judged].ravel(), one)
    n = len(cells.names)
    of = weigh(
        cells.utterance[judged],
        cells.pair[judged],
        panel.given[judged] * weight[cells.rater[judged], 0],
        n,
    )
    entry = np.zeros(len(cells.judged))
    entry[judged] = of.entry
    total = np.bincount(cells.utterance[row] * width + code, entry[row], n * width)
    at = np.flatnonzero(np.repeat(of.n_raters > 0, width))
    return _noted(share_rows(at // width, at % width, total[at], of), note)


def _posterior_rows(
    panel: Panel, row: _Ints, code: _Ints, names: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate one model of all tags, or one of each; neutral is one more."""
    cells, width = panel.cells, len(names) + 1
    heard = np.zeros((len(cells.judged), width), dtype=bool)
    heard[row, code] = True
    heard[:, -1] = cells.verdict == "neutral"
    row, code = np.nonzero(heard)
    rows = _heard_rows(panel._replace(method="mean"), row, code, width)
    judged = np.flatnonzero(cells.judged)
    heard = heard[judged]
    utterances, item = np.unique(cells.utterance[judged], return_inverse=True)
    items, rater = cells.names.take(utterances), cells.rater[judged]
    share = np.full((len(items), width), np.nan)
    if panel.single:
        used, label = np.unique(heard.argmax(axis=1), return_inverse=True)
        words = pd.Index([*map(str, names), "neutral"]).take(used)
        answers = answers_of(item, rater, label, items, cells.raters, words)
        share[:] = 0.0
        share[:, used] = posterior(answers, panel.method)
    else:
        for number in range(width):
            label, yes_no = heard[:, number].astype(np.int64), pd.RangeIndex(2)
            answers = answers_of(item, rater, label, items, cells.raters, yes_no)
            check_enough(answers, MODELS[panel.method])
            if min(label.sum(), len(label) - label.sum()) >= MIN_HEARD:
                share[:, number] = posterior(answers, panel.method)[:, 1]
    modelled = ~np.isnan(share.ravel())
    rows.loc[modelled, "estimate"] = np.clip(share.ravel()[modelled], 0.0, 1.0)
    rows.loc[modelled, ["se", "ci_low", "ci_high"]] = np.nan
    rows["note"] = np.where(modelled, 0, _THIN)
    neutral = rows["variable"] == width - 1
    return rows[~neutral], rows[neutral].assign(variable=_VERDICTS.index("neutral"))


def _noted(rows: pd.DataFrame, note: _Ints) -> pd.DataFrame:
    of = note[rows["variable"].to_numpy(dtype=int)] if len(note) else np.zeros(len(rows), int)
    return rows.assign(note=np.where(rows["plain"], _PLAIN, of))
