"""The Tracer in JupyterLab: the hand by keys, mouse and game pad, held against what is heard."""

from __future__ import annotations

import re

import pytest

from tests.browser.call_of_tones import BEEPS_S, DURATION_S
from tests.browser.lab import IDLE

pytestmark = pytest.mark.browser

CELL = """
from tests.browser.call_of_tones import *
from workbench.widgets import Tracer
desk = TraceDesk()
def tracer_of(**changes):
    given = dict(rater_id="r01", audio=audio, peaks=peaks, on_save=desk.save, channels=CHANNELS)
    return Tracer("0007", TAXONOMY["dimensions"][:2], **given | changes)
def points(trace=-1):
    return desk.got[trace]["points"].set_index("time_s")["value"]
tracer = tracer_of(kept_as="%s", %s)
tracer
"""
READY = "() => document.querySelector('.wb-tracer .wb-muted')?.textContent.includes('traced')"
PLAYING = "() => window.loudness() > 0.1"
AT = "() => parseFloat(document.querySelector('.wb-trace-controls .wb-time').textContent.slice(2))"
MARK = "() => document.querySelector('.wb-mark-text').textContent"
# Presses a key whenever a tone has begun, and says at which second of the call that was: by the
# samples that went to the loudspeaker and the pitch of the tone, not by anything the widget says.
PRESS_AT_TONES = """([starts, first_hz, step_hz]) => {
  window.pressed = [];
  const lane = document.querySelector('.wb-trace-lane');
  let quiet = true;
  const listen = () => {
    const ear = window.ear;
    if (ear?.context.state === 'running') {
      const samples = new Float32Array(ear.fftSize);
      const { sampleRate, outputLatency, currentTime } = ear.context;
      ear.getFloatTimeDomainData(samples);
      const first = samples.findIndex(x => Math.abs(x) > 0.05);
      const tone = samples.subarray(first);
      if (first < 0) quiet = true;
      else if (first === 0) quiet = false;
      else if (quiet && tone.length > 0.03 * sampleRate) {
        let crossings = 0;
        for (let i = 1; i < tone.length; i++) if (tone[i - 1] < 0 && tone[i] >= 0) crossings++;
        const hertz = crossings / (tone.length / sampleRate);
        const start = starts[Math.round((hertz - first_hz) / step_hz)];
        const code = pressed.length % 2 ? 'Home' : 'End';
        const heard = start + tone.length / sampleRate - (outputLatency || 0);
        lane.dispatchEvent(new KeyboardEvent('keydown', { code, key: code, bubbles: true }));
        // how far sound went on meanwhile, on a machine that has much else to do
        pressed.push([heard, code === 'End' ? 1 : -1, ear.context.currentTime - currentTime]);
        quiet = false;
      }
    }
    setTimeout(listen);
  };
  listen();
}"""
PAD = "up => { navigator.getGamepads = () => [null, { axes: [0, -up, 0, 0], buttons: [] }]; }"


def open_tracer(book, name, changes=""):
    book.show(CELL % (name, changes))
    book.until(READY)
    # the notebook takes the focus a moment after a cell has run
    book.page.wait_for_timeout(500)
    book.page.locator(".wb-trace-lane").focus()


def until_second(book, second):
    book.until(f"() => ({AT})() >= {second}", 60)


def focused(book):
    """Whether the keys are still the lane's."""
    lane = "document.querySelector('.wb-trace-lane')"
    return book.page.evaluate(f"() => document.activeElement === {lane}")


def moved_between(book, move, sounds_s=0.5):
    """Do something and let it sound; give the seconds of the call around it."""
    before = book.page.evaluate(AT)
    move()
    book.page.evaluate("() => new Promise(requestAnimationFrame)")
    after = book.page.evaluate(AT)
    until_second(book, after + sounds_s)
    return before, after


def saved(book):
    book.keys("Enter")
    book.until(f"() => ({MARK})() === 'Saved'")


def value_at(book, second):
    """The value of the saved trace at a second of the call."""
    return book.python(f"points()[:{second}].iloc[-1]")


def changes(book):
    """When the value of the saved trace changed, and to what."""
    table = book.python("[list(pair) for pair in points().items()]")
    pairs = zip(table, table[1:], strict=False)
    return [(time, value) for (_, before), (time, value) in pairs if value != before]


def off_by(book, starts):
    """Trace by keys at each tone; give how much later than heard the moves were written down."""
    open_tracer(book, "keys", "audio=beeps")
    book.page.evaluate(PRESS_AT_TONES, [starts, 400, 200])
    book.keys("Space")
    until_second(book, starts[-1] + 0.5)
    book.keys("Space")
    saved(book)
    pressed = book.page.evaluate("() => window.pressed")
    assert len(pressed) >= 3
    found = changes(book)
    assert [value for _, value in found] == [value for _, value, _ in pressed]
    return [
        max(0.0, abs(time - press - 0.02) - unsure)
        for (time, _), (press, _, unsure) in zip(found, pressed, strict=True)
    ]


