"""No rating is lost: kernel killed, page closed or loaded again, database locked, two widgets."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.browser.lab import CHIPS

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.rated_database import *
labeler = opened({place!r})
labeler
"""
TWO = """
from ipywidgets import VBox
from tests.browser.rated_database import *
VBox([opened({place!r}, keep_key=name) for name in {names!r}])
"""
SAVED = "() => document.querySelector('.wb-mark-text')?.textContent === 'Saved'"


@pytest.fixture
def place(tmp_path) -> Path:
    """Where the database of a test is."""
    return tmp_path / "workbench.db"


@pytest.fixture
def desk(book, place):
    """A notebook with a Labeler on a database of its own, and nothing kept from other tests."""
    show(book, place)
    yield book


def show(book, place):
    book.show(CELL.format(place=str(place)))
    ready(book)


def ready(book):
    book.until(CHIPS)
    book.until("() => document.querySelector('.wb-place')?.textContent")  # keys count from here on
    book.page.locator(".wb").first.focus()


def stored(place):
    """Verdicts that stand, in the order of writing, as another program sees them."""
    with closing(sqlite3.connect(place)) as connection:
        return connection.execute(
            "SELECT utterance_id, verdict, supersedes FROM ratings ORDER BY rowid"
        ).fetchall()


def until_at(book, number):
    book.until(f"() => document.querySelector('.wb-place')?.textContent.includes(' {number} of ')")


def mark(book, text, seconds=15):
    book.until(f"() => document.querySelector('.wb-mark-text')?.textContent === '{text}'", seconds)


def kill(book, pid):
    """Kill the kernel; JupyterLab says so in a dialog of its own and starts another."""
    os.kill(pid, signal.SIGKILL)
    mark(book, "Offline, 1 kept here", 30)
    book.page.locator(".jp-Dialog button").last.click()
    book.page.locator(".jp-Dialog").wait_for(state="detached")
    book.page.locator(".wb:not([data-old])").focus()


