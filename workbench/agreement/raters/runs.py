"""The same answer again and again: how often beyond what the utterances explain."""

from __future__ import annotations

import numpy as np

from workbench.agreement.raters.bias import mean_deviations
from workbench.agreement.raters.deviations import Deviations
from workbench.agreement.raters.estimates import Bools, Ints, exchanged_p, sums
from workbench.agreement.raters.findings import Finding, calls_needed, nothing
from workbench.agreement.raters.order import NO_ORDER
from workbench.agreement.raters.panel import Panel

MIN_PAIRS = 20
"""Pairs of consecutive ratings that others rated both of, before anything is said."""


def run_findings(panel: Panel, *, smallest: float) -> list[Finding]:
    """Check how often a rater gives the answer of the rating before.

    Held against how often the others did so for the same two utterances, so that a
    monotonous call is nobody's fault.

    Parameters
    ----------
    panel : Panel
        The ratings.
    smallest : float
        A difference below this is not worth telling.

    Returns
    -------
    list of Finding
        One a rater for the tags, and one for all scores together.
    """
    found = []
    answers = {"tags": _tag_codes(panel)} if len(panel.tags) > 1 else {}
    if panel.scores:
        answers["scores"] = _score_codes(panel)
    for variable, code in answers.items():
        again = _again(panel, code)
        found += _told(panel, variable, again, smallest)
    return found


def _tag_codes(panel: Panel) -> Ints:
    verdict = panel.ratings["verdict"].to_numpy(dtype=str)
    known = np.nan_to_num(panel.heard, nan=0.0).astype(np.uint8)
    _, code = np.unique(np.packbits(known, axis=1), axis=0, return_inverse=True)
    code = code.reshape(-1).astype(np.int64)
    for number, word in enumerate(("unclear", "unusable"), start=1):
        code[verdict == word] = code.max() + number
    return code


def _score_codes(panel: Panel) -> Ints:
    values = np.hstack(list(panel.scores.values()))
    given = ~np.isnan(values).any(axis=1)
    code = np.full(len(values), -1, dtype=np.int64)
    _, own = np.unique(values[given].round(6), axis=0, return_inverse=True)
    code[given] = own.reshape(-1)
    return code


def _again(panel: Panel, code: Ints) -> tuple[Ints, Deviations, Bools]:
    """Hold "the same as before" against the others who rated the same two utterances."""
    now = np.arange(1, len(code))
    now = now[panel.follows[1:]]
    now = now[panel.in_order[now] & (code[now] >= 0) & (code[now - 1] >= 0)]
    same = np.zeros(len(code), dtype=bool)
    same[now] = code[now] == code[now - 1]
    first = np.flatnonzero(panel.first & (code >= 0))
    by_item = first[np.argsort(panel.item[first], kind="stable")]
    n_items, n_raters = int(panel.item.max()) + 1, len(panel.raters)
    n_of = np.bincount(panel.item[by_item], minlength=n_items)
    starts = np.cumsum(n_of) - n_of
    # one row for each pair and each rater of its second utterance
    times = n_of[panel.item[now]]
    pair = np.repeat(np.arange(len(now)), times)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
    other = by_item[starts[panel.item[now]][pair] + offset]
    keys = np.sort(panel.item[first] * n_raters + panel.rater[first])
    key_row = first[np.argsort(panel.item[first] * n_raters + panel.rater[first])]
    wanted = panel.item[now - 1][pair] * n_raters + panel.rater[other]
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    met = (keys[at] == wanted) & (panel.rater[other] != panel.rater[now][pair])
    pair, other, before = pair[met], other[met], key_row[at[met]]
    alike = (code[other] == code[before]).astype(np.float64)
    count = np.bincount(pair, minlength=len(now))
    total = np.bincount(pair, alike, minlength=len(now))
    some = count > 0
    own = same[now[some]].astype(np.float64)[:, None]
    others = (total[some] / count[some])[:, None]
    return now[some], Deviations(now[some], own, others, others, count[some]), same


def _told(
    panel: Panel, variable: str, again: tuple[Ints, Deviations, Bools], smallest: float
) -> list[Finding]:
    row, dev, same = again
    n_raters = len(panel.raters)
    rater = panel.rater[row]
    n = np.bincount(rater, minlength=n_raters)
    if len(row):
        figures = mean_deviations(dev, rater, panel.call[row], n_raters)
        p = np.fmax(figures.p, exchanged_p(rater, dev.own, dev.share, n_raters))
        p[np.isnan(figures.p)] = np.nan
        own, usual = sums(rater, n_raters, dev.own), sums(rater, n_raters, dev.others)
    found = []
    for at in range(n_raters):
        need = "" if panel.in_order[panel.bounds[at]] else NO_ORDER
        if not need and n[at] < MIN_PAIRS:
            need = (
                f"{n[at]} pairs of ratings in a row that others rated too; {MIN_PAIRS} are needed."
            )
        need = need or calls_needed(int(figures.n_clusters[at]), panel.by)
        if need:
            found.append(nothing(at, "straight_lining", variable, "share", need, int(n[at])))
            continue
        value, expected = float(own[at, 0] / n[at]), float(usual[at, 0] / n[at])
        low = float(figures.low[at, 0]) + expected
        high = float(figures.high[at, 0]) + expected
        longest = _longest(panel, at, same)
        figure = (
            f"{own[at, 0]:.0f} of {n[at]} against {usual[at, 0]:.0f} expected, the longest run "
            f"{len(longest)}"
        )
        what = "tags" if variable == "tags" else "scores"
        found.append(
            Finding(
                at, "straight_lining", variable, value, "share", expected, low, high, int(n[at]),
                float(p[at, 0]), value - expected >= smallest,
                f"gives the same {what} twice running more often than the others did: {figure}",
                f"the same {what} twice running {figure}", longest[:8],
            )
        )  # fmt: skip
    return found


def _longest(panel: Panel, rater: int, same: Bools) -> list[int]:
    start, end = int(panel.bounds[rater]), int(panel.bounds[rater + 1])
    begins = np.flatnonzero(~same[start:end])
    lengths = np.diff(np.append(begins, end - start))
    best = int(np.argmax(lengths))
    return list(range(start + int(begins[best]), start + int(begins[best] + lengths[best])))
