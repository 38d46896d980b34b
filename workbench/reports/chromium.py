"""The browser that prints a report as PDF: where it is, what is missing."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

NO_PLAYWRIGHT = 'Playwright is not installed: pip install "audio-sentiment-workbench[report]".'
NO_CHROMIUM = (
    "There is no Chromium: python -m playwright install chromium, or name one: "
    "WORKBENCH_CHROMIUM=/path/to/chromium."
)


def find_chromium() -> str | None:
    """Say where a Chromium is: WORKBENCH_CHROMIUM, the PATH, else Playwright's own.

    Returns
    -------
    str or None
        Its path; None if there is none. Nothing is downloaded.
    """
    named = os.environ.get("WORKBENCH_CHROMIUM")
    if named and Path(named).is_file():
        return named
    for name in NAMES:
        if path := shutil.which(name):
            return path
    if importlib.util.find_spec("playwright") is None:
        return None
    own = beside_the_loop(_playwrights_own)
    return own if Path(own).is_file() else None


def pdf_needs() -> str:
    """Say what is missing for a report as PDF.

    Returns
    -------
    str
        A sentence with the command that mends it; empty if nothing is missing.
    """
    if importlib.util.find_spec("playwright") is None:
        return NO_PLAYWRIGHT
    return "" if find_chromium() else NO_CHROMIUM


def print_pdf(page_file: Path, chromium: str) -> bytes:
    """Print an HTML file that is on this machine, as Chromium's print dialog would.

    Parameters
    ----------
    page_file : Path
        The HTML file; it says its own paper and margins.
    chromium : str
        From `find_chromium`.

    Returns
    -------
    bytes
        A PDF, without anything loaded from elsewhere.
    """
    return beside_the_loop(lambda: _printed(page_file, chromium))


def beside_the_loop(work: Callable[[], T]) -> T:
    """Call in a thread of its own: a Jupyter kernel runs an event loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def _playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _printed(page_file: Path, chromium: str) -> bytes:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, handle_sigint=False, handle_sigterm=False, handle_sighup=False
        )
        try:
            page = browser.new_context(offline=True).new_page()
            page.emulate_media(media="print")
            page.goto(page_file.resolve().as_uri())
            page.wait_for_function("() => window.figuresAreDrawn")
            return page.pdf(print_background=True, prefer_css_page_size=True)
        finally:
            browser.close()
