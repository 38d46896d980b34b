"""Features, outcomes and calls brought together, and what was tried written down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import outcomes
from workbench.outcomes.relate import with_readings
from workbench.workspace import followed
from workbench.workspace.core import columns_of
from workbench.workspace.tried import ledger_of

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_OF_FEATURES = ("pass_", "version", "taxonomy", "method")


def relate(ws: Core, on: str | Sequence[str] | None, **options: Any) -> pd.DataFrame:
    """Relate tagged sentiment to what happened.

    Parameters
    ----------
    ws : Core
        The workspace.
    on : str or sequence of str or None
        Outcomes.
    **options : object
        role, pass_, version, features, and the arguments of `wb.outcomes.relate`.

    Returns
    -------
    DataFrame
        As from `wb.outcomes.relate`; p_adjusted and n_tests are over the ledger.
    """
    choice = {name: options.pop(name) for name in _OF_FEATURES if name in options}
    role = options.pop("role", "customer")
    features = options.pop("features", None)
    if features is None:
        features = followed.features(
            ws, role=role, until_s=options.get("from_s"), **columns_of(choice)
        )
    effects = outcomes.relate(
        features,
        ws.store.read("outcomes"),
        ws.store.read("calls"),
        ws.store.read("customers"),
        on=on,
        **options,
    )
    judged = ledger_of(ws).add(effects, method=options.get("fdr", "bh"))
    return with_readings(judged, within=options.get("within"))
