"""The methods of a workspace that relate what was heard to what happened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench.workspace.core import Core

if TYPE_CHECKING:
    from workbench.outcomes import Ledger


class Relating(Core):
    """Effects on outcomes, and the list of what was tried."""

    def relate(self, on: str | Sequence[str] | None = None, **options: Any) -> pd.DataFrame:
        """Relate tagged sentiment to escalation, churn, surveys, QA score and others.

        Every p value goes into `ledger()`, and is judged by everything that was
        tried with this workspace since it was opened.

        Parameters
        ----------
        on : str or sequence of str, optional
            escalated, resolved, churned, time_to_churn, repeat_contacts, nps,
            csat, qa_score or time_to_escalation (with from_s=, a second of the
            call). Default: escalated, time_to_churn and qa_score.
        **options : object
            role (whose sentiment, default "customer"), pass_ or version; features
            (a table of other predictors, one row a call); and the arguments of
            `wb.outcomes.relate`: predictors, covariates, cluster, steps, within,
            raters, fdr.

        Returns
        -------
        DataFrame
            One row a predictor, outcome and figure, with interval and a sentence.
        """
        from workbench.workspace import relations

        return relations.relate(self, on, **options)

    def ledger(self) -> Ledger:
        """Give the list of everything that was tried with this workspace.

        Returns
        -------
        Ledger
            `.table()` has one row a figure; `.add(effects)` judges others with it.
        """
        from workbench.workspace.tried import ledger_of

        return ledger_of(self)
