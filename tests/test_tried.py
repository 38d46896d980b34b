"""The ledger of a workspace: what counts as a try, and what is judged by all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.test_trajectories_many import crowd
from tests.test_workspace_steering import Shelf
from workbench.config import Config
from workbench.false_discovery import adjusted_p_values
from workbench.workspace import Workspace, carried, comparisons, quality_forms
from workbench.workspace.tried import ledger_of


@pytest.fixture
def ws(tmp_path, monkeypatch):
    aligned, agent, _ = crowd(96, 4)
    late = aligned["bin"].ge(4) & aligned["call_id"].astype(int).lt(48)
    aligned = aligned.assign(estimate=aligned["estimate"] - 0.3 * late)
    monkeypatch.setattr(comparisons, "_laid", lambda ws, **how: aligned)
    calls = pd.DataFrame({"call_id": agent.index, "agent_id": agent.to_numpy()})
    store = Shelf(calls=calls, customers=pd.DataFrame({"customer_id": []}))
    return Workspace(tmp_path, Config(), store)


def halves(ws, at):
    names = ws.store.read("calls")["call_id"]
    return pd.Series(np.arange(96) < at, index=names, name=f"first {at}")


def test_a_comparison_over_time_is_one_try_however_often_it_is_looked_at(ws):
    how = {"cut": False, "draws": 199}
    first = ws.compare_groups(halves(ws, 48), **how)
    assert not [word for word in first.attrs["notices"] if "tests of this session" in word]
    ws.compare_groups(halves(ws, 48), **how)
    assert len(ledger_of(ws).table()) == 1
    tried = ledger_of(ws).table().iloc[0]
    assert (tried["outcome"], tried["predictor"]) == ("valence", "first 48 at start")
    assert tried["p_value"] == first["p_value"].min()
    assert tried["n_calls"] == 96

    other = ws.compare_groups(halves(ws, 30), **how)
    p = adjusted_p_values(np.array([first["p_value"].min(), other["p_value"].min()]))
    told = f"with the 2 tests of this session: p = {p[1]:.3f}"
    assert other.attrs["notices"][1] == told


def test_of_three_estimates_of_one_effect_only_the_carried_one_is_a_try(ws, monkeypatch):
    three = pd.DataFrame(
        {
            "outcome": "escalated",
            "predictor": "frustration share",
            "method": ["naive", "preview", "carried"],
            "effect": [4.0, 5.0, 6.0],
            "p_value": [0.01, 0.02, 0.03],
        }
    )
    monkeypatch.setattr(carried, "carry", lambda *_, **__: three)
    found = ws.carry_rater_error("escalated", tag="frustration")
    assert found["p_value"].tolist() == [0.01, 0.02, 0.03]
    assert found["p_adjusted"].isna().tolist() == [True, True, False]
    assert ledger_of(ws).table()["effect"].tolist() == [6.0]


def test_qa_against_tone_counts_a_try_for_the_score_and_each_item(ws, monkeypatch):
    rng = np.random.default_rng(3)
    rows = pd.DataFrame(
        {
            "call_id": [f"c{i}" for i in range(120)],
            "agent_id": [f"a{i % 12}" for i in range(120)],
            "qa_score": rng.normal(80, 5, 120),
            "item greeting": rng.integers(0, 2, 120).astype(float),
            "valence_mean": rng.normal(0, 0.3, 120),
        }
    )
    rows.attrs["items"] = ["item greeting"]
    there = pd.DataFrame({"call_id": [], "best": []}).astype({"call_id": str, "best": bool})
    monkeypatch.setattr(quality_forms, "_rows", lambda ws: rows)
    monkeypatch.setattr(quality_forms, "moments", lambda ws: there)
    told = ws.qa_against_tone().association
    assert "effect" not in told
    assert told["n_tests"].tolist() == [2, 2]
    assert (told["p_adjusted"] >= told["p_value"]).all()
