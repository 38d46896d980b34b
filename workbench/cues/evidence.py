"""The sentence that tells a cue with its figures."""

from __future__ import annotations

import math

from workbench.cues.measures import Measure

RISE_WORTH_TELLING_ST = 2.0
_WHEN = {"call": "", "causal": " so far", "speaker_history": " in earlier calls"}


def evidence(
    measure: Measure,
    value: float,
    centre: float,
    *,
    who: str = "speaker",
    baseline: str = "call",
    final_rise_st: float = math.nan,
    third: int = 0,
) -> str:
    """Tell what was measured and what it is held against.

    Parameters
    ----------
    measure : Measure
        What was measured.
    value, centre : float
        The utterance and the baseline, in the unit of the measure.
    who : str
        "caller", "agent" or "speaker".
    baseline : {"call", "causal", "speaker_history"}
        Which baseline.
    final_rise_st : float
        How F0 ends, semitones; told beside a high pitch if it rises.
    third : int
        For a trend, how many utterances are compared.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> from workbench.cues.measures import F0
    >>> evidence(F0, 217.8, 182.0, who="caller", final_rise_st=4.0)
    "F0 3.1 semitones above this caller's median of 182 Hz; rises 4.0 semitones in the last 0.6 s."
    """
    usual = f"this {who}'s median{_WHEN[baseline]}"
    column = measure.column
    if column == "f0_median_hz":
        away = 12 * math.log2(value / centre)
        side = "above" if away >= 0 else "below"
        rise = ""
        if final_rise_st >= RISE_WORTH_TELLING_ST:
            rise = f"; rises {final_rise_st:.1f} semitones in the last 0.6 s"
        return f"F0 {abs(away):.1f} semitones {side} {usual} of {centre:.0f} Hz{rise}."
    if column == "f0_final_rise_st":
        move = f"rises {value:.1f}" if value >= 0 else f"falls {-value:.1f}"
        ends = f"a rise of {centre:.1f}" if centre >= 0 else f"a fall of {-centre:.1f}"
        return f"F0 {move} semitones in the last 0.6 s; {usual} is {ends}."
    if column == "f0_trend_st":
        side = "higher" if value >= 0 else "lower"
        return (
            f"F0 {abs(value):.1f} semitones {side} in this {who}'s last {third} utterances than in "
            f"the first {third} of the call."
        )
    if column == "articulation_rate_syl_per_s":
        return f"{value:.1f} syllables per second without pauses; {usual} is {centre:.1f}."
    if column == "f0_sd_st":
        return f"F0 varies by {value:.1f} semitones; {usual} is {centre:.1f}."
    if column == "intensity_peak_db":
        side = "above" if value >= centre else "below"
        away = abs(value - centre)
        return f"Peaks at {value:.1f} dB, {away:.1f} dB {side} {usual} of {centre:.1f} dB."
    if column == "pause_max_s":
        if value <= 0:
            return "No pause inside the utterance."
        often = f"is usually {centre:.1f} s" if centre > 0.25 else "is usually too short to count"
        return f"A pause of {value:.1f} s inside the utterance; this {who}'s longest {often}."
    if column == "pause_before_s":
        return f"{value:.1f} s of silence before going on; {usual} is {centre:.1f} s."
    if value < 0:
        return f"Answers {-value:.1f} s before the other has ended; {usual} is {centre:.1f} s."
    return f"{value:.1f} s before answering; {usual} is {centre:.1f} s."
