"""The line that a benchmark prints."""

from __future__ import annotations


def line(
    name: str,
    value: float,
    unit: str,
    *,
    n: int,
    rival: str | None = None,
    rival_value: float | None = None,
    less_is_better: bool = False,
) -> dict[str, object]:
    """Make a line, with a ratio that is above 1 where ours is better.

    Parameters
    ----------
    name : str
        What was measured, for example "jobs.2".
    value : float
        Ours.
    unit : str
        Of both values.
    n : int
        How many calls, files or runs are behind it.
    rival : str, optional
        What ours is held against.
    rival_value : float, optional
        Its value.
    less_is_better : bool
        For seconds and memory; speed is better the more there is of it.

    Returns
    -------
    dict
        name, value, unit, rival, rival_value, ratio (None without a rival), n.

    Examples
    --------
    >>> line("wait", 2.0, "s", n=1, rival="theirs", rival_value=6.0, less_is_better=True)["ratio"]
    3.0
    """
    ratio = None
    if rival_value is not None:
        ratio = rival_value / value if less_is_better else value / rival_value
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "rival": rival,
        "rival_value": rival_value,
        "ratio": ratio,
        "n": n,
    }
