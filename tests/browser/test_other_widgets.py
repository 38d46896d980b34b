"""The list of calls, the player and playable figures in JupyterLab."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

PLAYING = "() => window.loudness() > 0.1"
SILENT = "() => window.loudness() < 0.001"


def pitch_of(hertz):
    return f"() => Math.abs(window.pitch() - {hertz}) < 40"


CALLS = """
from tests.browser.call_of_tones import *
from workbench.widgets import CallList
n = 10_000
calls = pd.DataFrame({
    "call_id": [f"{i:05d}" for i in range(n)],
    "queue": ["billing", "sales", "returns", "other"] * (n // 4),
    "duration_s": [DURATION_S if i % 5 else None for i in range(n)],
    "has_audio": [bool(i % 5) for i in range(n)],
})
heard = []
def play(row):
    heard.append((row["call_id"], row["start_s"], row["end_s"]))
    return tones(row["start_s"], row["end_s"]), RATE
view = CallList(calls, play, peaks=peaks)
view
"""


def test_ten_thousand_calls_are_filtered_heard_and_selected(book):
    book.page.set_viewport_size({"width": 1300, "height": 1800})  # all of it is in view
    book.show(CALLS)
    page = book.page
    page.locator(".wb-row[data-at='0']").wait_for()
    assert page.locator(".wb-row[data-at]").count() < 60
    page.get_by_role("searchbox").fill("billing 002")
    page.get_by_text("28 of 10000 calls").wait_for()
    page.get_by_role("combobox", name="Audio").select_option(label="Audio: yes")
    page.get_by_text("22 of 10000 calls").wait_for()
    page.locator(".wb-rows").evaluate("rows => rows.focus({ preventScroll: true })")
    book.keys("ArrowDown", "Space")
    book.until(PLAYING, 15)
    assert book.python("heard[0]") == ["00028", 0.0, 10.0]
    book.keys("Enter", "Space")
    book.until(SILENT)
    page.get_by_role("button", name="Clear filters").click()
    page.get_by_text("10000 calls, 1 selected").wait_for()
    page.locator(".wb-rows").evaluate("list => { list.scrollTop = 34 * 5000; }")
    page.locator(".wb-row[data-at='5000'] .wb-check").click()
    page.get_by_text("10000 calls, 2 selected").wait_for()
    assert book.python("view.selected['call_id'].tolist()") == ["00028", "05000"]
    assert page.get_by_role("button", name="Play call 05000").is_disabled()


FIGURE = """
import plotly.graph_objects as go
from tests.browser.call_of_tones import *
from workbench.errors import RecordingError
from workbench.widgets import caption_of, playable, snippet_of_samples
rows = []
def play(row):
    rows.append(row)
    if row["call_id"] == "0008":
        raise RecordingError("Call 0008 has no audio; it was registered from a table.")
    return snippet_of_samples(tones(row["start_s"], row["end_s"]), RATE, caption=caption_of(row))
figure = go.Figure(go.Scatter(x=[1, 2], y=[1, 2], mode="markers", marker={"size": 30},
                              customdata=[["0007", 0, 8.5, 11.5], ["0008", None, None, None]]))
playable(figure.update_layout(height=280), play)
"""


def test_a_click_on_a_point_plays_the_seconds_behind_it(book):
    book.show(FIGURE)
    page = book.page
    page.get_by_text("Click a point to hear it.").wait_for()
    points = page.locator(".scatterlayer .point")
    points.nth(1).wait_for()

    def click(number):
        box = points.nth(number).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.move(x + 1, y)
        place = f"({number + 1}, {number + 1})"
        page.locator(".hoverlayer .hovertext", has_text=place).wait_for()
        page.mouse.click(x + 1, y)

    click(0)
    book.until(PLAYING)
    book.until(pitch_of(440))
    page.get_by_text("Call 0007, 0:08.5 to 0:11.5").wait_for()
    click(1)
    shown = page.locator(".jp-OutputArea")
    shown.get_by_text("Call 0008 has no audio; it was registered from a table.").wait_for()
    assert book.python("rows") == [
        {"call_id": "0007", "channel": 0, "start_s": 8.5, "end_s": 11.5},
        {"call_id": "0008"},
    ]


PLAYER = """
from tests.browser.call_of_tones import *
from workbench.widgets import Player
player = Player(tones(8, 12), RATE, caption="Call 0007", start_s=8, roles=["customer", "agent"])
player
"""


def test_the_player_plays_stops_and_seeks_by_keys(book):
    book.show(PLAYER)
    page = book.page
    button = page.get_by_role("button", name="Play")
    button.wait_for()
    button.focus()
    book.keys("Space")
    book.until(PLAYING)
    book.keys("Enter")
    book.until(SILENT)
    slider = page.get_by_role("slider")
    slider.focus()
    book.keys("Home", "ArrowRight")
    book.until(PLAYING)
    assert "Call 0007" in page.locator(".wb-player").text_content()
    assert page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets.length") == 1


WIDE = """() => {
  const [figure, cell] = ['.js-plotly-plot .main-svg', '.jp-OutputArea-output']
    .map(one => document.querySelector(one).clientWidth);
  return Math.abs(figure - cell) < 24;
}"""
TURNING = FIGURE.replace(
    "playable(figure.update_layout(height=280), play)",
    "playable(figure, play, redraw=lambda theme: go.Figure(figure).update_layout(title=theme))",
)
THEME = """name => window.jupyterapp.commands.execute(
  'apputils:change-theme', { theme: name }).then(() => 0)"""


def test_a_figure_is_as_wide_as_its_cell_and_turns_with_the_page(book):
    book.show(TURNING)
    book.until("() => document.querySelector('.scatterlayer .point')")
    book.until(WIDE)
    book.page.set_viewport_size({"width": 800, "height": 900})
    book.until(WIDE)
    book.page.evaluate(THEME, "JupyterLab Dark")
    book.until("() => document.querySelector('.gtitle')?.textContent === 'dark'")
    book.until(WIDE)
    book.page.evaluate(THEME, "JupyterLab Light")
    book.until("() => document.querySelector('.gtitle')?.textContent === 'light'")


LIST = """
from tests.browser.call_of_tones import *
from workbench.errors import RecordingError
from workbench.widgets import Player, snippet_of_samples
def gone():
    raise RecordingError("The audio is not there any more.")
rows = [lambda: snippet_of_samples(tones(1.0, 1.6), RATE, caption="first"),
        lambda: snippet_of_samples(tones(3.0, 4.0), RATE, caption="second"), gone]
player = Player()
player.show_list(["one", "two", "three"], rows, 0)
player
"""
CURRENT = "() => document.querySelector('.wb-player-row[aria-current]')?.textContent === {!r}"


def test_several_rows_play_one_after_the_other_and_by_keys(book):
    book.show(LIST)
    rows = book.page.locator(".wb-player-row")
    rows.first.focus()
    book.keys("Enter")
    book.until(pitch_of(440))
    book.until(CURRENT.format("two"))
    book.until(pitch_of(1000))
    book.page.get_by_text("The audio is not there any more.").wait_for()
    book.keys("ArrowDown", "Enter")
    book.until(CURRENT.format("two"))
    book.until(PLAYING)
