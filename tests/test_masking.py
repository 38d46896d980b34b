"""The masked voice: what is kept, what is gone, the same whichever window asks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench as wb
from tests.speech import call
from tests.voices import (
    DATA,
    praat_f0,
    real_speech,
    speech_of_many,
    telephone,
    vowel,
)
from workbench.activity import frame_levels_db
from workbench.errors import InputError, RecordingError
from workbench.masking import masked_voice
from workbench.prosody import frame_tracks
from workbench.workspace import hearing

real = pytest.mark.real
RATE = 16000


def curves(n=300, *, hz=180.0, level_db=-20.0, start=0):
    """Voice that glides, a consonant in the middle, nobody at the end."""
    at = np.arange(start, start + n)
    f0 = hz * 2 ** (0.3 * np.sin(at / 40))
    f0[100:112] = np.nan
    return pd.DataFrame(
        {
            "time_s": (at + 0.5) / 100,
            "f0_hz": f0,
            "intensity_db": level_db + 6 * np.sin(at / 7),
            "speech": np.arange(n) < n - 50,
        }
    )


def masked(samples, rate):
    tracks = frame_tracks(samples, rate)
    return tracks, masked_voice(tracks, rate)[: len(samples)]


def band_levels_db(samples, rate, edges):
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hz = np.fft.rfftfreq(len(samples), 1 / rate)
    return np.array(
        [
            10 * np.log10(power[(hz >= a) & (hz < b)].mean())
            for a, b in zip(edges[:-1], edges[1:], strict=True)
        ]
    )


# ---- made curves ---------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 48000])
@pytest.mark.parametrize("hz", [80.0, 180.0, 300.0])
def test_f0_and_level_come_back_as_they_went_in(rate, hz):
    tracks = curves(hz=hz)
    again = frame_tracks(masked_voice(tracks, rate), rate)
    clear = tracks["speech"] & tracks["f0_hz"].notna() & again["f0_hz"].notna()
    assert clear.mean() > 0.7
    ratio = (again["f0_hz"] / tracks["f0_hz"])[clear]
    assert ratio.median() == pytest.approx(1, abs=0.005)
    assert ratio.between(0.98, 1.02).mean() > 0.97
    spoken = tracks["speech"].to_numpy()
    levels = tracks["intensity_db"][spoken], again["intensity_db"][spoken]
    assert np.corrcoef(*levels)[0, 1] > 0.97
    assert (levels[1] - levels[0]).mean() == pytest.approx(0, abs=0.5)


def test_pauses_are_silent():
    sound = masked_voice(curves(), RATE)
    assert not sound[round(2.51 * RATE) :].any()
    assert sound[: round(2.4 * RATE)].any()


def test_nothing_clicks_at_the_edges_of_speech_voice_and_band():
    """A click fills the whole band; above 1.8 kHz there is next to nothing."""
    rng = np.random.default_rng(4)
    tracks = curves(1000)
    tracks["speech"] = np.repeat(rng.random(100) < 0.7, 10)
    tracks.loc[np.repeat(rng.random(100) < 0.4, 10), "f0_hz"] = np.nan
    sound = masked_voice(tracks, RATE)
    power = np.abs(np.fft.rfft(sound)) ** 2
    above = np.fft.rfftfreq(len(sound), 1 / RATE) > 1800
    assert 10 * np.log10(power[above].sum() / power.sum()) < -45


def test_every_vowel_sounds_the_same():
    """Formants of an [a] at 700 and 1200 Hz: bands that differ by 10 dB come out alike."""
    rate, edges = 8000, np.arange(280, 1300, 280)
    sound = vowel(rate, 140.0)
    assert np.ptp(band_levels_db(sound, rate, edges)) > 10
    hidden = masked_voice(frame_tracks(sound, rate).assign(speech=True), rate)
    assert np.ptp(band_levels_db(hidden[rate // 2 : -rate // 2], rate, edges)) < 2


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 23000), st.integers(1, 8000), st.integers(0, 60))
def test_a_window_is_the_same_whichever_longer_one_it_is_cut_from(first, n, later):
    whole = masked_voice(curves(), 8000)
    last = min(first + n, whole.size)
    window = masked_voice(curves(), 8000, start_s=first / 8000, end_s=last / 8000)
    np.testing.assert_array_equal(window, whole[first:last])
    # tracks that begin later, but before the last consonant, give the same
    if first > 11500:
        tracks = curves().iloc[later:]
        window = masked_voice(tracks, 8000, start_s=first / 8000, end_s=last / 8000)
        np.testing.assert_array_equal(window, whole[first:last])


def test_what_lies_outside_the_tracks_is_silent():
    tracks = curves(50, start=100).assign(speech=True)
    sound = masked_voice(tracks, 8000, start_s=0.5, end_s=2.5)
    assert len(sound) == 16000
    assert not sound[:3900].any()
    assert not sound[8200:].any()
    assert sound[4100:7900].any()
    assert not masked_voice(tracks[:0], 8000, end_s=1.0).any()


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (lambda t: t.drop(columns="speech"), {}, 'no column "speech".*frame_tracks'),
        (lambda t: t.drop(index=5), {}, "frame at 0.065.* is out of step"),
        (lambda t: t, {"start_s": 2.0, "end_s": 1.0}, "window 2.0 to 1.0 s came"),
        (lambda t: t, {"start_s": -1.0}, "begins at 0 s or later"),
    ],
)
def test_what_cannot_be_masked_is_said(change, options, sentence):
    with pytest.raises(InputError, match=sentence):
        masked_voice(change(curves()), 8000, **options)


def test_a_rate_too_low_for_a_voice_is_said():
    with pytest.raises(InputError, match="2000 Hz came.*at least 4000"):
        masked_voice(curves(), 2000)


# ---- a call of a workspace -----------------------------------------------------------------


@pytest.fixture(scope="module")
def long_call(tmp_path_factory):
    """A stereo call of over a minute, and the same call in a workspace."""
    folder = tmp_path_factory.mktemp("masked")
    samples = np.concatenate([call(seed)[0] for seed in range(3)])
    samples = np.tile(samples, (int(np.ceil(70 * 8000 / len(samples))), 1))
    soundfile.write(folder / "a.wav", samples, 8000, subtype="PCM_16")
    (folder / "calls.csv").write_text("call_id,path\na,a.wav\nb,\n")
    ws = wb.create(folder / "ws")
    ws.ingest(folder / "calls.csv", roles={0: "customer", 1: "agent"})
    return ws, len(samples) / 8000


def test_any_window_of_a_call_is_cut_from_the_same_sound(long_call):
    ws, length_s = long_call
    whole, rate = hearing.masked_call(ws, "a", None, 0.0, length_s)
    assert (whole.shape, rate) == ((round(length_s * 8000), 2), 8000)
    assert np.abs(whole).max(axis=0).min() > 0.05
    for start_s, end_s in ((0, 10), (25.3, 35.3), (29.99, 30.01), (58.1234, 61.77), (60, 70)):
        window, _ = hearing.masked_call(ws, "a", None, start_s, end_s)
        first = round(start_s * 8000)
        np.testing.assert_array_equal(window, whole[first : first + len(window)])
    alone, _ = hearing.masked_call(ws, "a", 1, 25.3, 35.3)
    np.testing.assert_array_equal(alone[:, 0], whole[round(25.3 * 8000) :][: len(alone), 1])


def test_a_call_is_masked_where_it_is_spoken(long_call):
    ws, length_s = long_call
    hidden, rate = hearing.masked_call(ws, "a", None, 0.0, length_s)
    plain, _ = hearing.read_call(ws, "a", None, 0.0, length_s)
    assert hidden.shape == plain.shape
    for one, other in zip(plain.T, hidden.T, strict=True):
        tracks, again = frame_tracks(one, rate), frame_tracks(other, rate)
        loud = (tracks["speech"] & (tracks["intensity_db"] > -50)).to_numpy()
        pair = tracks["intensity_db"][loud], again["intensity_db"][loud]
        assert np.corrcoef(*pair)[0, 1] > 0.95
        voiced = tracks["speech"] & tracks["f0_hz"].notna()
        hz = tracks["f0_hz"][voiced].median(), again["f0_hz"][voiced].median()
        assert hz[1] == pytest.approx(hz[0], rel=0.02)


def test_beyond_the_end_there_is_silence_and_without_audio_a_sentence(long_call):
    ws, length_s = long_call
    window, _ = hearing.masked_call(ws, "a", None, length_s - 1.0, length_s + 1.0)
    assert len(window) == 16000
    assert not window[8100:].any()
    with pytest.raises(InputError, match="no channel 5"):
        hearing.masked_call(ws, "a", 5, 0.0, 1.0)
    with pytest.raises(RecordingError, match="Call b has no audio"):
        hearing.masked_call(ws, "b", None, 0.0, 1.0)


# ---- real speech ---------------------------------------------------------------------------


@real
@pytest.mark.parametrize("line", ["wide", "telephone"])
def test_real_voices_keep_f0_and_level(line):
    """Median F0 of each recording, by one tracker on both sides; level in dB over speech frames.

    Our tracker looks at the frames that it finds voiced on both sides. Praat is another
    witness, over the frames on which it agrees with ours about the original to a fifth:
    the masked voice is made from our curves, and where one of the two is an octave
    off they cannot both be followed.
    """
    off, off_by_praat, alike = [], [], []
    for _, samples, rate in speech_of_many(n=2):
        if line == "telephone":
            samples, rate = telephone(samples, rate)
        tracks, hidden = masked(np.asarray(samples, np.float32), rate)
        spoken = tracks["speech"] & (tracks["intensity_db"] > tracks["intensity_db"].max() - 50)
        levels = frame_levels_db(hidden, rate)
        alike.append(np.corrcoef(tracks["intensity_db"][spoken], levels[spoken])[0, 1])
        own = tracks["f0_hz"].where(tracks["speech"]).fillna(0).to_numpy()
        again = frame_tracks(hidden, rate)["f0_hz"].fillna(0).to_numpy()
        times = tracks["time_s"].to_numpy()
        praat, praat_again = (praat_f0(x, rate, times, 60, 600) for x in (samples, hidden))
        off.append(apart(again, own, np.ones_like(own, bool)))
        off_by_praat.append(apart(praat_again, praat, np.abs(praat - own) < 0.2 * own))
    assert len(off) >= 10
    assert max(off) < 0.02
    assert max(off_by_praat) < 0.02
    assert min(alike) > 0.95


def apart(one, other, where):
    """How far the medians of two tracks are apart, over the frames that are voiced in both."""
    both = where & (one > 0) & (other > 0)
    assert both.sum() >= 20
    return abs(np.median(one[both]) / np.median(other[both]) - 1)


SPOKEN = {
    "ravdess/Actor_01/03-01-02-01-01-01-01.flac": "kids are talking by the door",
    "ravdess/Actor_02/03-01-01-01-01-01-02.flac": "kids are talking by the door",
    "ravdess/Actor_03/03-01-01-01-01-01-03.flac": "kids are talking by the door",
    "praatio/bobby.wav": "bobby ripped the ledger",
    "praatio/mary.wav": "mary rolled the barrel",
    "pocketsphinx_test/goforward.raw": "go forward ten meters",
    "pocketsphinx_test/something.raw": "go somewhere and do something",
    "pocketsphinx_test/dhd.2934z.raw": "two nine three four zero",
}
"""English that PocketSphinx understands at least half of; chosen by the originals alone."""


@pytest.fixture(scope="module")
def read_aloud():
    """Short recordings: words, samples, sampling rate."""
    out = []
    for name, text in SPOKEN.items():
        if name.endswith(".raw"):
            if not (DATA / name).exists():
                pytest.skip(f"real speech is absent: ../shared/data/{name}")
            samples, rate = np.fromfile(DATA / name, "<i2") / 32768, 16000
        else:
            both, rate = real_speech(name)
            samples = both[:, 0]
        out.append((text.split(), np.asarray(samples, np.float32), rate))
    return out


def words_right(wanted, heard):
    """Words of `wanted` that `heard` has, in order (longest common subsequence)."""
    row = [0] * (len(heard) + 1)
    for word in wanted:
        before = row
        row = [0]
        for at, other in enumerate(heard):
            row.append(before[at] + 1 if word == other else max(before[at + 1], row[-1]))
    return row[-1]


@real
def test_a_recogniser_understands_the_voice_and_not_the_masked_voice(read_aloud):
    """PocketSphinx with the general English model of its wheel."""
    pocketsphinx = pytest.importorskip("pocketsphinx")
    import soxr

    decoder = pocketsphinx.Decoder(loglevel="FATAL")

    def heard(samples, rate):
        line = np.clip(soxr.resample(samples, rate, 16000), -1, 1)
        decoder.start_utt()
        decoder.process_raw((line * 32767).astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        return hypothesis.hypstr.split() if hypothesis else []

    n_words = sum(len(text) for text, _, _ in read_aloud)
    plain = sum(words_right(text, heard(x, rate)) for text, x, rate in read_aloud)
    hidden = sum(words_right(text, heard(masked(x, rate)[1], rate)) for text, x, rate in read_aloud)
    assert plain / n_words > 0.75
    assert hidden / n_words < 0.05
