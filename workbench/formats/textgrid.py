"""Praat TextGrid: ratings as tiers, one for each party and rater."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from workbench.formats.contract import ExportReport, file_table, loss_table
from workbench.formats.current_work import GROUP, CurrentWork, current_work, table_of
from workbench.formats.meanings import Meaning, join_label
from workbench.formats.praat import (
    INTERVALS,
    POINTS,
    Grid,
    GridTier,
    Mark,
    layers_of,
    write_grid,
)
from workbench.formats.staging import file_stem, write_together
from workbench.formats.tiers import STRENGTHS, TAGS, Tier, tier_name


def export_textgrid(
    tables: Mapping[str, pd.DataFrame],
    destination: str | Path,
    *,
    overwrite: bool = False,
    calls: Collection[str] | None = None,
) -> ExportReport:
    """Write the current ratings as one TextGrid a call.

    Each party and rater gets a tier of labels (a verdict, or tags joined with
    "+"), a tier of intensities in the order of the tags, and a point tier for
    each dimension, with points in the middle of the utterances. Passes and
    taxonomy versions have tiers of their own, and so have overlapping
    utterances. Times are exact to a microsecond.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ratings, tags, scores and utterances; recordings for the length of calls.
    destination : str or Path
        A folder; the files are named after the calls.
    overwrite : bool, default False
        Whether files of the same name may be replaced.
    calls : collection of str, optional
        Only these calls.

    Returns
    -------
    ExportReport
        The files, and what they could not carry.

    Raises
    ------
    InputError
        If there is no current rating, or the folder cannot be written to.
    """
    work = current_work(tables, calls=calls)
    lengths = _lengths(tables)
    grids, rows, too_short = {}, {}, 0
    for call, ratings in work.ratings.groupby("call_id", sort=True):
        name = f"{file_stem(str(call))}.TextGrid"
        grid, left_out = _grid_of(ratings, work, lengths.get(str(call), 0.0))
        grids[name], rows[name] = partial(_write_text, write_grid(grid)), len(ratings) - left_out
        too_short += left_out
    folder = Path(destination)
    write_together(folder, grids, overwrite=overwrite)
    losses = [
        *work.losses,
        ("ratings", too_short, "their utterances last less than a microsecond"),
        ("ratings.rating_id", len(work.ratings), "tools would not keep it; importing makes a new"),
        ("tags.primary", _primaries(work), "Praat has no place for it; the main tag comes first"),
        ("scores.imported_value", _imported_values(tables, work), "only the value is written"),
    ]
    return ExportReport(
        file_table({folder / name: count for name, count in rows.items()}), loss_table(losses)
    )


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _primaries(work: CurrentWork) -> int:
    return sum(tag.primary for meaning in work.meanings.values() for tag in meaning.tags)


def _imported_values(tables: Mapping[str, pd.DataFrame], work: CurrentWork) -> int:
    scores = table_of(tables, "scores")
    held = scores["rating_id"].isin(work.ratings["rating_id"])
    return int(scores.loc[held, "imported_value"].notna().sum())


def _lengths(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    recordings = table_of(tables, "recordings")
    ends = recordings["offset_s"] + recordings["duration_s"]
    longest = ends.groupby(recordings["call_id"]).max()
    return {str(call): float(end) for call, end in longest.items()}


def _grid_of(ratings: pd.DataFrame, work: CurrentWork, length_s: float) -> tuple[Grid, int]:
    tiers: list[GridTier] = []
    length_s = max(length_s, float(ratings["end_s"].max()))
    too_short = 0
    for key, group in ratings.groupby(list(GROUP), sort=True, dropna=False):
        role, rater, channel, pass_, taxonomy, version = (str(part) for part in key)
        marks = [
            Mark(round(row["start_s"], 6), round(row["end_s"], 6), row["rating_id"])
            for row in group.to_dict("records")
        ]
        too_short += sum(mark.end_s <= mark.start_s for mark in marks)
        marks = [mark for mark in marks if mark.end_s > mark.start_s]
        for number, layer in enumerate(layers_of(marks), start=1):
            tier = Tier(
                "",
                role,
                "",
                rater,
                int(channel) if channel.isdigit() else None,
                pass_,
                taxonomy,
                version,
                number,
            )
            tiers += _layer_tiers(tier, layer, work.meanings)
    return Grid(0.0, round(length_s, 6), tuple(tiers)), too_short


def _layer_tiers(
    tier: Tier, layer: list[Mark], meanings: Mapping[str, Meaning]
) -> Iterator[GridTier]:
    def named(what: str) -> str:
        return tier_name(replace(tier, what=what))

    heard = [(mark, meanings[mark.text]) for mark in layer]
    labels = [
        Mark(m.start_s, m.end_s, join_label(said.verdict, [t.tag for t in said.tags]))
        for m, said in heard
    ]
    yield GridTier(INTERVALS, named(TAGS), tuple(labels))
    strengths = [
        Mark(m.start_s, m.end_s, "+".join(_exact(t.intensity) for t in said.tags))
        for m, said in heard
        if any(t.intensity is not None for t in said.tags)
    ]
    if strengths:
        yield GridTier(INTERVALS, named(STRENGTHS), tuple(strengths))
    for dimension in sorted({d for _, said in heard for d in said.scores}):
        points = []
        for m, said in heard:
            if dimension in said.scores:
                middle = round((m.start_s + m.end_s) / 2, 6)
                points.append(Mark(middle, middle, _exact(said.scores[dimension])))
        yield GridTier(POINTS, named(dimension), tuple(points))


def _exact(value: float | None) -> str:
    return "" if value is None else f"{value!r}".removesuffix(".0")
