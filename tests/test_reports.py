"""Reports: what stands in them, what stays out, and that a PDF is one."""

from __future__ import annotations

import asyncio
import importlib.util
import re

import pandas as pd
import plotly.graph_objects as go
import pypdf
import pytest

import workbench as wb
from tests.speech import write_calls
from tests.test_workspace_agreement import judgement
from workbench import reports
from workbench.doctor import examine
from workbench.errors import InputError, WorkspaceError
from workbench.reports import chromium
from workbench.reports.composing import NOT_CAUSE, with_places

EFFECTS = pd.DataFrame(
    {
        "predictor": ["anger_share", "relief_share", "urgency_share"],
        "effect": [6.5912, -1234.5, 0.01234],
        "ci_low": [3.7143, -2000.0, float("nan")],
        "ci_high": [9.4612, 12.0, float("nan")],
        "p_value": [0.00002, 0.31, 0.5],
        "n_calls": [1614, 20, 3],
        "lag_s": [0.5, 1.0, 2.25],
        "holds": [True, False, False],
        "note": ["a < b", None, "<script>alert(1)</script>"],
        "empty": [None, None, None],
    }
)
SAID = "well that is fine I suppose"


class Ledger:
    def table(self):
        return pd.DataFrame({"p_value": [0.1] * 45})


@pytest.fixture(scope="module")
def ws(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    patch = pytest.MonkeyPatch()
    patch.setenv("WORKBENCH_HOME", str(folder / "home"))
    opened = wb.create(folder / "ws")
    manifest = write_calls(folder / "audio", n=2)
    opened.ingest(manifest, roles={0: "customer", 1: "agent"})
    opened.segment()
    opened.store.add_taxonomy_version(opened.taxonomy())
    for name in ("r01", "r02"):
        opened.store.add_rater(name)
        for utterance_id in opened.utterances()["utterance_id"]:
            opened.store.add_rating(judgement(utterance_id, name, None, 0.25))
    words = SAID.split()
    starts = [1.0 + 0.2 * at for at in range(len(words))]
    opened.store.add_words(
        pd.DataFrame(
            {
                "call_id": "c0",
                "channel": 0,
                "start_s": starts,
                "source": "webvtt",
                "end_s": [start + 0.2 for start in starts],
                "text": words,
                "kind": "word",
                "sentiment": None,
            }
        )
    )
    yield opened
    patch.undo()


def figure(**trace):
    points = {"x": [1.0, 2.0], "y": [0.5, 0.1], "hovertext": ["low", "high"], "hoverinfo": "text"}
    points["customdata"] = [["c0", 0, 1.0, 2.5], [None, None, None, None]]
    return go.Figure(go.Scatter(**points | trace))


def written(ws, tmp_path, *parts, **options):
    path = tmp_path / "sent" / "report.html"
    said = ws.report(path, "How it <b>sounded", *parts, **options)
    return path.read_text(encoding="utf-8"), said


def own_text(html):
    return re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_the_head_and_the_foot_state_what_it_rests_on(ws, tmp_path):
    html, said = written(
        ws,
        tmp_path,
        ("Found", "A *plain* word & <i>no HTML</i>.", EFFECTS),
        method="Two raters heard all.",
        ledger=Ledger(),
    )
    assert said == [f"{tmp_path / 'sent' / 'report.html'} is written, 0.0 MB."]
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html))
    n = len(ws.utterances())
    assert facts["Workspace"] == "ws"
    assert re.fullmatch(r"\d{1,2} \w+ 20\d\d", facts["Date"])
    assert facts["Calls"] == "2 calls, 2 of them rated; 2 customers, 2 agents"
    assert facts["Ratings"] == f"{2 * n} ratings of {n} utterances by 2 people"
    assert facts["Taxonomy"] == "cx 1"
    assert facts["Passes"] == "voice alone"
    assert "<h1>How it &lt;b&gt;sounded</h1>" in html
    assert "A <em>plain</em> word &amp; &lt;i&gt;no HTML&lt;/i&gt;." in html
    assert "Two raters heard all." in html
    assert "45 figures were tried in this session" in html
    assert NOT_CAUSE in html
    assert "plotly" not in html.lower().replace(".js-plotly-plot", "").replace("plotly.plots", "")


def test_plotly_is_there_once_and_nothing_comes_from_elsewhere(ws, tmp_path):
    html, _ = written(ws, tmp_path, ("One", "", figure()), ("Two", "", figure()))
    assert html.count("plotly.js v") == 1
    assert html.count('class="plotly-graph-div"') == 2
    assert not re.search(r'(src|href)="?(https?:)?//', own_text(html))
    assert "<audio" not in own_text(html)


def test_a_playing_figure_of_the_workspace_is_taken_out_of_its_box(ws, tmp_path):
    box = ws.trajectory("c0")
    html, _ = written(ws, tmp_path, ("Felt", "", box))
    assert "How call c0 felt" in html
    assert "In the workbench a click on a point plays its seconds." in html


def test_hover_text_says_which_seconds_are_behind_a_point():
    told, plays = with_places(figure())
    assert plays
    assert list(told.data[0].hovertext) == ["low<br>call c0, 1.0 to 2.5 s", "high"]
    assert list(figure().data[0].hovertext) == ["low", "high"]
    whole, _ = with_places(figure(customdata=[["c<1", None, None, None]] * 2, hovertext=None))
    assert list(whole.data[0].hovertext) == ["call c&lt;1"] * 2
    once, _ = with_places(figure(hovertext=["agent, 1.0 to 2.5 s", ""]))
    assert list(once.data[0].hovertext) == ["agent, 1.0 to 2.5 s<br>call c0", ""]
    silent, plays = with_places(figure(customdata=None))
    assert not plays
    assert list(silent.data[0].hovertext) == ["low", "high"]


