"""What is known of calls: any column by which they are sorted, compared or kept together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.workspace import followed

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_NOT_KNOWN = ("call_id", "attributes", "role")


def about_calls(ws: Core, by: str | pd.Series, *, role: str, purpose: str) -> pd.Series:
    """Find what is known of each call.

    Parameters
    ----------
    ws : Core
        The workspace.
    by : str or Series
        A column of outcomes, calls, customers or of the features; or values by
        call_id.
    role : str
        Whose features.
    purpose : str
        What it is for, in words.

    Returns
    -------
    Series
        By call_id, named.

    Raises
    ------
    InputError
        If there is no such column, or no call of the Series is known.
    """
    calls = ws.store.read("calls")
    if isinstance(by, pd.Series):
        if not by.index.isin(calls["call_id"]).any():
            raise InputError(
                f"None of the {len(by)} values {purpose} belongs to a call: give a Series whose "
                'index is call_id, for example table.set_index("call_id")["queue"].'
            )
        if by.index.has_duplicates:
            raise InputError(
                f"Some calls have several values {purpose}; one a call is needed. "
                f'The first is "{by.index[by.index.duplicated()][0]}".'
            )
        return by if by.name is not None else by.rename("value")
    customers = ws.store.read("customers")
    known = ws.store.read("outcomes").merge(calls, on="call_id", how="outer")
    known = known.merge(customers, on="customer_id", how="left", suffixes=("", "_customer"))
    if by not in known.columns:
        features = followed.features(ws, role=role)
        known = known.merge(features, on="call_id", how="left", suffixes=("", "_feature"))
    usable = [str(name) for name in known if not str(name).startswith(_NOT_KNOWN)]
    if by not in usable:
        raise InputError(
            f'Nothing called "{by}" is known of calls {purpose}.{nearest(by, usable)} '
            f"There are: {', '.join(sorted(usable))}."
        )
    found: pd.Series = known.set_index("call_id")[by]
    return found


def cluster_of(ws: Core, cluster: str | None) -> pd.Series | None:
    """Find whose call each is.

    Parameters
    ----------
    ws : Core
        The workspace.
    cluster : str or None
        agent_id or customer_id; None for each call by itself.

    Returns
    -------
    Series or None
        By call_id.

    Raises
    ------
    InputError
        If it is something else.
    """
    if cluster is None:
        return None
    known = ("agent_id", "customer_id", "team")
    if cluster not in known:
        raise InputError(
            f'Calls of the same "{cluster}" cannot be kept together.{nearest(cluster, known)} '
            "Take agent_id, customer_id or team, or None for each call by itself."
        )
    found: pd.Series = ws.store.read("calls").set_index("call_id")[cluster]
    return found
