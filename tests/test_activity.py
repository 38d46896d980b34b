"""Speech activity: hand-made signals, real meetings with their RTTM, a real call."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.activity import (
    DetectionSettings,
    frame_levels_db,
    remove_crosstalk,
    speech_activity,
)
from workbench.errors import InputError

DATA = Path(__file__).parents[2] / "shared" / "data"
real = pytest.mark.real


def needs(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real speech is absent: ../shared/data/{name}")
    return path


def read(name: str) -> tuple[np.ndarray, int]:
    import soundfile

    samples, rate = soundfile.read(needs(name), dtype="float32", always_2d=True)
    return samples, rate


def mulaw(samples: np.ndarray) -> np.ndarray:
    """Telephone coding there and back, by the textbook formula with 8 bits."""
    squeezed = np.sign(samples) * np.log1p(255 * np.abs(samples)) / np.log(256)
    coarse = np.round(squeezed * 127) / 127
    return (np.sign(coarse) * (256 ** np.abs(coarse) - 1) / 255).astype(np.float32)


def voice(duration_s: float, rate: int, *, seed: int = 0, level: float = 0.1) -> np.ndarray:
    """Syllables with gliding F0 and formants: what a detector must hear as speech."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(duration_s * rate)) / rate
    f0 = 130 + 25 * np.sin(2 * np.pi * 0.7 * t) + 12 * np.sin(2 * np.pi * 2.9 * t + 1)
    phase = 2 * np.pi * np.cumsum(f0) / rate
    first = 550 + 200 * np.sin(2 * np.pi * 3.1 * t)
    second = 1600 + 500 * np.sin(2 * np.pi * 2.3 * t + 0.5)
    out = np.zeros_like(t)
    for k in range(1, 25):
        at = k * f0
        gain = 1 / (1 + ((at - first) / 120) ** 2) + 0.5 / (1 + ((at - second) / 200) ** 2)
        out += (gain + 0.02) * np.sin(k * phase) * (at < rate / 2)
    out *= 0.25 + 0.75 * np.clip(np.sin(2 * np.pi * rng.uniform(3.4, 4.6) * t) + 0.6, 0, 1)
    out += 0.003 * rng.normal(size=t.size)
    return (out * level / np.sqrt(np.mean(out**2))).astype(np.float32)


def call(rate: int = 8000, *, noise: float = 1e-3, level: float = 0.1, seed: int = 0):
    """Six seconds with a voice from 2 to 3.5 s; the truth on a 10 ms grid."""
    rng = np.random.default_rng(seed)
    samples = noise * rng.normal(size=6 * rate)
    samples[2 * rate : round(3.5 * rate)] += voice(1.5, rate, seed=seed, level=level)
    truth = np.zeros(600, bool)
    truth[200:350] = True
    return samples.astype(np.float32), truth


def miss_and_false_alarm(found: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    n = min(len(found), len(truth))
    found, truth = found[:n], truth[:n]
    return float((truth & ~found).sum() / truth.sum()), float(
        (found & ~truth).sum() / (~truth).sum()
    )


# levels


def test_levels_of_known_signals():
    t = np.arange(8000) / 8000
    assert frame_levels_db(np.full(8000, 1.0), 8000) == pytest.approx(0, abs=1e-4)
    assert frame_levels_db(np.sin(2 * np.pi * 400 * t), 8000) == pytest.approx(-3.01, abs=0.01)
    assert frame_levels_db(np.zeros(8000), 8000).tolist() == [-120.0] * 100
    assert frame_levels_db(np.zeros(8000), 8000).dtype == np.float32


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000])
def test_frames_cover_the_signal_at_any_rate(rate):
    for n, frames in [(0, 0), (1, 1), (rate, 100), (rate + 1, 101), (rate * 7, 700), (331, None)]:
        frames = len(frame_levels_db(np.zeros(n), rate)) if frames is None else frames
        assert len(frame_levels_db(np.zeros(n), rate)) == frames
        assert len(speech_activity(np.zeros(n), rate)) == frames
    step = np.concatenate([np.zeros(rate), np.full(rate, 0.5)])
    levels = frame_levels_db(step, rate)
    assert np.flatnonzero(levels > -20)[0] == 100


