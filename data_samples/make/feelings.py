"""What feelings mean on the dimensions: the true scores behind the true tags."""

from __future__ import annotations

CUSTOMER_TAGS = (
    "frustration", "anger", "anxiety", "confusion", "hesitation", "resignation",
    "disengagement", "relief", "gratitude", "satisfaction", "urgency",
)  # fmt: skip
AGENT_TAGS = ("warm", "empathic", "curt", "scripted", "impatient")
NEUTRAL = {"valence": 0.05, "arousal": 0.35, "stress": 0.2, "confidence": 0.6}
# At intensity 1, added to neutral: valence, arousal, stress, confidence.
_MOVES = {
    "frustration": (-0.70, 0.25, 0.40, 0.00),
    "anger": (-0.85, 0.50, 0.50, 0.20),
    "anxiety": (-0.50, 0.35, 0.60, -0.35),
    "confusion": (-0.25, 0.10, 0.25, -0.40),
    "hesitation": (-0.15, -0.05, 0.15, -0.40),
    "resignation": (-0.60, -0.25, 0.10, -0.15),
    "disengagement": (-0.40, -0.25, 0.00, 0.00),
    "relief": (0.60, -0.05, -0.15, 0.10),
    "gratitude": (0.70, 0.15, -0.10, 0.15),
    "satisfaction": (0.65, 0.10, -0.15, 0.20),
    "urgency": (-0.20, 0.35, 0.45, 0.10),
    "warm": (0.50, 0.05, -0.05, 0.15),
    "empathic": (0.25, -0.10, 0.00, 0.10),
    "curt": (-0.35, 0.10, 0.15, 0.10),
    "scripted": (-0.10, -0.10, 0.00, 0.10),
    "impatient": (-0.45, 0.30, 0.35, 0.10),
}


def true_scores(tags: dict[str, float]) -> dict[str, float]:
    """Work out the true scores of an utterance.

    Parameters
    ----------
    tags : dict of str to float
        True tags with intensity; the first counts in full, the others half.

    Returns
    -------
    dict of str to float
        valence -1..1, arousal, stress and confidence 0..1.
    """
    scores = dict(NEUTRAL)
    for place, (tag, intensity) in enumerate(tags.items()):
        weight = intensity if place == 0 else 0.5 * intensity
        for dimension, move in zip(NEUTRAL, _MOVES[tag], strict=True):
            scores[dimension] += weight * move
    return {
        dimension: round(min(max(value, -1.0 if dimension == "valence" else 0.0), 1.0), 3)
        for dimension, value in scores.items()
    }


def tags_text(tags: dict[str, float]) -> str:
    """Write tags as text for a table cell.

    Parameters
    ----------
    tags : dict of str to float
        Tags with intensity, the main one first.

    Returns
    -------
    str
        For example `frustration 0.8; anger 0.4`.
    """
    return "; ".join(f"{tag} {intensity:.1f}" for tag, intensity in tags.items())


def tags_from(text: object) -> dict[str, float]:
    """Read tags from a table cell.

    Parameters
    ----------
    text : object
        As `tags_text` writes it; anything but a str counts as no tag.

    Returns
    -------
    dict of str to float
        Tags with intensity, in order.
    """
    if not isinstance(text, str) or not text:
        return {}
    return {part.split()[0]: float(part.split()[1]) for part in text.split("; ")}
