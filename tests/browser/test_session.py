"""A sitting in the Labeler: start card, list, skip, flag, leave, rest, undo; by keyboard alone."""

from __future__ import annotations

import os

import pytest

from tests.browser.lab import CHIPS
from tests.browser.test_labeler import CONTRAST, SAVED, THEME, until_at

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.rated_database import *
seen["marks"].clear(); seen["sessions"].clear()
opened({place!r}{settings})
"""
FOCUSED = "() => document.activeElement?.classList.contains('wb')"


def show(book, tmp_path, settings=""):
    book.show(CELL.format(place=str(tmp_path / "workbench.db"), settings=settings))
    book.until(CHIPS)
    book.page.locator(".wb:not([data-old])").focus()


def picture(book, name):
    """Keep a picture in both themes where asked, and check that all text can be read."""
    for theme in ("Light", "Dark"):
        book.page.evaluate(THEME, f"JupyterLab {theme}")
        book.until(f"() => document.querySelector('.wb').dataset.wbTheme === '{theme.lower()}'")
        book.page.wait_for_timeout(150)
        assert book.page.evaluate(CONTRAST) == []
        if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
            book.page.locator(".wb").screenshot(path=f"{folder}/{name}_{theme.lower()}.png")
    book.page.evaluate(THEME, "JupyterLab Light")
    book.until("() => document.querySelector('.wb').dataset.wbTheme === 'light'")


def test_a_sitting_begins_with_headphones_and_level_once_a_day(book, tmp_path):
    book.page.set_viewport_size({"width": 860, "height": 1000})
    book.show(CELL.format(place=str(tmp_path / "workbench.db"), settings=", session_check=True"))
    card = book.page.get_by_role("dialog", name="Before you begin")
    card.wait_for()
    assert book.page.evaluate("() => document.activeElement.type") == "radio"
    book.keys("Space", "Tab")
    book.keys("Space")
    book.until("() => window.loudness() > 0.03")
    book.page.get_by_role("button", name="left", exact=True).click()
    assert "That is the side it came from" in card.text_content()
    picture(book, "start_card")
    book.page.get_by_role("button", name="Begin").focus()
    book.keys("Enter")
    book.until(FOCUSED)
    for _ in range(50):
        if noted := book.python("seen['sessions']"):
            break
    assert noted == [True]
    book.run()
    book.until(CHIPS)
    book.page.wait_for_timeout(300)
    assert not card.is_visible()


def test_skipped_items_come_again_and_flags_reach_the_lead(book, tmp_path):
    show(book, tmp_path)
    book.keys("Shift+KeyK")
    until_at(book, 2)
    assert "Utterance 1 of 5 skipped" in book.text(".wb-message")
    book.keys("KeyI")
    book.page.keyboard.type("<b>two</b> voices")
    book.keys("Enter")
    book.until(FOCUSED)
    assert book.page.get_by_role("button", name="Flagged: <b>two</b> voices").is_visible()
    for _ in range(4):
        book.keys("Digit0", "Enter")
    until_at(book, 1)
    book.until(SAVED)
    marks = [(item["utterance_id"], *rest) for item, *rest in book.python("seen['marks']")]
    assert marks == [("u1", "skipped", None), ("u2", "flagged", "<b>two</b> voices")]


def test_the_list_finds_filters_and_jumps(book, tmp_path):
    show(book, tmp_path)
    book.keys("Digit1", "Enter", "Enter", "Shift+KeyK", "KeyI")
    book.page.keyboard.type("whose voice?")
    book.keys("Enter", "Control+z")
    book.until(SAVED)
    book.keys("KeyG")
    rows = book.page.locator(".wb-item")
    assert rows.count() == 5
    assert rows.nth(0).text_content().endswith("ratedfrustration")
    picture(book, "list")
    book.page.keyboard.type("whose")
    assert rows.count() == 1
    book.keys("Enter")
    until_at(book, 3)
    book.until(FOCUSED)
    book.keys("KeyG")
    book.page.get_by_label("Show", exact=True).select_option("skipped")
    assert rows.all_text_contents()[0].startswith("2Call 0007")
    book.keys("Escape")
    book.until(FOCUSED)
    book.page.set_viewport_size({"width": 860, "height": 1100})
    picture(book, "flagged_narrow")


def test_a_distressing_call_is_left_at_once_and_nobody_asks_why(book, tmp_path):
    show(book, tmp_path)
    book.keys("Digit0", "Enter", "Space")
    book.until("() => window.loudness() > 0.1")
    book.keys("Shift+KeyL")
    book.until("() => window.loudness() < 0.001")
    book.page.get_by_role("dialog", name="Resting").wait_for()
    picture(book, "rest")
    book.keys("Enter")
    book.until(FOCUSED)
    book.until(SAVED)
    assert "You left the call. 4 items of it are skipped" in book.text(".wb-message")
    marks = [(item["utterance_id"], *rest) for item, *rest in book.python("seen['marks']")]
    assert marks == [(f"u{n}", "skipped", "distressing") for n in (2, 3, 4, 5)]


def test_undo_goes_back_any_number_of_ratings_and_a_rating_is_taken_back(book, tmp_path):
    show(book, tmp_path)
    for key in ("Digit0", "KeyU", "KeyX"):
        book.keys(key, "Enter")
    book.until(SAVED)
    for number in (3, 2, 1):
        book.keys("Control+z")
        until_at(book, number)
    book.keys("Control+Shift+z")
    assert "The rating of Utterance 1 of 5 is taken back" in book.text(".wb-message")
    book.until(SAVED)
    book.keys("Control+z")
    assert "Nothing to undo" in book.text(".wb-message")
    show(book, tmp_path)
    until_at(book, 1)
    book.keys("Control+z")
    until_at(book, 3)


def test_after_a_while_a_quiet_line_proposes_a_rest(book, tmp_path):
    show(book, tmp_path, ", rest_after_min=0.01")
    hint = book.page.locator(".wb-rest-hint")
    hint.get_by_text("at a stretch").wait_for()
    assert book.page.evaluate(FOCUSED)
    book.keys("Shift+KeyP", "Enter")
    hint.wait_for(state="hidden")


def test_a_german_rater_reads_german(book, tmp_path):
    show(book, tmp_path, ", language='de'")
    book.keys("Shift+KeyK", "Digit1", "Enter")
    assert "Davon wurden 0 % gehört" in book.text(".wb-message")
    book.keys("KeyG")
    assert "übersprungen" in book.page.locator(".wb-item").first.text_content()
    book.keys("Escape")
