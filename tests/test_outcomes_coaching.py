"""Coaching: chance is not merit, QA and tone part where they part, repeats are censored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy.stats import beta, spearmanr

from benchmarks.simulated_policy import first_contacts, true_repeat
from workbench.errors import AbstainedError, InputError
from workbench.outcomes import (
    agent_cards,
    first_calls,
    qa_association,
    qa_disagreements,
    qa_rows,
    repeat_contacts,
)
from workbench.outcomes.coaching.pooling import pooled, ranks


def scored(seed=0, agents=40, sd=4.0):
    rng = np.random.default_rng(seed)
    agent = np.repeat(np.arange(agents), 5 + rng.poisson(20, agents))
    own = sd * rng.normal(size=agents)
    return pd.DataFrame(
        {
            "agent_id": np.char.add("a", np.char.zfill(agent.astype(str), 2)),
            "team": np.where(agent % 2, "north", "south"),
            "queue": rng.choice(["billing", "technical"], len(agent)),
            "qa_score": 75 + own[agent] + 6 * rng.normal(size=len(agent)),
        }
    )


def test_cards_of_scores_are_the_random_intercepts_of_statsmodels():
    rows = scored()
    cards = agent_cards(rows, ["qa_score"])
    fit = smf.mixedlm("qa_score ~ 1", rows, groups="agent_id").fit()
    witness = [
        fit.fe_params["Intercept"] + fit.random_effects[a].iloc[0] for a in cards["agent_id"]
    ]
    assert cards["estimate"].to_numpy() == pytest.approx(np.array(witness), abs=0.1)
    assert cards["agents_sd"].iloc[0] == pytest.approx(fit.cov_re.iloc[0, 0] ** 0.5, rel=0.1)
    assert cards["agent_id"].is_monotonic_increasing
    assert "rank" not in cards.columns


def test_few_calls_are_drawn_further_to_the_middle():
    rng = np.random.default_rng(1)
    sizes = [6] * 10 + [200] * 10
    rows = pd.DataFrame(
        {
            "agent_id": np.repeat([f"a{i:02d}" for i in range(20)], sizes),
            "escalated": rng.uniform(size=sum(sizes)) < 0.2,
        }
    )
    cards = agent_cards(rows, ["escalated"])
    drawn = (cards["estimate"] - cards["overall"]).abs() / (cards["raw"] - cards["overall"]).abs()
    assert drawn[:10].median() < drawn[10:].median()
    assert (cards["ci_high"] - cards["ci_low"])[:10].min() > 0
    assert cards["n_events"].sum() == rows["escalated"].sum()


def test_a_rate_of_agents_who_differ_much_is_that_of_their_own_calls():
    calls, yes = 4000, [200, 2000, 3600, 1000, 3000, 400]
    rows = pd.DataFrame(
        {
            "agent_id": np.repeat(list("abcdef"), calls),
            "resolved": np.concatenate([np.arange(calls) < n for n in yes]),
        }
    )
    cards = agent_cards(rows, ["resolved"])
    low = 100 * beta.ppf(0.025, np.array(yes), calls - np.array(yes))
    assert cards["estimate"].to_numpy() == pytest.approx(100 * np.array(yes) / calls, abs=0.3)
    assert cards["ci_low"].to_numpy() == pytest.approx(low, abs=0.5)


def test_the_mix_of_calls_is_held_equal():
    rng = np.random.default_rng(2)
    agent = np.repeat(np.arange(10), 200)
    hard = rng.uniform(size=2000) < np.where(agent < 5, 0.9, 0.1)
    rows = pd.DataFrame(
        {
            "agent_id": np.char.add("a", agent.astype(str)),
            "queue": np.where(hard, "retention", "billing"),
            "escalated": rng.uniform(size=2000) < np.where(hard, 0.4, 0.1),
        }
    )
    plain = agent_cards(rows, ["escalated"])["estimate"]
    equal = agent_cards(rows, ["escalated"], held_equal=["queue"])["estimate"]
    assert plain[:5].mean() - plain[5:].mean() > 15
    assert abs(equal[:5].mean() - equal[5:].mean()) < 4


def test_small_groups_are_not_shown():
    rows = pd.concat([scored(agents=8), scored(3, agents=1).head(4).assign(agent_id="z")])
    cards = agent_cards(rows, ["qa_score"])
    assert "z" not in set(cards["agent_id"])
    assert "1 with fewer than 5 calls are not shown" in cards["note"].iloc[0]
    with pytest.raises(AbstainedError, match="nobody is singled out"):
        agent_cards(scored(agents=4), ["qa_score"])
    with pytest.raises(AbstainedError, match="1 agents have 5 calls or more"):
        agent_cards(scored(agents=1), ["qa_score"])
    teams = agent_cards(scored(agents=20), ["qa_score"], by="team")
    assert teams["team"].tolist() == ["north", "south"]
    with pytest.raises(AbstainedError, match="0 values of team have 11 agents or more"):
        agent_cards(scored(agents=20), ["qa_score"], by="team", minimum_group=11)


def test_ranks_come_only_when_asked_and_with_their_interval():
    cards = agent_cards(scored(sd=0.5), ["qa_score"], ranked=True)
    assert (cards["rank_high"] - cards["rank_low"]).median() > 15
    apart = -50 * (np.linspace(-4, 4, 161) - np.array([[-2.0], [0.0], [2.0]])) ** 2
    middle, low, high = ranks(pooled(apart, np.linspace(-4, 4, 161)))
    assert middle.tolist() == low.tolist() == high.tolist() == [1, 2, 3]


def test_nothing_from_a_voice_enters_a_card():
    rows = scored().assign(f0_median_hz=180.0)
    with pytest.raises(InputError, match="measured from a voice"):
        agent_cards(rows, ["f0_median_hz"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"measures": []}, "at least one measure"),
        ({"measures": ["qa"]}, 'no measure "qa"'),
        ({"by": "agent"}, 'Did you mean "agent_id"'),
        ({"held_equal": ["line"]}, "to hold equal"),
        ({"minimum_group": 1}, "smallest group is 2"),
    ],
)
def test_bad_choices_of_cards_are_sentences(options, said):
    with pytest.raises(InputError, match=said):
        agent_cards(scored(), **{"measures": ["qa_score"], **options})


@pytest.fixture(scope="module")
def forms():
    rng = np.random.default_rng(5)
    n = 240
    tone = rng.normal(size=n) / 3
    return pd.DataFrame(
        {
            "call_id": [f"c{i:03d}" for i in range(n)],
            "agent_id": [f"a{i % 12}" for i in range(n)],
            "qa_score": np.clip(80 + 6 * tone + 5 * rng.normal(size=n), 0, 100),
            "valence_mean": tone,
        }
    )


def test_the_correlation_is_that_of_scipy(forms):
    row = qa_association(forms).iloc[0]
    witness = spearmanr(forms["qa_score"], forms["valence_mean"]).statistic
    assert row["correlation"] == pytest.approx(witness, abs=1e-9)
    assert 0 < row["ci_low"] < witness < row["ci_high"] < 1


def test_items_are_told_each_and_one_that_everyone_gets_has_no_figure(forms):
    calls = forms[["call_id", "agent_id"]]
    items = pd.concat(
        [
            forms[["call_id"]].assign(item="solution", score=forms["qa_score"] / 10, maximum=10.0),
            forms[["call_id"]].assign(item="greeting", score=10.0, maximum=10.0),
        ]
    )
    rows = qa_rows(forms[["call_id", "valence_mean"]], forms[["call_id", "qa_score"]], calls, items)
    table = qa_association(rows).set_index("qa")
    assert table.loc["solution", "correlation"] == pytest.approx(
        table.loc["qa_score", "correlation"]
    )
    assert np.isnan(table.loc["greeting", "correlation"])
    assert "same value" in table.loc["greeting", "note"]


def test_false_positives_of_qa_are_listed_furthest_first(forms):
    calls, shares = qa_disagreements(forms)
    bad = calls[calls["kind"] == "QA high, sounded bad"]
    assert (bad["qa_score"] >= forms["qa_score"].quantile(2 / 3)).all()
    assert (bad["valence_mean"] <= forms["valence_mean"].quantile(1 / 3)).all()
    assert bad["gap"].is_monotonic_decreasing
    row = shares.iloc[0]
    assert row["share"] == pytest.approx(100 * len(bad) / row["n_calls"])
    assert row["ci_low"] < row["share"] < row["ci_high"] < row["by_chance"] + 10
    fixed, _ = qa_disagreements(forms, qa_high=85, tone_low=0.0)
    assert (fixed.loc[fixed["kind"].str.startswith("QA high"), "qa_score"] >= 85).all()


def test_qa_of_one_agent_or_of_few_calls(forms):
    alone = qa_association(forms.assign(agent_id="a")).iloc[0]
    assert np.isfinite(alone["correlation"])
    assert "1 agent are too few" in alone["note"] or "1 agent" in alone["note"]
    with pytest.raises(AbstainedError, match="19 calls have both"):
        qa_association(forms.head(19))
    with pytest.raises(InputError, match='no column "valence"'):
        qa_disagreements(forms, tone="valence")
    with pytest.raises(InputError, match="has a qa_score"):
        qa_rows(forms[["call_id"]], forms[["call_id"]].assign(qa_score=None), forms[["call_id"]])


def calls_of(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "started_at"])
    table["started_at"] = pd.to_datetime(table["started_at"], utc=True)
    return table.assign(call_id=[f"c{i}" for i in range(len(table))], agent_id="x")


def test_who_called_again_and_whose_days_are_not_over():
    calls = calls_of(
        ("a", "2026-01-01"), ("a", "2026-01-10"), ("b", "2026-01-01"), ("b", "2026-02-01"),
        ("c", "2026-02-20"), ("c", "2026-02-22"), ("d", "2026-02-25"), ("e", "2026-01-02"),
    )  # fmt: skip
    table = first_calls(calls, days=14).set_index("customer_id")
    assert table["called_again"].dropna().to_dict() == {"a": True, "b": False, "e": False}
    assert table.loc["a", "again_call_id"] == "c1"
    assert table.loc["a", "again_after_days"] == 9
    customers = pd.DataFrame({"customer_id": ["e"], "observed_until": ["2026-01-05"]})
    assert pd.isna(first_calls(calls, customers=customers).set_index("customer_id").called_again.e)
    called_back = calls.assign(direction=["inbound", "outbound", *["inbound"] * 6])
    assert not first_calls(called_back).set_index("customer_id").called_again.a


def test_what_is_heard_in_first_calls_is_related_with_its_true_size():
    rows = first_contacts(np.random.default_rng(6), 4000, 40)
    table = repeat_contacts(rows, ["frustration_share"], covariates=["queue"])
    row = table.iloc[0]
    assert row["ci_low"] < true_repeat() < row["ci_high"]
    assert row["mean_again"] > row["mean_not"]
    assert row["n_calls"] == 4000
    assert "an association, not a cause" in row["reading"]


def test_repeats_that_cannot_be_told_are_sentences():
    rows = first_contacts(np.random.default_rng(7), 300, 7)
    few = repeat_contacts(rows, ["frustration_share"]).iloc[0]
    assert np.isnan(few["ci_low"])
    assert "7 agents are too few; 8" in few["note"]
    with pytest.raises(AbstainedError, match="10 of each"):
        repeat_contacts(rows.assign(called_again=False), ["frustration_share"])
    with pytest.raises(InputError, match='no column "anger"'):
        repeat_contacts(rows, ["anger"])
    with pytest.raises(InputError, match="above 0|after a call"):
        first_calls(calls_of(("a", "2026-01-01")), days=-1)
    with pytest.raises(InputError, match="customer_id and a started_at"):
        first_calls(calls_of((None, "2026-01-01")))
