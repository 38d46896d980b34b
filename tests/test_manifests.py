"""Lists of calls come in from any table, and a slip in one is told in a sentence."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.config import Policy
from workbench.errors import InputError
from workbench.manifests import (
    MANIFEST_COLUMNS,
    PCA_NAMES,
    audio_root,
    count_calls,
    dropped_columns,
    read_manifest,
    scan_folder,
)
from workbench.schema import TABLES


@pytest.fixture
def manifest(tmp_path):
    def read(text, encoding="utf-8", **options):
        path = tmp_path / "calls.csv"
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return read_manifest(path, **options)

    return read


def one(**columns):
    return read_manifest(pd.DataFrame({"call_id": ["1"], **{k: [v] for k, v in columns.items()}}))


# ---- files -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be",
                                      "latin-1", "cp1252"])  # fmt: skip
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_usual_encoding_and_separator_is_read(manifest, encoding, separator):
    rows = [["call_id", "agent_id", "reason"], ["007", "Jörg Müßig", "Gebühr für März"]]
    text = "\r\n".join(separator.join(row) for row in rows) + "\r\n"
    read = manifest(text, encoding)
    assert read[["call_id", "agent_id", "reason"]].to_numpy().tolist() == [rows[1]]
    assert read["problem"].isna().all()


def test_windows_quotes_and_euro_signs(manifest):
    assert manifest("call_id,reason\n1,“5 €”\n", "cp1252")["reason"].item() == "“5 €”"


def test_the_line_that_excel_puts_first(manifest):
    assert manifest("sep=;\ncall_id;qa_score\n1;87,5\n")["qa_score"].item() == 87.5


def test_values_with_separators_and_line_breaks_in_quotes(manifest):
    read = manifest('call_id,reason\n1,"a, b\nand ""c"""\n\n2,d\n')
    assert read["reason"].tolist() == ['a, b\nand "c"', "d"]


def test_ids_stay_text(manifest):
    assert manifest("call_id\n00123\n1e5\nNA\n")["call_id"].tolist() == ["00123", "1e5", "NA"]


@pytest.mark.parametrize("ids", [[1, 2], [1.0, 2.0], ["1", " 2 "]])
def test_ids_from_numbers_have_no_point(ids):
    assert read_manifest(pd.DataFrame({"call_id": ids}))["call_id"].tolist() == ["1", "2"]


def test_parquet_is_known_by_its_content(tmp_path):
    table = pd.DataFrame({"call_id": [1, 2], "qa_score": [1.5, None], "escalated": [True, None]})
    table.to_parquet(tmp_path / "calls.data")
    read = read_manifest(tmp_path / "calls.data")
    assert read["call_id"].tolist() == ["1", "2"]
    assert read["escalated"].tolist() == [True, pd.NA]


def test_a_manifest_may_lie_in_the_cloud():
    import fsspec

    fsspec.filesystem("memory").pipe("/lists/calls.csv", b"call_id\n1\n")
    assert read_manifest("memory://lists/calls.csv")["call_id"].tolist() == ["1"]
    with pytest.raises(InputError, match="memory://lists/none.csv cannot be read"):
        read_manifest("memory://lists/none.csv")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("call_id,path\n", "has no rows"),
        (b"PK\x03\x04....", r"Excel workbook.*pd\.read_excel"),
        (b"PAR1 but no more", "cannot be read as Parquet"),
        (b"call_id\n\x00\x01\x02\x00", "not a text file"),
        ("call_id,x,x\n1,2,3\n", 'the column "x" twice'),
        ("call_id,x\n1,2\n2,3,4\n", "Line 3 of the manifest .* has 3 fields, its header has 2"),
    ],
)
def test_a_file_that_is_no_table(manifest, content, message):
    with pytest.raises(InputError, match=message):
        manifest(content)


def test_a_manifest_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no manifest .*none.csv"):
        read_manifest(tmp_path / "none.csv")
    with pytest.raises(InputError, match="is a folder; scan_folder"):
        read_manifest(tmp_path)


# ---- columns ---------------------------------------------------------------------------


def test_every_column_of_calls_and_outcomes_is_documented():
    for table in ("calls", "outcomes"):
        for column in TABLES[table].columns.values():
            assert (column.name in MANIFEST_COLUMNS) == (column.kind != "json")
    assert all(column.meaning for column in MANIFEST_COLUMNS.values())


