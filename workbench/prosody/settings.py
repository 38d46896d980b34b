"""What the measures are computed with; stored beside the numbers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from workbench.errors import InputError

HOP_S = 0.01
"""Time from one frame to the next, seconds."""

WINDOW_S = 0.04
"""Length of the analysis window around the middle of a frame, seconds."""

CLEAR_GAP = 0.15
"""One minus the autocorrelation of a clearly voiced frame."""


@dataclass(frozen=True)
class ProsodySettings:
    """Settings of the prosody measures.

    The defaults suit speech of adults over telephone and microphone. Numbers
    made with different settings must not be compared; that is why the table
    `prosody` has a column `settings`.

    Parameters
    ----------
    f0_floor_hz, f0_ceiling_hz : float
        Range of F0 searched in the first pass, hertz. The second pass narrows
        it to the speaker. The floor is at least 50 Hz, the ceiling at most 1000 Hz.
    voicing_threshold : float
        Normalised autocorrelation from which a frame counts as voiced, 0..1.
    silence_threshold : float
        Frames softer than this, relative to the speaker's loud frames, are
        unvoiced; 0..1.
    octave_cost, octave_jump_cost, voicing_cost : float
        Preference for the higher of two candidates an octave apart, cost of a
        jump of an octave and of a change of voicing from one frame to the next.
    low_cost : float
        Cost of each octave that F0 lies further than half an octave below the
        speaker's usual, where two cycles are easily taken for one.
    min_pause_s : float
        Shortest silence that counts as a pause, seconds.
    syllable_dip_db : float
        How far the envelope must fall on both sides of a syllable nucleus for it to
        count half, dB; see `syllable_nuclei`.
    max_clipping_share : float
        Share of samples at full scale above which voice quality abstains, 0..1.

    Raises
    ------
    InputError
        If a setting is outside its range.

    Examples
    --------
    >>> ProsodySettings(min_pause_s=0.3).as_dict()["min_pause_s"]
    0.3
    """

    f0_floor_hz: float = 60.0
    f0_ceiling_hz: float = 600.0
    voicing_threshold: float = 0.45
    silence_threshold: float = 0.02
    octave_cost: float = 0.01
    octave_jump_cost: float = 0.5
    voicing_cost: float = 0.14
    low_cost: float = 0.1
    min_pause_s: float = 0.25
    syllable_dip_db: float = 0.75
    max_clipping_share: float = 0.005

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not 50 <= self.f0_floor_hz < self.f0_ceiling_hz <= 1000:
            raise InputError(
                f"An F0 range of {self.f0_floor_hz} to {self.f0_ceiling_hz} Hz came; the floor "
                "is at least 50 Hz, the ceiling above it and at most 1000 Hz."
            )
        if not self.min_pause_s >= HOP_S:
            raise InputError(
                f"A pause of {self.min_pause_s} s cannot be seen on frames of {HOP_S} s; "
                "use at least that, usually 0.25."
            )
        for name in ("voicing_threshold", "silence_threshold", "max_clipping_share"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InputError(f"The setting {name} is {value}; it lies between 0 and 1.")
        for name in (
            "octave_cost",
            "octave_jump_cost",
            "voicing_cost",
            "low_cost",
            "syllable_dip_db",
        ):
            value = getattr(self, name)
            if not value >= 0:
                raise InputError(f"The setting {name} is {value}; it cannot be negative.")

    def as_dict(self) -> dict[str, Any]:
        """List the settings for the column `settings`.

        Returns
        -------
        dict
            Names and values, with the version of the measures.
        """
        return {"measures": "2", "hop_s": HOP_S, **dataclasses.asdict(self)}
