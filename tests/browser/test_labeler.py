"""The Labeler in JupyterLab, by keyboard, with ears."""

from __future__ import annotations

import re

import pytest

from tests.browser.lab import CHIPS

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.call_of_tones import *
from workbench.widgets import Labeler
desk = Desk()
asked.clear()
labeler = Labeler(UTTERANCES, TAXONOMY, rater_id="r01", audio=audio, peaks=peaks,
                  on_save=desk.save, words=WORDS, autoplay=False)
labeler
"""
SAVED = "() => document.querySelector('.wb-mark-text')?.textContent === 'Saved'"
PLAYING = "() => window.loudness() > 0.1"
SILENT = "() => window.loudness() < 0.001"


def pitch_of(hertz):
    return f"() => Math.abs(window.pitch() - {hertz}) < 40"


def open_labeler(book, cell=CELL):
    book.show(cell)
    book.until(CHIPS)
    book.page.locator(".wb:not([data-old])").focus()


def until_at(book, number):
    book.until(f"() => document.querySelector('.wb-place')?.textContent.includes('{number} of ')")


def test_three_utterances_are_rated_by_keyboard_alone(book):
    book.show(CELL)
    book.until(CHIPS)
    for _ in range(40):
        book.keys("Tab")
        if book.page.evaluate("() => document.activeElement.classList.contains('wb')"):
            break
    book.keys("Space")
    book.until(PLAYING)
    book.until(pitch_of(440))
    book.until(SILENT)
    book.keys("Digit1", "Digit1", "Digit2", "KeyP", "ArrowLeft", "ArrowUp", "Enter")
    book.until(SAVED)
    book.keys("Space")
    book.until(PLAYING)
    book.until(pitch_of(1000))
    book.keys("KeyN")
    book.page.keyboard.type("dd x1 0\nsounds tired")
    book.keys("Escape", "Digit2", "Enter")
    if re.search(r"You heard \d+ % of it. Enter again", book.text(".wb-message")):
        book.keys("Enter")
    until_at(book, 3)
    book.keys("KeyO")
    book.page.keyboard.type("wistful")
    book.keys("Control+Enter", "Enter", "Enter")
    until_at(book, 4)
    book.until(SAVED)

    first, second, third = book.python("desk.got")
    assert (first["utterance_id"], first["rater_id"]) == ("u1", "r01")
    assert (first["taxonomy"], first["version"], first["pass"]) == ("small", "1", "both")
    assert first["verdict"] == "tagged"
    assert first["tags"] == [
        {"tag": "frustration", "intensity": pytest.approx(2 / 3), "share": None, "primary": False},
        {"tag": "resignation", "intensity": pytest.approx(1 / 3), "share": None, "primary": True},
    ]
    assert first["scores"] == [
        {"dimension": "valence", "value": -0.5},
        {"dimension": "arousal", "value": 0.75},
    ]
    assert (first["n_plays"], first["heard_share"]) == (1, pytest.approx(1, abs=0.02))
    assert first["heard_until_s"] == pytest.approx(1.6, abs=0.02)
    assert (first["position"], first["supersedes"], first["text_seen"]) == (0, None, True)
    assert first["elapsed_ms"] > 500
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", first["rating_id"])
    assert second["note"] == "dd x1 0\nsounds tired"
    assert [tag["tag"] for tag in second["tags"]] == ["curt"]
    assert 0 < second["heard_share"] <= 1
    assert third["other_words"] == "wistful"
    assert (third["n_plays"], third["heard_share"], third["position"]) == (0, 0, 2)
    assert first["rating_id"] < second["rating_id"] < third["rating_id"]


def test_saved_means_committed_and_a_failure_can_be_sent_again(book):
    open_labeler(book)
    mark = book.page.locator(".wb-mark-text")
    book.do("desk.open.clear()")
    book.keys("Digit0", "Enter")
    book.until("() => document.querySelector('.wb-mark-text').textContent === 'Saving'")
    book.keys("KeyU", "Enter")
    book.page.wait_for_timeout(300)
    assert mark.text_content() == "Saving 2"
    assert book.python("len(desk.got)") == 0
    book.do("desk.open.set()")
    book.until(SAVED)
    assert [r["verdict"] for r in book.python("desk.got")] == ["neutral", "unclear"]

    book.do("desk.refusals = 1")
    book.keys("Digit3", "Enter", "Enter")
    message = book.page.locator(".wb-message")
    message.get_by_text("The database is locked; try again in a moment.").wait_for()
    assert "Utterance 3 of 5 could not be saved" in message.text_content()
    assert mark.text_content() == "1 not saved"
    assert len(book.python("desk.got")) == 2
    book.page.get_by_role("button", name="Try again").click()
    book.until(SAVED)
    assert message.text_content() == ""
    tried = book.python("desk.tried")
    assert tried[2] == tried[3]
    assert [tag["tag"] for tag in book.python("desk.got")[2]["tags"]] == ["relief"]


def test_undo_supersedes_and_unsaved_edits_are_kept(book):
    open_labeler(book)
    book.keys("Digit1", "Enter", "Enter")
    book.until(SAVED)
    book.keys("Digit2", "KeyJ")
    assert "1 of 5" in book.text(".wb-place")
    book.keys("KeyK")
    assert book.page.get_by_role("button", name="curt, strength 1 of 3").is_visible()
    book.keys("Control+z")
    assert "1 of 5" in book.text(".wb-place")
    book.keys("Digit1", "Digit3", "Enter")
    until_at(book, 2)
    book.until("() => document.querySelector('.wb-mark-text').textContent === 'Not saved yet'")
    first, second = book.python("desk.got")
    assert second["utterance_id"] == first["utterance_id"] == "u1"
    assert second["supersedes"] == first["rating_id"] != second["rating_id"]
    assert [(t["tag"], round(t["intensity"], 2)) for t in second["tags"]] == [
        ("frustration", 0.67),
        ("relief", 0.33),
    ]


def test_keys_stay_in_the_widget_and_out_of_text_fields(book):
    open_labeler(book)
    cells = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    mode = "() => window.jupyterapp.shell.currentWidget.content.mode"
    before = book.page.evaluate(cells)
    runs = book.python("len(In)")
    book.keys("d", "d", "a", "b", "x", "c", "v", "m", "y", "Escape", "i", "i", "0", "0")
    book.keys("Shift+Enter", "Control+Enter", "Control+s", "Shift+KeyM", "z", "f", "l", "o")
    book.page.keyboard.type("00ddaabb 123 xu")
    book.keys("Escape")
    book.keys("KeyN")
    book.page.keyboard.type("jk 0 dd\nu")
    assert book.page.locator(".wb-note").input_value() == "jk 0 dd\nu"
    assert book.page.locator(".wb-other").input_value() == "00ddaabb 123 xu"
    assert "1 of 5" in book.text(".wb-place")
    assert (book.page.evaluate(cells), book.page.evaluate(mode)) == (before, "command")
    assert book.python("len(In)") == runs
    assert book.python("len(desk.tried)") == 0


def test_the_mouse_leaves_the_keys_with_the_widget(book):
    open_labeler(book)
    book.page.locator(".jp-CodeCell .cm-content").first.click()
    book.page.get_by_role("button", name="relief, off").click()
    book.keys("Digit1")
    assert book.page.get_by_role("button", name="frustration, strength 1 of 3").is_visible()
    box = book.page.locator(".wb-overview-picture").bounding_box()
    book.page.mouse.click(box["x"] + box["width"] * 20.5 / 32, box["y"] + 15)
    assert "5 of 5" in book.text(".wb-place")
    book.page.get_by_role("radio", name="good").click()
    book.keys("Digit2", "Space")
    book.until(PLAYING)
    save = book.page.get_by_role("button", name="Save and next")
    save.click()
    save.click()
    until_at(book, 1)
    book.until("() => document.querySelector('.wb-mark-text').textContent === 'Not saved yet'")
    (got,) = book.python("desk.got")
    assert got["utterance_id"] == "u5"
    assert got["scores"] == [{"dimension": "valence", "value": 1}]
    assert book.page.get_by_role("button", name="frustration, strength 1 of 3").is_visible()


def test_sound_and_picture_agree_across_windows(book):
    """Utterance 3 lies across the seam at 10 s; its tone begins at 8.5 s with context before."""
    open_labeler(book)
    book.keys("KeyK", "KeyK", "KeyC")
    heard = book.page.evaluate(
        """() => new Promise(resolve => {
          const line = document.querySelector('.wb-stage-picture .wb-playhead');
          const width = line.parentElement.clientWidth;
          const at = () => line.hidden ? null
            : 7.5 + new DOMMatrix(getComputedStyle(line).transform).m41 / width * 5;
          let [from, gap, begun] = [null, 0, performance.now()];
          const look = () => {
            const loud = window.loudness() > 0.05;
            if (from === null && loud) from = at();
            const second = at();
            if (from !== null && second !== null && second < 11.3 && !loud) gap += 1;
            if (second === null && from !== null || performance.now() - begun > 9000)
              resolve({ from, gap });
            else requestAnimationFrame(look);
          };
          look();
        })"""
    )
    assert heard["from"] == pytest.approx(8.5, abs=0.08)
    assert heard["gap"] == 0
    assert book.python("sorted(set(asked))") == [[0, 10], [10, 20]]
    book.keys("KeyS", "Space")
    book.until(PLAYING)
    book.until(pitch_of(440))


def test_running_the_cell_again_leaves_one_widget_that_answers_once(book):
    open_labeler(book)
    book.keys("KeyK", "KeyK", "Space")
    book.until(PLAYING)
    book.run()
    book.until(SILENT)
    book.until("() => document.querySelectorAll('.wb').length === 1")
    book.page.locator(".wb:not([data-old])").focus()
    book.keys("Digit0", "Enter")
    book.until(SAVED)
    assert len(book.python("desk.tried")) == 1


def test_a_page_that_is_loaded_again_goes_on_where_it_was(book):
    open_labeler(book)
    book.keys("Digit0", "Enter", "Digit1", "Enter", "Enter")
    book.until(SAVED)
    book.page.evaluate(
        """() => {
          const area = window.jupyterapp.shell.currentWidget.content.widgets[0].outputArea;
          const outputs = area.model.toJSON();
          area.model.clear();
          area.model.fromJSON(outputs);
        }"""
    )
    until_at(book, 3)
    book.until(SAVED)


HOUR = """
import numpy as np, pandas as pd
from tests.browser.call_of_tones import *
from workbench.widgets import Labeler
desk = Desk()
asked.clear()
def audio(call_id, channel, start_s, end_s):
    asked.append((start_s, end_s))
    time_s = np.arange(round(start_s * RATE), round(end_s * RATE)) / RATE
    return np.stack([np.sin(2 * np.pi * 440 * time_s) * 0.5] * 2, axis=1), RATE
