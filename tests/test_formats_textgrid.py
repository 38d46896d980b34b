"""TextGrid: read by Praat itself (parselmouth) and by praatio, and read back by us."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import parselmouth
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from parselmouth.praat import call as praat
from praatio import textgrid as praatio

from tests.exchanged_calls import rated, said_in_import, said_in_tables, taxonomy_with
from workbench.errors import InputError
from workbench.formats import HeardTag, Meaning, export_textgrid, import_textgrid
from workbench.formats.praat import Grid, GridTier, Mark, read_grid, write_grid
from workbench.formats.source_files import SourceText

REAL = Path(__file__).parents[2] / "shared" / "data"
CALL = [
    {
        "span": (0.5, 2.25),
        "tags": {"frustration": 2 / 3, "urgency": None},
        "scores": {"valence": -0.4},
    },
    {"span": (2.25, 4.0), "verdict": "unclear"},
    {
        "span": (6.1234567, 8.35),
        "tags": {"gratitude": 1.0},
        "scores": {"valence": 0.5, "arousal": 0.25},
    },
    {"span": (9.0, 9.5), "verdict": "tagged", "scores": {"arousal": 0.75}},
    {"span": (0.5, 2.25), "rater": "r 02@home", "verdict": "neutral", "pass": "both"},
    {"span": (4.0, 5.0), "channel": 1, "tags": {"warm": None}},
]


def source_of(text: str) -> SourceText:
    return SourceText(text, "made.TextGrid", "0" * 64)


def test_praat_opens_the_export_and_finds_the_labels_where_they_were(tmp_path):
    # Witness: Praat 6.1 in praat-parselmouth.
    export_textgrid(rated(CALL, durations={"call_0001": 12.0}), tmp_path)
    grid = parselmouth.read(str(tmp_path / "call_0001.TextGrid"))
    names = [praat(grid, "Get tier name", n + 1) for n in range(praat(grid, "Get number of tiers"))]
    tags = names.index("customer:tags@r01 channel=0 pass=voice taxonomy=cx/1") + 1
    assert praat(grid, "Get total duration") == 12.0
    labels = [
        praat(grid, "Get label of interval", tags, n + 1)
        for n in range(praat(grid, "Get number of intervals", tags))
    ]
    assert labels == ["", "frustration+urgency", "unclear", "", "gratitude", "", "tagged", ""]
    assert praat(grid, "Get start time of interval", tags, 5) == 6.123457
    valence = names.index("customer:valence@r01 channel=0 pass=voice taxonomy=cx/1") + 1
    assert praat(grid, "Get time of point", valence, 1) == pytest.approx(1.375, abs=1e-6)
    assert praat(grid, "Get label of point", valence, 1) == "-0.4"


def test_praatio_opens_the_export(tmp_path):
    # Witness: praatio 6.2, which validates that tiers cover the file without overlap.
    export_textgrid(rated(CALL), tmp_path)
    grid = praatio.openTextgrid(
        str(tmp_path / "call_0001.TextGrid"), includeEmptyIntervals=False, reportingMode="error"
    )
    assert grid.validate(reportingMode="error")
    tier = grid.getTier("agent:tags@r01 channel=1 pass=voice taxonomy=cx/1")
    assert [(e.start, e.end, e.label) for e in tier.entries] == [(4.0, 5.0, "warm")]
    strength = grid.getTier("customer:intensity@r01 channel=0 pass=voice taxonomy=cx/1")
    assert [e.label for e in strength.entries] == ["0.6666666666666666+", "1"]


def test_own_export_says_the_same_when_it_comes_back(tmp_path):
    tables = rated(CALL)
    export_textgrid(tables, tmp_path)
    imported = import_textgrid(tmp_path / "call_0001.TextGrid")
    assert imported.call_id == "call_0001"
    expected = tables["utterances"].round({"start_s": 6, "end_s": 6})
    assert said_in_import(imported) == said_in_tables({**tables, "utterances": expected})


def test_passes_raters_and_versions_have_tiers_of_their_own(tmp_path):
    rows = [
        {"span": (0, 1), "verdict": "neutral", "pass": pass_, "version": version}
        for pass_ in ("voice", "text")
        for version in ("1", "2")
    ]
    export_textgrid(rated(rows), tmp_path)
    imported = import_textgrid(tmp_path / "call_0001.TextGrid")
    assert len(imported.intervals) == 1
    assert len(imported.ratings) == 4
    assert any("labelled under cx 2" in notice for notice in imported.notices)


def test_overlapping_utterances_get_more_tiers(tmp_path):
    spans = [(0.0, 3.0), (1.0, 2.0), (2.5, 4.0), (2.9, 3.5)]
    rows = [
        {"span": span, "tags": {"anger": n / 10}, "scores": {"valence": -n / 10}}
        for n, span in enumerate(spans, start=1)
    ]
    tables = rated(rows)
    export_textgrid(tables, tmp_path)
    path = tmp_path / "call_0001.TextGrid"
    grid = praatio.openTextgrid(str(path), includeEmptyIntervals=False)
    assert sum("tags@" in name for name in grid.tierNames) == 3
    imported = import_textgrid(path)
    assert said_in_import(imported) == said_in_tables(tables)
    assert any("overlap an earlier one" in notice for notice in imported.notices)


def test_only_current_ratings_are_written_and_losses_are_told(tmp_path):
    rows = [
        {"span": (0, 1), "verdict": "unclear"},
        {"span": (0, 1), "tags": {"anger": None}, "supersedes": "rating_0000", "certainty": 0.5},
        {"span": (1, 2), "verdict": "neutral"},
        {"span": (1, 2), "verdict": "neutral", "supersedes": "rating_0002", "retracted": True},
    ]
    report = export_textgrid(rated(rows), tmp_path)
    imported = import_textgrid(tmp_path / "call_0001.TextGrid")
    assert imported.ratings["verdict"].tolist() == ["tagged"]
    lost = report.losses.set_index("what")["rows"]
    assert lost["ratings"] == 3
    assert lost["ratings.certainty"] == 1
    assert report.files["rows"].tolist() == [1]


def test_a_second_import_gives_the_same_ids(tmp_path):
    export_textgrid(rated(CALL), tmp_path)
    first = import_textgrid(tmp_path / "call_0001.TextGrid")
    again = import_textgrid(tmp_path / "call_0001.TextGrid")
    assert first.ratings["rating_id"].tolist() == again.ratings["rating_id"].tolist()
    assert first.ratings["rating_id"].is_unique
    assert first.intervals["interval_id"].tolist() == again.intervals["interval_id"].tolist()
    assert first.settings == again.settings


def test_a_call_id_that_is_no_file_name_comes_back(tmp_path):
    export_textgrid(rated([{"span": (0, 1), "call": "../a:b/c%41"}]), tmp_path)
    (path,) = tmp_path.iterdir()
    assert import_textgrid(path).call_id == "../a:b/c%41"


def test_files_that_are_there_are_not_replaced(tmp_path):
    tables = rated(CALL)
    export_textgrid(tables, tmp_path)
    with pytest.raises(InputError, match="already holds 1 of the files.*overwrite=True"):
        export_textgrid(tables, tmp_path)
    export_textgrid(tables, tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["call_0001.TextGrid"]


def test_nothing_to_export_is_said(tmp_path):
    with pytest.raises(InputError, match="nothing to export: of 0 ratings none is current"):
        export_textgrid(rated([]), tmp_path)
    with pytest.raises(InputError, match="no utterance of call_0002. Did you mean"):
        export_textgrid(rated(CALL), tmp_path, calls=["call_0002"])


# ---- other people's files ------------------------------------------------------------------


SAMPLE = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 12
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "customer:emotion@rater1"
        xmin = 0
        xmax = 12
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 4.2
            text = ""
        intervals [2]:
            xmin = 4.2
            xmax = 8.35
            text = "frustration+gratitude"
        intervals [3]:
            xmin = 8.35
            xmax = 12
            text = "says ""that's fine\"""
    item [2]:
        class = "TextTier"
        name = "customer:valence@rater1"
        xmin = 0
        xmax = 12
        points: size = 2
        points [1]:
            number = 5.0
            mark = "-0.4"
        points [2]:
            number = 9.5
            mark = "-0.1"
"""
SHORT = (
    '"ooTextFile"\n"TextGrid"\n0\n12\n<exists>\n1\n"IntervalTier"\n"customer:x@r1"\n0\n12\n2\n'
    '0\n4.5\n"anger"\n4.5\n12\n""\n'
)