def test_names_are_understood_however_they_are_written():
    table = pd.DataFrame([["1", "a.wav", "agent"]], columns=[" Call ID", "AUDIO", "Side"])
    read = read_manifest(table)
    assert list(read.columns) == ["call_id", "path", "role", "problem"]
    assert list(table.columns) == [" Call ID", "AUDIO", "Side"]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("call_id,agnet_id", 'column "agnet_id". Did you mean "agent_id"'),
        ("call_id,strated_at", 'Did you mean "started_at"'),
        ("call_id,qa_scores", 'Did you mean "qa_score"'),
        ("id,path", 'needs a column "call_id". Rename "id" to "call_id". It has: id, path'),
        ("Contact-ID,path", 'Rename "Contact-ID" to "call_id"'),
        ("cal_id,path", 'Did you mean "call_id"'),
        ("agent_id,path", 'needs a column "call_id". It has: agent_id, path'),
        ("call_id,filename", 'no column "path".*Rename "filename" to "path"'),
        ("call_id,audio,path", '"audio" and "path", which both mean "path"'),
    ],
)
def test_a_wrong_column_name_gets_the_nearest(manifest, header, message):
    with pytest.raises(InputError, match=message):
        manifest(f"{header}\n{'x,' * header.count(',')}x\n")


def test_a_near_name_that_is_meant_may_be_kept(manifest):
    read = manifest("call_id,agent_ids\n1,a b\n", keep_columns=["agent_ids"])
    assert read["agent_ids"].tolist() == ["a b"]


def test_columns_that_nobody_keeps_are_listed(manifest):
    read = manifest("call_id,phone,branch,role_0\n1,0171,Kiel,customer\n")
    assert dropped_columns(read, Policy()) == ["phone", "branch"]
    assert dropped_columns(read, Policy(keep_columns=("branch",))) == ["phone"]


# ---- values ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "offset_min", "utc", "told_min"),
    [
        ("2025-02-19T06:01:22Z", None, "2025-02-19T06:01:22", None),
        ("2025-02-19T06:01:22+01:00", None, "2025-02-19T05:01:22", 60),
        ("2025-02-19 06:01:22.25-0330", None, "2025-02-19T09:31:22.25", -210),
        ("2025-02-19 06:01", None, "2025-02-19T06:01:00", None),
        ("2025-02-19 06:01", 60, "2025-02-19T05:01:00", 60),
        ("2025-02-19T06:01Z", 60, "2025-02-19T06:01:00", 60),
        ("2025-02-19", None, "2025-02-19T00:00:00", None),
        ("20250219T060122", None, "2025-02-19T06:01:22", None),
        ("2025-02-19T06-01-22", -300, "2025-02-19T11:01:22", -300),
        ("2025-02-19_06.01.22", None, "2025-02-19T06:01:22", None),
        (pd.Timestamp("2025-02-19 06:01"), 60, "2025-02-19T05:01:00", 60),
        (pd.Timestamp("2025-02-19 06:01", tz="Europe/Berlin"), None, "2025-02-19T05:01:00", 60),
        (pd.Timestamp("2025-07-19 06:01", tz="Europe/Berlin"), None, "2025-07-19T04:01:00", 120),
    ],
)
def test_times_become_utc(text, offset_min, utc, told_min):
    columns = {"started_at": text}
    if offset_min is not None:
        columns["utc_offset_min"] = offset_min
    read = one(**columns)
    assert read["problem"].isna().all(), read["problem"].tolist()
    assert read["started_at"].item() == pd.Timestamp(utc, tz="UTC")
    told = read["utc_offset_min"].item() if "utc_offset_min" in read else pd.NA
    assert told == told_min if told_min is not None else pd.isna(told)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("started_at", "03/04/2025 14:05", "started_at is .03/04/2025 14:05.*year first"),
        ("started_at", "2025-13-01", "year first"),
        ("started_at", "45707.25", "year first"),
        ("qa_score", "good", 'qa_score is "good"; expected is a number'),
        ("qa_score", "101", "from 0 to 100"),
        ("nps", "11", "from 0 to 10"),
        ("nps", "7.5", "a whole number"),
        ("escalated", "maybe", "yes or no"),
        ("escalated_at_s", "-1", "0 or more"),
        ("utc_offset_min", "5000", "from -840 to 840"),
        ("role", "boss", "customer, agent or other"),
        ("role_1", "boss", "customer, agent or other"),
        ("handle_s", "12,5", "a number"),
        ("handle_s", "inf", "a number"),
    ],
)
def test_a_value_that_cannot_be_is_the_problem_of_its_call(column, value, message):
    read = read_manifest(pd.DataFrame({"call_id": ["1", "2"], column: [value, None]}))
    assert read.loc[0, "problem"] is not None
    assert pd.Series([read.loc[0, "problem"]]).str.contains(message).item(), read.loc[0, "problem"]
    assert pd.isna(read.loc[1, "problem"])


