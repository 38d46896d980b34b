"""The Adjudicator in JupyterLab: disputes decided by keyboard alone, heard, and never lost."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.disputed_database import *
widget = adjudicated({place!r}{settings})
widget
"""


@pytest.fixture
def place(tmp_path):
    return tmp_path / "workbench.db"


def show(book, place, settings=""):
    book.show(CELL.format(place=str(place), settings=settings))
    book.until("() => document.querySelector('.wb:not([data-old]) .wb-raters th')")
    book.page.locator(".wb:not([data-old])").focus()


def test_look(book, place):
    import os

    out = os.environ["SHOTS"]
    book.page.set_viewport_size({"width": 1300, "height": 1500})
    show(book, place)
    book.page.wait_for_timeout(800)
    w = book.page.locator(".wb:not([data-old])")
    w.screenshot(path=f"{out}/1.png")
    book.keys("KeyK", "Digit1", "KeyW", "KeyY", "KeyD")
    book.page.wait_for_timeout(500)
    w.screenshot(path=f"{out}/2.png")
    book.keys("KeyH")
    book.page.wait_for_timeout(300)
    w.screenshot(path=f"{out}/card.png")
    show(book, str(place) + "2", ", language='de', pass_='voice'")
    book.page.wait_for_timeout(800)
    w = book.page.locator(".wb:not([data-old])")
    w.screenshot(path=f"{out}/de.png")
    book.page.set_viewport_size({"width": 868, "height": 1600})
    book.page.wait_for_timeout(500)
    w.screenshot(path=f"{out}/narrow.png")
    from tests.browser.test_labeler import THEME

    book.page.evaluate(THEME, "JupyterLab Dark")
    book.page.wait_for_timeout(1000)
    book.keys("KeyM", "KeyT")
    book.page.wait_for_timeout(500)
    w.screenshot(path=f"{out}/dark.png")
    book.page.evaluate(THEME, "JupyterLab Light")
