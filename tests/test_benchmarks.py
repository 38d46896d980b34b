"""The benchmarks' own frame: names, lines, ratios. What they measure is measured elsewhere."""

from __future__ import annotations

import importlib
import json
import sys
from types import SimpleNamespace

import pytest

from benchmarks import __main__ as frame
from benchmarks.lines import line


def test_an_unknown_name_is_answered_with_the_nearest(capsys):
    assert frame.main(["jbos"]) == 2
    said = capsys.readouterr().err
    assert 'There is no benchmark "jbos". Did you mean "jobs"?' in said


def test_a_line_of_json_each_and_words_beside_it(monkeypatch, capsys):
    lines = [line("a.1", 2.0, "s", n=3), line("a.2", 4.0, "x", n=1, rival="b", rival_value=2.0)]
    monkeypatch.setattr(frame, "BENCHMARKS", {"a": "benchmarks.of_this_test"})
    monkeypatch.setitem(
        sys.modules, "benchmarks.of_this_test", SimpleNamespace(run=lambda: iter(lines))
    )
    assert frame.main([]) == 0
    out, err = capsys.readouterr()
    assert [json.loads(said) for said in out.splitlines()] == lines
    assert "a.2: 4 x; b: 2; ratio 2" in err
    assert frame.main(["a", "--json"]) == 0
    assert capsys.readouterr() == (out, "")


def test_a_ratio_above_1_means_that_ours_is_better():
    faster = line("speed", 30.0, "x realtime", n=1, rival="r", rival_value=10.0)
    assert faster["ratio"] == pytest.approx(3)
    slower = line("time", 30.0, "s", n=1, rival="r", rival_value=10.0, less_is_better=True)
    assert slower["ratio"] == pytest.approx(1 / 3)
    assert set(faster) == {"name", "value", "unit", "rival", "rival_value", "ratio", "n"}


@pytest.mark.parametrize("name", frame.BENCHMARKS)
def test_every_benchmark_can_be_run(name):
    assert callable(importlib.import_module(frame.BENCHMARKS[name]).run)
