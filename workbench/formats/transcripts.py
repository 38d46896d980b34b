"""Transcripts with times: what was said, and where wanted who spoke when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from workbench.formats.contract import Imported
from workbench.formats.intervals import known_calls_only
from workbench.formats.judgements import make_imported, with_notices
from workbench.formats.source_files import SourceText, read_source
from workbench.words import read_call_analytics, read_webvtt, read_words_csv

Channels = pd.DataFrame | Mapping[str, int]


def import_webvtt(
    path: str | Path,
    *,
    call_id: str | None = None,
    calls: Collection[str] | None = None,
    channels: Channels | None = None,
    roles: Mapping[str, str] | None = None,
    utterances: bool = False,
) -> Imported:
    """Read a WebVTT transcript.

    Parameters
    ----------
    path : str or Path
        The file.
    call_id : str, optional
        The call; the file's name without its ending if not given.
    calls : collection of str, optional
        Calls of the register; a file of another call is refused.
    channels : DataFrame or mapping of str to int, optional
        The channels table, or channel by role; without it words belong to the
        call as a whole.
    roles : mapping of str to str, optional
        Role by name of voice.
    utterances : bool, default False
        Whether phrases become utterances too, for calls whose voice activity
        cannot tell who speaks.

    Returns
    -------
    Imported
        With words, and intervals if `utterances`.

    Raises
    ------
    InputError
        If the file is broken or the call not in the register.
    """
    source = read_source(path)
    read = read_webvtt(path, call_id=call_id, channels=channels, roles=roles)
    return _imported("webvtt", source, read.words, read.turns, calls, utterances)


def import_call_analytics(
    path: str | Path,
    *,
    call_id: str | None = None,
    calls: Collection[str] | None = None,
    channels: Channels | None = None,
    utterances: bool = False,
) -> Imported:
    """Read a Transcribe Call Analytics or Contact Lens result.

    Parameters
    ----------
    path : str or Path
        The JSON file.
    call_id : str, optional
        The call; the file's name without its ending if not given.
    calls : collection of str, optional
        Calls of the register; a file of another call is refused.
    channels : DataFrame or mapping of str to int, optional
        The channels table, or channel by role; without it words belong to the
        call as a whole.
    utterances : bool, default False
        Whether phrases become utterances too.

    Returns
    -------
    Imported
        With words and events, and intervals if `utterances`.

    Raises
    ------
    InputError
        If the file is broken or the call not in the register.
    """
    source = read_source(path)
    read = read_call_analytics(path, call_id=call_id, channels=channels)
    imported = _imported("call_analytics", source, read.words, read.turns, calls, utterances)
    imported = replace(imported, events=read.events)
    if len(read.interruptions):
        return with_notices(
            imported,
            f"{len(read.interruptions)} interruptions of {source.name} were left out; overlaps "
            "are measured from the audio.",
        )
    return imported


def import_words_csv(
    path: str | Path,
    *,
    call_id: str | None = None,
    calls: Collection[str] | None = None,
    encoding: str | None = None,
) -> Imported:
    """Read a transcript as CSV, one row a word or phrase.

    Parameters
    ----------
    path : str or Path
        The file: start_s, end_s, text, and where known call_id, channel, kind,
        sentiment, source.
    call_id : str, optional
        The call, for files without a column call_id; else the only call to read.
    calls : collection of str, optional
        Calls of the register; rows of others are left out.
    encoding : str, optional
        Where it is not UTF-8.

    Returns
    -------
    Imported
        With words.

    Raises
    ------
    InputError
        If the file is broken or no call in the register.
    """
    source = read_source(path)
    words = read_words_csv(path, call_id=call_id, encoding=encoding)
    return _imported("words_csv", source, words, None, calls, False)


def _imported(
    name: str,
    source: SourceText,
    words: pd.DataFrame,
    turns: pd.DataFrame | None,
    calls: Collection[str] | None,
    utterances: bool,
) -> Imported:
    words, notices = known_calls_only(words, calls, source.name)
    rows = []
    if utterances and turns is not None:
        rows = [
            {**row, "tier": name, "label": None, "where": f"the phrase {str(row['text'])[:30]!r}"}
            for row in turns.astype("object").to_dict("records")
        ]
    elif turns is not None and len(turns):
        notices += (
            f"{source.name} tells {len(turns)} phrases; to take them as utterances, in place of "
            "those from voice activity, pass utterances=True.",
        )
    plain = replace(source, notices=())
    imported = make_imported(name, plain, rows, [], created_at=None, notices=notices)
    return replace(imported, words=words.reset_index(drop=True))
