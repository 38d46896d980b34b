"""Corrected bounds: move, split and merge utterances that a rater found cut wrongly."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from workbench.errors import InputError
from workbench.identifiers import utterance_id as id_of
from workbench.schema import check_table

SHORTEST_S = 0.1
"""No corrected utterance is shorter: below it neither ear nor pitch tracker has enough."""
KINDS = ("moved", "split", "merge")


def corrected(
    utterances: pd.DataFrame,
    kind: str,
    utterance_id: str,
    *,
    owner: str,
    start_s: float | None = None,
    end_s: float | None = None,
    at_s: float | None = None,
    with_id: str | None = None,
    until_s: float = float("inf"),
) -> pd.DataFrame:
    """Make the utterances that take the place of wrongly cut ones.

    Parameters
    ----------
    utterances : DataFrame
        The table utterances: those of the call that are in use, of one unit.
    kind : str
        moved (to start_s and end_s), split (at at_s) or merge (with with_id).
    utterance_id : str
        The utterance to correct.
    owner : str
        The recording_id behind its channel; the call_id without audio.
    start_s, end_s : float, optional
        New bounds, seconds of the call; one that is not given stays.
    at_s : float, optional
        Where to split, seconds of the call.
    with_id : str, optional
        The utterance to merge with: the next or the one before of the same
        speaker.
    until_s : float
        End of the call, seconds.

    Returns
    -------
    DataFrame
        The table utterances: one new row, two after a split, in whole
        milliseconds and in order of time.

    Raises
    ------
    InputError
        If there is no such utterance, a part would be shorter than 0.1 s, or
        the new bounds leave the call or reach into another utterance of the
        same channel.

    Examples
    --------
    >>> from workbench.utterances.rows import make_segmented
    >>> row = {"owner": "rec_1", "channel": 0, "role": "customer", "speaker_id": "c1",
    ...        "agent_id": None, "start_s": 1.0, "end_s": 4.0, "turn": 0}
    >>> rows = make_segmented([row], call_id="7", unit="utterance", method="by_hand",
    ...                       settings={}).utterances
    >>> parts = corrected(rows, "split", rows["utterance_id"].item(), owner="rec_1", at_s=2.5)
    >>> parts[["start_s", "end_s"]].values.tolist()
    [[1.0, 2.5], [2.5, 4.0]]
    """
    if kind not in KINDS:
        raise InputError(f'The correction "{kind}" came; expected one of {", ".join(KINDS)}.')
    own = _row(utterances, utterance_id)
    if kind == "split":
        bounds = _halves(own, at_s)
        replaced = [utterance_id]
    elif kind == "merge":
        other = _row(utterances, with_id)
        _check_neighbours(utterances, own, other)
        bounds = [(min(own["start_s"], other["start_s"]), max(own["end_s"], other["end_s"]))]
        replaced = [utterance_id, str(other["utterance_id"])]
    else:
        bounds = [
            (
                own["start_s"] if start_s is None else start_s,
                own["end_s"] if end_s is None else end_s,
            )
        ]
        replaced = [utterance_id]
    bounds = [(round(float(a), 3), round(float(b), 3)) for a, b in bounds]
    _check_bounds(utterances[~utterances["utterance_id"].isin(replaced)], own, bounds, until_s)
    channel = -1 if pd.isna(own["channel"]) else int(own["channel"])
    parts = [
        {
            **own.to_dict(),
            "utterance_id": id_of(owner, channel, a, b, str(own["segmentation_id"])),
            "start_s": a,
            "end_s": b,
            "created_at": datetime.now(UTC),
            "retired_at": None,
        }
        for a, b in bounds
    ]
    return check_table(pd.DataFrame(parts)[list(utterances.columns)], "utterances")


def _row(utterances: pd.DataFrame, utterance_id: str | None) -> pd.Series:
    found = utterances[utterances["utterance_id"] == utterance_id]
    if found.empty:
        raise InputError(
            f'The utterance "{utterance_id}" is not in use in this call; it may have been '
            "corrected already. Open the list again to see its parts."
        )
    return found.iloc[0]


def _halves(own: pd.Series, at_s: float | None) -> list[tuple[float, float]]:
    if at_s is None or not own["start_s"] < at_s < own["end_s"]:
        raise InputError(
            f"A split at {at_s} s came; it has to be inside the utterance, between "
            f"{own['start_s']:.2f} and {own['end_s']:.2f} s."
        )
    return [(own["start_s"], at_s), (at_s, own["end_s"])]


def _check_neighbours(utterances: pd.DataFrame, own: pd.Series, other: pd.Series) -> None:
    same = utterances[_of_channel(utterances, own)].sort_values("start_s")
    order = same["utterance_id"].tolist()
    if str(other["utterance_id"]) not in order:
        raise InputError("Only utterances of the same channel can be merged.")
    if abs(order.index(own["utterance_id"]) - order.index(other["utterance_id"])) != 1:
        raise InputError("Only neighbours can be merged: another utterance lies between the two.")


def _of_channel(utterances: pd.DataFrame, own: pd.Series) -> pd.Series:
    """Choose those of the same voice: a mono channel may hold several speakers."""
    channel = -1 if pd.isna(own["channel"]) else int(own["channel"])
    speaker = "" if pd.isna(own["speaker_id"]) else str(own["speaker_id"])
    return (utterances["channel"].fillna(-1).astype(int) == channel) & (
        utterances["speaker_id"].fillna("").astype(str) == speaker
    )


def _check_bounds(
    others: pd.DataFrame, own: pd.Series, bounds: list[tuple[float, float]], until_s: float
) -> None:
    for a, b in bounds:
        if a < 0 or b > until_s + 0.001:
            raise InputError(
                f"The bounds {a:.2f} to {b:.2f} s leave the call, which lasts {until_s:.2f} s."
            )
        if b - a < SHORTEST_S:
            raise InputError(
                f"From {a:.3f} to {b:.3f} s is shorter than {SHORTEST_S} s, too short to rate."
            )
        near = others[_of_channel(others, own)]
        touched = near[(near["start_s"] < b - 0.001) & (near["end_s"] > a + 0.001)]
        if len(touched):
            one = touched.iloc[0]
            raise InputError(
                f"From {a:.2f} to {b:.2f} s reaches into the utterance from "
                f"{one['start_s']:.2f} to {one['end_s']:.2f} s of the same speaker. Stop before "
                "it, or merge the two."
            )
