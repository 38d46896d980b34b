"""Answers agreed beforehand: how often a rater gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from workbench.agreement.raters.bias import mean_deviations
from workbench.agreement.raters.deviations import deviations
from workbench.agreement.raters.estimates import exchanged_p, sums, wilson
from workbench.agreement.raters.findings import Finding, nothing, spoken
from workbench.agreement.raters.panel import Panel
from workbench.errors import InputError
from workbench.schema import check_table

MIN_GOLD = 5
"""Gold answers of a rater before anything is said."""


def gold_findings(
    panel: Panel, tags: pd.DataFrame, gold: pd.DataFrame, *, smallest: float
) -> list[Finding]:
    """Check the share of agreed answers that each rater gives.

    ``tags`` is right where verdict and set of tags are the agreed ones; a
    dimension where the score is within the tolerance agreed for it;
    ``intensity`` where all agreed intensities are. What has no tolerance is
    neither right nor wrong.

    Parameters
    ----------
    panel : Panel
        The ratings.
    tags : DataFrame
        The table tags.
    gold : DataFrame
        The table gold.
    smallest : float
        A difference below this is not worth telling.

    Returns
    -------
    list of Finding
        One a rater and variable that gold was agreed for.

    Raises
    ------
    InputError
        If an agreed answer is not as documented.
    """
    gold, tags = check_table(gold, "gold"), check_table(tags, "tags")
    kind = panel.ratings.iloc[0]
    for name in ("taxonomy", "version", "pass"):
        gold = gold[gold[name] == kind[name]]
    if gold.empty:
        need = "no answers were agreed for this pass and version; agree on some with ws.gold."
        return [nothing(at, "gold", "tags", "share", need) for at in range(len(panel.raters))]
    found = []
    for variable, right in _right(panel, tags, gold).items():
        found += _told(panel, variable, right, smallest)
    return found


def _right(panel: Panel, tags: pd.DataFrame, gold: pd.DataFrame) -> dict[str, Any]:
    agreed: dict[str, tuple[dict[str, Any], dict[str, float]]] = {}
    for name, expected, tolerance in zip(
        gold["utterance_id"], gold["expected"], gold["tolerance"], strict=True
    ):
        if not isinstance(expected, Mapping) or "verdict" not in expected:
            raise InputError(
                f"The agreed answer of {name} is {expected!r}; expected verdict, tags and scores."
            )
        agreed[name] = (dict(expected), dict(tolerance) if isinstance(tolerance, Mapping) else {})
    answers = panel.ratings[panel.ratings["utterance_id"].isin(agreed) & panel.first]
    given = tags[tags["rating_id"].isin(answers["rating_id"])]
    by_rating = {
        str(name): dict(zip(own["tag"], own["intensity"], strict=True))
        for name, own in given.groupby("rating_id", sort=False)
    }
    out: dict[str, Any] = {}
    for row, utterance, rating, verdict in zip(
        answers.index, answers["utterance_id"], answers["rating_id"], answers["verdict"],
        strict=True,
    ):  # fmt: skip
        expected, tolerance = agreed[utterance]
        wanted = dict(expected.get("tags") or {})
        heard = by_rating.get(rating, {}) if verdict == "tagged" else {}
        marks = {"tags": verdict == expected["verdict"] and set(heard) == set(wanted)}
        strong = {t: v for t, v in wanted.items() if v is not None and t in heard}
        if "intensity" in tolerance and strong and not pd.isna([heard[t] for t in strong]).any():
            most = max(abs(heard[t] - v) for t, v in strong.items())
            marks["intensity"] = most <= tolerance["intensity"] + 1e-9
        for dimension, value in (expected.get("scores") or {}).items():
            if dimension in tolerance and dimension in panel.scores:
                own = panel.scores[dimension][row, 0]
                if not np.isnan(own):
                    marks[dimension] = abs(own - value) <= tolerance[dimension] + 1e-9
        for variable, mark in marks.items():
            whole = out.setdefault(variable, np.full((len(panel.rater), 1), np.nan))
            whole[row, 0] = float(mark)
    return out


def _told(panel: Panel, variable: str, right: Any, smallest: float) -> list[Finding]:
    n_raters = len(panel.raters)
    answered = np.flatnonzero(~np.isnan(right[:, 0]))
    n = np.bincount(panel.rater[answered], minlength=n_raters)
    hits = sums(panel.rater[answered], n_raters, right[answered])[:, 0]
    low, high = wilson(hits, n.astype(np.float64))
    dev = deviations(right, panel.item, panel.first)
    rater = panel.rater[dev.row]
    shared = np.bincount(rater, minlength=n_raters)
    usual = np.full(n_raters, np.nan)
    p = np.full(n_raters, np.nan)
    if len(dev.row):
        figures = mean_deviations(dev, rater, panel.call[dev.row], n_raters)
        p = np.fmax(figures.p, exchanged_p(rater, dev.own, dev.share, n_raters))[:, 0]
        p[np.isnan(figures.p[:, 0])] = np.nan
        usual = sums(rater, n_raters, dev.others)[:, 0] / np.maximum(shared, 1)
        usual[shared == 0] = np.nan
    found = []
    for at in range(n_raters):
        if n[at] < MIN_GOLD:
            need = f"{n[at]} agreed answers; {MIN_GOLD} are needed."
            found.append(nothing(at, "gold", variable, "share", need, int(n[at])))
            continue
        value = float(hits[at] / n[at])
        figure = (
            f"{hits[at]:.0f} of {n[at]} as agreed ({100 * low[at]:.0f} to {100 * high[at]:.0f} %)"
        )
        if not np.isnan(usual[at]):
            figure += f"; the others {100 * usual[at]:.0f} % of those they share"
        own = (panel.rater == at) & (right[:, 0] == 0)
        found.append(
            Finding(
                at, "gold", variable, value, "share", float(usual[at]), float(low[at]),
                float(high[at]), int(n[at]), float(p[at]), bool(usual[at] - value >= smallest),
                f"gives the agreed answer on {spoken(variable)} less often than others: {figure}",
                f"{spoken(variable)} {figure}", panel.strongest(at, own.astype(np.float64)),
            )
        )  # fmt: skip
    return found