def locked(place):
    """Hold the database as a program does that writes for too long."""
    connection = sqlite3.connect(place, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return connection


def test_a_locked_database_holds_nobody_up_and_gets_everything_in_order(desk, place):
    holder = locked(place)
    desk.keys("Digit0", "Enter", "KeyU", "Enter", "KeyX", "Enter")
    until_at(desk, 4)
    mark(desk, "3 wait for the database")
    assert "tried again by itself" in desk.text(".wb-trouble")
    desk.keys("Space")
    desk.until("() => window.loudness() > 0.1")
    desk.page.wait_for_timeout(2000)
    assert stored(place) == []
    holder.close()
    desk.until(SAVED)
    assert [row[:2] for row in stored(place)] == [
        ("u1", "neutral"),
        ("u2", "unclear"),
        ("u3", "unusable"),
    ]
    assert desk.text(".wb-trouble") == ""


def test_a_page_that_is_loaded_again_is_at_the_same_place_with_the_unfinished_rating(desk, place):
    desk.keys("Digit0", "Enter")
    desk.until(SAVED)
    desk.keys("KeyK", "Digit1", "Digit1", "KeyN")
    desk.page.keyboard.type("half a thou")
    desk.page.wait_for_timeout(400)
    desk.load_again()
    desk.run()
    ready(desk)
    until_at(desk, 3)
    mark(desk, "Not saved yet")
    assert desk.page.locator(".wb-note").input_value() == "half a thou"
    assert "It is here as you left it" in desk.text(".wb-message")
    desk.keys("Escape", "Enter", "Enter")
    desk.until(SAVED)
    assert [row[:2] for row in stored(place)] == [("u1", "neutral"), ("u3", "tagged")]
    desk.load_again()
    desk.run()
    ready(desk)
    until_at(desk, 4)


def test_closing_the_tab_while_the_database_is_down_loses_nothing(desk, place):
    holder = locked(place)
    desk.keys("Digit0", "Enter", "KeyU", "Enter")
    mark(desk, "2 wait for the database")
    with desk.tab_closed():
        holder.close()
    desk.run()
    ready(desk)
    desk.until(SAVED)
    assert [row[:2] for row in stored(place)] == [("u1", "neutral"), ("u2", "unclear")]
    until_at(desk, 3)


def test_a_kernel_killed_between_key_and_answer_loses_nothing(desk, place):
    desk.keys("Digit0", "Enter")
    desk.until(SAVED)
    pid = desk.python("os.getpid()")
    desk.do("commit.clear()")
    desk.keys("KeyU", "Enter")
    mark(desk, "Saving")
    kill(desk, pid)
    assert "Run the cell again; 1 rating is kept in this browser" in desk.text(".wb-trouble")
    desk.keys("KeyX", "Enter")
    mark(desk, "Offline, 2 kept here")
    desk.idle()
    desk.run()
    ready(desk)
    desk.until(SAVED)
    assert [row[:2] for row in stored(place)] == [
        ("u1", "neutral"),
        ("u2", "unclear"),
        ("u3", "unusable"),
    ]
    until_at(desk, 4)


def test_what_was_committed_but_not_acknowledged_counts_once(desk, place):
    pid = desk.python("os.getpid()")
    desk.do("write.clear()")
    desk.keys("Digit0", "Enter")
    until_stored(place, 1)
    kill(desk, pid)
    desk.idle()
    desk.run()
    ready(desk)
    desk.until(SAVED)
    assert [row[:2] for row in stored(place)] == [("u1", "neutral")]
    until_at(desk, 2)


def until_stored(place, n):
    until = time.monotonic() + 10
    while len(stored(place)) < n:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_what_can_never_be_saved_stays_and_lets_the_others_go_on(desk, place):
    desk.do("refused.add('u1')")
    desk.keys("Digit0", "Enter", "KeyU", "Enter")
    mark(desk, "1 not saved")
    until_stored(place, 1)
    assert [row[:2] for row in stored(place)] == [("u2", "unclear")]
    assert "The utterance u1 was taken out of the list" in desk.text(".wb-message")
    desk.page.get_by_role("button", name="Keep for later").click()
    assert desk.text(".wb-message") == ""
    mark(desk, "1 not saved")
    desk.do("refused.clear()")
    desk.load_again()
    desk.run()
    ready(desk)
    desk.until(SAVED)
    assert [row[:2] for row in stored(place)] == [("u2", "unclear"), ("u1", "neutral")]


def show_two(book, place, *names):
    book.show(TWO.format(place=str(place), names=names))
    book.until("() => document.querySelectorAll('.wb-form').length === 2")
    return book.page.locator(".wb").all()


def test_two_widgets_of_one_rater_supersede_each_other_and_answer_a_key_once(book, place):
    first, second = show_two(book, place, "same", "same")
    first.focus()
    book.keys("Digit0", "Enter")
    until_stored(place, 1)
    assert second.locator(".wb-place").text_content().startswith("Utterance 1 of")
    second.focus()
    second.locator("[aria-pressed=true]").get_by_text("Neutral").wait_for()
    book.keys("KeyU", "Enter")
    until_stored(place, 2)
    rows = stored(place)
    assert [row[:2] for row in rows] == [("u1", "neutral"), ("u1", "unclear")]
    assert rows[0][2] is None and rows[1][2] is not None
    first.focus()
    book.keys("KeyJ", "KeyX", "Enter")
    until_stored(place, 3)
    assert standing(place) == ["unusable"]


def test_two_widgets_that_cannot_know_of_each_other_lose_no_rating_either(book, place):
    """As in two browsers: each believes that it is the only one."""
    first, second = show_two(book, place, "here", "there")
    for number, (widget, keys) in enumerate(
        [(first, ["Digit0"]), (second, ["KeyU"]), (first, ["KeyJ", "KeyX"])], start=1
    ):
        widget.focus()
        book.keys(*keys, "Enter")
        until_stored(place, number)
    assert [row[1] for row in stored(place)] == ["neutral", "unclear", "unusable"]
    assert standing(place) == ["unusable"]


def standing(place):
    """Verdicts that nothing supersedes."""
    with closing(sqlite3.connect(place)) as connection:
        rows = connection.execute(
            "SELECT verdict FROM ratings WHERE rating_id NOT IN "
            "(SELECT supersedes FROM ratings WHERE supersedes IS NOT NULL)"
        )
        return [verdict for (verdict,) in rows]
