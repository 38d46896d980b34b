"""The Recorder in JupyterLab, with a microphone that hears a tone, or nothing, or may not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.lab import MICROPHONE_HZ
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
