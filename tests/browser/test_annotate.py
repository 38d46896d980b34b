"""The Labeler outside of JupyterLab: as a page without cells in Voilà, and in Notebook 7."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

import workbench as wb
from tests.browser.lab import CHIPS, LISTEN_IN, ROOT, Notebook, lab_server
from tests.browser.test_labeler import CELL, PLAYING, SAVED
from workbench.annotate import page, write_page

pytestmark = pytest.mark.browser

SPEAKING = "() => window.loudness() > 0.005"


@pytest.fixture
def samples(home, monkeypatch):
    monkeypatch.setenv("WORKBENCH_HOME", str(home))
    return wb.samples()


@pytest.fixture
def address(samples, home, tmp_path):
    """Run `workbench annotate` as an analyst does; give the address that it prints."""
    log = tmp_path / "log"
    words = ["annotate", str(samples.folder), "--rater", "r77", "--call", "s02"]
    words += ["--language", "de", "--theme", "dark", "--no-browser", "--port", "8931"]
    with log.open("w") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "workbench.cli", *words],
            stdout=stream,
            stderr=stream,
            env=os.environ | {"PYTHONPATH": str(ROOT), "WORKBENCH_HOME": str(home)},
            cwd=tmp_path,
            start_new_session=True,
        )
    until = time.monotonic() + 60
    while not (found := re.search(r"http://\S+token=\w+", log.read_text())):
        assert server.poll() is None and time.monotonic() < until, log.read_text()
        time.sleep(0.1)
    yield found[0]
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(10)


def test_a_rater_labels_on_a_page_without_cells(chromium, samples, address):
    complaints, strangers = [], []
    page = chromium.new_page(viewport={"width": 1200, "height": 900})
    page.add_init_script(LISTEN_IN)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: m.type == "error" and complaints.append(m.text))
    page.on("request", lambda r: "localhost" in r.url or strangers.append(r.url))
    page.goto(address)
    page.wait_for_selector(".wb-chip", timeout=60_000)
    page.get_by_role("button", name="Anfangen").click()
    page.keyboard.press("Space")
    page.wait_for_function(SPEAKING, timeout=15_000)
    for key in ("Digit1", "Digit2", "Enter", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function(SAVED.replace("Saved", "Gespeichert"), timeout=15_000)
    if folder := os.environ.get("WORKBENCH_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/annotate.png")
    assert page.locator(".jp-InputArea").count() == 0
    assert page.evaluate("() => document.body.dataset.jpThemeLight") == "false"
    page.close()
    # Voilà may ask for a widget before its own manager is there, and asks again
    assert [one for one in complaints if "is registered" not in one] == []
    assert [url for url in strangers if not url.startswith(("data:", "blob:"))] == []
    rating = samples.table("ratings", rater_id="r77")
    assert rating["verdict"].tolist() == ["tagged"]
    tags = samples.table("tags").merge(rating[["rating_id"]], on="rating_id")["tag"]
    assert sorted(tags) == ["anger", "frustration"]


def test_the_labeler_in_notebook_7(chromium, home, tmp_path):
    page = chromium.new_page(viewport={"width": 1100, "height": 900})
    with lab_server(tmp_path, home, app="notebook") as address:
        book = Notebook(page, address, tmp_path, path="notebooks")
        book.show(CELL)
        book.until(CHIPS)
        page.locator(".wb:not([data-old])").focus()
        book.keys("Space")
        book.until(PLAYING)
        book.keys("Digit1", "Enter", "Enter")
        book.until(SAVED)
        assert [tag["tag"] for tag in book.python("desk.got")[0]["tags"]] == ["frustration"]
        # Notebook 7 itself complains once of a setting that it has no schema for
        assert [one for one in book.problems if "schema" not in one] == []
    page.close()


def test_what_cannot_be_labelled_is_said_in_a_sentence(samples):
    shown = page(str(samples.folder), rater="r77", call_id="s99")
    assert 'There is no call "s99"' in shown.value
    path = write_page(samples.folder, {"rater": "r77", "call_id": None})
    assert "page('" in path.read_text() and "call_id" not in path.read_text()
