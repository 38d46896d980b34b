"""How many raters it takes, what they cost, and where one more helps most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.agreement.designs import Design, read_design
from workbench.agreement.icc import estimate_form
from workbench.agreement.mean_squares import one_way
from workbench.agreement.resampling import Interval
from workbench.agreement.spearman_brown import gain_of_one_more, panel_reliability, raters_for
from workbench.errors import AbstainedError, InputError

MIN_ITEMS = 30
"""Fewest utterances with two raters or more that a pilot must have."""

MIN_HEARD = 10
"""Fewest utterances in which a tag was heard, and not heard, to plan for it."""

SPLITS = 20
"""How often the raters of an utterance are split at random into halves."""

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


def raters_needed(
    ratings: pd.DataFrame,
    *,
    targets: Sequence[float] = (0.70, 0.80),
    half: int | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say from a pilot how many raters a reliable share or mean takes, tag by tag.

    Reliability is the correlation of the share of raters who heard a tag with the
    share in another panel of as many raters. That of a single rater is ICC(1,1),
    which does not ask who rated what; Spearman and Brown's formula carries it to
    panels of any size. Raters for .70 will do to compare groups of calls, for .80
    to look at single utterances.

    Parameters
    ----------
    ratings : DataFrame
        The pilot: utterance_id, rater_id, value and, where there are calls,
        call_id. `value` is a tag, a set of tags, or a number (0/1 for one tag, or
        a dimension); of tags every one is planned for by itself.
    targets : sequence of float, default (0.70, 0.80)
        Reliabilities to reach, between 0 and 1.
    half : int, optional
        Raters in each half when halves are compared. Default: half of the median
        number of raters an utterance.
    draws : int, default 1000
        0 leaves the intervals out; they are those of `icc`, which need no draws.
    seed : int, default 0
        Of the random halves.

    Returns
    -------
    DataFrame
        One row a tag and target, sorted by tag ("value" where numbers came):

        reliability, ci_low, ci_high : float
            Of a single rater, with the interval over calls.
        target, raters, raters_low, raters_high
            Raters needed for the target; the least and the most by the interval.
            Missing where no number is enough, or none can be told.
        half, split_half, predicted : int, float, float
            Measured correlation of random halves of the raters, `half` in each,
            and what the formula says for as many: a check of the formula.
        gain_per_rater : float
            Gain in reliability by one more rater than the pilot had.
        heard_share, n_items, n_raters_per_item, n_clusters
            Share of the ratings with the tag (mean of numbers); what the row
            rests on.
        note : str
            Why figures are missing, and what is needed.

    Raises
    ------
    InputError
        If the table or a target is not as described.
    AbstainedError
        If the pilot has fewer than `MIN_ITEMS` utterances with two raters.

    Notes
    -----
    A pilot tells of utterances and raters like its own. The interval supposes
    that raters are exchangeable; a tag that two or three raters of a pilot hear
    in a way of their own needs more raters in the pilot, not more utterances.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> angry = rng.random(100) < 0.4
    >>> heard = rng.random((100, 4)) < np.where(angry, 0.8, 0.1)[:, None]
    >>> pilot = pd.DataFrame({"utterance_id": np.repeat(np.arange(100), 4),
    ...                       "rater_id": np.tile(list("abcd"), 100),
    ...                       "value": heard.ravel().astype(int)})
    >>> raters_needed(pilot)[["reliability", "target", "raters"]].round(2)
       reliability  target  raters
    0         0.53     0.7       3
    1         0.53     0.8       4
    """
    for target in targets:
        raters_for(0.5, target)
    design = _pilot(ratings)
    n = design.n_per_item
    h = max(1, int(np.median(n)) // 2) if half is None else half
    if h < 1 or not (n >= 2 * h).any():
        raise InputError(
            f"Halves of {h} raters need utterances with {2 * h} raters; the most that one has is "
            f"{n.max()}. Choose a smaller half, at least 1."
        )
    size = float(len(n) / (1.0 / n).sum())
    split = _random_halves(design, h, seed)
    rows = []
    for tag, heard in _columns(design):
        value, interval, note = _single(design, heard, tag, draws)
        halves = np.nan if np.isnan(value) else _correlation(split, design, heard, h)
        for target in targets:
            rows.append(
                {
                    "tag": tag,
                    "reliability": value,
                    "ci_low": interval.low,
                    "ci_high": interval.high,
                    "target": float(target),
                    "raters": _whole(value, target),
                    "raters_low": _whole(interval.high, target),
                    "raters_high": _whole(interval.low, target),
                    "half": h,
                    "split_half": halves,
                    "predicted": float(panel_reliability(value, h)),
                    "gain_per_rater": float(gain_of_one_more(value, size)),
                    "heard_share": float(heard.mean()),
                    "n_items": len(n),
                    "n_raters_per_item": size,
                    "n_clusters": len(design.clusters),
                    "note": note,
                }
            )
    whole = dict.fromkeys(("raters", "raters_low", "raters_high"), "Int64")
    return pd.DataFrame(rows).astype(whole)


def one_more_rater(ratings: pd.DataFrame) -> pd.DataFrame:
    """Rank utterances by how much one more rater would settle.

    The consensus of an utterance wavers by the variance of its ratings over their
    number; one more rater takes most away where raters differ and are few. Since
    the variance of few ratings is itself uncertain, it is drawn towards that of
    all utterances.

    Parameters
    ----------
    ratings : DataFrame
        utterance_id, rater_id and value: a tag, a set of tags, or a number.

    Returns
    -------
    DataFrame
        Most helpful first: utterance_id; n_raters; variance (between raters,
        summed over the tags, drawn towards the mean); error_variance (of the
        consensus now); gain (what one more rater takes off that).

    Raises
    ------
    InputError, AbstainedError
        As `read_design`.

    Notes
    -----
    The variance counts as if the mean of all utterances had been seen with two
    degrees of freedom before the first rating.

    Examples
    --------
    >>> import pandas as pd
    >>> ratings = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2", "u2", "u2", "u3", "u3"],
    ...                         "rater_id": list("ababcdab"),
    ...                         "value": ["anger", "fear"] * 3 + ["joy", "joy"]})
    >>> one_more_rater(ratings)["utterance_id"].tolist()
    ['u1', 'u3', 'u2']
    """
    design = read_design(ratings)
    n = design.n_per_item.astype(np.float64)
    squares = np.zeros(len(n))
    for _, heard in _columns(design):
        mean = np.bincount(design.item, heard) / n
        squares += np.bincount(design.item, (heard - mean[design.item]) ** 2)
    usual = squares.sum() / (n - 1).sum()
    variance = (squares + 2 * usual) / (n + 1)
    table = pd.DataFrame(
        {
            "utterance_id": design.items,
            "n_raters": design.n_per_item,
            "variance": variance,
            "error_variance": variance / n,
            "gain": variance / (n * (n + 1)),
        }
    )
    order = np.argsort(-table["gain"].round(12), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def seconds_per_rating(ratings: pd.DataFrame) -> float:
    """Read from a pilot how long a rating takes.

    Parameters
    ----------
    ratings : DataFrame
        The table ratings, or its columns rater_id and elapsed_ms.

    Returns
    -------
    float
        Seconds: the mean over raters of each one's median, so that one rater who
        rated much does not decide, nor a pause to answer the telephone.

    Raises
    ------
    InputError
        If a column is missing.
    AbstainedError
        If no rating tells how long it took.

    Examples
    --------
    >>> import pandas as pd
    >>> seconds_per_rating(pd.DataFrame({"rater_id": ["a", "a", "a", "b"],
    ...                                  "elapsed_ms": [8000, 10000, 90000, 14000]}))
    12.0
    """
    for column in ("rater_id", "elapsed_ms"):
        if column not in ratings.columns:
            raise InputError(f'The ratings need the column "{column}" to tell how long they took.')
    timed = ratings.dropna(subset=["rater_id", "elapsed_ms"])
    if timed.empty:
        raise AbstainedError(
            "No rating tells how long it took (elapsed_ms). Give the seconds yourself."
        )
    medians = timed["elapsed_ms"].astype("float64").groupby(timed["rater_id"]).median()
    return float(medians.mean() / 1000)


def cost_hours(n_utterances: float, raters: npt.ArrayLike, *, seconds: float) -> _Floats:
    """Say how many hours of rating it takes.

    Parameters
    ----------
    n_utterances : float
        How many are to be rated.
    raters : array of float
        Raters an utterance, for example the column `raters` of `raters_needed`.
    seconds : float
        Of one rating; see `seconds_per_rating`.

    Returns
    -------
    ndarray of float
        Hours of all raters together, breaks and training not counted.

    Examples
    --------
    >>> cost_hours(2000, [3, 5], seconds=12)
    array([20.        , 33.33333333])
    """
    if isinstance(raters, pd.Series):
        raters = raters.astype("float64")
    panel = np.asarray(raters, dtype=np.float64)
    if n_utterances < 0 or not seconds > 0 or (panel < 0).any():
        raise InputError(
            "Hours need 0 or more utterances and raters and more than 0 seconds a rating; "
            f"{n_utterances:g} utterances, {np.nanmin(panel):g} raters and {seconds:g} s came."
        )
    return n_utterances * panel * seconds / 3600


def _pilot(ratings: pd.DataFrame) -> Design:
    try:
        design = read_design(ratings, min_items=MIN_ITEMS)
    except AbstainedError as error:
        raise AbstainedError(f"A pilot is too small to plan from. {error}") from None
    shared = design.n_per_item[design.item] >= 2
    if shared.all():
        return design
    return read_design(ratings[ratings["value"].notna().to_numpy(dtype=bool)][shared])


def _columns(design: Design) -> list[tuple[str, _Floats]]:
    """Give each tag its 0/1 for every rating; numbers stay what they are."""
    first = design.value.iloc[0]
    if isinstance(first, (set, frozenset)):
        tags = sorted({str(tag) for tags in design.value for tag in tags})
        given, n = design.value.explode(), len(design.value)
        return [
            (tag, np.bincount(given.index[given == tag], minlength=n).astype(np.float64))
            for tag in tags
        ]
    if isinstance(first, str):
        code, names = pd.factorize(design.value, sort=True)
        return [(str(name), (code == k).astype(np.float64)) for k, name in enumerate(names)]
    try:
        return [("value", design.value.to_numpy(dtype=np.float64))]
    except (TypeError, ValueError):
        raise InputError(
            f"The planner takes tags, sets of tags or numbers; one value that came is {first!r}."
        ) from None


def _single(design: Design, heard: _Floats, tag: str, draws: int) -> tuple[float, Interval, str]:
    """Estimate the reliability of one rater, or say what is needed for it."""
    nothing = Interval(np.nan, np.nan, np.nan)
    if np.isin(heard, (0.0, 1.0)).all():
        n_items = len(design.items)
        yes = len(np.unique(design.item[heard == 1.0]))
        no = len(np.unique(design.item[heard == 0.0]))
        if (rare := min(yes, no)) < MIN_HEARD:
            how = "heard" if yes <= no else "not heard"
            about = f"about {-(-n_items * MIN_HEARD // rare)}" if rare else "many more"
            return np.nan, nothing, (
                f"{tag} was {how} in {rare} of {n_items} utterances; {MIN_HEARD} are needed, so a "
                f"pilot of {about} utterances like these."
            )  # fmt: skip
    try:
        value, interval = estimate_form(
            "ICC(1,1)", one_way(design, heard), 1.0, design.by if draws else ""
        )
    except AbstainedError as error:
        return np.nan, nothing, str(error)
    note = interval.note
    if value <= 0:
        note = "Raters do not agree more than by chance; no number of them is enough."
    elif interval.low <= 0:
        note = "The interval reaches 0: the most raters cannot be told. Rate more utterances."
    return value, interval, note


def _whole(r: float, target: float) -> int | None:
    needed = float(raters_for(r, target))
    return int(np.ceil(needed - 1e-9)) if np.isfinite(needed) else None


def _random_halves(design: Design, half: int, seed: int) -> list[tuple[_Ints, _Ints]]:
    """Pick `half` ratings of an utterance twice: indices into ratings sorted by item and value.

    Among the ratings of an utterance nothing but the value tells them apart, so
    that neither names nor rows decide who is picked.
    """
    rng = np.random.default_rng(seed)
    n = design.n_per_item
    item = np.repeat(np.arange(len(n)), n)
    place = np.arange(len(item)) - np.repeat(np.cumsum(n) - n, n)
    enough = (n >= 2 * half)[item]
    one, other = enough & (place < half), enough & (place >= half) & (place < 2 * half)
    halves = []
    for _ in range(SPLITS):
        shuffled = np.argsort(item + rng.random(len(item)))
        halves.append((shuffled[one], shuffled[other]))
    return halves


def _correlation(
    halves: list[tuple[_Ints, _Ints]], design: Design, heard: _Floats, half: int
) -> float:
    ordered = heard[np.lexsort((heard, design.item))]
    found = []
    for one, other in halves:
        a, b = (ordered[part].reshape(-1, half).mean(axis=1) for part in (one, other))
        if a.std() > 0 and b.std() > 0:
            found.append(np.corrcoef(a, b)[0, 1])
    return float(np.mean(found)) if found else np.nan