@pytest.mark.parametrize("word", ["", "NA", "n/a", "null", "None", "NaN", "-"])
def test_words_for_nothing_are_missing_numbers_and_never_missing_ids(word):
    read = one(qa_score=word, agent_id=word)
    assert read["qa_score"].isna().all()
    assert read["problem"].isna().all()
    assert (read["agent_id"].item() == word) if word else read["agent_id"].isna().all()


@pytest.mark.parametrize(
    ("word", "flag"), [("yes", True), ("Y", True), ("1", True), (1, True), (True, True),
                       ("false", False), ("N", False), (0, False), (0.0, False)],
)  # fmt: skip
def test_yes_and_no(word, flag):
    assert one(escalated=word)["escalated"].tolist() == [flag]


def test_the_words_for_sides(manifest):
    read = manifest("call_id,path,side\n1,a.wav,Caller\n1,b.wav,REP\n2,c.wav,client\n")
    assert read["role"].tolist() == ["customer", "agent", "customer"]


# ---- several recordings ----------------------------------------------------------------


def test_a_file_a_side_in_one_row_becomes_two(manifest):
    read = manifest("call_id,agent_path,customer_path,qa_score\n1,a.wav,c.wav,80\n2,b.wav,,90\n")
    assert read[["call_id", "path", "role", "qa_score"]].to_numpy().tolist() == [
        ["1", "c.wav", "customer", 80.0],
        ["1", "a.wav", "agent", 80.0],
        ["2", "b.wav", "agent", 90.0],
    ]
    assert "agent_path" not in read


def test_a_path_and_a_side_path_in_one_row_contradict_each_other(manifest):
    read = manifest("call_id,path,agent_path\n1,a.wav,b.wav\n")
    assert "as well as an agent_path" in read["problem"].item()


def test_channels_by_number_become_roles(manifest):
    read = manifest("call_id,path,customer_channel,agent_channel\n1,a.wav,1,0\n2,b.wav,0,0\n")
    assert read.loc[0, ["role_0", "role_1"]].tolist() == ["agent", "customer"]
    assert "both to the agent" in read.loc[1, "problem"]


@pytest.mark.parametrize("columns", ["role", "channel", "part", "offset_s"])
def test_rows_that_are_sides_or_parts_belong_together(columns):
    values = {"role": ["agent", "customer"]}.get(columns, [0, 1])
    read = read_manifest(
        pd.DataFrame({"call_id": ["1", "1"], "path": ["a.wav", "b.wav"], columns: values})
    )
    assert read["problem"].isna().all()


def test_an_id_twice_with_different_audio_is_a_problem_of_that_call_only(manifest):
    read = manifest("call_id,path\n1,a.wav\n2,b.wav\n1,c.wav\n")
    assert read["problem"].notna().tolist() == [True, False, True]
    assert "Call 1 stands in 2 rows with recordings (a.wav, c.wav)" in read.loc[0, "problem"]
    assert "an id of its own" in read.loc[0, "problem"]


def test_the_same_side_twice_is_a_problem(manifest):
    read = manifest("call_id,path,role\n1,a.wav,agent\n1,b.wav,agent\n")
    assert read["problem"].notna().all()


def test_a_row_that_comes_twice_counts_once(manifest):
    read = manifest("call_id,path\n1,a.wav\n1,a.wav\n")
    assert len(read) == 1
    assert read["problem"].isna().all()


def test_rows_of_a_call_must_agree(manifest):
    read = manifest("call_id,path,role,queue\n1,a.wav,agent,x\n1,b.wav,customer,y\n")
    assert "disagree on queue: x and y" in read.loc[0, "problem"]


def test_after_a_transfer_agent_and_time_may_differ(manifest):
    read = manifest(
        "call_id,path,part,agent_id,started_at\n"
        "1,a.wav,1,x,2025-02-19 06:01\n1,b.wav,2,y,2025-02-19 06:03\n"
    )
    assert read["problem"].isna().all()


