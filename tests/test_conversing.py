"""A workspace on two voices: who is asked for a reason, what is refused, what plays."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
import pytest

import workbench as wb
from workbench import plots
from workbench.errors import AbstainedError, InputError
from workbench.workspace.reasons import log_reason


@pytest.fixture
def ws(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path / "home"))
    return wb.create(tmp_path / "calls")


def test_a_reason_is_asked_for_and_appended(ws):
    for missing in (None, "", "  ", 5):
        with pytest.raises(InputError, match="needs a reason in a few words"):
            log_reason(ws, "consistency", missing)
    path = log_reason(ws, "consistency", "coaching, team\nnorth")
    log_reason(ws, "cards", "monthly talk")
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["reason"] for row in rows] == ["coaching, team north", "monthly talk"]
    assert pd.Timestamp(rows[0]["time"]).tzinfo is not None
    assert path == ws.folder / "log" / "agent_reports.csv"


def test_an_empty_workspace_says_what_to_do(ws):
    for call in (ws.empathy, ws.contagion, ws.contradictions, ws.thats_fine):
        with pytest.raises(AbstainedError, match="No person has rated anything"):
            call()
    with pytest.raises(AbstainedError, match="There is no transcript"):
        ws.text_sentiment()
    with pytest.raises(AbstainedError, match="speaker never changes"):
        ws.turn_taking()
    with pytest.raises(AbstainedError, match="infer_roles"):
        ws.convergence()
    ws.config = replace(ws.config, policy=replace(ws.config.policy, infer_roles=("agent",)))
    with pytest.raises(AbstainedError, match="voice of the customer"):
        ws.convergence()
    with pytest.raises(InputError, match='There is no call "x"'):
        ws.turn_taking_figure("x")
    with pytest.raises(InputError, match="needs a reason in a few words"):
        ws.agent_consistency()


def test_marks_and_cells_hold_the_seconds_that_they_play():
    handovers = pd.DataFrame(
        {
            "call_id": "1",
            "role": ["agent", "customer"],
            "kind": ["smooth", "interruption"],
            "channel": pd.array([pd.NA, pd.NA], dtype="Int64"),
            "start_s": [0.0, 4.0],
            "end_s": [4.0, 9.0],
            "gap_s": [0.5, -0.4],
        }
    )
    figure = plots.turn_taking_figure(handovers, theme="dark")
    assert [list(t.customdata[0]) for t in figure.data] == [["1", None, 0, 4], ["1", None, 4, 9]]
    rows = handovers.assign(
        text=["<b>fine</b>", None],
        words=0.2,
        voice=-0.4,
        index=-0.6,
        se=0.1,
        ci_low=-0.8,
        ci_high=-0.4,
        n_raters=2,
        against="text pass",
    )
    figure = plots.contradictions_figure(rows, role=None)
    assert figure.layout.title.text == "2 of 2 utterances sound worse than their words"
    told = [text for trace in figure.data for text in (trace.hovertext or ())]
    assert "&lt;b&gt;fine" in told[0]
    with pytest.raises(InputError, match='Did you mean "agent"'):
        plots.contradictions_figure(rows, role="agnt")
    with pytest.raises(InputError, match="no reply to draw"):
        plots.replies_figure(pd.DataFrame())
