"""Every utterance of the admitted roles against its speaker's own baseline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.cues.baseline import Baseline, own_baselines
from workbench.cues.evidence import evidence
from workbench.cues.thresholds import CUES, SIGNALS, Signal, check_thresholds
from workbench.errors import InputError, nearest
from workbench.schema import check_table, empty_table

FARTHEST_DB = 15.0
"""An utterance this much softer than its speaker usually is, is perhaps not the speaker, dB."""

_NEEDED = ("utterance_id", "call_id", "role", "start_s", "end_s")
_WHO = {"customer": "caller", "agent": "agent"}


def cue_table(
    prosody: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    infer_roles: Iterable[str] = ("customer",),
    thresholds: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Look for cues: prosody that stands out from the speaker's own in this call.

    Use it to find moments worth hearing. A cue is no feeling: voices rise for
    questions, slow down for dictated numbers and get louder on bad lines.

    Parameters
    ----------
    prosody : DataFrame
        The table prosody. For pauses before an utterance it must have been
        given `workbench.utterances.gap_table`'s columns.
    utterances : DataFrame
        The utterances, of one or many calls: utterance_id, call_id, role,
        start_s, end_s, and where there are several, channel, speaker_id, unit.
    infer_roles : iterable of str
        Roles whose voice may be judged. Utterances of other roles do not appear,
        except those of an unknown role, which abstain.
    thresholds : DataFrame, optional
        From `default_thresholds`, edited.

    Returns
    -------
    DataFrame
        The table cues: one row an utterance and cue. Where there is no
        judgement, strength_sd is empty and `abstained` says why.

    Raises
    ------
    InputError
        If a column is missing, an utterance occurs twice, or the thresholds make
        no sense.

    Notes
    -----
    The baseline (kind "call") of an utterance is the median and a robust spread
    over the other utterances of the same speaker in the same call, see
    `own_baselines`. It looks at the whole call, also at what came later, so it
    must not be used to predict anything inside the call.
    """
    limits = check_thresholds(thresholds)
    for name in _NEEDED:
        if name not in utterances.columns:
            raise InputError(
                f'The utterances have no column "{name}".{nearest(name, map(str, utterances))} '
                f"Cues need {', '.join(_NEEDED)}."
            )
    if utterances["utterance_id"].duplicated().any():
        twice = utterances.loc[utterances["utterance_id"].duplicated(), "utterance_id"].iloc[0]
        raise InputError(f"The utterance {twice} occurs twice; one row an utterance is needed.")
    admitted = {*infer_roles, "unknown"}
    measured = check_table(prosody, "prosody")
    kept = [*_NEEDED, *(c for c in ("channel", "speaker_id", "unit") if c in utterances.columns)]
    asked = utterances.loc[utterances["role"].isin(admitted), kept]
    asked = asked.merge(measured, on="utterance_id", how="inner")
    if asked.empty:
        return empty_table("cues")
    asked["seconds"] = asked["end_s"] - asked["start_s"]
    groups = [c for c in ("call_id", "unit", "role", "speaker_id", "channel") if c in asked.columns]
    if "speaker_id" in groups and "channel" in groups and asked["speaker_id"].notna().all():
        groups.remove("channel")
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for _, own in asked.groupby(groups, dropna=False, sort=False):
        rows |= _judge_speaker(own, limits)
    order = [(i, cue) for i in asked.index for cue in CUES if (i, cue) in rows]
    return check_table(pd.DataFrame([rows[key] for key in order]), "cues")


def _judge_speaker(
    own: pd.DataFrame, limits: pd.DataFrame
) -> dict[tuple[int, str], dict[str, Any]]:
    role = str(own["role"].iloc[0])
    who = _WHO.get(role, "speaker")
    hidden = _hidden(own, role, who)
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    for signal in SIGNALS:
        chosen = limits[(limits["cue"] == signal.cue) & (limits["kind"] == signal.kind)]
        if chosen.empty:
            continue
        limit = chosen.iloc[0]
        for index, row in _judge_signal(own, signal, limit, hidden, who):
            key = (index, signal.cue)
            if key not in rows or _stronger(row, rows[key]):
                rows[key] = row
    return rows


