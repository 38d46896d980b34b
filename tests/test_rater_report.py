"""The report on raters: what was planted is told, and honest raters are left in peace."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulated_raters import HONEST, Fault, rated_project
from workbench.agreement import rater_evidence, rater_report, repeat_consistency
from workbench.agreement.raters.panel import read_panel
from workbench.errors import AbstainedError, InputError
from workbench.schema import empty_table

NOW = pd.Timestamp("2026-11-02 09:00", tz="UTC")


def told(report, check=None):
    rows = report[report["told"]]
    rows = rows if check is None else rows[rows["check"] == check]
    return set(zip(rows["rater_id"], rows["check"], rows["variable"], strict=True))


@pytest.fixture(scope="module")
def planted():
    """Eight raters of 480 utterances in sittings of 120; the first five have one fault each."""
    faults = [
        Fault(valence=0.15),
        Fault(deaf_to="frustration"),
        Fault(drift=-0.2),
        Fault(carry=0.2),
        Fault(tired=3.0),
    ]
    project = rated_project(
        np.random.default_rng(1), faults + [HONEST] * 3, per_rater=480, overlap=4, sitting=120
    )
    return project, rater_report(*project)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (("r00", "bias", "valence"), "places valence higher than the others"),
        (("r01", "bias", "heard:frustration"), "hears frustration less often than the others: "),
        (("r02", "drift", "valence"), "moves downwards on valence in the course of a sitting"),
        (("r03", "carry_over", "valence"), "lean towards the answer before"),
        (("r04", "fatigue", "valence"), "is further from the others on valence late in a sitting"),
    ],
)
def test_each_fault_is_told_with_its_size_and_its_utterances(planted, row, says):
    project, report = planted
    at = report.set_index(["rater_id", "check", "variable"]).loc[row]
    assert at["told"]
    assert says in at["sentence"]
    assert at["sentence"].endswith("Listen to these together.")
    truth = {"r00": 0.15, "r02": -0.2, "r03": 0.2}.get(row[0])
    if truth is not None:
        assert at["ci_low"] < truth < at["ci_high"]
    ids = project.ratings.set_index("rating_id")
    assert len(at["rating_ids"]) == 8
    assert ids.loc[at["rating_ids"], "utterance_id"].tolist() == at["utterance_ids"]
    assert set(ids.loc[at["rating_ids"], "rater_id"]) == {row[0]}


def test_honest_raters_are_left_in_peace(planted):
    _, report = planted
    assert not [row for row in told(report) if row[0] in ("r05", "r06", "r07")]


def test_a_break_is_recommended_where_drift_or_fatigue_is_told(planted):
    _, report = planted
    breaks = report[report["check"] == "break"].set_index("rater_id")
    assert set(breaks.index) == {"r02", "r04"}
    after = breaks.loc["r02"]
    # a drift of -.20 per 100 ratings has moved by .1 after 50
    assert after["ci_low"] < 50 < after["ci_high"]
    assert "every sitting begins anew" in after["sentence"]


def test_honest_projects_have_few_false_alarms():
    """20 raters, 60 ratings each: about 1 in 40 projects has any false alarm (200 measured)."""
    rng = np.random.default_rng(2)
    alarmed = [
        report["told"].any()
        for report in (rater_report(*rated_project(rng, [HONEST] * 20)) for _ in range(8))
    ]
    assert sum(alarmed) <= 1


@pytest.mark.parametrize("answers", ["random", "constant"])
@pytest.mark.parametrize("overlap", [5, 2])
def test_who_answers_without_listening_is_seen_among_20_within_60_ratings(answers, overlap):
    rng = np.random.default_rng(3)
    for _ in range(4):
        faults = [HONEST] * 12 + [Fault(answers=answers)] + [HONEST] * 7
        report = rater_report(*rated_project(rng, faults, overlap=overlap))
        agreed = report[(report["check"] == "agreement") & (report["variable"] == "all")]
        seen = agreed[agreed["told"]].set_index("rater_id")
        assert "r12" in seen.index
        assert "hardly more than answers without listening" in seen.loc["r12", "sentence"]
        if answers == "constant" and overlap == 5:
            assert ("r12", "straight_lining", "scores") in told(report)


def test_nothing_depends_on_row_order_or_names(planted):
    project = rated_project(np.random.default_rng(4), [Fault(valence=0.3), *[HONEST] * 5])
    report = rater_report(*project)
    names = {f"r{n:02d}": f"x{9 - n}" for n in range(6)}
    mixed = [part.sample(frac=1, random_state=1) for part in project]
    mixed[0] = mixed[0].replace({"rater_id": names})
    again = rater_report(*mixed)
    key = ["rater_id", "check", "variable"]
    left = report.replace({"rater_id": names}).set_index(key).sort_index()
    right = again.set_index(key).sort_index()
    numbers = ["value", "expected", "ci_low", "ci_high", "n", "p", "p_adjusted", "told"]
    pd.testing.assert_frame_equal(left[numbers], right[numbers])
    assert left["rating_ids"].tolist() == right["rating_ids"].tolist()


def test_evidence_says_what_each_gave_and_where_to_hear_it(planted):
    project, report = planted
    rows = report[report["told"] & (report["rater_id"] == "r01")]
    heard = rows[rows["variable"] == "heard:frustration"]
    evidence = rater_evidence(heard, project.ratings, project.tags, project.scores,
                              project.utterances)  # fmt: skip
    assert len(evidence) == 8
    assert not evidence["given"].str.contains("frustration").any()
    assert evidence["others"].str.contains("frustration").all()
    assert not evidence["others"].str.contains("r01").any()
    assert {"call_id", "channel", "start_s", "end_s"} <= set(evidence.columns)
    with pytest.raises(InputError, match='no column "utterance_ids"'):
        rater_evidence(heard.drop(columns="utterance_ids"), *project[:3])
    with pytest.raises(InputError, match="names ratings that did not come"):
        rater_evidence(heard, project.ratings.head(5), project.tags, project.scores)


def small(n=30, raters=("ann", "ben", "cem"), **columns):
    """Make ratings of n utterances, each its own call, all neutral."""
    rows = [(f"u{i:02d}", rater) for rater in raters for i in range(n)]
    ratings = pd.DataFrame(rows, columns=["utterance_id", "rater_id"])
    made = ratings.assign(
        rating_id=[f"{k:04d}" for k in range(len(rows))],
        taxonomy="cx",
        version="1",
        verdict="neutral",
        created_at=NOW + pd.to_timedelta(np.arange(len(rows)), unit="min"),
        retracted=False,
    )
    return made.assign(**({"pass": "voice"} | columns))


def tagged(ratings, tag, which):
    ratings.loc[which, "verdict"] = "tagged"
    ids = ratings.loc[which, "rating_id"]
    return pd.DataFrame({"rating_id": ids, "tag": tag, "primary": True})


def gold_of(ids, tag, tolerance=None, scores=None):
    expected = {"verdict": "tagged", "tags": {tag: None}, "scores": scores or {}}
    return pd.DataFrame(
        {
            "utterance_id": ids,
            "taxonomy": "cx",
            "version": "1",
            "pass": "voice",
            "expected": [expected] * len(ids),
            "tolerance": [tolerance] * len(ids),
            "set_by": "ann",
            "created_at": NOW,
        }
    )


def test_gold_counts_agreed_answers_and_uses_the_tolerance():
    ratings = small()
    right = (ratings["rater_id"] != "cem") | (ratings["utterance_id"] < "u10")
    tags = tagged(ratings, "anger", right)
    values = np.where(ratings["rater_id"] == "ben", -0.2, -0.5)
    scores = ratings[["rating_id"]].assign(dimension="valence", value=values)
    gold = gold_of([f"u{i:02d}" for i in range(30)], "anger", {"valence": 0.1}, {"valence": -0.5})
    report = rater_report(ratings, tags, scores, gold=gold)
    rows = report[report["check"] == "gold"].set_index(["rater_id", "variable"])
    assert rows["value"].to_dict() == {
        ("ann", "tags"): 1.0,
        ("ann", "valence"): 1.0,
        ("ben", "tags"): 1.0,
        ("ben", "valence"): 0.0,
        ("cem", "tags"): pytest.approx(1 / 3),
        ("cem", "valence"): 1.0,
    }
    assert rows["told"].to_dict()["cem", "tags"]
    assert "10 of 30 as agreed" in rows.loc[("cem", "tags"), "sentence"]
    assert set(rows.loc[("cem", "tags"), "utterance_ids"]) <= {f"u{i:02d}" for i in range(10, 30)}
    bad = gold.assign(expected="anger")
    with pytest.raises(InputError, match="expected verdict, tags and scores"):
        rater_report(ratings, tags, scores, gold=bad)
    other = rater_report(ratings, tags, scores, gold=gold.assign(version="2"))
    assert "agree on some with ws.gold" in other[other["check"] == "gold"]["sentence"].iloc[0]


def test_repeats_are_held_against_the_own_first_answer():
    first = small(20)
    again = small(20).assign(created_at=NOW + pd.Timedelta(days=1))
    again["rating_id"] = "again-" + again["rating_id"]
    ratings = pd.concat([first, again], ignore_index=True)
    changed = (ratings["rater_id"] == "ben") & ratings["rating_id"].str.startswith("again-")
    tags = tagged(ratings, "relief", changed)
    values = np.where(changed, 0.4, 0.0)
    scores = ratings[["rating_id"]].assign(dimension="valence", value=values)
    table = repeat_consistency(ratings, tags, scores).set_index(["rater_id", "variable"])
    assert table["value"].to_dict() == {
        ("ann", "tags"): 1.0, ("ann", "valence"): 0.0,
        ("ben", "tags"): 0.0, ("ben", "valence"): pytest.approx(0.4),
        ("cem", "tags"): 1.0, ("cem", "valence"): 0.0,
    }  # fmt: skip
    assert (table["n"] == 20).all()
    report = rater_report(ratings, tags, scores)
    assert told(report, "repeats") == {("ben", "repeats", "tags"), ("ben", "repeats", "valence")}
    # a second answer never counts against the others: all first answers are alike
    assert not told(report, "bias")


def test_too_quick_to_have_heard_is_told_kindly():
    ratings = small(40, elapsed_ms=9000)
    ratings["n_plays"] = 1
    quick = (ratings["rater_id"] == "cem") & (ratings["utterance_id"] >= "u20")
    ratings.loc[quick, "elapsed_ms"] = 1500
    utterances = pd.DataFrame(
        {
            "utterance_id": [f"u{i:02d}" for i in range(40)],
            "segmentation_id": "s",
            "unit": "utterance",
            "call_id": [f"c{i:02d}" for i in range(40)],
            "role": "customer",
            "start_s": 0.0,
            "end_s": 4.0,
            "created_at": NOW,
        }
    )
    report = rater_report(ratings, empty_table("tags"), empty_table("scores"), utterances)
    row = report[(report["check"] == "pace") & (report["variable"] == "too_quick")]
    row = row.set_index("rater_id")
    assert row["value"].to_dict() == {"ann": 0.0, "ben": 0.0, "cem": 0.5}
    assert row["told"].to_dict() == {"ann": False, "ben": False, "cem": True}
    assert "20 of 40, the others 0 of 80" in row.loc["cem", "sentence"]
    # a snippet that was never played was not heard, however long it took
    ratings["n_plays"] = np.where(ratings["rater_id"] == "ann", 0, 1)
    report = rater_report(ratings, empty_table("tags"), empty_table("scores"), utterances)
    assert ("ann", "pace", "too_quick") in told(report)


def test_too_little_data_is_a_row_with_what_is_needed():
    report = rater_report(small(3), empty_table("tags"), empty_table("scores"))
    assert not report["told"].any()
    needs = report.set_index(["rater_id", "check", "variable"])["sentence"]
    assert "0 repeats; 5 are needed" in needs["ann", "repeats", "tags"]
    assert "0 ratings with elapsed_ms" in needs["ann", "pace", "time"]


def test_passes_versions_and_units_are_never_pooled():
    text = small(**{"pass": "text"})
    both = pd.concat([small(), text.assign(rating_id="t" + text["rating_id"])])
    tables = empty_table("tags"), empty_table("scores")
    with pytest.raises(InputError, match="pass voice, taxonomy cx, version 1 .90 ratings"):
        rater_report(both, *tables)
    assert len(rater_report(both, *tables, pass_="text"))
    with pytest.raises(InputError, match='No rating has the pass "txt"'):
        rater_report(both, *tables, pass_="txt")
    with pytest.raises(InputError, match="give the table utterances too"):
        rater_report(small(), *tables, unit="turn")


def test_bad_input_is_answered_in_a_sentence():
    tables = empty_table("tags"), empty_table("scores")
    with pytest.raises(AbstainedError, match="only ann rated here"):
        rater_report(small(raters=("ann",)), *tables)
    with pytest.raises(AbstainedError, match="needs ratings; none came"):
        rater_report(empty_table("ratings"), *tables)
    with pytest.raises(InputError, match="level is 5; expected a share"):
        rater_report(small(), *tables, level=5)
    with pytest.raises(InputError, match='utterances that did not come, first: "u00"'):
        rater_report(small(), *tables, empty_table("utterances"))


def test_adjudications_are_left_out():
    ratings = small().assign(assignment_id=None)
    decision = ratings.head(1).assign(
        rating_id="lead", rater_id="lead", verdict="unclear", assignment_id="a1"
    )
    assignments = pd.DataFrame(
        {
            "assignment_id": ["a1"], "rater_id": ["lead"], "utterance_id": ["u00"],
            "pass": ["voice"], "worklist": ["disputes"], "position": [0],
            "purpose": ["adjudicate"], "state": ["done"],
        }
    )  # fmt: skip
    report = rater_report(
        pd.concat([ratings, decision]), empty_table("tags"), empty_table("scores"),
        assignments=assignments,
    )  # fmt: skip
    assert set(report["rater_id"]) == {"ann", "ben", "cem"}


def test_without_a_known_order_nothing_is_said_about_order():
    ratings = small(60, created_at=NOW)
    scores = ratings[["rating_id"]].assign(
        dimension="valence", value=np.random.default_rng(1).normal(size=len(ratings))
    )
    report = rater_report(ratings, empty_table("tags"), scores)
    order = report[report["check"].isin(["drift", "carry_over", "fatigue", "straight_lining"])]
    assert order["value"].isna().all()
    assert order["sentence"].str.contains("order of these ratings is not known").all()


def test_places_in_a_sitting_count_the_ratings_of_other_passes():
    ratings = small(10, raters=("ann", "ben"), session_id="s1")
    ratings.loc[ratings["rater_id"] == "ben", "session_id"] = "s2"
    text = ratings.assign(**{"pass": "text"})
    text["rating_id"] = "t" + text["rating_id"]
    text["created_at"] += pd.Timedelta(seconds=30)
    tables = empty_table("tags"), empty_table("scores")
    panel = read_panel(pd.concat([ratings, text]), *tables, pass_="text")
    assert panel.place.tolist() == [*range(1, 21, 2)] * 2
    assert not panel.follows.any()
    assert read_panel(ratings, *tables).follows.sum() == 18
