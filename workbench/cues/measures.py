"""What each cue is read from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Measure(NamedTuple):
    """A measure of the table prosody, and the cues at its two ends.

    Parameters
    ----------
    column : str
        Column of prosody.
    kind : str
        Where a cue can be seen in several places, which one; "" otherwise.
    unit, spread_unit : str
        Unit of the value, and of its spread.
    steps : float
        0 for a linear scale; else steps a doubling on a logarithmic one.
    smallest : float
        On a logarithmic scale, smaller values count as this.
    higher, lower : str
        Cue of unusually high and of unusually low values; "" for none.
    """

    column: str
    kind: str
    unit: str
    spread_unit: str
    steps: float
    smallest: float
    higher: str
    lower: str

    def scaled(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Bring values to the scale on which they are compared.

        Parameters
        ----------
        values : array of float
            In the unit of the measure.

        Returns
        -------
        ndarray of float64
            In the unit of its spread.
        """
        numbers = np.asarray(values, np.float64)
        if self.steps:
            numbers = self.steps * np.log2(np.maximum(numbers, self.smallest))
        return numbers

    def unscaled(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Bring values back to the unit of the measure.

        Parameters
        ----------
        values : ndarray of float64
            As from `scaled`.

        Returns
        -------
        ndarray of float64
            In the unit of the measure.
        """
        return 2 ** (values / self.steps) if self.steps else values


F0 = Measure("f0_median_hz", "", "Hz", "st", 12.0, 20.0, "high_pitch", "low_pitch")
TREND = Measure("f0_trend_st", "", "st", "st", 0.0, 0.0, "pitch_trend", "pitch_trend_down")
"""Made from F0 over the utterances so far, not a column of prosody."""

MEASURES = (
    F0,
    Measure("f0_final_rise_st", "", "st", "st", 0.0, 0.0, "rising_pitch", "falling_pitch"),
    TREND,
    Measure(
        "articulation_rate_syl_per_s", "", "syl/s", "syl/s", 0.0, 0.0, "fast_speech", "slow_speech"
    ),
    Measure("pause_max_s", "inside", "s", "doublings", 1.0, 0.25, "long_pause", ""),
    Measure("pause_before_s", "before", "s", "doublings", 1.0, 0.25, "long_pause", ""),
    Measure("response_latency_s", "answer", "s", "doublings", 1.0, 0.25, "long_pause", ""),
    Measure("response_latency_s", "", "s", "s", 0.0, 0.0, "", "quick_answer"),
    Measure("f0_sd_st", "", "st", "doublings", 1.0, 0.1, "lively_tone", "flat_tone"),
    Measure("intensity_peak_db", "", "dB", "dB", 0.0, 0.0, "volume_spike", "soft_voice"),
)
"""In the order of the table; long_pause is looked for in three places."""

ENDS = tuple(
    (cue, measure, side)
    for measure in MEASURES
    for cue, side in ((measure.higher, 1), (measure.lower, -1))
    if cue
)
"""Each cue with its measure, and on which side it lies."""

CUES = tuple(dict.fromkeys(cue for cue, _, _ in ENDS))
"""The cues in the order of the table, each before its opposite."""
