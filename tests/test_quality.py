"""Quality columns against signals whose truth is known by making."""

from __future__ import annotations

import numpy as np
import pytest
import soundfile
from scipy.signal import firwin, lfilter

from tests.recorded import REAL, needs_real, speech
from workbench.audio import open_audio
from workbench.quality import measure_signal, quality_table

TURNS = [(1.0, 4.0), (6.0, 9.0), (12.0, 15.0)]
ANSWERS = [(4.3, 5.8), (9.5, 11.5), (15.5, 19.0)]


def judged(tmp_path, samples, rate=8000, subtype="FLOAT"):
    soundfile.write(tmp_path / "a.wav", samples, rate, subtype=subtype)
    with open_audio(tmp_path / "a.wav") as reader:
        signals = measure_signal(reader)
    return quality_table("1", dict(enumerate(signals))).set_index("channel")


def two(first, second):
    return np.stack([first, second], axis=1)


@pytest.mark.parametrize("snr_db", [10, 20, 30, 40])
def test_snr_is_the_power_of_speech_over_that_of_the_noise(tmp_path, snr_db):
    clean = speech(8000, 20.0, TURNS, noise=0.0)
    said = np.zeros(clean.size, bool)
    for start, end in TURNS:
        said[round(start * 8000) : round(end * 8000)] = True
    noise = np.sqrt(np.mean(clean[said] ** 2) / 10 ** (snr_db / 10))
    noisy = clean + np.random.default_rng(2).normal(0, noise, clean.size).astype(np.float32)
    assert judged(tmp_path, noisy)["snr_db"].item() == pytest.approx(snr_db, abs=2.0)


@pytest.mark.parametrize("cut_hz", [1700, 3400, 6000])
def test_bandwidth_is_where_the_filter_cuts(tmp_path, cut_hz):
    rng = np.random.default_rng(3)
    said = np.zeros(16000 * 20)
    for start, end in TURNS:
        n = round((end - start) * 16000)
        said[round(start * 16000) :][:n] = 0.1 * rng.standard_normal(n)
    low = lfilter(firwin(801, cut_hz, fs=16000), 1, said)
    low = (low + rng.normal(0, 1e-5, low.size)).astype(np.float32)
    found = judged(tmp_path, low, 16000)["bandwidth_hz"].item()
    assert found == pytest.approx(cut_hz, abs=160)


def test_bandwidth_of_a_whole_band_is_half_the_rate(tmp_path):
    found = judged(tmp_path, speech(8000, 20.0, TURNS, noise=1e-5))["bandwidth_hz"].item()
    assert 3300 < found <= 4000


@pytest.mark.parametrize(("subtype", "share"), [("PCM_16", 0.01), ("ULAW", 0.01), ("ALAW", 0.01)])
def test_clipping_counts_the_samples_at_full_scale_of_the_coding(tmp_path, subtype, share):
    samples = np.clip(speech(8000, 20.0, TURNS), -0.5, 0.5)
    clipped = np.random.default_rng(4).choice(samples.size, round(share * samples.size), False)
    samples[clipped] = np.sign(samples[clipped])
    table = judged(tmp_path, samples, subtype=subtype)
    assert table["clipping_share"].item() == pytest.approx(share, abs=1e-6)
    assert table["usable"].item()
    assert table["reason"].item() == "1.0% of the samples are clipped."


def test_too_much_clipping_is_not_usable(tmp_path):
    table = judged(tmp_path, np.clip(20 * speech(8000, 20.0, TURNS), -1, 1))
    assert not table["usable"].item()
    assert "of the samples of channel 0 are clipped; 2% can be borne" in table["reason"].item()


def test_a_shifted_signal_is_noted(tmp_path):
    table = judged(tmp_path, speech(8000, 20.0, TURNS) + 0.1)
    assert table["dc_offset"].item() == pytest.approx(0.1, abs=1e-3)


@pytest.mark.parametrize("leak_db", [-10, -20, -30])
def test_crosstalk_is_the_level_of_the_leak(tmp_path, leak_db):
    own = speech(8000, 20.0, TURNS, noise=1e-4, f0_hz=210, seed=1)
    other = speech(8000, 20.0, ANSWERS, noise=1e-4, f0_hz=110, seed=2)
    table = judged(tmp_path, two(own + other * np.float32(10 ** (leak_db / 20)), other))
    assert table.loc[0, "crosstalk_db"] == pytest.approx(leak_db, abs=1.5)
    assert np.isnan(table.loc[1, "crosstalk_db"])
    assert table["usable"].all()
    if leak_db > -15:
        assert table.loc[0, "reason"] == "The other speaker is heard here at -10 dB."


