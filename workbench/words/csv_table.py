"""Transcripts as CSV: one row a word or phrase."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.words.transcripts import WHOLE_CALL, read_text, words_table

_NEEDED = ("start_s", "end_s", "text")
_OPTIONAL = ("call_id", "channel", "kind", "sentiment", "source")
_COLUMNS = _NEEDED + _OPTIONAL


def read_words_csv(
    path: str | Path,
    *,
    call_id: str | None = None,
    source: str = "csv",
    encoding: str | None = None,
) -> pd.DataFrame:
    """Read words with their times from a CSV file.

    Parameters
    ----------
    path : str or Path
        The file: comma, semicolon or tab between the columns; columns start_s and
        end_s (seconds of the call) and text, where there are also call_id,
        channel (from 0), kind (word or phrase), sentiment and source. Further
        columns are left out.
    call_id : str, optional
        The call; needed if the file has no call_id, and otherwise the only call
        whose rows are read.
    source : str, default "csv"
        Name of the transcript, where the file has none.
    encoding : str, optional
        Encoding of the file, where it is not UTF-8.

    Returns
    -------
    DataFrame
        Rows of the table words, in order of time; rows without text are left
        out. Without a channel it is -1, the call as a whole. A row with a single
        word is of kind word, others are phrases, where the file does not say.

    Raises
    ------
    InputError
        If the file is not there, empty, lacks a column (the message suggests
        which one was meant), names no call, or a time is none.

    See Also
    --------
    attach_text : Put the text beside the utterances.
    """
    path = Path(path)
    rows = _read(read_text(path, encoding=encoding), path.name)
    if "call_id" not in rows.columns:
        if call_id is None:
            raise InputError(
                f"{path.name} has no column call_id; name the call that it belongs to as call_id=."
            )
        rows["call_id"] = call_id
    elif call_id is not None:
        calls = rows["call_id"].unique()
        rows = rows[rows["call_id"] == call_id]
        if rows.empty:
            raise InputError(
                f"{path.name} has no row of {call_id}.{nearest(call_id, calls)} "
                f"It has rows of: {', '.join(calls[:8])}."
            )
    rows = _with_times(rows, path.name)
    single = ~rows["text"].str.contains(" ")
    rows["kind"] = rows.get("kind", pd.Series("", index=rows.index)).str.strip()
    rows["kind"] = rows["kind"].mask(
        rows["kind"] == "", single.map({True: "word", False: "phrase"})
    )
    wrong = rows[~rows["kind"].isin(["word", "phrase"])]
    if len(wrong):
        raise InputError(
            f'A row of {path.name} is of kind "{wrong["kind"].iloc[0]}"; '
            "words are of kind word or phrase."
        )
    rows["source"] = rows.get("source", pd.Series("", index=rows.index)).replace("", source)
    if "sentiment" in rows.columns:
        rows["sentiment"] = rows["sentiment"].mask(rows["sentiment"] == "")
    kept = rows[[name for name in _COLUMNS if name in rows.columns]]
    return words_table([{str(k): v for k, v in row.items()} for row in kept.to_dict("records")])


def _read(text: str, name: str) -> pd.DataFrame:
    head = text.lstrip("\n").split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = pd.read_csv(io.StringIO(text), sep=delimiter, dtype="str", keep_default_na=False)
    except (pd.errors.ParserError, csv.Error) as error:
        raise InputError(f"{name} is no CSV table ({error}).") from error
    rows.columns = [str(column).strip() for column in rows.columns]
    for needed in _NEEDED:
        if needed not in rows.columns:
            others = [column for column in rows.columns if column not in _COLUMNS]
            near = nearest(needed, others) or nearest(needed.removesuffix("_s"), others)
            raise InputError(
                f'{name} has no column "{needed}".{near} It has: {", ".join(rows.columns)}. '
                "A transcript needs start_s and end_s (seconds of the call) and text."
            )
    rows["text"] = rows["text"].str.split().str.join(" ")
    return rows[rows["text"] != ""].copy()


def _with_times(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    rows = rows.copy()
    for column in ("start_s", "end_s"):
        seconds = pd.to_numeric(rows[column].str.strip(), errors="coerce")
        wrong = rows[~((seconds >= 0) & (seconds < float("inf")))]
        if len(wrong):
            raise InputError(
                f'{len(wrong)} rows of {name} have no time in {column}, the first is "'
                f'{wrong[column].iloc[0]}" for "{wrong["text"].iloc[0][:40]}"; times are seconds '
                "from the start of the call, with a point: 4.25."
            )
        rows[column] = seconds.astype("float64")
    backwards = rows[rows["end_s"] < rows["start_s"]]
    if len(backwards):
        first = backwards.iloc[0]
        raise InputError(
            f"{len(backwards)} rows of {name} end before their start, the first is "
            f'"{first["text"][:40]}" from {first["start_s"]} s to {first["end_s"]} s.'
        )
    if "channel" not in rows.columns:
        rows["channel"] = WHOLE_CALL
        return rows
    channel = pd.to_numeric(rows["channel"].replace("", str(WHOLE_CALL)), errors="coerce")
    wrong = rows[~((channel >= WHOLE_CALL) & (channel % 1 == 0))]
    if len(wrong):
        raise InputError(
            f'{len(wrong)} rows of {name} have no channel, the first is "'
            f'{wrong["channel"].iloc[0]}"; channels are numbers from 0.'
        )
    rows["channel"] = channel.astype("int64")
    return rows