def test_tiers_of_other_tools_with_points_on_a_dimension(tmp_path):
    path = tmp_path / "call_7.TextGrid"
    path.write_text(SAMPLE, encoding="utf-8")
    quoted = 'says "that\'s fine"'
    with pytest.raises(InputError, match=r"labels without a meaning: 'says \"that.*\(1 times\)"):
        import_textgrid(path)
    imported = import_textgrid(path, mapping={quoted: Meaning("tagged", (HeardTag("relief"),))})
    assert imported.ratings["rater_id"].unique().tolist() == ["rater1"]
    assert sorted(imported.tags["tag"]) == ["frustration", "gratitude", "relief"]
    assert imported.scores["value"].tolist() == [-0.4, -0.1]
    assert imported.scores["imported_value"].tolist() == ["-0.4", "-0.1"]
    assert imported.intervals["role"].tolist() == ["customer", "customer"]
    assert imported.intervals["channel"].isna().all()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-16-le"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_line_ends(tmp_path, encoding, newline):
    path = tmp_path / "call.TextGrid"
    path.write_bytes(SHORT.replace("anger", "عصبی 😡").replace("\n", newline).encode(encoding))
    mapping = {"عصبی 😡": Meaning("tagged", (HeardTag("anger", 1.0),))}
    imported = import_textgrid(path, mapping=mapping)
    assert imported.intervals["label"].tolist() == ["عصبی 😡"]
    assert imported.tags["intensity"].tolist() == [1.0]


