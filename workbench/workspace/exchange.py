"""Other tools' files, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import formats
from workbench.schema import TABLES, empty_table
from workbench.utterances import from_tier
from workbench.workspace import cutting, tables

if TYPE_CHECKING:
    from workbench.formats import Imported
    from workbench.utterances import Segmented, TierUtterances
    from workbench.workspace.core import Core


def import_file(
    ws: Core,
    path: str | Path,
    *,
    format: str,
    call_id: str | None,
    rater: str | None,
    role: str | None,
    **options: Any,
) -> list[str]:
    """Read a file and write what it holds to the store.

    Parameters
    ----------
    ws : Core
        The workspace.
    path : str or Path
        The file.
    format : str
        Name of the format.
    call_id, rater, role : str or None
        Where the file does not say.
    **options : object
        Further arguments of the format.

    Returns
    -------
    list of str
        What was brought in, in sentences.
    """
    given = {"call_id": call_id, "rater_id": rater, "role": role}
    formats.format_named(format, direction="import")
    accepted = formats.accepted_options(format, "import")
    channels = ws.store.read("channels")
    offered = {
        "channels": channels,
        "calls": set(ws.store.read("calls")["call_id"]),
        "taxonomy": ws.taxonomy(),
        "keep_columns": ws.config.policy.keep_columns,
        **{name: value for name, value in given.items() if value is not None},
    }
    if "customer_key" in accepted:
        offered["customer_key"] = ws.config.policy.customer_key()
    chosen = {k: v for k, v in offered.items() if k in accepted or given.get(k) is not None}
    imported = formats.import_file(path, format, **chosen, **options)
    imported = formats.place_intervals(imported, channels, ws.store.read("recordings"))
    return [*_written(ws, imported, channels), *imported.notices]


def _written(ws: Core, imported: Imported, channels: pd.DataFrame) -> list[str]:
    said = []
    if len(imported.intervals):
        utterances = _tiers(ws, imported, channels)
        said.append(f"{len(utterances)} utterances from {imported.source}.")
        if len(imported.ratings):
            said.append(_add_ratings(ws, imported, utterances))
    if len(imported.events):
        ws.store.add_events(imported.events)
        said.append(f"{len(imported.events)} events.")
    if len(imported.words):
        said.append(f"{ws.store.add_words(imported.words)} words or phrases.")
    later = {
        name: rows
        for name in ("outcomes", "qa_items", "customers")
        if len(rows := getattr(imported, name))
    }
    if later:
        ws.store.add_outcomes(later)
        said += [f"{len(rows)} rows of {name}." for name, rows in later.items()]
    if len(imported.roles):
        said.append(
            f"{imported.source} says who speaks on {len(imported.roles)} channels; to confirm: "
            "ws.confirm_roles(table with call_id, channel, role)."
        )
    return said


def _tiers(ws: Core, imported: Imported, channels: pd.DataFrame) -> pd.DataFrame:
    calls = ws.store.read("calls").set_index("call_id")
    recordings = ws.store.read("recordings")
    audio_end = (
        (recordings["offset_s"] + recordings["duration_s"]).groupby(recordings["call_id"]).max()
    )
    tiers: list[pd.DataFrame] = []
    parts: list[Segmented | TierUtterances] = []
    for call, intervals in imported.intervals.groupby("call_id"):
        own = channels[channels["call_id"] == call]
        about = calls.loc[call]
        parties = {"customer": about["customer_id"], "agent": about["agent_id"]}
        who = {role: str(name) for role, name in parties.items() if not pd.isna(name)}
        tier = from_tier(
            intervals,
            imported.method,
            call_id=str(call),
            channels=own if len(own) else None,
            settings=imported.settings,
            speaker_ids=who,
            agent_id=who.get("agent"),
        )
        end_s = max(float(tier.utterances["end_s"].max()), float(audio_end.get(call, 0.0)))
        tiers.append(tier.utterances)
        parts += [
            tier,
            *cutting.further_units(tier.utterances, own, str(call), end_s, who.get("agent")),
        ]
    cutting.add_all(ws, parts, in_use=True)
    return pd.concat(tiers, ignore_index=True)


def _add_ratings(ws: Core, imported: Imported, utterances: pd.DataFrame) -> str:
    known = set(ws.store.read("raters")["rater_id"])
    new = imported.raters[~imported.raters["rater_id"].isin(known)]
    ws.store.add_rows("raters", new)
    if len(imported.sessions):
        ws.store.add_rows("sessions", imported.sessions)
    used = set(zip(imported.ratings["taxonomy"], imported.ratings["version"], strict=True))
    current = ws.taxonomy()
    if (current.taxonomy, current.version) in used:
        ws.store.add_taxonomy_version(current)
    current_ratings, _, _ = ws.store.current_ratings()
    rated = formats.rating_tables(imported, utterances, current_ratings)
    n_new = ws.store.add_ratings(
        rated["ratings"], rated["tags"], rated["scores"], rated["shifts"], rated["notes"]
    )
    return f"{n_new} ratings, {len(imported.ratings) - n_new} were there already."


def export(
    ws: Core, out: str | Path, *, format: str, overwrite: bool, **options: Any
) -> pd.DataFrame:
    """Write tables or ratings for other tools.

    Parameters
    ----------
    ws : Core
        The workspace.
    out : str or Path
        Where to.
    format : str
        Name of the format.
    overwrite : bool
        Whether files that are there may be replaced.
    **options : object
        Further arguments of the format.

    Returns
    -------
    DataFrame
        What could not be carried: what, rows, reason; `attrs["notices"]` says
        what was written.
    """
    formats.format_named(format, direction="export")
    if "taxonomy" in formats.accepted_options(format, "export"):
        options.setdefault("taxonomy", ws.taxonomy())
    every = {name: ws.table(name) for name in TABLES}
    if format != "tables":
        in_use = tables.utterances_in_use(ws, unit="utterance", text=False)
        every["utterances"] = in_use if len(in_use) else empty_table("utterances")
        decided = every["ratings"]["rating_id"].isin(every["adjudications"]["rating_id"])
        every["ratings"] = every["ratings"][~decided]
    report = formats.export_files(every, out, format, overwrite=overwrite, **options)
    losses = report.losses
    losses.attrs["notices"] = [
        f"{len(report.files)} files written to {out}.",
        *(f"Not carried: {r.what} ({r.rows} rows): {r.reason}" for r in losses.itertuples()),
    ]
    return losses
