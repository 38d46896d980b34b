"""Writing traces: appended, superseded, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.errors import InputError, StoreError, nearest
from workbench.identifiers import uuid7
from workbench.schema import TABLES
from workbench.store.database import StorePart
from workbench.store.frames import first_difference, insert_rows, read_rows, storable, stored_rows
from workbench.store.layout import METADATA

POINTS = "points"
_SAME = {
    "rater_id": "is by another rater",
    "call_id": "is of another call",
    "channel": "is of another channel",
    "dimension": "is of another dimension",
    "pass": "was made in another pass",
}


class Traces(StorePart):
    """The part of a store that writes continuous ratings."""

    def add_trace(self, payload: Mapping[str, Any]) -> str:
        """Write one trace with its points.

        Returns after the trace is on the disk. The same trace sent twice counts
        once; the first created_at stands.

        Parameters
        ----------
        payload : mapping
            Columns of traces, of which trace_id, session_id, channel, lag_s,
            created_at and supersedes may be left out; and points, a DataFrame of
            time_s and value, times rising. To change a trace, send a new one
            that names the old in supersedes.

        Returns
        -------
        str
            The trace_id, made here if none came.

        Raises
        ------
        InputError
            If a field is unknown or missing, there are no points, times do not
            rise, or a value is off the scale.
        StoreError
            If the same id is there with other content, it supersedes what it
            may not, or the database does not take it. Nothing was written then.
        """
        known = [*TABLES["traces"].columns, POINTS]
        for name in payload:
            if name not in known:
                raise InputError(
                    f'A trace has no field "{name}".{nearest(str(name), known)} '
                    f"It has: {', '.join(known)}."
                )
        defaults = {"trace_id": uuid7(), "lag_s": 0.0, "created_at": datetime.now(UTC)}
        given = {k: v for k, v in payload.items() if v is not None and k != POINTS}
        trace = storable(pd.DataFrame([defaults | given]), "traces")
        points = _check_points(trace, payload.get(POINTS))
        self._database.write(
            lambda c: _insert(c, trace, points), {"traces": trace, "trace_points": points}
        )
        return str(trace["trace_id"].iloc[0])


def _check_points(trace: pd.DataFrame, points: Any) -> pd.DataFrame:
    trace_id, dimension = trace["trace_id"].iloc[0], trace["dimension"].iloc[0]
    if not isinstance(points, pd.DataFrame) or points.empty:
        raise InputError(
            f"Trace {trace_id} came without points; give a DataFrame of time_s and value."
        )
    checked = storable(points.assign(trace_id=trace_id), "trace_points")
    if (checked["time_s"].diff().iloc[1:] <= 0).any():
        raise InputError(f"Trace {trace_id}: the times of its points must rise. Sort them first.")
    low = checked["value"].min()
    if dimension != "valence" and low < 0:
        raise InputError(
            f"Trace {trace_id}: {dimension} goes from 0 to 1; {low:g} came. Only valence has "
            "values below 0."
        )
    return checked


def _insert(connection: Connection, trace: pd.DataFrame, points: pd.DataFrame) -> None:
    stored = stored_rows(connection, "traces", trace)
    if len(stored):
        _check_same(connection, stored, trace, points)
        return
    _check_session(connection, trace)
    _check_superseding(connection, trace)
    insert_rows(connection, "traces", trace)
    insert_rows(connection, "trace_points", points)


def _check_same(
    connection: Connection, stored: pd.DataFrame, trace: pd.DataFrame, points: pd.DataFrame
) -> None:
    came = trace.assign(created_at=stored["created_at"])
    problem = first_difference(stored, came, TABLES["traces"])
    sql = METADATA.tables["trace_points"]
    query = sa.select(sql).where(sql.c.trace_id == trace["trace_id"].iloc[0])
    was = read_rows(connection, "trace_points", query.order_by(sql.c.time_s))
    if problem is None and not was.equals(points):
        problem = f"The trace {trace['trace_id'].iloc[0]} is there already, with other points."
    if problem:
        raise StoreError(
            f"{problem} A trace is never changed: send the new one with a trace_id of its own and "
            "the old one in supersedes. Nothing was written."
        )


def _check_session(connection: Connection, trace: pd.DataFrame) -> None:
    session_id, rater_id = trace["session_id"].iloc[0], trace["rater_id"].iloc[0]
    if pd.isna(session_id):
        return
    sql = METADATA.tables["sessions"]
    query = sa.select(sql.c.rater_id).where(sql.c.session_id == session_id)
    owner = connection.execute(query).scalar_one_or_none()
    if owner is not None and owner != rater_id:
        raise InputError(
            f"Trace {trace['trace_id'].iloc[0]}: its session {session_id} belongs to rater "
            f"{owner}, not {rater_id}. Nothing was written."
        )


def _check_superseding(connection: Connection, trace: pd.DataFrame) -> None:
    one = trace.iloc[0]
    if pd.isna(one["supersedes"]):
        return
    told = f"Trace {one['trace_id']}: it supersedes {one['supersedes']}, which"
    wanted = pd.DataFrame({"trace_id": [one["supersedes"]]})
    found = stored_rows(connection, "traces", wanted)
    if found.empty:
        raise StoreError(
            f"{told} is not there. Leave supersedes empty for a first trace. Nothing was written."
        )
    same = (found[list(_SAME)] == trace[list(_SAME)]).fillna(False)
    same |= found[list(_SAME)].isna() & trace[list(_SAME)].isna()
    was = found.iloc[0]
    for column, why in _SAME.items():
        if not same[column].iloc[0]:
            raise StoreError(
                f"{told} {why} ({was[column]}, not {one[column]}). A trace replaces the same "
                "rater's trace of the same call, channel, dimension and pass only; leave "
                "supersedes empty. Nothing was written."
            )
    sql = METADATA.tables["traces"]
    query = sa.select(sql.c.trace_id).where(sql.c.supersedes == one["supersedes"])
    other = connection.execute(query).scalar_one_or_none()
    if other is not None:
        raise StoreError(
            f"{told} {other} supersedes already. Supersede {other} instead. Nothing was written."
        )
