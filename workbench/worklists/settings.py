"""What a worklist is made with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from workbench.errors import InputError, nearest

ORDERS = ("in_call", "random")
PASS_ORDER = ("masked_voice", "voice", "text", "both")
"""Passes in the order in which one rater has them: those without words first."""

STRATA = ("proportional", "equal")
MATCHED = ("language", "culture")


@dataclass(frozen=True)
class WorklistSettings:
    """How a worklist is to be made.

    Parameters
    ----------
    seed : int
        Seed of everything that is drawn; the same seed gives the same worklist.
    order : {"in_call", "random"}
        Whole calls, each in its order, or utterances at random. What was heard
        before changes what is heard, so the order is stored with the worklist.
    passes : tuple of str
        text, masked_voice, voice, both. Passes of one utterance go to different
        raters; where those are too few, to the same rater, far apart.
    overlap : int
        How many raters hear each of the shared utterances, in each pass.
    overlap_share : float
        Share of the utterances that `overlap` raters hear (0..1); the rest is
        heard by one.
    gold_rate : float
        Hidden gold items for each utterance to label (0..1).
    repeat_rate : float
        Hidden repeats for each utterance to label (0..1).
    distance : int
        How many places later the same utterance may come back to a rater, at
        the earliest: as a repeat or in another pass.
    n_items : int or None
        How many utterances are chosen; None for all.
    stratify : tuple of str
        Columns of the utterances by which they are chosen.
    strata : {"proportional", "equal"}
        Whether each stratum has its own share of `n_items` or all have the same.
    match : tuple of str
        "language": only who understands the language of a call hears it, where
        it is known. "culture": some of those who hear it are of the customer's
        culture, where there are such raters.
    insiders : int
        How many of those who hear an utterance are of the customer's culture, at
        least, where there are so many; at most `overlap`.

    Raises
    ------
    InputError
        If a value does not fit; the message says what would.

    Examples
    --------
    >>> WorklistSettings(seed=1, passes=("both", "voice")).passes
    ('voice', 'both')
    """

    seed: int
    order: str = "in_call"
    passes: tuple[str, ...] = ("both",)
    overlap: int = 1
    overlap_share: float = 1.0
    gold_rate: float = 0.0
    repeat_rate: float = 0.0
    distance: int = 20
    n_items: int | None = None
    stratify: tuple[str, ...] = ()
    strata: str = "proportional"
    match: tuple[str, ...] = MATCHED
    insiders: int = 1

    def __post_init__(self) -> None:
        """Check the values and bring the passes into their order."""
        for name in ("passes", "stratify", "match"):
            object.__setattr__(self, name, _words(getattr(self, name)))
        _known("order", [self.order], ORDERS)
        _known("pass", self.passes, PASS_ORDER)
        _known("way to share out strata", [self.strata], STRATA)
        _known("thing to match", self.match, MATCHED)
        if not self.passes:
            raise InputError(f"No pass came; expected some of {', '.join(PASS_ORDER)}.")
        object.__setattr__(self, "passes", tuple(p for p in PASS_ORDER if p in self.passes))
        whole = {"overlap": 1, "insiders": 1, "distance": 1, "n_items": 1, "seed": 0}
        for name, least in whole.items():
            value = getattr(self, name)
            if value is not None and (isinstance(value, bool) or value != int(value)):
                raise InputError(f"{name} is {value}; expected a whole number.")
            if value is not None and value < least:
                raise InputError(f"{name} is {value}; expected {least} or more.")
        if self.insiders > self.overlap:
            raise InputError(
                f"insiders asks for {self.insiders} raters of the customer's culture for each "
                f"utterance, but only {self.overlap} hear it; give overlap={self.insiders} or more."
            )
        for name in ("overlap_share", "gold_rate", "repeat_rate"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise InputError(f"{name} is {value}; expected a share from 0 to 1.")
        if self.stratify and self.n_items is None:
            raise InputError(
                f"The utterances are to be chosen by {', '.join(self.stratify)}, but n_items does "
                "not say how many; give n_items, or leave stratify out."
            )

    def as_dict(self) -> dict[str, Any]:
        """Give the settings as they are stored.

        Returns
        -------
        dict
            Plain values; lists in place of tuples.
        """
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def _words(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _known(what: str, came: Iterable[str], known: tuple[str, ...]) -> None:
    for name in came:
        if name not in known:
            raise InputError(
                f'There is no {what} "{name}".{nearest(str(name), known)} '
                f"There are: {', '.join(known)}."
            )
