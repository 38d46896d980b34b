"""What was known of calls at a moment: admissible ratings, causal cues, and nothing later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.consensus import consensus_table
from workbench.cues import cue_table
from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.early_warning import landmark_rows
from workbench.outcomes.early_warning.landmarks import check_landmarks
from workbench.placement import placed_consensus
from workbench.trajectories import call_features
from workbench.workspace import tables

if TYPE_CHECKING:
    from workbench.workspace.core import Core

UnknownRatings = Literal["refuse", "allow"]

NOT_RATED = "No utterance of this role was rated."
NOT_RATED_BEFORE = "What this role had said before this moment was not rated."
NOT_ADMISSIBLE = "Whoever rated what was said before this moment had heard further."

_CHOICE = ("pass_", "taxonomy", "version", "method")

PROSODY = ("f0_median_hz", "intensity_db", "articulation_rate_syl_per_s", "pause_total_s")
"""Measures whose means before a landmark are added when asked for."""


class Heard(NamedTuple):
    """What landmarks are made of, read once.

    Parameters
    ----------
    utterances : DataFrame
        Of all roles, in use.
    own : DataFrame
        Of the role that is asked for; index 0, 1, ...
    ratings : DataFrame
        Of one pass and version, of the role's utterances, with their call_id,
        start_s and end_s, and `row`, their place in `own`; only ratings that may
        count somewhere.
    tags, scores : DataFrame
        What belongs to them.
    consensus : DataFrame
        Of all these ratings, what they say of tags and dimensions.
    of : ndarray of int
        Place in `own` of each row of the consensus.
    """

    utterances: pd.DataFrame
    own: pd.DataFrame
    ratings: pd.DataFrame
    tags: pd.DataFrame
    scores: pd.DataFrame
    consensus: pd.DataFrame
    of: npt.NDArray[np.int64]


def heard_by(
    ws: Core,
    *,
    role: str,
    unknown_ratings: UnknownRatings,
    calls: list[str] | None = None,
    **choice: Any,
) -> Heard:
    """Read what was rated, refusing ratings of which nobody knows how far was heard.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str
        Whose utterances.
    unknown_ratings : {"refuse", "allow"}
        What to do with ratings without heard_until_s.
    calls : list of str, optional
        Only these calls.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    Heard
        For `features_at` and `moments_at`.

    Raises
    ------
    InputError
        If `unknown_ratings` is neither.
    AbstainedError
        If no rating is left.
    """
    if unknown_ratings not in ("refuse", "allow"):
        raise InputError(
            f'unknown_ratings is "refuse" or "allow"; "{unknown_ratings}" came. "allow" lets in '
            "ratings of which is not known how far their rater had heard."
        )
    utterances = tables.utterances_in_use(ws, unit="utterance", call_id=calls, text=False)
    own = utterances[utterances["role"] == role].reset_index(drop=True)
    ratings, tags, scores = ws.store.current_ratings()
    place = pd.Index(own["utterance_id"])
    ratings = ratings.assign(row=place.get_indexer(pd.Index(ratings["utterance_id"])))
    ratings = ratings[ratings["row"] >= 0]
    if ratings.empty:
        raise AbstainedError(
            f'Nobody has rated an utterance of the role "{role}" yet, so there is nothing to warn '
            "by: ws.labeler(...)."
        )
    known = ratings["heard_until_s"].notna()
    if unknown_ratings == "refuse" and not known.all():
        if not known.any():
            raise AbstainedError(
                f"None of the {len(ratings)} ratings says how far into the call its rater had "
                "heard (heard_until_s), and who has heard the end rates the beginning "
                "differently. Ratings made with the Labeler say it; imported and simulated ones "
                'do not. To use them all the same, write unknown_ratings="allow"; every output '
                "then says so."
            )
        ratings = ratings[known]
    for name in choice:
        if name not in _CHOICE:
            raise InputError(
                f'Ratings are chosen by {", ".join(_CHOICE)}; "{name}" came.'
                + nearest(name, _CHOICE)
            )
    if choice.pop("method", "mean") != "mean":
        raise InputError(
            "Landmarks rest on the mean of the raters: other methods learn from whole calls."
        )
    if "both" in set(ratings["pass"]):
        choice = {"pass_": "both", **choice}
    kept = pd.Index(ratings["rating_id"])
    tags, scores = (
        rows[kept.get_indexer(pd.Index(rows["rating_id"])) >= 0] for rows in (tags, scores)
    )
    consensus = consensus_table(ratings.drop(columns="row"), tags, scores, **choice)
    for column in ("pass", "taxonomy", "version"):
        ratings = ratings[ratings[column] == consensus[column].iloc[0]]
    ratings = ratings.join(own[["call_id", "start_s", "end_s"]], on="row")
    consensus = consensus[consensus["kind"].isin(["tag", "dimension"])]
    of = place.get_indexer(pd.Index(consensus["utterance_id"]))
    return Heard(utterances, own, ratings, tags, scores, consensus, of)


def admissible(heard: Heard, at_s: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the ratings that count at a moment, and make their consensus.

    Parameters
    ----------
    heard : Heard
        From `heard_by`.
    at_s : float
        Seconds of the call.

    Returns
    -------
    ratings, consensus : DataFrame
        Of utterances that began before; by raters who had heard no further, or
        of whom it is not known where these are allowed.
    """
    begun = heard.ratings[heard.ratings["start_s"] < at_s]
    counts = ~(begun["heard_until_s"] > at_s)
    partly, whole = (np.zeros(len(heard.own), dtype=bool) for _ in range(2))
    partly[begun.loc[~counts, "row"]] = True
    whole[begun.loc[counts, "row"]] = True
    consensus = heard.consensus[(whole & ~partly)[heard.of]]
    begun = begun[counts]
    again = begun[partly[begun["row"]]]
    if len(again):
        plain = again.drop(columns=["row", "call_id", "start_s", "end_s"])
        consensus = pd.concat(
            [consensus, consensus_table(plain, heard.tags, heard.scores)], ignore_index=True
        )
    return begun, consensus


