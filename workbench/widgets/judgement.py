"""What the browser sends of a rating, checked and completed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from workbench.errors import InputError

CUES_NAMED = ("pitch", "pace", "pause", "volume", "words")
SHARE_TOLERANCE = 0.005
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
    span: tuple[float, float],
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
    span : tuple of float
        Start and end of the utterance, seconds of the call.

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
    _check_shares(rating["tags"])
    _check_shifts(rating["shifts"], {*tags, OTHER, "neutral"}, span)
    certainty = rating["certainty"]
    if certainty is not None and not 0 <= certainty <= 1:
        raise InputError(f"A certainty of {certainty} came; it goes from 0 to 1.")
    for cue in (rating["cues_named"] or "").split():
        if cue not in CUES_NAMED:
            raise InputError(
                f'"{cue}" came as what decided the rating; it can be: {", ".join(CUES_NAMED)}.'
            )


def _check_shares(tags: list[Mapping[str, Any]]) -> None:
    shares = [tag["share"] for tag in tags if tag.get("share") is not None]
    if not shares:
        return
    if len(shares) < len(tags):
        raise InputError(
            f"{len(shares)} of {len(tags)} tags came with a share of the mixture; "
            "each needs one, or none has."
        )
    if not all(0 <= share <= 1 for share in shares) or abs(sum(shares) - 1) > SHARE_TOLERANCE:
        raise InputError(
            f"The shares of the mixture are {', '.join(f'{share:g}' for share in shares)}; "
            "each goes from 0 to 1, and together they are 1."
        )


def _check_shifts(
    shifts: list[Mapping[str, Any]], known: Collection[str], span: tuple[float, float]
) -> None:
    start_s, end_s = span
    for shift in shifts:
        at_s = shift["at_s"]
        if not start_s <= at_s <= end_s:
            raise InputError(
                f"The feeling turns at {at_s:g} s, outside the utterance, which goes from "
                f"{start_s:g} s to {end_s:g} s."
            )
        for tag in (shift["from_tag"], shift["to_tag"]):
            if tag is not None and tag not in known:
                raise InputError(f'The taxonomy has no tag "{tag}"; run the cell again.')
    if len({shift["at_s"] for shift in shifts}) < len(shifts):
        raise InputError("The feeling turns twice at the same moment; keep one of them.")


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
