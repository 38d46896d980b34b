"""The cast: which engine voice each person has, and how feelings and cues move it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Person:
    """One speaker.

    Parameters
    ----------
    voice : str
        Engine and voice, see `engines.speak`.
    f0_hz : float
        Usual F0.
    warp : float
        Formants times this; above 1 is a shorter vocal tract.
    rate : float
        Usual speed, 1 is the engine's own.
    liveliness : float
        Usual F0 range times this.
    level_db : float
        Usual level of active speech, dB re full scale.
    """

    voice: str
    f0_hz: float
    warp: float = 1.0
    rate: float = 1.0
    liveliness: float = 1.2
    level_db: float = -23.0


PEOPLE = {
    "dana": Person("flite:slt", 198.0, 1.0, 1.10, 1.5),
    "priya": Person("flite:slt", 226.0, 1.07, 1.18, 1.2, -22.5),
    "marcus": Person("flite:rms", 104.0, 1.0, 1.08, 1.0, -22.5),
    "iain": Person("flite:awb", 128.0, 1.0, 1.06, 1.3, -23.5),
    "helen": Person("flite:slt", 182.0, 0.94, 1.06, 1.5, -24.0),
    "ruth": Person("flite:slt", 172.0, 0.90, 1.04, 1.6, -24.5),
    "joan": Person("flite:awb", 188.0, 1.14, 1.06, 1.3, -24.0),
    "gordon": Person("flite:rms", 118.0, 1.05, 1.10, 1.0, -23.0),
    "tom": Person("flite:awb", 112.0, 0.96, 1.04, 1.2, -25.0),
    "walter": Person("flite:rms", 128.0, 0.92, 0.98, 1.1, -24.0),
    "berger": Person("espeak:de+f2", 196.0, 1.04, 1.06, 1.0, -23.0),
    "krause": Person("espeak:de+m3", 116.0, 1.0, 1.04, 1.0, -23.5),
    "voss": Person("espeak:de+m7", 108.0, 0.97, 1.06, 1.0, -23.0),
    "lindner": Person("espeak:de+f4", 186.0, 1.0, 0.94, 1.0, -24.5),
    "huber": Person("espeak:de+m1", 122.0, 0.98, 1.0, 0.9, -24.0),
    "claire": Person("espeak:fr+f2", 206.0, 1.04, 1.02, 1.0, -23.0),
    "laurent": Person("espeak:fr+m3", 124.0, 1.0, 1.08, 1.0, -23.5),
}


@dataclass(frozen=True)
class Delivery:
    """How one utterance is said, against the speaker's usual way.

    Parameters
    ----------
    pitch_st : float
        Shift of F0, semitones.
    spread : float
        F0 range times this.
    rise_st : float
        Rise over the last 0.7 s (at most the second half), semitones.
    rate : float
        Speed times this.
    level_db : float
        Level, dB.
    tilt_db : float
        Spectral tilt, dB from 300 to 3400 Hz; positive is brighter.
    breath : float
        Share of added aperiodicity, 0..1.
    tremor_st : float
        Depth of a 5.5 Hz tremor, semitones.
    """

    pitch_st: float = 0.0
    spread: float = 1.0
    rise_st: float = 0.0
    rate: float = 1.0
    level_db: float = 0.0
    tilt_db: float = 0.0
    breath: float = 0.0
    tremor_st: float = 0.0


# At intensity 1: kept below half of the planted cues, so that only planted cues stand out.
_FEELINGS = {
    "frustration": Delivery(0.9, 1.15, -0.5, 1.06, 1.5, 2.0),
    "anger": Delivery(1.4, 1.25, -1.0, 1.06, 2.5, 4.0),
    "anxiety": Delivery(1.6, 1.0, 0.0, 1.08, 0.0, 0.0, 0.1, 0.35),
    "confusion": Delivery(0.8, 1.1, 1.0, 0.95, 0.0),
    "hesitation": Delivery(0.0, 0.9, 0.0, 0.90, -0.8),
    "resignation": Delivery(-1.4, 0.70, -1.0, 0.90, -2.5, -3.0, 0.25),
    "disengagement": Delivery(-1.0, 0.65, 0.0, 0.94, -2.0, -2.0),
    "relief": Delivery(-0.4, 1.1, -1.0, 0.95, -0.5, -1.0, 0.2),
    "gratitude": Delivery(0.9, 1.25, 0.0, 0.98, 0.3, 0.5),
    "satisfaction": Delivery(0.7, 1.25, 0.0, 1.0, 0.5, 0.5),
    "urgency": Delivery(0.9, 1.05, 0.0, 1.08, 1.2, 1.0),
    "warm": Delivery(0.6, 1.2, 0.3, 0.98, 0.0, 0.0),
    "empathic": Delivery(-0.8, 0.95, -0.5, 0.92, -1.2, -1.5, 0.1),
    "curt": Delivery(-0.2, 0.8, -1.0, 1.08, 1.0, 1.0),
    "scripted": Delivery(0.0, 0.70, 0.0, 1.05, 0.0, 0.0),
    "impatient": Delivery(0.8, 1.0, 0.0, 1.10, 1.2, 1.0),
}
# What a planted cue adds or sets; long_pause lies in the play (a gap or a pause inside).
PLANTED = {
    "high_pitch": {"pitch_st": 5.0},
    "rising_pitch": {"rise_st": 11.0},
    "fast_speech": {"rate": 1.55},
    "volume_spike": {"level_db": 7.0},
    "flat_tone": {"spread": 0.15, "rise_st": 0.0, "tremor_st": 0.0},
}


def delivery_of(
    tags: dict[str, float], cues: tuple[str, ...], rng: np.random.Generator
) -> Delivery:
    """Work out how an utterance is said.

    Parameters
    ----------
    tags : dict of str to float
        True tags with intensity.
    cues : tuple of str
        Planted cues.
    rng : Generator
        For the small differences that nobody means anything by.

    Returns
    -------
    Delivery
        Feelings added up, chance added, then the planted cues.
    """
    chance = rng.normal(0.0, 1.0, 4)
    pitch, level, rise = 0.35 * chance[0], 0.7 * chance[1], 0.0
    spread, rate = float(np.exp(0.08 * chance[2])), float(np.exp(0.03 * chance[3]))
    tilt = breath = tremor = 0.0
    for tag, intensity in tags.items():
        feeling = _FEELINGS[tag]
        pitch += intensity * feeling.pitch_st
        level += intensity * feeling.level_db
        rise += intensity * feeling.rise_st
        spread *= feeling.spread**intensity
        rate *= feeling.rate**intensity
        tilt += intensity * feeling.tilt_db
        breath += intensity * feeling.breath
        tremor += intensity * feeling.tremor_st
    said = Delivery(pitch, spread, rise, rate, level, tilt, min(breath, 0.4), tremor)
    for cue in cues:
        for name, value in PLANTED.get(cue, {}).items():
            if name == "rate":
                said = replace(said, rate=said.rate * value)
            elif name in ("spread", "tremor_st"):
                said = replace(said, **{name: value})
            elif name == "rise_st":
                said = replace(said, rise_st=value)
            else:
                said = replace(said, **{name: getattr(said, name) + value})
    if "volume_spike" in cues:
        said = replace(said, tilt_db=said.tilt_db + 4.0)
    return said
