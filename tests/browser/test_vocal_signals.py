"""Cues in Chromium: move a threshold, see and hear what it finds."""

from __future__ import annotations

import pytest

from tests.browser.test_main_path import OPEN, SPEAKING

pytestmark = pytest.mark.browser

EXPLORE = "ws.measure()\nexplorer = ws.threshold_explorer()\nexplorer"
TOLD = "() => document.querySelector('.widget-html-content')?.textContent.includes({!r})"


def test_a_threshold_is_moved_and_what_it_finds_is_heard(book):
    book.show(OPEN + EXPLORE, seconds=240)
    before = book.python('int(ws.table("cues").query("cue == \'high_pitch\'")["fired"].sum())')
    book.until(TOLD.format(f"{before} of"))
    book.until("() => document.querySelector('.js-plotly-plot .point')")
    book.page.evaluate(
        "() => document.querySelectorAll('.js-plotly-plot').forEach(old => old.dataset.old = '')"
    )
    book.page.locator(".widget-hslider .noUi-handle").focus()
    book.keys("End")
    book.until(TOLD.format(f"; {before} at the start"))
    assert book.python("float(explorer.thresholds['threshold_sd'].iloc[0])") == 6.0
    book.click_point(".js-plotly-plot:not([data-old]) .point")
    book.until(SPEAKING)
