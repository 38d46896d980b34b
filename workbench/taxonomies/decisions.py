"""What leads decided on disputes, as notes that sharpen the next version of a taxonomy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from workbench.errors import InputError
from workbench.schema import check_table
from workbench.taxonomies.model import Taxonomy
from workbench.taxonomies.reading import taxonomy_from_definition

COLUMNS = (
    "tag",
    "against_tag",
    "n",
    "reason",
    "utterance_id",
    "call_id",
    "channel",
    "start_s",
    "end_s",
    "created_at",
)
_MOST_REASONS = 3


def decision_notes(
    adjudications: pd.DataFrame,
    decisions: pd.DataFrame,
    decided_tags: pd.DataFrame,
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    utterances: pd.DataFrame,
) -> pd.DataFrame:
    """List what leads decided for and against, with their reasons.

    Parameters
    ----------
    adjudications : DataFrame
        The table adjudications.
    decisions, decided_tags : DataFrame
        The ratings and tags that are decisions and stand
        (`Store.current_ratings(adjudications="only")`).
    ratings, tags : DataFrame
        The ratings and tags of raters that stand.
    utterances : DataFrame
        The table utterances.

    Returns
    -------
    DataFrame
        One row a decision, what was decided (`tag`: a tag, or the verdict
        where there is none) and what raters heard that was decided against
        (`against_tag`; empty where nothing was): n (how many raters heard
        `against_tag`), reason, utterance_id, call_id, channel, start_s, end_s
        (so that `ws.listen` plays a row) and created_at, newest first.

    Raises
    ------
    InputError
        If a table is not as documented.
    """
    heard = _heard(ratings, tags)
    chosen = _heard(decisions, decided_tags)
    why = check_table(adjudications, "adjudications").set_index("rating_id")
    places = utterances.set_index("utterance_id")
    key = ["utterance_id", "taxonomy", "version", "pass"]
    counts = heard.groupby([*key, "heard"])["rater_id"].nunique().to_dict()
    others = heard.groupby(key)["heard"].agg(lambda own: sorted(set(own))).to_dict()
    rows: list[dict[str, Any]] = []
    for rating_id, own in chosen.groupby("rating_id", sort=False):
        if rating_id not in why.index or own["utterance_id"].iloc[0] not in places.index:
            continue
        same = tuple(own[key].iloc[0])
        place, reason = places.loc[same[0]], why.loc[rating_id]
        against = [name for name in others.get(same, []) if name not in set(own["heard"])]
        rows += [
            {
                "tag": tag,
                "against_tag": other,
                "n": counts.get((*same, other), 0),
                "reason": reason["reason"],
                "created_at": reason["created_at"],
                **{name: place[name] for name in ("call_id", "channel", "start_s", "end_s")},
                "utterance_id": same[0],
            }
            for tag in own["heard"]
            for other in against or [None]
        ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["against_tag"] = table["against_tag"].astype("string")
    return table.sort_values("created_at", ascending=False, kind="stable", ignore_index=True)


def with_decisions(
    taxonomy: Taxonomy, notes: pd.DataFrame, *, version: str | None = None
) -> tuple[Taxonomy, str]:
    """Write leads' reasons into the notes of the tags, as a next version.

    What was decided between two tags is added to `not_to_be_confused_with` of
    both, the newest three reasons of a pair; a reason that stands there already
    is not added again. The taxonomy that came stays as it is.

    Parameters
    ----------
    taxonomy : Taxonomy
        The version that was decided with.
    notes : DataFrame
        From `decision_notes`; choose among its rows before you write them down.
    version : str, optional
        The name of the next version; by default the number after this one.

    Returns
    -------
    taxonomy : Taxonomy
        The next version.
    changes : str
        What changed, in a sentence.

    Raises
    ------
    InputError
        If nothing in the notes tells two tags of this taxonomy apart, or the
        version is not another.

    Examples
    --------
    >>> from workbench.taxonomies import default_taxonomy
    >>> notes = pd.DataFrame({"tag": ["resignation"], "against_tag": ["frustration"], "n": [2],
    ...                       "reason": ["The voice gives up"], "created_at": [pd.Timestamp(0)]})
    >>> new, changes = with_decisions(default_taxonomy(), notes)
    >>> new.version, changes
    ('2', 'Reasons of leads from version 1: frustration, resignation.')
    >>> [tag.not_to_be_confused_with[-50:] for tag in new.tags if tag.tag == "resignation"]
    ['Decided against frustration: "The voice gives up".']
    """
    version = version or _after(taxonomy.version)
    if version == taxonomy.version:
        raise InputError(
            f'The version "{version}" is the one that came; name another, or leave version out.'
        )
    known = {tag.tag for tag in taxonomy.tags}
    pairs = notes[notes["tag"].isin(known) & notes["against_tag"].isin(known)]
    added: dict[str, list[str]] = {}
    for (tag, other), own in pairs.groupby(["tag", "against_tag"]):
        newest = own.sort_values("created_at", ascending=False, kind="stable")["reason"]
        for reason in list(dict.fromkeys(map(_plain, newest)))[:_MOST_REASONS]:
            added.setdefault(str(tag), []).append(f'Decided against {other}: "{reason}".')
            added.setdefault(str(other), []).append(f'Decided for {tag} instead: "{reason}".')
    tags = [_with(tag, added.get(tag["tag"], ())) for tag in taxonomy.definition["tags"]]
    changed = sorted(new["tag"] for new, old in zip(tags, taxonomy.definition["tags"], strict=True)
                     if new != old)  # fmt: skip
    if not changed:
        raise InputError(
            f"None of {len(notes)} notes says anything new that tells two tags of "
            f"{taxonomy.taxonomy} {taxonomy.version} apart, so there is no next version."
        )
    changes = f"Reasons of leads from version {taxonomy.version}: {', '.join(changed)}."
    definition = taxonomy.definition | {"version": version, "tags": tags}
    return taxonomy_from_definition(definition), changes


def _heard(ratings: pd.DataFrame, tags: pd.DataFrame) -> pd.DataFrame:
    """Give one row a rating and tag, or a rating and verdict where it has no tag."""
    key = ["rating_id", "rater_id", "utterance_id", "taxonomy", "version", "pass", "verdict"]
    rows = ratings[key].merge(tags[["rating_id", "tag"]], on="rating_id", how="left")
    return rows.assign(heard=rows["tag"].fillna(rows["verdict"]))


def _with(tag: dict[str, Any], sentences: Iterable[str]) -> dict[str, Any]:
    was = tag["not_to_be_confused_with"]
    new = [sentence for sentence in sentences if sentence not in was]
    return tag | {"not_to_be_confused_with": " ".join([was, *new]).strip()}


def _plain(reason: str) -> str:
    return " ".join(reason.split()).rstrip(".")


def _after(version: str) -> str:
    head = version.rstrip("0123456789")
    return f"{head}{int(version[len(head) :] or 0) + 1}"
