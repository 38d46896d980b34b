"""Tables as people have them: what is not plainly yes, no, a date or a number is asked about."""

from __future__ import annotations

import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table, table_named

_RANGES = {
    "escalated_at_s": (0.0, float("inf")),
    "qa_score": (0.0, 100.0),
    "nps": (0.0, 10.0),
    "handle_s": (0.0, float("inf")),
    "hold_s": (0.0, float("inf")),
}
_YES = {"y", "yes", "true", "t", "1", "j", "ja", "oui", "o"}


def checked(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Check the table outcomes, calls or customers, and guess nothing.

    Parameters
    ----------
    rows : DataFrame
        What came.
    name : {"outcomes", "calls", "customers"}
        Which table it is to be.

    Returns
    -------
    DataFrame
        A copy with the documented columns and dtypes.

    Raises
    ------
    InputError
        If yes and no came as words, dates as text that can be read in several
        ways, or a figure is out of its range; the message has the pandas line
        that mends it.

    Examples
    --------
    >>> import pandas as pd
    >>> try:
    ...     checked(pd.DataFrame({"call_id": ["1", "2"], "escalated": ["Y", "N"]}), "outcomes")
    ... except InputError as error:
    ...     print(error)
    The column "escalated" of outcomes holds words ("Y", "N") where True or False belong. If "Y" \
means yes, write: outcomes["escalated"] = outcomes["escalated"].map({"Y": True, "N": False})
    """
    if not isinstance(rows, pd.DataFrame):
        raise InputError(f"{name} is a table (DataFrame); a {type(rows).__name__} came.")
    kinds = {column.name: column.kind for column in table_named(name).columns.values()}
    for column in rows.columns.intersection(list(kinds)):
        values = rows[column].dropna()
        if kinds[column] == "bool":
            _check_yes_no(values, column, name)
        elif kinds[column] == "time":
            _check_times(values, column, name)
    table = check_table(rows, name)
    for column, (low, high) in _RANGES.items():
        if column in table.columns:
            figures = table[column].astype("float64")
            wrong = (figures < low) | (figures > high)
            if wrong.any():
                row = table[wrong].iloc[0]
                bounds = f"from {low:g} to {high:g}" if high < float("inf") else f"{low:g} or more"
                raise InputError(
                    f"{column} is {bounds}, but {int(wrong.sum())} rows of {name} are outside, "
                    f"first {row[column]:g} of call {row['call_id']}. Correct them, or set them "
                    "to missing if the value is not known."
                )
    return table


def _check_yes_no(values: pd.Series, column: str, name: str) -> None:
    words = values[[isinstance(v, str) for v in values]]
    if words.empty:
        return
    seen = list(dict.fromkeys(words))[:4]
    guess = {word: str(word).strip().lower() in _YES for word in seen}
    listed = ", ".join(f'"{word}"' for word in seen)
    mapping = ", ".join(f'"{word}": {value}' for word, value in guess.items())
    yes = next((word for word, value in guess.items() if value), seen[0])
    raise InputError(
        f'The column "{column}" of {name} holds words ({listed}) where True or False belong. If '
        f'"{yes}" means yes, write: {name}["{column}"] = {name}["{column}"].map({{{mapping}}})'
    )


def _check_times(values: pd.Series, column: str, name: str) -> None:
    words = values[[isinstance(v, str) for v in values]].astype(str)
    odd = words[~words.str.match(r"\d{4}-\d{2}-\d{2}")]
    if odd.empty:
        return
    formats = "another way than 2026-03-01" if len(odd) == len(words) else "several ways"
    raise InputError(
        f'Dates in the column "{column}" of {name} are written in {formats}, for example '
        f'"{odd.iloc[0]}", and day and month are not guessed. Say how it is to be read, for '
        f'example day first: {name}["{column}"] = pd.to_datetime({name}["{column}"], '
        'format="%d.%m.%Y", utc=True)'
    )
