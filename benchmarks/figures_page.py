"""Figures of many calls in JupyterLab and Chromium: until they are drawn, and until they sound."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.lines import line
from benchmarks.studio_page import HOOKS
from tests.browser.lab import CHROMIUM_ARGUMENTS, ROOT, Notebook, lab_server
from tests.chromium import find_chromium

N_CALLS, N_DRAWN, N_CLICKS = 2000, 5, 40
DRAWN_MS, SOUND_MS = 2000.0, 300.0
"""What is asked for."""

MAKE = f"""
import numpy as np, pandas as pd, workbench as wb
from pathlib import Path
from workbench.plots import calls_heatmap_figure
from workbench.widgets import playable
_rng, _n, _u = np.random.default_rng(1), {N_CALLS}, 15
_start = np.tile(np.arange(_u) * 12.0, _n) + _rng.uniform(0, 4, _n * _u)
_made = pd.DataFrame({{
    "call_id": np.repeat([f"c{{i:05d}}" for i in range(_n)], _u), "role": "customer",
    "variable": "valence", "kind": "dimension", "time_s": _start + 4, "n_raters": 1,
    "estimate": np.clip(np.repeat(_rng.normal(0, 0.3, _n), _u) + _rng.normal(0, 0.3, _n * _u),
                        -1, 1),
    "utterance_id": np.arange(_n * _u).astype(str), "channel": 0, "start_s": _start,
    "end_s": _start + 8.0}})
_score = pd.Series(_rng.normal(80, 8, _n), index=_made["call_id"].unique(), name="qa_score")
ws = wb.create("figures")
ws.ingest(Path({str(ROOT)!r}) / "data_samples" / "calls.csv",
          root=Path({str(ROOT)!r}) / "data_samples" / "audio")
_said = pd.read_csv(Path({str(ROOT)!r}) / "data_samples" / "truth" / "utterances.csv")
_said = _said[_said["role"] == "customer"].reset_index(drop=True)
_points = pd.DataFrame({{
    "call_id": _said["call_id"], "role": "customer", "variable": "valence", "kind": "dimension",
    "time_s": (_said["start_s"] + _said["end_s"]) / 2, "n_raters": 1,
    "estimate": _said["valence"], "utterance_id": [str(i) for i in _said.index],
    "channel": _said["channel"], "start_s": _said["start_s"], "end_s": _said["end_s"]}})
"""
DRAW = "ws.playable(calls_heatmap_figure(_made, sort_by=_score))"
LISTEN = "ws.playable(calls_heatmap_figure(_points))"
RUN = """async () => {
  const last = document.querySelector('.js-plotly-plot .heatmaplayer image');
  const before = performance.now();
  const ran = window.jupyterapp.commands.execute('notebook:run-all-cells');
  const painted = await new Promise((resolve) => {
    const look = () => {
      const image = document.querySelector('.js-plotly-plot .heatmaplayer image');
      const href = image && image !== last && image.href.baseVal;
      if (!href) return requestAnimationFrame(look);
      const drawn = new Image();
      drawn.onload = () => requestAnimationFrame(
        () => requestAnimationFrame(() => resolve(performance.now())));
      drawn.src = href;
    };
    look();
  });
  await ran;
  return painted - before;
}"""
CELLS = """() => {
  const plot = document.querySelector('.js-plotly-plot');
  const { left, top } = plot.getBoundingClientRect();
  const { xaxis, yaxis } = plot._fullLayout;
  const { x, y, z } = plot._fullData[0];
  const places = [];
  z.forEach((row, down) => row.forEach((value, right) => {
    if (value != null) places.push([
      left + xaxis._offset + xaxis.d2p(x[right]), top + yaxis._offset + yaxis.d2p(y[down])]);
  }));
  return places;
}"""
WATCH = """() => addEventListener(
  'mousedown', (event) => { window.studio.pressed = event.timeStamp; }, { capture: true })"""


def run() -> Iterator[dict[str, object]]:
    """Draw a heat map of 2,000 calls, then click cells of sample calls.

    Drawing is from running the cell, whose Python makes the figure from tables
    that are in memory, to the frame after the picture of the cells is decoded.
    Click to sound is from the press of the mouse on a cell to the first sample
    that leaves Web Audio, with the latency that Chromium states for what comes
    after; in real compressed audio of the sample calls.

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
            page = browser.new_page(viewport={"width": 1300, "height": 1000})
            page.add_init_script(HOOKS)
            book = Notebook(page, address, folder)
            book.do(MAKE)
            drawn = _drawn(book)
            yield _against("heatmap", median(drawn[1:]), DRAWN_MS, len(drawn) - 1)
            yield _against("heatmap.first", drawn[0], DRAWN_MS, 1)
            sounded = _sounded(book)
            p95 = float(np.quantile(sounded[1:], 0.95))
            yield _against("click_to_sound", p95, SOUND_MS, len(sounded) - 1)
            yield _against("click_to_sound.median", median(sounded[1:]), SOUND_MS, len(sounded) - 1)
        browser.close()


def _drawn(book: Notebook) -> list[float]:
    """Give the milliseconds until the heat map is painted; the first loads the libraries."""
    _write(book, DRAW)
    out = []
    for _ in range(N_DRAWN + 1):
        out.append(float(book.page.evaluate(RUN)))
        book.idle()
        book.page.wait_for_timeout(500)
    return out


def _sounded(book: Notebook) -> list[float]:
    """Give the milliseconds from the press of the mouse to the first sample, click by click."""
    book.show(LISTEN)
    book.page.wait_for_timeout(2000)
    book.page.evaluate(WATCH)
    book.page.locator(".js-plotly-plot").scroll_into_view_if_needed()
    cells: list[list[float]] = book.page.evaluate(CELLS)
    low, high = 60.0, float(book.page.viewport_size["height"]) - 60
    inside = [(x, y) for x, y in cells if low < y < high]
    out = []
    for number in np.random.default_rng(2).permutation(len(inside))[: N_CLICKS + 1]:
        book.page.mouse.move(*inside[number])
        book.page.wait_for_timeout(300)
        book.page.evaluate("() => studio.clear()")
        book.page.mouse.click(*inside[number])
        book.page.wait_for_function("() => studio.blocks.length > 0", timeout=60_000)
        book.page.wait_for_timeout(500)
        sound: dict[str, Any] = book.page.evaluate("() => studio.sound()")
        pressed = float(book.page.evaluate("() => studio.pressed"))
        first = 1000 * (float(sound["firstS"]) + float(sound["latencyS"])) + float(sound["lateMs"])
        out.append(first - pressed)
        book.page.locator(".wb-strip-play").click()
        book.page.wait_for_timeout(400)
    return out


def _write(book: Notebook, cell: str) -> None:
    book.page.evaluate(
        "source => window.jupyterapp.shell.currentWidget.content.widgets[0]"
        ".model.sharedModel.setSource(source)",
        cell,
    )


def _against(name: str, value: float, target: float, n: int) -> dict[str, object]:
    return line(
        f"outcomes.{name}",
        value,
        "ms",
        n=n,
        rival="target",
        rival_value=target,
        less_is_better=True,
    )
