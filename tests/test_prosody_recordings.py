"""From a file and its utterances to the table prosody: shape, properties, bad input."""

from __future__ import annotations

import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.voices import made_call, real_speech, vowel
from workbench.errors import InputError, RecordingError
from workbench.prosody import ProsodySettings, frame_tracks, measure_channel, measure_recording
from workbench.schema import TABLES, check_table

real = pytest.mark.real
TURNS = [(0, 0.5, 2.5), (1, 3.0, 5.0), (0, 5.6, 7.6), (0, 8.8, 10.4)]
UTTERANCES = pd.DataFrame(TURNS, columns=["channel", "start_s", "end_s"])
MEASURES = [
    name
    for name, column in TABLES["prosody"].columns.items()
    if column.kind in ("float", "int")
]  # fmt: skip
LEVELS = ["intensity_db", "intensity_peak_db"]


@pytest.fixture(scope="module")
def stereo():
    return made_call(TURNS, 11.0)


@pytest.fixture(scope="module")
def recording(stereo, tmp_path_factory):
    path = tmp_path_factory.mktemp("calls") / "call.wav"
    soundfile.write(path, stereo, 8000, subtype="PCM_16")
    return path


def assert_close(one, other, *, but=(), rel=0.02, abs_=0.05):
    for name in MEASURES:
        if name in but:
            continue
        left, right = (np.asarray(t[name], dtype=float) for t in (one, other))
        np.testing.assert_allclose(left, right, rtol=rel, atol=abs_, err_msg=name)


# ---- the table ------------------------------------------------------------------------------


def test_one_row_an_utterance_in_the_order_that_came(recording):
    asked = UTTERANCES.assign(utterance_id=list("dbca")).sample(frac=1, random_state=1)
    rows = measure_recording(recording, asked)
    check_table(rows, "prosody")
    assert rows["utterance_id"].tolist() == asked["utterance_id"].tolist()
    assert rows["usable"].all()
    by_channel = rows.assign(channel=asked["channel"].to_numpy()).groupby("channel")
    medians = by_channel["f0_median_hz"].mean()
    assert medians[0] == pytest.approx(190, rel=0.05)
    assert medians[1] == pytest.approx(115, rel=0.05)


def test_every_empty_measure_has_a_reason_and_no_other(recording):
    for row in measure_recording(recording, UTTERANCES).to_dict("records"):
        empty = {name for name in MEASURES if pd.isna(row[name])}
        assert empty == set(row["abstained"] or {})
        assert all(reason.endswith(".") for reason in (row["abstained"] or {}).values())


def test_settings_stand_beside_the_numbers(recording):
    rows = measure_recording(recording, UTTERANCES, settings=ProsodySettings(min_pause_s=0.4))
    assert rows["settings"].iloc[0]["min_pause_s"] == 0.4
    assert rows["settings"].iloc[0] == ProsodySettings(min_pause_s=0.4).as_dict()


