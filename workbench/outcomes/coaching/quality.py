"""QA forms against how the customer sounded: what goes together, and where they part."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.jackknife import MIN_CLUSTERS, cluster_codes, jackknife_interval
from workbench.schema import check_table

_FEWEST_CALLS = 20
_KINDS = ("QA high, sounded bad", "QA low, sounded good")
_Floats = npt.NDArray[np.float64]


def qa_rows(
    features: pd.DataFrame,
    outcomes: pd.DataFrame,
    calls: pd.DataFrame,
    qa_items: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Join what was heard with the QA form, one row a call.

    Parameters
    ----------
    features : DataFrame
        From `call_features` of the customer.
    outcomes, calls : DataFrame
        The tables of these names.
    qa_items : DataFrame, optional
        The table of this name: each item becomes a column of percent.

    Returns
    -------
    DataFrame
        Calls with features and qa_score; attrs["items"] names the items' columns.

    Raises
    ------
    InputError
        If no call has both.

    Examples
    --------
    >>> calls = pd.DataFrame({"call_id": ["1"], "agent_id": ["a"]})
    >>> outcomes = pd.DataFrame({"call_id": ["1"], "qa_score": [80.0]})
    >>> features = pd.DataFrame({"call_id": ["1"], "valence_mean": [-0.4]})
    >>> items = pd.DataFrame({"call_id": ["1"], "item": "greeting", "score": 6.0, "maximum": 10.0})
    >>> qa_rows(features, outcomes, calls, items)["item greeting"].tolist()
    [60.0]
    """
    known = check_table(outcomes, "outcomes")[["call_id", "qa_score"]].dropna()
    heard = features[features["left_out"] == ""] if "left_out" in features else features
    heard = heard.drop(columns=["role"], errors="ignore")
    rows = heard.merge(known, on="call_id").merge(check_table(calls, "calls"), on="call_id")
    if rows.empty:
        raise InputError(
            f"None of {len(heard)} rated calls has a qa_score. Bring the scores in first, or rate "
            "calls that have one."
        )
    names: list[str] = []
    if qa_items is not None and len(qa_items):
        items = check_table(qa_items, "qa_items")
        percent = items.assign(percent=100 * items["score"] / items["maximum"])
        wide = percent.pivot(index="call_id", columns="item", values="percent")
        wide.columns = pd.Index([f"item {name}" for name in wide.columns])
        names = list(wide.columns)
        rows = rows.merge(wide.reset_index(), on="call_id", how="left")
    rows.attrs["items"] = names
    return rows


def qa_association(
    rows: pd.DataFrame, *, tone: str = "valence_mean", cluster: str = "agent_id"
) -> pd.DataFrame:
    """Tell how far the QA form and the customer's tone go together.

    Parameters
    ----------
    rows : DataFrame
        From `qa_rows`.
    tone : str, default "valence_mean"
        A column of features, higher where the customer sounded better.
    cluster : str, default "agent_id"
        Whose calls resemble each other.

    Returns
    -------
    DataFrame
        One row for the score and for each item: qa, tone, correlation (Spearman's,
        -1..1), ci_low, ci_high, p_value, n_calls, n_clusters, cluster, model, note,
        reading.

    Raises
    ------
    InputError
        If a column is unknown.
    AbstainedError
        If fewer than 20 calls have both.

    Notes
    -----
    Delete-one-agent jackknife of Fisher's z. An item that everyone gets has no
    correlation.

    Examples
    --------
    >>> rows = pd.DataFrame({"agent_id": [f"a{i % 10}" for i in range(60)],
    ...                      "qa_score": [float(i) for i in range(60)],
    ...                      "valence_mean": [i / 60 for i in range(60)]})
    >>> round(qa_association(rows)["correlation"].item(), 3)
    1.0
    """
    _check_columns(rows, (tone, cluster))
    out = []
    for qa in ["qa_score", *rows.attrs.get("items", [])]:
        used = rows.dropna(subset=[qa, tone, cluster])
        if len(used) < _FEWEST_CALLS and qa == "qa_score":
            raise AbstainedError(
                f"{len(used)} calls have both a QA score and a {tone.replace('_', ' ')}; "
                f"{_FEWEST_CALLS} are needed."
            )
        codes, g = cluster_codes(used[cluster], what=cluster)
        x, y = (np.asarray(used[name].rank(), dtype=np.float64) for name in (qa, tone))
        r, without = _correlations(x, y, codes, g)
        ends = jackknife_interval(np.arctanh(np.clip(r, -0.999999, 0.999999)), np.arctanh(without))
        row: dict[str, Any] = {
            "qa": qa.removeprefix("item "),
            "tone": tone,
            "correlation": r,
            "ci_low": float(np.tanh(ends.low)),
            "ci_high": float(np.tanh(ends.high)),
            "p_value": ends.p,
            "n_calls": len(used),
            "n_clusters": g,
            "cluster": cluster,
            "model": f"Spearman's correlation; delete-one-{cluster.removesuffix('_id')} jackknife",
            "note": _why_none(r, g, ends.low, cluster),
        }
        out.append(row | {"reading": _together(row)})
    return pd.DataFrame(out)