def _hidden(own: pd.DataFrame, role: str, who: str) -> list[str | None]:
    """Why an utterance is neither judged nor part of a baseline, or None."""
    if role == "unknown":
        why = "Nobody said who speaks here: give the channel a role first."
        return [why] * len(own)
    level = own["intensity_db"].to_numpy(np.float64)
    usable = own["usable"].to_numpy(np.bool_)
    usual = float(np.median(level[usable])) if usable.any() else float("nan")
    reasons: list[str | None] = []
    for good, db in zip(usable, level, strict=True):
        if not good:
            reasons.append("The signal of this utterance carries no measures, see prosody.")
        elif usual - db > FARTHEST_DB:
            reasons.append(
                f"{usual - db:.0f} dB softer than this {who} usually is: perhaps somebody else."
            )
        else:
            reasons.append(None)
    return reasons


def _judge_signal(
    own: pd.DataFrame, signal: Signal, limit: pd.Series, hidden: list[str | None], who: str
) -> Iterable[tuple[int, dict[str, Any]]]:
    values = np.asarray(own[signal.column], np.float64)
    seconds = own["seconds"].to_numpy(np.float64)
    counts = np.array([why is None for why in hidden]) & (seconds >= limit["min_s"])
    base = own_baselines(
        _scaled(values, signal),
        counts,
        usual_spread=float(limit["usual_spread"]),
        usual_n=float(limit["usual_n"]),
        min_others=int(limit["min_others"]),
    )
    rises = own["f0_final_rise_st"].to_numpy(np.float64)
    for k, index in enumerate(own.index.tolist()):
        row = {
            "utterance_id": own["utterance_id"].iloc[k],
            "cue": signal.cue,
            "value": float(values[k]),
            "unit": signal.unit,
            "threshold_sd": float(limit["threshold_sd"]),
            "fired": False,
        }
        why = hidden[k] or _why_not(own.iloc[k], signal, limit, values[k], base, k, who)
        if why:
            yield index, row | {"abstained": why}
            continue
        centre = _unscaled(float(base.centre[k]), signal)
        away = (_scaled(values[k : k + 1], signal)[0] - base.centre[k]) / base.spread[k]
        strength = float(signal.direction * away)
        enough = np.isnan(limit["least_value"]) or values[k] >= limit["least_value"]
        yield (
            index,
            row
            | {
                "strength_sd": strength,
                "fired": bool(strength >= limit["threshold_sd"] and enough),
                "baseline": {
                    "kind": "call",
                    "n": int(base.n[k]),
                    "centre": round(centre, 4),
                    "spread": round(float(base.spread[k]), 4),
                    "unit": signal.unit,
                    "spread_unit": signal.spread_unit,
                },
                "evidence": evidence(
                    signal.cue, signal.kind, float(values[k]), centre, who, float(rises[k])
                ),
            },
        )


def _why_not(
    utterance: pd.Series,
    signal: Signal,
    limit: pd.Series,
    value: float,
    base: Baseline,
    k: int,
    who: str,
) -> str | None:
    if utterance["seconds"] < limit["min_s"]:
        return f"It lasts {utterance['seconds']:.1f} s; {limit['min_s']:g} s are needed."
    if np.isnan(value):
        reasons = utterance["abstained"]
        reason = reasons.get(signal.column) if isinstance(reasons, dict) else None
        return reason or f"There is no {signal.column} for it."
    if np.isnan(base.centre[k]):
        need = int(limit["min_others"])
        return (
            f"This {who} has {int(base.n[k])} other utterances in this call "
            f"to be held against; {need} are needed."
        )
    return None


def _stronger(row: dict[str, Any], kept: dict[str, Any]) -> bool:
    """Of several places where a cue can be seen, the one that is told."""
    if row["fired"] != kept["fired"]:
        return bool(row["fired"])
    if "strength_sd" not in row or "strength_sd" not in kept:
        return "strength_sd" in row
    share = row["strength_sd"] / row["threshold_sd"]
    return bool(share > kept["strength_sd"] / kept["threshold_sd"])


def _scaled(values: npt.NDArray[np.floating], signal: Signal) -> npt.NDArray[np.float64]:
    if signal.scale:
        values = signal.scale * np.log2(np.maximum(values, signal.smallest))
    return values.astype(np.float64)


def _unscaled(centre: float, signal: Signal) -> float:
    return float(2 ** (centre / signal.scale)) if signal.scale else centre
