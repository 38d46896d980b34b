"""How far the voice lies from the words, with a standard error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest

MIN_REPEATED = 10
"""Fewest utterances with two raters from which their error is known."""

MIN_CALIBRATED = 20
"""Fewest utterances rated from text alone from which a text tool is calibrated."""

COLUMNS = [
    *("utterance_id", "voice", "words", "index", "se", "ci_low", "ci_high", "z", "p_value"),
    *("n_raters", "against", "pass", "note"),
]

_Floats = npt.NDArray[np.float64]


class Calibration(NamedTuple):
    """How the scale of a text tool maps to that of ratings from text alone.

    Parameters
    ----------
    intercept, slope : float
        The line; NaN where there is none.
    covariance : ndarray of float, shape (2, 2)
        Of the line.
    tool_sd : float
        How far the tool misses what raters read in a single text, beyond the raters' own
        error, in units of the rating.
    n_utterances : int
        Behind it.
    note : str
        Where there is no line: why, and what stands in its place.
    """

    intercept: float
    slope: float
    covariance: _Floats
    tool_sd: float
    n_utterances: int
    note: str


def rated_means(values: pd.DataFrame) -> pd.DataFrame:
    """Average ratings by utterance, with the standard error that raters' spread gives.

    One spread within utterances is estimated from all that several raters heard and
    serves single ratings too.

    Parameters
    ----------
    values : DataFrame
        Long: utterance_id, rater_id, value.

    Returns
    -------
    DataFrame
        By utterance_id: mean, n_raters, se (NaN where fewer than 10 utterances have
        two raters); `attrs` holds freedom, the degrees of freedom of the spread.

    Raises
    ------
    InputError
        If a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({"utterance_id": ["u1", "u1"], "rater_id": ["a", "b"],
    ...                        "value": [0.2, 0.4]})
    >>> rated_means(values)["se"].isna().item()
    True
    """
    _need(values, ("utterance_id", "rater_id", "value"), "ratings")
    value = values["value"].astype(float)
    found = value.groupby(values["utterance_id"]).agg(mean="mean", n_raters="size", spread="var")
    spread, freedom = _pooled(found["spread"], found["n_raters"])
    found["se"] = spread / np.sqrt(found["n_raters"])
    out = pd.DataFrame(found)[["mean", "n_raters", "se"]]
    out.attrs["freedom"] = freedom
    return out


def calibrate_text(text: pd.DataFrame, text_ratings: pd.DataFrame | None) -> Calibration:
    """Map a text tool's scale to the rating scale, by ratings made from text alone.

    Parameters
    ----------
    text : DataFrame
        From `text_sentiment`.
    text_ratings : DataFrame or None
        Long: utterance_id, rater_id, value; of the pass "text".

    Returns
    -------
    Calibration
        Without a line where fewer than 20 utterances have both, the tool gives the same
        value to all, or the line does not rise.

    Raises
    ------
    InputError
        If a column is missing.
    """
    _need(text, ("utterance_id", "sentiment"), "rows of text sentiment")
    none = np.full((2, 2), np.nan)

    def without(n: int, why: str) -> Calibration:
        raw = (
            f"Not calibrated: {why} The tool's scale is taken as the rating scale, its own error "
            "is unknown, and no p value is given."
        )
        return Calibration(np.nan, np.nan, none, np.nan, n, raw)

    if text_ratings is None or text_ratings.empty:
        return without(0, "nobody rated from text alone.")
    means = rated_means(text_ratings)
    both = text.dropna(subset="sentiment").merge(means, left_on="utterance_id", right_index=True)
    n = len(both)
    if n < MIN_CALIBRATED:
        return without(
            n, f"{n} utterances have a rating from text alone, {MIN_CALIBRATED} are needed."
        )
    x, y = both["sentiment"].to_numpy(dtype=float), both["mean"].to_numpy(dtype=float)
    if not np.ptp(x) > 0:
        return without(n, "the tool gives the same value to every text.")
    design = np.column_stack([np.ones(n), x])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y
    if not beta[1] > 0:
        return without(n, "texts that the tool finds better are not rated better.")
    rest = float(((y - design @ beta) ** 2).sum()) / (n - 2)
    of_raters = float(np.nanmean(both["se"].to_numpy() ** 2)) if both["se"].notna().any() else 0.0
    tool_sd = float(np.sqrt(max(rest - of_raters, 0.0)))
    return Calibration(float(beta[0]), float(beta[1]), rest * inverse, tool_sd, n, "")


def contradiction_index(
    voice_ratings: pd.DataFrame,
    text: pd.DataFrame,
    *,
    text_ratings: pd.DataFrame | None = None,
    pass_: str = "voice",
) -> pd.DataFrame:
    """Hold the rated valence of the voice against the sentiment of the words.

    Parameters
    ----------
    voice_ratings : DataFrame
        Long: utterance_id, rater_id, value (valence, -1..1), of one pass.
    text : DataFrame
        From `text_sentiment`.
    text_ratings : DataFrame, optional
        The same as `voice_ratings` from the pass "text", to calibrate the tool.
    pass_ : {"voice", "masked_voice", "both"}, default "voice"
        Which pass `voice_ratings` are of. Raters of "both" read along, so that their
        valence leans to the words and contradictions come out smaller.

    Returns
    -------
    DataFrame
        One row an utterance with both: utterance_id, voice, words (the text's sentiment
        on the rating scale), index (voice less words: negative where the voice is
        worse), se, ci_low, ci_high, z, p_value, n_raters, against ("text tool"), pass,
        note; `attrs` holds the calibration.

    Raises
    ------
    InputError
        If a column is missing or the pass is unknown.
    AbstainedError
        If no utterance has both.

    Notes
    -----
    se joins the raters' error, the error of the line and how far the tool misses single
    texts. Where the tool could not be calibrated, only the raters' error stands in it,
    z and p_value are missing and the note says so.
    """
    passes = ("voice", "masked_voice", "both")
    if pass_ not in passes:
        raise InputError(
            f'A voice is rated in the pass {", ".join(passes)}; "{pass_}" came.'
            f"{nearest(pass_, passes)}"
        )
    line = calibrate_text(text, text_ratings)
    means = rated_means(voice_ratings)
    rows = text.dropna(subset="sentiment").merge(means, left_on="utterance_id", right_index=True)
    if rows.empty:
        raise AbstainedError(
            f"No utterance has both a rating of the pass {pass_} and a sentiment of its words. "
            "Words are judged where there is a transcript in a language that the tool knows."
        )
    said = rows["sentiment"].to_numpy(dtype=float)
    calibrated = not line.note
    if calibrated:
        words = np.clip(line.intercept + line.slope * said, -1.0, 1.0)
        design = np.column_stack([np.ones(len(said)), said])
        of_line = np.einsum("ni,ij,nj->n", design, line.covariance, design)
        extra = of_line + line.tool_sd**2
    else:
        words, extra = said, np.zeros(len(said))
    se = np.sqrt(rows["se"].to_numpy(dtype=float) ** 2 + extra)
    freedom = min(means.attrs["freedom"], line.n_utterances - 2 if calibrated else np.inf)
    lean = "Raters of this pass read the words too." if pass_ == "both" else ""
    notes = rows["note"].fillna("") if "note" in rows.columns else pd.Series("", index=rows.index)
    out = _told(rows, rows["mean"].to_numpy(dtype=float), words, se, freedom, tested=calibrated)
    out["against"] = "text tool"
    out["pass"] = pass_
    out["note"] = [" ".join(filter(None, (n, lean, line.note))) for n in notes]
    out = out[COLUMNS]
    out.attrs["calibration"] = line._asdict() | {"covariance": line.covariance.tolist()}
    return out


def pass_gap(
    voice_ratings: pd.DataFrame, text_ratings: pd.DataFrame, *, pass_: str = "voice"
) -> pd.DataFrame:
    """Hold ratings of the voice against ratings of the same words, read only.

    Works in every language and knows no tool. Where the same raters gave both, each is
    held against herself, so that a rater's habit counts on neither side.

    Parameters
    ----------
    voice_ratings, text_ratings : DataFrame
        Long: utterance_id, rater_id, value (valence), of one pass each.
    pass_ : str, default "voice"
        Which pass `voice_ratings` are of.

    Returns
    -------
    DataFrame
        As from `contradiction_index`; `against` is "text pass".

    Raises
    ------
    InputError
        If a column is missing.
    AbstainedError
        If no utterance was rated in both passes.

    Notes
    -----
    Standard errors use one spread within utterances, of the paired differences where at
    least 10 utterances have two raters in both passes, else of each pass. The
    interval is about raters like these.
    """
    for table in (voice_ratings, text_ratings):
        _need(table, ("utterance_id", "rater_id", "value"), "ratings")
    key = ["utterance_id", "rater_id"]
    pairs = voice_ratings[[*key, "value"]].merge(
        text_ratings[[*key, "value"]], on=key, suffixes=("", "_text")
    )
    gaps = rated_means(pairs.assign(value=pairs["value"] - pairs["value_text"])[[*key, "value"]])
    voice, words = rated_means(voice_ratings), rated_means(text_ratings)
    if gaps["se"].notna().any():
        own = pairs.groupby("utterance_id")[["value", "value_text"]].mean()
        rows = gaps.reset_index()
        heard, read = own["value"].to_numpy(dtype=float), own["value_text"].to_numpy(dtype=float)
        se, freedom, note = rows["se"].to_numpy(dtype=float), gaps.attrs["freedom"], ""
    else:
        rows = voice.reset_index().merge(
            words.reset_index(), on="utterance_id", suffixes=("", "_text")
        )
        heard, read = (rows[c].to_numpy(dtype=float) for c in ("mean", "mean_text"))
        se = np.sqrt(rows["se"].to_numpy(dtype=float) ** 2 + rows["se_text"].to_numpy(float) ** 2)
        freedom = min(voice.attrs["freedom"], words.attrs["freedom"])
        note = "The passes are of different raters, or of too few, so that habits do not cancel."
    if rows.empty:
        raise AbstainedError(
            f"No utterance was rated in both passes, {pass_} and text. A worklist makes them: "
            f'ws.worklist("passes", passes=["text", "{pass_}"]).'
        )
    out = _told(rows, heard, read, se, freedom, tested=True)
    out["against"] = "text pass"
    out["pass"] = pass_
    out["note"] = note
    return out[COLUMNS]


def _told(
    rows: pd.DataFrame,
    voice: _Floats,
    words: _Floats,
    se: _Floats,
    freedom: float,
    *,
    tested: bool,
) -> pd.DataFrame:
    from scipy.special import stdtr, stdtrit

    degrees = min(freedom, 1e9) if freedom >= 1 else np.nan
    half = float(stdtrit(degrees, 0.975)) * se
    index = voice - words
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(se > 0, index / se, np.nan) if tested else np.full(len(se), np.nan)
    return pd.DataFrame(
        {
            "utterance_id": rows["utterance_id"].to_numpy(dtype=object),
            "voice": voice,
            "words": words,
            "index": index,
            "se": se,
            "ci_low": index - half if tested else np.nan,
            "ci_high": index + half if tested else np.nan,
            "z": z,
            "p_value": 2 * stdtr(degrees, -np.abs(z)),
            "n_raters": rows["n_raters"].to_numpy(dtype=np.int64),
        }
    )


def _pooled(variance: pd.Series, n_raters: pd.Series) -> tuple[float, float]:
    several = n_raters >= 2
    if int(several.sum()) < MIN_REPEATED:
        return np.nan, 0.0
    freedom = n_raters[several].to_numpy(dtype=float) - 1
    total = float(freedom.sum())
    return float(np.sqrt((variance[several].to_numpy(dtype=float) * freedom).sum() / total)), total


def _need(table: pd.DataFrame, names: tuple[str, ...], what: str) -> None:
    for name in names:
        if name not in table.columns:
            raise InputError(
                f'The {what} have no column "{name}".{nearest(name, map(str, table.columns))}'
            )
