"""Real neutral speech in which one thing is changed by a known amount.

A call is a speaker's neutral sentences one after another. `Call.changed` puts one
sentence through a vocoder, or changes its gain, or puts a pause into it, so that what
a cue should find is known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

DATA = Path(__file__).parents[2] / "shared" / "data"
CHANGES = {
    "high_pitch": ("pitch", 1),
    "low_pitch": ("pitch", -1),
    "rising_pitch": ("final", 1),
    "falling_pitch": ("final", -1),
    "fast_speech": ("tempo", 1),
    "slow_speech": ("tempo", -1),
    "long_pause": ("pause", 1),
    "lively_tone": ("melody", 1),
    "flat_tone": ("melody", -1),
    "volume_spike": ("gain", 1),
    "soft_voice": ("gain", -1),
}
"""What is changed for each cue, and in which direction."""

_VOCODER_HZ = 16000
_FRAME_MS = 5.0
_GAP_S = 0.8
_RISE_S, _END_S = 0.6, 0.15
_SENTENCES_A_CALL = 31

Floats = npt.NDArray[Any]


@dataclass
class Call:
    """The neutral sentences of one speaker, one after another.

    Parameters
    ----------
    corpus, name : str
        Where they come from.
    sentences : list of ndarray
        The sentences, full scale at -1..1.
    rate : int
        Sampling rate, hertz.
    line : str, optional
        Codec of the telephone line that the finished call goes through.
    """

    corpus: str
    name: str
    sentences: list[Floats]
    rate: int
    line: str = ""
    _voices: dict[int, tuple[Floats, ...]] = field(default_factory=dict, repr=False)

    def laid_out(self, replaced: dict[int, Floats] | None = None) -> tuple[Floats, pd.DataFrame]:
        """Lay the sentences one after another, some of them replaced by others.

        Parameters
        ----------
        replaced : dict of int to ndarray, optional
            What stands in the place of which sentence.

        Returns
        -------
        samples : ndarray of float32
            The call, with faint noise between the sentences.
        utterances : DataFrame
            Where each of them lies; the role is customer.
        """
        rng = np.random.default_rng(0)
        pieces, spans, at = [], [], 0
        for i, sentence in enumerate(self.sentences):
            sentence = (replaced or {}).get(i, sentence)
            gap = 1e-4 * rng.standard_normal(round(_GAP_S * self.rate))
            pieces += [gap, sentence]
            spans.append((at + gap.size, at + gap.size + sentence.size))
            at = spans[-1][1]
        pieces.append(1e-4 * rng.standard_normal(round(_GAP_S * self.rate)))
        table = pd.DataFrame(spans, columns=["start_s", "end_s"]) / self.rate
        table = table.assign(
            utterance_id=[f"{self.name}-{i}" for i in range(len(spans))],
            call_id=self.name,
            role="customer",
        )
        return np.concatenate(pieces).astype(np.float32), table

    def changed(self, i: int, change: str, amount: float) -> Floats:
        """Change one thing about a sentence.

        Parameters
        ----------
        i : int
            Which sentence.
        change : {"none", "pitch", "final", "tempo", "pause", "melody", "gain"}
            What. All but pause and gain go through the vocoder, also "none".
        amount : float
            pitch: semitones up. final: semitones by which F0 of the last 0.15 s of
            voice rises against 0.6 s before the end. tempo: times as fast. pause:
            seconds of silence put in at the softest place. melody: factor of the
            deviation from the mean, in semitones. gain: dB.

        Returns
        -------
        ndarray of float32
            The sentence.
        """
        speech = self.sentences[i]
        if change == "gain":
            return (speech * 10 ** (amount / 20)).astype(np.float32)
        if change == "pause":
            return self._with_pause(speech, amount)
        f0, envelope, noise = self._voice(i)
        f0, frame_ms = f0.copy(), _FRAME_MS
        voiced = f0 > 0
        if change == "pitch":
            f0 *= 2 ** (amount / 12)
        elif change == "melody" and voiced.any():
            middle = np.exp(np.log(f0[voiced]).mean())
            f0[voiced] = middle * (f0[voiced] / middle) ** amount
        elif change == "final" and voiced.any():
            f0 *= 2 ** (amount / 12 * _end_ramp(envelope, voiced))
        elif change == "tempo":
            frame_ms /= amount
        made = self._spoken(np.clip(f0, 0, 1500), envelope, noise, frame_ms)
        # A vocoder makes higher voices louder: the level stays that of the sentence.
        return made * np.float32(np.sqrt(np.mean(speech**2) / max(np.mean(made**2), 1e-12)))

    def _with_pause(self, speech: Floats, seconds: float) -> Floats:
        frame = round(0.02 * self.rate)
        power = (speech[: speech.size // frame * frame].reshape(-1, frame) ** 2).sum(axis=1)
        middle = slice(len(power) // 4, max(3 * len(power) // 4, len(power) // 4 + 1))
        at = (middle.start + int(np.argmin(power[middle]))) * frame
        quiet = 1e-4 * np.random.default_rng(1).standard_normal(round(seconds * self.rate))
        return np.concatenate([speech[:at], quiet, speech[at:]]).astype(np.float32)

    def _voice(self, i: int) -> tuple[Floats, ...]:
        if i not in self._voices:
            import pyworld
            import soxr

            rate = max(self.rate, _VOCODER_HZ)
            speech = soxr.resample(self.sentences[i].astype(np.float64), self.rate, rate)
            f0, times = pyworld.dio(speech, rate, f0_floor=60, f0_ceil=600, frame_period=_FRAME_MS)
            f0 = pyworld.stonemask(speech, f0, times, rate)
            self._voices[i] = (
                f0,
                pyworld.cheaptrick(speech, f0, times, rate),
                pyworld.d4c(speech, f0, times, rate),
            )
        return self._voices[i]

    def _spoken(self, f0: Floats, envelope: Floats, noise: Floats, frame_ms: float) -> Floats:
        import pyworld
        import soxr

        rate = max(self.rate, _VOCODER_HZ)
        made = pyworld.synthesize(f0, envelope, noise, rate, frame_ms)
        return np.asarray(soxr.resample(made, rate, self.rate), np.float32)


def _end_ramp(envelope: Floats, voiced: npt.NDArray[np.bool_]) -> Floats:
    """Rise from 0 to 1 between 0.6 s and 0.15 s before the end of what is heard of the voice."""
    power = envelope.sum(axis=1)
    end = np.flatnonzero(voiced & (power > power.max() / 100))[-1] * _FRAME_MS / 1000
    times = np.arange(len(voiced)) * _FRAME_MS / 1000
    first, last = end - _RISE_S + _END_S, end - _END_S
    return np.asarray(np.clip((times - first) / (last - first), 0, 1))


def neutral_calls(data: Path = DATA, *, least: int = 8) -> list[Call]:
    """Read the neutral sentences of speakers who have enough of them.

    Parameters
    ----------
    data : Path
        Folder of the real speech with its index.csv.
    least : int
        How many sentences make a call.

    Returns
    -------
    list of Call
        In German, Amharic, Danish and English.
    """
    index = pd.read_csv(data / "index.csv")
    index = index[index["label"].fillna("").str.contains("neutral")]
    calls = []
    for (corpus, speaker), own in index.groupby(["corpus", "speaker"]):
        files = own["file"].sample(frac=1, random_state=1).tolist()
        read = [sentence for name in files if (sentence := _sentence(data / name))]
        n_parts = max(round(len(read) / _SENTENCES_A_CALL), 1)
        for k in range(n_parts):
            part = read[k::n_parts]
            if len(part) >= least:
                name = f"{corpus}-{speaker}-{k}"
                calls.append(Call(str(corpus), name, [s for s, _ in part], part[0][1]))
    return calls


def _sentence(path: Path) -> tuple[Floats, int] | None:
    """Read a file and leave out the silence around the speech."""
    import soundfile

    from workbench.activity import speech_activity

    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    heard = np.flatnonzero(speech_activity(samples[:, 0], rate))
    if not heard.size:
        return None
    return samples[int(heard[0] * 0.01 * rate) : int((heard[-1] + 2) * 0.01 * rate), 0], rate
