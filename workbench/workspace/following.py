"""The methods of a workspace that follow feeling over a call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from workbench.workspace.core import Core, columns_of

if TYPE_CHECKING:
    from ipywidgets import VBox


class Following(Core):
    """Follow feeling over calls: curves with bands, shifts, and features of calls."""

    def trajectories(
        self,
        variable: str | None = None,
        *,
        role: str | None = None,
        call_id: str | None = None,
        source: str = "people",
        width_s: float | None = None,
        reach: Literal["whole", "causal"] = "whole",
        **choice: Any,
    ) -> pd.DataFrame:
        """Follow feeling over calls: points, or curves with bands of the raters.

        Parameters
        ----------
        variable : str, optional
            A dimension, a tag, or a tag and "_intensity"; by default all.
        role : str, optional
            Whose utterances; by default everybody's.
        call_id : str, optional
            Only this call.
        source : {"people", "models", "traces"}
            Ratings of people, ratings of models, or continuous traces.
        width_s : float, optional
            Smooth: how far a second of rated speech counts, in seconds. By default
            points, one an utterance.
        reach : {"whole", "causal"}
            Whether a curve looks ahead; only a causal one may enter what predicts.
        **choice : object
            pass_, version or method, where there are ratings of several.

        Returns
        -------
        DataFrame
            The table trajectories; it states width and reach in every row.
        """
        from workbench.workspace import followed

        return followed.trajectories(
            self,
            variable=variable,
            role=role,
            call_id=call_id,
            source=source,
            width_s=width_s,
            reach=reach,
            **columns_of(choice),
        )

    def trajectory(
        self,
        call_id: str,
        *,
        variable: str = "valence",
        width_s: float = 10.0,
        reach: Literal["whole", "causal"] = "whole",
        theme: str | None = None,
        **choice: Any,
    ) -> VBox:
        """Draw how a call felt over time; a click plays the seconds behind a point.

        Parameters
        ----------
        call_id : str
            The call.
        variable : str
            The dimension whose curve is drawn.
        width_s : float
            Smoothing of the curve, seconds.
        reach : {"whole", "causal"}
            Whether the curve looks ahead.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            pass_, version or method, where there are ratings of several.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import followed

        return followed.trajectory(
            self,
            call_id,
            variable=variable,
            width_s=width_s,
            reach=reach,
            theme=theme,
            **columns_of(choice),
        )

    def shifts(
        self, variable: str = "valence", *, role: str = "customer", **choice: Any
    ) -> pd.DataFrame:
        """Find where calls turn, tested against shuffled utterances, beside raters' marks.

        Parameters
        ----------
        variable : str
            A dimension or a tag.
        role : str
            Whose utterances.
        **choice : object
            call_id, pass_, version or method.

        Returns
        -------
        DataFrame
            One row a call: place with interval, change, p value, the nearest mark.
        """
        from workbench.workspace import followed

        return followed.shifts(self, variable=variable, role=role, **columns_of(choice))

    def features(
        self,
        *,
        role: str = "customer",
        until_s: float | None = None,
        kind: Literal["causal", "whole"] | None = None,
        **choice: Any,
    ) -> pd.DataFrame:
        """Sum up each call; nothing after an escalation counts.

        Parameters
        ----------
        role : str
            Whose sentiment.
        until_s : float, optional
            A landmark: only what was heard before this second, in calls still running.
        kind : {"causal", "whole"}, optional
            "whole" describes calls to their end and may not predict.
        **choice : object
            pass_, version or method, where there are ratings of several.

        Returns
        -------
        DataFrame
            One row a call; `wb.trajectories.feature_dictionary()` explains the columns.
        """
        from workbench.workspace import followed

        return followed.features(self, role=role, until_s=until_s, kind=kind, **columns_of(choice))
