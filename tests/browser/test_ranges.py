"""Samples by ranges of bytes from the page's own server, without the kernel."""

from __future__ import annotations

import pytest

from tests.browser.test_labeler import PLAYING, open_labeler, pitch_of

pytestmark = pytest.mark.browser

CALL = """
import shutil
import numpy as np, pandas as pd, soundfile
import workbench as wb
from pathlib import Path
shutil.rmtree("ranged", ignore_errors=True)
Path("ranged/audio").mkdir(parents=True)
time_s = np.arange(60 * 8000) / 8000
tone = 0.4 * np.sin(2 * np.pi * np.where(time_s < 30, 440, 1000) * time_s)
soundfile.write("ranged/audio/c1.wav", np.stack([tone, tone * 0], 1), 8000, subtype="PCM_16")
ws = wb.create("ranged/calls")
calls = pd.DataFrame({"call_id": ["c1"], "path": [str(Path("ranged/audio/c1.wav").absolute())]})
assert ws.ingest(calls, roles={0: "customer", 1: "agent"}).empty
ws.segment()
labeler = ws.labeler("r01", unit="call", role=None, session_check=False)
asked, by_message = [], labeler._audio
labeler._audio = lambda *where: (asked.append(where), by_message(*where))[1]
labeler
"""


def test_an_uncompressed_recording_is_fetched_without_the_kernel(book):
    fetched = []

    def note(response):
        if "/files/ranged/audio/c1.wav" in response.url:
            fetched.append(response.status)

    book.page.on("response", note)
    open_labeler(book, CALL)
    book.page.wait_for_timeout(1500)
    by_message = book.python("len(asked)")
    n_fetched = len(fetched)
    box = book.page.locator(".wb-stage-picture").bounding_box()
    book.page.mouse.click(box["x"] + box["width"] * 0.8, box["y"] + 30)
    book.until(PLAYING)
    book.until(pitch_of(1000))
    book.page.remove_listener("response", note)
    assert book.python("len(asked)") == by_message
    assert len(fetched) > n_fetched > 0
    assert set(fetched) == {206}
