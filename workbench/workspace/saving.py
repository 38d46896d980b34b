"""Ratings from widgets into the store, also when two widgets of a rater are open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.errors import StoreBusyError, StoreError

if TYPE_CHECKING:
    from workbench.workspace.core import Core

_TRIES = 5


def save_rating(ws: Core, payload: Mapping[str, Any]) -> str:
    """Write a rating in place of the one that stands, whatever the widget knew of it.

    A second widget of the same rater may have rated the same item meanwhile; its
    rating is superseded, never lost.

    Parameters
    ----------
    ws : Core
        The workspace.
    payload : mapping
        As for `Store.add_rating`.

    Returns
    -------
    str
        The rating_id.

    Raises
    ------
    InputError, StoreError
        As `Store.add_rating`.
    """
    for again in range(_TRIES):
        standing = ws.store.standing_rating(payload)
        try:
            return ws.store.add_rating({**payload, "supersedes": standing})
        except StoreBusyError:
            raise
        except StoreError:
            if again == _TRIES - 1 or ws.store.standing_rating(payload) == standing:
                raise
    raise AssertionError("unreachable")


def keep_key(ws: Core, *parts: str) -> str:
    """Name what the browser keeps for somebody, so that no two databases share it.

    Parameters
    ----------
    ws : Core
        The workspace.
    *parts : str
        Who and with what, for example rater, taxonomy and version.

    Returns
    -------
    str
        A hash; it tells nothing of the place of the database.
    """
    return hashlib.sha256("\n".join((ws.store.url, *parts)).encode()).hexdigest()[:32]
