"""The figure of effects with and without allowing for raters who err."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from workbench.errors import InputError
from workbench.plots import carried_figure


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "outcome": "escalated",
            "predictor": "frustration share",
            "step": 0.1,
            "method": ["naive", "preview", "carried"],
            "effect": [2.4, 2.0, 2.1],
            "unit": "percentage points",
            "ci_low": [1.2, 0.8, 0.9],
            "ci_high": [3.6, 3.2, 3.3],
            "n_calls": 600,
            "cluster": "agent_id",
            "reading": "a <b>sentence</b>",
            "note": "",
        }
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_three_marks_with_bars_and_their_sentence(table, theme):
    figure = carried_figure(table, theme=theme)
    marks = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert [trace.x[0] for trace in marks] == [2.4, 2.0, 2.1]
    assert "&lt;b&gt;" in marks[0].hovertext[0]
    assert list(marks[0].customdata[0]) == [None] * 4
    assert "one agent left out" in figure.layout.title.subtitle.text


def test_what_cannot_be_estimated_says_why(table):
    table.loc[2, ["effect", "ci_low", "ci_high"]] = np.nan
    table.loc[2, "note"] = "Too few events."
    figure = carried_figure(pd.concat([table, table.assign(outcome="qa_score")]))
    assert [a.text for a in figure.layout.annotations].count("Too few events.") == 2


def test_tables_of_something_else_are_sentences(table):
    with pytest.raises(InputError, match="method did not come"):
        carried_figure(table.drop(columns="method"))
    with pytest.raises(InputError, match="no effect to draw"):
        carried_figure(table.iloc[:0])
