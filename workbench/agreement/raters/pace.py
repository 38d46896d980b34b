"""Pace: whether there was time to hear, and how long a rater takes beside the others."""

from __future__ import annotations

import numpy as np

from workbench.agreement.raters.bias import mean_deviations
from workbench.agreement.raters.deviations import deviations
from workbench.agreement.raters.estimates import Bools, wilson
from workbench.agreement.raters.findings import Finding, calls_needed, nothing
from workbench.agreement.raters.panel import Panel
from workbench.schema import HEARD

FASTEST = 2.0
"""The Labeler plays at most so many times as fast as recorded."""
MIN_SHARE = 0.5
"""Who heard less of an utterance than this share has not heard it."""
MIN_RATINGS = 10
"""Ratings with a known pace before anything is said."""
MOST_QUICK = 0.05
"""A share of unheard ratings up to this happens to everybody."""


def pace_findings(panel: Panel) -> list[Finding]:
    """Check how many ratings came before the utterance can have been heard, and the pace.

    Parameters
    ----------
    panel : Panel
        The ratings.

    Returns
    -------
    list of Finding
        ``too_quick`` and ``time`` of each rater.
    """
    return [*_too_quick(panel), *_time(panel)]


def _unheard(panel: Panel) -> tuple[Bools, Bools]:
    """Say of which ratings something is known, and which came without hearing."""
    spent = panel.ratings["elapsed_ms"].astype("float64").to_numpy() / 1000
    plays = panel.ratings["n_plays"].astype("float64").to_numpy()
    share = panel.ratings["heard_share"].to_numpy(dtype=np.float64)
    timed = ~np.isnan(spent) & ~np.isnan(panel.duration_s)
    known = timed | ~np.isnan(plays) | ~np.isnan(share)
    quick = np.zeros(len(spent), dtype=bool)
    quick[timed] = spent[timed] < panel.duration_s[timed] / FASTEST
    quick |= (plays == 0) | (share < MIN_SHARE)
    return known, quick


def _too_quick(panel: Panel) -> list[Finding]:
    from scipy import stats

    found = []
    known, quick = _unheard(panel)
    n = np.bincount(panel.rater[known], minlength=len(panel.raters))
    count = np.bincount(panel.rater[known & quick], minlength=len(panel.raters))
    low, high = wilson(count.astype(np.float64), n.astype(np.float64))
    for at in range(len(panel.raters)):
        need = ""
        if panel.pass_ not in HEARD:
            need = "in the pass text nothing is to be heard."
        elif n[at] < MIN_RATINGS:
            need = (
                f"{n[at]} ratings with elapsed_ms and the utterance's length, or with n_plays or "
                f"heard_share; {MIN_RATINGS} are needed."
            )
        if need:
            found.append(nothing(at, "pace", "too_quick", "share", need, int(n[at])))
            continue
        others, rest = int(count.sum() - count[at]), int(n.sum() - n[at])
        table = np.array([[count[at], n[at] - count[at]], [others, rest - others]])
        p = float(stats.fisher_exact(table).pvalue) if rest else np.nan
        value = float(count[at] / n[at])
        expected = others / rest if rest else np.nan
        figure = f"{count[at]} of {n[at]}, the others {others} of {rest}"
        found.append(
            Finding(
                at, "pace", "too_quick", value, "share", expected, float(low[at]), float(high[at]),
                int(n[at]), p, bool(value > expected and low[at] > MOST_QUICK),
                f"more often than the others saves before the utterance can have been heard: "
                f"{figure}. Ask whether the sound plays as it should",
                f"saved before it can have been heard {figure}",
                panel.strongest(at, (known & quick).astype(np.float64)),
            )
        )  # fmt: skip
    return found


def _time(panel: Panel) -> list[Finding]:
    spent = panel.ratings["elapsed_ms"].astype("float64").to_numpy()
    log = np.log(np.where(spent > 0, spent, np.nan))[:, None]
    n_raters = len(panel.raters)
    dev = deviations(log, panel.item, panel.first)
    rater = panel.rater[dev.row]
    n = np.bincount(rater, minlength=n_raters)
    away = np.zeros(len(log))
    away[dev.row] = -dev.apart[:, 0]
    if len(rater):
        figures = mean_deviations(dev, rater, panel.call[dev.row], n_raters)
    found = []
    for at in range(n_raters):
        need = ""
        if n[at] < MIN_RATINGS:
            need = (
                f"{n[at]} ratings with elapsed_ms of utterances that others rated too; "
                f"{MIN_RATINGS} are needed."
            )
        need = need or calls_needed(int(figures.n_clusters[at]), panel.by)
        if need:
            found.append(nothing(at, "pace", "time", "ratio", need, int(n[at])))
            continue
        value, low, high = (
            float(np.exp(part[at, 0])) for part in (figures.value, figures.low, figures.high)
        )
        figure = f"{value:.2f} of their time ({low:.2f} to {high:.2f}), {n[at]} utterances"
        found.append(
            Finding(
                at, "pace", "time", value, "ratio", 1.0, low, high, int(n[at]),
                float(figures.p[at, 0]), value <= 0.6,
                f"takes less time than the others for the same utterances: {figure}",
                figure, panel.strongest(at, away),
            )
        )  # fmt: skip
    return found
