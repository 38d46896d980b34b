"""From a row of the ranked call-back list to its sound, in one click and by keyboard alone."""

from __future__ import annotations

import os

import pytest

pytestmark = pytest.mark.browser

OPEN = """
import workbench as wb
ws = wb.samples()
rows = ws.landmarks(30)
"""
LIST = """
by_rule = ws.warning_scores(
    rows, {"frustration": "frustration_share"}, validation="none")
ranked = ws.callback_list(by_rule, rows, landmark_s=30, with_audio=True)
ws.callbacks(ranked)
"""
SPEAKING = "() => window.loudness() > 0.005"
ROWS = ".wb:not([data-old]) .wb-player-row"


def picture(book, name):
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        book.page.wait_for_timeout(900)
        book.page.screenshot(path=f"{folder}/{name}.png")


def test_one_click_on_a_row_of_the_list_plays_its_moment(book):
    book.show(OPEN + LIST, seconds=240)
    book.page.locator(ROWS).nth(1).wait_for()
    listed = book.python('ranked[["call_id", "start_s", "end_s", "reasons"]].to_dict("records")')
    assert all(row["end_s"] <= 30 for row in listed)
    words = book.page.locator(ROWS).all_text_contents()
    assert words[0].startswith(f"1. Call {listed[0]['call_id']}")
    assert "frustration in" in words[0]
    book.page.locator(ROWS).nth(1).click()
    book.until(SPEAKING)
    picture(book, "callbacks")
    book.page.locator(ROWS).nth(0).focus()
    book.keys("Enter")
    book.until(f"() => document.querySelectorAll('{ROWS}')[0].getAttribute('aria-current')")
    book.until(SPEAKING)
