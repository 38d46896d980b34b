"""The sentence that tells a cue with its figures."""

from __future__ import annotations

import math

RISE_WORTH_TELLING_ST = 2.0


def evidence(
    cue: str, kind: str, value: float, centre: float, who: str, final_rise_st: float
) -> str:
    """Tell what was measured and what it is held against.

    Parameters
    ----------
    cue, kind : str
        As in `default_thresholds`.
    value, centre : float
        The utterance and the baseline, in the unit of the cue.
    who : str
        "caller", "agent" or "speaker".
    final_rise_st : float
        How F0 ends, semitones; told beside a high pitch if it rises.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> evidence("volume_spike", "", -11.5, -19.0, "caller", float("nan"))
    "Peaks at -11.5 dB, 7.5 dB above this caller's median of -19.0 dB."
    """
    if cue == "high_pitch":
        return _pitch(value, centre, who, final_rise_st)
    if cue == "rising_pitch":
        move = f"rises {value:.1f}" if value >= 0 else f"falls {-value:.1f}"
        usual = f"a rise of {centre:.1f}" if centre >= 0 else f"a fall of {-centre:.1f}"
        return f"F0 {move} semitones in the last 0.6 s; this {who}'s median is {usual}."
    if cue == "fast_speech":
        return (
            f"{value:.1f} syllables per second without pauses; this {who}'s median is {centre:.1f}."
        )
    if cue == "flat_tone":
        return f"F0 varies by {value:.1f} semitones; this {who}'s median is {centre:.1f}."
    if cue == "volume_spike":
        side = "above" if value >= centre else "below"
        return (
            f"Peaks at {value:.1f} dB, {abs(value - centre):.1f} dB {side} "
            f"this {who}'s median of {centre:.1f} dB."
        )
    return _pause(kind, value, centre, who)


def _pitch(value: float, centre: float, who: str, final_rise_st: float) -> str:
    away = 12 * math.log2(value / centre)
    side = "above" if away >= 0 else "below"
    sentence = f"F0 {abs(away):.1f} semitones {side} this {who}'s median of {centre:.0f} Hz"
    if final_rise_st >= RISE_WORTH_TELLING_ST:
        sentence += f"; rises {final_rise_st:.1f} semitones in the last 0.6 s"
    return sentence + "."


def _pause(kind: str, value: float, centre: float, who: str) -> str:
    if kind == "inside":
        if value <= 0:
            return "No pause inside the utterance."
        usual = f"is usually {centre:.1f} s" if centre > 0.25 else "is usually too short to count"
        return f"A pause of {value:.1f} s inside the utterance; this {who}'s longest {usual}."
    if kind == "before":
        return f"{value:.1f} s of silence before going on; this {who}'s median is {centre:.1f} s."
    if value < 0:
        return f"Answers {-value:.1f} s before the other has ended."
    return f"{value:.1f} s before answering; this {who}'s median is {centre:.1f} s."
