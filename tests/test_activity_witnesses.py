"""Speech activity and crosstalk on real and made calls whose truth is known."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
import soundfile

from tests.made_sounds import RATE_HZ, line
from tests.speech import SAMPLES
from tests.voices import DATA, real_files, real_speech
from workbench.activity import frame_levels_db, remove_crosstalk, speech_activity


def _levels_and_activity(sides):
    return (
        {c: speech_activity(side, RATE_HZ) for c, side in enumerate(sides)},
        {c: frame_levels_db(side, RATE_HZ) for c, side in enumerate(sides)},
    )


# ---- telephone truth -------------------------------------------------------------------


@cache
def _sample_truth() -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Each channel of the stereo samples with the frames in which its voice was placed."""
    placed = pd.read_csv(SAMPLES / "truth" / "utterances.csv", dtype={"call_id": "str"})
    out = []
    for call_id in ("s01", "s03", "s04", "s05", "s06", "s10", "s12", "s14"):
        path = next((SAMPLES / "audio").glob(f"{call_id}.*"))
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        if rate != RATE_HZ or samples.shape[1] != 2:
            continue
        for channel in (0, 1):
            truth = np.zeros(len(samples) // 80, bool)
            own = placed[(placed["call_id"] == call_id) & (placed["channel"] == channel)]
            for row in own.itertuples():
                truth[round(row.start_s * 100) : round(row.end_s * 100)] = True
            out.append((samples[:, channel], truth))
    return tuple(out)


def _errors(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    n = min(len(found), len(truth))
    found, truth = found[:n], truth[:n]
    return np.array([(truth & ~found).sum(), truth.sum(), (found & ~truth).sum(), (~truth).sum()])


def test_telephone_samples_no_worse_than_webrtcvad():
    """Witness: where data_samples/make placed each utterance; rival webrtcvad mode 2."""
    webrtcvad = pytest.importorskip("webrtcvad", reason="the rival webrtcvad is not installed")
    ours, theirs = np.zeros(4), np.zeros(4)
    for samples, truth in _sample_truth():
        ours += _errors(speech_activity(samples, RATE_HZ), truth)
        rival = webrtcvad.Vad(2)
        pcm = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
        frames = [pcm[i * 80 : (i + 1) * 80].tobytes() for i in range(len(truth))]
        theirs += _errors(np.array([rival.is_speech(f, RATE_HZ) for f in frames]), truth)
    assert len(_sample_truth()) >= 8
    miss, false_alarm = ours[0] / ours[1], ours[2] / ours[3]
    assert miss + false_alarm < theirs[0] / theirs[1] + theirs[2] / theirs[3]
    assert miss < 0.04 and false_alarm < 0.06, (miss, false_alarm)


# ---- crosstalk -------------------------------------------------------------------------


def _talk(corpus: str, seed: int) -> list[np.ndarray]:
    """Two speakers take turns for a minute; every fourth time one talks into the other."""
    import soxr

    rng = np.random.default_rng(seed)
    files = real_files(corpus=corpus)
    who = rng.permutation(files["speaker"].dropna().unique())[:2]
    own = [files[files["speaker"] == w].sample(frac=1, random_state=seed)["file"] for w in who]
    sides = [3e-4 * rng.normal(size=60 * RATE_HZ) for _ in who]
    at = RATE_HZ // 2
    for k in range(60):
        samples, rate = soundfile.read(DATA / own[k % 2].iloc[k // 2 % len(own[k % 2])])
        piece = soxr.resample(samples.reshape(len(samples), -1)[:, 0], rate, RATE_HZ)
        if at + len(piece) > len(sides[0]):
            break
        level = 10 ** (rng.uniform(-29, -23) / 20)
        sides[k % 2][at : at + len(piece)] += piece * level / np.sqrt(np.mean(piece**2))
        at += len(piece) + round(rng.choice([0.4, 0.8, -0.6], p=[0.45, 0.3, 0.25]) * RATE_HZ)
    return sides


@cache
def _calls() -> tuple[tuple[np.ndarray, ...], ...]:
    import soxr

    samples, rate = real_speech("utep/calls/utep-126.wav")
    calls = [[soxr.resample(samples[:, c], rate, RATE_HZ) for c in (0, 1)]]
    calls += [_talk("emodb", 1), _talk("ravdess", 4), _talk("emotale", 5)]
    return tuple(tuple(line(side, "mu-law") for side in sides) for sides in calls)


def _leak(source: np.ndarray, level_db: float, echo_s: float) -> np.ndarray:
    if not echo_s:
        return source * 10 ** (level_db / 20)
    from scipy.signal import butter, sosfilt

    rng = np.random.default_rng(int(1000 * echo_s))
    late = np.concatenate([np.zeros(round(echo_s * RATE_HZ)), source])[: len(source)]
    room = rng.normal(size=400) * np.exp(-np.arange(400) / 100)
    narrow = butter(2, [400, 2500], "bandpass", fs=RATE_HZ, output="sos")
    echo = np.convolve(sosfilt(narrow, late), room)[: len(source)]
    return echo * np.sqrt(np.mean(source**2) / np.mean(echo**2)) * 10 ** (level_db / 20)


@pytest.mark.real
@pytest.mark.parametrize("both_ways", [False, True])
@pytest.mark.parametrize("echo_s", [0.0, 0.06, 0.3])
@pytest.mark.parametrize("level_db", [-12, -20, -30, -40])
def test_a_leak_of_real_speech_becomes_no_utterance(level_db, echo_s, both_ways):
    """Truth: what is heard on each side before the leak is added and coded again."""
    from scipy.ndimage import maximum_filter1d

    leaked = kept = said = lost = 0
    for one, other in _calls():
        truth = [speech_activity(side, RATE_HZ) for side in (one, other)]
        here = line(other + _leak(one, level_db, echo_s), "mu-law")
        there = line(one + _leak(other, level_db, echo_s), "mu-law") if both_ways else one
        clean = remove_crosstalk(*_levels_and_activity([there, here]))[1]
        late = round(100 * echo_s)
        source = np.concatenate([np.zeros(late, bool), truth[0]])[: len(truth[0])]
        only = source & ~maximum_filter1d(truth[1], 41)
        leaked, kept = leaked + only.sum(), kept + (only & clean).sum()
        said, lost = said + truth[1].sum(), lost + (truth[1] & ~clean).sum()
    assert kept / leaked < 0.03
    assert lost / said < 0.03  # 0.016 of it by coding twice


@pytest.mark.real
def test_without_a_leak_real_speech_stays():
    for sides in _calls():
        activity, levels = _levels_and_activity(sides)
        clean = remove_crosstalk(activity, levels)
        for channel in (0, 1):
            lost = activity[channel] & ~clean[channel]
            assert lost.sum() < 0.01 * activity[channel].sum()