@pytest.mark.parametrize("function", [frame_levels_db, speech_activity])
def test_wrong_input_is_a_sentence(function):
    with pytest.raises(InputError, match=r"shape \(8, 2\) came.*samples\[:, channel\]"):
        function(np.zeros((8, 2)), 8000)
    with pytest.raises(InputError, match="less than one sample"):
        function(np.zeros(8), 8000, hop_s=1e-5)
    with pytest.raises(InputError, match="less than one sample"):
        function(np.zeros(8), 0)


def test_settings_and_hop_are_checked():
    with pytest.raises(InputError, match="hop of 0.1 s is too coarse"):
        speech_activity(np.zeros(800), 8000, hop_s=0.1)
    with pytest.raises(InputError, match="voicing is 1.5; it lies between 0 and 1"):
        DetectionSettings(voicing=1.5)
    with pytest.raises(InputError, match="pad_s is -1; it cannot be negative"):
        DetectionSettings(pad_s=-1)


# detection


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000])
@pytest.mark.parametrize("noise", [0.0, 1e-4, 1e-3, 1e-2])
def test_a_voice_is_found_at_every_rate_and_noise(rate, noise):
    samples, truth = call(rate, noise=noise)
    miss, false_alarm = miss_and_false_alarm(speech_activity(samples, rate), truth)
    assert miss < 0.12 and false_alarm < 0.06


@pytest.mark.parametrize("gain", [3e-3, 1e-2, 0.1, 1.0, 5.0])
def test_the_level_of_the_channel_does_not_matter(gain):
    samples, truth = call(noise=1e-3)
    miss, false_alarm = miss_and_false_alarm(speech_activity(samples * gain, 8000), truth)
    assert miss < 0.12 and false_alarm < 0.06


def test_telephone_coding_with_gaps_of_zeros():
    samples, truth = call(noise=0.002)
    samples = mulaw(samples)
    samples[: 8000 + 4000] = 0
    samples[4 * 8000 :] = 0
    miss, false_alarm = miss_and_false_alarm(speech_activity(samples, 8000), truth)
    assert miss < 0.12 and false_alarm < 0.06


def test_other_hops_agree():
    samples, truth = call()
    fine = speech_activity(samples, 8000)
    coarse = speech_activity(samples, 8000, hop_s=0.02)
    assert len(coarse) == 300
    assert np.mean(np.repeat(coarse, 2) != fine) < 0.03


def _gate(on: float, off: float, seconds: int = 30) -> np.ndarray:
    t = np.arange(seconds * 8000) / 8000
    return (t % (on + off)) < on


T = np.arange(30 * 8000) / 8000
NOISE = np.random.default_rng(7).normal(size=T.size)
HUM = sum(np.sin(2 * np.pi * 50 * k * T + k) / k for k in (1, 2, 3, 5, 7, 9))
NO_SPEECH = {
    "one sample": np.zeros(1),
    "digital silence": np.zeros(T.size),
    "constant": np.full(T.size, 0.1),
    "full scale": np.ones(T.size),
    "least bit": np.random.default_rng(1).integers(0, 2, T.size) / 32768,
    "mu-law idle": np.random.default_rng(1).integers(0, 2, T.size) * 8 / 32768,
    "hiss": 0.01 * NOISE,
    "loud hiss": 0.2 * NOISE,
    "hiss that sets in": NOISE * np.where(T > 15, 0.1, 0.001),
    "hiss in bursts": 0.05 * NOISE * _gate(0.7, 2),
    "hum": 0.05 * HUM + 1e-4 * NOISE,
    "hum that sets in": np.where(T > 12, 0.1, 0) * HUM + 1e-4 * NOISE,
    "hum in bursts": 0.05 * HUM * _gate(1.5, 3),
    "clicks": np.where(np.random.default_rng(2).random(T.size) < 3e-4, NOISE, 0) + 5e-4 * NOISE,
    "ringing tone": 0.1 * _gate(2, 4) * (np.sin(2764.6 * T) + np.sin(3015.9 * T)),
    "European ringing tone": 0.1 * _gate(1, 4) * np.sin(2 * np.pi * 425 * T),
    "busy tone": 0.1 * _gate(0.5, 0.5) * (np.sin(3015.9 * T) + np.sin(3895.6 * T)),
    "keypad": 0.1 * _gate(0.2, 1.1) * (np.sin(5912.5 * T) + np.sin(7596.4 * T)) + 1e-3 * NOISE,
    "beep": mulaw(0.2 * _gate(0.3, 14) * np.sin(2764.6 * T) + 5e-4 * NOISE),
    "not finite": np.full(8000, np.nan),
}


