"""The front door for those who steer: tables joined, marks that play, reasons written down."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest

from tests.rated_calls import NOW, utterances_of
from workbench.config import Config, Policy
from workbench.errors import AbstainedError, InputError, WorkspaceError
from workbench.plots import (
    agent_cards_figure,
    intervals_figure,
    overlap_figure,
    placebo_figure,
    policy_figure,
    qa_figure,
)
from workbench.schema import empty_table
from workbench.widgets.playable import clicked_row
from workbench.workspace import followed, pictures, tables
from workbench.workspace.reasons import LOG
from workbench.workspace.steering import Steering

SINCE = {"since": "2026-03-01", "treated": ["technical"]}
N = 480


def a_year_of_calls():
    rng = np.random.default_rng(1)
    mood = rng.normal(size=N) / 3
    start = pd.Timestamp("2025-09-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 364, N), "D")
    calls = pd.DataFrame(
        {
            "call_id": [f"c{i:03d}" for i in range(N)],
            "started_at": start,
            "agent_id": [f"a{i % 12:02d}" for i in range(N)],
            "customer_id": [f"k{i // 2:03d}" for i in range(N)],
            "queue": rng.choice(["technical", "billing"], N),
        }
    )
    answered = rng.uniform(size=N) < 1 / (1 + np.exp(-mood))
    outcomes = pd.DataFrame(
        {
            "call_id": calls["call_id"],
            "escalated": rng.uniform(size=N) < 0.3,
            "qa_score": np.clip(80 + 8 * mood + 5 * rng.normal(size=N), 0, 100),
            "resolved": rng.uniform(size=N) < 0.7,
            "nps": pd.array(np.clip(np.round(7 + 3 * mood), 0, 10)).astype("Int64"),
            "survey_answered": answered,
        }
    )
    outcomes["nps"] = outcomes["nps"].where(answered)
    features = pd.DataFrame(
        {
            "call_id": calls["call_id"],
            "role": "customer",
            "left_out": "",
            "valence_mean": mood,
            "valence_min": mood - 0.3,
            "valence_end": mood,
            "frustration_share": np.clip(0.2 - mood / 3, 0, 1),
        }
    )
    return calls, outcomes, features


class Shelf:
    """Tables where a store would be."""

    def __init__(self, **kept):
        self.kept = kept

    def read(self, name, **_):
        return self.kept.get(name, empty_table(name)).copy()

    def current_ratings(self):
        return tuple(self.read(name) for name in ("ratings", "tags", "scores"))


@pytest.fixture
def ws(tmp_path, monkeypatch):
    calls, outcomes, features = a_year_of_calls()
    recordings = pd.DataFrame({"call_id": calls["call_id"][:100]})
    store = Shelf(calls=calls, outcomes=_full("outcomes", outcomes), recordings=recordings)
    store.kept["calls"] = _full("calls", calls)
    points = pd.DataFrame(
        {
            "call_id": np.repeat(calls["call_id"], 2).to_numpy(),
            "channel": 0,
            "start_s": [1.0, 9.0] * N,
            "end_s": [4.0, 12.0] * N,
            "estimate": [-0.8, 0.6] * N,
        }
    )
    monkeypatch.setattr(followed, "features", lambda ws, role: features.copy())
    monkeypatch.setattr(tables, "derived", lambda ws, name, **_: points.copy())
    monkeypatch.setattr(pictures, "drawn", lambda ws, draw, theme: draw(theme=theme or "light"))
    return Steering(tmp_path, Config(policy=Policy(minimum_group=5)), store)


def _full(name, rows):
    return (
        pd.concat([rows, empty_table(name)[[]]], axis=1)
        .reindex(columns=empty_table(name).columns)
        .assign(**{c: rows[c] for c in rows})
    )


def test_a_policy_by_every_design_and_what_cannot_be_told_says_why(ws):
    table = ws.policy_change(**SINCE)
    assert table["design"].tolist() == ["comparison", "trends before", *["series"] * 3]
    assert table["reading"].str.len().min() > 40
    assert not table["reading"].str.contains("cause|drive").any()
    alone = ws.policy_change("valence_mean", since="2026-03-01", slope=False)
    assert alone[["design", "term"]].values.tolist() == [["series", "level"]]
    late = ws.policy_change(since="2026-08-20", treated="technical")
    assert "too few for a trend" in late.loc[late["design"] == "series", "note"].item()
    with pytest.raises(InputError, match='Did you mean "escalated"'):
        ws.policy_change("escalatd", since="2026-03-01")
    with pytest.raises(InputError, match='no column "line"'):
        ws.policy_change(**SINCE, where="line")


def test_a_week_plays_a_call_that_can_be_heard(ws):
    figure = ws.policy_figure(**SINCE)
    marks = [trace for trace in figure.data if trace.customdata is not None]
    played = [clicked_row(trace, [i]) for trace in marks for i in range(len(trace.x))]
    heard = [row["call_id"] for row in played if row]
    assert heard
    assert set(heard) <= set(ws.store.read("recordings")["call_id"])
    assert ws.placebo_figure(**SINCE, theme="dark").layout.title.text.endswith("as far from 0")
    assert ws.placebo_dates(since="2026-03-01")["policy"].sum() == 1


def test_silent_callers_in_four_tables(ws):
    found = ws.silent_callers()
    assert found.scores["score"].tolist() == ["nps"]
    assert found.scores["predictors"].iloc[0] == "valence_mean frustration_share queue resolved"
    assert found.overlap["n_answered"].sum() == found.chances["answered"].sum()
    assert found.scores["weighted"].item() < found.scores["raw"].item()
    assert len(ws.silent_callers_figure().data) == 3
    assert "against the silent" in ws.answered_figure().layout.title.text
    with pytest.raises(InputError, match="who was invited"):
        ws.silent_callers(among="invited")


def test_where_qa_and_tone_part_the_worst_or_best_moment_plays(ws):
    found = ws.qa_against_tone()
    bad = found.calls["kind"].str.endswith("bad")
    assert set(found.calls.loc[bad, "start_s"]) == {1.0}
    assert set(found.calls.loc[~bad, "start_s"]) == {9.0}
    heard = ws.qa_against_tone(with_audio=True).calls["call_id"]
    assert 0 < len(heard) < len(found.calls)
    figure = ws.qa_figure()
    rows = [clicked_row(trace, [i]) for trace in figure.data for i in range(len(trace.x))]
    assert sum(row is not None for row in rows) == 100


def test_a_report_about_agents_needs_a_reason_that_is_kept(ws):
    with pytest.raises(InputError, match="needs a reason in a few words"):
        ws.agent_cards(reason="because")
    assert not (ws.folder / LOG).exists()
    cards = ws.agent_cards(reason="coaching plan of March\n, agreed")
    assert cards["agent_id"].nunique() == 12
    ws.agent_cards_figure(["escalated"], reason="the same again, drawn")
    with (ws.folder / LOG).open(newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert [line["reason"] for line in lines] == [
        "coaching plan of March , agreed",
        "the same again, drawn",
    ]
    assert lines[0]["what"] == "agent cards by agent_id: qa_score, escalated, resolved"
    with pytest.raises(InputError, match="measured from a voice"):
        ws.agent_cards(["f0_median_hz"], reason="only to have a look")
    with pytest.raises(InputError, match="begins with the role"):
        ws.agent_cards(["valence_end"], reason="only to have a look")


def test_without_a_log_there_is_no_report(ws):
    (ws.folder / "log").write_text("in the way")
    with pytest.raises(WorkspaceError, match="so nothing is shown"):
        ws.agent_cards(reason="coaching plan of March")


def test_only_people_are_heard_in_cards(ws):
    calls = ws.store.read("calls")["call_id"]
    spans = [(f"u{i:03d}", call, "agent", 0, 10) for i, call in enumerate(calls)]
    ws.store.kept["utterances"] = _full("utterances", utterances_of(spans))
    ws.store.kept["segmentations"] = pd.DataFrame(
        {
            "segmentation_id": ws.store.kept["utterances"]["segmentation_id"].unique(),
            "unit": "utterance",
        }
    )
    ratings = pd.DataFrame(
        {
            "rating_id": [f"{who}{i}" for who in "pm" for i in range(N)],
            "utterance_id": [f"u{i:03d}" for _ in "pm" for i in range(N)],
            "rater_id": np.repeat(["person", "model"], N),
            "taxonomy": "cx", "version": "1", "pass": "both", "verdict": "tagged",
            "created_at": NOW, "retracted": False,
        }
    )  # fmt: skip
    ws.store.kept["ratings"] = _full("ratings", ratings)
    tags = pd.DataFrame({"rating_id": ratings["rating_id"], "tag": "warm", "primary": True})
    tags.loc[: N // 2, "tag"] = "curt"
    tags.loc[N:, "tag"] = "curt"
    ws.store.kept["tags"] = tags
    ws.store.kept["raters"] = pd.DataFrame(
        {"rater_id": ["person", "model"], "kind": ["human", "model"]}
    )
    cards = ws.agent_cards(["agent_warm_share"], reason="coaching plan of March", held_equal=())
    assert cards["overall"].iloc[0] == pytest.approx(50, abs=1)
    ws.store.kept["raters"] = ws.store.kept["raters"].assign(kind="model")
    with pytest.raises(AbstainedError, match="No person has rated"):
        ws.agent_cards(["agent_warm_share"], reason="coaching plan of March")


def test_repeat_contacts_are_told_listed_and_drawn(ws):
    table = ws.repeat_contacts(days=60)
    assert set(table["predictor"]) == {
        *("frustration_share", "valence_mean", "valence_min", "valence_end", "resolved")
    }
    assert (table["p_adjusted"] >= table["p_value"]).all()
    listed = ws.repeat_calls(days=60)
    assert (listed["start_s"] == 1.0).all()
    assert (listed["again_after_days"] <= 60).all()
    assert len(ws.repeat_calls(days=60, with_audio=True)) < len(listed)
    assert len(ws.repeat_contacts_figure(days=60).data) == 2
    with pytest.raises(AbstainedError, match="called again and"):
        ws.repeat_contacts(days=0.01)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: policy_figure(pd.DataFrame({"value": []})),
        lambda: placebo_figure(pd.DataFrame()),
        lambda: overlap_figure(pd.DataFrame()),
        lambda: agent_cards_figure(pd.DataFrame()),
        lambda: intervals_figure(pd.DataFrame(), label="a", estimate="b", title="", subtitle=""),
        lambda: qa_figure(pd.DataFrame({"qa_score": [None], "valence_mean": 0.1}), pd.DataFrame()),
    ],
)
def test_nothing_to_draw_is_a_sentence(draw):
    with pytest.raises(InputError, match="nothing to draw|no card to draw|No call has both"):
        draw()
