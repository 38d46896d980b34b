"""The methods of a workspace that tell how far its labels can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import columns_of
from workbench.workspace.planning import Planning

if TYPE_CHECKING:
    from ipywidgets import VBox


class Agreeing(Planning):
    """Agreement, raters, cultures: tables, and figures whose cells play examples."""

    def agreement(self, *, as_of: datetime | None = None, draws: int = 1000) -> pd.DataFrame:
        """Say how far the raters agree on everything that they gave.

        Parameters
        ----------
        as_of : datetime, optional
            Ratings as they were then.
        draws : int
            Bootstrap draws of each interval; 0 leaves them out.

        Returns
        -------
        DataFrame
            As from `wb.agreement.agreement_table`: one row a pass, unit, variable
            and coefficient, with 95 % intervals. Models are not people and do
            not count.

        Raises
        ------
        AbstainedError
            If nobody has rated anything.
        """
        from workbench.workspace import agreements

        return agreements.agreement(self, as_of=as_of, draws=draws)

    def values(
        self, variable: str, *, as_of: datetime | None = None, **choice: str
    ) -> pd.DataFrame:
        """Make the long table of one variable, as every coefficient takes it.

        Parameters
        ----------
        variable : str
            tag, tags, mixture, verdict, "heard:TAG", "intensity:TAG" or a
            dimension.
        as_of : datetime, optional
            Ratings as they were then.
        **choice : str
            pass_, unit, taxonomy or version; by default that of most ratings.

        Returns
        -------
        DataFrame
            rating_id, utterance_id, rater_id, value, call_id.

        Raises
        ------
        InputError
            If there is no such variable or choice.
        AbstainedError
            If nobody has rated anything.
        """
        from workbench.workspace import agreements

        return agreements.chosen(self, as_of=as_of, **columns_of(choice)).values(variable)

    def trace_agreement(self, *, max_lag_s: float = 2.0, draws: int = 1000) -> pd.DataFrame:
        """Say how far traces of the same calls agree (CCC), each allowed its own delay.

        Parameters
        ----------
        max_lag_s : float
            Greatest delay between two raters, in seconds.
        draws : int
            Bootstrap draws of each interval; 0 leaves them out.

        Returns
        -------
        DataFrame
            As from `wb.agreement.trace_agreement`, with chance level and lag.

        Raises
        ------
        AbstainedError
            If no two raters have traced the same call.
        """
        from workbench import agreement

        return agreement.trace_agreement(
            self.store.read("traces"),
            self.store.read("trace_points"),
            max_lag_s=max_lag_s,
            draws=draws,
        )

    def agreement_figure(
        self, table: pd.DataFrame | None = None, *, theme: str | None = None
    ) -> VBox:
        """Draw the agreement table beside published figures of like tasks.

        Parameters
        ----------
        table : DataFrame, optional
            From `agreement`, or some of its rows; by default it is computed.
        theme : str, optional
            "light" or "dark"; by default that of the page.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import agreement_pictures

        return agreement_pictures.agreement_figure(self, table, theme=theme)

    def rater_pairs(
        self, variable: str = "tag", *, theme: str | None = None, **choice: Any
    ) -> VBox:
        """Draw how far each two raters agree; a click plays where they differ.

        Parameters
        ----------
        variable : str
            As for `values`.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import agreement_pictures

        return agreement_pictures.rater_pairs(self, variable, theme=theme, **columns_of(choice))

    def confusions(self, *, theme: str | None = None, **choice: Any) -> VBox:
        """Draw which tags are taken for which; a click plays an example.

        Parameters
        ----------
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import agreement_pictures

        return agreement_pictures.confusions(self, theme=theme, **columns_of(choice))

    def rater_report(self, *, as_of: datetime | None = None, **choice: str) -> pd.DataFrame:
        """Look at the work of every rater: where it would help to listen together.

        Parameters
        ----------
        as_of : datetime, optional
            Ratings as they were then.
        **choice : str
            pass_, unit, taxonomy or version; by default that of most ratings.

        Returns
        -------
        DataFrame
            As from `wb.agreement.rater_report`: one row a rater, check and
            variable, with interval, `told` (whether the figures support telling
            it) and a sentence. It is no ranking.
        """
        from workbench.workspace import agreements

        return agreements.rater_report(self, as_of=as_of, **columns_of(choice))

    def rater_evidence(self, rows: pd.DataFrame) -> pd.DataFrame:
        """List the ratings behind rows of a rater report, ready to be heard.

        Parameters
        ----------
        rows : DataFrame
            Rows of `rater_report`.

        Returns
        -------
        DataFrame
            One row a rating: what the rater gave, what the others gave, and where
            it is heard; `player` plays them.
        """
        from workbench.workspace import agreements

        return agreements.rater_evidence(self, rows)

    def plan_raters(
        self, variable: str = "tags", *, targets: tuple[float, ...] = (0.7, 0.8), **choice: Any
    ) -> pd.DataFrame:
        """Say from the ratings so far how many raters an utterance are needed.

        Parameters
        ----------
        variable : str
            "tags" (each tag by itself), "tag" or a dimension.
        targets : tuple of float
            Reliabilities to reach.
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        DataFrame
            As from `wb.agreement.raters_needed`, with hours_per_1000: hours of
            rating for 1,000 utterances.
        """
        from workbench.workspace import agreements

        return agreements.plan_raters(self, variable, targets=targets, **columns_of(choice))

    def raters_needed_figure(
        self, variable: str = "tags", *, theme: str | None = None, **choice: Any
    ) -> VBox:
        """Draw how many raters an utterance each tag needs, with intervals.

        Parameters
        ----------
        variable : str
            As for `plan_raters`.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            As for `plan_raters`.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import agreement_pictures

        chosen = {"targets": (0.7, 0.8), **columns_of(choice)}
        return agreement_pictures.raters_needed_figure(self, variable, theme=theme, **chosen)

    def consensus(
        self,
        *,
        method: str = "mean",
        insiders: float | None = None,
        leave: Sequence[str] = (),
        by: str = "culture",
        **choice: Any,
    ) -> pd.DataFrame:
        """Put ratings together, on request so that raters of the customer's group weigh more.

        `table("consensus")` gives the plain one, of all raters alike.

        Parameters
        ----------
        method : str
            mean, ewe, dawid_skene or mace.
        insiders : float, optional
            Share (above 0, below 1) by which raters of the customer's own group
            count, where both kinds heard an utterance; mean and ewe only.
        leave : sequence of str
            Groups of customers to leave as they are, such as those without any
            rater of their own.
        by : str
            "culture" or "language".
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        DataFrame
            The table consensus; with `insiders`, ``attrs["weights"]`` tells what
            the weights cost in raters.
        """
        from workbench.workspace import cultures

        return cultures.consensus(
            self, method=method, insiders=insiders, leave=leave, by=by, **columns_of(choice)
        )

    def culture(self, *, by: str = "culture", **choice: Any) -> pd.DataFrame:
        """Count who judged whom: raters by customers, by culture or language.

        Parameters
        ----------
        by : str
            "culture" or "language".
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        DataFrame
            As from `wb.agreement.culture_matrix`; ``attrs["notices"]`` warns
            where customers are judged by outsiders only.
        """
        from workbench.workspace import cultures

        return cultures.culture(self, by=by, **columns_of(choice))

    def culture_figure(
        self, *, by: str = "culture", theme: str | None = None, **choice: Any
    ) -> VBox:
        """Draw who judged whom; a click plays an example.

        Parameters
        ----------
        by : str
            "culture" or "language".
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import agreement_pictures

        return agreement_pictures.culture_figure(self, by=by, theme=theme, **columns_of(choice))

    def in_group_advantage(
        self,
        variables: Sequence[str] = ("tags", "valence"),
        *,
        by: str = "culture",
        fixed_raters: bool = False,
        **choice: Any,
    ) -> pd.DataFrame:
        """Measure how much better raters hear customers of their own group.

        Parameters
        ----------
        variables : sequence of str
            As for `values`.
        by : str
            "culture" or "language".
        fixed_raters : bool
            True speaks of these very raters, False of others like them (and needs
            3 of each of two groups).
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        DataFrame
            As from `wb.agreement.in_group_advantage`.
        """
        from workbench import agreement
        from workbench.workspace import cultures

        return cultures.by_group(
            self,
            agreement.in_group_advantage,
            variables,
            by=by,
            fixed_raters=fixed_raters,
            **columns_of(choice),
        )

    def differential_labelling(
        self,
        variables: Sequence[str] | None = None,
        *,
        by: str = "culture",
        fixed_raters: bool = False,
        **choice: Any,
    ) -> pd.DataFrame:
        """Compare how groups of raters use each tag on the same utterances.

        Parameters
        ----------
        variables : sequence of str, optional
            As for `values`; by default every tag.
        by : str
            "culture" or "language".
        fixed_raters : bool
            True speaks of these very raters, False of others like them.
        **choice : object
            pass_, unit, taxonomy, version or as_of.

        Returns
        -------
        DataFrame
            As from `wb.agreement.differential_labelling`.
        """
        from workbench import agreement
        from workbench.workspace import cultures

        return cultures.by_group(
            self,
            agreement.differential_labelling,
            variables,
            by=by,
            fixed_raters=fixed_raters,
            **columns_of(choice),
        )
