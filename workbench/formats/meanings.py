"""What was heard in an interval, in the words of a taxonomy; and as a label in text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.errors import InputError, nearest
from workbench.taxonomies import Taxonomy

VERDICTS = ("tagged", "neutral", "unclear", "unusable")
OTHER_TAG = "other"
"""The tag for a feeling that the taxonomy does not have."""


@dataclass(frozen=True)
class HeardTag:
    """One tag of a judgement.

    Parameters
    ----------
    tag : str
        A tag of the taxonomy, or other.
    intensity : float or None
        How strongly, 0..1; None if the source does not say.
    primary : bool
        Whether the source names it the main one.
    """

    tag: str
    intensity: float | None = None
    primary: bool = False


@dataclass(frozen=True)
class Meaning:
    """What a label of a source says in the words of a taxonomy.

    Parameters
    ----------
    verdict : str
        tagged, neutral, unclear or unusable.
    tags : tuple of HeardTag
        None unless the verdict is tagged, which needs a tag or a score.
    scores : dict of str to float
        Values on dimensions.
    imported_values : dict of str to str
        The source's own value for a dimension, where it is not the label.

    Examples
    --------
    >>> Meaning("tagged", (HeardTag("frustration", 1.0),), {"valence": -1.0}).verdict
    'tagged'
    """

    verdict: str
    tags: tuple[HeardTag, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    imported_values: Mapping[str, str] = field(default_factory=dict)


def join_label(verdict: str, tags: Iterable[str]) -> str:
    r"""Write a judgement as one label: a verdict, or tags joined with "+".

    Parameters
    ----------
    verdict : str
        tagged, neutral, unclear or unusable.
    tags : iterable of str
        The tags; "+" and "\\" inside one are escaped with "\\".

    Returns
    -------
    str
        The label; `split_label` reads it back.

    Examples
    --------
    >>> join_label("tagged", ["frustration", "gratitude"])
    'frustration+gratitude'
    >>> join_label("neutral", [])
    'neutral'
    """
    escaped = [re.sub(r"[\\+]", r"\\\g<0>", tag) for tag in tags]
    if not escaped:
        return verdict
    if len(escaped) == 1 and escaped[0] in VERDICTS:
        return f"\\{escaped[0]}"
    return "+".join(escaped)


def split_label(label: str) -> tuple[str, tuple[str, ...]]:
    r"""Take a label apart that is a verdict, or tags joined with "+".

    Parameters
    ----------
    label : str
        The label.

    Returns
    -------
    tuple of (str, tuple of str)
        The verdict and the tags.

    Examples
    --------
    >>> split_label("frustration+gratitude")
    ('tagged', ('frustration', 'gratitude'))
    >>> split_label("unclear")
    ('unclear', ())
    """
    if label in VERDICTS:
        return label, ()
    parts = [""]
    letters = iter(label)
    for letter in letters:
        if letter == "+":
            parts.append("")
        else:
            parts[-1] += next(letters, letter) if letter == "\\" else letter
    return "tagged", tuple(parts)


def check_against(meaning: Meaning, taxonomy: Taxonomy, *, of: str) -> None:
    """Check that a judgement uses only what its taxonomy has.

    Parameters
    ----------
    meaning : Meaning
        The judgement.
    taxonomy : Taxonomy
        The taxonomy.
    of : str
        Where it comes from, the beginning of the message.

    Raises
    ------
    InputError
        If a tag or dimension is unknown, or a score outside its range.
    """
    name = f"{taxonomy.taxonomy} {taxonomy.version}"
    tags = {OTHER_TAG, *(str(entry.tag) for entry in taxonomy.tags)}
    for heard in meaning.tags:
        if heard.tag not in tags:
            raise InputError(
                f'{of} stands for the tag "{heard.tag}", which the taxonomy {name} does not '
                f"have.{nearest(heard.tag, tags)} It has: {', '.join(sorted(tags))}."
            )
    if meaning.verdict == "unusable" and meaning.scores:
        raise InputError(
            f"{of} is unusable and has {len(meaning.scores)} values on dimensions; what cannot be "
            "judged has none."
        )
    ranges = {str(d.dimension): (float(d.low), float(d.high)) for d in taxonomy.dimensions}
    for dimension, value in meaning.scores.items():
        if dimension not in ranges:
            raise InputError(
                f'{of} has a value on "{dimension}", a dimension that the taxonomy {name} does '
                f"not have.{nearest(dimension, ranges)} It has: {', '.join(ranges)}."
            )
        low, high = ranges[dimension]
        if not low <= value <= high:
            raise InputError(f"{of} has {dimension} {value:g}; {low:g} to {high:g} was expected.")
