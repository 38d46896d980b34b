"""Transcripts inside a transaction: the words of a call from one source belong together."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from workbench.store.frames import read_rows
from workbench.store.layout import METADATA
from workbench.store.references import chunks

_WHOLE = ["call_id", "source"]


def stored_transcripts(connection: Connection, words: pd.DataFrame) -> pd.DataFrame:
    """Read the stored words of the calls and sources that came.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        An open connection.
    words : DataFrame
        The table words.

    Returns
    -------
    DataFrame
        The table words.
    """
    sql = METADATA.tables["words"]
    sources = sql.c.source.in_(list(words["source"].unique()))
    parts = [
        read_rows(connection, "words", sa.select(sql).where(sql.c.call_id.in_(part), sources))
        for part in [*chunks(words["call_id"].unique()), []]
    ]
    found = pd.concat(parts, ignore_index=True)
    pairs = pd.MultiIndex.from_frame(words[_WHOLE]).unique()
    return found[pd.MultiIndex.from_frame(found[_WHOLE]).isin(pairs)]


def compare_transcripts(
    stored: pd.DataFrame, words: pd.DataFrame
) -> tuple[pd.DataFrame, pd.Series]:
    """Find out which transcripts changed, and which words are of one that did not.

    Parameters
    ----------
    stored : DataFrame
        From `stored_transcripts`.
    words : DataFrame
        What came.

    Returns
    -------
    changed : DataFrame
        One row a call and source: call_id, source, n_stored, n_came.
    same : Series of bool
        For each word that came, whether its transcript is stored as it is.
    """
    if stored.empty:
        nothing = pd.DataFrame(columns=[*_WHOLE, "n_stored", "n_came"])
        return nothing, pd.Series(False, index=words.index)
    both = pd.concat([stored, words], ignore_index=True)
    alone = ~both.duplicated(keep=False)
    counts = words.groupby(_WHOLE).size().rename("n_came").reset_index()
    before = stored.groupby(_WHOLE).size().rename("n_stored").reset_index()
    counts = counts.merge(before, on=_WHOLE, how="left")
    differs = counts.set_index(_WHOLE).index.isin(both.loc[alone].set_index(_WHOLE).index)
    known = counts["n_stored"].notna()
    changed = counts[known & differs].astype({"n_stored": "int"})
    unchanged = counts[known & ~differs].set_index(_WHOLE).index
    same = pd.Series(words.set_index(_WHOLE).index.isin(unchanged), index=words.index)
    return changed, same


def remove_transcripts(connection: Connection, transcripts: pd.DataFrame) -> None:
    """Remove all words of some calls and sources.

    Parameters
    ----------
    connection : sqlalchemy.engine.Connection
        Inside a transaction that writes.
    transcripts : DataFrame
        Columns call_id and source.
    """
    sql = METADATA.tables["words"]
    for call, source in transcripts[_WHOLE].itertuples(index=False, name=None):
        connection.execute(sa.delete(sql).where(sql.c.call_id == call, sql.c.source == source))
