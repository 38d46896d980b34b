"""The Labeler in JupyterLab and Chromium: saving, hearing, seeking, and what it all weighs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.lines import line
from benchmarks.studio_call import (
    N_PITCHES,
    UTTERANCE_S,
    make_workspace,
)
from benchmarks.studio_page import BARE, HOOKS, RUN
from tests.browser.lab import CHROMIUM_ARGUMENTS, Notebook, lab_server
from tests.chromium import find_chromium

N_PACE, N_IN_LIST, N_SEEKS = 20, 6, 100
TAGS = ("Digit1", "Digit2")
PAUSE_MS = 150
SEEK_HEARD_MS = 1150
SHUFFLED = 3
CLICK_LEVEL = 0.35
TARGETS = {
    "next_snippet.p95": 150.0,
    "first_build": 10_000.0,
    "first_picture": 1000.0,
    "seek.p95": 300.0,
    "drift.max": 20.0,
    "memory": 150.0,
    "kernel_memory": 150.0,
}
OPEN = """
import workbench as wb
ws = wb.open("calls")
"""
ONE_CALL = 'ws.labeler("r01", call_id="hour", role=None, session_check=False)'
LIST = f"""
from workbench.widgets import Labeler
from workbench.workspace import hearing
_taxonomy = next(iter(ws.store.rows("taxonomies")))
ws.store.add_rater("r02")
_rows = ws.store.read("utterances")
_hour = _rows[_rows["call_id"] == "hour"].sample(frac=1, random_state={SHUFFLED})
_listed = type(_rows)(list(_hour.to_dict("records")) + list(
    _rows[_rows["call_id"] != "hour"].to_dict("records")))
Labeler(_listed, _taxonomy["definition"], rater_id="r02", on_save=ws.store.add_rating,
        audio=lambda c, n, a, b: hearing.read_call(ws, c, n, a, b),
        peaks=lambda c: hearing.call_peaks(ws, c), file=lambda c: hearing.call_file(ws, c),
        peaks_per_s=hearing.PEAKS_PER_S)
"""
RESIDENT = """__import__("pathlib").Path("/proc/self/smaps_rollup").read_text()"""


def run() -> Iterator[dict[str, object]]:
    """Rate, listen and seek as a rater would, on the real store with SQLite.

    The call is an hour of stereo with a click every second and 1,000
    utterances; the list is one of 10,000, the utterances of the hour in random
    order first. Key to commit is from the key that saves to the saved mark, and
    each rating is looked up in the database then; its rival is the bare round
    trip of a widget that saves nothing, at the same pace in the same notebook.
    All other rows stand against the target. Sound is what leaves the page's Web
    Audio, drift is its clicks against the clicks as drawn under the playhead.
    Memory is what belongs to the page's renderer and to the kernel alone, above
    an empty notebook, after all of that.

    Yields
    ------
    dict
        Lines.
    """
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory(prefix="benchmark-") as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=CHROMIUM_ARGUMENTS
        )
        with lab_server(folder, folder / "home") as address:
            make_workspace(folder / "work")
            page = browser.new_page(viewport={"width": 1300, "height": 1000})
            page.add_init_script(HOOKS)
            yield from _lines(Studio(Notebook(page, address, folder), browser, folder / "work"))
        browser.close()


class Studio:
    """The notebook, and what is asked of it.

    Parameters
    ----------
    book : Notebook
        Open.
    browser : playwright Browser
        Its browser.
    work : Path
        The server's root, with the workspace in it.
    """

    def __init__(self, book: Notebook, browser: Any, work: Path) -> None:
        self.book, self.page = book, book.page
        self._browser = browser
        self._database = work / "calls" / "workbench.db"

    def js(self, code: str, argument: object = None) -> Any:
        """Evaluate an expression in the page."""
        return self.page.evaluate(code, argument)

    def open(self, cell: str) -> float:
        """Show a widget; give the milliseconds from running the cell to its picture."""
        self.book.page.evaluate(
            "source => window.jupyterapp.shell.currentWidget.content.widgets[0]"
            ".model.sharedModel.setSource(source)",
            cell,
        )
        took = float(self.js(RUN))
        self.page.keyboard.press("Escape")
        self.js("() => { document.querySelector('.wb').focus(); studio.watch(); studio.clear(); }")
        return took

    def n_ratings(self) -> int:
        """Count what is committed, through a connection of our own."""
        with sqlite3.connect(f"file:{self._database}?mode=ro", uri=True) as connection:
            return int(connection.execute("SELECT count(*) FROM ratings").fetchone()[0])

    def memory(self) -> tuple[float, float]:
        """Measure the memory of the page's renderer and of the kernel alone, MB."""
        session = self.page.context.new_cdp_session(self.page)
        session.send("HeapProfiler.collectGarbage")
        session.detach()
        whole = self._browser.new_browser_cdp_session()
        processes = whole.send("SystemInfo.getProcessInfo")["processInfo"]
        renderers = [own["id"] for own in processes if own["type"] == "renderer"]
        rollups = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in renderers]
        return max(map(_private_mb, rollups)), _private_mb(self.book.python(RESIDENT))


