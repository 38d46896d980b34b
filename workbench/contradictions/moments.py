"""Moments where the words say "that's fine" and the voice does not; and calls summed up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from workbench.errors import AbstainedError, InputError, nearest
from workbench.false_discovery import adjusted_p_values

CLICK = ["call_id", "channel", "start_s", "end_s"]

FINE = [
    *CLICK,
    *("utterance_id", "role", "text", "words", "voice", "index", "se", "z", "p_value"),
    *("p_adjusted", "holds", "against", "pass", "evidence", "note"),
]


def fine_moments(
    contradictions: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    cues: pd.DataFrame | None = None,
    words_from: float = -0.1,
    role: str | None = "customer",
    rate: float = 0.05,
) -> pd.DataFrame:
    r"""Rank the utterances whose words are positive or neutral and whose voice is negative.

    Parameters
    ----------
    contradictions : DataFrame
        From `contradiction_index` or `pass_gap`.
    utterances : DataFrame
        With utterance_id, call_id, channel, role, start_s, end_s and, to be quoted, text.
    cues : DataFrame, optional
        The table cues; those that fired are named in the evidence.
    words_from : float, default -0.1
        Valence of the words from which they count as neutral, -1..1.
    role : str or None, default "customer"
        Whose words; None for everybody's.
    rate : float, default 0.05
        Share of false findings among those that hold (false discovery rate over all
        utterances that were compared, not only these).

    Returns
    -------
    DataFrame
        Clearest first (by index over its standard error, then by index): call_id,
        channel, start_s, end_s, utterance_id, role, text, words, voice, index, se, z,
        p_value, p_adjusted, holds, against, pass, evidence (a sentence), note. A row
        plays: `ws.listen(row)`.

    Raises
    ------
    InputError
        If a column is missing or a number is no share.
    AbstainedError
        If nothing can be compared for this role.

    Examples
    --------
    >>> import pandas as pd
    >>> found = pd.DataFrame({
    ...     "utterance_id": ["u1"], "voice": -0.4, "words": 0.2, "index": -0.6, "se": 0.15,
    ...     "z": -4.0, "p_value": 0.0001, "n_raters": 4, "against": "text pass",
    ...     "pass": "voice", "note": "",
    ... })
    >>> said = pd.DataFrame({"utterance_id": ["u1"], "call_id": "s01", "channel": 0,
    ...                      "role": "customer", "start_s": 70.3, "end_s": 73.4,
    ...                      "text": "That's fine."})
    >>> fine_moments(found, said)["evidence"].item()
    '"That\'s fine." Words +0.20, voice -0.40 (4 raters): 0.60 lower, give or take 0.15.'
    """
    _need(contradictions, ("utterance_id", "voice", "words", "index", "p_value"), "contradictions")
    _need(utterances, ("utterance_id", "role", *CLICK), "utterances")
    if not -1 <= words_from <= 1:
        raise InputError(f"Words lie from -1 to 1; words_from={words_from:g} came.")
    if not 0 < rate < 1:
        raise InputError(f"The rate of false findings lies between 0 and 1; {rate:g} came.")
    kept = ["utterance_id", "role", *CLICK, *(c for c in ("text",) if c in utterances.columns)]
    rows = contradictions.merge(utterances[kept], on="utterance_id", how="inner")
    if role is not None:
        known = sorted(rows["role"].unique())
        rows = rows[rows["role"] == role]
        if rows.empty:
            raise AbstainedError(
                f"No utterance of the {role} has both words and a rated voice."
                f"{nearest(role, known)} There are: {', '.join(known) or 'none'}."
            )
    rows = rows.reset_index(drop=True)
    rows["p_adjusted"] = adjusted_p_values(rows["p_value"].to_numpy(dtype=float))
    rows["holds"] = rows["p_adjusted"] < rate
    fine = rows[(rows["words"] >= words_from) & (rows["voice"] < 0) & (rows["index"] < 0)]
    fine = fine.sort_values(["z", "index"], na_position="last", ignore_index=True)
    if "text" not in fine.columns:
        fine["text"] = None
    fired = _fired(cues)
    fine["evidence"] = [_evidence(row, fired) for _, row in fine.iterrows()]
    return fine[FINE]


def call_contradictions(
    contradictions: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    role: str = "customer",
    until_s: pd.Series | None = None,
    heard_until_s: pd.Series | None = None,
    words_from: float = -0.1,
) -> pd.DataFrame:
    """Sum up each call, to ask what the voice adds to the words.

    Parameters
    ----------
    contradictions : DataFrame
        From `contradiction_index` or `pass_gap`.
    utterances : DataFrame
        With utterance_id, call_id, role, start_s, end_s.
    role : str, default "customer"
        Whose utterances.
    until_s : Series of float, optional
        By call_id, second from which nothing counts (an escalation, a landmark); missing
        or NaN: the whole call. Utterances that end later are left out.
    heard_until_s : Series of float, optional
        By utterance_id, the furthest second that one of its raters had heard.
    words_from : float, default -0.1
        As in `fine_moments`.

    Returns
    -------
    DataFrame
        One row a call: call_id, role, n_utterances, voice_mean, words_mean (mean valence,
        weighed by seconds), contradiction_mean, contradiction_min (the worst, in units of
        valence), fine_share (share of the time with words positive or neutral and voice
        negative, 0..1), and the provenance that guards ask for: kind ("causal" where
        until_s was given, else "whole"), audio_until_s, rater_heard_until_s.

    Raises
    ------
    InputError
        If a column is missing.
    AbstainedError
        If no utterance of this role has both.

    Notes
    -----
    The line that maps a text tool to ratings is one for the project, not the call's.
    """
    _need(contradictions, ("utterance_id", "voice", "words", "index"), "contradictions")
    _need(utterances, ("utterance_id", "call_id", "role", "start_s", "end_s"), "utterances")
    kept = ["utterance_id", "call_id", "role", "start_s", "end_s"]
    rows = contradictions.merge(utterances[kept], on="utterance_id", how="inner")
    rows = rows[rows["role"] == role]
    if until_s is not None:
        cut = rows["call_id"].map(until_s).astype(float).fillna(np.inf)
        rows = rows[rows["end_s"] <= cut]
    if rows.empty:
        raise AbstainedError(
            f"No utterance of the {role} has both words and a rated voice in the time that counts."
        )
    seconds = (rows["end_s"] - rows["start_s"]).to_numpy(dtype=float)
    fine = (rows["words"] >= words_from) & (rows["voice"] < 0) & (rows["index"] < 0)
    heard = np.full(len(rows), np.nan)
    if heard_until_s is not None:
        heard = rows["utterance_id"].map(heard_until_s).to_numpy(dtype=float)
    by = rows["call_id"]
    total = pd.Series(seconds, index=rows.index).groupby(by).sum()

    def weighed(value: pd.Series) -> pd.Series:
        weighted: pd.Series = (value.astype(float) * seconds).groupby(by).sum() / total
        return weighted

    out = pd.DataFrame(
        {
            "role": role,
            "n_utterances": rows.groupby(by).size(),
            "voice_mean": weighed(rows["voice"]),
            "words_mean": weighed(rows["words"]),
            "contradiction_mean": weighed(rows["index"]),
            "contradiction_min": rows.groupby(by)["index"].min(),
            "fine_share": weighed(fine),
            "kind": "whole" if until_s is None else "causal",
            "audio_until_s": rows.groupby(by)["end_s"].max(),
            # one rating whose rater's hearing is not known leaves the call unknown
            "rater_heard_until_s": pd.Series(heard, index=rows.index)
            .groupby(by)
            .agg(lambda s: s.max(skipna=False)),
        }
    )
    return out.rename_axis("call_id").reset_index()


def _fired(cues: pd.DataFrame | None) -> dict[str, list[str]]:
    if cues is None or cues.empty:
        return {}
    own = cues[cues["fired"].fillna(False).astype(bool)]
    return {
        str(u): [c.replace("_", " ") for c in rows["cue"]]
        for u, rows in own.groupby("utterance_id")
    }


def _evidence(row: pd.Series, fired: dict[str, list[str]]) -> str:
    quoted = "" if pd.isna(row["text"]) else f'"{row["text"]}" '
    raters = f"{row['n_raters']} rater" + ("s" if row["n_raters"] != 1 else "")
    error = "" if pd.isna(row["se"]) else f", give or take {row['se']:.2f}"
    sentence = (
        f"{quoted}Words {row['words']:+.2f}, voice {row['voice']:+.2f} ({raters}): "
        f"{-row['index']:.2f} lower{error}."
    )
    cues = fired.get(str(row["utterance_id"]), [])
    return f"{sentence} Cues fired: {', '.join(cues)}." if cues else sentence


def _need(table: pd.DataFrame, names: tuple[str, ...], what: str) -> None:
    for name in names:
        if name not in table.columns:
            raise InputError(
                f'The {what} have no column "{name}".{nearest(name, map(str, table.columns))}'
            )
