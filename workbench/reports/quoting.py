"""What callers said stays out of a report, unless it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

Quotes = Callable[[str], bool]

LEFT_OUT = "(words left out)"
TEXT_COLUMNS = ("text", "word", "words", "transcript")


def without_quotes(thing: Any, quotes: Quotes) -> Any:
    """Take what callers said out of a figure or a table.

    Parameters
    ----------
    thing : plotly Figure, DataFrame or None
        What a part of a report shows.
    quotes : callable
        `quotes(words)` says whether the words quote a transcript.

    Returns
    -------
    plotly Figure, DataFrame or None
        A copy. A figure has "(words left out)" wherever a text on it, in its
        labels or behind its points quotes; so have the cells of a table, and its
        columns of text are gone.

    Examples
    --------
    >>> import pandas as pd
    >>> told = pd.DataFrame({"call_id": ["0007"], "text": ["yes please"], "note": ["yes please"]})
    >>> without_quotes(told, lambda words: words == "yes please").to_dict("records")
    [{'call_id': '0007', 'note': '(words left out)'}]
    """
    if thing is None:
        return None
    if isinstance(thing, pd.DataFrame):
        kept = thing.drop(columns=[name for name in TEXT_COLUMNS if name in thing.columns])
        for name in kept.columns[~kept.dtypes.map(pd.api.types.is_numeric_dtype)]:
            kept = kept.assign(**{name: [_silenced(cell, quotes) for cell in kept[name]]})
        return kept
    import plotly.graph_objects as go

    return go.Figure(_silenced(thing.to_dict(), quotes))


def _silenced(value: Any, quotes: Quotes) -> Any:
    if isinstance(value, str):
        return LEFT_OUT if quotes(value) else value
    if isinstance(value, dict):
        if "bdata" in value:  # numbers, packed
            return value
        return {key: _silenced(item, quotes) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "biufmM" else _silenced(value.tolist(), quotes)
    if isinstance(value, (list, tuple)):
        return [_silenced(item, quotes) for item in value]
    return value
