"""Many calls of a workspace side by side: means, kinds of calls, two groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from workbench import trajectories as curves
from workbench.errors import AbstainedError, InputError, nearest
from workbench.workspace import known_of, tables
from workbench.workspace.tried import noted

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_PLAIN = ("start", "end", "length")
ESCALATED = "escalated"


class Rated(NamedTuple):
    """What is followed, and in what.

    Parameters
    ----------
    points : DataFrame
        The table trajectories.
    durations : Series of float
        Seconds by call_id.
    """

    points: pd.DataFrame
    durations: pd.Series


def rated(ws: Core, *, with_audio: bool = False, **choice: Any) -> Rated:
    """Read the trajectories of all calls, and how long the calls are.

    Parameters
    ----------
    ws : Core
        The workspace.
    with_audio : bool
        Only calls that can be heard.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    Rated
        A call with audio is as long as its recordings, another one up to the
        end of its last utterance.

    Raises
    ------
    AbstainedError
        If nobody has rated anything.
    """
    points = tables.derived(ws, "trajectories", as_of=None, **choice)
    recordings = ws.store.read("recordings")
    if with_audio:
        points = points[points["call_id"].isin(recordings["call_id"])]
    if points.empty:
        raise AbstainedError("No ratings yet, so there is nothing to draw: ws.labeler(...).")
    ends = (recordings["offset_s"] + recordings["duration_s"]).groupby(recordings["call_id"]).max()
    spoken = tables.utterances_in_use(ws, unit="utterance", text=False)
    last = spoken.groupby("call_id")["end_s"].max()
    return Rated(points, ends.combine_first(last))


def moments_of(ws: Core, at: str) -> pd.DataFrame | None:
    """Find the moments at which calls are aligned.

    Parameters
    ----------
    ws : Core
        The workspace.
    at : str
        start, end, length, escalation, or a kind of event.

    Returns
    -------
    DataFrame or None
        call_id and time_s; None where no event is needed.
    """
    if at in _PLAIN:
        return None
    return curves.event_moments(at, ws.store.read("events"), ws.store.read("outcomes"))


def audible(ws: Core) -> pd.Index:
    """List the calls that can be heard.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    Index of str
        Their ids.
    """
    heard: pd.Index = pd.Index(ws.store.read("recordings")["call_id"].unique())
    return heard


def aligned(
    ws: Core, *, at: str, cluster: str | None, found: Rated | None = None, **how: Any
) -> pd.DataFrame:
    """Average many calls that are laid over one another.

    Parameters
    ----------
    ws : Core
        The workspace.
    at : str
        Where calls are aligned.
    cluster : str or None
        agent_id or customer_id.
    found : Rated, optional
        What was read before.
    **how : object
        As for `aligned_table`, and which ratings.

    Returns
    -------
    DataFrame
        As from `aligned_mean`.
    """
    cells = _laid(ws, at=at, **how)
    means = curves.aligned_mean(
        cells, clusters=known_of.cluster_of(ws, cluster), audible=audible(ws)
    )
    means.attrs["left_out"] = cells.attrs["left_out"]
    return means


_LAYING = ("variable", "role", "which", "bin_s", "before_s", "after_s", "n_bins")


def _laid(ws: Core, *, at: str, cut: pd.Series | None = None, **how: Any) -> pd.DataFrame:
    moments = moments_of(ws, at)
    laying = {name: how.pop(name) for name in _LAYING if name in how}
    points, durations = rated(ws, **how)
    if cut is not None:
        points = curves.cut_at(points, cut)
        until = cut.reindex(durations.index).astype(float)
        durations = durations.where(~(until < durations), until)
    return curves.aligned_table(points, at=at, moments=moments, durations=durations, **laying)


class Compared(NamedTuple):
    """Two groups of calls, compared.

    Parameters
    ----------
    comparison : DataFrame
        As from `compare_groups`.
    means : dict of str to DataFrame
        As from `aligned_mean`, by group.
    warning : str
        What was cut, or what was not.
    n_left_out : int
        Calls that are in neither group.
    """

    comparison: pd.DataFrame
    means: dict[str, pd.DataFrame]
    warning: str
    n_left_out: int


def compared(
    ws: Core,
    by: str | pd.Series,
    *,
    of: Sequence[Any] | None,
    at: str,
    cut: bool | None,
    cluster: str | None,
    role: str,
    permute: Any,
    draws: int,
    **how: Any,
) -> Compared:
    """Compare two groups of calls over time.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str or Series
        What makes the groups.
    of : sequence or None
        Two of its values.
    at : str
        Where calls are aligned.
    cut : bool or None
        Whether what came after an escalation is left out; None does so where the
        groups are escalated calls and others.
    cluster : str or None
        agent_id or customer_id.
    role : str
        Whose feeling.
    permute : str or None
        As in `compare_groups`.
    draws : int
        As in `compare_groups`.
    **how : object
        As for `aligned`.

    Returns
    -------
    Compared
        Comparison, means, and what to know about them.

    Raises
    ------
    InputError
        If there are not two groups.
    """
    groups = known_of.about_calls(ws, by, role=role, purpose="to compare by")
    groups = _two_of(groups, of)
    by_escalation = groups.name == ESCALATED
    moments = ws.store.read("outcomes").set_index("call_id")
    until, warning = None, ""
    if cut is None:
        cut = by_escalation
    if cut:
        until = moments["escalated_at_s"].dropna().astype(float)
        lost = moments[ESCALATED].fillna(False).astype(bool) & moments["escalated_at_s"].isna()
        groups = groups[~groups.index.isin(moments.index[lost])]
        warning = "cut at the escalation: what came after may be its consequence"
        if lost.any():
            warning += f"; {int(lost.sum())} calls escalated at an unknown time left out"
    elif by_escalation:
        warning = (
            "NOT CUT at the escalation: what came after it is heard too, so this warns of nothing"
        )
    cells = _laid(ws, at=at, cut=until, role=role, **how)
    kinds = groups.reindex(pd.Index(cells["call_id"].unique()))
    clusters = known_of.cluster_of(ws, cluster)
    comparison = curves.compare_groups(
        cells, groups, clusters=clusters, permute=permute, draws=draws
    )
    judged = _judged(ws, comparison, str(how["variable"]), f"{groups.name} at {at}")
    warning = "; ".join(part for part in (warning, judged) if part)
    heard = audible(ws)
    means = {}
    for name in comparison[["group_a", "group_b"]].iloc[0]:
        own = groups.index[groups.astype(str) == name]
        means[str(name)] = curves.aligned_mean(
            cells[cells["call_id"].isin(own)], clusters=clusters, audible=heard
        )
    return Compared(comparison, means, warning, int(kinds.isna().sum()))


def _judged(ws: Core, comparison: pd.DataFrame, variable: str, predictor: str) -> str:
    """Write the strongest difference down, and judge it by everything tried so far."""
    tested = comparison.dropna(subset=["p_value"])
    if tested.empty:
        return ""
    strongest = tested.nsmallest(1, "p_value")
    row = noted(
        ws,
        pd.DataFrame(
            {
                "outcome": variable,
                "predictor": predictor,
                "effect": strongest["difference"],
                "p_value": strongest["p_value"],
                "n_calls": strongest["n_calls_a"] + strongest["n_calls_b"],
            }
        ),
    ).iloc[0]
    if row["n_tests"] == 1:
        return ""
    p = row["p_adjusted"]
    told = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
    return f"with the {row['n_tests']} tests of this session: {told}"


def _two_of(groups: pd.Series, of: Sequence[Any] | None) -> pd.Series:
    groups = groups.dropna()
    if groups.map(lambda value: isinstance(value, (bool, np.bool_))).all():
        words = {True: str(groups.name), False: f"not {groups.name}"}
        return groups.map(lambda value: words[bool(value)])
    known = sorted(groups.unique(), key=str)
    if of is not None:
        for value in of:
            if value not in known:
                raise InputError(
                    f'No call has "{value}" as its {groups.name}.'
                    f"{nearest(str(value), map(str, known))} "
                    f"There are: {', '.join(map(str, known[:12]))}."
                )
        if len(set(of)) != 2:
            raise InputError(f"of={list(of)} came; two different groups are compared.")
        return groups[groups.isin(list(of))]
    if len(known) != 2:
        shown = ", ".join(map(str, known[:6])) + (", ..." if len(known) > 6 else "")
        raise InputError(
            f'"{groups.name}" has {len(known)} values ({shown}), and two groups are compared. '
            "Name two with of=(..., ...), or give a Series of True and False by call_id, for "
            'example (ws.table("calls").set_index("call_id")["started_at"] >= "2026-03-01")'
            '.rename("since March").'
        )
    return groups


def compare_groups(ws: Core, by: str | pd.Series, **how: Any) -> pd.DataFrame:
    """Compare two groups of calls over time, in a table.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str or Series
        What makes the groups.
    **how : object
        As for `compared`.

    Returns
    -------
    DataFrame
        As from `compare_groups`; ``attrs["notices"]`` says what was found.
    """
    found = compared(ws, by, **how)
    found.comparison.attrs["notices"] = [
        curves.comparison_words(found.comparison),
        *([found.warning] if found.warning else []),
    ]
    return found.comparison


def phenotypes(
    ws: Core,
    *,
    variable: str,
    role: str,
    n_groups: int | None,
    level: bool,
    n_bins: int,
    cluster: str | None,
    **choice: Any,
) -> tuple[curves.Phenotypes, pd.DataFrame]:
    """Look for kinds of calls by shape.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable, role : str
        What is followed, and whose.
    n_groups : int or None
        How many groups.
    level : bool
        Whether it counts how high a curve lies.
    n_bins : int
        Parts a call.
    cluster : str or None
        agent_id or customer_id.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    found : Phenotypes
        Sentence and tables.
    binned : DataFrame
        The curves.
    """
    found = rated(ws, **choice)
    binned = curves.binned_table(
        found.points, variable=variable, role=role, n_bins=n_bins, durations=found.durations
    )
    scale = (-1.0, 1.0) if variable == "valence" else (0.0, 1.0)
    kinds = curves.find_phenotypes(
        binned,
        n_groups=n_groups,
        level=level,
        scale=scale,
        clusters=known_of.cluster_of(ws, cluster),
    )
    return kinds, binned
