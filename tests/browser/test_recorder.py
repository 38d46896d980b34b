"""The Recorder in JupyterLab, with a microphone that hears a tone, or nothing, or may not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.lab import CHROMIUM_ARGUMENTS, MICROPHONE_HZ
from tests.chromium import find_chromium
from workbench.audio import read_audio

pytestmark = pytest.mark.browser

CELL = """
import shutil, tempfile
from pathlib import Path
import workbench as wb
ws = wb.create(Path(tempfile.mkdtemp()) / "ws")
recorder = ws.recorder("me", tag="resignation")
recorder
"""
PHASE = "() => document.querySelector('.wb-recorder-record span').textContent === {!r}"
SOUNDS = f"() => window.loudness() > 0.05 && Math.abs(window.pitch() - {MICROPHONE_HZ}) < 60"


@pytest.fixture
def card(book):
    book.show(CELL)
    book.until(PHASE.format("Record"))
    yield book
    book.do("ws.store.close(); shutil.rmtree(ws.folder)")


def record(book, seconds):
    """Press Record, wait while it runs, press the same button again."""
    button = book.page.locator(".wb-recorder-record")
    button.focus()
    book.keys("Enter")
    book.until(PHASE.format("Stop"))
    book.page.wait_for_timeout(1000 * seconds)
    book.keys("Enter")


def told(book, text):
    book.page.locator(".wb-recorder-words", has_text=text).wait_for(timeout=20_000)


def test_an_example_is_recorded_trimmed_heard_and_saved_by_keyboard(card):
    record(card, 1.2)
    told(card, "Trim it with the two handles")
    assert card.page.evaluate("() => document.activeElement.textContent") == "Record again"
    card.keys("Tab")
    start = card.page.get_by_role("slider", name="Start of what is kept")
    assert start.evaluate("handle => handle === document.activeElement")
    card.keys("Home", "PageUp")
    assert start.get_attribute("aria-valuetext") == "0.50 s"
    card.keys("Tab", "End", "Tab", "Enter")
    card.until(SOUNDS)
    card.keys("Tab")
    card.page.keyboard.type("the flat end")
    card.keys("Tab", "Enter")
    told(card, "as an example of resignation")
    assert card.python("[recorder.phase, recorder.microphone]") == ["saved", "granted"]
    (example,) = card.python('ws.examples().to_dict("records")')
    assert (example["tag"], example["note"], example["rater_id"]) == (
        "resignation", "the flat end", "me",
    )  # fmt: skip
    folder = card.python("str(ws.folder / 'recordings')")
    samples, rate = read_audio(f"{folder}/{example['clip_id']}.flac")
    assert len(samples) / rate == pytest.approx(example["duration_s"], abs=0.001)
    spectrum = np.abs(np.fft.rfft(samples[:, 0] * np.hanning(len(samples))))
    hertz = np.fft.rfftfreq(len(samples), 1 / rate)[spectrum.argmax()]
    assert hertz == pytest.approx(MICROPHONE_HZ, abs=5)
    assert card.python('len(ws.table("recordings")) + len(ws.table("calls"))') == 0


REFUSE = """name => {
  const media = navigator.mediaDevices;
  window.realMedia ??= media.getUserMedia.bind(media);
  media.getUserMedia = name
    ? () => Promise.reject(new DOMException('no', name)) : window.realMedia;
}"""

DEAF = """() => {
  const made = MediaRecorder.prototype;
  window.real = Object.getOwnPropertyDescriptor(made, 'onstop');
  Object.defineProperty(made, 'onstop', { configurable: true, set() {}, get: () => null });
}"""


def test_a_refusal_is_said_in_words_and_after_it_the_same_card_records(chromium, lab):
    asking = [one for one in CHROMIUM_ARGUMENTS if one != "--use-fake-ui-for-media-stream"]
    browser = chromium.browser_type.launch(executable_path=find_chromium(), args=asking)
    with lab(browser=browser) as book:
        book.show(CELL)
        told(book, "The browser will ask whether this page may use the microphone")
        book.page.locator(".wb-recorder-record").click()
        told(book, "This page may not use the microphone. Allow it in the browser")
        assert book.python("[recorder.phase, recorder.microphone]") == ["ready", "refused"]
        book.page.context.grant_permissions(["microphone"])
        book.until("() => document.querySelector('.wb-recorder-words').hidden")
        record(book, 0.8)
        told(book, "Trim it with the two handles")
        book.keys("Enter")
        book.until(PHASE.format("Stop"))
        book.do("first = recorder")
        book.show(CELL)
        assert book.python("[first.phase, first.problem]") == ["ready", "reloaded"]
        assert book.problems == []
    browser.close()


def test_no_microphone_and_one_in_use_are_said_in_words(card):
    for name, words, state in (
        ("NotFoundError", "No microphone was found. Plug one in", "no_device"),
        ("NotReadableError", "another program may hold it", "busy"),
    ):
        card.page.evaluate(REFUSE, name)
        card.page.locator(".wb-recorder-record").click()
        told(card, words)
        assert card.python("recorder.microphone") == state
    card.page.evaluate(REFUSE, "")
    record(card, 0.8)
    told(card, "Trim it with the two handles")


def test_a_recording_that_never_comes_is_said_in_words(card):
    card.do("import workbench.widgets.recorder as module; module.PATIENCE_S = 1.0")
    card.page.evaluate(DEAF)
    record(card, 0.1)
    told(card, "The browser handed over no recording.")
    assert card.python("[recorder.phase, recorder.problem]") == ["ready", "nothing_came"]
    card.page.evaluate(
        "() => Object.defineProperty(MediaRecorder.prototype, 'onstop', window.real)"
    )
    record(card, 0.8)
    told(card, "Trim it with the two handles")
