"""How alike an agent sounds from call to call, against how agents differ."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.dialogue.pairs import need_columns
from workbench.errors import AbstainedError, InputError

MIN_AGENTS = 8
"""Fewest agents from which an interval of the ICC is made."""

MIN_CALLS = 2
"""Fewest calls of an agent that say something about the spread within."""

_Floats = npt.NDArray[np.float64]


def call_tones(
    heard: pd.DataFrame, column: str, *, role: str = "agent", by: str = "agent_id"
) -> pd.DataFrame:
    """Average what raters heard in one role's voice, call by call.

    Parameters
    ----------
    heard : DataFrame
        From `heard_table`.
    column : str
        A tag, or a dimension with its ending: "valence_score".
    role : str, default "agent"
        Whose voice.
    by : str, default "agent_id"
        Column that names the person.

    Returns
    -------
    DataFrame
        One row a call and person: call_id, agent_id (or what `by` names), value (mean
        over the rated utterances), n_utterances.

    Raises
    ------
    InputError
        If a column is missing.
    AbstainedError
        If nobody rated this role.
    """
    need_columns(heard, ("call_id", "role", by, column), "utterances")
    rows = heard[(heard["role"] == role) & heard[column].notna() & heard[by].notna()]
    if rows.empty:
        raise AbstainedError(
            f'Nobody has rated "{column.removesuffix("_score")}" in the voice of a known {role}: '
            f'ws.labeler("your-name", role="{role}").'
        )
    found = rows.groupby(["call_id", by], sort=True)[column].agg(value="mean", n_utterances="size")
    return found.reset_index()


def tone_consistency(
    tones: pd.DataFrame, *, minimum_group: int, by: str = "agent_id"
) -> pd.DataFrame:
    """Part the spread of a tone into between agents and within agents.

    Parameters
    ----------
    tones : DataFrame
        From `call_tones`.
    minimum_group : int
        Fewest agents that a report may show (the policy of the workspace).
    by : str, default "agent_id"
        Column that names the person.

    Returns
    -------
    DataFrame
        One row: outcome, icc (share of the spread between calls that lies between
        agents, 0..1), ci_low, ci_high, between_sd, within_sd (from call to call of one
        agent), n_agents, n_calls, model, note, reading.

    Raises
    ------
    InputError
        If a column is missing.
    AbstainedError
        If there are fewer agents with 2 calls than the group may hold, or no spread.

    Notes
    -----
    Analysis of variance; the interval of the ICC is that of Thomas and Hultquist [1]_ for
    unequal numbers of calls (for equal ones the exact one of ICC(1)). It supposes
    roughly normal call means. An agent's own raters count as the agent's tone: where
    agents are heard by different raters, between agents holds the raters' habits too.

    References
    ----------
    .. [1] Thomas, J. D., and Hultquist, R. A. (1978). Interval estimation for the
       unbalanced case of the one-way random effects model. Annals of Statistics 6,
       582-587.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> agent = np.repeat(np.arange(20), 10)
    >>> tones = pd.DataFrame({"call_id": [f"c{i}" for i in range(200)],
    ...                       "agent_id": [f"a{i}" for i in agent],
    ...                       "value": rng.normal(size=20)[agent] + rng.normal(size=200)})
    >>> found = tone_consistency(tones, minimum_group=5)
    >>> int(found["n_agents"].item()), bool(found["ci_low"].item() < found["icc"].item())
    (20, True)
    """
    from scipy.special import fdtri

    sums = _by_agent(tones, by)
    n, mean, square = sums.T
    if len(n) < max(2, minimum_group):
        raise AbstainedError(
            f"{len(n)} agents have {MIN_CALLS} rated calls or more, and a report shows groups of "
            f"at least {max(2, minimum_group)} (minimum_group under [policy] of workbench.toml)."
        )
    total, k = float(n.sum()), len(n)
    within = float(square.sum()) / (total - k)
    grand = float((n * mean).sum() / total)
    msb = float((n * (mean - grand) ** 2).sum()) / (k - 1)
    if within <= 0 and msb <= 0:
        raise AbstainedError("All calls have the same value, so there is no spread to part.")
    n0 = (total - float((n**2).sum()) / total) / (k - 1)
    between = max(0.0, (msb - within) / n0)
    low = high = np.nan
    note = ""
    if k < MIN_AGENTS:
        note = f"No interval: {k} agents, and {MIN_AGENTS} are needed."
    elif within > 0:
        harmonic = k / float((1 / n).sum())
        ratio = harmonic * float(mean.var(ddof=1)) / within
        ends = [ratio / float(fdtri(k - 1, total - k, p)) for p in (0.975, 0.025)]
        low, high = (max(0.0, (f - 1) / (f - 1 + harmonic)) for f in ends)
    icc = between / (between + within)
    words = "no interval" if np.isnan(low) else f"95 % interval {low:.2f} to {high:.2f}"
    return pd.DataFrame(
        {
            "outcome": ["tone"],
            "icc": [icc],
            "ci_low": [low],
            "ci_high": [high],
            "between_sd": [between**0.5],
            "within_sd": [within**0.5],
            "n_agents": [k],
            "n_calls": [int(total)],
            "model": ["analysis of variance, Thomas-Hultquist interval"],
            "note": [note],
            "reading": [
                f"{100 * icc:.0f} % of the spread from call to call lies between agents ({words}); "
                f"one agent's calls differ by {within**0.5:.2f} (SD), agents by {between**0.5:.2f}."
            ],
        }
    )


def pooled_tones(tones: pd.DataFrame, *, minimum_group: int, by: str = "agent_id") -> pd.DataFrame:
    """Estimate each agent's tone, drawn towards all agents as far as few calls call for it.

    Parameters
    ----------
    tones : DataFrame
        From `call_tones`.
    minimum_group : int
        Fewest agents that a report may show (the policy of the workspace).
    by : str, default "agent_id"
        Column that names the person.

    Returns
    -------
    DataFrame
        One row an agent: agent_id, mean (of the calls), pooled (drawn towards all), ci_low,
        ci_high (of pooled), within_sd (of the calls), n_calls, note; in order of
        agent_id, never ranked.

    Raises
    ------
    InputError
        If a column is missing.
    AbstainedError
        If there are fewer agents than the group may hold, or statsmodels finds no
        estimate.

    Notes
    -----
    statsmodels' MixedLM with a random intercept, by restricted likelihood. The interval
    takes the variances as known: with few agents it is somewhat narrow.
    """
    import statsmodels.api as sm

    need_columns(tones, (by, "value"), "tones")
    n_agents = tones[by].nunique()
    if n_agents < max(2, minimum_group):
        raise AbstainedError(
            f"{n_agents} agents have rated calls, and a report shows groups of at least "
            f"{max(2, minimum_group)} (minimum_group under [policy] of workbench.toml)."
        )
    value = tones["value"].to_numpy(dtype=float)
    if not np.ptp(value) > 0:
        raise AbstainedError("All calls have the same value, so that agents do not differ.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = sm.MixedLM(value, np.ones((len(value), 1)), groups=tones[by].to_numpy()).fit(
                reml=True
            )
            centre = float(np.asarray(fit.fe_params)[0])
            between = float(np.asarray(fit.cov_re)[0, 0])
            moved = fit.random_effects if between > 0 else {}
            error = fit.random_effects_cov if between > 0 else {}
        except (np.linalg.LinAlgError, ValueError) as fault:
            raise AbstainedError(
                f"The mixed model has no estimate on these {len(value)} calls ({fault})."
            ) from fault
    groups = tones.groupby(by, sort=True)["value"]
    out = groups.agg(mean="mean", within_sd="std", n_calls="size").reset_index()
    shift = [float(np.asarray(moved[a])[0]) if between > 0 else 0.0 for a in out[by]]
    se = [float(np.asarray(error[a]).item()) ** 0.5 if between > 0 else np.nan for a in out[by]]
    out["pooled"] = centre + np.array(shift)
    out["ci_low"] = out["pooled"] - 1.959964 * np.array(se)
    out["ci_high"] = out["pooled"] + 1.959964 * np.array(se)
    out["note"] = "" if between > 0 else "No difference between agents beyond chance was found."
    return out[[by, "mean", "pooled", "ci_low", "ci_high", "within_sd", "n_calls", "note"]]


def _by_agent(tones: pd.DataFrame, by: str) -> _Floats:
    """Find number, mean and sum of squares around it of each agent with several calls."""
    need_columns(tones, (by, "value"), "tones")
    if tones[by].isna().any():
        raise InputError(f"{int(tones[by].isna().sum())} rows have no {by}. Leave them out first.")
    groups = tones.groupby(by, sort=True)["value"]
    found = groups.agg(n="size", mean="mean", variance="var")
    found = found[found["n"] >= MIN_CALLS]
    return np.column_stack(
        [found["n"], found["mean"], found["variance"] * (found["n"] - 1)]
    ).astype(np.float64)