def _lines(studio: Studio) -> Iterator[dict[str, object]]:
    bare = _bare(studio)
    studio.book.show("1")
    page_before, kernel_before = studio.memory()
    studio.book.do(OPEN)
    yield _against("first_build", studio.open(ONE_CALL), "ms", 1)
    pictures = [studio.open(ONE_CALL) for _ in range(3)]
    yield _against("first_picture", median(pictures), "ms", len(pictures))
    saved, sounded = _at_human_pace(studio, N_PACE)
    yield from _committed("", saved, bare)
    yield _against("next_snippet.p95", _p95(sounded), "ms", len(sounded))
    studio.open(LIST)
    saved, sounded = _at_human_pace(studio, N_IN_LIST)
    yield from _committed("list_10000.", saved, bare)
    yield _against("list_10000.next_snippet.p95", _p95(sounded), "ms", len(sounded))
    seeks, drifts = _seek(studio)
    yield _against("seek.p95", _p95(seeks), "ms", len(seeks))
    yield _against("drift.max", max(drifts), "ms", len(drifts))
    page_after, kernel_after = studio.memory()
    yield _against("memory", page_after - page_before, "MB above an empty notebook", 1)
    yield _against("kernel_memory", kernel_after - kernel_before, "MB above an empty kernel", 1)


def _committed(where: str, saved: list[float], bare: list[float]) -> Iterator[dict[str, object]]:
    for part, value in (("median", median), ("p95", _p95)):
        yield line(
            f"studio.{where}key_to_commit.{part}",
            value(saved),
            "ms",
            n=len(saved),
            rival="bare widget round trip",
            rival_value=value(bare),
            less_is_better=True,
        )


def _against(name: str, value: float, unit: str, n: int) -> dict[str, object]:
    return line(
        f"studio.{name}",
        value,
        unit,
        n=n,
        rival="target",
        rival_value=TARGETS[name.removeprefix("list_10000.")],
        less_is_better=True,
    )


def _bare(studio: Studio) -> list[float]:
    studio.book.show(BARE)
    studio.page.locator(".bare").focus()
    for _ in range(N_PACE):
        studio.page.keyboard.press("KeyA")
        studio.page.wait_for_timeout(300)
    return [float(ms) for ms in studio.js("() => window.bare")]


def _at_human_pace(studio: Studio, n: int) -> tuple[list[float], list[float]]:
    """Hear and tag n utterances by keyboard alone, with two tags each.

    Gives the milliseconds from the key that saves to the saved mark, and to the
    first sample of the next utterance.
    """
    saved, sounded = [], []
    press = studio.page.keyboard.press
    press("Space")
    studio.page.wait_for_timeout(1000 * UTTERANCE_S + 400)
    for _ in range(n):
        before = studio.n_ratings()
        studio.js("() => studio.clear()")
        for key in TAGS:
            press(key)
            studio.page.wait_for_timeout(PAUSE_MS)
        studio.js("() => { studio.marks = []; studio.blocks = []; }")
        press("Enter")
        studio.page.wait_for_function(
            "() => studio.marks.at(-1)?.text.startsWith('Saved')", timeout=10_000
        )
        if studio.n_ratings() != before + 1:
            raise RuntimeError("The mark said saved, and the rating was not in the database.")
        studio.page.wait_for_timeout(1000 * UTTERANCE_S + 250)
        keys = studio.js("() => studio.keys")
        if len(keys) > 4:
            raise RuntimeError(f"An utterance took {len(keys)} keys; four are allowed.")
        marks = studio.js("() => studio.marks")
        left = next(i for i, mark in enumerate(marks) if not mark["text"].startswith("Saved"))
        at = next(mark["at"] for mark in marks[left:] if mark["text"].startswith("Saved"))
        saved.append(at - keys[-1]["at"])
        sounded.append(_first_sample_ms(studio.js("() => studio.sound()")) - keys[-1]["at"])
    return saved, sounded


