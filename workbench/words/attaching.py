"""Put the words beside the utterances in which they were said."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.words.transcripts import PHRASES, WHOLE_CALL

_NEEDED = ("call_id", "channel", "start_s", "end_s", "text")


def attach_text(
    utterances: pd.DataFrame,
    words: pd.DataFrame,
    *,
    source: str | None = None,
    tolerance_s: float = 0.3,
) -> pd.DataFrame:
    """Add the text that was said in each utterance.

    A word belongs to the utterance on its channel that holds its middle; where
    none does, to the nearest one that is not further away than `tolerance_s`,
    since speech activity and transcripts do not agree to the frame. A phrase is
    not divided: it belongs as a whole to the utterance with its middle.

    Parameters
    ----------
    utterances : DataFrame
        Rows with call_id, channel, start_s and end_s, of any units, calls and
        segmentations.
    words : DataFrame
        The table words; or `Transcript.turns`, whose column role is used where
        a channel is not known.
    source : str, optional
        Which transcript. By default, for each call, one with words rather than
        one with phrases only, and the longest of these.
    tolerance_s : float, default 0.3
        How far outside an utterance a word may lie, seconds.

    Returns
    -------
    DataFrame
        A copy with the column text, missing where nothing was said. Where
        neither channel nor role of a word is known, it goes to whichever
        utterance has its time. A unit of a whole call has all words of the call.

    Raises
    ------
    InputError
        If a column is missing, or `source` is not among the words.

    Examples
    --------
    >>> import pandas as pd
    >>> utterances = pd.DataFrame({"call_id": "c1", "channel": [0, 1],
    ...                            "start_s": [0.0, 2.0], "end_s": [1.5, 4.0]})
    >>> words = pd.DataFrame({"call_id": "c1", "channel": [0, 0, 1],
    ...                       "start_s": [0.1, 0.6, 2.1], "end_s": [0.5, 1.2, 2.4],
    ...                       "text": ["good", "morning", "hello"]})
    >>> attach_text(utterances, words)["text"].tolist()
    ['good morning', 'hello']
    """
    for name, table in (("utterances", utterances), ("words", words)):
        for column in _NEEDED[: 4 if name == "utterances" else 5]:
            if column not in table.columns:
                raise InputError(
                    f'The {name} have no column "{column}".{nearest(column, table.columns)}'
                )
    if source is not None and len(words):
        known = sorted(set(words["source"])) if "source" in words.columns else []
        if source not in known:
            raise InputError(
                f'There are no words of the source "{source}".{nearest(source, known)} '
                f"Sources are: {', '.join(known) or 'none'}."
            )
        words = words[words["source"] == source]
    text = np.full(len(utterances), None, dtype=object)
    by_call = dict(list(words.groupby("call_id")))
    cuts = [name for name in ("call_id", "segmentation_id", "unit") if name in utterances.columns]
    for _, rows in utterances.groupby(cuts).indices.items():
        cut = utterances.iloc[rows]
        spoken = by_call.get(cut["call_id"].iloc[0])
        if spoken is not None:
            chosen = _one_source(spoken).sort_values(["start_s", "end_s"], kind="stable")
            text[rows] = _texts(cut, chosen, tolerance_s)
    return utterances.assign(text=pd.Series(text, index=utterances.index, dtype="str"))


def _one_source(spoken: pd.DataFrame) -> pd.DataFrame:
    """Choose the transcript of a call: words before phrases, then the longest."""
    if "source" not in spoken.columns or spoken["source"].nunique() == 1:
        return spoken
    ranks = {
        str(source): (
            "kind" in rows.columns and bool((rows["kind"] == "word").any()),
            not str(source).endswith(PHRASES),
            int(rows["text"].str.len().sum()),
            str(source),
        )
        for source, rows in spoken.groupby("source")
    }
    return spoken[spoken["source"] == max(ranks, key=lambda source: ranks[source])]


def _texts(
    utterances: pd.DataFrame, words: pd.DataFrame, tolerance_s: float
) -> npt.NDArray[np.object_]:
    """Join the words of each utterance of one segmentation."""
    starts = utterances["start_s"].to_numpy(np.float64)
    ends = utterances["end_s"].to_numpy(np.float64)
    begin = words["start_s"].to_numpy(np.float64)[:, None]
    until = words["end_s"].to_numpy(np.float64)[:, None]
    middle = (begin + until) / 2
    outside = np.maximum(np.maximum(starts - middle, middle - ends), 0)
    shared = np.minimum(ends, until) - np.maximum(starts, begin)
    # A phrase with its middle in a pause is nearest to what it shares most time with.
    distance = np.where(outside <= tolerance_s, outside, np.inf)
    distance = np.where((outside > tolerance_s) & (shared > 0), 1e6 - shared, distance)
    distance[~_may_be_in(utterances, words)] = np.inf
    belongs = np.isfinite(distance)
    if "unit" not in utterances.columns or utterances["unit"].iloc[0] != "call":
        # Of several that hold the middle, the word is part of the one that began last.
        latest_first = np.argsort(-starts, kind="stable")
        nearest_one = latest_first[np.argmin(distance[:, latest_first], axis=1)]
        belongs &= nearest_one[:, None] == np.arange(len(starts))
    said = words["text"].to_numpy()
    texts = np.full(len(utterances), None, dtype=object)
    for position in np.flatnonzero(belongs.any(axis=0)):
        texts[position] = " ".join(map(str, said[belongs[:, position]]))
    return texts


def _may_be_in(utterances: pd.DataFrame, words: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Match words (rows) and utterances (columns) by channel, or by role without one."""
    channel = utterances["channel"].fillna(WHOLE_CALL).to_numpy(np.int64)
    word_channel = words["channel"].fillna(WHOLE_CALL).to_numpy(np.int64)[:, None]
    unknown = (channel == WHOLE_CALL) | (word_channel == WHOLE_CALL)
    fits = np.ones((len(words), len(utterances)), np.bool_)
    if "role" in words.columns and "role" in utterances.columns:
        role = words["role"].to_numpy(object)[:, None]
        fits = (role == utterances["role"].to_numpy(object)) | (role == "unknown")
    return np.where(unknown, fits, channel == word_channel)
