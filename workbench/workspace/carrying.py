"""The methods of a workspace that carry the errors of raters through to outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import Core, columns_of
from workbench.workspace.tried import noted

if TYPE_CHECKING:
    from ipywidgets import VBox


class Carrying(Core):
    """Effects that allow for raters who err, and how they err."""

    def carry_rater_error(
        self,
        outcome: str | pd.DataFrame = "escalated",
        *,
        tag: str,
        role: str = "customer",
        feature: Any = "share",
        covariates: tuple[str, ...] | list[str] = (),
        cluster: str = "agent_id",
        outcome_kind: str | None = None,
        step: float | None = None,
        horizon: float | None = None,
        refit: bool = True,
        **choice: Any,
    ) -> pd.DataFrame:
        """Relate what was truly there in calls to an outcome, given raters who err.

        What was heard is cut at an escalation, whatever the outcome.

        Parameters
        ----------
        outcome : str or DataFrame
            escalated, resolved, qa_score, nps, csat or churned (of customers,
            by their first call); or rows of your own as
            `wb.outcomes.rater_error.carried_effect` takes them, with outcome_kind.
        tag : str
            Which tag raters heard.
        role : str
            Whose utterances.
        feature : str or callable
            share, n, any, slope, peak_end, last_third, or a function.
        covariates : sequence of str
            Columns of calls to hold equal, policy_period, or log_length (the
            logarithm of handle_s).
        cluster : str
            agent_id, customer_id, or another column of calls.
        outcome_kind : str, optional
            For rows of your own: binary, count, continuous, ordinal or
            time_to_event.
        step, horizon, refit : optional
            As of `carried_effect`.
        **choice : object
            pass_, taxonomy or version, where there are ratings of several.

        Returns
        -------
        DataFrame
            Three rows: naive, preview and carried; each with a reading.

        Raises
        ------
        InputError
            If the tag, outcome or a column is unknown.
        AbstainedError
            If raters overlap too little, or calls or events are too few.
        """
        from workbench.workspace import carried

        table = carried.carry(
            self,
            outcome,
            tag=tag,
            role=role,
            outcome_kind=outcome_kind,
            choice=columns_of(choice),
            feature=feature,
            covariates=covariates,
            cluster=cluster,
            step=step,
            horizon=horizon,
            refit=refit,
        )
        return noted(self, table, tries=table["method"] == "carried")

    def rater_confusion(self, tag: str, *, role: str = "customer", **choice: Any) -> pd.DataFrame:
        """Tell how well each rater hears a tag, without a look at any outcome.

        Parameters
        ----------
        tag : str
            Which tag.
        role : str
            Whose utterances.
        **choice : object
            pass_, taxonomy or version, where there are ratings of several.

        Returns
        -------
        DataFrame
            As from `wb.outcomes.rater_error.rater_confusion`.

        Raises
        ------
        InputError
            If the tag is unknown.
        AbstainedError
            If too few utterances were rated by three raters or more.
        """
        from workbench.outcomes import rater_error
        from workbench.workspace import carried

        return rater_error.rater_confusion(
            carried.heard(self, tag, role=role, choice=columns_of(choice))
        )

    def error_by_outcome(
        self,
        outcome: str | pd.DataFrame = "escalated",
        *,
        tag: str,
        role: str = "customer",
        cluster: str = "agent_id",
        **choice: Any,
    ) -> pd.DataFrame:
        """Hold the raters' errors where the outcome happened against those elsewhere.

        Parameters
        ----------
        outcome, tag, role, cluster : object
            As of `carry_rater_error`.
        **choice : object
            pass_, taxonomy or version, where there are ratings of several.

        Returns
        -------
        DataFrame
            As from `wb.outcomes.rater_error.error_by_outcome`.

        Raises
        ------
        InputError
            If the tag, outcome or a column is unknown.
        AbstainedError
            If a group has too few utterances that three raters rated.
        """
        from workbench.workspace import carried

        return carried.by_outcome(
            self, outcome, tag=tag, role=role, cluster=cluster, choice=columns_of(choice)
        )

    def carried_figure(self, table: pd.DataFrame, *, theme: str | None = None) -> VBox:
        """Draw naive, preview and carried estimates side by side, with intervals.

        Parameters
        ----------
        table : DataFrame
            From `carry_rater_error`; several can be put together by pd.concat.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from functools import partial

        from workbench import plots
        from workbench.workspace import pictures

        return pictures.drawn(self, partial(plots.carried_figure, table), theme)
