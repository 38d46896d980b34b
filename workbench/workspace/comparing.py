"""The methods of a workspace that lay many calls side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from workbench.workspace.core import Core, columns_of

if TYPE_CHECKING:
    from ipywidgets import VBox

    from workbench.trajectories import Phenotypes

Which = Literal["first", "all"]
Permute = Literal["whole", "within", "alike"]


class Comparing(Core):
    """Heat maps, means over calls, kinds of calls, two groups; a click plays."""

    def heatmap(
        self,
        *,
        variable: str = "valence",
        role: str = "customer",
        at: str = "length",
        sort_by: str | pd.Series | None = None,
        ascending: bool | None = None,
        with_audio: bool = True,
        bin_s: float | None = None,
        before_s: float | None = None,
        after_s: float | None = None,
        theme: str | None = None,
        **choice: Any,
    ) -> VBox:
        """Draw many calls, one row each, over time; a click plays.

        Parameters
        ----------
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.
        at : str
            Where calls are aligned: "length" (all stretched to the same length),
            "start", "end", "escalation" or a kind of event, for example "hold".
        sort_by : str or Series, optional
            What sorts the calls: a column of outcomes, calls, customers or
            features, or values by call_id. By default escalated calls stand
            above the others.
        ascending : bool, optional
            Whether low values stand above; by default they do, and yes before no.
        with_audio : bool
            Only calls that can be heard.
        bin_s, before_s, after_s : float, optional
            Seconds a cell, and what to show on either side; not for "length".
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import comparison_pictures

        return comparison_pictures.heatmap(
            self,
            variable=variable,
            role=role,
            at=at,
            sort_by=sort_by,
            ascending=ascending,
            with_audio=with_audio,
            window={"bin_s": bin_s, "before_s": before_s, "after_s": after_s},
            theme=theme,
            **columns_of(choice),
        )

    def aligned(
        self,
        at: str = "start",
        *,
        variable: str = "valence",
        role: str = "customer",
        which: Which = "first",
        cluster: str | None = "agent_id",
        bin_s: float | None = None,
        before_s: float | None = None,
        after_s: float | None = None,
        **choice: Any,
    ) -> pd.DataFrame:
        """Average many calls, laid over one another at a moment.

        Parameters
        ----------
        at : str
            "start", "end", "length", "escalation" or a kind of event.
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.
        which : {"first", "all"}
            Of several events of a call.
        cluster : str, optional
            "agent_id" or "customer_id", whose calls resemble each other; None
            takes each call for itself.
        bin_s, before_s, after_s : float, optional
            Seconds a part, and what to show on either side.
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        DataFrame
            As from `wb.trajectories.aligned_mean`; ``attrs["left_out"]`` lists
            the calls without the event.
        """
        from workbench.workspace import comparisons

        return comparisons.aligned(
            self,
            at=at,
            variable=variable,
            role=role,
            which=which,
            cluster=cluster,
            bin_s=bin_s,
            before_s=before_s,
            after_s=after_s,
            **columns_of(choice),
        )

    def aligned_figure(
        self,
        at: str = "start",
        *,
        variable: str = "valence",
        role: str = "customer",
        cluster: str | None = "agent_id",
        theme: str | None = None,
        **options: Any,
    ) -> VBox:
        """Draw the mean over many calls with its band; a click plays a typical call.

        Parameters
        ----------
        at : str
            "start", "end", "length", "escalation" or a kind of event.
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.
        cluster : str, optional
            "agent_id" or "customer_id"; None takes each call for itself.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **options : object
            As in `aligned`: which, bin_s, before_s, after_s, pass_, version.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import comparison_pictures

        return comparison_pictures.aligned_figure(
            self,
            at=at,
            variable=variable,
            role=role,
            cluster=cluster,
            theme=theme,
            **columns_of(options),
        )

    def compare_groups(
        self,
        by: str | pd.Series = "escalated",
        *,
        of: Sequence[Any] | None = None,
        at: str = "start",
        variable: str = "valence",
        role: str = "customer",
        cluster: str | None = "agent_id",
        cut: bool | None = None,
        permute: Permute | None = None,
        draws: int = 1999,
        **options: Any,
    ) -> pd.DataFrame:
        """Compare two groups of calls over time, against what chance makes.

        Parameters
        ----------
        by : str or Series
            What makes the groups: a column of outcomes, calls, customers or
            features, or values by call_id.
        of : sequence, optional
            Two of its values, where it has more.
        at : str
            "start", "end", "length", "escalation" or a kind of event.
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.
        cluster : str, optional
            "agent_id" or "customer_id", whose calls resemble each other.
        cut : bool, optional
            Whether what came after an escalation is left out; by default it is
            where escalated calls are compared with others.
        permute : {"whole", "within", "alike"}, optional
            As in `wb.trajectories.compare_groups`.
        draws : int
            How often the groups are dealt out anew.
        **options : object
            As in `aligned`: which, bin_s, before_s, after_s, pass_, version.

        Returns
        -------
        DataFrame
            As from `wb.trajectories.compare_groups`; ``attrs["notices"]`` says
            in words where the groups differ.
        """
        from workbench.workspace import comparisons

        return comparisons.compare_groups(
            self,
            by,
            of=of,
            at=at,
            variable=variable,
            role=role,
            cluster=cluster,
            cut=cut,
            permute=permute,
            draws=draws,
            **columns_of(options),
        )

    def comparison_figure(
        self,
        by: str | pd.Series = "escalated",
        *,
        of: Sequence[Any] | None = None,
        at: str = "start",
        variable: str = "valence",
        role: str = "customer",
        cluster: str | None = "agent_id",
        cut: bool | None = None,
        permute: Permute | None = None,
        draws: int = 1999,
        theme: str | None = None,
        **options: Any,
    ) -> VBox:
        """Draw two groups of calls and where they differ; a click plays a typical call.

        Parameters
        ----------
        by, of, at, variable, role, cluster, cut, permute, draws : object
            As in `compare_groups`.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **options : object
            As in `aligned`: which, bin_s, before_s, after_s, pass_, version.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import comparison_pictures

        return comparison_pictures.comparison_figure(
            self,
            by,
            of=of,
            at=at,
            variable=variable,
            role=role,
            cluster=cluster,
            cut=cut,
            permute=permute,
            draws=draws,
            theme=theme,
            **columns_of(options),
        )

    def phenotypes(
        self,
        *,
        variable: str = "valence",
        role: str = "customer",
        n_groups: int | None = None,
        level: bool = True,
        n_bins: int = 10,
        cluster: str | None = "customer_id",
        **choice: Any,
    ) -> Phenotypes:
        """Look for kinds of calls by the shape of their curve, if there are any.

        Parameters
        ----------
        variable : str
            A tag or a dimension.
        role : str
            Whose feeling.
        n_groups : int, optional
            How many groups; by default as many as prove stable, or none.
        level : bool
            Whether it counts how high a curve lies, or its shape alone.
        n_bins : int
            Parts a call.
        cluster : str, optional
            "agent_id" or "customer_id", drawn as a whole.
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        Phenotypes
            As from `wb.trajectories.find_phenotypes`: sentence, calls, curves,
            groups and tried.
        """
        from workbench.workspace import comparisons

        found, _ = comparisons.phenotypes(
            self,
            variable=variable,
            role=role,
            n_groups=n_groups,
            level=level,
            n_bins=n_bins,
            cluster=cluster,
            **columns_of(choice),
        )
        return found

    def phenotypes_figure(
        self,
        *,
        variable: str = "valence",
        role: str = "customer",
        n_groups: int | None = None,
        level: bool = True,
        n_bins: int = 10,
        cluster: str | None = "customer_id",
        theme: str | None = None,
        **choice: Any,
    ) -> VBox:
        """Draw each kind of call with three that stand for it; a click plays.

        Parameters
        ----------
        variable, role, n_groups, level, n_bins, cluster : object
            As in `phenotypes`.
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **choice : object
            pass_ or version, where there are ratings of several.

        Returns
        -------
        VBox
            The figure with a player below.
        """
        from workbench.workspace import comparison_pictures

        return comparison_pictures.phenotypes_figure(
            self,
            variable=variable,
            role=role,
            n_groups=n_groups,
            level=level,
            n_bins=n_bins,
            cluster=cluster,
            theme=theme,
            **columns_of(choice),
        )
