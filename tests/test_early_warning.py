"""Early warning: landmarks, rules, splits, scores, what alarms are worth; on real calls too.

Witnesses: hand-made tables; net benefit by its formula; Wilson's interval of statsmodels; leaving
out each customer by brute force; figures of the calls in ../shared/data/utep that were measured
beforehand.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from benchmarks.simulated_early_warning import contact_centre
from tests.rated_calls import ratings_of, utterances_of
from tests.test_outcomes_auc import UTEP, UTEP_VERDICTS
from workbench import plots
from workbench.consensus import consensus_table
from workbench.errors import AbstainedError, InputError
from workbench.outcomes import auc_table
from workbench.outcomes import early_warning as early
from workbench.outcomes.early_warning.fitting import fit_chance
from workbench.outcomes.early_warning.intervals import auc_interval, share_interval
from workbench.outcomes.early_warning.landmarks import check_landmarks
from workbench.outcomes.early_warning.probabilities import calibration_intervals, net_benefit
from workbench.outcomes.early_warning.splits import customer_folds, cut_dates, splits
from workbench.trajectories import call_features

KNOWN = {"kind": "causal", "audio_until_s": 30.0, "rater_heard_until_s": 30.0}


def landmark(**columns):
    """Make features of calls at 30 s with known provenance."""
    n = len(next(iter(columns.values())))
    ids = [str(i) for i in range(n)]
    return pd.DataFrame({"call_id": ids, "landmark_s": 30.0, **KNOWN, **columns})


def outcomes(escalated, at):
    return pd.DataFrame(
        {
            "call_id": [str(i) for i in range(len(escalated))],
            "escalated": escalated,
            "escalated_at_s": at,
        }
    )


def customers(n):
    return pd.DataFrame({"call_id": [str(i) for i in range(n)], "customer_id": "c"})


@pytest.fixture(scope="module")
def rows():
    """Calls at two landmarks: frustration warns at the later one, chatter never."""
    rng = np.random.default_rng(11)
    calls = contact_centre(rng, 160)
    n = len(calls.value)
    told = {30.0: rng.normal(size=n), 60.0: calls.value}
    about = {
        "call_id": [f"{i:05d}" for i in range(n)],
        "customer_id": [f"c{i:03d}" for i in calls.codes],
        "started_at": pd.Timestamp("2026-01-01", tz="UTC")
        + pd.to_timedelta(rng.integers(0, 200, n), unit="D"),
        "event": calls.event,
        "left_out": "",
        "rater_heard_until_s": 20.0,
    }
    parts = [
        pd.DataFrame(
            {
                **about,
                "landmark_s": at,
                "lead_s": np.where(calls.event, 100.0 - at, np.nan),
                "frustration_share": np.clip(0.3 + 0.2 * value, 0, 1),
                "chatter_share": rng.uniform(size=n),
                "volume_spike": rng.poisson(np.exp(0.5 * value - 1)),
            }
        )
        for at, value in told.items()
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def scored(rows):
    return early.scored_rows(
        rows,
        {
            "frustration": "frustration_share",
            "rule": "volume_spike and frustration_share > 0.3",
            "fitted": ["frustration_share", "chatter_share"],
        },
    )


# --- landmarks ---------------------------------------------------------------------------------


def test_only_calls_that_run_and_are_not_escalated_are_at_risk():
    features = landmark(frustration_share=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    happened = outcomes([True, True, False, False, None, True], [31, 30, None, None, None, None])
    lengths = pd.Series({"0": 50.0, "1": 50, "2": 30, "3": 31, "4": 50, "5": 50})
    found = early.landmark_rows(features, happened, customers(6), lengths).set_index("call_id")
    assert found["left_out"].tolist() == [
        "",
        "Escalated before this moment.",
        "Over before this moment.",
        "",
        "It is not known whether it happened.",
        "Escalated at an unknown time, so that before and after cannot be told apart.",
    ]
    assert found.loc["0", ["event", "lead_s"]].tolist() == [True, 1.0]
    counts = early.landmark_counts(found.reset_index()).iloc[0]
    assert (counts["n_calls"], counts["n_events"], counts["n_left_out"]) == (2, 1, 4)
    assert "1: Over before this moment." in counts["left_out"]


def test_nothing_heard_yet_is_a_share_of_0_and_no_valence():
    features = landmark(frustration_share=[None, 0.5], valence_mean=[None, -0.5])
    lengths = pd.Series({"0": 50.0, "1": 50.0})
    found = early.landmark_rows(
        features, outcomes([False, True], [None, 40]), customers(2), lengths
    )
    assert found["frustration_share"].tolist() == [0.0, 0.5]
    assert np.isnan(found["valence_mean"][0])


def test_an_outcome_known_after_the_call_has_no_moment_in_it():
    features = landmark(frustration_share=[0.1, 0.5])
    after = pd.DataFrame({"call_id": ["0", "1"], "resolved": [True, False]})
    lengths = pd.Series({"0": 50.0, "1": 50.0})
    found = early.landmark_rows(features, after, customers(2), lengths, on="resolved")
    assert found["event"].tolist() == [True, False]
    assert found["lead_s"].isna().all()


def test_bad_landmarks_are_sentences():
    features = landmark(frustration_share=[0.1, 0.5])
    both = (outcomes([False, True], [None, 40]), customers(2), pd.Series({"0": 50.0, "1": 50.0}))
    with pytest.raises(InputError, match='"escalate" is no yes/no outcome. Did you mean "escal'):
        early.landmark_rows(features, *both, on="escalate")
    with pytest.raises(InputError, match='need the column "landmark_s"'):
        early.landmark_rows(features.drop(columns="landmark_s"), *both)
    with pytest.raises(InputError, match='"0" comes more than once at 30 s'):
        early.landmark_rows(pd.concat([features, features]), *both)
    with pytest.raises(InputError, match="seconds after the start"):
        check_landmarks([30, -1])
    with pytest.raises(InputError, match="seconds of the call; 'soon' came"):
        check_landmarks("soon")


LEAKS = {
    "a whole-call baseline": ({"kind": "whole"}, "look ahead"),
    "a feature after the event": ({"audio_until_s": 31.0}, "audio after the moment"),
    "a two-sided smoother": ({"kind": "whole", "audio_until_s": 35.0}, "smoother or baseline"),
    "a rater who had heard the end": ({"rater_heard_until_s": 80.0}, "heard until 80 s"),
    "a rater of whom nothing is known": ({"rater_heard_until_s": np.nan}, "is not known for 2 of"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_planted_leaks_are_refused(leak):
    change, message = LEAKS[leak]
    features = landmark(frustration_share=[0.1, 0.5]).assign(**change)
    about = outcomes([False, True], [None, 40]), customers(2), pd.Series({"0": 50.0, "1": 50.0})
    with pytest.raises(InputError, match=message):
        early.landmark_rows(features, *about)


def test_unknown_raters_are_let_in_when_asked_for_and_everything_says_so():
    features = landmark(frustration_share=[0.1, 0.5]).assign(rater_heard_until_s=np.nan)
    lengths = pd.Series({"0": 50.0, "1": 50.0})
    happened = outcomes([False, True], [None, 40])
    found = early.landmark_rows(features, happened, customers(2), lengths, raters="tell")
    counts = early.landmark_counts(found)
    scored = early.scored_rows(found, {"f": "frustration_share"}, validation="none")
    table = early.warning_table(scored)
    moments = pd.DataFrame(columns=["call_id", "channel", "start_s", "end_s", "variable", "kind"])
    ranked = early.callback_list(scored, found, moments.assign(strength=[]), landmark_s=30)
    for note in (counts["note"], table["note"], table["reading"], ranked["note"]):
        assert "or it is not known how far" in note.item()


# --- rules -------------------------------------------------------------------------------------

TABLE = pd.DataFrame(
    {
        "spike": pd.array([2, 0, None, 1], dtype="Int64"),
        "valence": [-0.5, -0.6, -0.1, np.nan],
        "share": [0.1, 0.9, 0.5, 0.5],
    }
)


@pytest.mark.parametrize(
    ("rule", "holds", "unknown"),
    [
        ("spike and valence < -0.2", [1, 0, 0, 0], [0, 0, 0, 1]),
        ("spike or valence < -0.2", [1, 1, 0, 1], [0, 0, 1, 0]),
        ("not (spike or share > 0.8)", [0, 0, 0, 0], [0, 0, 1, 0]),
        ("not spike", [0, 1, 0, 0], [0, 0, 1, 0]),
        ("0.2 < share <= 0.5 and valence != -0.6", [0, 0, 1, 0], [0, 0, 0, 1]),
        ("valence < -share", [1, 0, 0, 0], [0, 0, 0, 1]),
        ("spike == 2", [1, 0, 0, 0], [0, 0, 1, 0]),
    ],
)
def test_a_rule_is_true_false_or_open(rule, holds, unknown):
    if "-share" in rule:
        with pytest.raises(InputError, match="does not belong into a rule"):
            early.apply_rule(rule, TABLE)
        return
    answer = early.apply_rule(rule, TABLE)
    assert answer.holds.tolist() == [bool(x) for x in holds]
    assert answer.unknown.tolist() == [bool(x) for x in unknown]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("valense < 0", 'no figure "valense" .* Did you mean "valence"'),
        ("valence", '"valence" is a figure, .* "valence > 0.2"'),
        ("valence < 0,2", "decimal point is a point"),
        ("spike & share > 0.2", "and, or, not in words"),
        ("valence = 0", "Write == to compare"),
        ("__import__('os').system('true')", "does not belong into a rule"),
        ("spike.real > 0", "does not belong into a rule"),
        ("[x for x in (1, 2)] == 1", "does not belong into a rule"),
        ("(lambda: 1)() > 0", "does not belong into a rule"),
        ("spike in (1, 2)", "does not belong into a rule"),
        ("((((", "cannot be read as a rule"),
        ("(" * 300 + "spike" + ")" * 300, "at most 500 characters"),
        ("not " * 100 + "spike", None),
        ("", "A rule is text"),
    ],
)
def test_what_is_no_rule_is_a_sentence(rule, message):
    if message is None:
        assert early.apply_rule(rule, TABLE).holds.tolist() == [True, False, False, True]
        return
    with pytest.raises(InputError, match=message):
        early.apply_rule(rule, TABLE)


@settings(max_examples=200)
@given(st.text(alphabet="spikevalnc<>=!()., 01and'or\\_-:[]{}\n", max_size=40))
def test_no_text_brings_a_rule_down(text):
    try:
        early.apply_rule(text, TABLE)
    except InputError:
        pass


# --- splits ------------------------------------------------------------------------------------


def test_training_shares_neither_customer_nor_time_with_its_test(rows):
    own = rows[rows["landmark_s"] == 30].reset_index(drop=True)
    fold = customer_folds(own["customer_id"])
    dates = cut_dates(own["started_at"], (0.4, 0.7))
    found = list(splits(fold, own["started_at"], dates=dates, gap="14D"))
    assert len(found) == 10
    for one in found:
        who = own["customer_id"]
        assert not set(who[one.train]) & set(who[one.test])
        assert (own["started_at"][one.train] < one.cut - pd.Timedelta("14D")).all()
        assert (own["started_at"][one.test] >= one.cut).all()
    tested = np.concatenate([one.test for one in found])
    assert sorted(tested) == np.flatnonzero(own["started_at"] >= dates[0]).tolist()


def test_folds_are_whole_customers_of_like_size_whatever_the_order(rows):
    who = rows["customer_id"]
    fold = pd.Series(customer_folds(who, 5))
    assert (fold.groupby(who).nunique() == 1).all()
    assert fold.value_counts().max() < 1.1 * fold.value_counts().min()
    mixed = who.sample(frac=1, random_state=3)
    assert (customer_folds(mixed, 5) == fold[mixed.index]).all()


def test_bad_splits_are_sentences(rows):
    own = rows[rows["landmark_s"] == 30].reset_index(drop=True)
    with pytest.raises(InputError, match="2 folds or more"):
        customer_folds(pd.Series(["a", "a"]), 2)
    with pytest.raises(InputError, match="1 of 2 rows have no customer"):
        customer_folds(pd.Series(["a", None]), 2)
    with pytest.raises(InputError, match="no date. Write it as year-month-day"):
        cut_dates(own["started_at"], ("spring",))
    with pytest.raises(InputError, match="does not divide the calls; they began from 2026-01-01"):
        cut_dates(own["started_at"], ("2031-01-01",))
    with pytest.raises(InputError, match="a share between 0 and 1"):
        cut_dates(own["started_at"], (7,))
    fold = customer_folds(own["customer_id"])
    with pytest.raises(InputError, match='"soon" is no length of time'):
        list(
            splits(fold, own["started_at"], dates=cut_dates(own["started_at"], (0.5,)), gap="soon")
        )
    with pytest.raises(InputError, match='no started_at.*validation="customer"'):
        early.scored_rows(
            own.assign(started_at=pd.NaT), {"f": "frustration_share"}, cuts=("2026-03-01",)
        )


# --- scores ------------------------------------------------------------------------------------


def test_all_scores_are_tested_on_the_same_calls(scored):
    per = scored.groupby(["landmark_s", "score"])["call_id"].agg(lambda ids: tuple(sorted(ids)))
    assert (per.groupby("landmark_s").nunique() == 1).all()
    assert not scored.duplicated(["call_id", "landmark_s", "score"]).any()
    fitted = scored[scored["score"] == "fitted"]
    assert fitted["value"].between(0, 1).all()
    late = fitted[(fitted["landmark_s"] == 60) & fitted["alarm"]]
    assert (late["because"].str[0] == "frustration_share").mean() > 0.8


def test_where_alarms_begin_is_learned_before_and_costs_what_was_asked(scored):
    alarms = scored[scored["kind"] != "rule"].groupby(["score", "landmark_s"])["alarm"].mean()
    assert alarms.between(0.05, 0.16).all()


def test_what_a_test_call_was_like_changes_nothing_learned(rows, scored):
    """Spoil the figures of the last month: chances of earlier test calls stay as they were."""
    late = rows["started_at"] >= pd.Timestamp("2026-06-20", tz="UTC")
    spoiled = rows.assign(
        frustration_share=rows["frustration_share"].mask(late, 0.0),
        event=rows["event"].mask(late, True),
    )
    again = early.scored_rows(spoiled, {"fitted": ["frustration_share", "chatter_share"]})
    before = scored[scored["score"] == "fitted"].set_index(["call_id", "landmark_s"])["chance"]
    after = again.set_index(["call_id", "landmark_s"])["chance"]
    kept = rows[~late].set_index(["call_id", "landmark_s"]).index.intersection(before.index)
    pd.testing.assert_series_equal(before[kept], after[kept])


def test_a_call_without_figures_ranks_last_and_raises_no_alarm():
    rows = pd.DataFrame(
        {
            "call_id": list("abcd"),
            "landmark_s": 30.0,
            "left_out": "",
            "event": [True, False, False, True],
            "lead_s": 10.0,
            "customer_id": list("abcd"),
            "valence_mean": [-0.5, 0.5, 0.1, np.nan],
        }
    )
    scored = early.scored_rows(rows, {"low": "-valence_mean"}, validation="none")
    assert scored["value"].tolist() == [0.5, -0.5, -0.1, -np.inf]
    assert scored["known"].tolist() == [True, True, True, False]
    assert scored["alarm"].tolist() == [True, False, False, False]
    row = early.warning_table(scored).iloc[0]
    assert (row["n_unknown"], row["auc"]) == (1, 0.5)


def test_the_prior_shrinks_little_and_keeps_separated_weights_finite():
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    x = rng.normal(size=(4000, 2))
    y = rng.uniform(size=4000) < 1 / (1 + np.exp(1 - x @ [0.8, -0.4]))
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    plain = sm.Logit(y.astype(float), sm.add_constant(scaled)).fit(disp=0).params
    assert fit_chance(x, pd.Series(y)).weights == pytest.approx(plain, abs=0.005)
    apart = fit_chance(np.arange(60.0)[:, None], pd.Series(np.arange(60) >= 30))
    assert 2 < apart.weights[1] < 20


def test_too_few_events_to_learn_from_are_told_with_the_number_needed(rows):
    few = rows.assign(event=rows["event"] & (np.arange(len(rows)) % 6 == 0))
    scored = early.scored_rows(few, {"fit": ["frustration_share", "chatter_share"]})
    assert scored["value"].isna().all()
    assert not scored["alarm"].any()
    row = early.warning_table(scored).iloc[0]
    assert np.isnan(row["auc"])
    assert "a score of 2 columns needs 15 of each" in row["reading"]


def test_bad_scores_are_sentences(rows):
    with pytest.raises(InputError, match='There is no validation "time". .*customer and time'):
        early.scored_rows(rows, {"f": "frustration_share"}, validation="time")
    with pytest.raises(InputError, match='no figure "frustration" to make a rule of. Did you mean'):
        early.scored_rows(rows, {"f": "frustration"})
    with pytest.raises(
        InputError, match='no figure "frustation_share" to fit "f" to. Did you mean'
    ):
        early.scored_rows(rows, {"f": ["frustation_share"]})
    with pytest.raises(InputError, match="cannot be tested on the calls it was learned from"):
        early.scored_rows(rows, {"f": ["frustration_share"]}, validation="none")
    with pytest.raises(InputError, match="a column, a rule or a list of columns; 3 came"):
        early.scored_rows(rows, {"f": 3})
    with pytest.raises(InputError, match="from landmark_rows is needed; this one lacks left_out"):
        early.scored_rows(rows.drop(columns="left_out"), {"f": "frustration_share"})
    with pytest.raises(InputError, match="from scored_rows is needed; this one lacks score"):
        early.warning_table(rows)
    with pytest.raises(InputError, match="Scores have names"):
        early.scored_rows(rows, ["frustration_share"])
    with pytest.raises(InputError, match="Of 100 calls"):
        early.scored_rows(rows, {"f": "frustration_share"}, alarms_per_100=0)
    with pytest.raises(AbstainedError, match="No call counts at any landmark"):
        early.scored_rows(rows.assign(left_out="Over."), {"f": "frustration_share"})


# --- figures -----------------------------------------------------------------------------------


def test_the_table_says_when_warning_begins(scored):
    table = early.warning_table(scored, minutes_per_review=5, saved_share=0.25)
    said = early.earliest_warning(table).set_index("score")["reading"]
    assert "no warning before about one minute" in said["frustration"]
    row = table[(table["score"] == "frustration") & (table["landmark_s"] == 60)].iloc[0]
    own = scored[(scored["score"] == "frustration") & (scored["landmark_s"] == 60)]
    right = own["alarm"] & own["event"]
    assert row["n_alarms"] == own["alarm"].sum()
    assert row["alarms_per_100"] == pytest.approx(100 * own["alarm"].mean())
    assert row["precision"] == pytest.approx(right.sum() / own["alarm"].sum())
    assert row["recall"] == pytest.approx(right.sum() / own["event"].sum())
    highest = own.sort_values("value", ascending=False).head(20)
    assert row["precision_at_k"] == pytest.approx(highest["event"].mean())
    assert row["lead_median_s"] == 40.0
    assert row["saved_per_reviewer_hour"] == pytest.approx(12 * row["precision"] * 0.25)
    alone = early.warning_table(scored)["saved_per_reviewer_hour"]
    assert alone.isna().all(), "nothing is assumed that the analyst did not say"


def test_auc_is_that_of_the_rank_test_and_leaves_out_whole_customers():
    rng = np.random.default_rng(9)
    calls = contact_centre(rng, 40)
    value = np.round(calls.value, 1)
    auc, low, high = auc_interval(value, calls.event, calls.codes)
    row = auc_table(value, calls.event, calls.codes).iloc[0]
    assert auc == pytest.approx(row["auc"])
    left = [
        auc_table(value[keep], calls.event[keep], calls.codes[keep], draws=1)["auc"].item()
        for keep in (calls.codes != c for c in range(40))
    ]
    se = np.sqrt(39 / 40 * np.sum((np.array(left) - auc) ** 2))
    half = (np.log(high / (1 - high)) - np.log(low / (1 - low))) / 2
    assert 1.96 < half / (se / (auc * (1 - auc))) < 2.2


def test_shares_of_independent_calls_have_wilsons_interval():
    hit = (np.arange(400) < 90).astype(float)
    found = share_interval(hit, np.ones(400), np.arange(400))
    wilson = proportion_confint(90, 400, method="wilson")
    assert found[1:] == pytest.approx(wilson, abs=0.001)
    none = share_interval(np.zeros(50), np.ones(50), np.arange(50))
    assert none[1] == 0.0
    assert 0.03 < none[2] < 0.12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": 0.5}, "The score is the same for all calls: no information."),
        ({"event": False}, "an AUC needs calls on both sides"),
        ({"customer_id": "one"}, "1 customers are too few; 8 are needed"),
    ],
)
def test_where_there_is_no_interval_the_row_says_why(scored, change, message):
    own = scored[(scored["score"] == "frustration") & (scored["landmark_s"] == 60)]
    row = early.warning_table(own.assign(**change)).iloc[0]
    assert np.isnan(row["auc_low"])
    assert message in row["reading"]


def test_few_calls_that_stand_out_have_no_interval(scored):
    own = scored[(scored["score"] == "frustration") & (scored["landmark_s"] == 60)]
    cut = own["value"].nlargest(5).min()
    row = early.warning_table(own.assign(value=own["value"].where(own["value"] >= cut, 0.0)))
    assert "only 5 of" in row["note"].item()


def test_net_benefit_is_its_formula_with_both_rivals():
    """Vickers and Elkin (2006): TP/n - FP/n * p / (1 - p), by hand."""
    calls = contact_centre(np.random.default_rng(2), 60)
    chance = 1 / (1 + np.exp(2 - calls.value))
    for p in (0.05, 0.2, 0.4):
        row = net_benefit(chance, calls.event, calls.codes, p)
        act, n = chance >= p, len(chance)
        hand = (act & calls.event).sum() / n - (act & ~calls.event).sum() / n * p / (1 - p)
        everyone = calls.event.mean() - (1 - calls.event.mean()) * p / (1 - p)
        assert row["net_benefit"] == pytest.approx(hand)
        assert row["treat_all"] == pytest.approx(everyone)
        assert row["gain"] == pytest.approx(hand - max(everyone, 0.0))
        assert row["ci_low"] < hand < row["ci_high"]
    same = net_benefit(np.full(n, 0.9), calls.event, calls.codes, 0.05)
    assert same["gain"] == 0.0
    assert np.isnan(same["gain_low"])


def test_right_chances_are_calibrated_and_wrong_ones_are_told():
    calls = contact_centre(np.random.default_rng(3), 800)
    right = 1 / (1 + np.exp(1.9 - 0.9 * calls.value))
    found = calibration_intervals(right, calls.event, calls.codes)
    assert found["intercept"][1] < 0 < found["intercept"][2]
    assert found["slope"][1] < 1 < found["slope"][2]
    timid = 1 / (1 + np.exp(1.9 - 0.45 * calls.value))
    assert calibration_intervals(timid, calls.event, calls.codes)["slope"][1] > 1.5


def test_calibration_and_decision_tables_hold_every_call_once(scored):
    curve = early.calibration_table(scored, n_bins=4)
    per = curve.groupby(["landmark_s", "score"])["n_calls"].sum()
    assert (per == scored.groupby(["landmark_s", "score"]).size()[per.index]).all()
    assert set(early.calibration_summary(scored)["figure"]) == {"intercept", "slope"}
    decided = early.decision_table(scored, thresholds=[0.1, 0.3])
    assert len(decided) == 2 * len(per)
    with pytest.raises(InputError, match="above 0 and below 1"):
        early.decision_table(scored, thresholds=[0, 0.5])
    with pytest.raises(InputError, match="2 groups or more"):
        early.calibration_table(scored, n_bins=1)
    with pytest.raises(AbstainedError, match="No score has chances"):
        early.decision_table(scored.assign(chance=np.nan))


# --- call-backs --------------------------------------------------------------------------------


def test_each_call_of_the_list_has_its_strongest_moment_before_the_landmark(rows, scored):
    spoken = rows.loc[rows["landmark_s"] == 60, ["call_id"]].assign(channel=0)
    parts = [
        spoken.assign(start_s=start, end_s=end, variable="frustration", kind="tag", strength=how)
        for start, end, how in ((5.0, 9.0, 0.2), (50.0, 70.0, 0.9), (61.0, 64.0, 1.0))
    ]
    own = scored[scored["score"] == "fitted"]
    ranked = early.callback_list(own, rows, pd.concat(parts), landmark_s=60, n=12)
    assert ranked["rank"].tolist() == list(range(1, 13))
    assert ranked["value"].is_monotonic_decreasing
    assert ranked["reasons"].str.contains("frustration in ").all()
    assert (ranked["start_s"] == 50.0).all()
    assert (ranked["end_s"] == 60.0).all(), "the moment is cut at the landmark"
    with pytest.raises(InputError, match=r"Several scores came \(frustration, rule, fitted\)"):
        early.callback_list(scored, rows, parts[0], landmark_s=60)
    with pytest.raises(InputError, match="scored at 45 s; there are 30 s, 60 s"):
        early.callback_list(scored, rows, parts[0], landmark_s=45)
    with pytest.raises(AbstainedError, match="sets no call apart"):
        early.callback_list(own.assign(value=0.1), rows, parts[0], landmark_s=60)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figures_show_every_score_of_a_landmark(scored, theme):
    table = early.warning_table(scored)
    drawn = plots.early_warning_figure(table, reading=early.headline(table), theme=theme)
    assert [trace.name for trace in drawn.data] == ["frustration", "rule", "fitted"]
    assert "calls" in drawn.layout.xaxis.ticktext[0]
    for draw, rows in (
        (plots.calibration_figure, early.calibration_table(scored)),
        (plots.decision_figure, early.decision_table(scored)),
    ):
        shown = draw(rows, landmark_s=60, theme=theme)
        names = [trace.name for trace in shown.data if trace.showlegend is not False]
        assert names == ["frustration", "rule", "fitted"]
        with pytest.raises(InputError, match="choose one with landmark_s=: 30, 60"):
            draw(rows)
        with pytest.raises(InputError, match="no chances at 61 s"):
            draw(rows, landmark_s=61)


# --- real calls --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def utep():
    """Features at landmarks of 110 real calls, every utterance judged by one person."""
    if not UTEP.is_dir():
        pytest.skip("the real calls of ../shared/data are not here; they are not in the project")
    heard, spans = [], []
    for path in sorted((UTEP / "annotations").glob("*.txt")):
        judged = pd.read_csv(path, sep="\t", header=None, keep_default_na=False)
        for number, row in enumerate(judged.itertuples(index=False)):
            utterance = f"{path.stem}-{number:03d}"
            verdict, tags = UTEP_VERDICTS[str(row[8]).strip()]
            heard.append((utterance, "utep", verdict, tags, {}))
            spans.append((utterance, path.stem, "customer", row[3], row[5]))
    consensus, utterances = consensus_table(*ratings_of(heard)), utterances_of(spans)
    consensus = consensus[consensus["kind"] == "tag"]
    parts = [
        call_features(consensus, utterances, None, until_s=at).assign(landmark_s=float(at))
        for at in (30, 60, 90, 120, 150)
    ]
    features = pd.concat(parts).assign(left_out="", kind="causal", rater_heard_until_s=np.nan)
    features["audio_until_s"] = features["landmark_s"]
    lengths = utterances.groupby("call_id")["end_s"].max()
    return features, pd.read_csv(UTEP / "calls.csv"), lengths


UTEP_LANDMARKS = {
    "set_to_fail": [
        (109, 0.500, np.nan, np.nan),
        (107, 0.508, 0.468, 0.545),
        (103, 0.550, 0.487, 0.612),
        (93, 0.620, 0.520, 0.706),
        (82, 0.636, 0.518, 0.744),
    ],
    "annoyed": [
        (109, 0.500, np.nan, np.nan),
        (107, 0.489, 0.454, 0.527),
        (103, 0.566, 0.493, 0.637),
        (93, 0.611, 0.512, 0.692),
        (82, 0.669, 0.534, 0.776),
    ],
}
"""Calls that ran, AUC and both ends, at 30, 60, 90, 120 and 150 s, as measured beforehand."""


@pytest.mark.real
@pytest.mark.parametrize("event", UTEP_LANDMARKS)
def test_no_warning_before_about_two_minutes_on_real_calls(utep, event):
    features, calls, lengths = utep
    happened = calls[["call_id"]].assign(resolved=calls[event] == "y")
    who = calls[["call_id", "customer_id", "agent_id"]]
    rows = early.landmark_rows(features, happened, who, lengths, on="resolved", raters="tell")
    scored = early.scored_rows(
        rows, {"dissatisfaction": "dissatisfaction_share"}, validation="none"
    )
    for (_, own), (n, auc, low, high) in zip(
        scored.groupby("landmark_s"), UTEP_LANDMARKS[event], strict=True
    ):
        row = auc_table(own["value"], own["event"], own["customer_id"]).iloc[0]
        assert row["n_calls"] == n
        found = row[["auc", "ci_low", "ci_high"]].astype(float).round(3)
        assert found.tolist() == pytest.approx([auc, low, high], nan_ok=True)
    table = early.warning_table(scored)
    assert table["auc"].round(3).tolist() == [auc for _, auc, _, _ in UTEP_LANDMARKS[event]]
    assert "no information" in table["note"].iloc[0]
    assert "only 4 of 107 calls have another score than the rest" in table["note"].iloc[1]
    said = early.earliest_warning(table).iloc[0]
    assert said["warns_from_s"] == 120
    assert said["reading"] == (
        "dissatisfaction: no warning before about two minutes on these calls (nothing at 30 s, "
        "60 s and 90 s; from 120 s on its interval lies above 0.5)."
    )
