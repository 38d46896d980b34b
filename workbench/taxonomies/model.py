"""What a taxonomy is: tags, dimensions, verdicts, and a hash that names them all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest

ROLES = ("customer", "agent", "other", "unknown")
"""Roles of a channel or an utterance."""


@dataclass(frozen=True)
class Tag:
    """One entry of a taxonomy.

    Parameters
    ----------
    tag : str
        Its name, as it stands in the table tags.
    roles : tuple of str
        Whose voice it is for: "customer", "agent" or both.
    definition : str
        What the speaker feels or does.
    sounds_like : str
        What to listen for, against the speaker's own usual.
    not_to_be_confused_with : str
        What sounds alike and how to tell it apart.
    key : str
        A key of the keyboard that was asked for, as a US one prints it; empty
        without one.
    """

    tag: str
    roles: tuple[str, ...]
    definition: str
    sounds_like: str = ""
    not_to_be_confused_with: str = ""
    key: str = ""


@dataclass(frozen=True)
class Dimension:
    """One scale of a taxonomy.

    Parameters
    ----------
    dimension : str
        Its name, as it stands in the table scores.
    low, high : float
        Ends of the scale: -1 and 1 for valence, 0 and 1 for all others.
    low_words, high_words : str
        What the ends mean.
    definition : str
        What is judged.
    steps : int
        How many steps the Labeler offers, 3 to 9.
    """

    dimension: str
    low: float
    high: float
    low_words: str
    high_words: str
    definition: str = ""
    steps: int = 5


@dataclass(frozen=True)
class Taxonomy:
    """One version of a taxonomy.

    `read_taxonomy` and `default_taxonomy` make one.

    Parameters
    ----------
    taxonomy : str
        Its name.
    version : str
        Its version; ratings of two versions are never pooled silently.
    tags : tuple of Tag
        What may be heard, in the order in which it is shown.
    dimensions : tuple of Dimension
        The scales.
    intensity_steps : int
        How many steps of intensity a rater may give; step k of n is k / n.
    verdicts : dict of str to str
        The words of the verdicts neutral, unclear, unusable and other.
    definition : dict
        All of the above as plain JSON, and `keys` where the taxonomy asks for some.
    sha256 : str
        Hash of the canonical JSON of the definition without its keys.
    """

    taxonomy: str
    version: str
    tags: tuple[Tag, ...]
    dimensions: tuple[Dimension, ...]
    intensity_steps: int
    verdicts: dict[str, str] = field(compare=False)
    definition: dict[str, Any] = field(compare=False, repr=False)
    sha256: str

    def tags_for(self, role: str) -> tuple[Tag, ...]:
        """List the tags that may be given to a speaker of a role.

        Where it is not known who speaks, or it is neither customer nor agent,
        every tag may be given.

        Parameters
        ----------
        role : str
            "customer", "agent", "other" or "unknown".

        Returns
        -------
        tuple of Tag
            In the order of the taxonomy.

        Raises
        ------
        InputError
            If there is no such role; the message suggests the nearest.

        Examples
        --------
        >>> from workbench.taxonomies import default_taxonomy
        >>> [tag.tag for tag in default_taxonomy().tags_for("agent")]
        ['warm', 'empathic', 'curt', 'scripted', 'impatient']
        """
        if role not in ROLES:
            raise InputError(
                f'There is no role "{role}".{nearest(role, ROLES)} '
                f"The roles are: {', '.join(ROLES)}."
            )
        if role in ("other", "unknown"):
            return self.tags
        return tuple(tag for tag in self.tags if role in tag.roles)

    def tags_table(self) -> pd.DataFrame:
        """Lay the tags out as a table, one row each.

        Returns
        -------
        DataFrame
            Columns taxonomy, version, tag, roles (separated by spaces),
            definition, sounds_like, not_to_be_confused_with, key.
        """
        rows = [
            (
                self.taxonomy,
                self.version,
                tag.tag,
                " ".join(tag.roles),
                tag.definition,
                tag.sounds_like,
                tag.not_to_be_confused_with,
                tag.key,
            )
            for tag in self.tags
        ]
        columns = ["taxonomy", "version", "tag", "roles", "definition", "sounds_like"]
        return pd.DataFrame(rows, columns=[*columns, "not_to_be_confused_with", "key"], dtype="str")

    def dimensions_table(self) -> pd.DataFrame:
        """Lay the dimensions out as a table, one row each.

        Returns
        -------
        DataFrame
            Columns taxonomy, version, dimension, low, high, low_words,
            high_words, definition.
        """
        rows = [
            (self.taxonomy, self.version, d.dimension, d.low, d.high, d.low_words, d.high_words,
             d.definition)
            for d in self.dimensions
        ]  # fmt: skip
        columns = ["taxonomy", "version", "dimension", "low", "high", "low_words", "high_words"]
        dtypes = dict.fromkeys([*columns, "definition"], "str") | {"low": "float", "high": "float"}
        return pd.DataFrame(rows, columns=[*columns, "definition"]).astype(dtypes)
