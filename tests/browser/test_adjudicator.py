"""The Adjudicator in JupyterLab: disputes heard and decided by keyboard alone, never lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.browser.test_labeler import CONTRAST, PLAYING, SILENT, THEME, pitch_of, until_at
from tests.browser.test_never_lost import locked, mark, until_stored

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.disputed_database import *
widget = adjudicated({place!r}{settings})
widget
"""
SAVED = "() => document.querySelector('.wb-mark-text')?.textContent === 'Saved'"
READY = "() => document.querySelector('.wb:not([data-old]) .wb-raters th')"
NAMES = "() => [...document.querySelectorAll('.wb-rater')].map(e => e.textContent)"


@pytest.fixture
def place(tmp_path):
    """Where the database of a test is."""
    return tmp_path / "workbench.db"


def show(book, place, settings=""):
    book.show(CELL.format(place=str(place), settings=settings))
    ready(book)


def ready(book):
    book.until(READY)
    book.page.locator(".wb:not([data-old])").first.focus()


def asked(place, query, *values):
    """Look into the database as another program does."""
    with closing(sqlite3.connect(place)) as connection:
        return connection.execute(query, values).fetchall()


def decisions(place):
    """Utterance, verdict and reason of each decision, in the order of writing."""
    return asked(
        place,
        "SELECT r.utterance_id, r.verdict, a.reason FROM adjudications a "
        "JOIN ratings r USING (rating_id) ORDER BY r.rowid",
    )


def tags_of(place, utterance):
    return asked(
        place,
        "SELECT t.tag, round(t.intensity, 2), t.share FROM adjudications a "
        "JOIN tags t USING (rating_id) WHERE a.utterance_id = ? ORDER BY t.tag",
        utterance,
    )


def heard_out(book):
    """Play the utterance to its end, as a lead does before deciding."""
    book.keys("Space")
    book.until(PLAYING)
    book.until(SILENT)


def test_disputes_are_heard_and_decided_by_keyboard_alone(book, place):
    book.show(CELL.format(place=str(place), settings=""))
    book.until(READY)
    for _ in range(40):
        book.keys("Tab")
        if book.page.evaluate("() => document.activeElement.classList.contains('wb')"):
            break
    # the worst first: five raters, four readings
    assert book.text(".wb-dispute h3") == (
        "2 heard frustration + resignation, 1 relief, 2 something else"
    )
    book.keys("Space")
    book.until(PLAYING)
    book.until(pitch_of(440))
    book.until(SILENT)
    book.keys("Digit1", "KeyN")
    book.page.keyboard.type("Both are in the voice at once")
    book.keys("Control+Enter")
    until_at(book, 2)
    book.until(SAVED)
    assert decisions(place) == [("u3", "tagged", "Both are in the voice at once")]
    # intensities are medians, shares means of those two raters
    assert tags_of(place, "u3") == [("frustration", 0.67, 0.55), ("resignation", 0.33, 0.45)]

    assert book.text(".wb-dispute h3") == "3 heard frustration, 2 resignation"
    heard_out(book)
    book.keys("KeyM", "KeyW", "KeyW", "Shift+KeyQ", "Enter")
    assert "Say in a few words why" in book.text(".wb-message")
    book.page.keyboard.type("One after the other")
    book.keys("Escape", "Enter")
    until_at(book, 3)
    book.until(SAVED)
    assert tags_of(place, "u1") == [("frustration", 0.67, 0.35), ("resignation", 0.67, 0.65)]

    assert book.text(".wb-dispute h3") == "1 heard curt, 1 warm"
    heard_out(book)
    book.keys("KeyU", "KeyY", "KeyY", "KeyY", "KeyY", "Enter")
    until_at(book, 4)
    book.until(SAVED)
    assert decisions(place)[2] == ("u4", "unclear", "Too little is heard to tell them apart")

    assert "agree on the tags. Valence goes from −1 to 1." in book.text(".wb-dispute p")
    heard_out(book)
    book.keys("Slash")
    book.page.keyboard.type("relief")
    book.keys("Enter", "Escape", "KeyY", "Enter")
    book.until(SAVED)
    assert decisions(place)[3][:2] == ("u5", "tagged")
    assert tags_of(place, "u5") == [("relief", 0.33, None)]
    assert asked(place, "SELECT count(*) FROM ratings WHERE supersedes IS NOT NULL") == [(0,)]
    assert asked(place, "SELECT DISTINCT purpose, state, rater_id FROM assignments ORDER BY 1") == [
        ("adjudicate", "done", "lead")
    ]


def test_a_decision_is_changed_and_taken_back_and_the_readings_follow(book, place):
    show(book, place)
    book.keys("KeyK", "Digit2", "KeyY", "Enter", "Enter")
    book.until(SAVED)
    book.keys("Control+z")
    until_at(book, 2)
    pressed = book.page.locator(".wb-choices [aria-pressed=true]")
    assert "resignation, 2 raters" in pressed.text_content()
    assert book.page.locator(".wb-reason-field").input_value() == "Clear to me on hearing it again"
    book.keys("Digit1")
    assert "frustration, 3 raters" in pressed.text_content()
    book.keys("Enter", "Enter")
    book.until(SAVED)
    two = "SELECT verdict, supersedes IS NULL, retracted FROM ratings WHERE rater_id = 'lead'"
    assert asked(place, two) == [("tagged", 1, 0), ("tagged", 0, 0)]
    book.keys("Control+z", "Control+Shift+z")
    book.until("() => document.querySelector('.wb-message').textContent.includes('taken back')")
    book.until(SAVED + " || document.querySelector('.wb-mark-text').textContent.startsWith('Noth')")
    assert asked(place, two)[2] == ("tagged", 0, 1)
    assert len(decisions(place)) == 2


