"""What is drawn of some seconds, and the gain of a channel for even loudness."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

import workbench as wb
from tests.speech import CUSTOMER_HZ, TURNS, write_calls
from tests.voices import real_speech
from workbench.audio.loudness import (
    TARGET_LUFS,
    gated_loudness_lufs,
    levelling_gain_db,
    weighted_powers,
)
from workbench.audio.spectrogram import RANGE_DB, mel_spectrogram
from workbench.errors import InputError
from workbench.prosody import frame_tracks, voice_curves
from workbench.workspace import hearing
from workbench.workspace.levelling import call_gains


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seen")
    ws = wb.create(folder / "ws")
    ws.ingest(write_calls(folder / "calls", n=1), roles={0: "customer", 1: "agent"})
    return ws


def decibels(spectrogram):
    return spectrogram.floor_db + spectrogram.levels * (RANGE_DB / 255)


# ---- spectrogram ---------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 48000])
@pytest.mark.parametrize("hz", [300, 1000, 3000])
def test_a_tone_lies_in_its_band_and_has_its_level(rate, hz):
    """A sine of a tenth of full scale has -23 dB; its band is known from the mel formula."""
    tone = 0.1 * np.sin(2 * np.pi * hz * np.arange(rate) / rate)
    picture = mel_spectrogram(tone, rate)
    assert picture.levels.shape == (100, 80)
    assert picture.high_hz == min(8000, rate // 100 * 50)
    mel = [2595 * np.log10(1 + f / 700) for f in (hz, picture.high_hz)]
    middle = decibels(picture)[50]
    assert middle.argmax() == pytest.approx(81 * mel[0] / mel[1] - 1, abs=0.6)
    assert 10 * np.log10(np.sum(10 ** (middle / 10))) == pytest.approx(-23.0, abs=0.3)


def test_a_click_lies_in_the_frame_in_which_it_happens():
    samples = np.zeros(16000)
    samples[round(0.505 * 16000)] = 0.5
    powers = (10 ** (decibels(mel_spectrogram(samples, 16000)) / 10)).sum(axis=1)
    assert abs(int(powers.argmax()) - 50) <= 1
    assert np.average(np.arange(100), weights=powers) == pytest.approx(50, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 16000])
def test_bands_are_those_of_librosa(rate):
    feature = pytest.importorskip("librosa").feature
    noise = np.random.default_rng(0).normal(0, 0.1, rate).astype(np.float32)
    size, width, hop = rate * 8 // 125, rate * 4 // 125, rate // 100
    window = np.hanning(width + 1)[:-1]
    power = feature.melspectrogram(
        y=np.pad(noise, (size - hop) // 2), sr=rate, n_fft=size, win_length=width, hop_length=hop,
        window=window, center=False, n_mels=80, fmin=0, htk=True, norm=None,
    )  # fmt: skip
    wanted = 10 * np.log10(np.maximum(power.T * 2 / (size * np.square(window).sum()), 1e-12))
    picture = mel_spectrogram(noise, rate)
    step_db = RANGE_DB / 255
    wanted = np.maximum(wanted, picture.floor_db)
    np.testing.assert_allclose(decibels(picture), wanted, atol=0.51 * step_db)


def test_silence_is_black_and_nothing_is_no_picture():
    assert not mel_spectrogram(np.zeros(8000), 8000).levels.any()
    assert mel_spectrogram(np.zeros(0), 8000).levels.shape == (0, 80)
    assert mel_spectrogram(np.zeros(81), 8000).levels.shape == (2, 80)
    with pytest.raises(InputError, match=r"\(4, 2\) at 8000 Hz came.*one channel"):
        mel_spectrogram(np.zeros((4, 2)), 8000)


# ---- the picture of a call -----------------------------------------------------------------


def test_a_picture_has_f0_and_level_on_the_frames_of_the_spectrogram(workspace):
    channel, start_s, end_s = next(turn for turn in TURNS if turn[0] == 0)
    picture = hearing.call_picture(workspace, "c0", channel, start_s, end_s)
    n_frames = len(picture.levels)
    assert n_frames == pytest.approx((end_s - start_s) / 0.01, abs=1)
    assert picture.f0_hz.shape == picture.level_db.shape == (n_frames,)
    assert np.nanmedian(picture.f0_hz) == pytest.approx(CUSTOMER_HZ, rel=0.15)
    samples, rate = hearing.read_call(workspace, "c0", channel, start_s, end_s)
    whole = frame_tracks(samples[:, 0], rate)
    np.testing.assert_allclose(picture.level_db[:-1], whole["intensity_db"][: n_frames - 1], atol=3)


def test_a_picture_is_of_one_channel_and_may_begin_and_end_anywhere(workspace):
    with pytest.raises(InputError, match="2 channels; a picture is that of one"):
        hearing.call_picture(workspace, "c0", None, 0.0, 1.0)
    end_s = workspace.table("recordings")["duration_s"].max()
    for first, last in ((0.0, 0.005), (0.123, 0.5), (end_s - 0.2, end_s + 0.3)):
        picture = hearing.call_picture(workspace, "c0", 1, first, last)
        assert len(picture.f0_hz) == len(picture.levels) == len(picture.level_db) > 0
        assert picture.start_s == first


@pytest.mark.real
def test_quick_curves_are_those_of_the_full_tracks():
    samples, rate = real_speech("aws_lca/Auto_Repairs_40_UTC_caller.flac")
    signal = samples[: 30 * rate, 0]
    full, quick = frame_tracks(signal, rate), voice_curves(signal, rate)
    np.testing.assert_allclose(quick["intensity_db"], full["intensity_db"], atol=0.01)
    same = np.isclose(quick["f0_hz"], full["f0_hz"], rtol=0.001, equal_nan=True)
    assert same.mean() > 0.995


# ---- loudness ------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
def test_loudness_of_a_tone_is_that_of_the_standard(rate):
    """BS.1770: 997 Hz at full scale on one channel reads -3.01 LUFS."""
    tone = np.sin(2 * np.pi * 997 * np.arange(3 * rate) / rate).astype(np.float32)
    assert gated_loudness_lufs(weighted_powers(tone[:, None], rate)[0]) == pytest.approx(
        -3.01, abs=0.05
    )


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["aws_lca/Auto_Repairs_40_UTC_caller.flac", "utep/calls/utep-126.wav"]
)
def test_loudness_of_real_calls_is_that_of_pyloudnorm(name):
    meter = pytest.importorskip("pyloudnorm").Meter
    samples, rate = real_speech(name)
    for signal, powers in zip(samples.T, weighted_powers(samples, rate), strict=True):
        wanted = meter(rate).integrated_loudness(signal.astype(np.float64))
        assert gated_loudness_lufs(powers) == pytest.approx(wanted, abs=0.1)


@given(st.floats(-90, 0), st.floats(1e-6, 1))
def test_a_gain_is_bounded_and_never_clips(loudness, peak):
    gain_db = levelling_gain_db(loudness, peak)
    assert -20 <= gain_db <= 20
    assert gain_db <= 0 or peak * 10 ** (gain_db / 20) <= 1 + 1e-9
    assert levelling_gain_db(float("-inf"), peak) == levelling_gain_db(loudness, 0.0) == 0.0


def test_both_sides_of_a_call_come_to_the_same_loudness(tmp_path):
    manifest = write_calls(tmp_path / "calls", n=1)
    samples, rate = soundfile.read(tmp_path / "calls" / "0.wav")
    soundfile.write(tmp_path / "calls" / "0.wav", samples * [0.1, 0.5], rate, subtype="PCM_16")
    ws = wb.create(tmp_path / "ws")
    ws.ingest(manifest, roles={0: "customer", 1: "agent"})
    gains = call_gains(ws, "c0")
    played, _ = hearing.read_call(ws, "c0", None, 0.0, len(samples) / rate)
    played = played * np.float32([10 ** (gains[c] / 20) for c in (0, 1)])
    assert np.abs(played).max() <= 1
    loudness = [gated_loudness_lufs(powers) for powers in weighted_powers(played, rate)]
    bounded = [gains[0] == 20, gains[1] == 20]
    for one, at_bound in zip(loudness, bounded, strict=True):
        assert at_bound or one == pytest.approx(TARGET_LUFS, abs=0.2)
    assert call_gains(ws, "c0") == gains
