"""Everything that is drawn, not spoken: ratings, quality items and the 600 further calls."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from . import raters
from .centre import run_centre
from .contact import items_of
from .feelings import NEUTRAL, true_scores
from .model import COEFFICIENTS, POLICY_FROM, POLICY_QUEUES
from .publish import manifest_table

KEY = ["call_id", "channel", "start_s", "end_s"]
WORDS_AGAINST_VOICE = ("s01", "s06", "s13", "s14")
RATED_BY_ALL = 0.25


def drawn_tables(calls: pd.DataFrame, utterances: pd.DataFrame, seed: int) -> dict[str, Any]:
    """Draw every table that needs no speech engine.

    Parameters
    ----------
    calls : DataFrame
        Manifest of the calls with audio.
    utterances : DataFrame
        Their true utterances.
    seed : int
        Seed of all chance.

    Returns
    -------
    dict of str to DataFrame or dict
        Tables by file name; a dict is written as JSON.
    """
    book = raters.Book(np.random.default_rng([seed, 5]))
    _rate_spoken(book, calls, utterances)
    _change_minds(book)
    cut = len(book.ratings), len(book.tags), len(book.scores)
    centre = run_centre(seed)
    more_calls = manifest_table(centre.calls, audio=False)
    more = pd.DataFrame(centre.utterances)
    more = more.merge(more_calls[["call_id", "agent_id"]], on="call_id")
    _rate_more(book, more_calls, more)
    ratings, tags, scores = (pd.DataFrame(rows) for rows in (book.ratings, book.tags, book.scores))
    items = _items(pd.concat([calls.drop_duplicates("call_id"), more_calls]), seed)
    truth = pd.DataFrame(centre.truth)
    files: dict[str, Any] = {
        "raters.csv": _raters_table(),
        "sessions.csv": pd.DataFrame(book.sessions),
        "ratings.csv": ratings[: cut[0]],
        "tags.csv": tags[: cut[1]],
        "scores.csv": scores[: cut[2]],
        "qa_items.csv": items,
        "more_calls.csv": more_calls,
        "more_utterances.parquet": more[["call_id", "channel", "role", "agent_id", *KEY[2:]]],
        "more_ratings.parquet": ratings[cut[0] :].reset_index(drop=True),
        "more_tags.parquet": tags[cut[1] :].reset_index(drop=True),
        "more_scores.parquet": scores[cut[2] :].reset_index(drop=True),
        "truth/raters_true.csv": pd.DataFrame([asdict(rater) for rater in raters.RATERS]),
        "truth/more_calls.csv": truth,
        "truth/more_utterances.parquet": more[[*KEY, "tags", *NEUTRAL]],
        "truth/coefficients.json": COEFFICIENTS
        | {
            "callback_policy": {
                "from": POLICY_FROM.date().isoformat(),
                "queues": list(POLICY_QUEUES),
            },
            "raters": {
                "out_group_sensitivity_times": raters.OUT_GROUP_SENSITIVITY,
                "out_group_valence_times": raters.OUT_GROUP_VALENCE,
                "intensity_weight": 0.3,
            },
            "seed": seed,
        },
    }
    return files


def _raters_table() -> pd.DataFrame:
    columns = ["rater_id", "name", "role", "kind", "languages", "culture", "training", "active"]
    rows = [asdict(rater) | {"kind": "simulated", "active": True} for rater in raters.RATERS]
    return pd.DataFrame(rows)[columns]


def _rate_spoken(book: raters.Book, calls: pd.DataFrame, utterances: pd.DataFrame) -> None:
    """All raters who speak the language rate every utterance; four calls also in other passes."""
    about = calls.drop_duplicates("call_id")[["call_id", "language", "customer_culture"]]
    todo = utterances.merge(about, on="call_id")
    words = [
        ({row.says: 0.6}, true_scores({row.says: 0.6})["valence"]) if row.says else None
        for row in todo.fillna({"says": ""}).itertuples()
    ]
    todo["word_tags"] = [
        f"{next(iter(said[0]))} 0.6" if said else tags
        for said, tags in zip(words, todo["tags"], strict=True)
    ]
    todo["word_valence"] = [
        said[1] if said else valence for said, valence in zip(words, todo["valence"], strict=True)
    ]
    first_day = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
    for rater in raters.RATERS:
        mine = todo[[raters.may_rate(rater, language) for language in todo["language"]]]
        raters.sit_and_rate(book, rater, mine, first_day, tuple(NEUTRAL))
    four = todo[todo["call_id"].isin(WORDS_AGAINST_VOICE)]
    for day, pass_ in ((21, "voice"), (28, "text")):
        start = first_day.replace(day=day)
        for rater in raters.RATERS:
            mine = four[[raters.may_rate(rater, language) for language in four["language"]]]
            raters.sit_and_rate(book, rater, mine, start, ("valence", "arousal"), pass_)


def _change_minds(book: raters.Book) -> None:
    """One rating in a hundred of the second rater is superseded a minute later."""
    mine = [row for row in book.ratings if row["rater_id"] == "r2" and row["verdict"] == "tagged"]
    for row in mine[::25]:
        later = row["created_at"] + pd.Timedelta(minutes=1)
        rating_id = book.new_id(later)
        book.ratings.append(
            row
            | {
                "rating_id": rating_id,
                "created_at": later,
                "supersedes": row["rating_id"],
                "heard_until_s": book.furthest_s[row["rater_id"], row["call_id"]],
            }
        )
        for tag in [tag for tag in book.tags if tag["rating_id"] == row["rating_id"]]:
            book.tags.append(
                tag
                | {
                    "rating_id": rating_id,
                    "intensity": min(tag["intensity"] + 1 / raters.STEPS, 1.0),
                }
            )
        for score in [s for s in book.scores if s["rating_id"] == row["rating_id"]]:
            book.scores.append(score | {"rating_id": rating_id})


def _rate_more(book: raters.Book, calls: pd.DataFrame, utterances: pd.DataFrame) -> None:
    """Rate a quarter of the calls by all who speak the language, the others by one of them."""
    who: dict[str, set[str]] = {rater.rater_id: set() for rater in raters.RATERS}
    for row in calls.itertuples():
        able = [r.rater_id for r in raters.RATERS if raters.may_rate(r, str(row.language))]
        everyone = book.rng.random() < RATED_BY_ALL
        for rater_id in able if everyone else [str(book.rng.choice(able))]:
            who[rater_id].add(str(row.call_id))
    todo = utterances.merge(calls[["call_id", "customer_culture"]], on="call_id")
    start = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
    for rater in raters.RATERS:
        mine = todo[todo["call_id"].isin(who[rater.rater_id])]
        raters.sit_and_rate(book, rater, mine, start, ("valence", "arousal"))


def _items(calls: pd.DataFrame, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng([seed, 6])
    scored = calls.dropna(subset=["qa_score"])
    return pd.DataFrame(
        [
            {"call_id": row.call_id} | item
            for row in scored.itertuples()
            for item in items_of(float(row.qa_score), rng)
        ]
    )


def as_csv(table: pd.DataFrame) -> str:
    """Write a table as text, times in UTC.

    Parameters
    ----------
    table : DataFrame
        The table.

    Returns
    -------
    str
        CSV with a head, lines ending in a line feed.
    """
    table = table.copy()
    for name in table.select_dtypes("datetimetz").columns:
        stamps = table[name].dt.strftime("%Y-%m-%dT%H:%M:%S.%f")
        table[name] = stamps.str.slice(0, 23) + "Z"
    return table.to_csv(index=False, lineterminator="\n")


def as_json(content: dict[str, Any]) -> str:
    """Write a dict as text.

    Parameters
    ----------
    content : dict
        What to write.

    Returns
    -------
    str
        Indented JSON.
    """
    return json.dumps(content, indent=2) + "\n"