call = pd.DataFrame({"utterance_id": ["whole"], "unit": "call", "call_id": "long",
                     "channel": [None], "role": "unknown", "start_s": 0.0, "end_s": 3600.0})
hour = np.tile(np.array([[-0.5, 0.5]], np.float32), (3600 * 50, 1))
Labeler(call, TAXONOMY, rater_id="r01", audio=audio, peaks=lambda call_id: {0: hour, 1: hour},
        on_save=desk.save)
"""


def test_a_call_of_an_hour_plays_anywhere_in_small_pieces(book):
    open_labeler(book, HOUR)
    assert "Call 1 of 1" in book.text(".wb-place")
    assert book.page.locator(".wb-chips .wb-chip").count() == 5
    box = book.page.locator(".wb-stage-picture").bounding_box()
    book.page.mouse.click(box["x"] + box["width"] * 0.999, box["y"] + 40)
    book.until(PLAYING)
    asked = book.python("asked")
    assert all(end - start <= 10 for start, end in asked)
    assert max(end for _start, end in asked) == 3600
    assert len(asked) <= 5


CONTRAST = """() => {
  const parse = colour => {
    const n = (colour.match(/[\\d.]+/g) ?? []).map(Number);
    const scale = colour.startsWith('color(') ? 255 : 1;
    return [n[0] * scale, n[1] * scale, n[2] * scale, n[3] ?? 1];
  };
  const over = (top, below) =>
    [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const poor = [];
  for (const e of document.querySelectorAll('.wb, .wb *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    const box = e.getBoundingClientRect();
    const style = getComputedStyle(e);
    if (!own || box.width < 2 || style.visibility === 'hidden') continue;
    const back = behind(e);
    const [a, b] = [light(over(parse(style.color), back)), light(back)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${e.className} "${e.textContent}" ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
THEME = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"


def test_text_can_be_read_in_both_themes_and_nothing_is_cut_off_when_narrow(book):
    book.page.set_viewport_size({"width": 860, "height": 1100})
    open_labeler(book)
    book.keys("Digit1", "Digit2", "KeyP", "ArrowLeft")
    book.page.wait_for_timeout(200)  # colours of a pressed chip fade in
    assert book.page.evaluate(CONTRAST) == []
    book.page.evaluate(THEME, "JupyterLab Dark")
    book.until("() => document.querySelector('.wb').dataset.wbTheme === 'dark'")
    book.page.wait_for_timeout(200)
    assert book.page.evaluate(CONTRAST) == []
    book.keys("KeyH")
    assert book.page.evaluate(CONTRAST) == []
    book.keys("Escape")
    width, inside = book.page.evaluate(
        "() => (({ clientWidth, scrollWidth }) => [clientWidth, scrollWidth])"
        "(document.querySelector('.wb'))"
    )
    assert width < 760 and inside <= width
    book.page.evaluate(THEME, "JupyterLab Light")
    book.until("() => document.querySelector('.wb').dataset.wbTheme === 'light'")


def test_it_is_shown_soon_after_the_cell_is_run(book):
    open_labeler(book)
    seconds = book.page.evaluate(
        """async () => {
          const begin = performance.now();
          const old = document.querySelector('.wb');
          window.jupyterapp.commands.execute('notebook:run-all-cells');
          const here = () => document.querySelector('.wb-chips .wb-chip');
          while (!(here() && document.querySelector('.wb') !== old))
            await new Promise(requestAnimationFrame);
          return (performance.now() - begin) / 1000;
        }"""
    )
    assert seconds < 3  # about 0.2 s on a quiet machine
