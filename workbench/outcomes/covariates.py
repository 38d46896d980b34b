"""What is held equal: which columns, as which figures, and never what is known only afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.outcomes.kinds import OutcomeKind

OFFERED = ("queue", "log_length", "language", "local_hour")
"""Held equal unless something else is asked for, the most important first."""

KNOWN_LATER = ("log_length", "handle_s", "hold_s", "n_transfers")
"""Known only when the call is over, and changed by an escalation."""

MAX_LEVELS = 30
"""Most values of a text that are told apart."""

FEWEST_ROWS = 10
"""Values of a text with fewer rows are taken together."""

_Floats = npt.NDArray[np.float64]
_TOO_ALIKE = 0.98
_PARTS_OF_DAY = {"before noon": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}


class Held(NamedTuple):
    """Covariates as columns of a model.

    Parameters
    ----------
    names : tuple of str
        As asked for, or of those offered what could be held.
    columns : DataFrame of float
        Their columns; rows as they came.
    notices : tuple of str
        What was left out or taken together, in sentences.
    """

    names: tuple[str, ...]
    columns: pd.DataFrame
    notices: tuple[str, ...]


def covariate_columns(
    kind: OutcomeKind, rows: pd.DataFrame, asked: Sequence[str] | None, *, room: int
) -> Held:
    """Make the columns of what is held equal.

    Parameters
    ----------
    kind : OutcomeKind
        The outcome; of an escalation nothing is held that is known only when the
        call is over.
    rows : DataFrame
        From `outcome_rows`.
    asked : sequence of str or None
        Columns of `rows`; None for those offered, as far as they are known, vary
        and the events allow.
    room : int
        How many columns the number of events allows; only those offered keep to it.

    Returns
    -------
    Held
        Texts make one column a value but the most frequent; local_hour makes parts
        of the day.

    Raises
    ------
    InputError
        If a column that was asked for is unknown, is known only after the outcome,
        or has more than 30 values.

    Examples
    --------
    >>> import pandas as pd
    >>> from workbench.outcomes.kinds import OUTCOME_KINDS
    >>> rows = pd.DataFrame({"queue": ["billing"] * 20 + ["sales"] * 12})
    >>> covariate_columns(OUTCOME_KINDS["qa_score"], rows, ["queue"], room=9).columns.columns
    Index(['queue sales'], dtype='str')
    """
    forbidden = KNOWN_LATER if kind.in_call else ()
    names = OFFERED if asked is None else tuple(dict.fromkeys(asked))
    for name in names if asked is not None else ():
        if name in forbidden:
            raise InputError(
                f'"{name}" cannot be held equal for {kind.name}: it is known only when the call is '
                "over, and an escalation changes it. Queue, language and local_hour were known "
                "before."
            )
        if name not in rows.columns:
            known = [*OFFERED, *(str(c) for c in rows.columns)]
            raise InputError(f'The calls have no column "{name}".{nearest(name, known)}')
    parts: list[pd.DataFrame] = []
    used: list[str] = []
    notices: list[str] = []
    if asked is None and forbidden:
        notices.append(
            "Call length is not held equal: how long a call lasts is known only after it, and an "
            "escalation changes it."
        )
    for name in names:
        if asked is None and (name in forbidden or name not in rows.columns):
            continue
        columns, told = _columns(rows[name], name, asked=asked is not None)
        gaps = int(columns.isna().any(axis=1).sum()) if columns is not None else len(rows)
        if asked is None:
            if columns is None or columns.empty or gaps > 0.05 * len(rows):
                notices += told
                continue
            if sum(p.shape[1] for p in parts) + columns.shape[1] > room:
                notices.append(
                    f"{spelled_name(name)} is not held equal: there are too few events for "
                    "its columns."
                )
                continue
        notices += told
        if columns is not None and columns.shape[1]:
            parts.append(columns)
            used.append(name)
    empty = pd.DataFrame(index=rows.index)
    return Held(tuple(used), pd.concat(parts, axis=1) if parts else empty, tuple(notices))


def spelled_name(name: str) -> str:
    """Write a column's name as words.

    Parameters
    ----------
    name : str
        A column.

    Returns
    -------
    str
        With a capital and without underscores.

    Examples
    --------
    >>> spelled_name("log_length")
    'Log length'
    """
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _columns(values: pd.Series, name: str, *, asked: bool) -> tuple[pd.DataFrame | None, list[str]]:
    told: list[str] = []
    if name == "local_hour":
        hour = values.astype("float64")
        part = pd.Series(pd.NA, index=values.index, dtype="object")
        for label, (low, high) in _PARTS_OF_DAY.items():
            part[(hour >= low) & (hour < high)] = label
        values = part
    elif pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        figures = values.astype("float64")
        if figures.nunique() < 2:
            return pd.DataFrame(index=values.index), told
        return figures.to_frame(name), told
    counts = values.value_counts()
    rare = counts.index[counts < FEWEST_ROWS]
    if len(rare) > 1 or (len(rare) and len(counts) > 2):
        if len(counts) - len(rare) >= 1:
            told.append(
                f"{len(rare)} values of {name} with fewer than {FEWEST_ROWS} rows are taken "
                "together."
            )
            values = values.where(~values.isin(rare), "other")
            counts = values.value_counts()
    if len(counts) > MAX_LEVELS:
        text = (
            f'"{name}" has {len(values.dropna().unique())} values, more than {MAX_LEVELS}: too '
            "many to hold each equal."
        )
        if asked:
            raise InputError(f"{text} Join values into groups, or leave it out.")
        return None, [text]
    if len(counts) < 2:
        return pd.DataFrame(index=values.index), told
    columns = {
        f"{name} {level}": (values == level).astype("float64").where(values.notna())
        for level in sorted(map(str, counts.index[1:]))
    }
    return pd.DataFrame(columns, index=values.index), told


def check_apart(predictor: str, x: _Floats, columns: pd.DataFrame) -> tuple[str, ...]:
    """Make sure that no two columns of a model say the same.

    Parameters
    ----------
    predictor : str
        Its name.
    x : ndarray of float, shape (n,)
        Its values.
    columns : DataFrame of float
        The covariates, row by row.

    Returns
    -------
    tuple of str
        A sentence where the predictor is told to a large part by the covariates.

    Raises
    ------
    AbstainedError
        If two columns move together; the message names the pair.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> x = np.array([1.0, 2, 3, 5])
    >>> try:
    ...     check_apart("anger_share", x, pd.DataFrame({"n_anger": 2 * x}))
    ... except AbstainedError as error:
    ...     print(error)
    anger_share and n_anger say the same (correlation 1.00), so that their effects cannot be told \
