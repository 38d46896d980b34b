"""The methods of a workspace that tell how far its labels can be trusted."""

from __future__ import annotations

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

        return agreements.values(self, variable, as_of=as_of, **columns_of(choice))

    def agreement_figure(self, *, theme: str | None = None, **options: Any) -> VBox:
        """Draw the agreement table beside published figures of like tasks.

        Parameters
        ----------
        theme : str, optional
            "light" or "dark"; by default that of the page.
        **options : object
            As for `agreement`.

        Returns
        -------
        VBox
            The figure.
        """
        from workbench.workspace import agreements

        return agreements.agreement_figure(self, theme=theme, **options)

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
        from workbench.workspace import agreements

        return agreements.rater_pairs(self, variable, theme=theme, **columns_of(choice))

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
        from workbench.workspace import agreements

        return agreements.confusions(self, theme=theme, **columns_of(choice))
