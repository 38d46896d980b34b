"""The listening booth of the Labeler: what is heard is measured, not believed."""

from __future__ import annotations

import pytest

from tests.browser.test_labeler import (
    CONTRAST,
    PLAYING,
    SAVED,
    SILENT,
    THEME,
    open_labeler,
    pitch_of,
    until_at,
)

pytestmark = pytest.mark.browser

BOOTH = """
from tests.browser.heard_calls import *
booth = Booth({0})
booth
"""
CUSTOMER, AGENT, MASKED = 440, 1000, 660
# While a line of the call is drawn, note the second under it and whether sound goes out.
WATCH = """([from, to, ms]) => new Promise(resolve => {
  const line = document.querySelector('.wb-stage-picture .wb-playhead');
  const width = line.parentElement.clientWidth;
  const at = () => line.hidden ? null
    : from + new DOMMatrix(getComputedStyle(line).transform).m41 / width * (to - from);
  const seen = [];
  const begun = performance.now();
  const look = () => {
    const loud = window.loudness() > 0.05;
    seen.push([performance.now() - begun, at(), loud, loud ? window.pitch() : 0]);
    if (performance.now() - begun > ms) resolve(seen);
    else requestAnimationFrame(look);
  };
  look();
})"""


def open_booth(book, more=""):
    open_labeler(book, BOOTH.format(more))


def corrections(book):
    return book.python("booth.corrections")


