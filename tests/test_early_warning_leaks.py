"""What leakage looks like: figures that are too good, in made-up contact centres of known truth.

Witnesses: ../shared/reference/outcomes.md section 4, measured beforehand with another simulation:
whole call .82, first utterances of all calls .72, landmarked .66; folds by chance .65, by customer
.54, by time .63, by both .52. Only the order is asked for here, with a fixed seed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.outcomes import early_warning as early
from workbench.outcomes.early_warning.intervals import auc_interval
from workbench.outcomes.early_warning.splits import customer_folds, cut_dates, splits


def auc_of(score, event):
    event = np.asarray(event, dtype=bool)
    return auc_interval(np.asarray(score, dtype=float), event, np.arange(len(event)))[0]


@pytest.fixture(scope="module")
def centre():
    """4,000 calls of 10 to 40 utterances of 6 s; anger leads to escalation and follows it."""
    rng = np.random.default_rng(20)
    n, most = 4000, 40
    length = rng.integers(10, most + 1, n)
    mood = rng.normal(-1.6, 0.8, n)
    at = np.arange(most)
    cross = rng.uniform(size=(n, most)) < 1 / (1 + np.exp(-mood[:, None]))
    heat = np.cumsum(cross, axis=1) / (at + 1)
    risk = 1 / (1 + np.exp(6.9 - 2.5 * heat)) * (at > 2)
    struck = (rng.uniform(size=(n, most)) < risk) & (at < length[:, None])
    event = struck.any(axis=1)
    when = np.where(event, struck.argmax(axis=1), most + 1)
    after = at[None, :] > when[:, None]
    cross = np.where(after, rng.uniform(size=(n, most)) < 0.7, cross)
    heard = at[None, :] < length[:, None]
    return cross, heard, event, when, length


def test_the_end_of_a_call_makes_its_beginning_look_like_a_warning(centre):
    cross, heard, event, when, length = centre
    whole = (cross & heard).sum(axis=1) / length
    early_on = cross[:, :10].mean(axis=1)
    features = pd.DataFrame(
        {
            "call_id": [f"{i:04d}" for i in range(len(event))],
            "landmark_s": 60.0,
            "cross_share": early_on,
            "kind": "causal",
            "audio_until_s": 60.0,
            "rater_heard_until_s": 60.0,
        }
    )
    outcomes = features[["call_id"]].assign(
        escalated=event, escalated_at_s=np.where(event, 6.0 * when + 3.0, np.nan)
    )
    calls = features[["call_id"]].assign(customer_id=features["call_id"])
    lengths = pd.Series(6.0 * length + 1.0, index=features["call_id"])
    rows = early.landmark_rows(features, outcomes, calls, lengths)
    scored = early.scored_rows(rows, {"cross": "cross_share"}, validation="none")
    landmarked = early.warning_table(scored).iloc[0]
    assert event.mean() == pytest.approx(0.035, abs=0.03)
    assert auc_of(whole, event) > auc_of(early_on, event) + 0.02
    assert auc_of(early_on, event) > landmarked["auc"] + 0.02
    assert landmarked["n_events"] == (event & (6.0 * when + 3.0 > 60)).sum()


@pytest.fixture(scope="module")
def customers():
    """300 customers of 5 calls, of a way and a risk of their own; what a score says fades."""
    rng = np.random.default_rng(9)
    who = np.repeat(np.arange(300), 5)
    n = len(who)
    day = rng.uniform(0, 360, n)
    trait = rng.normal(size=(300, 4))
    level = rng.normal(0, 1.5, 300)
    columns = trait[who] + 0.1 * rng.normal(size=(n, 4))
    pull = 0.7 * np.clip(1 - day / 240, 0, None)
    chance = 1 / (1 + np.exp(1.2 - level[who] - pull * columns[:, 0]))
    started = pd.Timestamp("2026-01-01", tz="UTC") + pd.to_timedelta(day, unit="D")
    return (
        pd.Series([f"c{c:03d}" for c in who]),
        pd.Series(started),
        columns,
        pd.Series(rng.uniform(size=n) < chance),
    )


def mean_auc(found, columns, event):
    """Average the AUC over test parts of what the ten most alike calls of the training part did."""
    happened = event.to_numpy(dtype=float)
    out = []
    for train, test in found:
        far = ((columns[test][:, None, :] - columns[train][None, :, :]) ** 2).sum(axis=2)
        alike = np.argpartition(far, 10, axis=1)[:, :10]
        out.append(auc_of(happened[train][alike].mean(axis=1), happened[test]))
    return float(np.mean(out))


def test_folds_that_share_customers_or_time_promise_too_much(customers):
    who, started, columns, event = customers
    dates = cut_dates(started, (0.5,))
    rng = np.random.default_rng(1)
    chance = rng.permutation(len(who)) % 5
    fold = customer_folds(who)
    before, after = (started < dates[0]).to_numpy(), (started >= dates[0]).to_numpy()
    at_random = mean_auc(
        [(np.flatnonzero(chance != k), np.flatnonzero(chance == k)) for k in range(5)],
        columns,
        event,
    )
    by_customer = mean_auc([(s.train, s.test) for s in splits(fold)], columns, event)
    by_time = mean_auc([(np.flatnonzero(before), np.flatnonzero(after))], columns, event)
    by_both = mean_auc(
        [(s.train, s.test) for s in splits(fold, started, dates=dates)], columns, event
    )
    assert at_random > by_customer + 0.04
    assert by_time > by_both + 0.03
    assert by_both == pytest.approx(by_customer, abs=0.05)
