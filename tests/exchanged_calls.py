"""A small register with ratings, made by hand, for tests of formats."""

from __future__ import annotations

import pandas as pd

from workbench.schema import check_table, empty_table
from workbench.taxonomies import Taxonomy, default_taxonomy

NOW = pd.Timestamp("2026-11-02 09:00:00.123456", tz="UTC")


def register(durations: dict[str, float], *, offset_s: float = 0.0) -> dict[str, pd.DataFrame]:
    """Make stereo calls: customer on channel 0, agent on channel 1."""
    calls = pd.DataFrame(
        {"call_id": list(durations), "attributes": [{"site": "a"}] * len(durations)}
    )
    recordings = [
        {
            "recording_id": f"rec_{call}",
            "call_id": call,
            "root": "audio",
            "path": f"in/{call}.wav",
            "sha256": "0" * 64,
            "codec": "wav/ulaw",
            "sampling_rate_hz": 8000,
            "n_channels": 2,
            "duration_s": duration,
            "offset_s": offset_s,
        }
        for call, duration in durations.items()
    ]
    channels = [
        {
            "call_id": call,
            "channel": channel,
            "recording_id": f"rec_{call}",
            "recording_channel": channel,
            "role": ("customer", "agent")[channel],
        }
        for call in durations
        for channel in (0, 1)
    ]
    return {
        "calls": check_table(calls, "calls"),
        "recordings": check_table(pd.DataFrame(recordings), "recordings"),
        "channels": check_table(pd.DataFrame(channels), "channels"),
    }


def rated(rows: list[dict], *, durations: dict[str, float] | None = None, **options):
    """Make all tables from rows with call, channel, span, rater, verdict, tags and scores.

    `tags` maps a tag to its intensity; the first is primary if `primary` is set.
    """
    utterances, ratings, tags, scores = {}, [], [], []
    for number, row in enumerate(rows):
        call, channel = row.get("call", "call_0001"), row.get("channel", 0)
        start_s, end_s = row["span"]
        utterance = f"utt_{call}_{channel}_{round(start_s * 1000)}_{round(end_s * 1000)}"
        utterances[utterance] = {
            "utterance_id": utterance,
            "segmentation_id": f"seg_{call}",
            "unit": "utterance",
            "call_id": call,
            "channel": channel,
            "role": row.get("role", "customer" if channel == 0 else "agent"),
            "start_s": start_s,
            "end_s": end_s,
            "created_at": NOW,
        }
        rating = f"rating_{number:04d}"
        ratings.append(
            {
                "rating_id": rating,
                "utterance_id": utterance,
                "rater_id": row.get("rater", "r01"),
                "taxonomy": row.get("taxonomy", "cx"),
                "version": row.get("version", "1"),
                "pass": row.get("pass", "voice"),
                "verdict": row.get("verdict", "tagged" if row.get("tags") else "neutral"),
                "created_at": NOW,
                "supersedes": row.get("supersedes"),
                "retracted": row.get("retracted", False),
                "certainty": row.get("certainty"),
            }
        )
        for place, (tag, intensity) in enumerate(row.get("tags", {}).items()):
            primary = bool(row.get("primary")) and place == 0
            tags.append(
                {"rating_id": rating, "tag": tag, "intensity": intensity, "primary": primary}
            )
        scores += [
            {"rating_id": rating, "dimension": dimension, "value": value}
            for dimension, value in row.get("scores", {}).items()
        ]
    if durations is None:
        durations = {}
        for one in utterances.values():
            end = max(durations.get(one["call_id"], 0.0), one["end_s"])
            durations[one["call_id"]] = end
    people = {"utterances": list(utterances.values()), "ratings": ratings}
    people |= {"tags": tags, "scores": scores}
    tables = register(durations, **options)
    for name, found in people.items():
        tables[name] = check_table(pd.DataFrame(found), name) if found else empty_table(name)
    return tables


def what_was_said(ratings, tags, scores, places) -> set[tuple]:
    """Lay ratings out as a set that does not depend on ids: for comparing round trips."""
    said = set()
    for row in ratings.merge(places, on=places.columns[0]).to_dict("records"):
        mine = tags[tags["rating_id"] == row["rating_id"]]
        values = scores[scores["rating_id"] == row["rating_id"]]
        channel = None if pd.isna(row["channel"]) else int(row["channel"])
        where = (row["call_id"], channel, row["role"], row["start_s"], row["end_s"])
        who = (row["rater_id"], row["pass"], row["taxonomy"], row["version"], row["verdict"])
        heard = frozenset(
            (tag, None if pd.isna(how) else round(how, 9))
            for tag, how in zip(mine["tag"], mine["intensity"], strict=True)
        )
        scored = frozenset(zip(values["dimension"], values["value"], strict=True))
        said.add((*where, *who, heard, scored))
    return said


def said_in_tables(tables) -> set[tuple]:
    """What the tables handed to an export say."""
    columns = ["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]
    places = tables["utterances"][columns]
    return what_was_said(tables["ratings"], tables["tags"], tables["scores"], places)


def said_in_import(*imported) -> set[tuple]:
    """What imports say."""
    columns = ["interval_id", "call_id", "channel", "role", "start_s", "end_s"]
    said: set[tuple] = set()
    for one in imported:
        said |= what_was_said(one.ratings, one.tags, one.scores, one.intervals[columns])
    return said


def taxonomy_with(tags: list[str]) -> Taxonomy:
    """The default taxonomy's dimensions under the name cx 1 with other tags, unchecked."""
    usual = default_taxonomy()
    first = usual.tags[0]
    entries = tuple(type(first)(tag, first.roles, "made for a test") for tag in tags)
    return type(usual)(
        usual.taxonomy,
        usual.version,
        entries,
        usual.dimensions,
        usual.intensity_steps,
        usual.verdicts,
        usual.definition,
        usual.sha256,
    )