@pytest.mark.parametrize("name", NO_SPEECH)
def test_what_is_no_speech_gives_none(name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not speech_activity(NO_SPEECH[name], 8000).any()
        assert np.isfinite(frame_levels_db(NO_SPEECH[name], 8000)).all()


def test_a_voice_within_hum_and_tones_is_still_found():
    samples = (0.02 * HUM + 1e-4 * NOISE).astype(np.float32)
    samples[80000:92000] += voice(1.5, 8000)
    truth = np.zeros(3000, bool)
    truth[1000:1150] = True
    miss, false_alarm = miss_and_false_alarm(speech_activity(samples, 8000), truth)
    assert miss < 0.12 and false_alarm < 0.01


def test_a_long_recording_is_the_same_in_pieces():
    parts = [call(seed=k)[0] for k in range(50)]
    whole = speech_activity(np.concatenate(parts), 8000)
    assert len(whole) == 30000
    for k, frames in enumerate(whole.reshape(50, 600)):
        assert 100 < frames.sum() < 180, k


@settings(max_examples=15, deadline=None)
@given(n=st.integers(0, 3000), seed=st.integers(0, 99), scale=st.sampled_from([0, 1e-6, 0.1, 30]))
def test_any_signal_gives_one_decision_a_frame(n, seed, scale):
    samples = scale * np.random.default_rng(seed).standard_cauchy(n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = speech_activity(samples, 8000)
    assert found.dtype == np.bool_ and len(found) == -(-n // 80)


# crosstalk


def _two_sides(leak_db: float | None, delay_s: float = 0.0):
    rate, seconds = 8000, 24
    rng = np.random.default_rng(3)
    sides = [3e-4 * rng.normal(size=rate * seconds) for _ in range(2)]
    spoken = [np.zeros(seconds * 100, bool) for _ in range(2)]
    for begin, side, length in [
        (1, 0, 4),
        (6, 1, 3),
        (10, 0, 5),
        (16, 1, 4),
        (21, 0, 2),
        (12, 1, 1),
    ]:
        level = 0.1 if (side, length) != (1, 1) else 0.02
        part = voice(length, rate, seed=begin, level=level)
        sides[side][begin * rate : begin * rate + len(part)] += part
        spoken[side][begin * 100 : (begin + length) * 100] = True
    if leak_db is not None:
        k = round(delay_s * rate)
        echo = np.concatenate([np.zeros(k), sides[0][: len(sides[0]) - k]])
        sides[1] = sides[1] + 10 ** (leak_db / 20) * echo
    activity = {c: speech_activity(side, rate) for c, side in enumerate(sides)}
    levels = {c: frame_levels_db(side, rate) for c, side in enumerate(sides)}
    return activity, levels, spoken


@pytest.mark.parametrize(("leak_db", "delay_s"), [(-12, 0), (-20, 0), (-25, 0.12), (-30, 0.25)])
def test_a_leak_is_no_speech_and_quiet_speech_over_it_stays(leak_db, delay_s):
    activity, levels, spoken = _two_sides(leak_db, delay_s)
    _, before = miss_and_false_alarm(activity[1], spoken[1])
    clean = remove_crosstalk(activity, levels)
    miss, after = miss_and_false_alarm(clean[1], spoken[1])
    assert before > 0.3 and after < 0.12
    assert miss < 0.15
    assert miss_and_false_alarm(clean[0], spoken[0])[0] < 0.1
    assert clean[1][1600:2000].mean() > 0.9


def test_without_leak_nothing_is_lost():
    activity, levels, _ = _two_sides(None)
    clean = remove_crosstalk(activity, levels)
    for channel in (0, 1):
        assert (activity[channel] & ~clean[channel]).sum() <= 0.03 * activity[channel].sum()


def test_crosstalk_of_one_channel_of_silence_and_of_dual_mono():
    activity, levels, _ = _two_sides(None)
    assert (remove_crosstalk({0: activity[0]}, levels)[0] == activity[0]).all()
    silent = {0: activity[0], 1: np.zeros(10, bool)}
    assert not remove_crosstalk(silent, {0: levels[0], 1: np.full(10, -120.0)})[1].any()
    same = remove_crosstalk({0: activity[0], 1: activity[0]}, {0: levels[0], 1: levels[0]})
    assert (same[1] == activity[0]).all()


def test_crosstalk_needs_levels_of_the_same_length():
    with pytest.raises(InputError, match="Channel 1 has speech activity but no levels"):
        remove_crosstalk({0: np.ones(3, bool), 1: np.ones(3, bool)}, {0: np.zeros(3)})
    with pytest.raises(InputError, match="3 frames of speech activity and 2 of levels"):
        remove_crosstalk({0: np.ones(3, bool)}, {0: np.zeros(2)})


# real speech


def _meeting(name: str) -> tuple[np.ndarray, int, np.ndarray]:
    samples, rate = read(f"ami_pyannote/{name}.wav")
    truth = np.zeros(3000, bool)
    for line in needs("ami_pyannote/debug.train.rttm").read_text(encoding="utf-8").splitlines():
        fields = line.split()
        if fields[1] == name:
            begin = float(fields[3])
            truth[round(begin * 100) : round((begin + float(fields[4])) * 100)] = True
    return samples[:, 0], rate, truth


@real
@pytest.mark.parametrize("name", ["trn05", "trn08"])
@pytest.mark.parametrize("telephone", [False, True])
def test_meetings_no_worse_than_webrtcvad(name, telephone):
    webrtcvad = pytest.importorskip("webrtcvad", reason="the rival webrtcvad is not installed")
    soxr = pytest.importorskip("soxr")
    samples, rate, truth = _meeting(name)
    if telephone:
        samples, rate = mulaw(soxr.resample(samples, rate, 8000)), 8000
    rival = webrtcvad.Vad(2)
    pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    hop = rate // 100
    theirs = np.array(
        [rival.is_speech(pcm[i * hop : (i + 1) * hop].tobytes(), rate) for i in range(3000)]
    )
    ours = miss_and_false_alarm(speech_activity(samples, rate), truth)
    assert sum(ours) < sum(miss_and_false_alarm(theirs, truth))
    assert ours[0] < 0.1


@real
def test_the_customer_of_a_real_call():
    samples, rate = read("utep/calls/utep-126.wav")
    customer = speech_activity(samples[:, 0], rate)
    agent = speech_activity(samples[:, 1], rate)
    heard = 0.0
    total = 0.0
    for line in needs("utep/annotations/utep-126.txt").read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        begin, end = float(fields[3]), float(fields[5])
        frames = customer[round(begin * 100) : round(end * 100)]
        assert frames.mean() > 0.75
        heard += float(frames.sum())
        total += len(frames)
    assert heard / total > 0.9
    assert (customer & agent).mean() < 0.01
    assert 0.4 < agent.mean() < 0.6


@real
def test_two_files_of_a_call_barely_overlap():
    (agent, rate), (caller, _) = (
        read(f"aws_lca/Auto_Repairs_40_UTC_{who}.flac") for who in ("agent", "caller")
    )
    found = {0: speech_activity(agent[:, 0], rate), 1: speech_activity(caller[:, 0], rate)}
    levels = {0: frame_levels_db(agent[:, 0], rate), 1: frame_levels_db(caller[:, 0], rate)}
    assert all(0.3 < frames.mean() < 0.5 for frames in found.values())
    assert (found[0] & found[1]).mean() < 0.02
    clean = remove_crosstalk(found, levels)
    for channel in (0, 1):
        assert (found[channel] & ~clean[channel]).mean() < 0.005


@real
@pytest.mark.parametrize("seconds", range(1, 11))
def test_recorded_silence(seconds):
    samples, rate = read(f"asterisk_prompts/en/silence/{seconds}.flac")
    assert not speech_activity(samples[:, 0], rate).any()


@real
def test_every_prompt_is_speech():
    for path in sorted(needs("asterisk_prompts/en").glob("vm-*.flac"))[:20]:
        samples, rate = read(f"asterisk_prompts/en/{path.name}")
        assert speech_activity(samples[:, 0], rate).mean() > 0.4, path.name


def test_several_hundred_times_real_time():
    samples = np.concatenate([call(seed=k)[0] for k in range(20)])
    speech_activity(samples, 8000)
    begin = time.process_time()
    speech_activity(samples, 8000)
    assert len(samples) / 8000 / (time.process_time() - begin) > 150
