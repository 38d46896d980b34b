"""Hold posteriors against gold, and make percentages of them that keep their promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest

MIN_GOLD = 50
"""Fewest gold utterances from which posteriors are calibrated."""

_FOLDS = 10
_LEAST = 1e-12
_Z95 = 1.959963984540054
_Floats = npt.NDArray[np.float64]


class Calibration(NamedTuple):
    """How posteriors become percentages.

    Parameters
    ----------
    power : float
        Shares are raised to this and summed to 1 again; below 1 they are less
        sure of themselves (1 over the temperature).
    guessing : float
        Part that is then spread evenly over the labels, 0..1.
    n_gold : int
        Gold utterances behind both.
    check : DataFrame
        Two rows, before and after; the second cross-validated in ten parts:
        posteriors, mean_top (mean share of the first label), right_share, ci_low,
        ci_high (its 95 % interval), log_loss (nats), n_items.
    """

    power: float
    guessing: float
    n_gold: int
    check: pd.DataFrame

    def apply(self, posteriors: pd.DataFrame) -> pd.DataFrame:
        """Calibrate posteriors of the same model and raters.

        Parameters
        ----------
        posteriors : DataFrame
            utterance_id, label, share.

        Returns
        -------
        DataFrame
            The same rows with other shares. The order of an utterance's labels
            stays.
        """
        shares, items, labels = _wide(posteriors)
        mended = _mended(shares, self.power, self.guessing)
        at = items.get_indexer(pd.Index(posteriors["utterance_id"]))
        of = labels.get_indexer(pd.Index(posteriors["label"]))
        return posteriors.assign(share=mended[at, of])


def calibrate(posteriors: pd.DataFrame, gold: pd.DataFrame) -> Calibration:
    """Learn from gold how sure posteriors may be of themselves.

    Models of raters take raters for independent, so their posteriors come out
    near 1 whether right or not. Call this before a percentage is shown. It
    changes how sure, never which label is first.

    Parameters
    ----------
    posteriors : DataFrame
        utterance_id, label, share: from `dawid_skene`, `mace` or `soft_labels`,
        every label of an utterance.
    gold : DataFrame
        utterance_id, label: answers agreed beforehand, for utterances drawn like
        the others. Gold chosen because it is clear makes every percentage too
        high.

    Returns
    -------
    Calibration
        With `apply` and the `check`.

    Raises
    ------
    InputError
        If a column is missing, an utterance has two gold answers, or a gold
        label is not among those of the posteriors.
    AbstainedError
        If fewer than 50 utterances have both.

    Notes
    -----
    Two numbers are fitted by maximum likelihood, a power (temperature scaling,
    [1]_) and a share of guessing, because 50 to 200 gold answers bear no more;
    the second keeps utterances on which all raters err together from forcing
    every other share down. On crowd_face_sentiment Dawid and Skene's mean top
    share of .98 (right: .64) became one within .02 of the right share on unseen
    halves, on average.

    References
    ----------
    .. [1] Guo, C., Pleiss, G., Sun, Y., and Weinberger, K. Q. (2017). On
       calibration of modern neural networks. ICML, 1321-1330.

    Examples
    --------
    A model that is always sure, and right three times out of four:

    >>> import pandas as pd
    >>> ids = [f"u{i}" for i in range(100)]
    >>> posteriors = pd.DataFrame({"utterance_id": ids * 2, "label": ["yes"] * 100 + ["no"] * 100,
    ...                            "share": [0.99] * 100 + [0.01] * 100})
    >>> gold = pd.DataFrame({"utterance_id": ids, "label": ["yes", "yes", "no", "yes"] * 25})
    >>> calibrate(posteriors, gold).apply(posteriors)["share"].round(2).unique().tolist()
    [0.75, 0.25]
    """
    shares, right = _with_gold(posteriors, gold)
    if len(right) < MIN_GOLD:
        raise AbstainedError(
            f"Calibrating needs {MIN_GOLD} gold utterances that raters rated, too; {len(right)} "
            f"came. Agree on {MIN_GOLD - len(right)} more, drawn at random."
        )
    order = np.lexsort((shares[np.arange(len(right)), right], shares.max(axis=1)))
    shares, right = shares[order], right[order]
    power, guessing = _fitted(shares, right)
    unseen = np.empty_like(shares)
    for fold in range(_FOLDS):
        own = np.arange(len(right)) % _FOLDS == fold
        unseen[own] = _mended(shares[own], *_fitted(shares[~own], right[~own], [(power, guessing)]))
    check = pd.DataFrame([_checked("before", shares, right), _checked("after", unseen, right)])
    return Calibration(power, guessing, len(right), check)


def reliability_table(
    posteriors: pd.DataFrame, gold: pd.DataFrame, *, n_bins: int = 5
) -> pd.DataFrame:
    """Hold how sure posteriors are against how often they are right.

    Parameters
    ----------
    posteriors, gold : DataFrame
        As in `calibrate`; gold that a calibration was learned from makes it look
        better than it is.
    n_bins : int, default 5
        Parts with equally many utterances, by the share of the first label.

    Returns
    -------
    DataFrame
        One row a part: share_low, share_high, mean_top, right_share, ci_low,
        ci_high (Wilson, 95 %), n_items. Labels that tie for the first place
        share the credit.

    Raises
    ------
    InputError
        As in `calibrate`, or if `n_bins` is below 1.
    AbstainedError
        If fewer than `n_bins` utterances have gold.

    Examples
    --------
    >>> import pandas as pd
    >>> posteriors = pd.DataFrame({"utterance_id": ["u1", "u1", "u2", "u2"],
    ...                            "label": ["yes", "no"] * 2, "share": [0.9, 0.1, 0.2, 0.8]})
    >>> gold = pd.DataFrame({"utterance_id": ["u1", "u2"], "label": ["yes", "yes"]})
    >>> reliability_table(posteriors, gold, n_bins=1)[["mean_top", "right_share", "n_items"]]
       mean_top  right_share  n_items
    0      0.85          0.5        2
    """
    if n_bins < 1:
        raise InputError(f"n_bins is 1 or more; {n_bins} came.")
    shares, right = _with_gold(posteriors, gold)
    if len(right) < n_bins:
        raise AbstainedError(f"{n_bins} parts need {n_bins} gold utterances; {len(right)} came.")
    order = np.argsort(shares.max(axis=1), kind="stable")
    rows = []
    for part in np.array_split(order, n_bins):
        top = shares[part].max(axis=1)
        row = _checked("", shares[part], right[part])
        ends = {"share_low": float(top.min()), "share_high": float(top.max())}
        rows.append(ends | {k: row[k] for k in (*_SHARES, "n_items")})
    return pd.DataFrame(rows)


_SHARES = ("mean_top", "right_share", "ci_low", "ci_high")


def _checked(name: str, shares: _Floats, right: npt.NDArray[np.int64]) -> dict[str, object]:
    n = len(right)
    top = shares.max(axis=1)
    first = shares >= top[:, None] - 1e-12
    hit = float((first[np.arange(n), right] / first.sum(axis=1)).mean())
    middle = (hit + _Z95**2 / (2 * n)) / (1 + _Z95**2 / n)
    half = _Z95 / (1 + _Z95**2 / n) * np.sqrt(hit * (1 - hit) / n + _Z95**2 / (4 * n**2))
    return {
        "posteriors": name,
        "mean_top": float(top.mean()),
        "right_share": hit,
        "ci_low": float(middle - half),
        "ci_high": float(middle + half),
        "log_loss": _loss(shares, right),
        "n_items": n,
    }


def _loss(shares: _Floats, right: npt.NDArray[np.int64]) -> float:
    return float(-np.log(np.maximum(shares[np.arange(len(right)), right], _LEAST)).mean())


def _mended(shares: _Floats, power: float, guessing: float) -> _Floats:
    raised = np.maximum(shares, _LEAST) ** power
    even = guessing / shares.shape[1]
    mended: _Floats = (1 - guessing) * raised / raised.sum(axis=1, keepdims=True) + even
    return mended


_STARTS = ((1.0, 0.1), (0.1, 0.1), (0.1, 0.01))


def _fitted(
    shares: _Floats,
    right: npt.NDArray[np.int64],
    starts: Sequence[tuple[float, float]] = _STARTS,
) -> tuple[float, float]:
    """Fit power and guessing by maximum likelihood."""
    from scipy.optimize import minimize

    logs = np.log(np.maximum(shares, _LEAST))
    n, width = shares.shape
    own = logs[np.arange(n), right]

    def loss(at: _Floats) -> tuple[float, _Floats]:
        power, guessing = np.exp(at[0]), at[1]
        raised = np.exp(power * (logs - logs.max(axis=1, keepdims=True)))
        total = raised.sum(axis=1)
        sharp = raised[np.arange(n), right] / total
        mended = (1 - guessing) * sharp + guessing / width
        slope = sharp * (own - (raised * logs).sum(axis=1) / total) * power * (1 - guessing)
        gradient = np.array([(slope / mended).mean(), ((1 / width - sharp) / mended).mean()])
        return float(-np.log(mended).mean()), -gradient

    bounds = [(-6.0, 3.0), (1e-6, 0.99)]
    best = min(
        (
            minimize(loss, [np.log(p), g], jac=True, method="L-BFGS-B", bounds=bounds)
            for p, g in starts
        ),
        key=lambda found: float(found.fun),
    )
    return float(np.exp(best.x[0])), float(best.x[1])


def _with_gold(
    posteriors: pd.DataFrame, gold: pd.DataFrame
) -> tuple[_Floats, npt.NDArray[np.int64]]:
    shares, items, labels = _wide(posteriors)
    _need(gold, "gold", ("utterance_id", "label"))
    if gold["utterance_id"].duplicated().any():
        twice = gold.loc[gold["utterance_id"].duplicated(), "utterance_id"].iloc[0]
        raise InputError(f"The utterance {twice} has more than one gold answer; one is needed.")
    at = items.get_indexer(pd.Index(gold["utterance_id"]))
    right = labels.get_indexer(pd.Index(gold["label"]))
    if (odd := (right < 0) & (at >= 0)).any():
        label = str(gold["label"].to_numpy()[odd][0])
        raise InputError(
            f'The gold label "{label}" is not among those of the posteriors.'
            f"{nearest(label, map(str, labels))} They are: {', '.join(map(str, labels))}."
        )
    known = at >= 0
    order = np.argsort(at[known], kind="stable")
    return shares[at[known][order]], right[known][order].astype(np.int64)


def _wide(posteriors: pd.DataFrame) -> tuple[_Floats, pd.Index, pd.Index]:
    _need(posteriors, "posteriors", ("utterance_id", "label", "share"))
    item, items = pd.factorize(posteriors["utterance_id"], sort=True)
    label, labels = pd.factorize(posteriors["label"], sort=True)
    shares = np.full((len(items), len(labels)), np.nan)
    shares[item, label] = posteriors["share"].to_numpy(dtype=np.float64)
    if np.isnan(shares).any() or len(posteriors) != shares.size:
        raise InputError(
            "Posteriors need one row for every utterance and label: "
            f"{len(items)} utterances with {len(labels)} labels are {shares.size} rows, and "
            f"{len(posteriors)} came (or a share is missing)."
        )
    return shares, pd.Index(items), pd.Index(labels)


def _need(table: pd.DataFrame, name: str, columns: tuple[str, ...]) -> None:
    for column in columns:
        if column not in table.columns:
            raise InputError(
                f'The {name} need the columns {", ".join(columns)}; "{column}" is missing.'
                f"{nearest(column, map(str, table.columns))}"
            )
