"""Published agreement on comparable tasks, to read one's own figures against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest

COLUMNS = {
    "task": "str",
    "modality": "str",
    "n_categories": "Int64",
    "raters_per_item": "float64",
    "coefficient": "str",
    "level": "str",
    "value": "float64",
    "ci_low": "float64",
    "ci_high": "float64",
    "n_items": "Int64",
    "source": "str",
}
"""Columns of the table of anchors."""

_CREMAD = "CREMA-D votes (Cao et al. 2014), computed from the published counts"
_EMOTALE = "EmoTale ratings, computed from the published ratings"
_NO = np.nan

_ROWS: tuple[tuple[Any, ...], ...] = (
    ("CREMA-D, acted emotion", "voice", 6, 9.21, "krippendorff_alpha", "nominal",
     0.281, 0.275, 0.288, 7442, _CREMAD),
    ("CREMA-D, acted emotion", "face", 6, 9.63, "krippendorff_alpha", "nominal",
     0.458, 0.452, 0.464, 7442, _CREMAD),
    ("CREMA-D, acted emotion", "voice and face", 6, 9.64, "krippendorff_alpha", "nominal",
     0.497, 0.490, 0.503, 7442, _CREMAD),
    ("CREMA-D, negative, neutral or positive", "voice", 3, 9.21, "krippendorff_alpha", "nominal",
     0.314, _NO, _NO, 7442, _CREMAD),
    ("CREMA-D, negative, neutral or positive", "face", 3, 9.63, "krippendorff_alpha", "nominal",
     0.582, _NO, _NO, 7442, _CREMAD),
    ("CREMA-D, negative, neutral or positive", "voice and face", 3, 9.64, "krippendorff_alpha",
     "nominal", 0.598, _NO, _NO, 7442, _CREMAD),
    *(
        (f"CREMA-D, {tag} against the rest", "voice", 2, 9.21, "krippendorff_alpha", "nominal",
         value, _NO, _NO, 7442, _CREMAD)
        for tag, value in (("anger", 0.435), ("happy", 0.330), ("neutral", 0.292),
                           ("fear", 0.262), ("sad", 0.184), ("disgust", 0.157))
    ),
    ("CREMA-D, acted emotion", "voice", 6, 9.21, "gwet_ac", "AC1",
     0.372, _NO, _NO, 7442, _CREMAD),
    ("CREMA-D, acted emotion", "voice", 6, 9.21, "percent_agreement", "nominal",
     0.465, _NO, _NO, 7442, _CREMAD),
    ("CREMA-D, acted emotion", "face", 6, 9.63, "percent_agreement", "nominal",
     0.553, _NO, _NO, 7442, _CREMAD),
    ("CREMA-D, acted emotion", "voice and face", 6, 9.64, "percent_agreement", "nominal",
     0.585, _NO, _NO, 7442, _CREMAD),
    ("EmoTale, acted Danish emotion", "voice", 5, 3.0, "krippendorff_alpha", "nominal",
     0.624, 0.592, 0.653, 800, _EMOTALE),
    ("EmoTale, acted Danish emotion", "voice", 5, 3.0, "fleiss_kappa", "nominal",
     0.624, _NO, _NO, 800, _EMOTALE),
    ("EmoTale, acted Danish emotion", "voice", 5, 3.0, "gwet_ac", "AC1",
     0.625, _NO, _NO, 800, _EMOTALE),
    *(
        (f"EmoTale, {dimension}", "voice", None, 3.0, coefficient, level,
         value, _NO, _NO, 800, _EMOTALE)
        for dimension, interval, ordinal, single in (
            ("arousal", 0.708, 0.716, 0.709), ("valence", 0.720, 0.630, 0.721),
            ("dominance", 0.582, 0.564, 0.582))
        for coefficient, level, value in (
            ("krippendorff_alpha", "interval", interval),
            ("krippendorff_alpha", "ordinal", ordinal), ("icc", "ICC(1,1)", single))
    ),
    ("Crowd sentiment of faces", "face", None, 8.98, "krippendorff_alpha", "nominal",
     0.495, _NO, _NO, 584, "crowd_face_sentiment answers, computed"),
    ("A laboratory rule of NOVA: below it, poor; a rule, not a measurement", "any", None, _NO,
     "ccc", "", 0.90, _NO, _NO, None, "NOVA, annotation tool"),
    ("EmoDB, acted German emotion, a ceiling: share of listeners who recognised it", "voice", 7,
     20.0, "recognition", "", 0.852, _NO, _NO, 816, "EmoDB recognition test"),
    ("CREMA-D, acted emotion: share of votes that were right", "voice", 6, 9.21, "recognition", "",
     0.400, _NO, _NO, 7442, _CREMAD),
)  # fmt: skip


def anchors() -> pd.DataFrame:
    """List published or recomputed figures of agreement on tasks like ours.

    They are no marks to reach: how far people agree depends on what they heard,
    how many tags they chose among and how often each occurs. From the voice alone
    even nine raters of acted emotion agree little.

    Returns
    -------
    DataFrame
        task; modality (voice, face, voice and face, any); n_categories;
        raters_per_item; coefficient and level as in the results; value, ci_low,
        ci_high (missing where not published); n_items; source.

    Examples
    --------
    >>> table = anchors()
    >>> table.loc[table["coefficient"] == "ccc", "value"].item()
    0.9
    """
    return pd.DataFrame(list(_ROWS), columns=list(COLUMNS)).astype(COLUMNS)


def anchors_for(
    coefficient: str,
    level: str = "",
    *,
    modality: str = "voice",
    n_categories: int | None = None,
    most: int = 3,
) -> pd.DataFrame:
    """Choose the anchors that are most like one's own task.

    Only figures of the same coefficient and level are comparable at all; of
    these, the same modality comes first, then the nearest number of categories.

    Parameters
    ----------
    coefficient, level : str
        As in the results; an empty level takes any.
    modality : str, default "voice"
        What the raters had: voice, face or voice and face.
    n_categories : int, optional
        How many values they chose among.
    most : int, default 3
        How many anchors at most.

    Returns
    -------
    DataFrame
        Rows of `anchors`, the most comparable first; none if nothing compares.

    Raises
    ------
    InputError
        If no anchor has this modality.

    Examples
    --------
    >>> anchors_for("krippendorff_alpha", "nominal", n_categories=6, most=1)["value"].item()
    0.281
    """
    table = anchors()
    known = [name for name in table["modality"].unique() if name != "any"]
    if modality not in known:
        raise InputError(
            f'No anchor has the modality "{modality}".{nearest(modality, known)} '
            f"There are: {', '.join(known)}."
        )
    rows = table[(table["coefficient"] == coefficient) & (table["level"].eq(level) | (level == ""))]
    away = ~rows["modality"].isin([modality, "any"])
    apart = pd.Series(0.0, index=rows.index)
    if n_categories is not None:
        few = rows["n_categories"].to_numpy(dtype=np.float64, na_value=n_categories)
        apart = pd.Series(np.abs(np.log(few / n_categories)), index=rows.index)
    order = pd.DataFrame({"away": away, "apart": apart}).sort_values(
        ["away", "apart"], kind="stable"
    )
    return rows.loc[order.index[:most]].reset_index(drop=True)


def anchors_about(variable: str) -> pd.DataFrame:
    """Choose the anchors that are about the same thing.

    Parameters
    ----------
    variable : str
        As in `rated_values`.

    Returns
    -------
    DataFrame
        Rows of `anchors`: of one label among several for ``tag``, of the same
        word for ``heard:TAG`` and for a dimension; none for anything else.

    Examples
    --------
    >>> anchors_about("heard:anger")["value"].tolist()
    [0.435]
    """
    table = anchors()
    kind, _, tag = variable.partition(":")
    if kind == "heard":
        like = table["task"].str.endswith(f", {tag} against the rest")
    elif variable == "tag":
        like = table["n_categories"].gt(2).fillna(False) & ~table["coefficient"].eq("recognition")
    else:
        like = table["task"].str.endswith(f", {variable}")
    return table[like.to_numpy(dtype=bool)].reset_index(drop=True)


def beside_anchors(
    results: pd.DataFrame, *, modality: str = "voice", n_categories: int | None = None
) -> pd.DataFrame:
    """Put the most comparable published figure beside each of one's own.

    Parameters
    ----------
    results : DataFrame
        Rows of coefficients, with the columns coefficient and level; where they
        have the column variable, only figures about the same are put beside it.
    modality : str, default "voice"
        What the raters had.
    n_categories : int, optional
        How many values they chose among.

    Returns
    -------
    DataFrame
        The same rows with the column `anchor`, a line of text; empty where no
        published figure compares.

    Raises
    ------
    InputError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> own = pd.DataFrame({"coefficient": ["krippendorff_alpha"], "level": ["nominal"]})
    >>> beside_anchors(own, n_categories=6)["anchor"].item()
    '.281 (.275 to .288): CREMA-D, acted emotion; voice, 6 categories, 9.2 raters an item'
    """
    for column in ("coefficient", "level"):
        if column not in results.columns:
            raise InputError(f'Results need the column "{column}" to be put beside anchors.')
    about = {name: anchors_about(name) for name in set(results.get("variable", ()))}
    texts = []
    for row in results.to_dict("records"):
        near = anchors_for(
            row["coefficient"], row["level"], modality=modality, n_categories=n_categories, most=99
        )
        if about:
            near = near[near["task"].isin(about[row["variable"]]["task"])]
        texts.append(_told(near.iloc[0]) if len(near) else "")
    return results.assign(anchor=pd.Series(texts, index=results.index, dtype="str"))


def _told(row: pd.Series) -> str:
    text = _figure(row["value"])
    if pd.notna(row["ci_low"]):
        text += f" ({_figure(row['ci_low'])} to {_figure(row['ci_high'])})"
    about = [] if row["modality"] == "any" else [str(row["modality"])]
    if pd.notna(row["n_categories"]):
        about.append(f"{row['n_categories']} categories")
    if pd.notna(row["raters_per_item"]):
        about.append(f"{row['raters_per_item']:.2g} raters an item")
    return f"{text}: {row['task']}" + (f"; {', '.join(about)}" if about else "")


def _figure(value: float) -> str:
    return f"{value:.3f}".replace("0.", ".", 1)