def qa_disagreements(
    rows: pd.DataFrame,
    *,
    tone: str = "valence_mean",
    qa_high: float | None = None,
    tone_low: float | None = None,
    cluster: str = "agent_id",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """List the calls where the QA form and the customer's tone part, furthest first.

    A form that is full while the customer sounded bad is a false positive of QA:
    everything was done that is asked, and it did not help, or what helps is not
    asked. The reverse is as worth hearing.

    Parameters
    ----------
    rows : DataFrame
        From `qa_rows`.
    tone : str, default "valence_mean"
        As in `qa_association`.
    qa_high : float, optional
        From what score on QA is high; by default the best third. Low is the worst
        third.
    tone_low : float, optional
        Up to what value a customer sounded bad; by default the lowest third. Good
        is the highest third.
    cluster : str, default "agent_id"
        Whose calls resemble each other.

    Returns
    -------
    calls : DataFrame
        kind, call_id, qa_score, the tone, gap (difference of the two places among
        all calls, 0..1), sorted by kind and gap.
    shares : DataFrame
        One row a kind: kind, share (percent of the calls with high, or low, QA
        that sounded otherwise), ci_low, ci_high, by_chance (percent, if QA told
        nothing of the tone), n_calls, n_clusters, cluster, note, reading.

    Raises
    ------
    InputError
        If a column is unknown.
    AbstainedError
        If fewer than 20 calls have both.

    Examples
    --------
    >>> rows = pd.DataFrame({"call_id": [f"{i:02d}" for i in range(30)],
    ...     "agent_id": [f"a{i % 10}" for i in range(30)],
    ...     "qa_score": [float(i) for i in range(30)],
    ...     "valence_mean": [-i / 30 for i in range(30)]})
    >>> qa_disagreements(rows)[0]["call_id"].iloc[0]
    '29'
    """
    _check_columns(rows, (tone, cluster))
    used = rows.dropna(subset=["qa_score", tone, cluster]).reset_index(drop=True)
    if len(used) < _FEWEST_CALLS:
        raise AbstainedError(
            f"{len(used)} calls have both a QA score and a {tone.replace('_', ' ')}; "
            f"{_FEWEST_CALLS} are needed."
        )
    qa, heard = (used[name].to_numpy(dtype=float) for name in ("qa_score", tone))
    high = np.quantile(qa, 2 / 3) if qa_high is None else qa_high
    bad = np.quantile(heard, 1 / 3) if tone_low is None else tone_low
    sides = {
        _KINDS[0]: (qa >= high, heard <= bad),
        _KINDS[1]: (qa <= np.quantile(qa, 1 / 3), heard >= np.quantile(heard, 2 / 3)),
    }
    place = used["qa_score"].rank(pct=True) - used[tone].rank(pct=True)
    codes, g = cluster_codes(used[cluster], what=cluster)
    listed, shares = [], []
    for kind, (base, parted) in sides.items():
        both = base & parted
        own = used.loc[both, ["call_id", "qa_score", tone]].assign(gap=place[both].abs())
        own.insert(0, "kind", kind)
        listed.append(own.sort_values("gap", ascending=False))
        shares.append(_share(kind, base, parted, codes, g, cluster))
    return pd.concat(listed, ignore_index=True), pd.DataFrame(shares)


def _check_columns(rows: pd.DataFrame, names: tuple[str, ...]) -> None:
    known = [str(name) for name in rows.columns]
    for name in ("qa_score", *names):
        if name not in rows.columns:
            raise InputError(f'The calls have no column "{name}".{nearest(name, known)}')


def _correlations(
    x: _Floats, y: _Floats, codes: npt.NDArray[np.int64], g: int
) -> tuple[float, _Floats]:
    parts = np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])
    sums = np.column_stack([np.bincount(codes, part, minlength=g) for part in parts.T])
    total = sums.sum(axis=0)
    n, sx, sy, sxx, syy, sxy = np.vstack([total, total - sums]).T
    with np.errstate(divide="ignore", invalid="ignore"):
        together = sxy - sx * sy / n
        apart = np.sqrt((sxx - sx**2 / n) * (syy - sy**2 / n))
        r = np.where(apart > 1e-9, together / apart, np.nan).clip(-0.999999, 0.999999)
    return float(r[0]), r[1:]


