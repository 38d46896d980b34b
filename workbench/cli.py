"""The command line: a thin face on the workspace."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

ALL_DONE, USERS_MISTAKE, SOME_FAILED = 0, 2, 3


class _Parser(argparse.ArgumentParser):
    """A parser that answers with one sentence."""

    def error(self, message: str) -> Any:
        print(f"{message[0].upper()}{message[1:]}. See: {self.prog} --help", file=sys.stderr)
        sys.exit(USERS_MISTAKE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after `workbench`; by default those of the command line.

    Returns
    -------
    int
        0 all done; 3 some calls failed, each named, the others are in; 2 the
        user's mistake or nothing done, in a sentence.
    """
    options = _parser().parse_args(arguments)
    try:
        code, answer = options.run(options)
    except WorkbenchError as error:
        if options.json:
            print(json.dumps({"error": str(error), "exit": USERS_MISTAKE}))
        else:
            print(error, file=sys.stderr)
        return USERS_MISTAKE
    except KeyboardInterrupt:
        print("Stopped. What was done is kept; the same command goes on from there.")
        return USERS_MISTAKE
    if options.json:
        print(json.dumps({**answer, "exit": code}, default=str))
    else:
        print("\n".join(answer.pop("lines")))
    return int(code)


def _parser() -> _Parser:
    parser = _Parser(prog="workbench", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")

    def command(
        name: str, run: Callable[[argparse.Namespace], tuple[int, dict[str, Any]]], text: str
    ) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.set_defaults(run=run)
        one.add_argument("--json", action="store_true", help="answer as JSON, for programs")
        return one

    lab = command("lab", _lab, "open JupyterLab on a workspace (default: the samples)")
    lab.add_argument("dir", nargs="?", help="the workspace")
    lab.add_argument("--port", type=int, default=8888)
    lab.add_argument("--no-browser", action="store_true", help="print the address only")
    create = command("create", _create, "make a workspace")
    create.add_argument("dir")
    create.add_argument("--db", metavar="URL", help="PostgreSQL, for a team")
    ingest = command("ingest", _ingest, "take calls in, from a manifest or a folder")
    ingest.add_argument("dir")
    ingest.add_argument("source", metavar="MANIFEST_OR_FOLDER")
    ingest.add_argument("--role", action="append", default=[], metavar="CHANNEL=ROLE")
    ingest.add_argument("--root", help="what the paths are relative to")
    ingest.add_argument("--pattern", help="regular expression for the file names of a folder")
    segment = command("segment", _segment, "find utterances and turns")
    segment.add_argument("dir")
    segment.add_argument("--min-silence", type=float, metavar="SECONDS")
    measure = command("measure", _measure, "measure prosody; goes on where it stopped")
    measure.add_argument("dir")
    for many in (segment, measure):
        many.add_argument("--jobs", type=int, metavar="N", help="worker processes; default: 1")
        many.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler, tcp://...")
    table = command("table", _table, "print or write any table")
    table.add_argument("dir")
    table.add_argument("name")
    table.add_argument("--out", metavar="FILE", help="a .csv or .parquet file")
    import_ = command("import", _import, "bring in labels, transcripts or outcomes")
    import_.add_argument("dir")
    import_.add_argument("file")
    import_.add_argument("--format", required=True)
    import_.add_argument("--call", metavar="ID", help="the call, where the file does not say")
    import_.add_argument("--rater", metavar="ID")
    import_.add_argument("--role", help="whose speech a tier without a role holds")
    import_.add_argument("--labels", metavar="NAME", help="what the labels mean, for example utep")
    export = command("export", _export, "write tables or ratings for other tools")
    export.add_argument("dir")
    export.add_argument("out")
    export.add_argument("--format", required=True)
    export.add_argument("--overwrite", action="store_true")
    worklist = command("worklist", _worklist, "say who hears what, and in which order")
    worklist.add_argument("dir")
    worklist.add_argument("name")
    worklist.add_argument(
        "--rater", action="append", metavar="ID", help="default: all active people"
    )
    worklist.add_argument("--pass", action="append", dest="passes", metavar="PASS", default=[])
    worklist.add_argument("--order", default="in_call", help="in_call or random")
    worklist.add_argument("--overlap", type=int, default=1, metavar="RATERS")
    worklist.add_argument("--overlap-share", type=float, default=1.0, metavar="SHARE")
    worklist.add_argument("--gold-rate", type=float, default=0.0, metavar="SHARE")
    worklist.add_argument("--repeat-rate", type=float, default=0.0, metavar="SHARE")
    worklist.add_argument("--seed", type=int)
    agree = command("agree", _agree, "how far the raters agree, with intervals")
    agree.add_argument("dir")
    annotate = command("annotate", _annotate, "the labelling page without code cells")
    annotate.add_argument("dir")
    annotate.add_argument("--rater", required=True, metavar="ID")
    annotate.add_argument("--call", metavar="ID", help="only this call")
    annotate.add_argument("--worklist", metavar="NAME", help="what this worklist has for the rater")
    annotate.add_argument("--unit", default="utterance", help="utterance, turn or call")
    annotate.add_argument("--language", default="en", help="words on the screen: en or de")
    annotate.add_argument("--theme", default="light", help="light or dark")
    annotate.add_argument("--port", type=int, default=8866)
    annotate.add_argument("--no-browser", action="store_true", help="print the address only")
    doctor = command("doctor", _doctor, "what is installed, is the workspace sound")
    doctor.add_argument("dir", nargs="?")
    return parser


def _open(options: argparse.Namespace) -> Any:
    from workbench import workspace

    return workspace.open(options.dir)


def _lab(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from workbench.lab import run_lab

    run_lab(options.dir, port=options.port, browser=not options.no_browser)


def _create(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from workbench import workspace

    made = workspace.create(options.dir, db=options.db)
    lines = [f"Made {made.folder}. Next: workbench ingest {options.dir} MANIFEST_OR_FOLDER"]
    return ALL_DONE, {"workspace": str(made.folder), "lines": lines}


def _ingest(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    failed = _open(options).ingest(
        options.source, roles=_roles(options.role), root=options.root, pattern=options.pattern
    )
    return _with_failures(failed, failed.attrs["notices"])


def _segment(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    failed = _open(options).segment(
        min_silence_s=options.min_silence, jobs=options.jobs, scheduler=options.scheduler
    )
    return _with_failures(failed, failed.attrs["notices"])


def _measure(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    failed = _open(options).measure(jobs=options.jobs, scheduler=options.scheduler)
    return _with_failures(failed, failed.attrs["notices"])


def _table(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    rows = _open(options).table(options.name)
    if not options.out:
        text = rows.to_string(index=False) if len(rows) else f"{options.name} has no rows."
        return ALL_DONE, {"rows": json.loads(rows.to_json(orient="records")), "lines": [text]}
    from workbench.formats import write_table

    path = write_table(rows, options.name, Path(options.out))
    lines = [f"{len(rows)} rows of {options.name} written to {path}."]
    return ALL_DONE, {"file": str(path), "n_rows": len(rows), "lines": lines}


def _import(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    lines = _open(options).import_file(
        options.file,
        format=options.format,
        call_id=options.call,
        rater=options.rater,
        role=options.role,
        **({"mapping": options.labels} if options.labels else {}),
    )
    return ALL_DONE, {"notices": lines, "lines": lines}


def _export(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    losses = _open(options).export(options.out, format=options.format, overwrite=options.overwrite)
    lines = losses.attrs["notices"]
    return ALL_DONE, {"losses": losses.to_dict(orient="records"), "lines": lines}


def _worklist(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    names = ("passes", "order", "overlap", "overlap_share", "gold_rate", "repeat_rate", "seed")
    made = _open(options).worklist(
        options.name, raters=options.rater, **{name: getattr(options, name) for name in names}
    )
    lines = [*made.attrs["notices"], made.drop(columns="worklist").to_string(index=False)]
    rows = json.loads(made.to_json(orient="records"))
    return ALL_DONE, {"rows": rows, "notices": made.attrs["notices"], "lines": lines}


def _agree(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    table = _open(options).agreement()
    shown = table.drop(columns=["se", "resampled", "n_clusters"])
    lines = [shown.to_string(index=False, float_format="{:.3f}".format, na_rep="")]
    return ALL_DONE, {"rows": json.loads(table.to_json(orient="records")), "lines": lines}


def _annotate(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from workbench.annotate import run_page

    choices = {
        "rater": options.rater,
        "call_id": options.call,
        "worklist": options.worklist,
        "unit": options.unit,
        "language": options.language,
    }
    run_page(
        options.dir,
        choices,
        port=options.port,
        browser=not options.no_browser,
        theme=options.theme,
    )


def _doctor(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    from workbench.doctor import examine

    found = examine(options.dir)
    lines = [f"{'ok ' if row.ok else 'NOT'} {row.what}: {row.found}" for row in found.itertuples()]
    code = ALL_DONE if bool(found["ok"].all()) else USERS_MISTAKE
    return code, {"checks": found.to_dict(orient="records"), "lines": lines}


def _roles(pairs: list[str]) -> dict[int, str] | None:
    from workbench.errors import InputError

    roles = {}
    for pair in pairs:
        channel, _, role = pair.partition("=")
        if not channel.isdigit() or role not in ("customer", "agent", "other"):
            raise InputError(
                f'--role {pair} came; CHANNEL=ROLE was expected, for example "--role 0=customer" '
                "with a role of customer, agent or other."
            )
        roles[int(channel)] = role
    return roles or None


def _with_failures(failed: pd.DataFrame, notices: list[str]) -> tuple[int, dict[str, Any]]:
    rows = failed.to_dict(orient="records")
    lines = [*notices, *(f"  {row['call_id']}: {row['reason']}" for row in rows)]
    code = SOME_FAILED if rows else ALL_DONE
    return code, {"failed": rows, "notices": notices, "lines": lines}


if __name__ == "__main__":
    sys.exit(main())
