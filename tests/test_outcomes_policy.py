"""Policies: a step of known size is found, a placebo is not, and what cannot be told is refused."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from benchmarks.simulated_policy import SINCE, START, centre, errors, level, weekly_rate
from workbench.errors import AbstainedError, InputError
from workbench.outcomes import (
    difference_in_differences,
    interrupted_lines,
    interrupted_series,
    placebo_dates,
    policy_series,
    pre_trends,
)
from workbench.outcomes.policy.autocorrelation import fit_series
from workbench.outcomes.policy.series import local_days, policy_date

compared = partial(difference_in_differences, treated=["technical"], since=SINCE)


def estimated(calls, date):
    return difference_in_differences(calls, "escalated", treated="technical", since=date)


def series_of(value, after_from):
    return pd.DataFrame({"value": value, "after": np.arange(len(value)) >= after_from})


@pytest.fixture(scope="module")
def rows():
    return centre(np.random.default_rng(3), agents=30, per_agent=150)


def test_a_series_is_counted_from_the_policy_s_own_weekday_and_gaps_stay_gaps():
    rows = pd.DataFrame(
        {
            "call_id": list("abcdef"),
            "started_at": pd.to_datetime(
                ["2026-02-02", "2026-02-16", "2026-02-28", "2026-03-01", "2026-03-07", "2026-03-08"]
            ),
            "escalated": pd.array([True, False, True, False, True, True], dtype="boolean"),
        }
    )
    table = policy_series(rows, "escalated", since="2026-03-01", audible=["e"])
    assert table["starts_on"].dt.strftime("%m-%d").tolist() == [
        *("02-01", "02-08", "02-15", "02-22", "03-01", "03-08")
    ]
    assert table["n_calls"].tolist() == [1, 0, 1, 1, 2, 1]
    assert table["value"].tolist() == pytest.approx([100, np.nan, 0, 100, 50, 100], nan_ok=True)
    assert table["after"].tolist() == [False] * 4 + [True] * 2
    assert table["call_id"].dropna().to_dict() == {4: "e"}


def test_what_chance_does_to_a_week_is_the_spread_inside_weeks():
    rows = pd.DataFrame(
        {
            "started_at": ["2026-02-24", "2026-02-25", "2026-03-02", "2026-03-03", "2026-03-04"],
            "qa_score": [70.0, 74.0, 80.0, 86.0, 80.0],
        }
    )
    table = policy_series(rows, "qa_score", since="2026-03-01")
    assert table["sampling_se"].tolist() == pytest.approx([(8 / 2) ** 0.5, (24 / 2 / 3) ** 0.5])


def test_a_day_is_a_day_on_the_clock_where_the_call_came_in():
    rows = pd.DataFrame({"started_at": ["2026-03-01T23:30:00Z"] * 2, "utc_offset_min": [60, None]})
    assert local_days(rows).dt.day.tolist() == [2, 1]


@pytest.mark.parametrize("written", ["2026-03-01", "20260301", "2026-03-01T10:00Z"])
def test_a_date_with_the_year_first_is_read(written):
    assert policy_date(written) == pd.Timestamp("2026-03-01")


@pytest.mark.parametrize("written", ["01.03.2026", "03/01/2026", "1 March 2026", None, 20260301])
def test_a_date_that_can_be_read_as_two_days_is_not_guessed(written):
    with pytest.raises(InputError, match="Write it with the year first"):
        policy_date(written)


def test_white_errors_with_a_known_size_give_the_weighted_least_squares_of_statsmodels():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(50), np.arange(50)])
    se = rng.uniform(0.5, 2, 50)
    y = design @ [1, 0.1] + rng.normal(size=50) * se
    fit = fit_series(y, design, se)
    alone = np.flatnonzero(fit.weights == fit.weights[fit.covariances[:, 0, 0].argmin()])[0]
    witness = sm.WLS(y, design, weights=1 / se**2).fit()
    assert fit.coefficients[alone] == pytest.approx(witness.params, rel=1e-9)
    assert fit.covariances[alone] == pytest.approx(witness.normalized_cov_params, rel=1e-9)


def test_a_given_autocorrelation_gives_generalised_least_squares_also_with_gaps():
    rng = np.random.default_rng(2)
    y, design = errors(rng, 40, 0.6) + 3, np.column_stack([np.ones(40), np.arange(40) >= 20])
    y[[5, 6, 30]] = np.nan
    fit, known = fit_series(y, design), np.isfinite(y)
    one = int(fit.weights.argmax())
    apart = np.abs(np.subtract.outer(np.arange(40), np.arange(40)))[np.ix_(known, known)]
    witness = sm.GLS(y[known], design[known], sigma=fit.autocorrelations[one] ** apart).fit()
    assert fit.coefficients[one] == pytest.approx(witness.params, rel=1e-9)
    assert fit.covariances[one] == pytest.approx(witness.cov_params(), rel=1e-9)


def test_newey_west_beside_is_that_of_statsmodels():
    series = series_of(errors(np.random.default_rng(4), 60, 0.5), 30)
    row = interrupted_series(series, slope=False).iloc[0]
    design = np.column_stack([np.ones(60), np.arange(60), series["after"]]).astype(float)
    fit = sm.OLS(series["value"], design).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}, use_t=True
    )
    ends = fit.conf_int().iloc[2].tolist()
    assert [row["newey_west_low"], row["newey_west_high"]] == pytest.approx(ends)


def test_the_lines_start_at_the_step_and_the_average_is_their_mean_distance():
    rng = np.random.default_rng(5)
    series = series_of(errors(rng, 80, 0.3) - 2 * (np.arange(80) >= 40), 40)
    table = interrupted_series(series).set_index("term")["effect"]
    lines = interrupted_lines(series)
    apart = (lines["fitted"] - lines["expected"]).dropna()
    assert apart.iloc[0] == pytest.approx(table["level"])
    assert apart.mean() == pytest.approx(table["average"])


def test_weekdays_of_a_daily_series_do_not_pass_for_a_step():
    day = pd.date_range("2026-01-01", periods=120, freq="D")
    value = np.where(day.day_of_week == 0, 40.0, 10.0) + np.random.default_rng(6).normal(size=120)
    series = series_of(value, 60).assign(starts_on=day, days=1)
    row = interrupted_series(series, slope=False).iloc[0]
    assert "weekdays held equal" in row["model"]
    assert row["ci_low"] <= 0 <= row["ci_high"]
    assert row["ci_high"] - row["ci_low"] < 3


def test_few_points_are_told_and_too_few_are_refused():
    value = np.random.default_rng(7).normal(size=70)
    assert interrupted_series(series_of(value, 30))["note"].tolist() == [""] * 3
    assert "40 points are few" in interrupted_series(series_of(value[:40], 20))["note"].iloc[0]
    with pytest.raises(AbstainedError, match="11 points with calls before .* 12 after .* 24 are"):
        interrupted_series(series_of(value[:23], 11))
    with pytest.raises(AbstainedError, match="same value"):
        interrupted_series(series_of(np.full(40, 2.0), 20))
    with pytest.raises(InputError, match='needs the column "after"'):
        interrupted_series(pd.DataFrame({"value": value}))


def test_a_step_of_known_size_is_found_and_none_is_not_made_up():
    rng = np.random.default_rng(8)
    runs = [level(rng, points=104, autocorrelation=0.3) for _ in range(60)]
    found = np.mean([high < 0 for _, _, high in runs])
    false = np.mean([low > truth or high < truth for truth, low, high in runs])
    assert found > 0.5
    assert false <= 0.12
    truth, low, high = weekly_rate(rng, weeks=104, calls=300)
    assert low < truth < high


def test_the_difference_is_that_of_four_means_and_of_least_squares(rows):
    row = compared(rows, "escalated").iloc[0]
    after = rows["started_at"] >= SINCE
    means = 100 * rows.groupby([rows["queue"] == "technical", after])["escalated"].mean()
    by_hand = (means[True, True] - means[True, False]) - (means[False, True] - means[False, False])
    assert row["effect"] == pytest.approx(by_hand)
    assert (row["n_calls"], row["n_clusters"]) == (len(rows), 30)
    assert row["ci_low"] < -10 < row["ci_high"] < 0
    assert "consistent with" in row["reading"]
    assert "The policy came to 1 queue" in row["note"]


def test_an_effect_of_known_size_is_found_and_a_placebo_is_not(rows):
    table = placebo_dates(rows, estimated, since=SINCE, every_days=14)
    assert table["policy"].tolist() == [False] * (len(table) - 1) + [True]
    assert table["date"].iloc[:-1].max() <= SINCE - pd.Timedelta(days=56)
    assert table["found"].iloc[-1]
    assert table["as_large_share"].iloc[0] == 0.0


def test_over_many_centres_the_effect_is_mostly_found_and_none_seldom():
    rng = np.random.default_rng(9)
    placebos = []
    for _ in range(40):
        calls = centre(rng, agents=12, per_agent=80)
        before = calls[calls["started_at"] < SINCE]
        placebos.append(estimated(before, START + pd.Timedelta(days=90))["p_value"].item() < 0.05)
    assert np.mean(placebos) <= 0.15
    found, false = [
        np.mean(
            [
                compared(centre(rng, agents=12, per_agent=80, effect=effect), "escalated").iloc[0][
                    "p_value"
                ]
                < 0.05
                for _ in range(40)
            ]
        )
        for effect in (-0.2, 0.0)
    ]
    assert found > 0.8
    assert false <= 0.15


def test_before_the_policy_a_drift_is_seen_or_the_size_of_what_could_hide_is_told():
    rng = np.random.default_rng(10)
    rows = centre(rng, agents=12, per_agent=80)
    found = pre_trends(rows, "escalated", treated=["technical"], since=SINCE).iloc[0]
    assert found["ci_low"] < 0 < found["ci_high"]
    assert "could by itself make a difference of up to" in found["reading"]
    months = (rows["started_at"] - START).dt.days / 30
    drift = rows.assign(qa_score=80 + months * (rows["queue"] == "technical"))
    drift["qa_score"] += rng.normal(size=len(rows))
    row = pre_trends(drift, "qa_score", treated=["technical"], since=SINCE).iloc[0]
    assert row["effect"] == pytest.approx(1, abs=0.15)
    assert "They were not moving alike." in row["reading"]


def test_few_agents_have_an_estimate_without_an_interval():
    rng = np.random.default_rng(11)
    seven = compared(centre(rng, agents=7, per_agent=60), "escalated").iloc[0]
    assert np.isfinite(seven["effect"])
    assert np.isnan(seven["ci_low"])
    assert "7 agents are too few; 8 are needed" in seven["note"]
    rows = centre(rng, agents=12, per_agent=60, by_agent=True)
    three = difference_in_differences(
        rows, "escalated", treated=["a0", "a2", "a4"], since=SINCE, where="agent_id"
    ).iloc[0]
    assert np.isnan(three["ci_low"])
    assert "3 agents with calls under the policy are too few; 4" in three["note"]


def test_what_does_not_fit_is_a_sentence(rows):
    with pytest.raises(InputError, match="Treated are all of the 2 values of queue"):
        compared(rows, "escalated", treated=["technical", "billing"])
    with pytest.raises(InputError, match='Did you mean "technical"'):
        compared(rows, "escalated", treated=["techncal"])
    with pytest.raises(InputError, match="all 4[0-9]+ calls lie before it"):
        compared(rows, "escalated", since="2031-01-01")
    with pytest.raises(InputError, match='Did you mean "escalated"'):
        compared(rows, "escalatd")
    with pytest.raises(InputError, match='numbers, or True and False; "[a-z]+" came'):
        compared(rows, "queue")
    with pytest.raises(InputError, match="A point is a day or a week"):
        policy_series(rows, "escalated", since=SINCE, every="month")
    with pytest.raises(InputError, match='the first is "01.03.2026"'):
        policy_series(rows.assign(started_at="01.03.2026"), "escalated", since=SINCE)
    only = rows[(rows["queue"] == "billing") | (rows["started_at"] >= SINCE)]
    with pytest.raises(AbstainedError, match="No call of the treated before"):
        compared(only, "escalated")
    with pytest.raises(AbstainedError, match="0 dates before the policy can be estimated"):
        placebo_dates(rows, estimated, since=SINCE, margin_days=300)
