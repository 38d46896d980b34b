"""Figures of many calls: they say who is left, what was cut and where groups differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.test_trajectories_many import crowd, points_of_calls, shapes
from workbench.errors import InputError
from workbench.plots import (
    aligned_figure,
    calls_heatmap_figure,
    comparison_figure,
    phenotypes_figure,
)
from workbench.plots.over_calls import in_lines
from workbench.trajectories import aligned_mean, compare_groups, find_phenotypes

CALLS = points_of_calls(
    {f"c{i}": [(0, 10, i / 10 - 0.5), (10, 20, 0.2), (20, 30 + 10 * i, 0.1)] for i in range(9)}
)
SCORE = pd.Series({f"c{i}": float((i * 5) % 9) for i in range(8)}, name="qa_score")


def rows_of(figure):
    """Give the calls from the top, by what a click on each row plays."""
    custom = figure.data[0].customdata.tolist()
    return [next((cell[0] for cell in row if cell[0]), None) for row in custom]


@pytest.mark.parametrize("ascending", [None, False])
def test_rows_stand_in_the_order_of_a_column_and_unknown_ones_apart(ascending):
    figure = calls_heatmap_figure(CALLS, sort_by=SCORE, ascending=ascending)
    order = rows_of(figure)
    assert order[0] == SCORE.sort_values(ascending=ascending is not False).index[0]
    assert order[-2:] == [None, "c8"]
    assert list(figure.layout.yaxis.ticktext)[-1] == "c8 · unknown"
    assert "sorted by qa score" in figure.layout.title.subtitle.text


def test_words_make_headings_and_a_column_of_nothing_is_refused():
    queue = pd.Series({f"c{i}": "billing" if i % 2 else "care" for i in range(9)}, name="queue")
    figure = calls_heatmap_figure(CALLS, sort_by=queue)
    heads = [note.text for note in figure.layout.annotations]
    assert heads == ["<b>billing</b><br>4 calls", "<b>care</b><br>5 calls"]
    with pytest.raises(InputError, match='None of the 9 calls has a value of "csat" to sort by'):
        calls_heatmap_figure(CALLS, sort_by=pd.Series({"x": 1.0}, name="csat"))


def test_cells_around_an_event_know_their_seconds_and_gaps_stay_empty():
    moments = pd.DataFrame({"call_id": ["c1", "c2"], "time_s": [15.0, 25.0]})
    figure = calls_heatmap_figure(
        CALLS, at="hold", moments=moments, bin_s=10, before_s=20, after_s=20
    )
    heat = figure.data[0]
    assert list(heat.x) == [-15, -5, 5, 15]
    assert {row[0][0] for row in heat.customdata.tolist() if row[0][0]} == {"c1", "c2"}
    clicks = dict(zip(rows_of(figure), heat.customdata.tolist(), strict=True))
    assert [cell[2:] for cell in clicks["c2"]] == [(5, 15), (15, 25), (25, 35), (35, 45)]
    assert clicks["c1"][0][2:] == (0, 5), "the call begins inside the first cell"
    assert "7 calls without hold left out" in figure.layout.title.subtitle.text
    short = calls_heatmap_figure(CALLS, at="start", bin_s=10, after_s=80).data[0]
    gone = dict(zip([row[0][0] for row in short.customdata.tolist()], short.z, strict=True))
    assert gone["c0"][3:].tolist() == [None] * 5, "over is empty, not neutral"


def test_the_mean_says_who_is_left():
    aligned, agent, _ = crowd(40, 1)
    aligned = aligned[(aligned["bin"] < 3) | (aligned["call_id"] < "012")]
    figure = aligned_figure(aligned_mean(aligned, clusters=agent), cluster="agent", n_left_out=3)
    told = figure.layout.title.subtitle.text
    assert "12 of 40 calls run at 30 s: calls that are over are not in it" in told
    assert "band: 95 % over agents" in told
    assert "3 calls without" in told
    points = next(trace for trace in figure.data if trace.mode == "markers")
    assert all(len(click) == 4 and click[0] for click in points.customdata)


def test_two_groups_say_where_they_differ_and_what_was_cut():
    aligned, agent, first = crowd(96, 4)
    groups = first.map({True: "late", False: "early"})
    planted = aligned.assign(
        estimate=aligned["estimate"] + 0.4 * (aligned["call_id"].map(first) & aligned["bin"].eq(5))
    )
    found = compare_groups(planted, groups, clusters=agent, draws=499)
    means = {
        name: aligned_mean(planted[planted["call_id"].map(groups) == name], clusters=agent)
        for name in ("early", "late")
    }
    figure = comparison_figure(found, means, warning="cut at the escalation", theme="dark")
    title = figure.layout.title.text.replace("<br>", " ")
    assert title.startswith('"early" lies below "late" by 0.')
    assert title.endswith("from 50 to 60 s.")
    assert "cut at the escalation" in figure.layout.title.subtitle.text
    assert "dealt out anew among the calls of each agent" in (
        figure.layout.title.subtitle.text.replace("<br>", " ")
    )
    red = next(trace for trace in figure.data if trace.error_y.array is not None)
    assert list(red.marker.symbol).count("diamond") == 1


def test_kinds_have_a_panel_each_with_calls_to_be_heard():
    binned = shapes(90, 1, apart=0.45).assign(
        channel=0, start_s=lambda t: t["bin"] * 10.0, end_s=lambda t: t["bin"] * 10.0 + 10
    )
    found = find_phenotypes(binned, draws=20)
    heard = pd.Index(["003", "060", "061"])
    figure = phenotypes_figure(found, binned, audible=heard)
    assert [note.text[:12] for note in figure.layout.annotations] == [
        "<b>A</b> ris",
        "<b>B</b> fal",
    ]
    played = {click[0] for trace in figure.data for click in trace.customdata or ()}
    assert played == set(heard)
    alone = phenotypes_figure(find_phenotypes(shapes(60, 2), draws=20), binned)
    assert alone.layout.title.text.startswith("No stable groups among ")


def test_lines_of_a_subtitle_fit_a_narrow_cell():
    lines = in_lines(["a word " * 30, "short", "and another"]).split("<br>")
    assert max(map(len, lines)) <= 98
    assert "short; and another" in lines[-1]


def test_figures_stay_inside_the_scale():
    heat = calls_heatmap_figure(CALLS).data[0]
    values = np.array([v for row in heat.z for v in row if v is not None])
    assert ((values >= -1) & (values <= 1)).all()
    assert (heat.zmin, heat.zmax) == (-1, 1), "0 lies in the middle of the colours"
