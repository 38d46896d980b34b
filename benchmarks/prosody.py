"""The whole path from file to cues, against openSMILE, librosa's pYIN and Praat, one core each."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import pandas as pd
import soundfile
import soxr

import workbench as wb
from benchmarks.lines import line
from benchmarks.speech import real_call
from workbench.activity import listen_to_recording

RATES_HZ = {"16k": 16000, "8k": 8000}
LENGTH_S = 300.0
PYIN_S = 15.0
ROUNDS = 3
UTTERANCE_S = 4.0
UNIT = "channel-seconds per second"


def run() -> Iterator[dict[str, object]]:
    """Measure one call of five minutes; each side a file, read anew by everybody.

    In `prosody.16k` and `prosody.8k` utterances of four seconds lie back to back,
    so that every second of both channels is analysed, as the rivals do. In the
    rows that end in `.call` the utterances are those of the call, as a workspace
    would measure it, and in `.scratch` finding them is part of the time.

    Yields
    ------
    dict
        Lines; a rate is the median over rounds in which all take turns.
    """
    with TemporaryDirectory(prefix="benchmark-") as name:
        for rate, hz in RATES_HZ.items():
            sides = [
                _write(Path(name) / f"{rate}-{channel}.wav", samples, hz)
                for channel, samples in enumerate(_call_at(hz).T)
            ]
            yield from _lines(rate, sides)


def _lines(rate: str, sides: list[Path]) -> Iterator[dict[str, object]]:
    spoken = [_spoken(path) for path in sides]
    ways: dict[str, Callable[[], float]] = {
        "ours": lambda: sum(_ours(path, _back_to_back()) for path in sides),
        "call": lambda: sum(map(_ours, sides, spoken)),
        "scratch": lambda: sum(map(_from_scratch, sides)),
        "openSMILE eGeMAPSv02": _opensmile(sides),
        "Praat pitch, intensity, harmonicity": lambda: sum(map(_praat, sides)),
        "librosa.pyin": lambda: _pyin(sides[0]) * 2 * LENGTH_S / PYIN_S,
    }
    for way in ways.values():
        way()
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name].append(way())
    speed = {name: 2 * LENGTH_S / median(taken) for name, taken in seconds.items()}
    for rival in list(ways)[3:]:
        for own in list(ways)[:3]:
            yield line(
                f"prosody.{rate}" if own == "ours" else f"prosody.{rate}.{own}",
                speed[own],
                UNIT,
                n=round(2 * LENGTH_S),
                rival=rival,
                rival_value=speed[rival],
            )


def _call_at(hz: int) -> npt.NDArray[np.float32]:
    samples, rate = real_call()
    repeated = np.tile(samples, (int(np.ceil(LENGTH_S * rate / len(samples))), 1))
    return np.asarray(soxr.resample(repeated[: round(LENGTH_S * rate)], rate, hz), np.float32)


def _write(path: Path, samples: npt.NDArray[np.float32], hz: int) -> Path:
    soundfile.write(path, samples, hz, subtype="PCM_16")
    return path


def _back_to_back() -> pd.DataFrame:
    starts = np.arange(0.0, LENGTH_S, UTTERANCE_S)
    return _named(pd.DataFrame({"start_s": starts, "end_s": starts + UTTERANCE_S}))


def _spoken(path: Path) -> pd.DataFrame:
    """Cut one side into utterances by speech activity, with pauses of a second between."""
    heard = listen_to_recording(path)[0]
    speech = np.flatnonzero(heard.speech) * heard.hop_s
    apart = np.flatnonzero(np.diff(speech) > 1.0)
    starts = speech[np.concatenate([[0], apart + 1])]
    ends = speech[np.concatenate([apart, [speech.size - 1]])] + heard.hop_s
    return _named(pd.DataFrame({"start_s": starts, "end_s": ends}))


def _named(utterances: pd.DataFrame) -> pd.DataFrame:
    ids = [f"u{i}" for i in range(len(utterances))]
    return utterances.assign(
        utterance_id=ids, call_id="c", channel=0, role="customer", speaker_id="s"
    )


def _ours(path: Path, utterances: pd.DataFrame) -> float:
    begun = time.process_time()
    wb.cues.cue_table(wb.prosody.measure_recording(path, utterances), utterances)
    return time.process_time() - begun


def _from_scratch(path: Path) -> float:
    begun = time.process_time()
    utterances = _spoken(path)
    wb.cues.cue_table(wb.prosody.measure_recording(path, utterances), utterances)
    return time.process_time() - begun


def _opensmile(sides: list[Path]) -> Callable[[], float]:
    import opensmile

    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.Functionals,
        num_workers=1,
    )

    def measure() -> float:
        begun = time.process_time()
        for path in sides:
            smile.process_file(str(path))
        return time.process_time() - begun

    return measure


def _praat(path: Path) -> float:
    import parselmouth

    begun = time.process_time()
    sound = parselmouth.Sound(str(path))
    sound.to_pitch_ac(time_step=0.01, pitch_floor=60, pitch_ceiling=600)
    sound.to_intensity(time_step=0.01)
    sound.to_harmonicity_cc(time_step=0.01, minimum_pitch=60)
    return time.process_time() - begun


def _pyin(path: Path) -> float:
    import librosa

    begun = time.process_time()
    samples, hz = soundfile.read(path, frames=round(PYIN_S * soundfile.info(path).samplerate))
    librosa.pyin(
        samples, fmin=60, fmax=600, sr=hz, frame_length=hz * 64 // 1000, hop_length=hz // 100
    )
    return time.process_time() - begun
