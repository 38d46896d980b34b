"""What came checked, raters' errors estimated, labels drawn: all in the order of the calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.rater_error.confusion import check_overlap
from workbench.outcomes.rater_error.draws import Drawn, drawn_labels
from workbench.outcomes.rater_error.fitting import (
    Model,
)
from workbench.outcomes.rater_error.hearings import Hearings, numbered
from workbench.outcomes.rater_error.label_features import (
    Feature,
    NamedFeature,
    feature_named,
    values_of,
)
from workbench.outcomes.rater_error.outcome_columns import (
    Outcome,
    covariate_columns,
    duration_column,
    kind_named,
    outcome_of,
)
from workbench.outcomes.rater_error.propensities import levels

_Floats = npt.NDArray[np.float64]


class Prepared(NamedTuple):
    """Calls with what was heard in them, label sets and outcome, all in one order.

    Parameters
    ----------
    rows : DataFrame
        One row a call.
    hearings : Hearings
        What was heard.
    drawn : Drawn
        Label sets.
    x : ndarray of float, shape (n_calls, n_sets)
        The feature on each.
    x_naive : ndarray of float, shape (n_calls,)
        The feature on the majority of raters.
    held : DataFrame
        Columns held equal.
    outcome : Outcome
        With its likelihood.
    feature : NamedFeature
        The feature.
    n_levels : int
        Groups with a spread of propensities of their own.
    left_out : str
        Which rows were left out and why; empty if none.
    """

    rows: pd.DataFrame
    hearings: Hearings
    drawn: Drawn
    x: _Floats
    x_naive: _Floats
    held: pd.DataFrame
    outcome: Outcome
    feature: NamedFeature
    n_levels: int
    left_out: str

    def model(self, x: _Floats) -> Model:
        """Relate a feature to the outcome; in standard deviations of the drawn feature."""
        held = self.held.to_numpy(dtype=float)
        if self.outcome.likelihood.intercept:
            held = np.column_stack([np.ones(len(held)), held])
        return Model(self.outcome.likelihood, (x - self.x.mean()) / self.x.std(), held)


def prepared(
    heard: pd.DataFrame,
    rows: pd.DataFrame,
    outcome_kind: str,
    *,
    feature: str | Feature,
    covariates: Sequence[str],
    needed: Sequence[str],
    horizon: float | None,
    n_draws: int,
    rng: np.random.Generator | None,
) -> Prepared:
    """Check what came, estimate the raters' errors and draw labels.

    Parameters
    ----------
    heard, rows, outcome_kind, feature, covariates, horizon, n_draws, rng
        As of `carried_effect`.
    needed : sequence of str
        Further columns that must be there.

    Returns
    -------
    Prepared
        All in the order of the calls' ids.
    """
    kind, chosen = kind_named(outcome_kind), feature_named(feature)
    if isinstance(n_draws, bool) or not isinstance(n_draws, int) or not 10 <= n_draws <= 500:
        raise InputError(f"n_draws is a whole number from 10 to 500; {n_draws} came.")
    if isinstance(covariates, str):
        covariates = [covariates]
    timed = kind.columns != ("y",)
    wanted = [duration_column(rows), "event"] if timed else ["y"]
    if "exposure_days" in rows.columns and kind.model == "Poisson":
        wanted.append("exposure_days")
    wanted += ["call_id", *covariates, *needed]
    for name in wanted:
        if name not in rows.columns:
            raise InputError(
                f'The rows have no column "{name}".{nearest(name, map(str, rows.columns))}'
            )
    if rows["call_id"].duplicated().any():
        twice = rows.loc[rows["call_id"].duplicated(), "call_id"].iloc[0]
        raise InputError(f'The rows are one a call; "{twice}" is there more than once.')
    whole = rows.dropna(subset=wanted)
    left = [(len(rows) - len(whole), "have a gap")]
    hearings = numbered(heard, pd.Index(whole["call_id"]))
    known = whole.set_index("call_id", drop=False).loc[hearings.call_ids].reset_index(drop=True)
    left.append((len(whole) - len(known), "have no ratings of it"))
    naive = _majority(hearings, chosen)
    if np.isnan(naive).any():
        keep = ~np.isnan(naive)
        left.append((int((~keep).sum()), "have too few utterances for this feature"))
        known = known[keep].reset_index(drop=True)
        if known.empty:
            raise AbstainedError("No call has enough rated utterances for this feature.")
        hearings = numbered(heard, pd.Index(known["call_id"]))
        naive = _majority(hearings, chosen)
    counts = np.bincount(hearings.pattern, minlength=len(hearings.votes)).astype(float)
    check_overlap(hearings.votes, counts, hearings.rater_ids)
    held = covariate_columns(known, covariates)
    outcome = outcome_of(known, outcome_kind, held.shape[1], horizon=horizon)
    level, n_levels = levels(known[list(covariates)])
    source = np.random.default_rng(0) if rng is None else rng
    drawn = drawn_labels(hearings, level, n_levels, n_draws=n_draws, rng=source)
    x = values_of(chosen, drawn.labels, hearings.start_s, hearings.end_s, hearings.starts)
    if not np.isfinite(x).all():
        raise InputError("The feature's function gave values that are missing or infinite.")
    if x.std() == 0 or naive.std() == 0:
        raise AbstainedError("The feature has the same value in all calls.")
    text = ", ".join(f"{n} {why}" for n, why in left if n)
    said = f"Of {len(rows)} calls, {text}." if text else ""
    return Prepared(known, hearings, drawn, x, naive, held, outcome, chosen, n_levels, said)


def _majority(hearings: Hearings, feature: NamedFeature) -> _Floats:
    """Compute the feature on what half of an utterance's raters or more have heard."""
    said, rated = (hearings.votes == 1).sum(axis=1), (hearings.votes >= 0).sum(axis=1)
    labels = (2 * said >= rated)[hearings.pattern].astype(np.uint8)[:, None]
    return values_of(feature, labels, hearings.start_s, hearings.end_s, hearings.starts)[:, 0]
