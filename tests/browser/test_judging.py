"""How a judgement is made in the Labeler: by keyboard alone, with all that can be said."""

from __future__ import annotations

import pytest

from tests.browser.test_labeler import (
    CONTRAST,
    PLAYING,
    SAVED,
    SILENT,
    THEME,
    open_labeler,
    until_at,
)

pytestmark = pytest.mark.browser

MANY = """
from tests.browser.call_of_tones import *
from workbench.widgets import Labeler
desk = Desk()
blank = dict.fromkeys(("definition", "sounds_like", "not_to_be_confused_with"), "")
names = ('''admiration amusement anger annoyance anxiety approval boredom calm caring confusion
contempt curiosity desire despair disappointment disapproval disgust embarrassment envy excitement
fear frustration gratitude grief guilt hope impatience joy longing nervousness optimism pride
realization relief remorse resignation sadness shame surprise urgency''').split()
tags = [blank | {"tag": name, "roles": []} for name in names]
keys = {"anger": "r", "hope": "d", "joy": "d", "note": "y"}
labeler = Labeler(UTTERANCES, TAXONOMY | {"tags": tags, "keys": keys}, rater_id="r01",
                  audio=audio, peaks=peaks, on_save=desk.save, autoplay=False)
labeler
"""
GERMAN = """() => {
  const prints = { KeyZ: 'y', KeyY: 'z', Minus: 'ß', Slash: '-', Equal: '´', BracketLeft: 'ü' };
  const letter = code => /^Key/.test(code) ? code[3].toLowerCase() : undefined;
  const map = { get: code => prints[code] ?? letter(code) };
  Object.defineProperty(navigator, 'keyboard',
    { value: { getLayoutMap: async () => map }, configurable: true });
}"""
KEYBOARD_GONE = "() => { delete navigator.keyboard; }"


def test_everything_that_can_be_said_is_said_by_keyboard_alone(book):
    open_labeler(book)
    book.keys("KeyJ", "KeyK", "KeyK")  # utterance 3, of three seconds
    until_at(book, 3)
    book.keys("Digit1", "KeyW")
    assert "A mixture needs two tags." in book.text(".wb-message")
    book.keys("Space")
    book.until(PLAYING)
    book.page.wait_for_timeout(600)
    book.keys("KeyT", "Space")
    book.until(SILENT)
    assert "→ which tag?" in book.text(".wb-turn")
    book.keys("Digit2")
    assert "frustration → resignation" in book.text(".wb-turn")
    book.keys("KeyW", "KeyW", "Shift+KeyQ", "KeyP")
    assert book.page.locator(".wb-mix-edge").get_attribute("aria-valuetext") == (
        "frustration 35 %, resignation 65 %"
    )
    book.keys("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight")
    book.keys("Equal", "Equal", "Shift+KeyA", "Shift+KeyD", "Enter")
    assert "You heard" in book.text(".wb-message")
    book.keys("Enter")
    book.until(SAVED)
    (got,) = book.python("desk.got")
    assert [(t["tag"], t["share"], t["primary"]) for t in got["tags"]] == [
        ("frustration", 0.35, False),
        ("resignation", 0.65, True),
    ]
    assert got["scores"] == [
        {"dimension": "valence", "value": -1},
        {"dimension": "arousal", "value": 0.75},
        {"dimension": "stress", "value": 0.75},
    ]
    assert (got["certainty"], got["cues_named"]) == (1, "pitch pause")
    (turn,) = got["shifts"]
    assert (turn["from_tag"], turn["to_tag"]) == ("frustration", "resignation")
    assert 8.5 < turn["at_s"] < 10.5
    book.keys("KeyJ")
    assert "frustration → resignation" in book.text(".wb-turn")
    book.keys("Digit3", "Enter")
    book.until("() => document.querySelector('.wb-mark-text').textContent === 'Saved'")
    second = book.python("desk.got")[1]
    assert second["supersedes"] == got["rating_id"]
    assert [tag["share"] for tag in second["tags"]] == [None, None, None]
    assert second["shifts"] == got["shifts"]


def test_two_tags_take_three_keys(book):
    open_labeler(book)
    book.keys("Space")
    book.until(PLAYING)
    book.until(SILENT)
    book.keys("Digit1", "Digit2", "Enter")
    book.until(SAVED)
    (got,) = book.python("desk.got")
    assert [(tag["tag"], tag["share"]) for tag in got["tags"]] == [
        ("frustration", None),
        ("resignation", None),
    ]


def test_every_control_is_reached_by_tab_and_a_mixture_can_be_dragged(book):
    open_labeler(book)
    book.keys("Digit1", "Digit2")
    book.until("() => document.querySelector('.wb:not([data-old]) .wb-mix-edge')")
    reached = set()
    for _ in range(60):
        book.keys("Tab")
        reached |= set(book.page.evaluate("() => [...document.activeElement.classList]"))
        if "wb-button-save" in reached:
            break
    assert {"wb-chip", "wb-mix-edge", "wb-step", "wb-sure", "wb-chip-verdict"} <= reached
    book.page.locator(".wb-mix-edge").focus()
    book.keys("ArrowRight")
    told = book.page.locator(".wb-mix-edge")
    assert told.get_attribute("aria-valuenow") == "55"
    box = book.page.locator(".wb-mix").bounding_box()
    at = box["x"] + box["width"] * 0.55
    book.page.mouse.move(at, box["y"] + 10)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + box["width"] * 0.81, box["y"] + 10, steps=4)
    book.page.mouse.up()
    assert told.get_attribute("aria-valuenow") == "80"
    book.page.locator(".wb-sure").nth(1).focus()
    book.keys("ArrowRight", "Delete")
    assert book.page.locator(".wb-sure[aria-checked=true]").count() == 0
    book.page.get_by_role("radio", name="good").focus()
    book.keys("ArrowLeft")
    assert book.page.get_by_role("radio", name="4 of 5").first.get_attribute("aria-checked")


