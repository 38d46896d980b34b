"""Ratings in a table made by hand: a row a rating, with tags in words and values in columns."""

from __future__ import annotations

import pandas as pd

from workbench.errors import InputError
from workbench.formats.csv_rows import numbers, times
from workbench.formats.judgements import Judgement
from workbench.formats.meanings import VERDICTS, HeardTag, Meaning, check_against
from workbench.taxonomies import Taxonomy


def wide_judgements(rows: pd.DataFrame, taxonomy: Taxonomy, name: str) -> list[Judgement]:
    """Read judgements from rows that hold everything.

    Parameters
    ----------
    rows : DataFrame
        Text, with tags, rater_id, taxonomy, version, pass, and columns named
        after dimensions.
    taxonomy : Taxonomy
        Whose tags and dimensions may be used.
    name : str
        Name of the file, for messages.

    Returns
    -------
    list of Judgement
        One a row, in order.

    Raises
    ------
    InputError
        If a row says nothing, or what the taxonomy does not have.
    """
    dimensions = [d.dimension for d in taxonomy.dimensions if d.dimension in rows.columns]
    values = {dimension: numbers(rows, dimension, name).tolist() for dimension in dimensions}
    moments = times(rows, "created_at", name).tolist() if "created_at" in rows.columns else []
    judgements = []
    for place, (line, row) in enumerate(zip(rows.index, rows.to_dict("records"), strict=True)):
        where = f"Line {line} of {name}"
        scores = {d: v[place] for d, v in values.items() if not pd.isna(v[place])}
        verdict, heard = _said(row.get("tags"), bool(scores), where)
        meaning = Meaning(verdict, heard, scores, {d: str(row[d]) for d in scores})
        check_against(meaning, taxonomy, of=where)
        moment = moments[place] if moments else None
        judgements.append(
            Judgement(
                place,
                row["rater_id"],
                meaning,
                str(row.get("tags")),
                row["taxonomy"],
                row["version"],
                row["pass"],
                None if moment is None or pd.isna(moment) else moment.to_pydatetime(warn=False),
            )
        )
    return judgements


def _said(text: object, scored: bool, where: str) -> tuple[str, tuple[HeardTag, ...]]:
    if not isinstance(text, str):
        if scored:
            return "tagged", ()
        raise InputError(
            f'{where} has no "tags"; a verdict ({", ".join(VERDICTS[1:])}) or tags joined with + '
            "were expected."
        )
    if text in VERDICTS:
        return text, ()
    heard: list[HeardTag] = []
    for part in text.split("+"):
        tag, _, strength = part.strip().partition(":")
        try:
            intensity = float(strength) if strength else None
        except ValueError:
            intensity = -1.0
        if intensity is not None and not 0 <= intensity <= 1:
            raise InputError(
                f"{where} has the intensity {strength!r} for {tag}; 0 to 1 was expected."
            )
        if tag in [other.tag for other in heard]:
            raise InputError(f'{where} has the tag "{tag}" twice.')
        heard.append(HeardTag(tag, intensity))
    return "tagged", tuple(heard)
