"""Make the samples: `python -m data_samples.make audio|tables|all [--out FOLDER]`.

`audio` plays and encodes the calls (needs espeak-ng, flite and pyworld) and writes
what is true of them; `tables` draws everything else from that truth.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from .dialogues import read_plays
from .tables import as_csv, as_json, drawn_tables

SEED = 20260831
HERE = Path(__file__).parent.parent


def make_audio(out: Path, only: str | None = None) -> None:
    """Play the calls and write audio, transcripts, words and truth.

    Parameters
    ----------
    out : Path
        Folder of the samples.
    only : str or None
        One call_id, to play that call alone.
    """
    from .publish import manifest_rows, manifest_table, webvtt, write_audio
    from .stage import perform

    for part in ("audio", "transcripts", "truth"):
        (out / part).mkdir(parents=True, exist_ok=True)
    before = out / "truth" / "recordings.csv"
    known = pd.read_csv(before).set_index("file")["pcm_sha256"].to_dict() if before.exists() else {}
    rows, utterances, words, events, recordings = [], [], [], [], []
    for play in read_plays():
        if only not in (None, play.call_id):
            continue
        done = perform(play, SEED)
        rows.extend(manifest_rows(done))
        utterances.extend(done.utterances)
        words.extend(done.words)
        events.extend(done.events)
        recordings.extend(write_audio(done, out / "audio", known))
        transcript = out / "transcripts" / f"{play.call_id}.vtt"
        transcript.write_text(webvtt(pd.DataFrame(done.utterances)), encoding="utf-8")
    tables = {
        "calls.csv": manifest_table(rows, audio=True),
        "words.csv": pd.DataFrame(words),
        "truth/utterances.csv": pd.DataFrame(utterances),
        "truth/events.csv": pd.DataFrame(events),
        "truth/recordings.csv": pd.DataFrame(recordings),
    }
    for name, table in tables.items():
        (out / name).write_text(as_csv(table), encoding="utf-8")


def make_tables(out: Path, source: Path = HERE) -> None:
    """Draw ratings, quality items and the 600 further calls.

    Parameters
    ----------
    out : Path
        Folder that the tables go to.
    source : Path
        Folder with calls.csv and truth/utterances.csv.
    """
    (out / "truth").mkdir(parents=True, exist_ok=True)
    calls = pd.read_csv(source / "calls.csv")
    utterances = pd.read_csv(source / "truth" / "utterances.csv")
    for name, content in drawn_tables(calls, utterances, SEED).items():
        if name.endswith(".parquet"):
            content.to_parquet(out / name, index=False, compression="zstd")
        else:
            text = as_json(content) if name.endswith(".json") else as_csv(content)
            (out / name).write_text(text, encoding="utf-8")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m data_samples.make", description=__doc__)
    parser.add_argument("part", choices=("audio", "tables", "all"))
    parser.add_argument("--out", type=Path, default=HERE, help="folder of the samples")
    arguments = parser.parse_args()
    if arguments.part in ("audio", "all"):
        make_audio(arguments.out)
    if arguments.part in ("tables", "all"):
        make_tables(arguments.out, arguments.out)


if __name__ == "__main__":
    main()