def test_keys_are_written_down_at_the_second_that_was_heard(book):
    # Half a step of the grid, two frames of the screen and one of the sound. Where the browser gets
    # too little of the machine a sound may begin late as a whole, so it has three goes.
    for _ in range(3):
        off = off_by(book, BEEPS_S)
        if max(off) <= 0.02 + 0.05:
            break
    assert max(off) <= 0.02 + 0.05
    book.until("() => document.querySelector('.wb-tracer [role=status]').textContent === 'Saved'")
    times = book.python("points().index.tolist()")
    assert times[0] < 0.1
    assert max(b - a for a, b in zip(times, times[1:], strict=False)) < 0.1
    (trace,) = book.python("[{k: v for k, v in one.items() if k != 'points'} for one in desk.got]")
    assert (trace["call_id"], trace["rater_id"], trace["dimension"]) == ("0007", "r01", "valence")
    assert (trace["pass"], trace["lag_s"], trace["supersedes"]) == ("voice", 0.0, None)
    assert focused(book)


def test_the_mouse_leads_the_dot_and_pauses_stay_gaps(book):
    open_tracer(book, "mouse")
    page = book.page
    box = page.locator(".wb-trace-lane").bounding_box()
    x, top, bottom = box["x"] + 200, box["y"] + 2, box["y"] + box["height"] - 2
    page.mouse.move(x, (top + bottom - 18) / 2)
    book.keys("Space")
    until_second(book, 1)
    up = moved_between(book, lambda: page.mouse.move(x, top))
    page.mouse.down()
    down = moved_between(book, lambda: page.mouse.move(x + 20, bottom + 60))
    page.mouse.up()
    book.keys("Space")
    stopped = page.evaluate(AT)
    page.wait_for_timeout(700)
    book.keys("ArrowRight", "Space")
    until_second(book, stopped + 6)
    book.keys("Space")
    slider = page.locator(".wb-trace-lane")
    book.until("() => document.querySelector('.wb-trace-lane').ariaValueText === 'bad'")
    assert slider.get_attribute("aria-label") == "valence, where it sounds now"
    saved(book)
    (first, one), (second, minus) = changes(book)
    assert (one, minus) == (1.0, -1.0)
    assert up[0] - 0.1 <= first <= up[1] + 0.1
    assert down[0] - 0.1 <= second <= down[1] + 0.1
    times = book.python("points().index.tolist()")
    (gap,) = [(a, b) for a, b in zip(times, times[1:], strict=False) if b - a > 0.1]
    assert gap == (pytest.approx(stopped, abs=0.2), pytest.approx(stopped + 5, abs=0.2))


def test_a_game_pad_pushes_and_springs_back_where_that_is_set(book):
    open_tracer(book, "pad")
    page = book.page
    page.evaluate(PAD, 0)
    book.keys("Space")
    until_second(book, 0.5)
    seconds = []
    for stick, sounds_s in ((0.8, 1.5), (0, 0.5), (None, 0), (-1, 0.5), (0, 0.5)):
        if stick is None:
            page.get_by_role("button", name="Stick springs back").click()
            continue
        _, after = moved_between(book, lambda s=stick: page.evaluate(PAD, s), sounds_s)
        seconds.append(after + sounds_s - 0.1)
    book.keys("Space")
    saved(book)
    assert [value_at(book, s) for s in (0.3, *seconds)] == [0.0, 1.0, 1.0, -1.0, 0.0]
    page.evaluate("() => { delete navigator.getGamepads; }")


def test_a_stretch_done_again_replaces_that_stretch_only_and_supersedes(book):
    open_tracer(book, "redo")
    page = book.page
    book.keys("End", "Space")
    until_second(book, 4)
    book.keys("Space")
    saved(book)
    strip = page.locator(".wb-trace-strip").bounding_box()

    def x(second):
        return strip["x"] + strip["width"] * second / 32

    page.mouse.move(x(1), strip["y"] + 20)
    page.mouse.down()
    page.mouse.move(x(2), strip["y"] + 20, steps=4)
    page.mouse.up()
    book.keys("KeyR", "Home")
    page.get_by_text("The stretch is done.").wait_for()
    lag = page.get_by_role("slider", name="Reaction lag")
    lag.focus()
    book.keys(*["ArrowRight"] * 5, "Escape")
    assert focused(book)
    saved(book)
    first, second = book.python("[{**one, 'points': None} for one in desk.got]")
    assert (second["supersedes"], second["lag_s"]) == (first["trace_id"], 0.5)
    told = book.python(
        "[points()[a:b].unique().tolist() for a, b in ((0, .45), (.55, 1.45), (1.55, 3.4))]"
    )
    assert told == [[1.0], [-1.0], [1.0]]
    assert book.python("points(0).unique().tolist()") == [1.0]
    assert book.python("len(points(0)) - len(points())") == pytest.approx(12.5, abs=1)
    book.keys("Control+z")
    assert page.evaluate(MARK) == "Not saved yet"


