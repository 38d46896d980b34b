"""The ledger of a workspace: every figure with a p value, so that finds are judged by all tries."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pandas as pd

from workbench.outcomes import Ledger

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_LEDGERS: WeakKeyDictionary[Core, Ledger] = WeakKeyDictionary()


def ledger_of(ws: Core) -> Ledger:
    """Give the ledger of a workspace; it lives as long as the workspace is open.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    Ledger
        What was tried.
    """
    return _LEDGERS.setdefault(ws, Ledger())


def noted(
    ws: Core,
    table: pd.DataFrame,
    *,
    outcome: str = "outcome",
    predictor: str = "predictor",
    tries: pd.Series | None = None,
) -> pd.DataFrame:
    """Write the figures of a table down, and judge them by everything tried so far.

    Parameters
    ----------
    ws : Core
        The workspace.
    table : DataFrame
        With effect and p_value.
    outcome, predictor : str, default "outcome" and "predictor"
        Columns that tell one figure from another.
    tries : Series of bool, optional
        Which rows are tests of their own; by default all that have a p value.

    Returns
    -------
    DataFrame
        The same rows with p_adjusted and n_tests over the ledger.
    """
    rows = table.assign(outcome=table[outcome].astype(str), predictor=table[predictor].astype(str))
    if tries is not None:
        rows["p_value"] = rows["p_value"].where(tries)
    judged = ledger_of(ws).add(rows)
    return table.assign(
        p_adjusted=judged["p_adjusted"].to_numpy(), n_tests=judged["n_tests"].to_numpy()
    )