def landmarks(
    ws: Core,
    *,
    at_s: float | Sequence[float],
    on: str,
    role: str,
    unknown_ratings: UnknownRatings,
    prosody: bool,
    **choice: Any,
) -> pd.DataFrame:
    """Put calls as they stood at each landmark beside what happened later.

    Parameters
    ----------
    ws : Core
        The workspace.
    at_s : float or sequence of float
        Landmarks, seconds of the call.
    on : str
        A yes/no column of outcomes.
    role : str
        Whose utterances.
    unknown_ratings : {"refuse", "allow"}
        What to do with ratings of which is not known how far was heard.
    prosody : bool
        Whether means of measures are added.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    DataFrame
        From `wb.outcomes.early_warning.landmark_rows`.
    """
    moments = check_landmarks(at_s)
    heard = heard_by(ws, role=role, unknown_ratings=unknown_ratings, **choice)
    voice = _voice(ws, heard, prosody=prosody)
    features = pd.concat([_features_at(heard, voice, at, role) for at in moments])
    return landmark_rows(
        features.reset_index(drop=True),
        ws.store.read("outcomes"),
        ws.store.read("calls"),
        heard.utterances.groupby("call_id")["end_s"].max(),
        on=on,
        raters="refuse" if unknown_ratings == "refuse" else "tell",
    )


def moments_at(
    ws: Core,
    at_s: float,
    *,
    calls: list[str],
    role: str,
    unknown_ratings: UnknownRatings,
    **choice: Any,
) -> pd.DataFrame:
    """List what was heard and measured in calls before a moment, utterance by utterance.

    Parameters
    ----------
    ws : Core
        The workspace.
    at_s : float
        Seconds of the call.
    calls : list of str
        Which calls.
    role : str
        Whose utterances.
    unknown_ratings : {"refuse", "allow"}
        As for `landmarks`.
    **choice : object
        As for `landmarks`.

    Returns
    -------
    DataFrame
        call_id, channel, start_s, end_s, variable, kind (tag, dimension or cue),
        strength.
    """
    heard = heard_by(ws, role=role, unknown_ratings=unknown_ratings, calls=calls, **choice)
    _, consensus = admissible(heard, at_s)
    rated = placed_consensus(
        consensus[consensus["kind"].isin(["tag", "dimension"])], heard.own
    ).rename(columns={"estimate": "strength"})
    cues = _voice(ws, heard, prosody=False, calls=calls).cues
    fired = cues[cues["fired"] & (cues["end_s"] <= at_s)]
    fired = fired.rename(columns={"cue": "variable", "strength_sd": "strength"}).assign(kind="cue")
    columns = ["call_id", "channel", "start_s", "end_s", "variable", "kind", "strength"]
    return pd.concat([rated[columns], fired[columns]], ignore_index=True)


