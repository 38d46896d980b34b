"""The outcomes that can be related to what was heard: what a row is, and how an effect is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from workbench.errors import InputError, nearest

Family = Literal["yes/no", "count", "ordered", "score", "time"]


@dataclass(frozen=True)
class Figure:
    """One effect of a model, and how it is told.

    Parameters
    ----------
    unit : str
        Its unit.
    times : float
        What the model's figure is multiplied with.
    more, less : str
        What happens where it is above or below 0; {amount} is its size.
    """

    unit: str
    times: float
    more: str
    less: str


@dataclass(frozen=True)
class OutcomeKind:
    """An outcome that effects can be told on.

    Parameters
    ----------
    name : str
        How it is asked for.
    family : {"yes/no", "count", "ordered", "score", "time"}
        Which decides the model.
    who : str
        What a row is: Calls or Customers.
    figures : tuple of Figure
        Effects on the natural scale.
    within : float
        Days (or seconds, for an escalation) within which it counts; 0 where
        nothing is counted.
    in_call : bool
        Whether it happens during the call, so that what came after must not count.
    """

    name: str
    family: Family
    who: str
    figures: tuple[Figure, ...]
    within: float = 0.0
    in_call: bool = False

    @property
    def column(self) -> str:
        """Name of the outcome's column in the rows of a model."""
        return "event" if self.family == "time" else "y"


def _often(what: str) -> tuple[Figure, ...]:
    return (
        Figure(
            "percentage points",
            100.0,
            f"{what} {{amount}} points more often",
            f"{what} {{amount}} points less often",
        ),
    )


def _share(name: str, of: str) -> Figure:
    return Figure(
        f"percentage points {name}",
        100.0,
        f"had {{amount}} points more {of}",
        f"had {{amount}} points fewer {of}",
    )


def _points(unit: str, verb: str) -> Figure:
    return Figure(unit, 1.0, f"{verb} {{amount}} {unit} higher", f"{verb} {{amount}} {unit} lower")


_KINDS = (
    OutcomeKind("escalated", "yes/no", "Calls", _often("were escalated"), in_call=True),
    OutcomeKind("resolved", "yes/no", "Calls", _often("were resolved")),
    OutcomeKind("churned", "yes/no", "Customers", _often("left within {within:g} days"), 180.0),
    OutcomeKind(
        "repeat_contacts",
        "count",
        "Calls",
        (
            Figure(
                "further contacts per 100 calls",
                100.0,
                "were followed within {within:g} days by {amount} more contacts per 100 calls",
                "were followed within {within:g} days by {amount} fewer contacts per 100 calls",
            ),
        ),
        14.0,
    ),
    OutcomeKind(
        "nps",
        "ordered",
        "Calls",
        (
            _points("NPS answer points", "were answered"),
            _share("promoters", "promoters"),
            _share("detractors", "detractors"),
        ),
    ),
    OutcomeKind(
        "csat",
        "ordered",
        "Calls",
        (_points("CSAT points", "were answered"), _share("satisfied", "satisfied answers")),
    ),
    OutcomeKind("qa_score", "score", "Calls", (_points("QA points", "scored"),)),
    OutcomeKind("time_to_churn", "time", "Customers", _often("left within {within:g} days"), 180.0),
    OutcomeKind(
        "time_to_escalation",
        "time",
        "Calls",
        _often("were escalated within the next {within:g} s"),
        60.0,
        in_call=True,
    ),
)

OUTCOME_KINDS = {kind.name: kind for kind in _KINDS}
"""Outcomes that `relate` knows, by name."""


def kind_named(name: str, *, within: float | None = None) -> OutcomeKind:
    """Look an outcome up.

    Parameters
    ----------
    name : str
        Its name.
    within : float, optional
        Days (seconds, for an escalation) within which it counts.

    Returns
    -------
    OutcomeKind
        The outcome.

    Raises
    ------
    InputError
        If there is none of that name, or `within` is not above 0.

    Examples
    --------
    >>> kind_named("repeat_contacts").within
    14.0
    """
    if name not in OUTCOME_KINDS:
        raise InputError(
            f'"{name}" is not an outcome that is known.{nearest(name, OUTCOME_KINDS)} '
            f"Known are: {', '.join(OUTCOME_KINDS)}."
        )
    kind = OUTCOME_KINDS[name]
    if within is None or not kind.within:
        return kind
    if not within > 0:
        raise InputError(f"{name} counts within a time above 0; {within} came.")
    return replace(kind, within=float(within))
