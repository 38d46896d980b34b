"""Label Studio out: tasks with regions, annotations by rater, and the labelling configuration."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd

from workbench.errors import InputError
from workbench.formats.contract import ExportReport, file_table, loss_table
from workbench.formats.current_work import CurrentWork, current_work, table_of
from workbench.formats.meanings import OTHER_TAG, VERDICTS, Meaning
from workbench.formats.staging import write_together
from workbench.taxonomies import Taxonomy, default_taxonomy

AUDIO, ROLE, HEARD, MAIN = "audio", "role", "heard", "main"
"""Names of the object and of the controls in our labelling configuration."""
STRENGTH = "intensity_"
"""A tag's rating control is called this and the tag."""
TASK = ("recording_id", "pass", "taxonomy", "version")


def export_label_studio(
    tables: Mapping[str, pd.DataFrame],
    destination: str | Path,
    *,
    overwrite: bool = False,
    taxonomy: Taxonomy | None = None,
    calls: Collection[str] | None = None,
    accounts: Mapping[str, int | str] | None = None,
    audio_url: str = "/data/local-files/?d={path}",
) -> ExportReport:
    """Write current ratings as Label Studio tasks, with the labelling configuration.

    A task is one recording in one pass and taxonomy version; each rater has an
    annotation in it, and each rated utterance is a region. What models said
    becomes predictions, and so do the bounds of all utterances, so that a call
    that nobody rated can be labelled there with its regions already cut.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        utterances, recordings and channels; ratings, tags and scores; raters
        and segmentations where they are.
    destination : str or Path
        A folder (tasks.json, labels.xml), or a file that ends in .json (the
        configuration beside it has the same name and .xml).
    overwrite : bool, default False
        Whether files of the same name may be replaced.
    taxonomy : Taxonomy, optional
        Gives the choices of the configuration; the default taxonomy if not given.
    calls : collection of str, optional
        Only these calls.
    accounts : mapping of str to int or str, optional
        Label Studio's user id or e-mail for a rater. It refuses tasks that name
        a user it does not know, so raters without an account are named in a
        field of ours only, which Label Studio drops.
    audio_url : str
        Where Label Studio finds a recording; {path} is its path below the audio
        root, {call_id} the call.

    Returns
    -------
    ExportReport
        The files, and what they could not carry.

    Raises
    ------
    InputError
        If there is nothing to export, or the files cannot be written.
    """
    chosen = taxonomy or default_taxonomy()
    work = current_work(tables, calls=calls, unrated=True)
    recordings = _recorded(tables)
    sheet = _Sheet(tables, work, chosen, accounts or {}, audio_url)
    rated = work.ratings.merge(recordings, on=["call_id", "channel"], how="left")
    silent = int(rated["recording_id"].isna().sum())
    rated = rated[rated["recording_id"].notna()]
    cut = _cut(tables, calls).merge(recordings, on=["call_id", "channel"], how="inner")
    if rated.empty and cut.empty:
        raise InputError(
            "There is nothing to export: no utterance has a recording, and Label Studio shows "
            "nothing without audio. Export as textgrid or tables instead."
        )
    tasks = [
        sheet.task(group, cut[cut["recording_id"] == key[0]], key)
        for key, group in rated.groupby(list(TASK), sort=True)
    ]
    bare = cut[~cut["recording_id"].isin(rated["recording_id"])]
    tasks += [
        sheet.task(rated.iloc[:0], group, (recording, None, None, None))
        for recording, group in bare.groupby("recording_id", sort=True)
    ]
    folder, stem = Path(destination), "tasks"
    config = "labels.xml"
    if folder.suffix.lower() == ".json":
        folder, stem, config = folder.parent, folder.stem, f"{folder.stem}.xml"
    text = json.dumps(tasks, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    files = {
        f"{stem}.json": partial(_write_text, text),
        config: partial(_write_text, labelling_config(chosen, extra_tags=sheet.extra_tags())),
    }
    written = write_together(folder, files, overwrite=overwrite)
    losses = [
        *work.losses,
        ("ratings", silent, "calls without audio, or judged over all channels of several files"),
        ("tags.intensity", sheet.off_step, "Label Studio's stars are whole steps; rounded"),
        ("tags.intensity", sheet.zero, "Label Studio has no zero stars; left out"),
        ("ratings.rating_id", len(rated), "Label Studio would not keep it; importing makes a new"),
    ]
    return ExportReport(
        file_table(dict(zip(written, (len(tasks), 0), strict=True))), loss_table(losses)
    )


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _recorded(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    columns = ["call_id", "channel", "recording_id", "recording_channel"]
    channels = table_of(tables, "channels")[columns]
    files = table_of(tables, "recordings")[["recording_id", "path", "duration_s", "offset_s"]]
    known = channels.merge(files, on="recording_id")
    whole = known.drop_duplicates(["call_id", "recording_id"])
    whole = whole[~whole["call_id"].duplicated(keep=False)].copy()
    whole[["channel", "recording_channel"]] = pd.NA
    return pd.concat([known, whole.astype(known.dtypes.to_dict())], ignore_index=True)


def _cut(tables: Mapping[str, pd.DataFrame], calls: Collection[str] | None) -> pd.DataFrame:
    utterances = tables["utterances"]
    cut = utterances[utterances["unit"] == "utterance"]
    if "retired_at" in cut.columns:
        cut = cut[cut["retired_at"].isna()]
    if "segmentations" in tables:
        segmentations = tables["segmentations"]
        in_use = segmentations.loc[segmentations["in_use"].astype("bool"), "segmentation_id"]
        cut = cut[cut["segmentation_id"].isin(in_use)]
    cut = cut if calls is None else cut[cut["call_id"].isin(list(calls))]
    return cut[["utterance_id", "call_id", "channel", "role", "start_s", "end_s"]]


class _Sheet:
    """Writes tasks, and counts what does not fit."""

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        work: CurrentWork,
        taxonomy: Taxonomy,
        accounts: Mapping[str, int | str],
        audio_url: str,
    ) -> None:
        raters = table_of(tables, "raters")
        self.models = set(raters.loc[raters["kind"] == "model", "rater_id"])
        self.meanings = work.meanings
        self.taxonomy = taxonomy
        self.accounts = accounts
        self.audio_url = audio_url
        self.off_step = self.zero = 0

    def extra_tags(self) -> list[str]:
        """Tags of the ratings that the taxonomy does not have, in order of name."""
        known = {tag.tag for tag in self.taxonomy.tags} | {OTHER_TAG}
        used = {tag.tag for meaning in self.meanings.values() for tag in meaning.tags}
        return sorted(used - known)

    def task(self, rated: pd.DataFrame, cut: pd.DataFrame, key: tuple[Any, ...]) -> dict[str, Any]:
        """Write one recording in one pass and version."""
        first = (rated if len(rated) else cut).iloc[0]
        there = pd.concat([rated, cut])[["channel", "recording_channel"]].dropna()
        places = sorted(set(there.itertuples(index=False, name=None)))
        data = {
            AUDIO: self.audio_url.format(path=first["path"], call_id=first["call_id"]),
            "call_id": str(first["call_id"]),
            "recording_id": str(key[0]),
            "offset_s": float(first["offset_s"]),
            "channels": {str(int(inside)): int(channel) for channel, inside in places},
            "intensity_steps": self.taxonomy.intensity_steps,
        }
        if key[1] is not None:
            data |= {"pass": key[1], "taxonomy": key[2], "version": key[3]}
        predictions = [{"model_version": "utterances", "result": self._bounds(cut)}]
        annotations = []
        for rater, group in rated.groupby("rater_id", sort=True):
            result = self._result(group)
            if rater in self.models:
                predictions.append({"model_version": str(rater), "result": result})
                continue
            annotation = {
                "result": result,
                "was_cancelled": False,
                "ground_truth": False,
                "rater_id": str(rater),
            }
            if rater in self.accounts:
                account = self.accounts[str(rater)]
                by = account if isinstance(account, int) else {"email": account}
                annotation["completed_by"] = by
            annotations.append(annotation)
        return {"data": data, "predictions": predictions, "annotations": annotations}

    def _bounds(self, cut: pd.DataFrame) -> list[dict[str, Any]]:
        rows = cut.sort_values(["start_s", "channel"]).to_dict("records")
        return [_part(row, str(row["utterance_id"]), ROLE, "labels", [row["role"]]) for row in rows]

    def _result(self, group: pd.DataFrame) -> list[dict[str, Any]]:
        seen: Counter[str] = Counter()
        result = []
        for row in group.to_dict("records"):
            seen[row["utterance_id"]] += 1
            times = seen[row["utterance_id"]]
            region = row["utterance_id"] if times == 1 else f"{row['utterance_id']}-{times}"
            meaning = self.meanings[row["rating_id"]]
            result.append(_part(row, region, ROLE, "labels", [row["role"]]))
            heard = [tag.tag for tag in meaning.tags]
            if not heard and meaning.verdict != "tagged":
                heard = [meaning.verdict]
            if heard:
                result.append(_part(row, region, HEARD, "choices", heard))
            main = [tag.tag for tag in meaning.tags if tag.primary]
            if main:
                result.append(_part(row, region, MAIN, "choices", main))
            result += self._strengths(row, region, meaning)
            for dimension, value in sorted(meaning.scores.items()):
                result.append(_part(row, region, dimension, "number", value))
        return result

    def _strengths(
        self, row: Mapping[Any, Any], region: str, meaning: Meaning
    ) -> Iterable[dict[str, Any]]:
        steps = self.taxonomy.intensity_steps
        for tag in meaning.tags:
            if tag.intensity is None:
                continue
            stars = round(tag.intensity * steps)
            if stars == 0:
                self.zero += 1
                continue
            self.off_step += abs(stars / steps - tag.intensity) > 0.005
            yield _part(row, region, f"{STRENGTH}{tag.tag}", "rating", stars)


def _part(
    row: Mapping[Any, Any], region: str, control: str, kind: str, value: Any
) -> dict[str, Any]:
    offset_s = float(row["offset_s"])
    place: dict[str, Any] = {
        "start": round(float(row["start_s"]) - offset_s, 6),
        "end": round(float(row["end_s"]) - offset_s, 6),
    }
    if not pd.isna(row["recording_channel"]):
        place["channel"] = int(row["recording_channel"])
    return {
        "id": region,
        "from_name": control,
        "to_name": AUDIO,
        "type": kind,
        "original_length": float(row["duration_s"]),
        "value": {**place, kind: value},
    }


def labelling_config(taxonomy: Taxonomy, *, extra_tags: Collection[str] = ()) -> str:
    """Write the labelling configuration that belongs to the tasks.

    Parameters
    ----------
    taxonomy : Taxonomy
        Whose tags and dimensions raters choose from.
    extra_tags : collection of str
        Further tags.

    Returns
    -------
    str
        XML for Label Studio's Settings > Labeling Interface.

    Examples
    --------
    >>> from workbench.taxonomies import default_taxonomy
    >>> labelling_config(default_taxonomy()).splitlines()[1].strip()
    '<Audio name="audio" value="$audio" splitchannels="true" decoder="ffmpeg" />'
    """
    view = ElementTree.Element("View")
    audio = {"name": AUDIO, "value": f"${AUDIO}", "splitchannels": "true", "decoder": "ffmpeg"}
    ElementTree.SubElement(view, "Audio", audio)
    to = {"toName": AUDIO}
    roles = ElementTree.SubElement(view, "Labels", {"name": ROLE, **to})
    for role in ("customer", "agent", "other", "unknown"):
        ElementTree.SubElement(roles, "Label", {"value": role})
    tags = [tag.tag for tag in taxonomy.tags]
    tags += [tag for tag in (*extra_tags, OTHER_TAG) if tag not in tags]
    region = {**to, "perRegion": "true"}
    heard = {"name": HEARD, **region, "choice": "multiple"}
    _choices(view, heard, [*tags, *(word for word in VERDICTS[1:] if word not in tags)])
    _choices(view, {"name": MAIN, **region, "choice": "single-radio"}, tags)
    for tag in tags:
        shown = {"visibleWhen": "choice-selected", "whenTagName": HEARD, "whenChoiceValue": tag}
        stars = {"name": f"{STRENGTH}{tag}", "maxRating": str(taxonomy.intensity_steps)}
        box = ElementTree.SubElement(view, "View", shown)
        ElementTree.SubElement(box, "Header", {"value": tag, "size": "6"})
        ElementTree.SubElement(box, "Rating", {**stars, **region})
    for scale in taxonomy.dimensions:
        words = f"{scale.dimension}: {scale.low_words} ... {scale.high_words}"
        ends = {"min": f"{scale.low:g}", "max": f"{scale.high:g}", "step": "0.05"}
        ElementTree.SubElement(view, "Header", {"value": words, "size": "6"})
        ElementTree.SubElement(view, "Number", {"name": scale.dimension, **ends, **region})
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def _choices(view: ElementTree.Element, control: dict[str, str], values: Iterable[str]) -> None:
    choices = ElementTree.SubElement(view, "Choices", control)
    for value in values:
        ElementTree.SubElement(choices, "Choice", {"value": value})