apart. Leave one of them out.
    """
    if columns.shape[1] == 0:
        return ()
    values = np.column_stack([x, columns.to_numpy(dtype=float)])
    spread = values.std(axis=0)
    varying = spread > 0
    values = (values[:, varying] - values[:, varying].mean(axis=0)) / spread[varying]
    names = [str(c) for c, v in zip([predictor, *columns], varying, strict=True) if v]
    alike = np.abs(values.T @ values) / len(values)
    np.fill_diagonal(alike, 0.0)
    if alike.size and alike.max() > _TOO_ALIKE:
        one, two = np.unravel_index(int(alike.argmax()), alike.shape)
        raise AbstainedError(
            f"{names[one]} and {names[two]} say the same (correlation {alike.max():.2f}), so that "
            "their effects cannot be told apart. Leave one of them out."
        )
    if names[0] != predictor or len(names) < 2:
        return ()
    fit = np.linalg.lstsq(values[:, 1:], values[:, 0], rcond=None)[0]
    told = 1.0 - float(np.mean((values[:, 0] - values[:, 1:] @ fit) ** 2))
    if told > _TOO_ALIKE:
        raise AbstainedError(
            f"{predictor} is told by {', '.join(names[1:])} together (R2 {told:.2f}), so that its "
            "effect cannot be told apart from theirs. Leave some of them out."
        )
    if told > 0.8:
        return (f"{told:.0%} of {predictor} is told by the covariates: little is left to relate.",)
    return ()
