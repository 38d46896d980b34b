"""The Adjudicator: what raters disagree on, side by side, heard again and decided with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd
import traitlets

from workbench.errors import InputError
from workbench.widgets.items import NEEDED
from workbench.widgets.labeler import Labeler
from workbench.widgets.readings import mixture_of, readings_of, shuffled

Decide = Callable[[dict[str, Any]], object]
FEWEST_WORDS = 2
"""A reason has so many words at least."""

_BITS = ("mixture_bits", "dispute_bits", "unclear_share")
_SHOWN = ("verdict", "tags", "scores", "certainty", "cues_named", "note", "other_words")


class Adjudicator(Labeler):
    """Show disputed utterances one by one with what raters heard, and take a lead's decision.

    Not blind: the raters' verdicts, tags, shares, scores and notes stand side by
    side, without names until a key shows them, in an order of their own for each
    utterance. A decision is one of their readings, a mixture, a verdict or tags
    of the lead's own, and it needs a reason. It goes the way of a rating: with an
    id, through the browser's own database, "Saved" only after `on_decide` has
    returned.

    Parameters
    ----------
    disputed : DataFrame
        What to decide, in the order of presentation: the columns of `Labeler`,
        with pass; and where they are known mixture_bits, dispute_bits and
        unclear_share of the table disputes.
    taxonomy : mapping
        As for `Labeler`.
    lead_id : str
        Who decides.
    rated : iterable of mapping
        The raters' ratings that stand, as `earlier_ratings` joins them; of each
        disputed utterance and pass at least two.
    on_decide : callable
        `on_decide(payload)` stores a decision and returns once it is committed;
        `payload` holds what the payload of a rating holds, and reason. May be
        called as `on_save` of `Labeler`.
    decisions : iterable of mapping, optional
        The lead's own decisions that stand, as `earlier_ratings` joins them,
        with the reason as note.
    names : mapping of str to str, optional
        Names of raters by rater_id; by default the rater_id.
    hide_names : bool, default True
        Whether names are hidden until they are asked for.
    keep_key : str, optional
        As for `Labeler`; never that of the lead's own Labeler.
    **booth : object
        All else that `Labeler` takes to play and show a call: audio, peaks,
        words, file, masked_audio, picture, gains, channels, calls, language...

    Raises
    ------
    InputError
        If there is nothing to decide, an utterance has fewer than two ratings,
        or as in `Labeler`.

    See Also
    --------
    Labeler : The blind rating that a dispute begins with.

    Examples
    --------
    >>> import pandas as pd
    >>> nothing = pd.DataFrame(columns=["utterance_id", "call_id", "start_s", "end_s", "pass"])
    >>> Adjudicator(nothing, {}, lead_id="lead", rated=[], on_decide=print, audio=None, peaks=None)
    Traceback (most recent call last):
    ...
    workbench.errors.InputError: There are no disputes to decide.
    """

    _drawn_as = "adjudicator"
    # The lead's decisions are in _ratings; this never changes while the widget is open.
    _disputes = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        disputed: pd.DataFrame,
        taxonomy: Mapping[str, Any],
        *,
        lead_id: str,
        rated: Iterable[Mapping[str, Any]],
        on_decide: Decide,
        decisions: Iterable[Mapping[str, Any]] = (),
        names: Mapping[str, str] | None = None,
        hide_names: bool = True,
        keep_key: str | None = None,
        **booth: Any,
    ) -> None:
        for name in (*NEEDED, "pass"):
            if name not in disputed.columns:
                raise InputError(
                    f'Disputes need the column "{name}"; these have '
                    f"{', '.join(map(str, disputed.columns))}."
                )
        if disputed.empty:
            raise InputError("There are no disputes to decide.")
        self._on_decide = on_decide
        named = dict(names or {})
        by_item: dict[str, list[Mapping[str, Any]]] = {}
        for one in rated:
            by_item.setdefault(f"{one['utterance_id']}/{one['pass']}", []).append(one)
        disputes = {}
        for row in disputed.to_dict("records"):
            item_id = f"{row['utterance_id']}/{row['pass']}"
            own = shuffled(by_item.get(item_id, ()), row["utterance_id"])
            if len({one["rater_id"] for one in own}) < 2:
                raise InputError(
                    f"The utterance {row['utterance_id']} has {len(own)} ratings in the pass "
                    f"{row['pass']}; a dispute needs those of two raters at least."
                )
            disputes[item_id] = {
                **{name: _number(row.get(name)) for name in _BITS},
                "raters": [
                    {
                        "name": named.get(one["rater_id"]) or str(one["rater_id"]),
                        **{name: one.get(name) for name in _SHOWN},
                    }
                    for one in own
                ],
                "readings": (readings := readings_of(own)),
                "mixture": mixture_of(own, readings),
            }
        super().__init__(
            disputed.drop(columns="assignment_id", errors="ignore"),
            taxonomy,
            rater_id=lead_id,
            on_save=self._decide,
            ratings=decisions,
            keep_key=keep_key
            or f"decisions/{lead_id}/{taxonomy['taxonomy']}/{taxonomy['version']}",
            **booth,
        )
        self._setup = self._setup | {"hide_names": hide_names}
        self._disputes = disputes

    def _decide(self, payload: dict[str, Any]) -> None:
        reason = " ".join(str(payload.pop("note") or "").split())
        if len(reason.split()) < FEWEST_WORDS and not payload["retracted"]:
            came = f'"{reason}"' if reason else "no reason"
            raise InputError(
                f"The decision came with {came}; say in a few words why, so that raters can learn "
                "from it."
            )
        self._on_decide(payload | {"note": None, "reason": reason})


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