def _seek(studio: Studio) -> tuple[list[float], list[float]]:
    """Turn to utterances all over the hour and play them.

    Gives the milliseconds from the key that turns to the first sample, and how
    far the clicks that sound lie from those that are drawn, and from where the
    file has them.
    """
    took, drifts = [], []
    starts = _starts(studio)
    place = studio.js("() => document.querySelector('.wb-place').textContent")
    index = int(next(word for word in place.split() if word.isdigit())) - 1
    for _ in range(N_SEEKS):
        index += 1
        studio.page.keyboard.press("Escape")
        studio.page.wait_for_timeout(PAUSE_MS)
        studio.js("() => studio.clear()")
        studio.page.keyboard.press("KeyK")
        studio.page.keyboard.press("Space")
        studio.js("ms => studio.follow(ms)", SEEK_HEARD_MS)
        sound = studio.js("() => studio.sound()")
        heads = np.array(studio.js("() => studio.heads"))
        took.append(_first_sample_ms(sound) - studio.js("() => studio.keys[0].at"))
        drifts += _drifts_ms(sound, heads, studio.js("() => studio.columns()"), starts[index])
    return took, drifts


def _starts(studio: Studio) -> list[float]:
    return [float(s) for s in studio.book.python("_listed['start_s'].tolist()[:1000]")]


def _drifts_ms(
    sound: dict[str, Any], heads: Any, columns: list[list[float]], start_s: float
) -> list[float]:
    """Say how far each click that sounds is from its picture, by the playhead at that moment."""
    rate, samples = sound["rate"], np.array(sound["samples"])
    filled = np.array(columns)
    seconds = range(int(start_s), int(start_s + UTTERANCE_S) + 1)
    by_pitch = {second % N_PITCHES: second for second in seconds}
    out = []
    reach = round(0.02 * rate)
    loud = np.flatnonzero(np.abs(samples) > CLICK_LEVEL)
    for first in loud[np.diff(loud, prepend=-rate) > reach]:
        click = samples[max(0, first - reach) : first + reach]
        pitch = _pitch(click, rate)
        if round((pitch - 800) / 100) % N_PITCHES not in by_pitch:
            raise RuntimeError(f"A click of {pitch:.0f} Hz sounded, of another part of the call.")
        power = click**2
        centre = max(0, first - reach) + (np.arange(power.size) * power).sum() / power.sum()
        at = sound["firstS"] + centre / rate + sound["latencyS"]
        near = heads[np.abs(heads[:, 0] - at) < 0.2]
        if len(near) < 4 or np.ptp(near[:, 0]) < 0.1:
            continue
        slope, offset = np.polyfit(near[:, 0] - at, near[:, 1], 1)
        close = filled[np.abs(filled[:, 0] - offset) < 0.09 * slope]
        drawn = close[close[:, 1] >= 0.9 * close[:, 1].max(), 0].mean()
        out.append(1000 * abs(offset - drawn) / slope)
    return out


def _pitch(samples: Any, rate: float) -> float:
    spectrum = np.abs(np.fft.rfft(samples, 1 << 14))
    return float(spectrum.argmax() * rate / (1 << 14))


def _first_sample_ms(sound: dict[str, Any]) -> float:
    """When the first sample left Web Audio, on the page's clock."""
    return 1000 * float(sound["firstS"]) + float(sound["lateMs"])


def _p95(values: list[float]) -> float:
    return float(np.quantile(values, 0.95))


def _private_mb(rollup: str) -> float:
    rows = (row.split() for row in rollup.splitlines())
    return sum(int(row[1]) for row in rows if row[0].startswith("Private")) / 1024
