"""What became of a call that was to be taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class TakenCall:
    """A call that can be registered, whole.

    Parameters
    ----------
    call_id : str
        The call.
    tables : mapping of str to DataFrame
        Its rows of calls, recordings, channels, customers, agents, events,
        outcomes and quality, checked; all but quality belong into the store.
    """

    call_id: str
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True, eq=False)
class KnownCall:
    """A call that is registered already, with the same audio or without new audio.

    Parameters
    ----------
    call_id : str
        The call.
    tables : mapping of str to DataFrame
        Its rows of calls, customers, agents and outcomes as the manifest has them
        now, since outcomes are often known later than the call.
    """

    call_id: str
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class FailedCall:
    """A call that cannot be taken in; nothing of it is.

    Parameters
    ----------
    call_id : str
        The call; empty if the manifest gives it no id.
    path : str
        The recording that is to blame, else the call's first one; empty for none.
    reason : str
        Why, in a sentence, and what to do.
    """

    call_id: str
    path: str
    reason: str
