"""Rated calls made by hand, for tests of consensus, trajectories, outcomes and figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

NOW = pd.Timestamp("2026-11-02 09:00", tz="UTC")


def ratings_of(rows: list[tuple], pass_: str = "both", version: str = "1"):
    """Make tables of (utterance, rater, verdict, {tag: intensity}, {dimension: value})."""
    ratings, tags, scores = [], [], []
    for number, (utterance, rater, verdict, heard, values) in enumerate(rows):
        rating_id = f"{pass_}-{version}-{number:05d}"
        ratings.append(
            {
                "rating_id": rating_id,
                "utterance_id": utterance,
                "rater_id": rater,
                "taxonomy": "cx",
                "version": version,
                "pass": pass_,
                "verdict": verdict,
                "created_at": NOW + pd.Timedelta(minutes=number),
                "retracted": False,
            }
        )
        tags += [
            {"rating_id": rating_id, "tag": tag, "intensity": how, "primary": False}
            for tag, how in heard.items()
        ]
        scores += [
            {"rating_id": rating_id, "dimension": name, "value": value}
            for name, value in values.items()
        ]
    return (
        pd.DataFrame(ratings),
        pd.DataFrame(tags, columns=["rating_id", "tag", "intensity", "primary"]),
        pd.DataFrame(scores, columns=["rating_id", "dimension", "value"]),
    )


def utterances_of(rows: list[tuple]) -> pd.DataFrame:
    """Make utterances of (utterance_id, call_id, role, start_s, end_s)."""
    return pd.DataFrame(
        [
            {
                "utterance_id": utterance,
                "segmentation_id": f"seg-{call}",
                "unit": "utterance",
                "call_id": call,
                "channel": 0 if role == "customer" else 1,
                "role": role,
                "start_s": float(start),
                "end_s": float(end),
                "created_at": NOW,
            }
            for utterance, call, role, start, end in rows
        ]
    )


def consensus_of(rows: list[tuple]) -> pd.DataFrame:
    """Make consensus rows of (utterance_id, variable, kind, estimate)."""
    return pd.DataFrame(
        [
            {
                "utterance_id": utterance,
                "taxonomy": "cx",
                "version": "1",
                "pass": "both",
                "method": "mean",
                "variable": variable,
                "kind": kind,
                "estimate": float(estimate),
                "n_raters": 3,
                "as_of": NOW,
            }
            for utterance, variable, kind, estimate in rows
        ]
    )


def value_of(table: pd.DataFrame, column: str = "estimate", **equals: str) -> float:
    """Look up a single figure."""
    rows = table
    for name, value in equals.items():
        rows = rows[rows[name] == value]
    return rows[column].item()


def contact_centre(
    n_calls: int = 600,
    n_agents: int = 12,
    *,
    seed: int = 0,
    log_odds_per_10_points: float = 0.3,
    agent_sd: float = 0.5,
) -> dict[str, pd.DataFrame]:
    """Draw features, outcomes, calls and customers from a model with known coefficients."""
    rng = np.random.default_rng(seed)
    ids = [f"{i:06d}" for i in range(n_calls)]
    agent = rng.integers(n_agents, size=n_calls)
    customer = rng.integers(n_calls // 2, size=n_calls)
    share = rng.beta(1, 3, size=n_calls)
    habit = rng.normal(0, agent_sd, n_agents)
    log_odds = -1.8 + log_odds_per_10_points * 10 * (share - 0.25) + habit[agent]
    start = pd.Timestamp("2026-01-01", tz="UTC")
    calls = pd.DataFrame(
        {
            "call_id": ids,
            "agent_id": [f"a{i:03d}" for i in agent],
            "customer_id": [f"c{i:04d}" for i in customer],
            "queue": rng.choice(["billing", "repair", "sales"], n_calls),
            "handle_s": rng.lognormal(5.5, 0.5, n_calls),
            "started_at": start + pd.to_timedelta(rng.integers(0, 90, n_calls), unit="D"),
        }
    )
    left = rng.uniform(size=n_calls // 2) < 0.3
    customers = pd.DataFrame(
        {
            "customer_id": [f"c{i:04d}" for i in range(n_calls // 2)],
            "churned_at": pd.Series(np.where(left, "2026-05-01", None)).pipe(
                pd.to_datetime, utc=True
            ),
            "observed_until": start + pd.Timedelta("200D"),
        }
    )
    return {
        "features": pd.DataFrame(
            {
                "call_id": ids,
                "judged_s": rng.uniform(20, 60, n_calls),
                "left_out": "",
                "frustration_share": share,
                "relief_share": rng.beta(1, 5, n_calls),
                "valence_mean": -share + rng.normal(0, 0.2, n_calls),
            }
        ),
        "outcomes": pd.DataFrame(
            {
                "call_id": ids,
                "escalated": rng.uniform(size=n_calls) < 1 / (1 + np.exp(-log_odds)),
                "qa_score": np.clip(
                    85 - 20 * share + 5 * habit[agent] + rng.normal(0, 8, n_calls), 0, 100
                ),
            }
        ),
        "calls": calls,
        "customers": customers,
    }