@pytest.mark.parametrize(("key", "presses", "speed"), [("Period", 10, 2.0), ("Comma", 5, 0.5)])
def test_speed_keeps_the_pitch_and_the_playhead_agrees_with_the_sound(book, key, presses, speed):
    open_booth(book)
    book.keys("KeyK", "KeyK", *[key] * presses, key, "KeyC")
    assert book.text(".wb-speed") == f"{speed:.1f}×"
    # From 6.5 s; the tone sounds from 8.5 to 11.5 s, the view shows 7.5 to 12.5 s.
    seen = book.page.evaluate(WATCH, [7.5, 12.5, 1000 * (2 + 3) / speed + 900])
    loud = [(ms, at, pitch) for ms, at, sounding, pitch in seen if sounding]
    (begin_ms, begin_s, _), (end_ms, _, _) = loud[0], loud[-1]
    assert begin_s == pytest.approx(8.5, abs=0.04 + 0.03 * speed)
    assert (end_ms - begin_ms) / 1000 == pytest.approx(3 / speed, abs=0.15)
    middle = sorted(pitch for _, _, pitch in loud)[len(loud) // 2]
    assert middle == pytest.approx(CUSTOMER, abs=32)
    book.page.locator(".wb-speed").click()
    assert book.text(".wb-speed") == "1.0×"


def test_it_loops_until_told_otherwise(book):
    open_booth(book)
    book.keys("Shift+KeyR", "Space")
    heard = book.page.evaluate(WATCH, [0, 4, 2200])
    starts = sum(1 for a, b in zip(heard, heard[1:], strict=False) if (b[1] or 9) < (a[1] or 0))
    assert starts >= 2
    book.keys("Shift+KeyR")
    book.until(SILENT)
    book.keys("Digit1", "Enter")
    book.until(SAVED)
    (got,) = book.python("booth.desk.got")
    assert got["n_plays"] >= 3
    assert got["heard_share"] == pytest.approx(1, abs=0.01)


def test_the_turn_before_is_played_and_counts_for_the_call_alone(book):
    open_booth(book)
    book.keys("KeyK", "Shift+KeyC")
    book.until(pitch_of(CUSTOMER))
    book.until(SILENT)
    book.keys("KeyU", "Enter")
    book.until(SAVED)
    (got,) = book.python("booth.desk.got")
    assert (got["n_plays"], got["heard_share"]) == (0, 0)
    assert got["heard_until_s"] == pytest.approx(1.6, abs=0.02)
    book.keys("KeyJ", "KeyJ", "Shift+KeyC")
    assert "Nothing is known" in book.text(".wb-message")


def test_masked_and_plain_voice_are_never_taken_for_each_other(book):
    passes = ["masked_voice", "text", "voice", "both", "masked_voice"]
    items = f"UTTERANCES.assign(**{{'pass': {passes}}})"
    open_booth(book, items)
    book.keys("Space")
    book.until(pitch_of(MASKED))
    assert all(masked for masked, *_ in book.python("booth.sounds"))
    assert not book.page.locator(".wb-dialogue").is_visible()
    book.keys("KeyV")
    assert "masked voice hides" in book.text(".wb-message")
    book.keys("KeyF")
    book.until("() => document.querySelector('.wb-with-picture')")
    assert book.page.get_by_role("button", name="Spectrogram").count() == 0

    book.keys("KeyK", "Space")
    assert "read, not heard" in book.text(".wb-message")
    assert book.text(".wb-stage-text") == "Good morning."
    assert book.page.locator(".wb-dialogue").is_visible()
    assert not book.page.locator(".wb-stage-picture canvas").is_visible()
    assert book.page.evaluate(SILENT)
    book.keys("KeyU", "Enter")
    until_at(book, 3)
    book.keys("Space")
    book.until(pitch_of(CUSTOMER))
    (read,) = book.python("booth.desk.got")
    assert (read["pass"], read["n_plays"], read["text_seen"]) == ("text", 0, True)
    book.do("booth._sound = None; booth._answers['audio'] = lambda message: 1 / 0")
    book.keys("KeyK", "KeyK", "Space")
    book.until("() => document.querySelector('.wb-stage-words').textContent.includes('Zero')")
    assert book.page.evaluate(SILENT)


def test_pictures_are_off_by_default_and_drawn_on_demand(book):
    open_booth(book)
    book.page.wait_for_timeout(300)
    assert book.python("booth.pictures") == []
    inked = """() => {
      const canvas = document.querySelector('.wb-stage-picture canvas');
      const top = canvas.height * 0.55;
      const rows = canvas.height * 0.3;
      const { data } = canvas.getContext('2d').getImageData(0, top, canvas.width, rows);
      const seen = new Set();
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] > 200) seen.add(data.slice(i, i + 3).join());
      return seen.size;
    }"""
    for key in ("KeyV", "KeyF", "KeyL"):
        book.keys(key)
    book.until(f"() => ({inked})() > 3")
    assert book.python("booth.pictures") == [[0, 0, 3.3]]
    for name in ("Spectrogram", "F0", "Level"):
        button = book.page.get_by_role("button", name=name)
        assert button.get_attribute("aria-pressed") == "true"
    book.keys("KeyK")  # remembered, and asked for of the speaker's own channel
    book.until("() => document.querySelector('.wb-with-picture')")
    for _ in range(50):
        if book.python("len(booth.pictures)") == 2:
            break
    assert book.python("booth.pictures")[1][0] == 1
    book.keys("KeyV", "KeyF", "KeyL")
    assert book.page.locator(".wb-with-picture").count() == 0


def test_boundaries_are_moved_by_keys_and_asked_for_once_applied(book):
    open_booth(book)
    book.keys("KeyK", "KeyK", "Digit2")
    start = book.page.get_by_role("slider", name="Start of the utterance")
    start.focus()
    book.keys("Shift+ArrowRight", "ArrowRight", "ArrowRight")
    assert start.get_attribute("aria-valuetext") == "8.62 s"
    assert corrections(book) == []
    book.keys("Escape")
    assert start.get_attribute("aria-valuetext") == "8.50 s"
    assert book.page.evaluate("() => document.activeElement.classList.contains('wb')")
    start.focus()
    book.keys("Shift+ArrowRight")
    book.page.locator(".wb:not([data-old])").focus()
    book.keys("Enter")
    assert "apply it or take it back" in book.text(".wb-message")
    start.focus()
    book.keys("Enter")
    book.until("() => document.querySelector('.wb-message').textContent.includes('1 instead')")
    assert corrections(book) == [
        {
            "item_id": "u3/both",
            "kind": "moved",
            "start_s": 8.6,
            "end_s": 11.5,
            "at_s": None,
            "with_item_id": None,
        }
    ]
    assert start.get_attribute("aria-valuenow") == "8.60"
    book.page.get_by_role("button", name="resignation, strength 1 of 3").wait_for()
    book.keys("Enter", "Enter")
    book.until(SAVED)
    (got,) = book.python("booth.desk.got")
    assert got["utterance_id"] == "u3-1"


def test_utterances_are_split_at_the_playhead_and_merged_with_the_next(book):
    open_booth(book)
    book.keys("KeyK", "KeyK", "KeyB")
    assert "Play to the moment" in book.text(".wb-message")
    box = book.page.locator(".wb-stage-picture").bounding_box()

    def at(second):
        return box["x"] + box["width"] * (second - 7.5) / 5, box["y"] + 30

    book.page.mouse.click(*at(10))
    book.until(PLAYING)
    book.keys("Space", "KeyB")
    book.until("() => document.querySelector('.wb-place').textContent.includes('3 of 6')")
    (split,) = corrections(book)
    assert split["kind"] == "split"
    assert 9.98 <= split["at_s"] < 10.9
    book.keys("KeyM")
    book.until("() => document.querySelector('.wb-place').textContent.includes('3 of 5')")
    merge = corrections(book)[1]
    assert (merge["item_id"], merge["with_item_id"]) == ("u3-1/both", "u3-2/both")
    end = book.page.get_by_role("slider", name="End of the utterance")
    assert end.get_attribute("aria-valuenow") == "11.50"

    book.page.mouse.move(*at(11.5))
    book.page.mouse.down()
    book.page.mouse.move(*at(11.2), steps=4)
    book.page.mouse.up()
    assert float(end.get_attribute("aria-valuenow")) == pytest.approx(11.2, abs=0.02)
    book.page.get_by_role("button", name="Apply").click()
    book.until("() => document.querySelector('.wb-message').textContent.includes('1 instead')")
    assert corrections(book)[2]["end_s"] == pytest.approx(11.2, abs=0.02)
    assert book.page.evaluate(SILENT)


def test_without_the_means_there_are_neither_handles_nor_pictures(book):
    open_booth(book, "flags={'can_correct': False, 'has_pictures': False}")
    book.keys("KeyK", "KeyK", "KeyM", "KeyB", "KeyV")
    for name in ("Merge with next", "Spectrogram", "Equally loud"):
        assert book.page.get_by_role("button", name=name).count() == 0
    assert book.page.locator(".wb-handle:visible").count() == 0
    assert corrections(book) == []


def test_the_dialogue_follows_the_playhead_and_plays_its_lines(book):
    lines = (
        "words=pd.DataFrame({'call_id': '0007', 'kind': 'phrase',"
        "'channel': [i % 2 for i in range(2000)],"
        "'start_s': [i / 4 for i in range(2000)], 'end_s': [i / 4 + 0.2 for i in range(2000)],"
        "'text': ['مرحبا 😀 <img src=x>' if i % 3 else 'word ' * 2000 if i == 60 else f'line {i}'"
        " for i in range(2000)]})"
    )
    open_booth(book, lines)
    book.until("() => document.querySelectorAll('.wb-line').length === 2000")
    assert book.page.locator(".wb-dialogue img").count() == 0
    page_top = "() => document.querySelector('.jp-WindowedPanel-outer').scrollTop"
    before = book.page.evaluate(page_top)
    book.keys("KeyK", "KeyK", "KeyC")
    followed = """([from, to]) => {
      const lines = [...document.querySelectorAll('.wb-line')];
      const at = lines.findIndex(line => line.hasAttribute('data-sounds'));
      const box = document.querySelector('.wb-dialogue').getBoundingClientRect();
      const line = lines[at]?.getBoundingClientRect();
      return at >= from && at <= to && line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
    }"""
    book.page.wait_for_function(followed, arg=[27, 33])
    book.page.wait_for_function(followed, arg=[40, 44])
    assert book.page.evaluate(page_top) == before
    book.keys("Space")
    book.page.locator(".wb-line-button").nth(12).click()
    book.until(pitch_of(AGENT))
    book.until(SILENT)
    book.page.locator(".wb-line-button[tabindex='0']").focus()
    book.keys("ArrowDown", "Enter")
    book.until(pitch_of(CUSTOMER))


def test_an_hour_with_a_thousand_utterances_can_be_looked_over_and_heard(book):
    open_labeler(
        book,
        "from tests.browser.heard_calls import *\nitems, call = hour(1000)\n"
        "booth = Booth(items, **call)\nbooth",
    )
    book.until("() => document.querySelector('.wb-minimap-row:not([hidden])')")
    part = book.page.get_by_role("slider", name="Part of the call that is shown")
    assert part.get_attribute("aria-valuetext").startswith("0:00 to ")
    box = book.page.locator(".wb-minimap").bounding_box()
    book.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 8)
    middle = int(part.get_attribute("aria-valuenow"))
    assert middle == pytest.approx(1800, abs=120)
    overview = book.page.locator(".wb-overview-picture").bounding_box()
    book.page.mouse.click(overview["x"] + overview["width"] / 2, overview["y"] + 40)
    place = int(book.text(".wb-place").split()[1])
    assert place == pytest.approx(501, abs=20)
    part.focus()
    width = "() => document.querySelector('.wb-minimap-window').clientWidth"
    wide = book.page.evaluate(width)
    book.keys("+")
    assert book.page.evaluate(width) < wide
    book.keys("-", "-", "-", "End")
    assert part.get_attribute("aria-valuetext").endswith("to 1:00:00")
    book.keys("Escape", "KeyK", "Space")
    book.until(PLAYING)


