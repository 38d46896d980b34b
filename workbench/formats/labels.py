"""What a foreign label means: an explicit mapping from labels to verdicts, tags and scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.meanings import (
    OTHER_TAG,
    VERDICTS,
    HeardTag,
    Meaning,
    check_against,
    split_label,
)
from workbench.taxonomies import Taxonomy

LabelMap = Mapping[str, Meaning | None]
"""Meaning of each label of a source; None gives the interval no rating."""

UTEP_LABELS: dict[str, Meaning | None] = {
    "d": Meaning("tagged", (HeardTag("frustration", 1 / 3),), {"valence": -0.5}),
    "dd": Meaning("tagged", (HeardTag("frustration", 1.0),), {"valence": -1.0}),
    "n": Meaning("neutral", (), {"valence": 0.0}),
    "nn": Meaning("tagged", (HeardTag("satisfaction"),), {"valence": 0.5}),
    "?": Meaning("unclear"),
    "o": None,
}
"""The labels of the UTEP calls: d disappointed, dd strongly, n not, nn clearly pleased,
? not clear, o out of role (no rating). Their guide's "disappointed" is any sign of a
conversation in trouble; frustration is the nearest tag of the default taxonomy."""

LABEL_MAPS: dict[str, LabelMap] = {"utep": UTEP_LABELS}
"""Ready mappings by name, for `--labels NAME`."""


def check_labels(labels: LabelMap | pd.DataFrame | str) -> dict[str, Meaning | None]:
    """Check a mapping, whatever the form it came in.

    Parameters
    ----------
    labels : mapping, DataFrame or str
        Label to `Meaning` (or None for no rating); or a table with columns
        label, verdict, tag, intensity and one for each dimension, where a label
        with several tags has several rows and verdict "skip" means no rating; or
        the name of a ready mapping, see `LABEL_MAPS`.

    Returns
    -------
    dict
        Label to `Meaning` or None.

    Raises
    ------
    InputError
        If a verdict, an intensity or a column is not understood.

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["angry"], "tag": ["anger"], "valence": [-0.8]})
    >>> check_labels(table)["angry"].scores
    {'valence': -0.8}
    """
    if isinstance(labels, str):
        if labels not in LABEL_MAPS:
            raise InputError(
                f'There is no label mapping "{labels}".{nearest(labels, LABEL_MAPS)} '
                f"Ready ones: {', '.join(LABEL_MAPS)}."
            )
        return dict(LABEL_MAPS[labels])
    if isinstance(labels, pd.DataFrame):
        return _labels_of_table(labels)
    for label, meaning in labels.items():
        if meaning is not None:
            _check_meaning(label, meaning)
    return dict(labels)


def _labels_of_table(table: pd.DataFrame) -> dict[str, Meaning | None]:
    if "label" not in table.columns:
        close = nearest("label", [str(c) for c in table.columns])
        raise InputError(
            f'A mapping table needs a column "label".{close.replace("Did you mean", "Is it")} '
            "Its other columns may be verdict, tag, intensity and names of dimensions."
        )
    dimensions = [c for c in table.columns if c not in ("label", "verdict", "tag", "intensity")]
    found: dict[str, Meaning | None] = {}
    for label, rows in table.groupby("label", sort=False):
        first = rows.iloc[0]
        tags = tuple(
            HeardTag(str(row["tag"]), None if pd.isna(row["intensity"]) else row["intensity"])
            for row in rows.reindex(columns=["tag", "intensity"]).to_dict("records")
            if not pd.isna(row["tag"]) and row["tag"] != ""
        )
        given = first.get("verdict")
        verdict = ("tagged" if tags else "") if given is None or pd.isna(given) else str(given)
        if verdict == "skip":
            found[str(label)] = None
            continue
        scores = {str(d): float(first[d]) for d in dimensions if not pd.isna(first[d])}
        found[str(label)] = Meaning(verdict, tags, scores)
        _check_meaning(str(label), found[str(label)])
    return found


def _check_meaning(label: str, meaning: object) -> None:
    if not isinstance(meaning, Meaning):
        raise InputError(
            f"The label {label!r} is mapped to {meaning!r}; a Meaning such as "
            'Meaning("tagged", (HeardTag("anger"),)) was expected, or None for no rating.'
        )
    if meaning.verdict not in VERDICTS:
        raise InputError(
            f'The label {label!r} is mapped to the verdict "{meaning.verdict}".'
            f"{nearest(meaning.verdict, VERDICTS)} Verdicts are {', '.join(VERDICTS)}; "
            'a table may say "skip" too.'
        )
    said = bool(meaning.tags or meaning.scores) if meaning.verdict == "tagged" else True
    if not said or (meaning.tags and meaning.verdict != "tagged"):
        raise InputError(
            f'The label {label!r} is mapped to the verdict "{meaning.verdict}" with '
            f'{len(meaning.tags)} tags; "tagged" needs a tag or a score, the others have no tag.'
        )
    names = [heard.tag for heard in meaning.tags]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise InputError(f"The label {label!r} is mapped to the tag {twice[0]!r} twice.")
    for heard in meaning.tags:
        if heard.intensity is not None and not 0 <= heard.intensity <= 1:
            raise InputError(
                f"The label {label!r} gives {heard.tag} the intensity {heard.intensity}; "
                "0 to 1 was expected."
            )


def labels_of_taxonomy(labels: Iterable[str], taxonomy: Taxonomy) -> dict[str, Meaning]:
    """Understand labels that already are verdicts, or tags of a taxonomy joined with "+".

    Parameters
    ----------
    labels : iterable of str
        The labels of a source; case and surrounding space do not matter.
    taxonomy : Taxonomy
        Whose tags are known.

    Returns
    -------
    dict
        The labels that were understood.
    """
    exact = {str(entry.tag): str(entry.tag) for entry in taxonomy.tags} | {OTHER_TAG: OTHER_TAG}
    by_lower = {tag.lower(): tag for tag in exact}
    found = {}
    for label in labels:
        lowered = "" if label in exact else label.strip().lower()
        if lowered in VERDICTS and lowered != "tagged":
            found[label] = Meaning(lowered)
            continue
        parts = (label,) if label in exact else split_label(label)[1]
        tags = [exact.get(part, by_lower.get(part.strip().lower())) for part in parts]
        known = list(dict.fromkeys(tag for tag in tags if tag is not None))
        if known and None not in tags:
            found[label] = Meaning("tagged", tuple(HeardTag(tag) for tag in known))
    return found


def map_labels(
    labels: Iterable[str],
    mapping: LabelMap | pd.DataFrame | str | None,
    taxonomy: Taxonomy,
    *,
    source: str,
) -> dict[str, Meaning | None]:
    """Find what every label of a source means, or say which are unknown.

    Parameters
    ----------
    labels : iterable of str
        All labels of the source, repeats included.
    mapping : mapping, DataFrame, str or None
        See `check_labels`; None takes labels that are the taxonomy's own.
    taxonomy : Taxonomy
        Whose tags and dimensions may be used.
    source : str
        Name of the file, for the message.

    Returns
    -------
    dict
        Meaning of each label; None gives no rating.

    Raises
    ------
    InputError
        If a label has no meaning (each with its count and a line to add), or a
        meaning names a tag or dimension that the taxonomy does not have.
    """
    counts = Counter(labels)
    found: dict[str, Meaning | None] = dict(labels_of_taxonomy(counts, taxonomy))
    if mapping is not None:
        given = check_labels(mapping)
        found |= {label: given[label] for label in counts if label in given}
    if unknown := [label for label in counts if label not in found]:
        unknown.sort(key=lambda label: -counts[label])
        listed = ", ".join(f"{label!r} ({counts[label]} times)" for label in unknown[:12])
        listed += f" and {len(unknown) - 12} more" if len(unknown) > 12 else ""
        tags = [str(entry.tag) for entry in taxonomy.tags]
        close = nearest(unknown[0], tags)
        lines = "; ".join(f'mapping[{label!r}] = Meaning("unclear")' for label in unknown[:2])
        raise InputError(
            f"{source} has labels without a meaning: {listed}.{close} Give a mapping as mapping=, "
            f"with a line for each, for example {lines}; None gives no rating, and "
            'Meaning("tagged", (HeardTag("TAG"),)) takes a tag of the taxonomy: '
            f"{', '.join(tags)}."
        )
    for label, meaning in found.items():
        if meaning is not None:
            check_against(meaning, taxonomy, of=f"The label {label!r} of {source}")
    return found