def test_calls_without_audio_and_without_id(manifest):
    read = manifest("call_id,path,qa_score\n1,,80\n,a.wav,70\n")
    assert pd.isna(read.loc[0, "path"])
    assert "no call_id" in read.loc[1, "problem"]
    assert count_calls(read) == 2


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "call_id": st.sampled_from(["1", "2", "", "x y"]),
                "path": st.sampled_from(["", "a.wav", "b.wav"]),
                "role": st.sampled_from(["", "agent", "caller", "boss"]),
                "part": st.sampled_from(["", "1", "2", "x"]),
                "qa_score": st.sampled_from(["", "50", "500", "?"]),
                "started_at": st.sampled_from(["", "2025-02-19T06:01+01:00", "never"]),
                "escalated": st.sampled_from(["", "yes", "0"]),
                "note": st.text(max_size=4),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_reading_what_was_read_changes_nothing(rows):
    once = read_manifest(pd.DataFrame(rows))
    pd.testing.assert_frame_equal(read_manifest(once), once)


# ---- folders ---------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    names = [
        "Call1_GUID_000_AGENT_ChrisL_DT_2025-02-19T06-01-22.wav",
        "deep/zz_GUID_7b_CUST_K.9_AGENT_Ann.wav",
        "odd.WAV",
        "notes.txt",
        ".hidden/a.wav",
        "._odd.WAV",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_without_a_pattern_nothing_is_read_out_of_names(folder):
    found = scan_folder(folder)
    assert found["path"].tolist() == [
        "Call1_GUID_000_AGENT_ChrisL_DT_2025-02-19T06-01-22.wav",
        "deep/zz_GUID_7b_CUST_K.9_AGENT_Ann.wav",
        "odd.WAV",
    ]
    assert found["call_id"].isna().all()
    assert found["problem"].isna().all()
    assert "agent_id" not in found
    assert count_calls(found) == 3


def test_a_pattern_reads_names_as_post_call_analytics_writes_them(folder):
    found = scan_folder(folder, PCA_NAMES).set_index("path")
    first, second, odd = (found.loc[path] for path in found.index)
    assert (first["call_id"], first["agent_id"]) == ("000", "ChrisL")
    assert first["started_at"] == pd.Timestamp("2025-02-19T06:01:22Z")
    assert (second["call_id"], second["agent_id"], second["customer_id"]) == ("7b", "Ann", "K.9")
    assert odd["problem"] == "The name of the file does not fit the pattern."


def test_a_pattern_joins_the_sides_of_a_call(tmp_path):
    for name in ("17-agent.wav", "17-caller.wav", "18-agent.wav"):
        (tmp_path / name).write_bytes(b"x")
    found = scan_folder(tmp_path, r"^(?P<call_id>\d+)-(?P<side>\w+)\.wav$")
    assert found[["call_id", "role"]].to_numpy().tolist() == [
        ["17", "agent"], ["17", "customer"], ["18", "agent"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "not a regular expression"),
        ("abc", "no named group"),
        (r"(?P<agent>\d+)", 'group "agent", which is no column of a manifest. Did you mean "agent'),
        (r"(?P<call_id>\d{9})", 'None of the 3 recordings .* fits .*the first is "Call1_GUID'),
    ],
)
def test_a_pattern_that_cannot_work(folder, pattern, message):
    with pytest.raises(InputError, match=message):
        scan_folder(folder, pattern)


def test_a_folder_without_recordings(tmp_path):
    with pytest.raises(InputError, match="holds no recordings"):
        scan_folder(tmp_path)
    with pytest.raises(InputError, match="no folder .*away"):
        scan_folder(tmp_path / "away")


def test_a_folder_in_the_cloud():
    import fsspec

    files = fsspec.filesystem("memory")
    for name in ("a.wav", "deep/b.mp3", "list.txt"):
        files.pipe(f"/scanned/{name}", b"x")
    assert scan_folder("memory://scanned")["path"].tolist() == ["a.wav", "deep/b.mp3"]


@pytest.mark.parametrize(
    ("paths", "folder", "root"),
    [
        (["a.wav", "b/c.wav"], "/x/lists", "/x/lists"),
        (["/x/calls/1/a.wav", "/x/calls/2/b.wav"], "/x/lists", "/x/calls"),
        (["/x/lists/1/a.wav", "/x/lists/2/b.wav"], "/x/lists", "/x/lists"),
        (["/x/calls/a.wav", "b.wav"], "/x/lists", "/x/lists"),
        (["s3://bank/calls/1/a.wav", "s3://bank/calls/2/b.wav"], "/x/lists", "s3://bank/calls"),
        ([None], "/x/lists", "/x/lists"),
    ],
)
def test_the_root_holds_every_recording(paths, folder, root):
    manifest = pd.DataFrame({"path": pd.Series(paths, dtype="str")})
    assert audio_root(manifest, folder) == root
