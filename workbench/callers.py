"""Who called, as far as it was given: language of a call and culture of its customer."""

from __future__ import annotations

import pandas as pd


def languages_of(text: object) -> frozenset[str]:
    """Read languages, without the region: "de-AT en" is German and English.

    Parameters
    ----------
    text : object
        BCP 47 tags separated by spaces, or a gap.

    Returns
    -------
    frozenset of str
        Primary tags in lower case; empty for a gap.

    Examples
    --------
    >>> sorted(languages_of("de-AT en"))
    ['de', 'en']
    """
    if not isinstance(text, str):
        return frozenset()
    return frozenset(word.replace("_", "-").split("-")[0].lower() for word in text.split())


def culture_of(text: object) -> str | None:
    """Read a culture, whatever its capitals.

    Parameters
    ----------
    text : object
        As it was given, or a gap.

    Returns
    -------
    str or None
        In lower case; None for a gap.

    Examples
    --------
    >>> culture_of("Swiss")
    'swiss'
    """
    return (text.strip().casefold() or None) if isinstance(text, str) else None


def with_callers(
    rows: pd.DataFrame, calls: pd.DataFrame | None, customers: pd.DataFrame | None
) -> pd.DataFrame:
    """Add what is known of the caller: language of the call and culture.

    What the call does not say, the customer's row says.

    Parameters
    ----------
    rows : DataFrame
        With call_id.
    calls : DataFrame or None
        The table calls.
    customers : DataFrame or None
        The table customers.

    Returns
    -------
    DataFrame
        The rows with caller_language and caller_culture; empty where unknown.
    """
    about = pd.DataFrame({"call_id": pd.Series(dtype="str")}) if calls is None else calls
    names = {"language": "caller_language", "customer_culture": "caller_culture"}
    about = about.reindex(columns=["call_id", "customer_id", *names]).rename(columns=names)
    if customers is not None and len(customers):
        own = customers.reindex(columns=["customer_id", "languages", "culture"])
        about = about.merge(own, on="customer_id", how="left")
        about["caller_language"] = about["caller_language"].fillna(about["languages"])
        about["caller_culture"] = about["caller_culture"].fillna(about["culture"])
    keep = ["call_id", "caller_language", "caller_culture"]
    return rows.merge(about[keep].drop_duplicates("call_id"), on="call_id", how="left")
