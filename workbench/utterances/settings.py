"""What ends an utterance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from workbench.activity import DETECTOR
from workbench.errors import InputError, nearest


@dataclass(frozen=True)
class UtteranceSettings:
    """When an utterance ends, and what is too short to be one.

    Parameters
    ----------
    min_silence_s : float, default 1.0
        Silence of a speaker from which the utterance ends, seconds. Shorter
        silences are pauses inside it.
    max_backchannel_s : float, default 0.5
        Up to this much speech of others in a speaker's pause is a backchannel
        ("mhm"); more takes the turn and ends the utterance, seconds.
    min_speech_s : float, default 0.2
        Shorter bursts of speech activity are dropped, seconds.
    activity : str
        Name and version of what told speech from silence; stored, so that
        utterances of an improved detector are a segmentation of their own.
    """

    min_silence_s: float = 1.0
    max_backchannel_s: float = 0.5
    min_speech_s: float = 0.2
    activity: str = DETECTOR

    def __post_init__(self) -> None:
        """Refuse times that are negative or no numbers."""
        for name in ("min_silence_s", "max_backchannel_s", "min_speech_s"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"The setting {name} is {value!r}; it is a number of seconds.")
            if not (math.isfinite(value) and value >= 0):
                raise InputError(
                    f"The setting {name} is {value} s; it cannot be negative or endless."
                )
            object.__setattr__(self, name, float(value))
        if self.min_silence_s == 0:
            raise InputError(
                "With min_silence_s of 0 every frame would be an utterance; use 1.0 s, or 0.3 s "
                "for very short units."
            )

    def as_dict(self) -> dict[str, object]:
        """Give the settings as they are stored beside the segmentation.

        Returns
        -------
        dict
            Names and values, plain JSON.
        """
        return asdict(self)


def read_settings(
    settings: UtteranceSettings | Mapping[str, object] | None,
) -> UtteranceSettings:
    """Complete settings that came in part.

    Parameters
    ----------
    settings : UtteranceSettings, mapping or None
        Settings by name; what is not named has its default.

    Returns
    -------
    UtteranceSettings
        All settings.

    Raises
    ------
    InputError
        If a name is not known (the message suggests the nearest) or a value
        has no meaning.
    """
    if isinstance(settings, UtteranceSettings):
        return settings
    known = [field.name for field in fields(UtteranceSettings)]
    for name in settings or {}:
        if name not in known:
            raise InputError(
                f'There is no setting "{name}" for utterances.{nearest(str(name), known)} '
                f"Settings are {', '.join(known)}."
            )
    return UtteranceSettings(**dict(settings or {}))  # type: ignore[arg-type]