def test_ids_are_the_same_every_time(recording):
    first, second = (measure_recording(recording, UTTERANCES) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert first["utterance_id"].is_unique


def test_a_file_in_memory_and_on_disk_give_the_same(recording, stereo):
    rows = measure_recording(recording, UTTERANCES)
    for channel in (0, 1):
        mine = (UTTERANCES["channel"] == channel).to_numpy()
        own = measure_channel(stereo[:, channel], 8000, UTTERANCES[mine])
        assert_close(rows[mine].reset_index(drop=True), own, but=["pause_before_s"])


def test_pauses_before_are_those_of_a_speaker_who_goes_on(recording):
    rows = measure_recording(recording, UTTERANCES)
    assert rows["pause_before_s"].isna().tolist() == [True, True, True, False]
    assert rows["pause_before_s"].iloc[3] == pytest.approx(1.2)


def test_gaps_and_words_that_came_are_passed_through(recording):
    asked = UTTERANCES.assign(
        pause_before_s=[np.nan, np.nan, np.nan, 1.2],
        response_latency_s=[np.nan, 0.5, 0.6, np.nan],
        overlap_s=[0.0, 0.0, 0.1, 0.0],
        text=["one two three four", None, "", "five six"],
    )
    rows = measure_recording(recording, asked)
    assert rows["response_latency_s"].tolist()[1:3] == [0.5, 0.6]
    assert rows["overlap_s"].tolist() == [0.0, 0.0, 0.1, 0.0]
    assert rows["word_rate_per_s"].iloc[0] == pytest.approx(2.0, rel=0.1)
    assert rows["word_rate_per_s"].isna().tolist() == [False, True, True, False]
    assert "does not follow a turn" in rows["abstained"].iloc[0]["response_latency_s"]


def test_channels_of_the_call_need_not_be_those_of_the_file(recording):
    moved = UTTERANCES.assign(channel=UTTERANCES["channel"] + 2)
    rows = measure_recording(recording, moved, channels={2: 0, 3: 1})
    assert_close(rows, measure_recording(recording, UTTERANCES))


def test_a_recording_that_begins_later_in_the_call(recording):
    later = UTTERANCES.assign(
        start_s=UTTERANCES["start_s"] + 60, end_s=UTTERANCES["end_s"] + 60
    )  # fmt: skip
    rows = measure_recording(recording, later, offset_s=60.0)
    assert_close(rows, measure_recording(recording, UTTERANCES))


def test_a_unit_over_all_channels_belongs_to_nobody(recording):
    asked = pd.DataFrame({"channel": [0, None], "start_s": [0.5, 0.0], "end_s": [2.5, 11.0]})
    rows = measure_recording(recording, asked.astype({"channel": "Int64"}))
    assert rows["usable"].tolist() == [True, False]
    assert "covers all channels" in rows["abstained"].iloc[1]["f0_median_hz"]


def test_two_speakers_of_one_channel_have_a_range_each():
    samples = np.concatenate([vowel(8000, 90, noise=0.02), vowel(8000, 420, noise=0.02)])
    asked = pd.DataFrame({"start_s": [0.0, 2.0], "end_s": [2.0, 4.0], "speaker_id": ["m", "f"]})
    rows = measure_channel(samples, 8000, asked)
    assert rows["f0_median_hz"].tolist() == pytest.approx([90, 420], rel=0.02)


def test_frame_tracks_are_for_pictures(stereo):
    tracks = frame_tracks(stereo[:, 0], 8000)
    assert tracks.columns.tolist() == [
        "time_s", "f0_hz", "intensity_db", "speech", "spectral_tilt_db", "hnr_db",
    ]  # fmt: skip
    assert len(tracks) == 1100
    assert tracks["time_s"].iloc[0] == pytest.approx(0.005)
    speaking = tracks["time_s"].between(0.7, 2.3)
    assert tracks.loc[speaking, "speech"].mean() > 0.9
    assert not tracks.loc[tracks["time_s"].between(3, 5), "speech"].any()
    assert tracks.loc[speaking, "f0_hz"].median() == pytest.approx(190, rel=0.05)


def test_no_utterances_make_an_empty_table(recording):
    rows = measure_recording(recording, UTTERANCES.head(0))
    assert rows.empty
    assert list(rows.columns) == list(TABLES["prosody"].columns)


# ---- properties -----------------------------------------------------------------------------


@pytest.mark.parametrize("gain_db", [-20, -6, 6])
def test_gain_changes_intensity_only(stereo, gain_db):
    spans = UTTERANCES[UTTERANCES["channel"] == 0]
    plain = measure_channel(stereo[:, 0], 8000, spans)
    louder = measure_channel(stereo[:, 0] * 10 ** (gain_db / 20), 8000, spans)
    assert_close(plain, louder, but=LEVELS, rel=1e-3, abs_=2e-3)
    for name in LEVELS:
        np.testing.assert_allclose(louder[name] - plain[name], gain_db, atol=0.01)


@given(st.integers(1, 900))
@settings(max_examples=8, deadline=None)
def test_a_shift_in_time_changes_nothing(frames):
    samples = made_call(TURNS, 11.0)[:, 0]
    spans = UTTERANCES[UTTERANCES["channel"] == 0]
    lead = np.random.default_rng(frames).normal(0, 0.0005, frames * 80)
    shifted = spans.assign(
        start_s=spans["start_s"] + frames / 100, end_s=spans["end_s"] + frames / 100
    )
    assert_close(
        measure_channel(samples, 8000, spans),
        measure_channel(np.concatenate([lead, samples]), 8000, shifted),
        but=["bandwidth_hz", "jitter", "shimmer", "hnr_db"],
    )


def test_swapping_channels_swaps_rows_only(stereo, tmp_path, recording):
    swapped = tmp_path / "swapped.wav"
    soundfile.write(swapped, stereo[:, ::-1], 8000, subtype="PCM_16")
    turned = UTTERANCES.assign(channel=1 - UTTERANCES["channel"])
    assert_close(measure_recording(swapped, turned), measure_recording(recording, UTTERANCES))


def test_other_utterances_do_not_move_a_measure(recording):
    alone = measure_recording(recording, UTTERANCES.iloc[:1])
    among = measure_recording(recording, UTTERANCES).iloc[:1]
    assert_close(
        alone, among, but=["snr_db", "bandwidth_hz"], rel=0.05, abs_=0.1
    )  # the noise lies between more utterances now


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(8000), "less than 0.05 s of speech"),
        (np.full(8000, 0.2), None),
        (np.full(8000, np.nan), "not numbers"),
        (np.full(8000, np.inf), "not numbers"),
        (np.sign(np.sin(np.arange(8000) / 8)), None),
        (np.zeros(1), "less than 0.05 s of speech"),
        (np.zeros(0), "outside the recording"),
        (np.float32(1e-30) * np.ones(8000), "less than 0.05 s of speech"),
        (np.random.default_rng(0).integers(0, 2, 8000).astype(bool), None),
    ],
    ids=["zeros", "direct current", "nan", "inf", "square", "one", "none", "tiny", "bits"],
)
def test_strange_samples_neither_warn_nor_crash(samples, reason):
    span = pd.DataFrame({"start_s": [0.0], "end_s": [1.0]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        row = measure_channel(samples, 8000, span).iloc[0]
        frame_tracks(samples, 8000)
    if reason:
        assert not row["usable"]
        assert reason in row["abstained"]["f0_median_hz"]
        assert np.isnan(row["f0_median_hz"])


def test_a_few_bad_samples_do_not_spoil_an_utterance():
    voice = vowel(8000, 150)
    voice[[500, 9000]] = np.nan
    row = measure_channel(voice, 8000, pd.DataFrame({"start_s": [0.0], "end_s": [2.0]})).iloc[0]
    assert row["f0_median_hz"] == pytest.approx(150, rel=0.01)


@pytest.mark.parametrize("seconds", [0.02, 0.1, 0.3, 0.6])
def test_short_utterances_say_what_is_missing(seconds):
    voice = np.concatenate([np.zeros(800), vowel(8000, 150)])
    span = pd.DataFrame({"start_s": [0.2], "end_s": [0.2 + seconds]})
    row = measure_channel(voice, 8000, span).iloc[0]
    if seconds < 0.05:
        assert not row["usable"]
    if seconds < 0.5:
        assert re_matches(row["abstained"], "speech_rate_syl_per_s", "are needed|of speech")
    if seconds == 0.6:
        assert row["f0_sd_st"] < 1


def re_matches(reasons, measure, pattern):
    import re

    return re.search(pattern, reasons[measure]) is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda u: u.rename(columns={"start_s": "star_s"}), 'no column "start_s".*"star_s"'),
        (lambda u: u.assign(end_s=u["start_s"]), "4 of 4 utterances do not end after they start"),
        (lambda u: u.assign(end_s=np.nan), "Times are seconds of the call"),
        (lambda u: u.assign(channel=5), "utterances on channel 5, but call.wav has 2 channels"),
    ],
)
def test_wrong_utterances_are_refused_in_a_sentence(recording, change, message):
    with pytest.raises(InputError, match=message):
        measure_recording(recording, change(UTTERANCES))