def test_what_was_said_stays_out_unless_asked_for(ws, tmp_path):
    quoting = figure(
        hovertext=[f"valence 0.2<br>“{SAID}”", "that is fine I suppose, says the customer"],
        text=["Well, that <b>is</b><br>fine I suppose.", "a fine point"],
        customdata=[["c0", 0, 1.0, 2.5, SAID], ["c0", 0, 1.0, 2.5, "fine"]],
    )
    quoting.update_layout(title=f"He said: {SAID.upper()}")
    rows = pd.DataFrame({"call_id": ["c0"], "text": ["anything"], "why": [SAID], "tag": ["anger"]})
    parts = (("One", "", quoting), ("Two", "", rows))
    html, _ = written(ws, tmp_path, *parts)
    assert "suppose" not in html.lower()
    assert "anything" not in own_text(html)
    assert html.count("words left out") == 6
    assert "a fine point" in html
    assert "call c0, 1.0 to 2.5 s" in html
    html, _ = written(ws, tmp_path, *parts, text=True)
    assert html.lower().count("suppose") == 6
    assert "words left out" not in html


def test_cells_are_short_and_escaped():
    shown = reports.readable(EFFECTS)
    assert shown.to_dict("list") == {
        "predictor": ["anger_share", "relief_share", "urgency_share"],
        "effect": ["6.59", "-1,234", "0.012"],
        "95 % interval": ["3.71 to 9.46", "-2,000 to 12.0", "-"],
        "p_value": ["<0.001", "0.31", "0.50"],
        "n_calls": ["1,614", "20", "3"],
        "lag_s": ["0.50", "1.00", "2.25"],
        "holds": ["yes", "no", "no"],
        "note": ["a < b", "-", "<script>alert(1)</script>"],
    }
    html = reports.table_html(EFFECTS, rows=2)
    assert '<th class="number">lag (s)</th>' in html
    assert "a &lt; b" in html
    assert '<p class="more">... 1 more row</p>' in html
    assert "<script" not in reports.table_html(EFFECTS)
    assert "no rows" in reports.table_html(EFFECTS[:0])
    assert "<th>call id</th>" in reports.table_html(EFFECTS[["holds"]].rename_axis("call_id"))


def test_what_is_not_a_report_is_told_in_a_sentence(ws, tmp_path):
    with pytest.raises(InputError, match=r"Part 1 of the report is a str\. A part is \("):
        ws.report(tmp_path / "r.html", "t", "just words")
    with pytest.raises(InputError, match="Part 2 .* are a str and a DataFrame"):
        ws.report(tmp_path / "r.html", "t", ("a", "b"), ("a", EFFECTS))
    with pytest.raises(InputError, match='"a" shows is a int'):
        ws.report(tmp_path / "r.html", "t", ("a", "b", 7))
    with pytest.raises(InputError, match="at least one part"):
        ws.report(tmp_path / "r.html", "t")
    with pytest.raises(InputError, match=r"ends in \.docx. Name it r\.html or r\.pdf"):
        ws.report(tmp_path / "r.docx", "t", ("a", "b"))
    with pytest.raises(InputError, match="1 row or more; rows=0 came"):
        ws.report(tmp_path / "r.html", "t", ("a", "b"), rows=0)
    (tmp_path / "r.html").mkdir()
    with pytest.raises(WorkspaceError, match=r"r\.html cannot be written: Is a directory"):
        ws.report(tmp_path / "r.html", "t", ("a", "b"))


def test_without_playwright_or_chromium_the_html_is_written(ws, tmp_path, monkeypatch):
    monkeypatch.setattr(chromium, "find_chromium", lambda: None)
    said = ws.report(tmp_path / "one.pdf", "t", ("a", "b"))
    assert said[0].startswith(f"{tmp_path / 'one.html'} is written")
    assert "python -m playwright install chromium" in said[1]
    assert said[1].endswith(reports.writing.INSTEAD)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "playwright" else find(name)
    )
    said = ws.report(tmp_path / "two.html", "t", ("a", "b"), pdf=True)
    assert 'pip install "audio-sentiment-workbench[report]"' in said[1]
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["one.html", "two.html"]
    row = examine().set_index("what").loc["reports as PDF"]
    assert row["ok"]
    assert "[report]" in row["found"]


def test_a_pdf_has_pages_with_text_and_figures_also_where_an_event_loop_runs(ws, tmp_path):
    tall = figure().update_layout(height=700, title="A tall one")
    parts = [("One", "Plain words.", tall), ("Two", "More.", tall), ("Three", "", EFFECTS)]

    async def in_a_kernel():
        return ws.report(tmp_path / "r.pdf", "To send", *parts, method="Heard twice.")

    assert asyncio.run(in_a_kernel())[0].startswith(f"{tmp_path / 'r.pdf'} is written")
    assert [path.name for path in tmp_path.iterdir()] == ["r.pdf"]
    pdf = pypdf.PdfReader(tmp_path / "r.pdf")
    assert pdf.metadata.title == "To send"
    assert len(pdf.pages) >= 2
    width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx((595, 842), abs=1)
    text = "\n".join(page.extract_text() for page in pdf.pages)
    for words in ("To send", "Plain words.", "3.71 to 9.46", "Heard twice.", NOT_CAUSE[:30]):
        assert words in text, text
    assert text.count("A tall one") == 2
