"""Raters whose habits are known: real ones of two corpora, and those planted in the samples."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests.recorded import REAL, needs_real
from workbench.agreement import rater_agreement, rater_report
from workbench.schema import empty_table

SAMPLES = Path(__file__).parents[1] / "data_samples"
NOW = pd.Timestamp("2026-11-02", tz="UTC")


def rating_rows(ids, utterances, raters):
    return pd.DataFrame(
        {
            "rating_id": ids, "utterance_id": utterances, "rater_id": raters, "taxonomy": "real",
            "version": "1", "pass": "voice", "verdict": "tagged", "created_at": NOW,
            "retracted": False,
        }
    )  # fmt: skip


def sample_tables(names):
    """Read ratings of the samples, with utterances made from their bounds."""
    ratings, tags, scores = (
        pd.read_parquet(SAMPLES / name) if name.endswith("parquet") else pd.read_csv(SAMPLES / name)
        for name in names
    )
    place = ["call_id", "channel", "role", "start_s", "end_s"]
    ratings["utterance_id"] = (
        ratings["call_id"] + "-" + ratings["channel"].astype(str) + "-"
        + ratings["start_s"].map("{:.3f}".format)
    )  # fmt: skip
    utterances = ratings[["utterance_id", *place]].drop_duplicates("utterance_id")
    utterances = utterances.assign(segmentation_id="s", unit="utterance", created_at=NOW)
    return ratings.drop(columns=place).assign(retracted=False), tags, scores, utterances


def told(report):
    rows = report[report["told"]]
    return set(zip(rows["rater_id"], rows["check"], rows["variable"], strict=True))


def test_what_was_planted_in_the_600_calls_is_told_and_r1_is_left_in_peace():
    """Witness: data_samples/README.md, section Raters."""
    names = ("more_ratings.parquet", "more_tags.parquet", "more_scores.parquet")
    report = rater_report(*sample_tables(names))
    found = told(report)
    assert ("r2", "bias", "valence") in found
    assert ("r3", "bias", "valence") in found
    assert {("r4", "agreement", name) for name in ("all", "tags", "valence")} <= found
    assert ("r5", "drift", "valence") in found
    assert not [row for row in found if row[0] == "r1"]
    drift = report.set_index(["rater_id", "check", "variable"]).loc[("r5", "drift", "valence")]
    assert drift["ci_low"] < -0.20 < drift["ci_high"]
    assert {row[0] for row in found if row[1] == "drift"} == {"r5"}
    rest = report[~report["told"]]
    assert rest["sentence"].str.contains("nothing to tell|too little to say").all()


def test_biases_show_in_the_14_calls_already():
    report = rater_report(*sample_tables(("ratings.csv", "tags.csv", "scores.csv")), pass_="both")
    rows = report.set_index(["rater_id", "check", "variable"])
    assert rows.loc[("r2", "bias", "valence"), "told"]
    assert rows.loc[("r2", "bias", "valence"), "value"] > 0.08
    assert rows.loc[("r3", "bias", "valence"), "told"]
    assert rows.loc[("r3", "bias", "valence"), "value"] < -0.10
    assert rows.loc[("r4", "agreement", "all"), "told"]


@needs_real
@pytest.mark.real
def test_emotale_rater_3_is_the_weakest_on_the_category():
    """Witness: right against the acted emotion .80, .88, .63."""
    wide = pd.read_csv(REAL / "emotale" / "ratings.csv")
    parts = [
        pd.DataFrame(
            {
                "utterance_id": wide["file"],
                "rater_id": f"a{n}",
                "value": wide[f"a{n}_cat"],
                "call_id": wide["file"].str.slice(0, 6),
            }
        )
        for n in (1, 2, 3)
    ]
    long = pd.concat(parts, ignore_index=True)
    figures = rater_agreement(long).set_index("rater_id")
    assert figures["value"].idxmin() == "a3"
    assert figures.loc["a3", "ci_high"] < figures.loc["a3", "others"]
    long["rating_id"] = [f"{n:05d}" for n in range(len(long))]
    ratings = rating_rows(long["rating_id"], long["utterance_id"], long["rater_id"])
    tags = pd.DataFrame({"rating_id": long["rating_id"], "tag": long["value"], "primary": True})
    report = rater_report(ratings, tags, empty_table("scores"))
    assert {row for row in told(report) if row[1] == "agreement"} == {("a3", "agreement", "tags")}


@needs_real
@pytest.mark.real
def test_27_workers_who_judged_faces():
    """Witness: crowd_face_sentiment's truth, which the report does not see."""
    answers = pd.read_csv(REAL / "crowd_face_sentiment" / "answers.csv")
    truth = pd.read_csv(REAL / "crowd_face_sentiment" / "truth.csv").set_index("question")["truth"]
    ids = [f"{n:05d}" for n in range(len(answers))]
    ratings = rating_rows(ids, answers["question"].astype(str), answers["worker"])
    tags = pd.DataFrame({"rating_id": ids, "tag": "c" + answers["answer"].astype(str)})
    report = rater_report(ratings, tags.assign(primary=True), empty_table("scores"))
    assert report["rater_id"].nunique() == 27
    assert ("w014", "agreement", "tags") in told(report)
    right = (answers["answer"] == answers["question"].map(truth)).groupby(answers["worker"])
    busy = right.mean()[right.size() > 300]
    assert busy.rank()["w014"] <= 2
    few = report[report["rater_id"] == "w002"]
    assert few["sentence"].str.contains("too little to say").any()