def test_names_are_hidden_until_a_key_shows_them_and_nothing_is_ever_markup(book, place):
    show(book, place)
    letters = [f"Rater {letter}" for letter in "ABCDE"]
    assert book.page.evaluate(NAMES) == letters
    book.keys("KeyD")
    shown = book.page.evaluate(NAMES)
    assert {"Ann", "Ben", "Chloé", "Dmitri"} < set(shown)
    assert "Chloé" in book.text(".wb [role=status][aria-live]")
    book.keys("KeyK")
    assert sorted(book.page.evaluate(NAMES)) == sorted(shown)
    assert book.page.evaluate(NAMES) != shown  # each utterance has an order of its own
    note = book.page.locator(".wb-rater-note").filter(has_text="Lets the last word fall.")
    tall, all_of_it = note.evaluate("e => [e.clientHeight, e.scrollHeight]")
    assert tall < 130 and all_of_it > 2000
    book.keys("KeyD")
    assert book.page.evaluate(NAMES) == letters
    assert book.page.evaluate("() => document.body.dataset.hacked") is None
    assert book.page.locator(".wb img").count() == 0


def test_a_locked_database_and_a_new_page_lose_no_decision(book, place):
    show(book, place)
    holder = locked(place)
    book.keys("Digit3", "KeyY", "Enter", "KeyU", "KeyY", "Enter")
    mark(book, "2 wait for the database")
    book.keys("Digit1", "KeyN")
    book.page.keyboard.type("half a thou")
    book.page.wait_for_timeout(400)
    book.load_again()
    holder.close()
    book.run()
    ready(book)
    until_at(book, 3)
    mark(book, "Not saved yet")
    assert decisions(place) == [
        ("u3", "neutral", "Clear to me on hearing it again"),
        ("u1", "unclear", "Clear to me on hearing it again"),
    ]
    assert book.page.locator(".wb-reason-field").input_value() == "half a thou"
    book.keys("Enter", "Enter")
    book.until(SAVED)
    assert decisions(place)[2] == ("u4", "tagged", "half a thou")


def test_what_was_corrected_meanwhile_stays_with_its_sentence(book, place):
    show(book, place)
    with closing(sqlite3.connect(place)) as connection:
        connection.execute(
            "UPDATE utterances SET retired_at = created_at WHERE utterance_id = 'u3'"
        )
        connection.commit()
    book.keys("Digit3", "KeyY", "Enter")
    mark(book, "1 not saved")
    assert "was corrected while it was open here" in book.text(".wb-message")
    book.keys("KeyU", "KeyY", "Enter")
    until_at(book, 3)
    mark(book, "1 not saved")
    until_stored(place, 17)
    assert [row[0] for row in decisions(place)] == ["u1"]


SILENT_CALL = ", audio=no_audio, peaks=no_audio"


def test_without_audio_the_table_is_enough_to_decide(book, place):
    show(book, place, SILENT_CALL)
    book.until("() => document.querySelector('.wb-stage')?.textContent.includes('has no audio')")
    book.keys("Digit3", "KeyY", "Enter")
    until_at(book, 2)
    book.until(SAVED)
    assert decisions(place)[0][:2] == ("u3", "neutral")


def test_it_can_be_read_in_both_themes_in_german_and_in_a_narrow_cell(book, place):
    book.page.set_viewport_size({"width": 868, "height": 1500})
    show(book, place, ", language='de', pass_='voice'")
    try:
        assert book.text(".wb-dispute h3").startswith("2 hörten frustration + resignation")
        assert not book.page.locator(".wb-dialogue").is_visible()
        book.keys("KeyT", "Digit1", "KeyD")
        assert book.page.locator(".wb-dialogue").is_visible()
        for theme in ("Dark", "Light"):
            book.page.evaluate(THEME, f"JupyterLab {theme}")
            book.until(f"() => document.querySelector('.wb').dataset.wbTheme === '{theme.lower()}'")
            for act in ([], ["KeyM", "KeyY"], ["KeyH"], ["Escape"]):
                book.keys(*act)
                book.page.wait_for_timeout(200)  # colours of a pressed chip fade in
                assert book.page.evaluate(CONTRAST) == []
        width, inside = book.page.evaluate(
            "() => (({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])"
            "(document.querySelector('.wb:not([data-old])'))"
        )
        assert 690 < width < 710 and inside <= width
        reached = set()
        for _ in range(60):
            book.keys("Tab")
            reached |= set(book.page.evaluate("() => [...document.activeElement.classList]"))
            if "wb-button-save" in reached:
                break
        assert {"wb-raters", "wb-reading", "wb-reason-field", "wb-mix-edge"} <= reached
    finally:
        book.page.evaluate(THEME, "JupyterLab Light")
