"""The ratings of one pass and version as numbers: who, what, in which call, in which order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from workbench.agreement.raters.estimates import Bools, Floats, Ints
from workbench.errors import AbstainedError, InputError, nearest
from workbench.rated_values import JUDGED, current_ratings
from workbench.schema import check_table, check_utterances

SITTING_GAP = pd.Timedelta(minutes=30)
"""Where no session is known, a pause of this length begins a new sitting."""


class Panel(NamedTuple):
    """Ratings that stand, sorted by rater and time.

    Parameters
    ----------
    ratings : DataFrame
        The table ratings, index from 0, with sitting and place.
    rating_ids, utterance_ids : list of str
        Two of its columns.
    rater, item, call, sitting : ndarray of int, shape (n_ratings,)
        Codes; a sitting belongs to one rater.
    place : ndarray of int, shape (n_ratings,)
        Place in the sitting, from 0; ratings of other passes count.
    first : ndarray of bool, shape (n_ratings,)
        Whether it is the rater's first rating of the utterance.
    in_order : ndarray of bool, shape (n_ratings,)
        Whether it is known when the rater gave it.
    heard : ndarray of float, shape (n_ratings, n_tags)
        1 where a tag (the last column: neutral) was given, 0 where not; NaN
        where the utterance was not judged (unclear, unusable).
    tags : list of str
        Names of these columns.
    scores : dict of str to ndarray of float, shape (n_ratings, 1)
        Values by dimension, NaN where not given.
    raters, calls : Index
        Names.
    bounds : ndarray of int, shape (n_raters + 1,)
        Where each rater's rows begin.
    by : str
        "call", or "utterance" where calls are not known.
    pass_ : str
        The pass.
    duration_s : ndarray of float, shape (n_ratings,)
        Length of the utterance in seconds; NaN where not known.
    """

    ratings: pd.DataFrame
    rating_ids: list[str]
    utterance_ids: list[str]
    rater: Ints
    item: Ints
    call: Ints
    sitting: Ints
    place: Ints
    first: Bools
    in_order: Bools
    heard: Floats
    tags: list[str]
    scores: dict[str, Floats]
    raters: pd.Index
    calls: pd.Index
    bounds: Ints
    by: str
    pass_: str
    duration_s: Floats

    @property
    def follows(self) -> Bools:
        """Whether the row above is the rating just before, shape (n_ratings,)."""
        out = np.zeros(len(self.rater), dtype=bool)
        out[1:] = (self.sitting[1:] == self.sitting[:-1]) & (np.diff(self.place) == 1)
        return out

    def strongest(self, rater: int, score: Floats, n: int = 8) -> list[int]:
        """Find the ratings of a rater that show something best.

        Parameters
        ----------
        rater : int
            Code of the rater.
        score : ndarray of float, shape (n_ratings,)
            How well each rating shows it; 0, less or NaN: not at all.
        n : int, default 8
            At most so many.

        Returns
        -------
        list of int
            Rows, best first.
        """
        start, end = self.bounds[rater], self.bounds[rater + 1]
        own = np.nan_to_num(score[start:end], nan=0.0)
        if len(own) > n:
            own[own < np.partition(own, -n)[-n]] = 0.0
        shown = np.flatnonzero(own > 0)
        best = shown[np.argsort(-own[shown], kind="stable")[:n]]
        return [int(start + row) for row in best]


def read_panel(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    utterances: pd.DataFrame | None = None,
    assignments: pd.DataFrame | None = None,
    pass_: str | None = None,
    taxonomy: str | None = None,
    version: str | None = None,
    unit: str | None = None,
    min_raters: int = 2,
) -> Panel:
    """Check the tables, choose one pass and version, turn names into codes.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names.
    utterances : DataFrame, optional
        The table utterances: which call, how long.
    assignments : DataFrame, optional
        The table assignments; what answers an adjudication is left out.
    pass_, taxonomy, version, unit : str, optional
        Needed if ratings of several came.
    min_raters : int, default 2
        Fewer are refused.

    Returns
    -------
    Panel
        The same as numbers.

    Raises
    ------
    InputError
        If a table is not as documented, several passes, versions or units came,
        or an utterance is unknown.
    AbstainedError
        If there is no rating, or one rater only.
    """
    rows = current_ratings(ratings)
    tags, scores = check_table(tags, "tags"), check_table(scores, "scores")
    if assignments is not None:
        asked = check_table(assignments, "assignments")
        decided = asked.loc[asked["purpose"] == "adjudicate", "assignment_id"]
        rows = rows[~rows["assignment_id"].isin(decided).to_numpy(dtype=bool)]
    where = None if utterances is None else _places(rows, check_utterances(utterances))
    if where is not None:
        rows = rows.assign(
            unit=where["unit"].to_numpy()[where.index.get_indexer(pd.Index(rows["utterance_id"]))]
        )
    if rows.empty:
        raise AbstainedError("A report on raters needs ratings; none came.")
    rows = rows.sort_values(["rater_id", "created_at", "position", "rating_id"], kind="stable")
    # other passes are work in the same sitting, so places are counted before one is chosen
    rows = _with_places(rows)
    rows = _chosen(rows, {"pass": pass_, "taxonomy": taxonomy, "version": version, "unit": unit})
    rows = rows.reset_index(drop=True)
    rater, raters = pd.factorize(rows["rater_id"], sort=True)
    if len(raters) < min_raters:
        raise AbstainedError(
            f"A report on raters holds each against the others; only {raters[0]} rated here. Let "
            "another rater hear the same utterances."
        )
    item, items = pd.factorize(rows["utterance_id"], sort=True)
    call, calls, by, duration = item, items, "utterance", np.full(len(rows), np.nan)
    if where is not None:
        own = where.loc[rows["utterance_id"]]
        call, calls = pd.factorize(own["call_id"], sort=True)
        by, duration = "call", (own["end_s"] - own["start_s"]).to_numpy(dtype=np.float64)
    heard, names = _heard(rows, tags)
    return Panel(
        rows, list(rows["rating_id"].to_numpy(object)), list(rows["utterance_id"].to_numpy(object)),
        rater.astype(np.int64), item.astype(np.int64), call.astype(np.int64),
        rows["sitting"].to_numpy(np.int64), rows["place"].to_numpy(np.int64),
        ~rows.duplicated(["rater_id", "utterance_id"]).to_numpy(dtype=bool),
        rows["in_order"].to_numpy(dtype=bool), heard, names, _scored(rows, scores), raters, calls,
        np.searchsorted(rater, np.arange(len(raters) + 1)).astype(np.int64), by,
        str(rows["pass"].iloc[0]), duration,
    )  # fmt: skip


def _places(rows: pd.DataFrame, utterances: pd.DataFrame) -> pd.DataFrame:
    where = utterances.set_index("utterance_id")[["call_id", "unit", "start_s", "end_s"]]
    strange = ~rows["utterance_id"].isin(where.index)
    if strange.any():
        name = str(rows.loc[strange, "utterance_id"].iloc[0])
        raise InputError(
            f'{int(strange.sum())} ratings are of utterances that did not come, first: "{name}".'
            f"{nearest(name, map(str, where.index[:1000]))} Give the whole table utterances."
        )
    return where


def _chosen(rows: pd.DataFrame, wanted: dict[str, str | None]) -> pd.DataFrame:
    kinds = [name for name in wanted if name in rows.columns]
    for name, value in wanted.items():
        if value is None or rows.empty:
            continue
        if name not in rows.columns:
            raise InputError(f'To choose the unit "{value}", give the table utterances too.')
        known = rows[name].unique()
        rows = rows[rows[name] == value]
        if rows.empty:
            raise InputError(
                f'No rating has the {name} "{value}".{nearest(value, known)} '
                f"There are ratings of: {', '.join(map(str, known))}."
            )
    came = rows[kinds].value_counts(sort=False).reset_index()
    if len(came) > 1:
        told = "; ".join(
            ", ".join(f"{name} {row[name]}" for name in kinds) + f" ({row['count']} ratings)"
            for row in came.to_dict("records")
        )
        raise InputError(
            "Ratings of different passes, versions of a taxonomy or units are never pooled, and "
            f"these came: {told}. Choose with pass_, taxonomy, version and unit."
        )
    return rows


def _with_places(rows: pd.DataFrame) -> pd.DataFrame:
    rater = pd.factorize(rows["rater_id"])[0].astype(np.int64)
    when, new = rows["created_at"], np.ones(len(rows), dtype=bool)
    same_rater = rater[1:] == rater[:-1]
    session = pd.factorize(rows["session_id"])[0].astype(np.int64)
    paused = (when.diff() > SITTING_GAP).to_numpy(dtype=bool)[1:] & (session[1:] < 0)
    new[1:] = ~same_rater | paused | (session[1:] != session[:-1])
    # a session that was left and taken up again is one sitting
    keys = np.where(session < 0, np.cumsum(new) + session.max(initial=0) + 1, session)
    sitting = np.unique(rater * (keys.max(initial=0) + 1) + keys, return_inverse=True)[1]
    sitting = sitting.astype(np.int64)
    place = rows.groupby(sitting, sort=False).cumcount().to_numpy()
    tied = rows.duplicated(["rater_id", "created_at", "position"], keep=False).to_numpy(dtype=bool)
    ties = np.bincount(rater, tied) / np.bincount(rater)
    return rows.assign(sitting=sitting, place=place, in_order=ties[rater] <= 0.02)


def _heard(rows: pd.DataFrame, tags: pd.DataFrame) -> tuple[Floats, list[str]]:
    place = pd.Index(rows["rating_id"]).get_indexer(pd.Index(tags["rating_id"]))
    verdict = rows["verdict"].to_numpy(dtype=str)
    here = (place >= 0) & (verdict[place] == "tagged")
    code, names = pd.factorize(tags.loc[here, "tag"], sort=True)
    heard = np.zeros((len(rows), len(names) + 1))
    heard[place[here], code] = 1.0
    heard[verdict == "neutral", -1] = 1.0
    heard[~np.isin(verdict, JUDGED)] = np.nan
    return heard, [*map(str, names), "neutral"]


def _scored(rows: pd.DataFrame, scores: pd.DataFrame) -> dict[str, Floats]:
    place = pd.Index(rows["rating_id"]).get_indexer(pd.Index(scores["rating_id"]))
    scores, place = scores[place >= 0], place[place >= 0]
    out = {}
    for name in sorted(set(scores["dimension"])):
        own = (scores["dimension"] == name).to_numpy(dtype=bool)
        out[name] = np.full((len(rows), 1), np.nan)
        out[name][place[own], 0] = scores.loc[own, "value"]
    return out
