"""What raters heard in one utterance, put together by reading: who heard the same things."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import mean, median, median_low
from typing import Any

Rated = Mapping[str, Any]


def readings_of(ratings: Sequence[Rated]) -> list[dict[str, Any]]:
    """Put ratings with the same verdict and the same set of tags together.

    Parameters
    ----------
    ratings : sequence of mapping
        Ratings of one utterance, as from `earlier_ratings`.

    Returns
    -------
    list of dict
        The reading of most raters first, of equally many one with tags: verdict;
        tags (tag, intensity, share, primary) and scores (dimension, value), as a
        rating has them; other_words; and raters, the places in `ratings` of
        those who heard it.
        Intensities and scores are medians of those raters who gave one, shares
        their means, and the main tag is the one that most of them named. What
        nobody gave is None or absent.

    Examples
    --------
    >>> tired = {"verdict": "tagged", "tags": [{"tag": "resignation", "intensity": 1.0}],
    ...          "scores": [{"dimension": "valence", "value": -0.5}]}
    >>> calm = {"verdict": "neutral", "tags": [], "scores": []}
    >>> [(r["verdict"], r["raters"], r["scores"]) for r in readings_of([calm, tired, tired])]
    [('tagged', [1, 2], [{'dimension': 'valence', 'value': -0.5}]), ('neutral', [0], [])]
    """
    places: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for place, rating in enumerate(ratings):
        names = tuple(sorted(tag["tag"] for tag in rating["tags"]))
        places.setdefault((rating["verdict"], names), []).append(place)
    ordered = sorted(
        places.items(), key=lambda item: (-len(item[1]), item[0][0] != "tagged", item[0])
    )
    return [
        _reading(verdict, names, own, [ratings[place] for place in own])
        for (verdict, names), own in ordered
    ]


def mixture_of(
    ratings: Sequence[Rated], readings: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Put the two strongest readings with tags together.

    Parameters
    ----------
    ratings : sequence of mapping
        Ratings of one utterance.
    readings : sequence of mapping
        From `readings_of`.

    Returns
    -------
    dict or None
        A reading with the tags of both, in the order of the readings, and the
        medians of the raters of both; without shares, which nobody gave. None
        where there are no two tags.
    """
    both = [reading for reading in readings if reading["tags"]][:2]
    names = list(dict.fromkeys(tag["tag"] for reading in both for tag in reading["tags"]))
    if len(names) < 2:
        return None
    places = sorted(place for reading in both for place in reading["raters"])
    mixture = _reading("tagged", names, places, [ratings[place] for place in places])
    unset = {"share": None, "primary": False}
    return mixture | {"tags": [tag | unset for tag in mixture["tags"]]}


def shuffled(ratings: Iterable[Rated], utterance_id: str) -> list[Rated]:
    """Put the raters of an utterance into an order that tells nothing of who they are.

    Parameters
    ----------
    ratings : iterable of mapping
        With rating_id.
    utterance_id : str
        The utterance; each has an order of its own, which stays.

    Returns
    -------
    list of mapping
        The same ratings.
    """

    def place(rating: Rated) -> str:
        return hashlib.sha256(f"{utterance_id}/{rating['rating_id']}".encode()).hexdigest()

    return sorted(ratings, key=place)


def _reading(
    verdict: str, names: Sequence[str], places: list[int], own: Sequence[Rated]
) -> dict[str, Any]:
    named = Counter(tag["tag"] for one in own for tag in one["tags"] if tag.get("primary"))
    first = [tag for tag, count in named.items() if count == max(named.values())]
    shares = {name: _given(own, name, "share") for name in names}
    mixed = len(names) > 1 and all(shares.values())
    values: dict[str, list[float]] = {}
    for one in own:
        for score in one["scores"]:
            values.setdefault(score["dimension"], []).append(score["value"])
    return {
        "verdict": verdict,
        "tags": [
            {
                "tag": name,
                "intensity": median_low(heard)
                if (heard := _given(own, name, "intensity"))
                else None,
                "share": mean(shares[name]) if mixed else None,
                "primary": first == [name],
            }
            for name in names
        ],
        "scores": [{"dimension": name, "value": median(own)} for name, own in values.items()],
        "other_words": next((one["other_words"] for one in own if one.get("other_words")), None),
        "raters": places,
    }


def _given(own: Sequence[Rated], name: str, what: str) -> list[float]:
    return [
        tag[what]
        for one in own
        for tag in one["tags"]
        if tag["tag"] == name and tag.get(what) is not None
    ]
