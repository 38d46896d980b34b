"""Agreement, raters, planning and cultures through the front door."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import workbench as wb
from tests.speech import write_calls
from workbench import cli
from workbench.errors import AbstainedError, InputError
from workbench.identifiers import uuid7
from workbench.widgets.playable import clicked_row


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agreeing")
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    ws = wb.create(folder / "ws")
    manifest = write_calls(folder / "audio", n=9)
    calls = pd.read_csv(manifest).assign(customer_culture=["german"] * 5 + ["swiss"] * 4)
    failed = ws.ingest(calls, roles={0: "customer", 1: "agent"}, root=manifest.parent)
    assert failed.empty
    ws.segment()
    ws.store.add_taxonomy_version(ws.taxonomy())
    for name, culture in (("r01", "german"), ("r02", "german"), ("r03", "french")):
        ws.store.add_rater(name, culture=culture)
    ws.store.add_rater("m01", kind="model")
    yield ws
    patch.undo()


@pytest.fixture(scope="module")
def ws(empty):
    rng = np.random.default_rng(5)
    rows = empty.utterances()[["utterance_id", "role"]]
    for at, (utterance_id, role) in enumerate(rows.itertuples(index=False)):
        words = ["frustration", "relief", None] if role == "customer" else ["warm", "curt", None]
        for rater in ("r01", "r02", "r03", "m01"):
            tag = words[at % 3] if rng.random() < 0.75 else words[rng.integers(3)]
            empty.store.add_rating(judgement(utterance_id, rater, tag, rng.uniform(-1, 1)))
    return empty


def judgement(utterance_id, rater, tag, valence):
    tags = [] if tag is None else [
        {"tag": tag, "intensity": 1.0, "share": None, "primary": True}
    ]  # fmt: skip
    return {
        "rating_id": uuid7(),
        "utterance_id": utterance_id,
        "rater_id": rater,
        "taxonomy": "cx",
        "version": "1",
        "pass": "voice",
        "verdict": "tagged" if tag else "neutral",
        "elapsed_ms": 9000,
        "tags": tags,
        "scores": [{"dimension": "valence", "value": float(valence)}],
    }


def test_nobody_rated_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    fresh = wb.create(tmp_path / "ws")
    for ask in (fresh.agreement, fresh.rater_report, fresh.plan_raters, fresh.culture):
        with pytest.raises(AbstainedError, match="No person has rated anything here yet"):
            ask()


def test_people_are_compared_with_people(ws):
    table = ws.agreement(draws=0)
    assert set(table["n_raters"]) == {3}
    assert set(table["pass"]) == {"voice"}
    assert set(ws.values("tag")["rater_id"]) == {"r01", "r02", "r03"}


def test_what_is_chosen_must_be_there(ws):
    with pytest.raises(InputError, match='No rating has the pass "both".*There are: voice'):
        ws.values("tag", pass_="both")
    with pytest.raises(InputError, match='not chosen by "passs".*Did you mean "pass"'):
        ws.values("tag", passs="both")
    with pytest.raises(InputError, match='Did you mean "valence"'):
        ws.values("valense")


def test_cells_play_an_utterance_on_which_the_two_differ(ws):
    heat = ws.rater_pairs().children[0].data[0]
    played = clicked_row(heat, [(0, 0)])
    values = ws.values("tag")
    spans = ws.utterances().set_index("utterance_id")
    wide = values.pivot(index="utterance_id", columns="rater_id", values="value")
    differ = wide.index[wide["r01"] != wide["r02"]]
    assert (played["call_id"], played["start_s"]) in {
        (spans.loc[name, "call_id"], spans.loc[name, "start_s"]) for name in differ
    }
    assert len(ws.confusions(theme="dark").children) == 2


def test_the_report_leads_to_ratings_that_can_be_heard(ws):
    report = ws.rater_report()
    assert set(report["rater_id"]) == {"r01", "r02", "r03"}
    assert report["sentence"].str.len().gt(0).all()
    behind = report[report["utterance_ids"].str.len() > 0].head(1)
    evidence = ws.rater_evidence(behind)
    assert {"call_id", "start_s", "end_s", "given", "others"} <= set(evidence.columns)
    assert evidence["call_id"].isin(ws.table("calls")["call_id"]).all()


def test_nothing_told_has_no_evidence_and_that_is_no_error(ws):
    evidence = ws.rater_evidence(ws.rater_report().head(0))
    assert evidence.empty
    assert {"given", "others", "call_id", "start_s"} <= set(evidence.columns)


def test_the_figure_takes_some_rows_of_the_table_and_says_if_there_are_none(ws):
    table = ws.agreement(draws=0)
    figure = ws.agreement_figure(table[table["variable"] == "valence"]).children[0]
    played = clicked_row(figure.data[0], [0])
    values = ws.values("valence").groupby("utterance_id")["value"].std()
    spans = ws.utterances().set_index("utterance_id")
    assert played["start_s"] == spans.loc[values.idxmax(), "start_s"]
    assert played["call_id"] == spans.loc[values.idxmax(), "call_id"]
    with pytest.raises(InputError, match="no value of"):
        ws.agreement_figure(table.head(0))


def test_a_tag_of_the_plan_plays_where_raters_differ_on_it(ws):
    figure = ws.raters_needed_figure("tags").children[0]
    played = [clicked_row(trace, [0]) for trace in figure.data if len(trace.x)]
    assert played
    assert all(row["call_id"] in set(ws.table("calls")["call_id"]) for row in played)


def test_insiders_weigh_more_and_groups_without_any_can_be_left(ws):
    with pytest.raises(AbstainedError, match="swiss.*leave=\\['swiss'\\]"):
        ws.consensus(insiders=0.8)
    weighted = ws.consensus(insiders=0.8, leave=["swiss"])
    heard = ws.values("heard:frustration").merge(ws.utterances()[["utterance_id", "role"]])
    heard = heard[heard["role"] == "customer"]
    wide = heard.pivot(index="utterance_id", columns="rater_id", values="value")
    german = wide.index.isin(heard.loc[heard["call_id"] <= "c4", "utterance_id"])
    share = 0.4 * wide["r01"] + 0.4 * wide["r02"] + 0.2 * wide["r03"]
    share = share.where(german, wide.mean(axis=1))
    rows = weighted[weighted["variable"] == "frustration"].set_index("utterance_id")["estimate"]
    assert rows.loc[wide.index].tolist() == pytest.approx(share.tolist())
    assert set(weighted.attrs["weights"]["customer_group"]) == {"german", "swiss"}
    assert "weights" not in ws.consensus().attrs


def test_the_plan_counts_hours(ws):
    needed = ws.plan_raters("tags")
    known = needed[needed["raters"].notna()]
    assert len(known)
    assert known["hours_per_1000"].tolist() == pytest.approx(
        (known["raters"].astype(float) * 1000 * 9 / 3600).tolist()
    )


def test_who_judged_whom_is_counted_and_strangers_are_told(ws):
    culture = ws.culture().set_index(["rater_group", "customer_group"])
    assert culture["n_ratings"].to_dict() == {
        ("german", "german"): 30, ("french", "german"): 15,
        ("german", "swiss"): 24, ("french", "swiss"): 12,
    }  # fmt: skip
    assert culture.loc[("german", "german"), "in_group"]
    notices = ws.culture().attrs["notices"]
    assert any("All 12 utterances of swiss customers were judged by" in one for one in notices)
    figure = ws.culture_figure(by="language").children[0]
    assert figure.data[0].type == "heatmap"


def test_groups_are_compared_or_it_is_said_what_is_missing(ws):
    with pytest.raises(AbstainedError, match="needs raters of 2 groups, 3 of each"):
        ws.in_group_advantage()
    with pytest.raises(InputError, match='Did you mean "valence"'):
        ws.differential_labelling(["valense"])


def test_the_command_prints_the_table(ws, capsys):
    assert cli.main(["agree", str(ws.folder)]) == 0
    printed = capsys.readouterr().out
    assert "krippendorff_alpha" in printed
    assert "heard:frustration" in printed
    assert cli.main(["agree", str(ws.folder), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert {row["variable"] for row in answer["rows"]} >= {"tag", "tags", "valence"}


def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    wb.create(tmp_path / "ws")
    assert cli.main(["agree", str(tmp_path / "ws")]) == 2
    assert "No person has rated" in capsys.readouterr().err


def test_traces_of_nobody_are_a_sentence(ws):
    with pytest.raises(AbstainedError, match="(?i)trace"):
        ws.trace_agreement()


def test_disputes_are_a_table(ws):
    disputes = ws.table("disputes")
    assert len(disputes) == 54
    assert pd.api.types.is_float_dtype(disputes["dispute_bits"])
    assert disputes["dispute_bits"].between(0, 2).all()
    assert set(disputes["n_raters"]) == {3}  # the model is no person
