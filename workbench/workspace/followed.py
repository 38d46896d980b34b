"""Feeling over calls: points, curves, shifts and features from what a workspace keeps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from workbench import plots
from workbench import trajectories as courses
from workbench.errors import AbstainedError, InputError, nearest
from workbench.rated_values import first_ratings
from workbench.workspace import tables
from workbench.workspace.core import check_call

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core

SOURCES = ("people", "models", "traces")
"""Who says how a call sounds."""


def features(
    ws: Core,
    *,
    role: str,
    until_s: float | None = None,
    kind: Literal["causal", "whole"] | None = None,
    **choice: Any,
) -> pd.DataFrame:
    """Sum up each call.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str
        Whose sentiment.
    until_s, kind : optional
        As in `wb.trajectories.call_features`.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    DataFrame
        As from `wb.trajectories.call_features`.
    """
    _check_choice(choice)
    rated = tables.consensus(ws, **_spelled(choice))
    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    ratings, tags, _ = ws.store.current_ratings()
    ratings = _like(ratings, rated)
    rated = pd.concat([rated, courses.mixed_rows(rated, ratings, tags)], ignore_index=True)
    rated = rated[rated["utterance_id"].isin(utterances["utterance_id"])]
    return courses.call_features(
        rated,
        utterances,
        ws.store.read("outcomes"),
        role=role,
        until_s=until_s,
        kind=kind,
        ratings=ratings,
    )


def trajectories(
    ws: Core,
    *,
    variable: str | None,
    role: str | None,
    call_id: str | None,
    source: str,
    width_s: float | None,
    reach: Literal["whole", "causal"],
    **choice: Any,
) -> pd.DataFrame:
    """Follow feeling over calls, as points or smoothed.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable, role, call_id : str or None
        Only these.
    source : str
        people, models or traces.
    width_s : float or None
        Seconds of smoothing; None for points.
    reach : {"whole", "causal"}
        Whether a curve looks ahead.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    DataFrame
        The table trajectories.

    Raises
    ------
    InputError
        If there is no such source, call, variable or role.
    AbstainedError
        If this source has nothing.
    """
    _check_choice(choice, *(("channel", "rater_id") if source == "traces" else ()))
    if source not in SOURCES:
        raise InputError(
            f'There is no source "{source}".{nearest(source, SOURCES)} '
            f"Sources: {', '.join(SOURCES)}."
        )
    if call_id is not None:
        check_call(ws, call_id)
    utterances = tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False)
    if role is not None:
        roles = sorted(utterances["role"].unique())
        if role not in roles:
            raise InputError(
                f'Nobody has the role "{role}" here.{nearest(role, roles)} '
                f"Roles: {', '.join(roles) or 'none'}."
            )
        utterances = utterances[utterances["role"] == role]
    if width_s is None and source == "people":
        return _points(ws, utterances, variable, **choice)
    if "method" in choice:
        points = _points(ws, utterances, variable, **choice)
        return courses.curve_table(points, width_s=_width(width_s), reach=reach)
    values = _values(ws, utterances, source, variable, **choice)
    if width_s is None:
        return courses.points_table(values)
    return courses.curve_table(values, width_s=width_s, reach=reach)


def _check_choice(choice: dict[str, Any], *more: str) -> None:
    known = ("pass", "taxonomy", "version", "method", *more)
    for name in choice:
        if name not in known:
            raise InputError(
                f'Ratings cannot be chosen by "{name}".{nearest(name, known)} '
                f"They can by: {', '.join(known)} (pass is written pass_)."
            )


def _width(width_s: float | None) -> float:
    return 10.0 if width_s is None else width_s


def _points(
    ws: Core, utterances: pd.DataFrame, variable: str | None, **choice: Any
) -> pd.DataFrame:
    rated = tables.consensus(ws, **_spelled(choice))
    ratings = _like(ws.store.current_ratings()[0], rated)
    rated = rated[rated["utterance_id"].isin(utterances["utterance_id"])]
    if variable is not None:
        rated = rated[rated["variable"] == _known(variable, rated["variable"])]
    return courses.trajectory_table(
        rated, utterances, kinds=("tag", "intensity", "dimension"), ratings=ratings
    )


def _values(
    ws: Core, utterances: pd.DataFrame, source: str, variable: str | None, **choice: Any
) -> pd.DataFrame:
    if source == "traces":
        from workbench.workspace.tracing import standing

        traces, points = standing(ws, **choice)
        traces = traces[traces["call_id"].isin(utterances["call_id"])]
        if traces.empty:
            raise AbstainedError(
                'Nobody has traced these calls yet: ws.tracer("your-name", call_id=...).'
            )
        values = courses.trace_values(traces, points, utterances)
        if variable is not None:
            values = values[values["variable"] == _known(variable, values["variable"])]
        return values
    ratings, tags, scores = ws.store.current_ratings()
    raters = ws.store.read("raters")
    kinds = ("model",) if source == "models" else tables.PEOPLE
    own = raters.loc[raters["kind"].isin(kinds), "rater_id"]
    ratings = ratings[ratings["rater_id"].isin(own)]
    if ratings.empty:
        raise AbstainedError(
            "No model has rated anything here: ratings of raters of the kind model are taken."
            if source == "models"
            else 'Nobody has rated anything yet: ws.labeler("your-name").'
        )
    if "both" in set(ratings["pass"]):
        choice = {"pass": "both", **choice}
    for column, value in choice.items():
        known = ratings[column].unique()
        ratings = ratings[ratings[column] == value]
        if ratings.empty:
            raise InputError(
                f'No rating has the {column} "{value}".{nearest(str(value), known)} '
                f"There are: {', '.join(known)}."
            )
    ratings = ratings[ratings["utterance_id"].isin(utterances["utterance_id"])]
    wanted = None if variable is None else [variable]
    return courses.rater_values(ratings, tags, scores, utterances, wanted)


def _known(variable: str, among: pd.Series) -> str:
    known = sorted(among.unique())
    if variable not in known:
        raise InputError(
            f'Nobody gave "{variable}" here.{nearest(variable, known)} '
            f"There are: {', '.join(known) or 'none'}."
        )
    return variable


def shifts(ws: Core, *, variable: str, role: str, **choice: Any) -> pd.DataFrame:
    """Find where calls turn.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable, role : str
        Which points.
    **choice : object
        call_id, pass, version or method.

    Returns
    -------
    DataFrame
        As from `wb.trajectories.shift_table`.

    Raises
    ------
    AbstainedError
        If nothing was rated.
    """
    call_id = choice.pop("call_id", None)
    _check_choice(choice)
    if call_id is not None:
        check_call(ws, call_id)
    utterances = tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False)
    points = _points(ws, utterances, None, **choice)
    if points.empty:
        raise AbstainedError(
            'Nothing is rated here yet, so nothing turns: ws.labeler("your-name").'
        )
    return courses.shift_table(points, variable=variable, role=role, marks=_marks(ws, utterances))


def _marks(ws: Core, utterances: pd.DataFrame) -> pd.DataFrame:
    ratings = tables.of_people(ws, ws.store.current_ratings()[0])
    return courses.marked_shifts(ws.store.read("shifts"), ratings, utterances)


def trajectory(
    ws: Core,
    call_id: str,
    *,
    variable: str,
    width_s: float,
    reach: Literal["whole", "causal"],
    theme: str | None,
    **choice: Any,
) -> ipywidgets.VBox:
    """Draw how a call felt over time.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    variable : str
        The dimension whose curve is drawn.
    width_s : float
        Seconds of smoothing.
    reach : {"whole", "causal"}
        Whether the curve looks ahead.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : object
        Which ratings, where there are several passes or versions.

    Returns
    -------
    VBox
        The figure and its player.

    Raises
    ------
    InputError
        If there is no such call.
    AbstainedError
        If nobody has rated it.
    """
    from workbench.workspace.pictures import drawn

    check_call(ws, call_id)
    _check_choice(choice)
    points = tables.derived(ws, "trajectories", as_of=None, call_id=call_id, **choice)
    if points.empty:
        raise AbstainedError(
            f"Call {call_id} has no ratings of its utterances yet, so there is no trajectory. "
            f'Rate it first: ws.labeler("your-name", call_id={call_id!r}).'
        )
    utterances = tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False)
    curves = turns = None
    own = points[points["variable"] == variable]
    if variable != "valence":
        _known(variable, points["variable"])
    if len(own):
        if "method" in choice:
            curves = courses.curve_table(own, width_s=width_s, reach=reach)
        else:
            values = _values(ws, utterances, "people", variable, **choice)
            curves = courses.curve_table(values, width_s=width_s, reach=reach)
        roles = own["role"].unique()
        turns = pd.concat(
            [courses.shift_table(own, variable=variable, role=str(role)) for role in roles],
            ignore_index=True,
        )
    about = ws.store.read("outcomes", call_id=call_id)
    escalated = about["escalated_at_s"].dropna()
    draw = partial(
        plots.trajectory_figure,
        points,
        tables.cues(ws, call_id=call_id),
        ws.store.read("events", call_id=call_id),
        call_id=call_id,
        variable=variable,
        utterances=utterances,
        escalated_at_s=float(escalated.iloc[0]) if len(escalated) else None,
        curves=curves,
        shifts=turns,
        marks=_marks(ws, utterances),
    )
    return drawn(ws, draw, theme)


def _spelled(choice: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}_" if name == "pass" else name: value for name, value in choice.items()}


def _like(ratings: pd.DataFrame, consensus: pd.DataFrame) -> pd.DataFrame:
    """Keep the ratings that a consensus was made of."""
    if consensus.empty:
        return ratings.head(0)
    first = consensus.iloc[0]
    for column in ("taxonomy", "version", "pass"):
        ratings = ratings[ratings[column] == first[column]]
    return first_ratings(ratings)