def test_an_unsaved_trace_is_offered_again_after_a_reload(lab):
    with lab() as book:
        open_tracer(book, "reload")
        page = book.page
        book.do("desk.refusals = 1000")
        book.keys("Space")
        until_second(book, 1)
        book.keys("End")
        until_second(book, 3)
        book.keys("Space", "Enter")
        page.get_by_text("The database is locked; try again in a moment.").wait_for()
        assert page.evaluate(MARK) == "Waiting for the database"
        page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        page.reload()
        page.wait_for_function(IDLE, timeout=60_000)
        page.get_by_text("A trace that was not saved is back.").wait_for(timeout=30_000)
        assert page.evaluate(MARK) == "Not saved yet"
        assert book.python("len(desk.got)") == 0
        page.locator(".wb-trace-lane").focus()
        book.keys("Enter")
        page.get_by_text("The database is locked; try again in a moment.").wait_for()
        book.do("desk.refusals = 0")
        book.until(f"() => ({MARK})() === 'Saved'")
        assert book.python("points().unique().tolist()") == [0.0, 1.0]
        assert book.python("(points().index.max(), len(set(desk.tried)))") == [
            pytest.approx(3, abs=0.5),
            1,
        ]
        page.reload()
        page.wait_for_function(IDLE, timeout=60_000)
        book.until(f"() => document.querySelector('.wb-mark-text') && ({MARK})() === 'Saved'", 60)
        assert book.problems == []


def test_the_end_of_the_call_turns_to_listening_with_the_trace(book):
    open_tracer(book, "end")
    page = book.page
    strip = page.locator(".wb-trace-strip").bounding_box()
    page.mouse.click(strip["x"] + strip["width"] * 30 / 32, strip["y"] + 20)
    book.keys("PageUp", "Space")
    page.get_by_text("End of the call.").wait_for(timeout=20_000)
    tracing = page.get_by_role("button", name="Tracing")
    assert tracing.get_attribute("aria-pressed") == "false"
    page.mouse.click(strip["x"] + strip["width"] * 30.5 / 32, strip["y"] + 20)
    page.wait_for_timeout(1100)
    slider = page.locator(".wb-trace-lane")
    assert slider.get_attribute("aria-valuetext") == "halfway towards good"
    assert slider.get_attribute("aria-readonly") == "true"
    page.get_by_role("combobox", name="What is traced").select_option("Arousal")
    book.until(f"() => ({MARK})() === 'Nothing to save'")
    assert slider.get_attribute("aria-label").startswith("arousal")
    book.keys("Enter")


FIGURE = """
from tests.browser.call_of_tones import *
from workbench.plots import traces_figure
from workbench.widgets import caption_of, playable, snippet_of_samples
times = np.arange(0, DURATION_S, 0.04)
traces = pd.DataFrame({"trace_id": ["t1", "t2"], "call_id": "0007", "rater_id": ["r01", "r02"],
                       "dimension": "valence", "pass": "voice", "lag_s": [0.0, 0.5],
                       "created_at": pd.Timestamp("2026-03-01", tz="UTC")})
table = pd.concat([pd.DataFrame({"trace_id": name, "time_s": times, "value": value})
                   for name, value in (("t1", 0.5), ("t2", -0.5))])
table = table[(table["trace_id"] == "t1") | ~table["time_s"].between(20, 25)]
playable(traces_figure(traces, table, channels=CHANNELS),
         lambda row: snippet_of_samples(
             *audio(row["call_id"], None, row["start_s"], row["end_s"]), caption=caption_of(row)))
"""


def test_a_click_on_a_trace_plays_the_seconds_around_it(book):
    book.show(FIGURE)
    page = book.page
    page.locator(".scatterlayer .js-line").nth(1).wait_for(state="attached", timeout=60_000)
    page.get_by_text("1 call, 2 raters; pass voice").wait_for()
    box = page.locator(".nsewdrag").first.bounding_box()
    x = box["x"] + box["width"] * 10 / DURATION_S
    y = box["y"] + box["height"] * (1.08 - 0.5) / 2.16
    page.mouse.move(x, y)
    page.mouse.move(x + 1, y)
    page.locator(".hoverlayer .hovertext", has_text="r01").wait_for()
    page.mouse.click(x + 1, y)
    page.get_by_text(re.compile(r"Call 0007, 0:0[78]\.\d to 0:1[12]\.\d")).wait_for()
    book.until(PLAYING)
