"""What each feature of a call means: unit, and the least that it is told from."""

from __future__ import annotations

import pandas as pd

EDGE_S = 10.0
"""Seconds of rated speech that count as opening and as closing."""

MIN_FOR_SLOPE = 3
"""Fewest utterances for a slope, for volatility and for recovery."""

MIN_FOR_SHIFTS = 8
"""Fewest utterances in which shifts are looked for."""

MIN_SEGMENT = 3
"""Fewest utterances between two shifts."""

MAX_SHIFTS = 3
"""Most shifts that are told of a call."""

SHIFT_PENALTY = 4.0
"""By how many times log(n) a further shift must better n log(sum of squares)."""

FEATURES: tuple[tuple[str, str, str, str], ...] = (
    (
        "<tag>_share",
        "0..1",
        "1 utterance",
        "Seconds in which the tag was heard over judged seconds; an utterance counts with the "
        "share of raters who heard it.",
    ),
    (
        "mixed_share",
        "0..1",
        "1 utterance with set shares or one tag",
        "Seconds that were heard as mixed over judged seconds: the share of raters who set shares "
        "of several tags, among those who set shares, gave one tag or neutral.",
    ),
    (
        "transitions",
        "count",
        "2 utterances",
        "How often the main tag changes from one utterance to the next; the main tag is the one "
        "most raters heard, if half of them did, else none.",
    ),
    ("<dimension>_mean", "of the dimension", "1 utterance", "Mean, weighted by seconds."),
    ("<dimension>_min", "of the dimension", "1 utterance", "Lowest utterance: the worst point."),
    ("<dimension>_end", "of the dimension", "1 utterance", "Last utterance."),
    (
        "<dimension>_slope_per_min",
        "of the dimension, per minute",
        f"{MIN_FOR_SLOPE} utterances",
        "Straight line through the utterances, weighted by seconds.",
    ),
    (
        "<dimension>_opening",
        "of the dimension",
        f"{EDGE_S:g} s of rated speech",
        f"Mean of the first {EDGE_S:g} s of rated speech.",
    ),
    (
        "<dimension>_closing",
        "of the dimension",
        f"{EDGE_S:g} s of rated speech",
        f"Mean of the last {EDGE_S:g} s of rated speech; before the cut, where there is one.",
    ),
    (
        "<dimension>_peak",
        "of the dimension",
        "1 utterance",
        "Utterance farthest from 0, with its sign; of equals the first.",
    ),
    (
        "<dimension>_end_and_peak",
        "of the dimension",
        "1 utterance",
        "Mean of the peak and of the last utterance: what people are said to remember.",
    ),
    (
        "<dimension>_min_at_s",
        "seconds of the call",
        "1 utterance",
        "Middle of the lowest utterance; of equals the first.",
    ),
    (
        "valence_below_zero_s",
        "seconds",
        "1 utterance",
        "Seconds of utterances with negative valence.",
    ),
    (
        "<dimension>_volatility",
        "of the dimension",
        f"{MIN_FOR_SLOPE} utterances",
        "Mean step, without its sign, from one utterance to the next; raters' scatter is in it, "
        "so compare only calls with equally many raters.",
    ),
    (
        "valence_recovered",
        "0 or 1",
        f"{MIN_FOR_SLOPE} utterances, the worst below the mean",
        "Whether any utterance after the worst one came back to the call's mean.",
    ),
    (
        "valence_recovery_s",
        "seconds",
        "as valence_recovered, and recovered",
        "From the middle of the worst utterance to that of the first later one at the call's mean "
        "or above; missing where that never came, so look at valence_recovered first.",
    ),
    (
        "<dimension>_shifts",
        "count",
        f"{MIN_FOR_SHIFTS} utterances",
        f"Shifts of level, {MIN_SEGMENT} utterances apart or more, at most {MAX_SHIFTS}: the exact "
        "segmentation with the best penalised fit. `shift_table` tests them.",
    ),
    (
        "<dimension>_shift_at_s",
        "seconds of the call",
        "a shift",
        "Where the largest shift lies: between two utterances.",
    ),
    (
        "<dimension>_shift_by",
        "of the dimension",
        "a shift",
        "By how much the level changes at the largest shift.",
    ),
)

DIMENSION_ENDINGS = (
    *("mean", "min", "end", "slope_per_min", "opening", "closing", "peak", "end_and_peak"),
    *("min_at_s", "below_zero_s", "volatility", "recovered", "recovery_s"),
    *("shifts", "shift_at_s", "shift_by"),
)
"""Endings of the columns of a dimension, in the order in which they are worked out."""

VALENCE_ONLY = ("below_zero_s", "recovered", "recovery_s")
"""Endings that only mean something where 0 is neutral and low is bad."""

MINIMUM = {
    "slope_per_min": f"{MIN_FOR_SLOPE} utterances",
    "volatility": f"{MIN_FOR_SLOPE} utterances",
    "opening": f"{EDGE_S:g} s",
    "closing": f"{EDGE_S:g} s",
    "shifts": f"{MIN_FOR_SHIFTS} utterances",
}
"""What a call must have, where a missing value means that it has not."""


def feature_dictionary() -> pd.DataFrame:
    """Explain every feature of a call.

    Returns
    -------
    DataFrame
        name (with <tag> or <dimension> for any of them), unit, minimum (the least
        that it is told from) and meaning.

    Examples
    --------
    >>> table = feature_dictionary().set_index("name")
    >>> table.loc["<dimension>_slope_per_min", "minimum"]
    '3 utterances'
    """
    return pd.DataFrame(FEATURES, columns=["name", "unit", "minimum", "meaning"])
