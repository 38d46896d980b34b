"""Many calls in Chromium: a click on a cell of the heat map plays its seconds."""

from __future__ import annotations

import os

import pytest

from benchmarks.figures_page import CELLS
from tests.browser.test_main_path import OPEN, SPEAKING

pytestmark = pytest.mark.browser

PAINTED = "() => document.querySelector('.js-plotly-plot:not([data-old]) .heatmaplayer image')"


def still(book):
    """Wait until the figure lies still: it grows to its cell."""
    figure = book.page.locator(".js-plotly-plot").first
    before, now = None, figure.bounding_box()
    while now != before:
        book.page.wait_for_timeout(300)
        before, now = now, figure.bounding_box()


def test_one_click_on_a_cell_plays_its_seconds(book):
    book.show(OPEN + 'box = ws.heatmap(sort_by="handle_s")\nbox', seconds=240)
    book.until(PAINTED)
    still(book)
    x, y = book.page.evaluate(CELLS)[25]
    book.page.mouse.click(x, y)
    book.until(SPEAKING)
    heard = book.python("box.children[1]._state['caption']")
    assert heard.startswith("Call s")
    assert " to " in heard


def test_hundreds_of_calls_are_drawn_whole(book):
    book.show(OPEN + "ws.heatmap(with_audio=False)", seconds=240)
    book.until(PAINTED, 60)
    rows = book.page.evaluate(
        "() => document.querySelector('.js-plotly-plot')._fullData[0].z.length"
    )
    assert rows > 600
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        book.page.locator(".js-plotly-plot").screenshot(path=f"{folder}/heatmap.png")


def test_a_page_reads_plotly_once_for_all_its_figures(book):
    two = "import plotly.graph_objects as go\nfrom workbench.widgets import playable\n"
    two += "_box = lambda: playable(go.Figure(go.Scatter(y=[1, 2])), print)\n"
    two += "import ipywidgets\nipywidgets.VBox([_box(), _box()])"
    seen = "() => document.querySelectorAll('.js-plotly-plot:not([data-old]) .scatterlayer').length"
    book.page.evaluate("() => { delete window.workbenchPlotly; }")
    book.show(two)
    book.until(f"() => ({seen})() === 2")
    first = "async () => (window.first = [...window.workbenchPlotly.values()]).length"
    assert book.page.evaluate(first) == 1
    book.show(two + "  # again")
    book.until(f"() => ({seen})() === 2")
    kept = "async () => [...window.workbenchPlotly.values()].every((x, n) => x === first[n])"
    assert book.page.evaluate(kept)
