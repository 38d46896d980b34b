"""The consensus laid on the seconds of a call: the points of a trajectory."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.placement import placed_consensus
from workbench.schema import check_table, empty_table
from workbench.trajectories.rater_values import heard_until


def trajectory_table(
    consensus: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    kinds: tuple[str, ...] = ("tag", "dimension"),
    unit: Literal["utterance", "turn", "call"] | None = None,
    ratings: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Place the consensus in time: one row a call, role, variable and utterance.

    Parameters
    ----------
    consensus : DataFrame
        The table `consensus`, of one method, pass and taxonomy version.
    utterances : DataFrame
        The table `utterances` of the segmentation in use. Rated utterances that
        it does not hold, or that were retired, are left out.
    kinds : tuple of str, default ("tag", "dimension")
        Which kinds of consensus rows to place.
    unit : {"utterance", "turn", "call"}, optional
        Needed if rated utterances of several units came, because they lie over
        one another.
    ratings : DataFrame, optional
        The table `ratings` behind the consensus, to tell how far raters had heard.

    Returns
    -------
    DataFrame
        The table `trajectories`, sorted by call, role, variable and time;
        `time_s` is the middle of the utterance in seconds of the call. Nothing is
        smoothed: `curve_table` does that.

    Raises
    ------
    InputError
        If a table is not as documented, several units, methods, passes or
        versions came, or none of the rated utterances is in `utterances`.

    Examples
    --------
    >>> import pandas as pd
    >>> consensus = pd.DataFrame({
    ...     "utterance_id": ["u1"], "taxonomy": "cx", "version": "1", "pass": "both",
    ...     "method": "mean", "variable": "valence", "kind": "dimension",
    ...     "estimate": -0.5, "n_raters": 3, "as_of": pd.Timestamp("2026-11-02", tz="UTC"),
    ... })
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1"], "segmentation_id": "s", "unit": "utterance",
    ...     "call_id": "0007", "channel": 0, "role": "customer", "start_s": 4.0,
    ...     "end_s": 6.0, "created_at": pd.Timestamp("2026-11-02", tz="UTC"),
    ... })
    >>> trajectory_table(consensus, utterances)[["call_id", "variable", "time_s", "estimate"]]
      call_id variable  time_s  estimate
    0    0007  valence     5.0      -0.5
    """
    placed = placed_consensus(consensus, utterances, unit=unit)
    placed = placed[placed["kind"].isin(kinds)]
    if placed.empty:
        return empty_table("trajectories")
    placed = placed.assign(
        time_s=(placed["start_s"] + placed["end_s"]) / 2,
        reach="causal",
        width_s=0.0,
        weight_s=placed["end_s"] - placed["start_s"],
        audio_until_s=placed["end_s"],
        rater_heard_until_s=np.nan,
    )
    if ratings is not None:
        heard = heard_until(ratings).reindex(placed["utterance_id"])
        placed["rater_heard_until_s"] = heard.to_numpy(dtype=float)
    columns = [*empty_table("trajectories").columns]
    ordered = placed[columns].sort_values(["call_id", "role", "variable", "time_s", "channel"])
    return check_table(ordered, "trajectories")


def points_of(trajectories: pd.DataFrame, variable: str, role: str) -> pd.DataFrame:
    """Select one variable of one role.

    Parameters
    ----------
    trajectories : DataFrame
        The table `trajectories`.
    variable : str
        A tag or dimension.
    role : str
        Whose utterances.

    Returns
    -------
    DataFrame
        At least one row of the table `trajectories`.

    Raises
    ------
    InputError
        If there is no such row; the message names what there is.
    """
    trajectories = check_table(trajectories, "trajectories")
    of_role = trajectories[trajectories["role"] == role]
    if of_role.empty:
        known = sorted(trajectories["role"].unique())
        raise InputError(
            f'Nobody with the role "{role}" has rated utterances here.{nearest(role, known)} '
            f"Roles with ratings: {', '.join(known) or 'none'}."
        )
    points = of_role[of_role["variable"] == variable]
    if points.empty:
        known = sorted(of_role["variable"].unique())
        raise InputError(
            f'No rating of the role "{role}" has "{variable}".{nearest(variable, known)} '
            f"There are: {', '.join(known)}."
        )
    return points
