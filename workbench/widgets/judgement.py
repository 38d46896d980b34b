"""What the browser sends of a rating, checked and completed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from workbench.errors import InputError

VERDICTS = ("tagged", "neutral", "unclear", "unusable")
OTHER = "other"
FROM_BROWSER = (
    "rating_id",
    "utterance_id",
    "verdict",
    "tags",
    "scores",
    "shifts",
    "certainty",
    "cues_named",
    "note",
    "other_words",
    "n_plays",
    "heard_share",
    "heard_until_s",
    "text_seen",
    "position",
    "elapsed_ms",
    "supersedes",
)


def check_judgement(
    rating: Mapping[str, Any],
    *,
    tags: Collection[str],
    dimensions: Mapping[str, tuple[float, float]],
) -> None:
    """Check a rating against the taxonomy it was made with.

    Parameters
    ----------
    rating : mapping
        As it came from the browser.
    tags : collection of str
        The tags of the taxonomy.
    dimensions : mapping of str to tuple of float
        Lowest and highest value of each dimension.

    Raises
    ------
    InputError
        If anything is missing, unknown, out of range or contradictory.
    """
    missing = [name for name in (*FROM_BROWSER, "created_at") if name not in rating]
    if missing:
        raise InputError(f"The rating lacks {', '.join(missing)}; run the cell again.")
    verdict = rating["verdict"]
    if verdict not in VERDICTS:
        raise InputError(f'"{verdict}" is no verdict; these are: {", ".join(VERDICTS)}.')
    named = [tag["tag"] for tag in rating["tags"]]
    if rating.get("retracted"):
        if named or rating["scores"]:
            raise InputError("A rating that is taken back has no tags and no scores.")
        return
    if unknown := [tag for tag in named if tag not in tags and tag != OTHER]:
        raise InputError(f'The taxonomy has no tag "{unknown[0]}"; run the cell again.')
    if (verdict == "tagged") != bool(named):
        raise InputError(
            f'A rating with the verdict "{verdict}" came with {len(named)} tags; '
            "tagged needs at least one, every other verdict none."
        )
    if (OTHER in named) != bool(rating["other_words"]):
        raise InputError("The tag other and its words belong together; one came without the other.")
    for score in rating["scores"]:
        low, high = dimensions.get(score["dimension"], (0.0, -1.0))
        if not low <= score["value"] <= high:
            raise InputError(
                f"The taxonomy has no {score['dimension']} of {score['value']}; run the cell again."
            )


def rating_payload(rating: Mapping[str, Any], fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Complete a checked rating to what a store takes.

    Parameters
    ----------
    rating : mapping
        As it came from the browser.
    fixed : mapping
        Columns that the browser does not decide: utterance_id, rater_id,
        session_id, assignment_id, taxonomy, version, pass.

    Returns
    -------
    dict
        The columns of the table ratings, and tags, scores, shifts, note and
        other_words.
    """
    return {
        **{name: rating[name] for name in FROM_BROWSER},
        **fixed,
        "created_at": datetime.fromisoformat(rating["created_at"]),
        "suggestion_seen": False,
        "retracted": bool(rating.get("retracted")),
    }
