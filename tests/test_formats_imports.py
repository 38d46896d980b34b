"""Files of other tools: ELAN, RTTM, transcripts, our own ratings and outcomes as CSV."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from workbench.errors import InputError
from workbench.formats import (
    HeardTag,
    Meaning,
    import_call_analytics,
    import_elan_tab,
    import_file,
    import_outcomes_csv,
    import_ratings_csv,
    import_rttm,
    import_webvtt,
    import_words_csv,
)
from workbench.identifiers import customer_pseudonym

REAL = Path(__file__).parents[2] / "shared" / "data"
SAMPLES = Path(__file__).parents[1] / "data_samples"
needs_real = pytest.mark.skipif(
    not (REAL / "utep").is_dir(), reason="needs the real speech in ../shared/data"
)


@pytest.fixture
def write(tmp_path):
    def write(text, name="call_7.txt", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return path

    return write


# ---- ELAN ----------------------------------------------------------------------------------

LINE = "default\t\t00:00:08.260\t8.26\t00:00:10.240\t10.24\t00:00:01.980\t1.98\t{}\n"


def test_the_defaults_of_elan_with_an_empty_participant(write):
    path = write(LINE.format("dd ") + LINE.replace("8.260\t8.26", "9.000\t9.0").replace(
        "01.980\t1.98", "01.240\t1.24").format("?"))  # fmt: skip
    imported = import_elan_tab(path, rater_id="r1", role="customer", mapping="utep")
    assert imported.intervals[["start_s", "end_s"]].to_numpy().tolist() == [
        [8.26, 10.24],
        [9.0, 10.24],
    ]
    assert imported.ratings["verdict"].tolist() == ["tagged", "unclear"]
    assert imported.tags[["tag", "intensity"]].to_numpy().tolist() == [["frustration", 1.0]]
    assert imported.scores[["value", "imported_value"]].to_numpy().tolist() == [[-1.0, "dd"]]
    assert imported.call_id == "call_7"
    assert any("1 intervals of call_7.txt overlap" in notice for notice in imported.notices)


@pytest.mark.parametrize(
    "line",
    [
        "t@r1\tcustomer\t8.26\t10.24\t1.98\tanger\n",
        "t@r1\tcustomer\t8.26\t10.24\tanger\n",
        "t@r1\tcustomer\t00:00:08.260\t00:00:10.240\tanger\n",
        "t@r1\t00:00:08.260\t8.26\t00:00:10.240\t10.24\tanger\n",
        "customer:t@r1\t\t00:00:08.260\t8.26\t00:00:10.240\t10.24\tanger\r\n",
    ],
)
def test_other_choices_of_columns_in_elan(write, line):
    imported = import_elan_tab(write(line), role="customer")
    assert imported.intervals[["start_s", "end_s", "role"]].to_numpy().tolist() == [
        [8.26, 10.24, "customer"]
    ]
    assert imported.ratings["rater_id"].tolist() == ["r1"]


def test_several_annotators_in_one_file(write):
    text = LINE.format("d").replace("default", "A") + LINE.format("n").replace("default", "B")
    imported = import_elan_tab(write(text), raters={"A": "r1", "B": "r2"}, mapping="utep")
    assert len(imported.intervals) == 1
    assert imported.intervals["label"].item() == "d | n"
    assert imported.ratings[["rater_id", "verdict"]].to_numpy().tolist() == [
        ["r1", "tagged"],
        ["r2", "neutral"],
    ]


ELAN_BROKEN = [
    ("default\t1.0\n", "Line 1 of call_7.txt has 2 cells .* Export As > Tab-delimited"),
    (LINE.format("d") + "a,b,c\n", "Line 2 of call_7.txt has 1 cells"),
    (LINE.replace("10.24\t", "11.24\t").format("d"), "gives the same time as"),
    (LINE.replace("01.980\t1.98", "03.980\t3.98").format("d"), "but says it lasts 3.98 s"),
    ("t\t\t5.0\t4.0\t-1.0\td\n", "ends before it starts: 5 to 4 s"),
    ("t\t\t5.0\t5.0\t0.0\td\n", "has no length"),
    (LINE.format("d") + LINE.format("x") * 3, r"without a meaning: 'x' \(3 times\)"),
    ("", "is empty"),
    ("# only a comment\n", "holds no annotation"),
    (b"\x00\x01\x02\x03" * 400, "is not a text file"),
]


@pytest.mark.parametrize(("text", "message"), ELAN_BROKEN)
def test_broken_elan_files_are_told_in_a_sentence(write, text, message):
    with pytest.raises(InputError, match=message):
        import_elan_tab(write(text), rater_id="r1", role="customer", mapping="utep")


def test_an_unknown_call_suggests_the_nearest(write):
    path = write(LINE.format("d"), name="utep-12.txt")
    with pytest.raises(InputError, match='utep-12, which .* Did you mean "utep-126"'):
        import_elan_tab(path, calls=["utep-126"])


@needs_real
@pytest.mark.real
def test_all_annotations_of_the_utep_calls():
    # Witness: the counts of the labels by cut and sort over the same files.
    counts: dict[str, int] = {}
    judged = 0
    for path in sorted((REAL / "utep" / "annotations").glob("*.txt")):
        imported = import_elan_tab(path, rater_id="utep", role="customer", mapping="utep")
        assert imported.call_id == path.stem
        for label, count in imported.intervals["label"].value_counts().items():
            counts[str(label)] = counts.get(str(label), 0) + int(count)
        judged += len(imported.ratings)
    assert counts == {"?": 1112, "n": 272, "nn": 87, "d": 75, "o": 64, "dd": 33}
    assert judged == 1643 - 64


# ---- RTTM ----------------------------------------------------------------------------------


def test_rttm_with_nine_or_ten_fields(write):
    path = write(
        ";; a comment\n"
        "SPKR-INFO call_0001 1 <NA> <NA> <NA> unknown S1 <NA>\n"
        "SPEAKER call_0001 1 0.000 4.000 <NA> <NA> agent <NA> <NA>\n"
        "SPEAKER call_0001 2 4.200 7.800 <NA> <NA> S1 0.97\n",
        name="x.rttm",
    )
    imported = import_rttm(path, roles={"S1": "customer"})
    assert imported.intervals[["channel", "role", "speaker", "end_s"]].to_numpy().tolist() == [
        [0, "agent", "agent", 4.0],
        [1, "customer", "S1", 12.0],
    ]
    assert imported.roles[["channel", "role"]].to_numpy().tolist() == [
        [0, "agent"],
        [1, "customer"],
    ]
    unnamed = import_rttm(path, mono=True, call_id="c")
    assert unnamed.intervals["channel"].isna().all()
    assert unnamed.call_id == "c"
    assert 'roles={"S1": "customer"}' in unnamed.notices[0]


def test_wrong_rttm_is_told(write):
    good = "SPEAKER call_0001 1 0.0 4.0 <NA> <NA> agent <NA> <NA>\n"
    with pytest.raises(InputError, match="no SPEAKER line"):
        import_rttm(write("anger\n"))
    with pytest.raises(InputError, match="Line 2 of call_7.txt"):
        import_rttm(write(good + good.replace("4.0", "long")))
    with pytest.raises(InputError, match='no speaker "agnet". Did you mean "agent"'):
        import_rttm(write(good), roles={"agnet": "agent"})
    with pytest.raises(InputError, match="call_0001, which the register does not have"):
        import_rttm(write(good), calls=["other"])
    two = write(good + good.replace("call_0001", "call_0002"))
    with pytest.raises(InputError, match="has no line of call_0003"):
        import_rttm(two, call_id="call_0003")
    some = import_rttm(two, calls=["call_0002"])
    assert some.call_id == "call_0002"
    assert "1 calls that the register does not have (call_0001)" in some.notices[0]


@needs_real
@pytest.mark.real
def test_rttm_of_real_meetings():
    # Witness: the number of lines of the file.
    path = next((REAL / "ami_pyannote").glob("*.rttm"))
    lines = path.read_text(encoding="utf-8").splitlines()
    imported = import_rttm(path)
    assert len(imported.intervals) == len({line.split(" <NA>")[0] for line in lines})
    assert len(imported.call_ids) == len({line.split()[1] for line in lines})


# ---- transcripts ---------------------------------------------------------------------------

VTT = (
    "WEBVTT\n\n00:00.000 --> 00:04.000\n<v Agent>Hello?\n\n"
    "00:04.200 --> 00:08.350\n<v Customer>Hm.\n"
)


def test_a_transcript_brings_words_and_on_request_utterances(write):
    path = write(VTT, name="call_0001.vtt")
    imported = import_webvtt(path, channels={"agent": 1, "customer": 0})
    assert imported.words["channel"].tolist() == [1, 0]
    assert imported.intervals.empty
    assert "utterances=True" in imported.notices[0]
    cut = import_webvtt(path, utterances=True)
    assert cut.intervals[["role", "start_s"]].to_numpy().tolist() == [
        ["agent", 0.0],
        ["customer", 4.2],
    ]
    assert cut.ratings.empty
    with pytest.raises(InputError, match="call_0001, which the register"):
        import_webvtt(path, calls=["x"])


def test_words_of_several_calls(write):
    path = write("call_id,start_s,end_s,text\na,0,1,hi\nb,0,1,ho\n", name="words.csv")
    imported = import_words_csv(path, calls=["a"])
    assert imported.words["text"].tolist() == ["hi"]
    assert "(b) and were left out" in imported.notices[0]


@needs_real
@pytest.mark.real
def test_a_real_call_analytics_result():
    # Witness: the file's own Transcript, 37 turns.
    path = next((REAL / "aws_transcribe_word").glob("*.json"))
    imported = import_call_analytics(path, call_id="aws", utterances=True)
    turns = json.loads(path.read_text(encoding="utf-8"))["Transcript"]
    assert len(imported.intervals) == len(turns) == 37
    assert set(imported.intervals["role"]) == {"agent", "customer"}
    assert (imported.words["kind"] == "word").sum() > 100


# ---- our own ratings -----------------------------------------------------------------------

LONG = (
    "rating_id,rater_id,call_id,channel,start_s,end_s,pass,verdict,created_at,taxonomy,version\n"
    "a1,r1,c1,0,0.5,2.25,voice,tagged,2026-03-01T10:00:00Z,cx,1\n"
    "a2,r2,c1,0,0.5,2.25,voice,neutral,2026-03-01T10:01:00Z,cx,1\n"
)
TAGS = (
    "rating_id,tag,intensity,share,primary\na1,anger,0.6666666666666666,0.5,true\na1,relief,,0.5,\n"
)
SCORES = "rating_id,dimension,value\na1,valence,-0.5\na2,valence,0\n"


def test_long_ratings_keep_their_ids(write):
    path = write(LONG, name="ratings.csv")
    write(TAGS, name="tags.csv")
    write(SCORES, name="scores.csv")
    imported = import_ratings_csv(path)
    assert imported.ratings["rating_id"].tolist() == ["a1", "a2"]
    assert imported.ratings["interval_id"].nunique() == len(imported.intervals) == 1
    assert imported.ratings["created_at"].iloc[1] == pd.Timestamp("2026-03-01 10:01", tz="UTC")
    assert imported.tags["share"].tolist() == [0.5, 0.5]
    assert imported.tags["primary"].tolist() == [True, False]
    assert imported.scores["value"].tolist() == [-0.5, 0.0]
    assert imported.raters["rater_id"].tolist() == ["r1", "r2"]


def test_wide_ratings_made_by_hand(write):
    text = (
        "rater_id;call_id;start_s;end_s;tags;valence;colour\n"
        "r1;c1;0,5;2;anger:0.5+relief;-0.5;red\n"
    )
    with pytest.raises(InputError, match="'0,5' in \"start_s\"; .* Write a point"):
        import_ratings_csv(write(text, name="wide.csv"))
    more = "r1;c1;2;3;unclear;;\nr1;c1;3;4;;0.1;\n"
    path = write(text.replace("0,5", "0.5") + more, name="wide.csv")
    imported = import_ratings_csv(path, role="customer", channel=0)
    assert imported.ratings["verdict"].tolist() == ["tagged", "unclear", "tagged"]
    assert imported.tags[["tag", "intensity"]].to_numpy().tolist()[0] == ["anger", 0.5]
    assert imported.scores["imported_value"].tolist() == ["-0.5", "0.1"]
    assert imported.notices == ('The column "colour" of wide.csv was left out.',)
    again = import_ratings_csv(path, role="customer", channel=0)
    assert imported.ratings["rating_id"].tolist() == again.ratings["rating_id"].tolist()


RATINGS_BROKEN = [
    (LONG.replace("rater_id", "rater"), 'no column "rater_id". Is it the column "rater"'),
    (LONG.replace(",neutral,", ",neutrl,"), 'first "neutrl" in line 3. Did you mean "neutral"'),
    (LONG.replace(",voice,n", ",vioce,n"), 'a pass that is not one, the first "vioce"'),
    (LONG.replace("2.25,voice,n", "0.25,voice,n"), "the first, line 3, ends before it starts"),
    (LONG.replace("0.5,2.25,voice,n", "x,2.25,voice,n"), "Line 3 .* has 'x' in \"start_s\""),
    (LONG.replace("10:01:00Z", "later"), 'in "created_at"; a time such as'),
    (LONG.replace("a2,r2", "a2,"), '1 rows of ratings.csv have no "rater_id", the first in line 3'),
    (LONG.replace("a2,", "a1,"), "repeat a key"),
    (LONG.replace(",0,0.5,2.25,voice,n", ",0.5,0.5,2.25,voice,n"), "a whole number was expected"),
    (LONG + "a3,r1\n", "Line 4 of ratings.csv has 2 cells, the header has 11"),
    (LONG.splitlines()[0], "has a header and no row below it"),
    (LONG.replace("version\n", "pass\n"), "has the column 'pass' more than once"),
]


@pytest.mark.parametrize(("text", "message"), RATINGS_BROKEN)
def test_broken_ratings_are_told_in_a_sentence(write, text, message):
    path = write(text, name="ratings.csv")
    write(TAGS, name="tags.csv")
    with pytest.raises(InputError, match=message):
        import_ratings_csv(path)


def test_tags_that_do_not_belong_are_told(write):
    path = write(LONG, name="ratings.csv")
    with pytest.raises(InputError, match="1 of 1 ratings .* have neither tag nor score. Put tags"):
        import_ratings_csv(path)
    write(TAGS.replace("anger", "angre"), name="tags.csv")
    with pytest.raises(
        InputError, match=r'does not have: "angre" \(1 times\). Did you mean "anger"'
    ):
        import_ratings_csv(path)
    write(TAGS.replace("a1,anger", "zz,anger"), name="tags.csv")
    with pytest.raises(InputError, match="1 of 2 rows of tags.csv belong to ratings that"):
        import_ratings_csv(path)
    write(TAGS, name="tags.csv")
    write(SCORES.replace("-0.5", "-50"), name="scores.csv")
    with pytest.raises(InputError, match="has valence -50; -1 to 1 was expected"):
        import_ratings_csv(path)


def test_sessions_and_assignments_that_are_not_told_are_left_out(write):
    path = write(
        LONG.replace("version\n", "version,session_id,assignment_id\n")
        .replace(",1\na2", ",1,s1,w1\na2")
        .replace("10:01:00Z,cx,1", "10:01:00Z,cx,1,s2,"),
        name="ratings.csv",
    )
    write(TAGS, name="tags.csv")
    write("session_id,rater_id,started_at,order_mode\ns1,r1,2026-03-01,in_call\n", "sessions.csv")
    imported = import_ratings_csv(path)
    assert imported.ratings["session_id"].fillna("").tolist() == ["s1", ""]
    assert imported.sessions["session_id"].tolist() == ["s1"]
    assert "1 ratings of ratings.csv name a session that is not told" in imported.notices[0]


@pytest.mark.parametrize("name", ["ratings.csv", "more_ratings.parquet"])
def test_the_ratings_of_the_samples(name):
    # Witness: the files themselves, read by pandas.
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("data_samples/ has not been made")
    read = pd.read_csv if path.suffix == ".csv" else pd.read_parquet
    imported = import_file(path, "ratings_csv")
    ratings, tags = read(path), read(path.with_name(name.replace("ratings", "tags")))
    assert imported.ratings["rating_id"].tolist() == ratings["rating_id"].tolist()
    assert imported.tags["intensity"].sum() == pytest.approx(tags["intensity"].sum())
    places = ratings[["call_id", "channel", "role", "start_s", "end_s"]].drop_duplicates()
    assert len(imported.intervals) == len(places)


# ---- outcomes ------------------------------------------------------------------------------


def test_outcomes(write):
    text = (
        "call_id,escalated,escalated_at_s,qa_score,nps,resolved,site,colour\n"
        "a,yes,12.5,71.5,9,1,north,red\n"
        "b,n,,NA,,,south,blue\n"
    )
    path = write(text, name="outcomes.csv")
    imported = import_outcomes_csv(path, calls=["a", "b", "c"], keep_columns=["site"])
    rows = imported.outcomes.set_index("call_id")
    assert rows.loc["a", ["escalated", "escalated_at_s", "nps"]].tolist() == [True, 12.5, 9]
    assert pd.isna(rows.loc["b", "qa_score"])
    assert rows["attributes"].tolist() == [{"site": "north"}, {"site": "south"}]
    assert imported.notices[0].startswith('The column "colour" of outcomes.csv was left out.')


def test_items_of_quality_forms(write):
    text = "call_id,item,score,maximum\na,greeting,6,10\na,closing,4,5\n"
    items = import_outcomes_csv(write(text)).qa_items
    assert items["score"].tolist() == [6.0, 4.0]
    with pytest.raises(InputError, match="score above its maximum, the first in line 2"):
        import_outcomes_csv(write(text.replace("6,10", "60,10")))
    with pytest.raises(InputError, match='no column "maximum". Is it the column "max'):
        import_outcomes_csv(write(text.replace("maximum", "maximu")))


def test_churn_hides_the_customers(write):
    text = "customer_id,churned_at,observed_until\nK1,2026-03-01,2026-09-01\nK2,,2026-09-01\n"
    with pytest.raises(InputError, match="customer ids in the clear, which are never stored"):
        import_outcomes_csv(write(text))
    key = b"0123456789abcdef"
    customers = import_outcomes_csv(write(text), customer_key=key).customers
    assert customers["customer_id"].tolist() == [customer_pseudonym(k, key) for k in ("K1", "K2")]
    with pytest.raises(InputError, match="churned_at after observed_until, the first in line 2"):
        import_outcomes_csv(write(text.replace("2026-03", "2027-03")), customer_key=key)


OUTCOMES_BROKEN = [
    ("call_id,qa_scor\na,1\n", 'no column of outcomes. Did you mean "qa_score"'),
    ("id,qa_score\na,1\n", 'no column "call_id"'),
    ("call_id,qa_score\na,710\n", "qa_score that is not 0 to 100, the first 710 in line 2"),
    ("call_id,nps\na,7.5\n", "nps that is not a whole number"),
    ("call_id,escalated\na,maybe\n", "'maybe' in \"escalated\"; one of true, false, yes"),
    (
        "call_id,escalated\na,yes\na,no\n",
        "1 rows of call_7.txt repeat a call_id, the first in line 3",
    ),
    ("call_id,escalated\n,yes\n", 'have no "call_id", the first in line 2'),
    ("call_id,escalated\nz,yes\n", "z, which the register does not have"),
]


@pytest.mark.parametrize(("text", "message"), OUTCOMES_BROKEN)
def test_broken_outcomes_are_told_in_a_sentence(write, text, message):
    with pytest.raises(InputError, match=message):
        import_outcomes_csv(write(text), calls=["a", "b"])


def test_a_mapping_may_name_tags_of_the_taxonomy_only(write):
    mapping = {"d": Meaning("tagged", (HeardTag("furstration"),))}
    with pytest.raises(InputError, match='the tag "furstration", .* Did you mean "frustration"'):
        import_elan_tab(write(LINE.format("d")), rater_id="r", mapping=mapping)
