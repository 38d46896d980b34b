"""Transcripts: WebVTT, CSV and Call Analytics; and their text beside utterances."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import InputError
from workbench.schema import check_table
from workbench.utterances import from_tier, gap_table
from workbench.words import (
    PHRASES,
    attach_text,
    read_call_analytics,
    read_webvtt,
    read_words_csv,
)

DATA = Path(__file__).parents[2] / "shared" / "data"
STEREO = {"customer": 0, "agent": 1}


def written(folder: Path, text: str, name: str = "call-1.vtt", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# WebVTT

VTT = """WEBVTT - call-1
Kind: captions

NOTE rater=r1 --> not a cue

STYLE
::cue(.frustration) { background: #fdd }

1
00:00:00.000 --> 00:00:04.000 align:start line:0
<v Agent>How can I <b>help</b> you &amp; yours?

turn-2
00:04.200 --> 00:08.350
<v.loud Customer><c.frustration>That&#39;s
fine.</c>

01:00:00.000 --> 01:00:01.500
<v Agent>One moment.</v> <v Customer>No!</v>
"""


def test_voices_times_and_text_of_webvtt(tmp_path):
    found = read_webvtt(written(tmp_path, VTT), channels=STEREO)
    assert found.turns[["role", "start_s", "end_s", "text"]].values.tolist() == [
        ["agent", 0.0, 4.0, "How can I help you & yours?"],
        ["customer", 4.2, 8.35, "That's fine."],
        ["agent", 3600.0, 3601.5, "One moment."],
        ["customer", 3600.0, 3601.5, "No!"],
    ]
    assert found.turns["channel"].tolist() == [1, 0, 1, 0]
    check_table(found.words, "words")
    assert set(found.words["kind"]) == {"phrase"} and set(found.words["source"]) == {"webvtt"}
    assert set(found.words["call_id"]) == {"call-1"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_marks(tmp_path, encoding, newline):
    text = VTT.replace("fine", "schön").replace("\n", newline)
    found = read_webvtt(written(tmp_path, text, encoding=encoding))
    assert len(found.turns) == 4 and "schön" in found.turns["text"][1]


def test_names_of_speakers_are_given_roles(tmp_path):
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Jane Roe>Hello\n\n"
    text += (
        "00:03.000 --> 00:04.000\nAgent: Hi: there\n\n00:05.000 --> 00:06.000\nNote: mark this\n"
    )
    path = written(tmp_path, text)
    found = read_webvtt(path, roles={"Jane Roe": "customer"}).turns
    assert found["role"].tolist() == ["customer", "agent", "unknown"]
    assert found["text"].tolist() == ["Hello", "Hi: there", "Note: mark this"]
    assert read_webvtt(path).turns["speaker"].tolist()[0] == "Jane Roe"


def test_channels_from_the_register(tmp_path):
    rows = {"recording_id": "r", "recording_channel": 0}
    stereo = pd.DataFrame(
        {"call_id": "x", "channel": [0, 1], "role": ["agent", "customer"], **rows}
    )
    mono = pd.DataFrame({"call_id": "x", "channel": [0], "role": ["unknown"], **rows})
    path = written(tmp_path, VTT)
    assert read_webvtt(path, call_id="x", channels=stereo).turns["channel"].tolist() == [0, 1, 0, 1]
    assert read_webvtt(path, call_id="x", channels=mono).turns["channel"].tolist() == [0] * 4
    assert read_webvtt(path, call_id="x").turns["channel"].isna().all()
    assert read_webvtt(path, call_id="x").words["channel"].tolist() == [-1] * 4


def test_overlapping_cues_of_one_channel_keep_apart_by_a_millisecond(tmp_path):
    cue = "00:01.000 --> 00:02.000\n<v Agent>{}\n\n"
    text = "WEBVTT\n\n" + cue.format("one") + cue.format("two") + "00:01.500 --> 00:03.000\nthree\n"
    found = read_webvtt(written(tmp_path, text))
    assert found.words["start_s"].tolist() == [1.0, 1.001, 1.5]
    assert found.turns["start_s"].tolist() == [1.0, 1.0, 1.5]


def test_a_webvtt_without_cues_is_an_empty_transcript(tmp_path):
    found = read_webvtt(written(tmp_path, "WEBVTT"))
    assert found.words.empty and found.turns.empty
    blank = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Agent></v>\n"
    assert read_webvtt(written(tmp_path, blank)).words.empty


def test_markup_is_text_not_html(tmp_path):
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>&lt;script&gt;alert(1)&lt;/script&gt; 1 &lt; 2\n"
    )
    assert read_webvtt(written(tmp_path, text)).turns["text"].item() == (
        "<script>alert(1)</script> 1 < 2"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "call-1.vtt is empty"),
        (" \n ", "call-1.vtt is empty"),
        ("1\n00:00:01,000 --> 00:00:02,000\nHi\n", 'no WebVTT: its first line is "1".*SRT'),
        ("WEBVTTX\n", "no WebVTT"),
        ("WEBVTT\n\n00:01 --> 00:02\nHi\n", 'Line 3 of call-1.vtt reads "00:01 --> 00:02"'),
        ("WEBVTT\n\nid\nid two\n", 'Line 3 of call-1.vtt reads "id"; expected a cue'),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nHi\n", "expected times like"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nHi\n", "in line 3 .* from 2.000 s to 1.000 s"),
    ],
)
def test_what_is_no_webvtt(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_webvtt(written(tmp_path, text))


def test_other_encodings_and_missing_files_are_sentences(tmp_path):
    path = written(tmp_path, VTT.replace("fine", "schön"), encoding="cp1252")
    with pytest.raises(InputError, match=r"no UTF-8 text \(byte 0xf6 .*cp1252"):
        read_webvtt(path)
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_webvtt(tmp_path / "none.vtt")


WORDS = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=12)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(1, 10**5), WORDS, st.sampled_from("AB")),
        max_size=6,
    )
)
def test_what_was_written_is_read(tmp_path_factory, cues):
    def time(ms: int) -> str:
        return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"

    def plain(text: str) -> str:
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    text = "WEBVTT\n\n" + "\n\n".join(
        f"{time(a)} --> {time(a + n)}\n<v {who}>{plain(said)}</v>" for a, n, said, who in cues
    )
    path = tmp_path_factory.mktemp("vtt") / "x.vtt"
    path.write_bytes(text.encode())
    found = read_webvtt(path).turns
    came = sorted((a / 1000, (a + n) / 1000, said, who) for a, n, said, who in cues)
    columns = ["start_s", "end_s", "text", "speaker"]
    assert sorted(map(tuple, found[columns].values.tolist())) == came


# CSV


def test_words_of_a_csv(tmp_path):
    text = "call_id,channel,start_s,end_s,text,extra\nc1,0,0.5,0.9,hello,x\nc1,1,1.0,1.2,  ,x\n"
    text += 'c1,1,1.5,3.0,"good, thank you",x\n'
    found = read_words_csv(written(tmp_path, text, "w.csv"))
    assert found["text"].tolist() == ["hello", "good, thank you"]
    assert found["kind"].tolist() == ["word", "phrase"] and set(found["source"]) == {"csv"}
    check_table(found, "words")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_delimiters_and_encodings(tmp_path, delimiter, encoding):
    lines = ["start_s,end_s,text,channel", "1,1.5,schön,0", "", "0,0.5,na,0"]
    text = "\r\n".join(lines).replace(",", delimiter)
    found = read_words_csv(written(tmp_path, text, "w.csv", encoding), call_id="c1", source="asr")
    assert found["text"].tolist() == ["na", "schön"] and set(found["source"]) == {"asr"}


def test_an_encoding_can_be_named(tmp_path):
    path = written(tmp_path, "start_s,end_s,text\n1,2,schön\n", "w.csv", "cp1252")
    assert read_words_csv(path, call_id="c", encoding="cp1252")["text"].item() == "schön"
    assert read_words_csv(path, call_id="c", encoding="cp1252")["channel"].item() == -1
    with pytest.raises(InputError, match='no encoding "cp-1"'):
        read_words_csv(path, call_id="c", encoding="cp-1")


def test_one_call_of_a_csv_with_several_and_given_kinds(tmp_path):
    text = "call_id,start_s,end_s,text,kind,sentiment,source\nc1,0,1,a b,word,sad,x\nc2,0,1,c,,,\n"
    path = written(tmp_path, text, "w.csv")
    found = read_words_csv(path, source="fallback")
    assert found["kind"].tolist() == ["word", "word"]
    assert found["source"].tolist() == ["x", "fallback"]
    assert found["sentiment"].isna().tolist() == [False, True]
    assert read_words_csv(path, call_id="c2")["text"].tolist() == ["c"]
    with pytest.raises(InputError, match='no row of c11.*Did you mean "c1"'):
        read_words_csv(path, call_id="c11")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "w.csv is empty"),
        ("start_s,end_s\n1,2\n", 'no column "text"'),
        ("strat_s,end_s,text\n1,2,a\n", 'no column "start_s".*Did you mean "strat_s"'),
        ("start,end,text\n1,2,a\n", 'no column "start_s".*Did you mean "start"'),
        ("start_s,end_s,text\n1,x,a\n", 'no time in end_s, the first is "x" for "a"'),
        ("start_s,end_s,text\n1,,a\n", 'no time in end_s, the first is ""'),
        ("start_s,end_s,text\n-1,2,a\n", "no time in start_s"),
        ("start_s,end_s,text\n2,1,a\n", 'end before their start, the first is "a"'),
        ("start_s,end_s,text,channel\n1,2,a,left\n", 'no channel, the first is "left"'),
        ("start_s,end_s,text,kind\n1,2,a,noise\n", 'is of kind "noise"'),
        ('start_s,end_s,text\n1,2,a\n1,2,"b\n1,2,3,4,5\n', "is no CSV table"),
    ],
)
def test_wrong_csv_is_a_sentence(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_words_csv(written(tmp_path, text, "w.csv"), call_id="c1")


def test_a_csv_needs_a_call(tmp_path):
    path = written(tmp_path, "start_s,end_s,text\n1,2,a\n", "w.csv")
    with pytest.raises(InputError, match="no column call_id; name the call"):
        read_words_csv(path)


def test_a_csv_with_a_head_only_is_an_empty_table(tmp_path):
    path = written(tmp_path, "call_id,start_s,end_s,text\n", "w.csv")
    assert read_words_csv(path).empty


# Call Analytics


def analytics(**more) -> dict:
    items = [
        {"Type": "pronunciation", "Content": "Call", "BeginOffsetMillis": 0,
         "EndOffsetMillis": 400},
        {"Type": "pronunciation", "Content": "[PII]", "BeginOffsetMillis": 500,
         "EndOffsetMillis": 900},
        {"Type": "punctuation", "Content": "."},
    ]  # fmt: skip
    agent = {
        "Id": "t1", "ParticipantRole": "AGENT", "Content": "Call [PII].", "Sentiment": "NEUTRAL",
        "BeginOffsetMillis": 0, "EndOffsetMillis": 1000, "LoudnessScores": [70, None, 80],
        "Items": items,
    }  # fmt: skip
    customer = {
        "Id": "t2", "ParticipantRole": "CUSTOMER", "Content": "No. ", "Sentiment": "NEGATIVE",
        "BeginOffsetMillis": 800, "EndOffsetMillis": 1500,
    }  # fmt: skip
    spans = {"BeginOffsetMillis": 800, "EndOffsetMillis": 1000}
    return {
        "JobStatus": "COMPLETED",
        "Transcript": [customer, agent],
        "ConversationCharacteristics": {
            "NonTalkTime": {"Instances": [{"BeginOffsetMillis": 1500, "EndOffsetMillis": 9000}]},
            "Interruptions": {"InterruptionsByInterrupter": {"CUSTOMER": [spans]}},
        },
    } | more


def as_file(folder: Path, content: object) -> Path:
    return written(folder, json.dumps(content), "job.json")


def test_call_analytics_by_hand(tmp_path):
    found = read_call_analytics(as_file(tmp_path, analytics()), channels=STEREO)
    words = found.words[found.words["kind"] == "word"]
    assert words["text"].tolist() == ["Call", "[PII]."] and words["channel"].tolist() == [1, 1]
    assert words["source"].unique().tolist() == ["transcribe_call_analytics"]
    phrases = found.words[found.words["kind"] == "phrase"]
    assert phrases["source"].unique().tolist() == ["transcribe_call_analytics" + PHRASES]
    assert phrases["sentiment"].tolist()[1] == "NEGATIVE of NEGATIVE, NEUTRAL, MIXED, POSITIVE"
    assert found.turns["role"].tolist() == ["agent", "customer"]
    assert found.turns["loudness_mean"].tolist()[0] == 75 and found.turns["loudness_max"][0] == 80
    assert np.isnan(found.turns["loudness_mean"][1])
    columns = ["kind", "channel", "start_s", "end_s"]
    assert found.events[columns].values.tolist() == [
        ["personal_data", 1, 0.5, 0.9], ["silence", -1, 1.5, 9.0],
    ]  # fmt: skip
    assert found.interruptions.values.tolist() == [["job", "customer", 0.8, 1.0]]


def test_contact_lens_names_participants_by_id(tmp_path):
    content = analytics(Participants=[{"ParticipantId": "P", "ParticipantRole": "AGENT"}])
    for turn in content["Transcript"]:
        turn.pop("ParticipantRole")
    content["Transcript"][1]["ParticipantId"] = "P"
    found = read_call_analytics(as_file(tmp_path, content)).turns
    assert found["role"].tolist() == ["agent", "unknown"]


def test_roles_that_never_spoke_and_missing_parts(tmp_path):
    bare = {"Transcript": []}
    found = read_call_analytics(as_file(tmp_path, bare))
    assert all(table.empty for table in found)
    check_table(found.words, "words")
    check_table(found.events, "events")
    nothing = analytics(ConversationCharacteristics={"NonTalkTime": None, "Interruptions": {}})
    assert read_call_analytics(as_file(tmp_path, nothing)).interruptions.empty


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([1], "no list Transcript, but list"),
        ({"results": {}, "jobName": "x"}, "no list Transcript, but results, jobName"),
        (analytics(JobStatus="IN_PROGRESS"), "status IN_PROGRESS; wait until"),
        ({"Transcript": [{"Content": "a"}]}, "Turn 0 of job.json has no times"),
        (
            {"Transcript": [{"BeginOffsetMillis": 9, "EndOffsetMillis": 1}]},
            "from 0.009 s to 0.001 s, which cannot be",
        ),
        (
            {"Transcript": [{"BeginOffsetMillis": 0, "EndOffsetMillis": 9,
                             "Items": [{"Content": "a"}]}]},
            'The word "a" of turn 0 of job.json has no times',
        ),
    ],
)  # fmt: skip
def test_wrong_call_analytics_is_a_sentence(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read_call_analytics(as_file(tmp_path, content))


def test_no_json_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match="job.json is no JSON"):
        read_call_analytics(written(tmp_path, "{", "job.json"))


@pytest.mark.real
def test_a_real_call_analytics_result():
    path = DATA / "aws_transcribe_word" / "example-call.json"
    if not path.exists():
        pytest.skip("real speech is absent: ../shared/data/aws_transcribe_word")
    found = read_call_analytics(path, channels=STEREO)
    assert len(found.turns) == 37 and found.turns["role"].value_counts().to_dict() == {
        "agent": 19, "customer": 18,
    }  # fmt: skip
    assert (found.words["kind"] == "word").sum() == 462
    assert found.interruptions["end_s"].tolist() == [20.86, 168.66]
    assert found.turns["loudness_mean"].between(30, 100).all()
    tier = from_tier(found.turns, "transcribe_call_analytics", call_id="example-call")
    text = attach_text(tier.utterances, found.words)["text"]
    assert text.notna().all()
    said = found.turns["text"].str.lower().str.replace(r"\W", "", regex=True)
    heard = text.str.lower().str.replace(r"\W", "", regex=True)
    assert (said.to_numpy() == heard.to_numpy()).mean() > 0.9
    assert gap_table(tier.utterances)["response_latency_s"].notna().sum() > 20


# text beside utterances


def utterance_rows(spans, channel=0, call_id="c1", **more) -> pd.DataFrame:
    rows = pd.DataFrame(spans, columns=["start_s", "end_s"]).astype("float64")
    return rows.assign(call_id=call_id, channel=channel, **more)


def spoken(rows, channel=0, call_id="c1", **more) -> pd.DataFrame:
    words = pd.DataFrame(rows, columns=["start_s", "end_s", "text"])
    return words.assign(call_id=call_id, channel=channel, **more)


def test_a_word_goes_where_its_middle_is_and_never_to_another_channel():
    cuts = utterance_rows([(0, 2), (2, 4)])
    words = spoken([(1.7, 2.1, "a"), (1.8, 2.4, "b"), (4.1, 4.3, "near"), (9, 9.5, "far")])
    assert attach_text(cuts, words)["text"].tolist() == ["a", "b near"]
    assert attach_text(cuts, words, tolerance_s=0)["text"].tolist() == ["a", "b"]
    assert attach_text(cuts, words.assign(channel=1))["text"].isna().all()
    assert "text" not in cuts.columns


def test_words_win_over_phrases_and_a_source_can_be_named():
    cuts = utterance_rows([(0, 4)])
    words = pd.concat(
        [
            spoken([(0, 3, "one long phrase")], source="webvtt", kind="phrase"),
            spoken([(0, 1, "two"), (1, 2, "words")], source="asr", kind="word"),
        ]
    )
    assert attach_text(cuts, words)["text"].item() == "two words"
    assert attach_text(cuts, words, source="webvtt")["text"].item() == "one long phrase"
    with pytest.raises(InputError, match='no words of the source "webvt".*"webvtt"'):
        attach_text(cuts, words, source="webvt")


def test_a_phrase_goes_to_its_middle_or_else_to_the_longest_share():
    cuts = utterance_rows([(0, 2), (6, 9)])
    assert attach_text(cuts, spoken([(1, 7.5, "phrase")]))["text"].tolist()[1] == "phrase"
    assert attach_text(cuts, spoken([(0, 9, "phrase")]))["text"].isna().tolist() == [True, False]
    assert attach_text(cuts, spoken([(3, 5, "phrase")]))["text"].isna().all()


def test_without_channels_the_role_or_the_time_decides():
    cuts = pd.concat(
        [
            utterance_rows([(0, 4)], pd.NA, role="customer"),
            utterance_rows([(1, 3)], pd.NA, role="agent"),
        ]
    )
    words = spoken([(1.5, 2.0, "hello")], pd.NA, role="customer")
    assert attach_text(cuts, words)["text"].tolist()[0] == "hello"
    assert attach_text(cuts, words.assign(role="unknown"))["text"].tolist()[1] == "hello"
    assert attach_text(cuts, words.drop(columns="role"))["text"].tolist()[1] == "hello"


def test_calls_segmentations_and_units_do_not_mix():
    cuts = pd.concat(
        [
            utterance_rows([(0, 1), (1, 2)], segmentation_id="s1", unit="utterance"),
            utterance_rows([(0, 2)], segmentation_id="s2", unit="turn"),
            utterance_rows([(0, 9), (0, 9)], pd.NA, segmentation_id="s3", unit="call"),
            utterance_rows([(0, 2)], call_id="c2", segmentation_id="s4", unit="utterance"),
        ],
        ignore_index=True,
    )
    words = pd.concat([spoken([(0.2, 0.4, "a"), (1.2, 1.4, "b")]), spoken([(0.5, 0.9, "c")], 1)])
    assert attach_text(cuts, words)["text"].fillna("").tolist() == [
        "a", "b", "a b", "a c b", "a c b", "",
    ]  # fmt: skip


def test_no_words_and_no_utterances():
    cuts = utterance_rows([(0, 1)])
    nothing = spoken([(0, 1, "a")]).iloc[:0]
    assert attach_text(cuts, nothing)["text"].isna().all()
    assert attach_text(cuts.iloc[:0], spoken([(0, 1, "a")])).empty
    assert attach_text(cuts, nothing, source="any").shape == (1, 5)


def test_missing_columns_are_sentences():
    with pytest.raises(InputError, match='words have no column "text"'):
        attach_text(utterance_rows([(0, 1)]), spoken([(0, 1, "a")]).drop(columns="text"))
    with pytest.raises(InputError, match='utterances have no column "start_s".*"strat_s"'):
        cuts = utterance_rows([(0, 1)]).rename(columns={"start_s": "strat_s"})
        attach_text(cuts, spoken([(0, 1, "a")]))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(1, 20)), max_size=12),
    st.lists(st.integers(1, 20), min_size=1, max_size=8),
)
def test_every_word_is_in_at_most_one_utterance(words, lengths):
    edges = np.cumsum([0, *lengths])
    cuts = utterance_rows([(a, b - 0.5) for a, b in zip(edges[:-1], edges[1:], strict=True)])
    named = spoken([(a, a + n, f"w{i}") for i, (a, n) in enumerate(words)])
    texts = attach_text(cuts, named)["text"].dropna()
    said = [word for text in texts for word in text.split()]
    assert len(said) == len(set(said)) and set(said) <= set(named["text"])
    middles = {f"w{i}": a + n / 2 for i, (a, n) in enumerate(words)}
    for start_s, end_s, text in attach_text(cuts, named)[["start_s", "end_s", "text"]].values:
        held = {word for word, middle in middles.items() if start_s <= middle < end_s}
        assert held <= set(() if text is None or text != text else text.split())
