"""Figures of agreement: what is drawn where, and what a click plays."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.test_agreement_table import UTTERANCES, panel
from workbench.agreement import agreement_table, anchors, confusions, rater_pairs, raters_needed
from workbench.errors import InputError
from workbench.plots import (
    agreement_figure,
    confusions_figure,
    culture_figure,
    rater_pairs_figure,
    raters_needed_figure,
)
from workbench.rated_values import rated_values
from workbench.widgets.playable import clicked_row


@pytest.fixture(scope="module")
def values():
    return rated_values(*panel(), "tag").merge(UTTERANCES[["utterance_id", "call_id"]])


def with_spans(rows):
    return rows.merge(UTTERANCES[["utterance_id", "call_id", "channel", "start_s", "end_s"]],
                      on="utterance_id", how="left")  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_cell_of_two_raters_plays_where_they_differ(values, theme):
    pairs = with_spans(rater_pairs(values, draws=0))
    heat = rater_pairs_figure(pairs, theme=theme).data[0]
    played = clicked_row(heat, [(0, 0)])
    expected = pairs.iloc[0]
    assert played["call_id"] == expected["call_id"]
    assert played["start_s"] == expected["start_s"]
    assert heat.z[0][0] == pytest.approx(expected["value"])
    assert heat.z[0][1] is None  # ben with ben
    assert clicked_row(heat, [(0, 1)]) is None


def test_a_cell_of_confusions_plays_an_example_and_names_both_tags(values):
    cells = with_spans(confusions(values, draws=100))
    figure = confusions_figure(cells)
    heat = figure.data[0]
    assert list(figure.layout.xaxis.ticktext) == ["anger", "neutral", "relief"]
    row = cells[(cells["heard"] == "anger") & (cells["other"] == "neutral")].iloc[0]
    assert clicked_row(heat, [(0, 1)])["start_s"] == row["start_s"]
    assert "anger, another rater: neutral" in heat.hovertext[0][1]
    assert f"{row['n_pairs']} pairs" in heat.hovertext[0][1]


def test_names_from_outside_stay_text(values):
    odd = values.assign(value=values["value"].replace("anger", "<img src=x>"))
    figure = confusions_figure(confusions(odd, draws=0))
    assert "<img" not in str(figure.layout.xaxis.ticktext)
    assert "<img" not in str(figure.data[0].hovertext)


def test_the_customers_own_raters_are_framed():
    cells = pd.DataFrame(
        {
            "rater_group": ["german", "french"] * 2,
            "customer_group": ["german", "german", "french", "french"],
            "in_group": [True, False, False, True],
            "n_raters": 2,
            "n_ratings": [30, 10, 0, 5],
            "n_utterances": [20, 9, 0, 5],
            "ratings_share": [0.75, 0.25, 0.0, 1.0],
        }
    )
    figure = culture_figure(cells)
    assert len(figure.layout.shapes) == 2
    assert figure.data[0].z[0][1] is None  # nobody judged: no colour, rather than a zero
    with pytest.raises(InputError, match="no culture or language"):
        culture_figure(cells.head(0))


def test_agreement_stands_beside_like_tasks():
    table = agreement_table(*panel(), UTTERANCES, draws=100)
    figure = agreement_figure(table, anchors())
    ours, theirs = figure.data
    alpha = table[(table["coefficient"] == "krippendorff_alpha") & table["value"].notna()]
    assert list(ours.x) == pytest.approx(alpha["value"].tolist())
    assert list(np.asarray(ours.x) - ours.error_x.arrayminus) == pytest.approx(
        alpha["ci_low"].fillna(alpha["value"]).tolist()
    )
    assert len(theirs.x) >= 1
    assert "hollow: published" in figure.layout.title.subtitle.text
    with pytest.raises(InputError, match='no value of "kappa".*krippendorff_alpha'):
        agreement_figure(table, coefficient="kappa")


def test_raters_needed_has_a_mark_for_each_target(values):
    needed = raters_needed(values, draws=100)
    figure = raters_needed_figure(needed)
    known = needed[needed["raters"].notna()]
    assert sum(len(trace.x) for trace in figure.data) == len(known)
    assert {trace.name for trace in figure.data} == {"reliability 0.70", "reliability 0.80"}
    with pytest.raises(InputError, match="no tag to plan"):
        raters_needed_figure(needed.head(0))