def test_wrong_samples_are_refused_in_a_sentence():
    span = pd.DataFrame({"start_s": [0.0], "end_s": [1.0]})
    with pytest.raises(InputError, match=r"one channel of shape \(n_samples,\)"):
        measure_channel(np.zeros((8000, 2)), 8000, span)
    with pytest.raises(InputError, match="at least 4000 Hz"):
        measure_channel(np.zeros(8000), 2000, span)
    with pytest.raises(InputError, match=r"setting voicing_threshold is 2\.0"):
        ProsodySettings(voicing_threshold=2.0)
    with pytest.raises(InputError, match="syllable_dip_db is -1"):
        ProsodySettings(syllable_dip_db=-1)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "talk.wav"
    path.write_text("not audio at all")
    with pytest.raises(RecordingError, match=r"talk\.wav"):
        measure_recording(path, UTTERANCES)


def test_utterances_beyond_the_end_are_said_to_be(recording):
    rows = measure_recording(recording, pd.DataFrame({"start_s": [50.0], "end_s": [52.0]}))
    assert "outside the recording" in rows["abstained"].iloc[0]["intensity_db"]


def test_importing_prosody_leaves_numba_and_scipy_alone():
    code = "import sys, workbench.prosody, workbench.cues; print(*sys.modules)"
    modules = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert not {"numba", "scipy.signal", "scipy.fft", "librosa"} & set(modules)


# ---- real calls -----------------------------------------------------------------------------


@real
def test_a_real_call_is_measured_quickly_and_completely():
    """The UTEP call: both channels, spans of three seconds; at least 100 times real time."""
    import time

    from tests.voices import DATA
    from workbench.activity import speech_activity

    samples, rate = real_speech("utep/calls/utep-126.wav")
    starts = np.arange(0, 60, 3.0)
    spans = pd.concat(
        pd.DataFrame({"channel": c, "start_s": starts, "end_s": starts + 3}) for c in (0, 1)
    )
    spans["speech_s"] = [
        speech_activity(samples[int(a * rate) : int(b * rate), c], rate).sum() * 0.01
        for c, a, b in spans.itertuples(index=False)
    ]
    path = DATA / "utep/calls/utep-126.wav"
    measure_recording(path, spans)
    began = time.process_time()
    rows = measure_recording(path, spans)
    assert 2 * len(samples) / rate / (time.process_time() - began) > 100
    rows["speech_s"] = spans["speech_s"].to_numpy()
    spoken = rows[rows["speech_s"] > 1.0]
    assert len(spoken) > 15
    assert spoken["f0_median_hz"].dropna().between(70, 300).all()
    assert spoken["f0_median_hz"].notna().mean() > 0.85
    assert spoken["articulation_rate_syl_per_s"].between(1.5, 8).mean() > 0.9
    assert (spoken["snr_db"] > 10).all()  # four seconds lie outside the spans
