"""Events inside a transaction: what one source says of a call belongs together."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.store.frames import insert_rows, read_rows
from workbench.store.layout import METADATA

_KEY = ["call_id", "channel", "start_s", "kind"]


def put_events(connection: Connection, call_id: str, events: pd.DataFrame, *, source: str) -> int:
    """Put what a source says of a call in the place of what it said before.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    call_id : str
        The call.
    events : DataFrame
        From `storable`; of this call and source.
    source : str
        Who says so.

    Returns
    -------
    int
        How many were written; 0 if the same was there.
    """
    sql = METADATA.tables["events"]
    stored = read_rows(connection, "events", sa.select(sql).where(sql.c.call_id == call_id))
    own = stored["source"] == source
    told = pd.MultiIndex.from_frame(stored.loc[~own, _KEY])
    events = events[~pd.MultiIndex.from_frame(events[_KEY]).isin(told)]
    there, came = ({*map(tuple, rows.to_numpy(object))} for rows in (stored[own], events))
    if there == came:
        return 0
    connection.execute(sa.delete(sql).where(sql.c.call_id == call_id, sql.c.source == source))
    return insert_rows(connection, "events", events)
