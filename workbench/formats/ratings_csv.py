"""Ratings in the workbench's own long CSV files: ratings, and beside them tags and scores."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.formats.contract import Imported
from workbench.formats.csv_rows import booleans, check_columns, numbers, read_rows, times
from workbench.formats.intervals import (
    check_role,
    check_times,
    heard_table,
    known_calls_only,
    name_intervals,
    overlap_notice,
)
from workbench.formats.judgements import (
    check_pass,
    make_imported,
    rater_rows,
)
from workbench.formats.meanings import OTHER_TAG, VERDICTS, Meaning, check_against
from workbench.formats.ratings_wide import wide_judgements
from workbench.formats.source_files import SourceText
from workbench.schema import PASSES, TABLES, check_table, empty_table
from workbench.taxonomies import Taxonomy, default_taxonomy

PLACE = ("call_id", "channel", "role", "start_s", "end_s")
RATING = tuple(TABLES["ratings"].columns)
BESIDE = ("tags", "scores", "shifts", "notes", "raters", "sessions")
READERS = {"int": numbers, "float": numbers, "bool": booleans, "time": times}


@dataclass(frozen=True)
class _Chosen:
    """What the caller wants, and what stands in where a column is missing."""

    taxonomy: Taxonomy
    pass_: str
    rater_id: str | None
    call_id: str | None
    role: str | None
    channel: int | None
    created_at: datetime
    calls: Collection[str] | None = None
    beside: dict[str, Path] = field(default_factory=dict)


def import_ratings_csv(
    path: str | Path,
    *,
    call_id: str | None = None,
    rater_id: str | None = None,
    role: str | None = None,
    channel: int | None = None,
    calls: Collection[str] | None = None,
    taxonomy: Taxonomy | None = None,
    pass_: str = "voice",
    tags: str | Path | None = None,
    scores: str | Path | None = None,
    created_at: datetime | None = None,
) -> Imported:
    """Read ratings from CSV or Parquet, long or wide.

    Long: one row a rating with rating_id, rater_id, call_id, channel, start_s,
    end_s, pass, verdict, created_at, taxonomy, version and any other column of
    the ratings table; tags and scores stand in files of their own beside it
    (ratings.csv: tags.csv, scores.csv; also shifts.csv, notes.csv, raters.csv
    and sessions.csv where they are). Parquet files are read like CSV.

    Wide, for tables made by hand: no rating_id; a column `tags` holds a verdict
    or tags joined with "+", each with `:intensity` if wanted
    ("frustration:0.67+urgency"), and columns named after dimensions hold
    values.

    Parameters
    ----------
    path : str or Path
        The ratings.
    call_id, rater_id, role : str, optional
        For files without a column of that name.
    channel : int, optional
        For files without a column of that name.
    calls : collection of str, optional
        Calls of the register; rows of others are left out.
    taxonomy : Taxonomy, optional
        The default taxonomy if not given: for files without columns taxonomy
        and version, and to check tags and scores of the same version.
    pass_ : str, default "voice"
        For files without a column pass.
    tags, scores : str or Path, optional
        The files with tags and scores, if they do not stand beside it.
    created_at : datetime, optional
        For files without a column created_at; now if not given.

    Returns
    -------
    Imported
        Intervals and ratings.

    Raises
    ------
    InputError
        If a column, a value or a file is not as documented.
    """
    path = Path(path)
    source, rows = read_rows(path)
    given = {"tags": tags, "scores": scores}
    chosen = _Chosen(
        taxonomy or default_taxonomy(),
        check_pass(pass_),
        rater_id,
        call_id,
        check_role(role),
        channel,
        created_at or datetime.now(UTC),
        calls,
        {name: Path(found) for name, found in given.items() if found is not None},
    )
    rows, notices = _filled(rows, chosen, source.name)
    heard = _heard(rows, source.name)
    check_times(heard, source.name)
    heard, left_out = known_calls_only(heard, calls, source.name)
    rows = rows.loc[heard.index]
    notices = (*source.notices, *notices, *left_out)
    if "rating_id" in rows.columns:
        return _long(rows, heard, source, path, chosen, notices)
    imported = make_imported(
        "ratings_csv",
        replace(source, notices=()),
        heard.to_dict("records"),
        wide_judgements(rows, chosen.taxonomy, source.name),
        created_at=chosen.created_at,
    )
    return replace(imported, notices=(*notices, *imported.notices))


def _filled(rows: pd.DataFrame, chosen: _Chosen, name: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    standing_in = {
        "call_id": chosen.call_id,
        "rater_id": chosen.rater_id,
        "role": chosen.role or "unknown",
        "channel": None if chosen.channel is None else str(chosen.channel),
        "pass": chosen.pass_,
        "taxonomy": chosen.taxonomy.taxonomy,
        "version": chosen.taxonomy.version,
    }
    dimensions = [d.dimension for d in chosen.taxonomy.dimensions]
    known = [*RATING, *PLACE, "tags", *dimensions]
    needed = ["call_id", "rater_id", "start_s", "end_s"]
    needed = [column for column in needed if standing_in.get(column) is None]
    if "rating_id" in rows.columns:
        needed.append("verdict")
    elif not set(rows.columns) & set(dimensions):
        needed.append("tags")
    check_columns(rows.columns, needed=needed, known=known, name=name)
    strange = [column for column in rows.columns if column not in known]
    notices = tuple(
        f'The column "{column}" of {name} was left out.{nearest(column, known)}'
        for column in strange
    )
    rows = rows.drop(columns=strange)
    for column, value in standing_in.items():
        if column not in rows.columns:
            rows[column] = value
        elif value is not None:
            rows[column] = rows[column].fillna(value)
    for column in ("call_id", "rater_id", "start_s", "end_s"):
        if (gaps := rows[column].isna()).any():
            raise InputError(
                f'{int(gaps.sum())} rows of {name} have no "{column}", the first in line '
                f"{rows.index[gaps][0]}; every row needs one."
            )
    _check_words(rows, "pass", PASSES, name)
    _check_words(rows, "role", ("customer", "agent", "other", "unknown"), name)
    return rows, notices


def _check_words(rows: pd.DataFrame, column: str, known: Collection[str], name: str) -> None:
    strange = rows[~rows[column].isin(list(known))]
    if len(strange):
        word = str(strange[column].iloc[0])
        raise InputError(
            f'{len(strange)} rows of {name} have a {column} that is not one, the first "{word}" '
            f"in line {strange.index[0]}.{nearest(word, known)} Expected: {', '.join(known)}."
        )


def _heard(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    heard = heard_table(
        [
            {"call_id": call, "role": role, "tier": rater, "where": f"line {line}"}
            for line, call, role, rater in zip(
                rows.index, rows["call_id"], rows["role"], rows["rater_id"], strict=True
            )
        ]
    )
    heard.index = rows.index
    heard["start_s"], heard["end_s"] = numbers(rows, "start_s", name), numbers(rows, "end_s", name)
    heard["channel"] = _whole(numbers(rows, "channel", name), "channel", name)
    return heard


def _whole(values: pd.Series, column: str, name: str) -> pd.Series:
    broken = values.notna() & (values != values.round())
    if broken.any():
        raise InputError(
            f'Line {values.index[broken][0]} of {name} has {values[broken].iloc[0]} in "{column}"; '
            "a whole number was expected."
        )
    return values.astype("Int64")


def _long(
    rows: pd.DataFrame,
    heard: pd.DataFrame,
    source: SourceText,
    path: Path,
    chosen: _Chosen,
    notices: tuple[str, ...],
) -> Imported:
    name = source.name
    _check_words(rows, "verdict", VERDICTS, name)
    intervals, ids = name_intervals(heard)
    ratings = _typed(rows[[c for c in rows.columns if c in RATING]], "ratings", name)
    ratings["utterance_id"] = ids
    if "created_at" not in ratings.columns:
        ratings["created_at"] = chosen.created_at
    if "retracted" not in ratings.columns:
        ratings["retracted"] = False
    ratings["retracted"] = ratings["retracted"].fillna(False)
    checked = check_table(ratings, "ratings")
    beside = {
        table: _beside(table, path, chosen, checked["rating_id"], len(rows)) for table in BESIDE
    }
    checked, unlinked = _linked(checked, beside["sessions"], name)
    _check_said(checked, beside["tags"], beside["scores"], chosen.taxonomy, name)
    raters = beside["raters"]
    if raters.empty:
        raters = rater_rows(sorted(checked["rater_id"].unique()))
    return Imported(
        format="ratings_csv",
        source=name,
        sha256=source.sha256,
        settings=source.settings,
        intervals=intervals,
        ratings=checked.rename(columns={"utterance_id": "interval_id"}),
        tags=beside["tags"],
        scores=beside["scores"],
        shifts=beside["shifts"],
        notes=beside["notes"],
        raters=raters,
        sessions=beside["sessions"],
        notices=(*notices, *unlinked, *overlap_notice(intervals, name)),
    )


def _linked(
    ratings: pd.DataFrame, sessions: pd.DataFrame, name: str
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    lost = ratings["session_id"].notna() & ~ratings["session_id"].isin(sessions["session_id"])
    assigned = int(ratings["assignment_id"].notna().sum())
    notices = []
    if lost.any():
        notices.append(
            f"{int(lost.sum())} ratings of {name} name a session that is not told; put "
            "sessions.csv beside it to keep it."
        )
    if assigned:
        notices.append(f"{assigned} ratings of {name} name an assignment, which was left out.")
    sessions_kept = ratings["session_id"].mask(lost)
    return ratings.assign(session_id=sessions_kept, assignment_id=None), tuple(notices)


def _typed(rows: pd.DataFrame, table: str, name: str) -> pd.DataFrame:
    typed = {}
    for column in rows.columns:
        kind = TABLES[table].columns[column].kind
        typed[column] = READERS[kind](rows, column, name) if kind in READERS else rows[column]
        if kind == "int":
            typed[column] = _whole(typed[column], column, name)
    return pd.DataFrame(typed, index=rows.index)


def _beside(
    table: str, path: Path, chosen: _Chosen, rating_ids: pd.Series, n_ratings: int
) -> pd.DataFrame:
    there = chosen.beside.get(table)
    if there is None:
        same = path.with_name(path.name.replace("ratings", table))
        names = [same, same.with_suffix(".csv")]
        names += [path.with_name(f"{table}.csv")] if table in ("raters", "sessions") else []
        there = next((name for name in names if name != path and name.is_file()), None)
    if there is None:
        return empty_table(table)
    source, rows = read_rows(there)
    known = TABLES[table].columns
    check_columns(rows.columns, needed=TABLES[table].key, known=known, name=source.name)
    rows = rows[[column for column in rows.columns if column in known]]
    typed = _typed(rows, table, source.name)
    if table == "tags":
        primary = typed.get("primary", pd.Series(False, typed.index, dtype="boolean"))
        typed["primary"] = primary.fillna(False)
    if table in ("tags", "scores", "shifts"):
        strange = ~typed["rating_id"].isin(rating_ids)
        if strange.all() or (strange.any() and chosen.calls is None):
            raise InputError(
                f"{int(strange.sum())} of {len(typed)} rows of {source.name} belong to ratings "
                f"that {path.name} does not have, the first to "
                f"{typed.loc[strange, 'rating_id'].iloc[0]!r}. Pass the {table} of these "
                f"{n_ratings} ratings as {table}=."
            )
        typed = typed[~strange]
    return check_table(typed, table)


def _check_said(
    ratings: pd.DataFrame, tags: pd.DataFrame, scores: pd.DataFrame, taxonomy: Taxonomy, name: str
) -> None:
    tagged = ratings.loc[ratings["verdict"] == "tagged", "rating_id"]
    without = ~(tagged.isin(tags["rating_id"]) | tagged.isin(scores["rating_id"]))
    if without.any():
        raise InputError(
            f'{int(without.sum())} of {len(tagged)} ratings of {name} with the verdict "tagged" '
            "have neither tag nor score. Put tags.csv and scores.csv beside it, or name them as "
            "tags= and scores=."
        )
    own = ratings["taxonomy"].eq(taxonomy.taxonomy) & ratings["version"].eq(taxonomy.version)
    checkable = ratings.loc[own, "rating_id"]
    known = {OTHER_TAG, *(tag.tag for tag in taxonomy.tags)}
    strange = tags[tags["rating_id"].isin(checkable) & ~tags["tag"].isin(list(known))]
    if len(strange):
        counts = strange["tag"].value_counts()
        listed = ", ".join(f'"{tag}" ({n} times)' for tag, n in counts.head(8).items())
        raise InputError(
            f"{name} comes with tags that the taxonomy {taxonomy.taxonomy} {taxonomy.version} "
            f"does not have: {listed}.{nearest(str(counts.index[0]), known)}"
        )
    for column in ("intensity", "share"):
        if not tags[column].dropna().between(0, 1).all():
            raise InputError(f"{name} comes with a {column} outside 0 to 1.")
    for rating, dimension, value in scores.loc[
        scores["rating_id"].isin(checkable), ["rating_id", "dimension", "value"]
    ].itertuples(index=False):
        said = Meaning("neutral", (), {str(dimension): float(value)})
        check_against(said, taxonomy, of=f"The rating {rating} of {name}")