def test_an_old_encoding_is_read_and_told(tmp_path):
    path = tmp_path / "call.TextGrid"
    path.write_bytes(SHORT.replace("anger", "Ärger").encode("cp1252"))
    imported = import_textgrid(path, mapping={"Ärger": Meaning("unclear")})
    assert any("read as Windows-1252" in notice for notice in imported.notices)


def test_without_a_rater_labels_stay_with_the_intervals(tmp_path):
    path = tmp_path / "call.TextGrid"
    path.write_text(SHORT.replace("@r1", ""), encoding="utf-8")
    imported = import_textgrid(path)
    assert imported.ratings.empty
    assert imported.intervals["label"].tolist() == ["anger"]
    assert any("1 labels of call.TextGrid have no rater" in notice for notice in imported.notices)


BROKEN = [
    (SHORT[:38], "ends before"),
    (SHORT[:60], "The quote in line 8 of .* is never closed"),
    (SHORT[:-4], "ends before the text of mark 2 of 2"),
    (SHORT.replace('"anger"', '"an"ger"'), "The quote in line 1[0-9] of .* is never closed"),
    (SHORT.replace('4.5\n"anger"', '-1\n"anger"'), "ends before it starts: 0 to -1 s"),
    (SHORT.replace("0\n4.5\n", "-2\n4.5\n"), "starts before the call does"),
    (SHORT.replace("0\n4.5\n", "4.5\n4.5\n"), "has no length"),
    ('"Praat chronological TextGrid text file"\n0 1', "is a chronological TextGrid"),
    ("call_id,start_s\n1,2\n", "is not a TextGrid: it begins with 'call_id,start_s"),
    (SHORT.replace('"TextGrid"', '"Pitch 1"'), 'holds a Praat object "Pitch 1"'),
    (SHORT.replace('"IntervalTier"', '"FormTier"'), 'tier 1 of class "FormTier"'),
    (SHORT.replace("anger", ""), "no labelled interval"),
    ("", "is empty: it holds 0 bytes"),
    (" \n\t\n", "is empty"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_broken_files_are_told_in_a_sentence(tmp_path, text, message):
    path = tmp_path / "call.TextGrid"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        import_textgrid(path)


def test_a_binary_file_is_told_apart(tmp_path):
    # Made by Praat itself.
    path = tmp_path / "call.TextGrid"
    parselmouth.TextGrid(0.0, 1.0, "one", "").save_as_binary_file(str(path))
    with pytest.raises(InputError, match="binary TextGrid. Save it in Praat as text"):
        import_textgrid(path)


def test_a_wrong_tier_or_role_is_told(tmp_path):
    path = tmp_path / "call.TextGrid"
    path.write_text(SHORT, encoding="utf-8")
    with pytest.raises(InputError, match='has no tier "customer:y@r1". Did you mean'):
        import_textgrid(path, roles={"customer:y@r1": "agent"})
    with pytest.raises(InputError, match='has no tier "x"'):
        import_textgrid(path, tiers=["x"])
    with pytest.raises(InputError, match='"agnet" is not a role. Did you mean "agent"'):
        import_textgrid(path, role="agnet")
    with pytest.raises(InputError, match='There is no pass "audio"'):
        import_textgrid(path, pass_="audio")


def test_an_edited_own_file_is_checked(tmp_path):
    export_textgrid(rated(CALL), tmp_path)
    path = tmp_path / "call_0001.TextGrid"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"frustration+urgency"', '"frustraton"'), encoding="utf-8")
    with pytest.raises(InputError, match="has 1 tags but the intensities"):
        import_textgrid(path)
    path.write_text(text.replace('"gratitude"', '"gratitud"'), encoding="utf-8")
    with pytest.raises(InputError, match='"gratitud", which .* Did you mean "gratitude"'):
        import_textgrid(path)
    path.write_text(text.replace('mark = "-0.4"', 'mark = "low"'), encoding="utf-8")
    with pytest.raises(InputError, match="has the value 'low'; a number was expected"):
        import_textgrid(path)
    path.write_text(text.replace('mark = "-0.4"', 'mark = "-4"'), encoding="utf-8")
    with pytest.raises(InputError, match="valence -4; -1 to 1 was expected"):
        import_textgrid(path)


# ---- real files ----------------------------------------------------------------------------

REAL_FILES = sorted(REAL.glob("praatio/*.TextGrid")) + sorted(REAL.glob("egg_praatdet/grids/*"))


@pytest.mark.real
@pytest.mark.skipif(not REAL_FILES, reason="needs the real speech in ../shared/data")
def test_real_files_are_read_as_praat_reads_them():
    # Witness: Praat itself, on long, short, UTF-16 and ELAN-made files.
    for path in REAL_FILES:
        ours = read_grid(source_from(path))
        theirs = parselmouth.read(str(path))
        assert len(ours.tiers) == praat(theirs, "Get number of tiers"), path.name
        for number, tier in enumerate(ours.tiers, start=1):
            assert tier.name == praat(theirs, "Get tier name", number)
            word = "interval" if praat(theirs, "Is interval tier", number) else "point"
            count = praat(theirs, f"Get number of {word}s", number)
            assert len(tier.marks) == count, path.name
            for place, mark in enumerate(tier.marks, start=1):
                assert mark.text == praat(theirs, f"Get label of {word}", number, place)
                time = "start time of interval" if word == "interval" else "time of point"
                assert mark.start_s == praat(theirs, f"Get {time}", number, place)


def source_from(path):
    from workbench.formats.source_files import read_source

    return read_source(path)


# ---- properties ----------------------------------------------------------------------------

LABEL = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(str.strip)
ODD = st.sampled_from(
    ['say "no"', "a+b", "back\\slash", "two\nlines", "😡 👍🏽", "غاضب", "neutral", '"', "\\+"]
)
TAG = st.one_of(LABEL, ODD)
SPAN = st.tuples(st.integers(0, 10**7), st.integers(1, 10**5)).map(
    lambda pair: (pair[0] / 1000, (pair[0] + pair[1]) / 1000)
)
JUDGED = st.fixed_dictionaries(
    {
        "span": SPAN,
        "rater": LABEL,
        "channel": st.sampled_from([0, 1]),
        "tags": st.dictionaries(TAG, st.none() | st.floats(0, 1), max_size=3),
        "scores": st.dictionaries(
            st.sampled_from(["valence", "arousal", "stress"]), st.floats(0, 1), max_size=3
        ),
    }
)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(JUDGED, min_size=1, max_size=6))
def test_what_is_exported_comes_back_whatever_it_is_called(tmp_path, rows):
    tables = rated(rows)
    export_textgrid(tables, tmp_path, overwrite=True)
    taxonomy = taxonomy_with(sorted({tag for row in rows for tag in row["tags"]}))
    imported = import_textgrid(tmp_path / "call_0001.TextGrid", taxonomy=taxonomy)
    assert said_in_import(imported) == said_in_tables(tables)
    assert len(imported.ratings) == len(rows)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 10**7),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_praat_reads_what_we_write(tmp_path, pieces):
    # Witness: Praat in praat-parselmouth, over labels with quotes, emoji and right-to-left text.
    marks, reached = [], 0.0
    for length, text in pieces:
        marks.append(Mark(reached, round(reached + length / 1e6, 6), text))
        reached = marks[-1].end_s
    grid = Grid(0.0, reached, (GridTier("IntervalTier", "one", tuple(marks)),))
    path = tmp_path / "made.TextGrid"
    path.write_text(write_grid(grid), encoding="utf-8", newline="\n")
    theirs = parselmouth.read(str(path))
    found = [
        (
            praat(theirs, "Get start time of interval", 1, n),
            praat(theirs, "Get end time of interval", 1, n),
            praat(theirs, "Get label of interval", 1, n),
        )
        for n in range(1, len(marks) + 1)
    ]
    assert [(a, b) for a, b, _ in found] == [(m.start_s, m.end_s) for m in marks]
    assert [text for _, _, text in found] == [m.text for m in marks]
    assert read_grid(source_of(write_grid(grid))) == grid


def test_a_newline_in_a_label_survives_praat(tmp_path):
    grid = Grid(0.0, 1.0, (GridTier("IntervalTier", "one", (Mark(0.0, 1.0, "two\nlines"),)),))
    path = tmp_path / "made.TextGrid"
    path.write_text(write_grid(grid), encoding="utf-8", newline="\n")
    assert praat(parselmouth.read(str(path)), "Get label of interval", 1, 1) == "two\nlines"


def test_no_table_is_changed(tmp_path):
    tables = rated(CALL)
    before = {name: rows.copy(deep=True) for name, rows in tables.items()}
    export_textgrid(tables, tmp_path)
    for name, rows in tables.items():
        pd.testing.assert_frame_equal(rows, before[name])
