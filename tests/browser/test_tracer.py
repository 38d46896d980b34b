"""The Tracer in JupyterLab: the hand by keys, mouse and game pad, held against what is heard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.call_of_tones import *
from workbench.widgets import Tracer
desk = TraceDesk()
tracer = Tracer("0007", TAXONOMY["dimensions"][:2], rater_id="r01", audio=audio, peaks=peaks,
                on_save=desk.save, channels=CHANNELS, kept_as="%s")
tracer
"""
TRACED = "() => document.querySelector('.wb-tracer .wb-muted')?.textContent.includes('traced')"
PLAYING = "() => window.loudness() > 0.1"
STOPPED = "() => document.querySelector('.wb-button-play').textContent.startsWith('Play')"


def test_look(book):
    book.show(CELL % "look")
    book.until(TRACED)
    page = book.page
    page.locator(".wb-trace-lane").focus()
    book.keys("Space")
    page.wait_for_timeout(2500)
    page.keyboard.down("ArrowUp")
    page.wait_for_timeout(500)
    page.keyboard.up("ArrowUp")
    page.wait_for_timeout(3000)
    page.keyboard.down("ArrowDown")
    page.wait_for_timeout(900)
    page.keyboard.up("ArrowDown")
    page.wait_for_timeout(3000)
    page.screenshot(path="/tmp/tracer_shots/a.png")
    book.keys("Space")
    print(page.evaluate("() => document.querySelector('.wb-tracer').innerText"))
    book.keys("Enter")
    page.wait_for_timeout(1000)
    print(page.evaluate("() => document.querySelector('.wb-tracer').innerText"))
    print(book.python("[(k, v) for k, v in desk.got[0].items() if k != 'points']"))
    print(book.python("desk.got[0]['points'].describe().to_dict()"))