def _share(
    kind: str,
    base: npt.NDArray[np.bool_],
    parted: npt.NDArray[np.bool_],
    codes: npt.NDArray[np.int64],
    g: int,
    cluster: str,
) -> dict[str, Any]:
    calls = np.bincount(codes[base], minlength=g).astype(float)
    hits = np.bincount(codes[base & parted], minlength=g).astype(float)
    n = calls.sum()
    share = 100 * hits.sum() / n if n else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        interval = jackknife_interval(share, 100 * (hits.sum() - hits) / (n - calls))
    row = {
        "kind": kind,
        "share": float(share),
        "ci_low": interval.low,
        "ci_high": interval.high,
        "by_chance": float(100 * parted.mean()),
        "n_calls": int(n),
        "n_clusters": g,
        "cluster": cluster,
        "note": _why_none(share, g, interval.low, cluster),
    }
    side, sounded = kind.removeprefix("QA ").split(", ")
    said = f"Of {int(n)} calls with {side} QA, {share:.0f} % {sounded}"
    if np.isfinite(interval.low):
        said += f" ({interval.low:.0f} to {interval.high:.0f})"
    return row | {
        "reading": f"{said}; if QA told nothing of the tone, it would be {row['by_chance']:.0f} %."
    }


def _why_none(estimate: float, g: int, low: float, cluster: str) -> str:
    if np.isfinite(low):
        return ""
    if not np.isfinite(estimate):
        return "No figure: all calls have the same value."
    name = cluster.removesuffix("_id")
    if g < MIN_CLUSTERS:
        return f"No interval: {g} {name}{'s' if g > 1 else ''} are too few; {MIN_CLUSTERS} needed."
    return f"No interval: without one {name} there is no figure."


def _together(row: dict[str, Any]) -> str:
    name = "QA score" if row["qa"] == "qa_score" else f"QA item {row['qa']}"
    tone = str(row["tone"]).replace("_", " ")
    if not np.isfinite(row["correlation"]):
        return ""
    said = f"{name} and {tone} of the customer: correlation {row['correlation']:.2f}"
    if not np.isfinite(row["ci_low"]):
        return f"{said} in these calls."
    ends = f"({row['ci_low']:.2f} to {row['ci_high']:.2f})"
    if row["ci_low"] <= 0 <= row["ci_high"]:
        return f"{said} {ends}: no relation is shown."
    return f"{said} {ends}: associated, and most of each is not told by the other."
