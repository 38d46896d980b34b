"""Cues on made truth: real neutral speech, one thing changed by a known amount.

`python -m benchmarks.cues` prints one line a figure; with `--calibrate` the lines for
workbench/cues/thresholds.py, with usual spreads and false cues as measured on the neutral
speech. The usual spreads come from the same speech, so the figures named `left_out` are
made with those of the other corpora. Thresholds and least changes are round numbers,
chosen once on all of it.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.changed_speech import CHANGES, Call, Floats, neutral_calls
from benchmarks.lines import line
from workbench.cues import call_baseline, cue_table, default_thresholds
from workbench.cues.measures import ENDS
from workbench.prosody import measure_channel

MEASURE_OF = {cue: measure for cue, measure, _ in ENDS}
SIDE_OF = {cue: side for cue, _, side in ENDS}
MOST = {"pitch": 12.0, "final": 18.0, "tempo": 2.5, "melody": 4.0, "gain": 20.0}
"""A voice cannot do more: semitones, times, times, dB. Such a change is left out."""

USUAL_OF_NO_SPREAD = 0.7
"""Doublings; for pauses, which neutral sentences hardly have, instead of the speaker's SD."""


def measured(call: Call, replaced: dict[int, Floats] | None = None) -> pd.DataFrame:
    """Measure a call and join the prosody with its utterances.

    Parameters
    ----------
    call : Call
        The call.
    replaced : dict of int to ndarray, optional
        As in `Call.laid_out`.

    Returns
    -------
    DataFrame
        Columns of prosody, call_id, role, start_s, end_s, corpus.
    """
    samples, utterances = call.laid_out(replaced)
    rate = call.rate
    if call.line:
        samples, rate = through(samples, rate, call.line)
    spans = utterances.drop(columns=["call_id", "role"])
    prosody = measure_channel(samples, rate, spans)
    return prosody.merge(utterances, on="utterance_id").assign(corpus=call.corpus)


def on_line(call: Call, codec: str) -> Call:
    """Put a call on a telephone line.

    Parameters
    ----------
    call : Call
        The call.
    codec : {"ULAW", "GSM610"}
        Its codec.

    Returns
    -------
    Call
        The same sentences.
    """
    return Call(call.corpus, call.name, call.sentences, call.rate, codec)


def through(samples: Floats, rate: int, line: str) -> tuple[Floats, int]:
    """Send samples down a telephone line of 8 kHz.

    Parameters
    ----------
    samples : ndarray of float
        The call.
    rate : int
        Its sampling rate, hertz.
    line : {"ULAW", "GSM610"}
        The codec.

    Returns
    -------
    samples : ndarray of float32
        What comes out, 300 to 3400 Hz.
    rate : int
        8000.
    """
    import soundfile
    import soxr
    from scipy.signal import butter, sosfilt

    narrow = soxr.resample(np.asarray(samples, np.float64), rate, 8000)
    narrow = sosfilt(butter(4, [300, 3400], "bandpass", fs=8000, output="sos"), narrow)
    loudest = max(float(np.abs(narrow).max()), 1e-9)
    level = min(0.9 / loudest, 1.0)
    file = io.BytesIO()
    soundfile.write(file, narrow * level, 8000, format="WAV", subtype=line)
    file.seek(0)
    heard, _ = soundfile.read(file, dtype="float32")
    return heard / level, 8000


