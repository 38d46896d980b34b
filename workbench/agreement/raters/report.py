"""The report on raters: every check of every rater, with what stands among all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.agreement.raters.bias import bias_findings
from workbench.agreement.raters.estimates import Floats, adjusted
from workbench.agreement.raters.findings import Finding, spoken
from workbench.agreement.raters.gold import gold_findings
from workbench.agreement.raters.order import order_findings
from workbench.agreement.raters.pace import pace_findings
from workbench.agreement.raters.panel import Panel, read_panel
from workbench.agreement.raters.repeats import repeat_findings
from workbench.agreement.raters.rest import agreement_findings
from workbench.agreement.raters.runs import run_findings
from workbench.errors import InputError
from workbench.schema import check_table, check_utterances

CHECKS = (
    "agreement",
    "bias",
    "gold",
    "repeats",
    "pace",
    "drift",
    "drift_over_sittings",
    "carry_over",
    "fatigue",
    "straight_lining",
    "break",
)
"""What is looked at, in the order of the report."""


def rater_report(
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    utterances: pd.DataFrame | None = None,
    assignments: pd.DataFrame | None = None,
    gold: pd.DataFrame | None = None,
    *,
    pass_: str | None = None,
    taxonomy: str | None = None,
    version: str | None = None,
    unit: str | None = None,
    level: float = 0.05,
    smallest: float = 0.05,
) -> pd.DataFrame:
    """Look at the work of every rater: where it would help to listen together.

    It is no ranking and gives no verdicts. Raters differ because feelings are
    heard differently; a figure says where two people hear different things, and
    the utterances behind it can be played.

    Parameters
    ----------
    ratings, tags, scores : DataFrame
        The tables of these names; ratings that were superseded or retracted do
        not count.
    utterances : DataFrame, optional
        The table utterances. With it intervals respect calls, and pace is held
        against the length of an utterance.
    assignments : DataFrame, optional
        The table assignments; what answers an adjudication is left out.
    gold : DataFrame, optional
        The table gold, answers that were agreed beforehand.
    pass_, taxonomy, version, unit : str, optional
        Needed if ratings of several came: they are never pooled.
    level : float, default 0.05
        Share of false findings among all that are told, over raters, checks and
        variables [1]_. Half of the room for error goes to the first question,
        agreement over everything [2]_, so that who answers without listening is
        seen early.
    smallest : float, default 0.05
        Differences in agreement, shares and scores, and drifts per 100 ratings,
        below this are not told, however sure they are.

    Returns
    -------
    DataFrame
        One row a rater, check and variable, sorted so:

        agreement
            With the rest, beyond chance (see `rater_agreement`); of tags, each
            dimension, and all together. `expected`: of the others among
            themselves on the same utterances.
        bias
            Heard more or less often, placed higher or lower (see `rater_bias`).
        gold
            Share of agreed answers given; `expected`: by the others.
        repeats
            See `repeat_consistency`; `expected`: the others.
        pace
            ``too_quick``: share of ratings saved before the utterance can have
            been heard (in less than half its length, never played, or heard by
            less than half). ``time``: time taken over that of the others.
        drift
            Change of the deviation from the others per 100 ratings of a sitting
            (see `rater_drift`); ``n_tags`` is the number of tags.
        drift_over_sittings
            The same from sitting to sitting, per 100 ratings.
        carry_over
            Share of the answer before that returns in the next, beyond what the
            utterance explains; only across calls.
        fatigue
            Growth of the distance from the others per 100 ratings of a
            sitting, relative to its mean, with drift taken off.
        straight_lining
            Share of ratings that are like the one before; `expected`: of the
            others for the same two utterances.
        break
            Only where drift or fatigue is told: after how many ratings a
            sitting has moved by .1, or the distance grown by a quarter.

        Columns: rater_id, check, variable, value, unit, expected, ci_low,
        ci_high (95 %, of the value), n (ratings behind it), p (of the difference
        from the expected value), p_adjusted, told (whether the figures support
        telling it: p_adjusted up to `level`, large enough, and in the direction
        in which help is wanted), sentence, utterance_ids and rating_ids (up to 8
        that show it best, strongest first). A check without enough data has a
        sentence with what is needed, and no value or interval.

    Raises
    ------
    InputError
        If a table is not as documented, several passes, versions or units came,
        an utterance is unknown, or `level` or `smallest` does not fit.
    AbstainedError
        If there is no rating, or one rater only.

    See Also
    --------
    rater_evidence : The ratings behind a row, ready to be played.

    Notes
    -----
    The others are the comparison, not the truth: where most hear it wrong, the
    one who hears it right stands out. The comparison is made within utterances,
    so raters who heard different things can be compared as far as they share
    some.

    References
    ----------
    .. [1] Benjamini, Y., and Hochberg, Y. (1995). Controlling the false discovery
       rate. Journal of the Royal Statistical Society B 57, 289-300.
    .. [2] Genovese, C. R., Roeder, K., and Wasserman, L. (2006). False discovery
       control with p-value weighting. Biometrika 93, 509-524.

    Examples
    --------
    >>> rows = [(f"u{n:02d}", rater, n % 3 / 4 + bias + (n * 7 % 5) / 50 * (rater == "r2"))
    ...         for n in range(40) for rater, bias in (("r1", 0), ("r2", 0), ("r3", -.2))]
    >>> ratings = pd.DataFrame({
    ...     "rating_id": [f"{n:04d}" for n in range(len(rows))],
    ...     "utterance_id": [row[0] for row in rows], "rater_id": [row[1] for row in rows],
    ...     "taxonomy": "cx", "version": "1", "pass": "both", "verdict": "unclear",
    ...     "created_at": pd.date_range("2026-11-02", periods=len(rows), freq="min", tz="UTC"),
    ...     "retracted": False})
    >>> scores = pd.DataFrame({"rating_id": ratings["rating_id"], "dimension": "valence",
    ...                        "value": [row[2] for row in rows]})
    >>> from workbench.schema import empty_table
    >>> report = rater_report(ratings, empty_table("tags"), scores)
    >>> told = report[report["told"] & (report["check"] == "bias")]
    >>> told[["rater_id", "variable", "value", "n"]].round(2)
       rater_id variable  value   n
    2        r1  valence   0.08  40
    14       r2  valence   0.14  40
    26       r3  valence  -0.22  40
    """
    for name, share in (("level", level), ("smallest", smallest)):
        if not 0 <= share <= 1:
            raise InputError(f"{name} is {share}; expected a share from 0 to 1.")
    panel = read_panel(
        ratings, tags, scores, utterances=utterances, assignments=assignments, pass_=pass_,
        taxonomy=taxonomy, version=version, unit=unit,
    )  # fmt: skip
    found = [
        *agreement_findings(panel, smallest=smallest),
        *bias_findings(panel, smallest=smallest),
        *([] if gold is None else gold_findings(panel, tags, gold, smallest=smallest)),
        *repeat_findings(panel),
        *pace_findings(panel),
        *order_findings(panel, smallest=smallest),
        *run_findings(panel, smallest=smallest),
    ]
    raised = adjusted(np.array([one.p for one in found], dtype=np.float64), _weights(found))
    told = [bool(p <= level and one.worth) for p, one in zip(raised, found, strict=True)]
    rows = [_row(panel, *each) for each in zip(found, raised, told, strict=True)]
    rows += _breaks(panel, found, told)
    table = pd.DataFrame(rows)
    place = table["check"].map({name: at for at, name in enumerate(CHECKS)})
    order = table.assign(_place=place).sort_values(
        ["rater_id", "_place", "variable"], kind="stable"
    )
    return order.drop(columns="_place").reset_index(drop=True)


def rater_evidence(
    rows: pd.DataFrame,
    ratings: pd.DataFrame,
    tags: pd.DataFrame,
    scores: pd.DataFrame,
    utterances: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """List the ratings behind rows of a report, beside what the others gave.

    Parameters
    ----------
    rows : DataFrame
        Rows of `rater_report`.
    ratings, tags, scores : DataFrame
        The tables the report was made from.
    utterances : DataFrame, optional
        The table utterances; adds what is needed to play them.

    Returns
    -------
    DataFrame
        One row a rating, the strongest of each report row first: rater_id,
        check, variable, utterance_id, rating_id, given (what the rater gave, in
        words), others (what the others gave, with their names), and with
        utterances call_id, channel, start_s, end_s.

    Raises
    ------
    InputError
        If the rows are not of a report, or a rating is not among the ratings.
    """
    columns = ["rater_id", "check", "variable", "utterance_ids", "rating_ids"]
    if lacking := [name for name in columns if name not in rows.columns]:
        raise InputError(f'Rows of rater_report are expected; they have no column "{lacking[0]}".')
    names = {"utterance_ids": "utterance_id", "rating_ids": "rating_id"}
    listed = rows[columns].explode(list(names)).rename(columns=names).dropna(subset="rating_id")
    listed = listed.reset_index(drop=True)
    ratings = check_table(ratings, "ratings")
    if not listed["rating_id"].isin(ratings["rating_id"]).all():
        raise InputError("The report names ratings that did not come; give the same tables.")
    near = ratings[ratings["utterance_id"].isin(listed["utterance_id"])]
    kind = ratings.loc[
        ratings["rating_id"].isin(listed["rating_id"]), ["taxonomy", "version", "pass"]
    ]
    near = near.merge(kind.drop_duplicates(), on=["taxonomy", "version", "pass"])
    gone = near["rating_id"].isin(ratings["supersedes"].dropna()) | near["retracted"]
    near = near[~gone.to_numpy(dtype=bool)]
    words = _in_words(near, check_table(tags, "tags"), check_table(scores, "scores"))
    near = near.assign(words=near["rating_id"].map(words))
    told = {
        str(name): list(zip(own["rater_id"], own["words"], strict=True))
        for name, own in near.sort_values(["rater_id", "created_at"]).groupby("utterance_id")
    }
    listed["given"] = listed["rating_id"].map(words)
    listed["others"] = [
        "; ".join(f"{who}: {what}" for who, what in told.get(utterance, []) if who != rater)
        for utterance, rater in zip(listed["utterance_id"], listed["rater_id"], strict=True)
    ]
    if utterances is None:
        return listed
    places = check_utterances(utterances)[
        ["utterance_id", "call_id", "channel", "start_s", "end_s"]
    ]
    return listed.merge(places, on="utterance_id", how="left")


def _weights(found: list[Finding]) -> Floats:
    """Give half of the room for error to who answers without listening, the rest to all else."""
    agreed = np.array([one.check == "agreement" for one in found])
    whole = agreed & np.array([one.variable == "all" for one in found])
    first = (whole if whole.any() else agreed) & ~np.isnan([one.p for one in found])
    n_first, n_rest = int(first.sum()), int((~np.isnan([one.p for one in found]) & ~first).sum())
    return np.where(first, 1 / max(n_first, 1), 1 / max(n_rest, 1))


def _row(panel: Panel, one: Finding, raised: float, told: bool) -> dict[str, object]:
    name = panel.raters[one.rater]
    about = f"{name}, {one.check.replace('_', ' ')} ({spoken(one.variable)})"
    if one.need:
        sentence = f"{about}: too little to say; {one.need}"
    elif told:
        together = " Listen to these together." if one.rows else ""
        sentence = f"{name} {one.clear}.{together}"
    else:
        sentence = f"{about}: nothing to tell; {one.figures}."
    return {
        "rater_id": name,
        "check": one.check,
        "variable": one.variable,
        "value": one.value,
        "unit": one.unit,
        "expected": one.expected,
        "ci_low": one.low,
        "ci_high": one.high,
        "n": one.n,
        "p": one.p,
        "p_adjusted": float(raised),
        "told": told,
        "sentence": sentence,
        "utterance_ids": [panel.utterance_ids[row] for row in one.rows],
        "rating_ids": [panel.rating_ids[row] for row in one.rows],
    }


def _breaks(panel: Panel, found: list[Finding], told: list[bool]) -> list[dict[str, object]]:
    """Recommend a break where drift or fatigue is told."""
    rows = []
    for one, stands in zip(found, told, strict=True):
        if not stands or one.check not in ("drift", "fatigue") or one.variable == "n_tags":
            continue
        most, what = (0.1, "moved by .1") if one.check == "drift" else (0.25, "grown by a quarter")
        steep = sorted(abs(end) for end in (one.low, one.high))
        after, early, late = (100 * most / rate for rate in (abs(one.value), steep[1], steep[0]))
        spent = (
            panel.ratings["elapsed_ms"]
            .iloc[panel.bounds[one.rater] : panel.bounds[one.rater + 1]]
            .median()
        )
        minutes = "" if pd.isna(spent) else f", about {after * float(spent) / 60000:.0f} minutes"
        subject = "the answers have" if one.check == "drift" else "the distance from the others has"
        sentence = (
            f"A break for {panel.raters[one.rater]} after about {after:.0f} ratings "
            f"({early:.0f} to {late:.0f}){minutes}: by then {subject} {what} on {one.variable}, if "
            "every sitting begins anew."
        )
        base = _row(panel, one, np.nan, True)
        rows.append(
            base
            | {
                "check": "break",
                "value": after,
                "unit": "ratings",
                "expected": np.nan,
                "ci_low": early,
                "ci_high": late,
                "p": np.nan,
                "sentence": sentence,
            }
        )
    return rows


def _in_words(ratings: pd.DataFrame, tags: pd.DataFrame, scores: pd.DataFrame) -> dict[str, str]:
    ids = set(ratings["rating_id"])
    named = tags[tags["rating_id"].isin(ids)].groupby("rating_id")["tag"].agg(", ".join)
    scored = scores[scores["rating_id"].isin(ids)]
    said = scored["dimension"] + " " + scored["value"].map("{:+.2f}".format).astype("str")
    values = said.groupby(scored["rating_id"]).agg(", ".join)
    words = {}
    for rating, verdict in zip(ratings["rating_id"], ratings["verdict"], strict=True):
        heard = named.get(rating, verdict) if verdict == "tagged" else verdict
        words[rating] = "; ".join(part for part in (heard, values.get(rating, "")) if part)
    return words