def test_channels_are_as_recorded_and_can_be_made_equally_loud(book):
    open_booth(book, "gains={0: -6.0206, 1: 0.0}")
    book.keys("KeyK", "KeyK", "Shift+KeyR", "Space")
    # One of two ears hears a sine of .5: .354 / 2, and half of that at -6.02 dB.
    book.until("() => Math.abs(window.loudness() - 0.1768) < 0.016")
    book.page.get_by_role("button", name="Equally loud").click()
    book.until("() => Math.abs(window.loudness() - 0.0884) < 0.008")


def test_everything_can_be_read_in_both_themes(book):
    book.page.set_viewport_size({"width": 860, "height": 1200})
    open_booth(book, "gains={0: 1.0}")
    book.keys("KeyK", "KeyK", "KeyV", "KeyF", "KeyL", "Period")
    book.page.get_by_role("slider", name="Start of the utterance").focus()
    book.keys("ArrowRight")
    for theme in ("JupyterLab Dark", "JupyterLab Light"):
        book.page.evaluate(THEME, theme)
        name = theme.split()[1].lower()
        book.until(f"() => document.querySelector('.wb').dataset.wbTheme === '{name}'")
        book.page.wait_for_timeout(200)
        assert book.page.evaluate(CONTRAST) == []
    width, inside = book.page.evaluate(
        "() => (({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])"
        "(document.querySelector('.wb'))"
    )
    assert width < 760 and inside <= width