def test_forty_tags_are_all_within_reach_and_clashes_are_told(book):
    open_labeler(book, MANY)
    assert book.page.locator(".wb-chips .wb-chip").count() == 40
    clashes = book.text(".wb-clashes")
    assert "“anger” and belongs to “replay”; “anger” has 3." in clashes
    assert "The key D was asked for “joy” and belongs to “hope”" in clashes
    book.keys("Slash")
    book.page.keyboard.type("sa")
    assert book.page.locator(".wb-chip.wb-found .wb-chip-name").text_content() == "sadness"
    book.keys("Enter", "Enter", "Escape", "Shift+Digit1", "KeyD", "KeyY")
    assert book.page.evaluate("() => document.activeElement.tagName") == "TEXTAREA"
    book.keys("Escape", "Enter", "Enter")
    book.until(SAVED)
    (got,) = book.python("desk.got")
    assert [(t["tag"], round(t["intensity"], 2)) for t in got["tags"]] == [
        ("sadness", 0.67),
        ("confusion", 0.33),
        ("hope", 0.33),
    ]


def test_all_of_it_can_be_read_in_both_themes_and_in_a_narrow_cell(book):
    book.page.set_viewport_size({"width": 868, "height": 1200})
    open_labeler(book, MANY)
    try:
        book.keys("KeyK", "KeyK", "Digit1", "Digit2", "Space")
        book.until(PLAYING)
        book.keys("KeyT", "Space", "Minus", "Shift+KeyA", "ArrowUp")
        for theme in ("Dark", "Light"):
            book.page.evaluate(THEME, f"JupyterLab {theme}")
            book.until(f"() => document.querySelector('.wb').dataset.wbTheme === '{theme.lower()}'")
            for act in ([], ["KeyW"], ["KeyE", "Slash"], ["Escape", "KeyH"], ["Escape"]):
                book.keys(*act)
                book.page.wait_for_timeout(200)  # colours of a pressed chip fade in
                assert book.page.evaluate(CONTRAST) == []
        width, inside = book.page.evaluate(
            "() => (({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])"
            "(document.querySelector('.wb'))"
        )
        assert 690 < width < 710 and inside <= width
    finally:
        book.page.evaluate(THEME, "JupyterLab Light")


def test_a_german_board_sees_its_own_keys_and_prints_its_own_card(book):
    book.page.evaluate(GERMAN)
    try:
        open_labeler(book)
        book.until("() => document.querySelector('.wb-certainty kbd').textContent === 'ß'")
        assert book.page.locator(".wb-find-button kbd").text_content() == "-"
        book.keys("Digit1", "KeyH")
        card = book.text(".wb-card:not([hidden])")
        assert "⇧1" not in card and "Ctrl+Z" in card
        book.page.evaluate("() => { window.print = () => { window.printed = true } }")
        book.page.get_by_role("button", name="Print").click()
        assert book.page.evaluate("() => window.printed")
        book.page.emulate_media(media="print")
        seen = book.page.evaluate(
            "() => [...document.body.children].filter(e => e.getBoundingClientRect().height > 0)"
            ".map(e => e.className)"
        )
        assert seen == ["wb wb-sheet"]
        book.page.emulate_media(media="screen")
        book.page.evaluate("() => { window.dispatchEvent(new Event('afterprint')) }")
        assert book.page.locator(".wb-sheet").count() == 0
        book.keys("Escape")
        book.page.evaluate(
            """() => {
              const press = (code, key) => document.querySelector('.wb').dispatchEvent(
                new KeyboardEvent('keydown', { code, key, ctrlKey: true, bubbles: true }));
              document.querySelector('.wb').focus();
              press('KeyZ', 'y');
              window.wrong = document.querySelector('.wb-message').textContent;
              press('KeyY', 'z');
            }"""
        )
        assert book.page.evaluate("() => window.wrong") == ""
        assert "Nothing to undo" in book.text(".wb-message")
    finally:
        book.page.emulate_media(media="screen")
        book.page.evaluate(KEYBOARD_GONE)


TEXT = """
from tests.browser.call_of_tones import *
from workbench.widgets import Labeler
desk = Desk()
passes = UTTERANCES.assign(**{"pass": ["text", "masked_voice", "voice", "both", "both"]})
Labeler(passes, TAXONOMY, rater_id="r01", audio=audio, peaks=peaks, on_save=desk.save,
        words=WORDS, autoplay=False)
"""


def test_a_pass_asks_only_what_can_be_known_in_it(book):
    open_labeler(book, TEXT)
    assert book.text(".wb-question") == "How does it read?"
    assert not book.page.locator(".wb-cues").is_visible()
    book.keys("KeyK")
    until_at(book, 2)
    assert book.text(".wb-question") == "How does the agent sound?"
    assert book.page.get_by_role("button", name="Pitch").is_visible()
    assert not book.page.get_by_role("button", name="Words", exact=True).is_visible()