def judged(table: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Judge the utterances of `measured`.

    Parameters
    ----------
    table : DataFrame
        From `measured`, of one or many calls.
    **options : object
        For `cue_table`.

    Returns
    -------
    DataFrame
        The table cues with call_id and corpus.
    """
    where = ["utterance_id", "call_id", "role", "start_s", "end_s", "corpus"]
    cues = cue_table(table.drop(columns=where[1:]), table[where[:-1]], **options)
    return cues.merge(table[["utterance_id", "call_id", "corpus"]], on="utterance_id")


def changed(
    calls: list[Call], plain: pd.DataFrame, *, cues: list[str], sd: tuple[float, ...], seed: int = 0
) -> pd.DataFrame:
    """Change sentences drawn at random, and measure them within their call.

    A fifth of the sentences of a call is changed at a time; each is then judged alone
    among the unchanged others.

    Parameters
    ----------
    calls : list of Call
        The calls.
    plain : DataFrame
        From `measured`, all calls unchanged.
    cues : list of str
        What is changed for: names of `CHANGES`.
    sd : tuple of float
        How far, in standard deviations of that speaker.
    seed : int
        For the draw.

    Returns
    -------
    DataFrame
        As from `measured`: for each changed utterance a call of its own, in which
        `target` says which utterance it is; with columns cue and sd.
    """
    rng = np.random.default_rng(seed)
    parts: list[pd.DataFrame] = []
    for call in calls:
        own = plain[plain["call_id"] == call.name].reset_index(drop=True)
        drawn = rng.permutation(len(own))[: max(len(own) // 5, 3)].tolist()
        for cue in cues:
            for far in sd:
                amounts = {i: _amount(own, i, cue, far) for i in drawn}
                made = {
                    i: call.changed(i, CHANGES[cue][0], amount)
                    for i, amount in amounts.items()
                    if np.isfinite(amount)
                }
                if not made:
                    continue
                new = measured(call, made)
                for i in made:
                    one = pd.concat([own.drop(index=i), new.iloc[[i]]])
                    name = f"{call.name} {cue} {far:g} {i}"
                    one["utterance_id"] = name + " " + one["utterance_id"]
                    target = one["utterance_id"].iloc[-1]
                    parts.append(one.assign(call_id=name, target=target, aim=cue, sd=far))
    return pd.concat(parts, ignore_index=True)


def _amount(own: pd.DataFrame, i: int, cue: str, far: float) -> float:
    """How much to change, in the unit of the change; NaN if a voice cannot do it."""
    change, side = CHANGES[cue]
    if change == "pause":
        return float(0.25 * 2 ** (far * USUAL_OF_NO_SPREAD))
    measure = MEASURE_OF[cue]
    values = own[measure.column].to_numpy(np.float64)
    step = side * far * float(np.nanstd(measure.scaled(values), ddof=1))
    amount = step
    if change == "tempo":
        amount = (values[i] + step) / values[i]
    elif change == "melody":
        amount = 2**step
    most = MOST[change]
    least = 1 / most if change in ("tempo", "melody") else -most
    return amount if least <= amount <= most else np.nan


def aimed_at(cues: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Take the decisions about the changed utterances.

    Parameters
    ----------
    cues : DataFrame
        From `judged` on what `changed` made.
    targets : DataFrame
        What `changed` made.

    Returns
    -------
    DataFrame
        Rows of cues about a changed utterance, with columns aim and sd.
    """
    about = targets.loc[targets["target"] == targets["utterance_id"], ["utterance_id", "aim", "sd"]]
    return cues.merge(about, on="utterance_id")


def new_others(told: pd.DataFrame, neutral: pd.DataFrame) -> pd.Series:
    """Say which cues a change brought that it was not made for.

    Parameters
    ----------
    told : DataFrame
        From `aimed_at`.
    neutral : DataFrame
        From `judged` on the unchanged calls.

    Returns
    -------
    Series of bool
        True where another cue fires than the one aimed at, and did not before.
    """
    before = neutral.loc[neutral["fired"], ["utterance_id", "cue"]]
    had = set(before.itertuples(index=False, name=None))
    unchanged = told["utterance_id"].str.rsplit(" ", n=1).str[-1]
    new = [pair not in had for pair in zip(unchanged, told["cue"], strict=True)]
    return told["fired"].astype(bool) & (told["cue"] != told["aim"]) & np.array(new)


def area_under_curve(changed: pd.Series, unchanged: pd.Series) -> float:
    """Tell how often a changed utterance is stronger than an unchanged one.

    Parameters
    ----------
    changed, unchanged : Series of float
        Strengths; those without a judgement are left out.

    Returns
    -------
    float
        From 0 to 1, ties count half.
    """
    up, down = (s.dropna().to_numpy(np.float64) for s in (changed, unchanged))
    both = (up[:, None] > down).mean() + 0.5 * (up[:, None] == down).mean()
    return float(both)


def calibrated(plain: pd.DataFrame) -> pd.DataFrame:
    """Measure the usual spreads: those of a steady speaker, the lower quartile of speakers.

    A speaker who varies more shows it soon enough in the own spread.

    Parameters
    ----------
    plain : DataFrame
        Neutral speech, from `measured`.

    Returns
    -------
    DataFrame
        As `default_thresholds`.
    """
    table = default_thresholds()
    seconds = (plain["end_s"] - plain["start_s"]).to_numpy()
    for k, limit in table.iterrows():
        measure = MEASURE_OF[limit["cue"]]
        if limit["kind"] or limit["cue"] in ("quick_answer", "long_pause"):
            continue
        column = "f0_median_hz" if measure.column == "f0_trend_st" else measure.column
        scaled = 12 * np.log2(plain[column]) if "hz" in column else measure.scaled(plain[column])
        scatter = np.sqrt((1 + limit["short_s"] / seconds) / (1 + limit["short_s"] / 2))
        own = []
        for _, at in plain.groupby("call_id").indices.items():
            values = np.asarray(scaled)[at]
            base = call_baseline(values, scatter=scatter[at], counts=seconds[at] >= limit["min_s"])
            own.append(np.nanmean((base.above + base.below) / 2))
        table.loc[k, "usual_spread"] = float(f"{np.quantile(own, 0.25):.2g}")
    return table


def run() -> Iterator[dict[str, Any]]:
    """Measure all figures.

    Yields
    ------
    dict
        name, value, unit, rival, rival_value, ratio, n.
    """
    calls = neutral_calls()
    plain = pd.concat([measured(call) for call in calls], ignore_index=True)
    made = changed(calls, plain, cues=list(CHANGES), sd=(3.0, 4.0))
    corpora = sorted(plain["corpus"].unique())
    limits = {c: calibrated(plain[plain["corpus"] != c]) for c in corpora}
    yield from _figures(plain, made, "", lambda table: judged(table))
    yield from _figures(
        plain,
        made,
        "left_out.",
        lambda table: pd.concat(
            judged(own, thresholds=limits[c]) for c, own in table.groupby("corpus")
        ),
    )
    yield from _telephone(calls, plain)
    yield from _speed()


def _figures(plain: pd.DataFrame, made: pd.DataFrame, prefix: str, judge: Any) -> Iterator[Any]:
    neutral, told = judge(plain), aimed_at(judge(made), made)
    n = plain["utterance_id"].nunique()
    for cue, own in neutral.groupby("cue", sort=False):
        yield line(f"cues.{prefix}false.{cue}", 100 * own["fired"].sum() / n, "per 100", n=n)
    yield line(f"cues.{prefix}false", 100 * neutral["fired"].sum() / n, "per 100", n=n)
    for cue in CHANGES:
        own = told[(told["aim"] == cue) & (told["cue"] == cue)]
        unchanged = neutral.loc[neutral["cue"] == cue, "strength_sd"]
        at_3 = own.loc[own["sd"] == 3, "strength_sd"]
        at_4 = own[(own["sd"] == 4) & own["strength_sd"].notna()]
        auc = area_under_curve(at_3, unchanged)
        yield line(f"cues.{prefix}auc_3sd.{cue}", auc, "", n=int(at_3.notna().sum()))
        yield line(f"cues.{prefix}found_4sd.{cue}", at_4["fired"].mean(), "share", n=len(at_4))
        abstained = own["strength_sd"].isna()
        yield line(f"cues.{prefix}abstained.{cue}", abstained.mean(), "share", n=len(own))
        aimed = told[told["aim"] == cue]
        count = aimed["utterance_id"].nunique()
        others = 100 * new_others(aimed, neutral).sum() / count
        yield line(f"cues.{prefix}others.{cue}", others, "per 100", n=count)


def _telephone(calls: list[Call], plain: pd.DataFrame) -> Iterator[Any]:
    wide = [call for call in calls if call.rate >= 16000]
    rng = np.random.default_rng(1)
    copies: list[tuple[Call, dict[int, Floats]]] = [(call, {}) for call in wide]
    for call in wide:
        own = plain[plain["call_id"] == call.name].reset_index(drop=True)
        for cue, (change, _) in CHANGES.items():
            i = int(rng.integers(len(own)))
            amount = _amount(own, i, cue, 4.0)
            if np.isfinite(amount):
                copies.append((call, {i: call.changed(i, change, amount)}))
    for codec in ("ULAW", "GSM610"):
        differ, fired_wide, kept, n = 0, 0, 0, 0
        for call, made in copies:
            here, there = (judged(measured(c, made)) for c in (call, on_line(call, codec)))
            differ += int((here["fired"] != there["fired"]).sum())
            fired_wide += int(here["fired"].sum())
            kept += int((here["fired"] & there["fired"]).sum())
            n += len(here)
        name = codec.lower()
        yield line(f"cues.{name}.differ", 100 * differ / n, "per 100 decisions", n=n)
        yield line(f"cues.{name}.kept", kept / max(fired_wide, 1), "share of cues", n=fired_wide)


def _speed() -> Iterator[Any]:
    rng = np.random.default_rng(0)
    for n in (200, 2000):
        starts = 4.0 * np.arange(n)
        ids = [f"u{i}" for i in range(n)]
        utterances = pd.DataFrame(
            {"utterance_id": ids, "call_id": "c", "role": "customer", "start_s": starts,
             "end_s": starts + rng.uniform(0.6, 4, n)}
        )  # fmt: skip
        prosody = pd.DataFrame(
            {
                "utterance_id": ids,
                "f0_median_hz": 180 * 2 ** (rng.normal(0, 1, n) / 12),
                "f0_final_rise_st": rng.normal(-1.5, 2, n),
                "f0_sd_st": 2.5 * 2 ** rng.normal(0, 0.25, n),
                "articulation_rate_syl_per_s": rng.normal(4.5, 0.5, n),
                "intensity_db": rng.normal(-26, 1, n),
                "intensity_peak_db": rng.normal(-20, 1, n),
                "pause_max_s": 0.0,
                "response_latency_s": 0.5 * 2 ** rng.normal(0, 0.5, n),
                "usable": True,
            }
        )
        cue_table(prosody, utterances)
        took = []
        for _ in range(9):
            start = perf_counter()
            cue_table(prosody, utterances)
            took.append(perf_counter() - start)
        yield line(f"cues.speed.{n}", n / min(took), "utterances/s", n=n)


def _print_calibration() -> None:
    calls = neutral_calls()
    plain = pd.concat([measured(call) for call in calls], ignore_index=True)
    table = calibrated(plain)
    cues = judged(plain, thresholds=table)
    n = plain["utterance_id"].nunique()
    false = 100 * cues.groupby("cue")["fired"].sum() / n
    table["false_per_100"] = table["cue"].map(false).round(1)
    for row in table.itertuples(index=False):
        numbers = ("." if pd.isna(v) else f"{v:g}" for v in row[2:-1])
        words = (str(row.cue), str(row.kind) or ".", *numbers, str(row.meaning))
        sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.write(f"# {false.sum():.1f} false cues in 100 neutral utterances of {n}\n")


if __name__ == "__main__":
    if "--calibrate" in sys.argv:
        _print_calibration()
    else:
        for figure in run():
            sys.stdout.write(json.dumps(figure) + "\n")
