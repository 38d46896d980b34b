"""Every utterance of the admitted roles against its speaker's own baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.cues.baseline import (
    KINDS,
    Baseline,
    call_baseline,
    causal_baseline,
    history_baseline,
    mixed_spread,
)
from workbench.cues.evidence import evidence
from workbench.cues.measures import CUES, ENDS, F0, TREND, Measure
from workbench.cues.speakers import Speech, speech_of
from workbench.cues.thresholds import check_thresholds
from workbench.errors import InputError, nearest
from workbench.schema import check_table, empty_table

USUAL_LENGTH_S = 2.0
"""Length of the utterances whose spread `usual_spread` is, seconds."""

Floats = npt.NDArray[np.float64]
Limit = Mapping[str, Any]
_Key = tuple[Measure, float, float]


def cue_table(
    prosody: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    calls: pd.DataFrame | None = None,
    infer_roles: Iterable[str] = ("customer",),
    thresholds: pd.DataFrame | None = None,
    baseline: str = "call",
) -> pd.DataFrame:
    """Look for cues: prosody that stands out from the speaker's own.

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
    calls : DataFrame, optional
        call_id and started_at, for the speaker's history: other calls with the
        same speaker_id that began earlier. Without it there is no history.
    infer_roles : iterable of str
        Roles whose voice may be judged. Utterances of other roles do not appear,
        except those of an unknown role, which abstain.
    thresholds : DataFrame, optional
        From `default_thresholds`, edited.
    baseline : {"call", "causal", "speaker_history"}, default "call"
        What decides: the rest of the speaker's call; only what came before the
        utterance in this call; or the speaker's earlier calls. Whatever predicts
        anything inside the call must use "causal", since "call" knows the end.

    Returns
    -------
    DataFrame
        The table cues: one row an utterance and cue. Where there is no
        judgement, strength_sd is empty and `abstained` says why. The strengths
        by all three baselines stand in call_sd, causal_sd, speaker_history_sd.

    Raises
    ------
    InputError
        If a column is missing, an utterance occurs twice, or the thresholds make
        no sense, or there is no such baseline.

    Notes
    -----
    The centre of a baseline is the median, the spread a robust one, see
    `call_baseline`, averaged with the usual spread of the measure and made
    wider for short utterances. Unusable, noisy and clipped utterances are not
    part of a baseline. Level has no history: microphones and gain differ.
    """
    limits = check_thresholds(thresholds)
    if baseline not in KINDS:
        raise InputError(
            f'There is no baseline "{baseline}".{nearest(baseline, KINDS)} '
            f"There are: {', '.join(KINDS)}."
        )
    speech = speech_of(prosody, utterances, calls, infer_roles)
    if speech.rows.empty or not limits:
        return empty_table("cues")
    by_cue: dict[str, _Judged] = {}
    bench = _Bench(speech, baseline)
    chosen = {(str(limit["cue"]), str(limit["kind"])): limit for limit in limits}
    for cue, measure, side in ENDS:
        limit = chosen.get((cue, measure.kind))
        if limit is not None:
            judged = bench.judge(measure, side, limit)
            by_cue[cue] = by_cue[cue].or_stronger(judged) if cue in by_cue else judged
    return _table(speech, by_cue)


@dataclass
class _Judged:
    """One cue over all utterances: a column of the table for each field."""

    value: Floats
    unit: str
    strength: dict[str, Floats]
    kind: str
    threshold: Floats
    fired: npt.NDArray[np.bool_]
    baseline: npt.NDArray[np.object_]
    evidence: npt.NDArray[np.object_]
    abstained: npt.NDArray[np.object_]

    def or_stronger(self, other: _Judged) -> _Judged:
        """Of two places where a cue can be seen, tell the one that fired or is stronger."""
        mine, its = (
            np.nan_to_num(j.strength[j.kind] / j.threshold, nan=-np.inf) + 1e6 * j.fired
            for j in (self, other)
        )
        other_wins = its > mine

        def pick(a: Any, b: Any) -> Any:
            return np.where(other_wins, b, a)

        return _Judged(
            pick(self.value, other.value),
            self.unit,
            {kind: pick(self.strength[kind], other.strength[kind]) for kind in KINDS},
            self.kind,
            pick(self.threshold, other.threshold),
            pick(self.fired, other.fired),
            pick(self.baseline, other.baseline),
            pick(self.evidence, other.evidence),
            pick(self.abstained, other.abstained),
        )


class _Bench:
    """Judges one cue after the other over all utterances, and keeps what several need."""

    def __init__(self, speech: Speech, kind: str) -> None:
        self.speech, self.kind = speech, kind
        self.seconds = speech.numbers("end_s") - speech.numbers("start_s")
        self.speaking_s = self.seconds - np.nan_to_num(speech.numbers("pause_total_s"))
        self.rises = speech.numbers("f0_final_rise_st").tolist()
        self.abstained = speech.rows["abstained"].tolist()
        self.shown = {
            kind: np.array([reason is None for reason in why], np.bool_)
            for kind, why in speech.hidden.items()
        }
        self._baselines: dict[tuple[Measure, float, float, str], Baseline] = {}
        self._told: dict[_Key, npt.NDArray[np.object_]] = {}
        self._reasons: dict[_Key, npt.NDArray[np.object_]] = {}

    def judge(self, measure: Measure, side: int, limit: Limit) -> _Judged:
        """Judge all utterances on one side of a measure."""
        values, third = self._values(measure, limit)
        scaled = measure.scaled(values)
        strength: dict[str, Floats] = {}
        for kind in KINDS:
            base = self.baseline(measure, limit, kind)
            spread = self._spread(base, side, measure, limit, third)
            need = limit["min_others"] - (measure is TREND)
            able = self._able(limit, kind) & (base.n >= need)
            with np.errstate(invalid="ignore", divide="ignore"):
                own = np.where(able, side * (scaled - base.centre) / spread, np.nan)
            strength[kind] = own
            if kind == self.kind:
                told = base._replace(above=spread)
        judged = np.isfinite(strength[self.kind])
        with np.errstate(invalid="ignore"):
            fired = judged & (strength[self.kind] >= limit["threshold_sd"])
            if not np.isnan(limit["least_change"]):
                fired &= side * (scaled - told.centre) >= limit["least_change"]
            if not np.isnan(limit["least_value"]):
                fired &= side * (values - limit["least_value"]) >= 0
        centre = measure.unscaled(told.centre)
        return _Judged(
            values,
            measure.unit,
            strength,
            self.kind,
            np.full(values.size, float(limit["threshold_sd"])),
            fired,
            self._told_baseline(measure, told, centre, judged),
            self._evidence(measure, limit, values, centre, third, judged),
            self._why_not(measure, limit, values, told, judged),
        )

    def baseline(self, measure: Measure, limit: Limit, kind: str) -> Baseline:
        """Find what a measure is held against; the same for both of its cues."""
        short_s = float(limit["short_s"])
        key = (measure, short_s, float(limit["min_s"]), kind)
        if key not in self._baselines:
            counts = self.speech.clean[kind] & (self.seconds >= limit["min_s"])
            if measure is TREND:
                values = self._steps(counts)
            else:
                values = measure.scaled(self.speech.numbers(measure.column))
            if kind == "speaker_history" and measure.unit == "dB":
                values = np.full(values.size, np.nan)
            scatter, bounds = self._scatter(short_s), self.speech.bounds
            if kind == "call":
                found = call_baseline(values, counts=counts, scatter=scatter, bounds=bounds)
            elif kind == "causal":
                times = (self.speech.numbers("start_s"), self.speech.numbers("end_s"))
                found = causal_baseline(
                    values, *times, counts=counts, scatter=scatter, bounds=bounds
                )
            else:
                found = history_baseline(
                    values,
                    counts=counts,
                    scatter=scatter,
                    bounds=bounds,
                    earlier=self.speech.earlier,
                )
            if measure is TREND:
                found = found._replace(centre=np.where(np.isfinite(found.centre), 0.0, np.nan))
            self._baselines[key] = found
        return self._baselines[key]

    def _values(self, measure: Measure, limit: Limit) -> tuple[Floats, npt.NDArray[np.int64]]:
        if measure is not TREND:
            values = self.speech.numbers(measure.column)
            return values, np.zeros(values.size, np.int64)
        from workbench.cues.kernels import drifts

        level = F0.scaled(self.speech.numbers(F0.column))
        clean = self.speech.clean["causal"] & (self.seconds >= limit["min_s"])
        drift, third, n = drifts(level, clean & np.isfinite(level), self.speech.bounds)
        return np.where(n > limit["min_others"], drift, np.nan), third

    def _steps(self, counts: npt.NDArray[np.bool_]) -> Floats:
        """From one utterance to the next: their spread leaves a trend out."""
        level = F0.scaled(self.speech.numbers(F0.column))
        at = np.flatnonzero(counts & np.isfinite(level))
        group = np.searchsorted(self.speech.bounds, at, side="right")
        same = group[1:] == group[:-1]
        steps = np.full(level.size, np.nan)
        steps[at[1:][same]] = np.diff(level[at])[same] / np.sqrt(2)
        return steps

    def _able(self, limit: Limit, kind: str) -> npt.NDArray[np.bool_]:
        long = self.seconds >= float(limit["min_s"])
        return np.asarray(self.shown[kind] & long, np.bool_)

    def _scatter(self, short_s: float) -> Floats:
        lengths = np.maximum(self.speaking_s, 0.1)
        scatter: Floats = np.sqrt((1 + short_s / lengths) / (1 + short_s / USUAL_LENGTH_S))
        return scatter

    def _spread(
        self,
        base: Baseline,
        side: int,
        measure: Measure,
        limit: Limit,
        third: npt.NDArray[np.int64],
    ) -> Floats:
        own = base.above if side > 0 else base.below
        if measure is TREND:
            own = np.maximum(base.above, base.below)
        mixed = mixed_spread(own, base.n, float(limit["usual_spread"]), float(limit["usual_n"]))
        if measure is TREND:
            # The variance of a median of k is about pi / 2 / (k + pi / 2 - 1); two are compared.
            variance = np.pi / np.maximum(third + np.pi / 2 - 1, 0.1)
        else:
            # The median of n is itself off, with a variance of pi / 2 / n.
            own_scatter = self._scatter(float(limit["short_s"]))
            variance = own_scatter**2 + np.pi / 2 / np.maximum(base.n, 1)
        spread: Floats = mixed * np.sqrt(variance)
        return spread

    def _told_baseline(
        self, measure: Measure, told: Baseline, centre: Floats, judged: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.object_]:
        out = np.full(judged.size, None, dtype=object)
        at = np.flatnonzero(judged)
        figures = zip(
            told.n[at].tolist(),
            centre[at].round(4).tolist(),
            told.above[at].round(4).tolist(),
            strict=True,
        )
        kind, unit, spread_unit = self.kind, measure.unit, measure.spread_unit
        for i, (n, middle, spread) in zip(at.tolist(), figures, strict=True):
            out[i] = {
                "kind": kind,
                "n": n,
                "centre": middle,
                "spread": spread,
                "unit": unit,
                "spread_unit": spread_unit,
            }
        return out

    def _evidence(
        self,
        measure: Measure,
        limit: Limit,
        values: Floats,
        centre: Floats,
        third: npt.NDArray[np.int64],
        judged: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.object_]:
        key = _key(measure, limit)
        if key in self._told:
            return self._told[key]
        out = np.full(judged.size, None, dtype=object)
        at = np.flatnonzero(judged)
        figures = zip(values[at].tolist(), centre[at].tolist(), third[at].tolist(), strict=True)
        for i, (value, middle, n) in zip(at.tolist(), figures, strict=True):
            out[i] = evidence(
                measure,
                value,
                middle,
                who=self.speech.who[i],
                baseline=self.kind,
                final_rise_st=self.rises[i],
                third=n,
            )
        self._told[key] = out
        return out

    def _why_not(
        self,
        measure: Measure,
        limit: Limit,
        values: Floats,
        base: Baseline,
        judged: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.object_]:
        key = _key(measure, limit)
        if key in self._reasons:
            return self._reasons[key]
        out = np.full(judged.size, None, dtype=object)
        hidden = self.speech.hidden[self.kind]
        for i in np.flatnonzero(~judged).tolist():
            out[i] = hidden[i] or self._why(i, measure, limit, float(values[i]), int(base.n[i]))
        self._reasons[key] = out
        return out

    def _why(self, i: int, measure: Measure, limit: Limit, value: float, n: int) -> str:
        if self.seconds[i] < limit["min_s"]:
            return f"It lasts {self.seconds[i]:.1f} s; {limit['min_s']:g} s are needed."
        who, need = self.speech.who[i], int(limit["min_others"])
        if np.isnan(value) and measure is not TREND:
            reasons = self.abstained[i]
            reason = reasons.get(measure.column) if isinstance(reasons, dict) else None
            return reason or f"There is no {measure.column} for it."
        if self.kind == "speaker_history":
            if measure.unit == "dB":
                return "Level is not compared between calls: microphones and gain differ."
            return f"{n} utterances of this {who} are known from earlier calls; {need} are needed."
        if measure is TREND:
            return f"A trend needs {need + 1} utterances of this {who} with F0 up to here."
        if self.kind == "causal":
            return f"This {who} has {n} utterances before it in this call; {need} are needed."
        return (
            f"This {who} has {n} other utterances in this call "
            f"to be held against; {need} are needed."
        )


def _key(measure: Measure, limit: Limit) -> _Key:
    """Name what decides which utterances are judged; a cue and its opposite share it."""
    return measure, float(limit["min_s"]), float(limit["min_others"])


def _table(speech: Speech, by_cue: dict[str, _Judged]) -> pd.DataFrame:
    order = np.argsort(speech.rows["place"].to_numpy())
    cues = [cue for cue in CUES if cue in by_cue]
    n = len(cues)

    def column(parts: list[Any]) -> Any:
        return np.stack([part[order] for part in parts], axis=1).ravel()

    found = [by_cue[cue] for cue in cues]
    ids = speech.rows["utterance_id"].to_numpy(object)[order]
    table = {
        "utterance_id": np.repeat(ids, n),
        "cue": np.tile(np.array(cues, dtype=object), order.size),
        "value": column([j.value for j in found]),
        "unit": np.tile(np.array([j.unit for j in found], dtype=object), order.size),
        "strength_sd": column([j.strength[j.kind] for j in found]),
        "threshold_sd": column([j.threshold for j in found]),
        "fired": column([j.fired for j in found]),
        **{f"{kind}_sd": column([j.strength[kind] for j in found]) for kind in KINDS},
        "baseline": column([j.baseline for j in found]),
        "evidence": column([j.evidence for j in found]),
        "abstained": column([j.abstained for j in found]),
    }
    return check_table(pd.DataFrame(table), "cues")