def _features_at(heard: Heard, voice: _Voice, at_s: float, role: str) -> pd.DataFrame:
    ratings, consensus = admissible(heard, at_s)
    found = call_features(consensus, heard.utterances, None, role=role, until_s=at_s)
    found = found.set_index("call_id").reindex(heard.utterances["call_id"].unique())
    calls = found.index
    rated = calls.isin(heard.ratings["call_id"].unique())
    said = calls.isin(heard.own.loc[heard.own["start_s"] < at_s, "call_id"].unique())
    tried = calls.isin(heard.ratings.loc[heard.ratings["start_s"] < at_s, "call_id"].unique())
    counted = calls.isin(ratings["call_id"].unique())
    reasons = [
        (~rated, NOT_RATED),
        (said & ~tried, NOT_RATED_BEFORE),
        (tried & ~counted, NOT_ADMISSIBLE),
    ]
    found["left_out"] = np.select([r for r, _ in reasons], [why for _, why in reasons], "")
    by_call = ratings.groupby("call_id")
    furthest = (
        by_call["heard_until_s"].max().where(by_call["heard_until_s"].count() == by_call.size())
    )
    ends = [by_call["end_s"].max().clip(upper=at_s), voice.until(at_s)]
    found["audio_until_s"] = pd.concat(ends, axis=1).max(axis=1).reindex(calls).fillna(0.0)
    found["rater_heard_until_s"] = furthest.reindex(calls).where(counted, 0.0)
    found["kind"] = "causal"
    found["landmark_s"] = at_s
    return found.join(voice.before(at_s)).rename_axis("call_id").reset_index()


class _Voice(NamedTuple):
    """Causal cues and prosody of the role's utterances, with their seconds."""

    cues: pd.DataFrame
    prosody: pd.DataFrame
    names: list[str]

    def until(self, at_s: float) -> pd.Series:
        """Give the last second that is measured before a moment, by call."""
        ended = pd.concat([own[["call_id", "end_s"]] for own in (self.cues, self.prosody)])
        return ended[ended["end_s"] <= at_s].groupby("call_id")["end_s"].max()

    def before(self, at_s: float) -> pd.DataFrame:
        """Count cues and average measures of utterances that ended before a moment."""
        cues = self.cues[self.cues["end_s"] <= at_s]
        measured = pd.Index(self.cues["call_id"].unique(), name="call_id")
        fired = cues[cues["fired"]]
        counts = fired.groupby(["call_id", "cue"]).size().unstack(fill_value=0)
        counts = counts.reindex(index=measured, columns=self.names, fill_value=0).astype("Int64")
        most = cues.groupby(["call_id", "cue"])["strength_sd"].max().unstack()
        most = most.reindex(index=measured, columns=self.names).add_suffix("_strongest_sd")
        out = counts.join(most)
        if self.prosody.empty:
            return out
        ended = self.prosody[self.prosody["end_s"] <= at_s]
        means = ended.groupby("call_id")[list(PROSODY)].mean().add_suffix("_mean")
        return out.join(means, how="outer")


def _voice(ws: Core, heard: Heard, *, prosody: bool, calls: list[str] | None = None) -> _Voice:
    measured = tables.prosody(ws, call_id=calls)
    place = pd.Index(measured["utterance_id"])
    spoken = heard.own[place.get_indexer(pd.Index(heard.own["utterance_id"])) >= 0]
    seconds = spoken.set_index("utterance_id")[["call_id", "channel", "start_s", "end_s"]]
    cues = cue_table(
        measured, spoken, infer_roles=ws.config.policy.infer_roles, baseline="causal"
    ).join(seconds, on="utterance_id", how="inner")
    names = sorted(cues.loc[cues["fired"], "cue"].unique())
    kept = measured if prosody else measured.head(0)
    return _Voice(
        cues.assign(fired=cues["fired"].astype(bool)),
        kept.join(seconds, on="utterance_id", how="inner"),
        names,
    )
