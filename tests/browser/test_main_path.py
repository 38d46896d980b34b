"""The whole job once, in Chromium: label by keyboard, see it in store, trajectory and outcomes."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import workbench as wb
from tests.browser.lab import CHIPS
from tests.browser.test_labeler import SAVED, until_at

pytestmark = pytest.mark.browser

OPEN = "import os\nimport workbench as wb\nws = wb.samples()\n"
LABEL = 'labeler = ws.labeler("me", call_id="s03", session_check=False)\nlabeler'
SPEAKING = "() => window.loudness() > 0.005"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def rate(book, number, *keys):
    """Hear the start of the utterance anew, press keys, save as it is, and wait for the mark."""
    book.keys("KeyR")
    book.until(SPEAKING)
    book.keys(*keys, "Enter", "Enter")
    until_at(book, number + 1)
    book.until(SAVED)


def test_three_utterances_are_labelled_and_seen_everywhere(book):
    book.show(OPEN, seconds=180)
    before = book.python('ws.features().query("call_id == \'s03\'")["frustration_share"].item()')
    book.show(OPEN + LABEL)
    book.until(CHIPS)
    book.page.locator(".wb:not([data-old])").focus()
    rate(book, 1, "Digit1", "Digit1", "ArrowLeft")
    rate(book, 2, "Digit1", "Digit7")
    rate(book, 3, "Digit1", "Digit1", "Digit1")
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        book.keys("Space", "Digit1", "Digit1")
        book.page.wait_for_timeout(900)
        book.page.locator(".wb").screenshot(path=f"{folder}/labeler.png")

    tags = book.python(
        'ws.table("tags").merge(ws.table("ratings", rater_id="me"), on="rating_id")'
        '.sort_values("created_at")["tag"].tolist()'
    )
    assert tags[0] == "frustration"
    assert len(tags) == 4
    rated = book.python('ws.table("ratings", rater_id="me")["utterance_id"].tolist()')
    n_raters = book.python(
        'ws.table("trajectories", call_id="s03").query("variable == \'frustration\'")'
        '.set_index("utterance_id")["n_raters"].to_dict()'
    )
    others = max(n for utterance, n in n_raters.items() if utterance not in rated)
    assert all(n_raters[utterance] == others + 1 for utterance in rated)
    after = book.python('ws.features().query("call_id == \'s03\'")["frustration_share"].item()')
    assert after > before
    assert book.python('len(ws.relate(predictors=["frustration_share"]))') == 3


def test_a_click_on_the_trajectory_plays_the_seconds_behind_it(book):
    book.show(OPEN + 'ws.trajectory("s01")')
    book.click_point(".js-plotly-plot .point")
    book.until(SPEAKING)


def test_a_rating_survives_the_death_of_the_kernel(lab, home):
    with lab() as book:
        book.show(OPEN + LABEL.replace("s03", "s05"), seconds=180)
        book.until(CHIPS)
        book.page.locator(".wb:not([data-old])").focus()
        kernel = book.python("os.getpid()")
        rate(book, 1, "Digit9")
        os.kill(kernel, signal.SIGKILL)
    ws = wb.open(home / "samples")
    mine = ws.table("ratings", rater_id="me").merge(ws.utterances(), on="utterance_id")
    assert mine["call_id"].tolist().count("s05") == 1


def test_the_first_notebook_runs_from_top_to_bottom(lab):
    with lab(NOTEBOOKS / "00_start_here.ipynb") as book:
        book.run(seconds=240)
        book.until(CHIPS)
        book.until("() => document.querySelector('.js-plotly-plot .point')")
        if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
            book.page.set_viewport_size({"width": 1100, "height": 6000})
            book.page.wait_for_timeout(1500)
            book.page.screenshot(path=f"{folder}/00_start_here.png")
        assert book.problems == []