def test_without_a_leak_there_is_no_figure(tmp_path):
    own = speech(8000, 20.0, TURNS, seed=1)
    table = judged(tmp_path, two(own, speech(8000, 20.0, ANSWERS, seed=2)))
    assert table["crosstalk_db"].isna().all()
    assert table["reason"].isna().all()


@pytest.mark.parametrize("gain", [1.0, 0.5])
def test_dual_mono_is_noticed(tmp_path, gain):
    own = speech(8000, 20.0, TURNS)
    table = judged(tmp_path, two(own, own * np.float32(gain)))
    assert table["usable"].tolist() == [True, False]
    assert table.loc[0, "reason"] == "Channel 1 carries the same signal (dual mono)."
    assert "same signal as channel 0 (dual mono): who speaks when" in table.loc[1, "reason"]


def test_the_same_voices_half_a_millisecond_apart_are_noticed(tmp_path):
    own = speech(8000, 20.0, TURNS)
    table = judged(tmp_path, two(own[:-4], own[4:]))
    assert table["reason"].str.contains("same voices as loud").all()


def test_a_silent_side_is_named(tmp_path):
    own = speech(8000, 20.0, TURNS)
    table = judged(tmp_path, two(own, np.zeros_like(own)))
    assert table["usable"].tolist() == [True, False]
    assert table.loc[1, "reason"] == "Channel 1 is silent throughout."


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (speech(8000, 20.0, []), "Nothing on channel 0 stands 12 dB out of its noise"),
        (speech(8000, 20.0, [(2.0, 2.3)]), r"holds 0\.\d s of speech; 0.5 s are needed"),
        (speech(8000, 20.0, TURNS) * 30000, "times full scale: the file was written without"),
    ],
)
def test_what_cannot_carry_measures_says_why(tmp_path, samples, reason):
    table = judged(tmp_path, samples)
    assert not table["usable"].item()
    assert table["reason"].str.contains(reason).item(), table["reason"].item()


def test_pauses_of_digital_silence_do_not_break_the_figures(tmp_path):
    table = judged(tmp_path, speech(8000, 20.0, TURNS, noise=0.0), subtype="PCM_16")
    assert table["usable"].item()
    assert 50 < table["snr_db"].item() < 90


def test_a_long_recording_is_measured_like_a_short_one(tmp_path):
    """Blocks of 30 s must not show in the figures."""
    short = two(speech(8000, 20.0, TURNS, seed=1), speech(8000, 20.0, ANSWERS, seed=2))
    long = np.tile(short, (5, 1))
    columns = ["clipping_share", "snr_db", "bandwidth_hz", "dc_offset"]
    one, five = judged(tmp_path, short)[columns], judged(tmp_path, long)[columns]
    np.testing.assert_allclose(one, five, rtol=0.02, atol=1e-4)


def test_sides_in_two_files_are_compared_in_the_time_of_the_call(tmp_path):
    from dataclasses import replace

    own = speech(8000, 20.0, TURNS, noise=1e-4, f0_hz=210, seed=1)
    other = speech(16000, 20.0, ANSWERS, noise=1e-4, f0_hz=110, seed=2)
    heard = own + 0.1 * other[::2]
    signals = {}
    for channel, (samples, rate, skip_s) in enumerate([(heard, 8000, 0), (other, 16000, 3)]):
        soundfile.write(tmp_path / "a.wav", samples[skip_s * rate :], rate, subtype="FLOAT")
        with open_audio(tmp_path / "a.wav") as reader:
            signals[channel] = replace(measure_signal(reader)[0], offset_s=float(skip_s))
    table = quality_table("1", signals)
    assert table.loc[0, "crosstalk_db"] == pytest.approx(-20, abs=1.5)


def test_no_channels_no_rows():
    assert quality_table("1", {}).empty


@needs_real
@pytest.mark.real
def test_real_recordings_have_plausible_quality():
    with open_audio(REAL / "utep/calls/utep-126.wav") as reader:
        call = quality_table("u", dict(enumerate(measure_signal(reader))))
    assert call["usable"].all()
    assert call["snr_db"].between(25, 55).all()
    assert call.loc[0, "bandwidth_hz"] == pytest.approx(3700, abs=300)  # the customer's telephone
    assert call.loc[1, "bandwidth_hz"] > 6500  # the agent's headset
    with open_audio(REAL / "emovo/f1/neu-f1-n1.flac") as reader:
        dual = quality_table("d", dict(enumerate(measure_signal(reader))))
    assert dual["usable"].tolist() == [True, False]
    with open_audio(REAL / "emovo/f1/sor-f1-n1.flac") as reader:
        apart = quality_table("e", dict(enumerate(measure_signal(reader))))
    assert apart["reason"].str.contains("same voices").all()
