"""Label Studio: our tasks and configuration, and the exports of others."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchanged_calls import rated, register, said_in_import, said_in_tables, taxonomy_with
from workbench.errors import InputError
from workbench.formats import (
    HeardTag,
    Meaning,
    export_label_studio,
    import_label_studio,
    labelling_config,
)
from workbench.schema import check_table
from workbench.taxonomies import default_taxonomy

CALL = [
    {
        "span": (4.2, 8.35),
        "tags": {"frustration": 2 / 3, "gratitude": None},
        "scores": {"valence": -0.4},
    },
    {"span": (9.0, 9.5), "verdict": "unclear"},
    {"span": (4.2, 8.35), "rater": "r02", "tags": {"anger": 1.0}, "primary": True},
    {"span": (1.0, 2.0), "channel": 1, "tags": {"warm": None}, "pass": "text"},
    {"span": (10.0, 11.0), "verdict": "tagged", "scores": {"arousal": 0.75}},
]


def tasks_in(folder):
    return json.loads((folder / "tasks.json").read_text(encoding="utf-8"))


def controls_of(config: str) -> dict[str, ElementTree.Element]:
    view = ElementTree.fromstring(config)
    return {e.attrib["name"]: e for e in view.iter() if "name" in e.attrib}


def check_task(task: dict, config: str) -> None:
    """Check what Label Studio checks: names, types and choices of the configuration."""
    controls = controls_of(config)
    kinds = {"labels": "Labels", "choices": "Choices", "rating": "Rating", "number": "Number"}
    for part in task["annotations"] + task["predictions"]:
        for one in part["result"]:
            control = controls[one["from_name"]]
            assert control.tag == kinds[one["type"]]
            assert one["to_name"] == control.attrib["toName"] == "audio"
            assert 0 <= one["value"]["start"] < one["value"]["end"] <= one["original_length"]
            value = one["value"][one["type"]]
            if one["type"] in ("labels", "choices"):
                allowed = {child.attrib["value"] for child in control}
                assert set(value) <= allowed
            elif one["type"] == "rating":
                assert value in range(1, int(control.attrib["maxRating"]) + 1)
            else:
                assert float(control.attrib["min"]) <= value <= float(control.attrib["max"])


def test_tasks_fit_the_configuration(tmp_path):
    report = export_label_studio(rated(CALL, durations={"call_0001": 12.0}), tmp_path)
    config = (tmp_path / "labels.xml").read_text(encoding="utf-8")
    tasks = tasks_in(tmp_path)
    assert [(t["data"]["pass"], len(t["annotations"])) for t in tasks] == [
        ("text", 1),
        ("voice", 2),
    ]
    for task in tasks:
        check_task(task, config)
    assert controls_of(config)["audio"].attrib["value"] == "$audio"
    assert tasks[1]["data"]["audio"] == "/data/local-files/?d=in/call_0001.wav"
    assert report.files["rows"].tolist() == [2, 0]


def test_a_region_repeats_its_place_in_every_answer(tmp_path):
    export_label_studio(rated(CALL, durations={"call_0001": 12.0}), tmp_path)
    result = tasks_in(tmp_path)[1]["annotations"][0]["result"]
    first = [one for one in result if one["id"] == result[0]["id"]]
    assert {(p["value"]["start"], p["value"]["end"], p["value"]["channel"]) for p in first} == {
        (4.2, 8.35, 0)
    }
    assert [(p["from_name"], p["value"][p["type"]]) for p in first] == [
        ("role", ["customer"]),
        ("heard", ["frustration", "gratitude"]),
        ("intensity_frustration", 2),
        ("valence", -0.4),
    ]


def test_own_export_says_the_same_when_it_comes_back(tmp_path):
    tables = rated(CALL, durations={"call_0001": 12.0})
    export_label_studio(tables, tmp_path)
    imported = import_label_studio(tmp_path / "tasks.json")
    assert said_in_import(imported) == said_in_tables(tables)
    assert imported.tags.loc[imported.tags["primary"], "tag"].tolist() == ["anger"]
    again = import_label_studio(tmp_path / "tasks.json")
    assert set(imported.ratings["rating_id"]) == set(again.ratings["rating_id"])


def test_times_are_those_of_the_recording_and_come_back_as_those_of_the_call(tmp_path):
    rows = [{"span": (31.5, 33.25), "tags": {"relief": None}}]
    tables = rated(rows, durations={"call_0001": 10.0}, offset_s=30.0)
    export_label_studio(tables, tmp_path)
    (task,) = tasks_in(tmp_path)
    value = task["annotations"][0]["result"][0]["value"]
    assert (value["start"], value["end"]) == (1.5, 3.25)
    imported = import_label_studio(tmp_path / "tasks.json")
    assert imported.intervals[["start_s", "end_s"]].to_numpy().tolist() == [[31.5, 33.25]]


def test_one_file_per_side_makes_one_task_per_file(tmp_path):
    rows = [{"span": (0, 1), "channel": c, "tags": {"anger": None}} for c in (0, 1)]
    tables = rated(rows)
    sides = pd.concat([tables["recordings"]] * 2, ignore_index=True)
    sides["recording_id"] = ["rec_customer", "rec_agent"]
    sides["n_channels"] = 1
    channels = tables["channels"].assign(
        recording_id=["rec_customer", "rec_agent"], recording_channel=0
    )
    tables |= {"recordings": check_table(sides, "recordings")}
    tables |= {"channels": check_table(channels, "channels")}
    export_label_studio(tables, tmp_path)
    tasks = tasks_in(tmp_path)
    assert [task["data"]["channels"] for task in tasks] == [{"0": 1}, {"0": 0}]
    imported = import_label_studio(tmp_path / "tasks.json")
    assert said_in_import(imported) == said_in_tables(tables)


def test_a_call_nobody_rated_goes_out_with_its_regions_cut(tmp_path):
    tables = rated(CALL)
    for name in ("ratings", "tags", "scores"):
        tables[name] = tables[name].iloc[:0]
    export_label_studio(tables, tmp_path)
    (task,) = tasks_in(tmp_path)
    assert task["annotations"] == []
    (cut,) = task["predictions"]
    assert [one["value"]["labels"] for one in cut["result"]] == [
        ["agent"],
        ["customer"],
        ["customer"],
        ["customer"],
    ]


def test_models_predict_and_people_annotate(tmp_path):
    raters = [
        {"rater_id": "r01", "role": "rater", "kind": "model", "active": True},
        {"rater_id": "r02", "role": "rater", "kind": "human", "active": True},
    ]
    tables = {**rated(CALL), "raters": check_table(pd.DataFrame(raters), "raters")}
    export_label_studio(tables, tmp_path, accounts={"r02": "r02@example.org"})
    task = tasks_in(tmp_path)[1]
    assert [p["model_version"] for p in task["predictions"]] == ["utterances", "r01"]
    assert [a["completed_by"] for a in task["annotations"]] == [{"email": "r02@example.org"}]
    back = import_label_studio(tmp_path / "tasks.json", raters={"r02@example.org": "r02"})
    assert set(back.ratings["rater_id"]) == {"r02"}


def test_losses_are_told(tmp_path):
    rows = [
        {"span": (0, 1), "tags": {"anger": 0.5, "relief": 0.0}, "certainty": 1.0},
        {"span": (0, 1), "call": "no_audio", "verdict": "neutral"},
    ]
    tables = rated(rows)
    for name in ("recordings", "channels"):
        tables[name] = tables[name][tables[name]["call_id"] != "no_audio"]
    report = export_label_studio(tables, tmp_path)
    told = {(loss["what"], loss["rows"]) for loss in report.losses.to_dict("records")}
    assert {("tags.intensity", 1), ("ratings", 1), ("ratings.certainty", 1)} <= told
    assert report.losses["reason"].str.contains("calls without audio").any()
    with pytest.raises(InputError, match="no utterance has a recording"):
        export_label_studio({**tables, **register({})}, tmp_path / "x")


def test_a_json_file_can_be_named(tmp_path):
    export_label_studio(rated(CALL), tmp_path / "out" / "round1.json")
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["round1.json", "round1.xml"]
    with pytest.raises(InputError, match="already holds 2 of the files"):
        export_label_studio(rated(CALL), tmp_path / "out" / "round1.json")


# ---- Label Studio's own exports ------------------------------------------------------------


def answer(control, kind, value, region="r1", span=(4.2, 8.35), **more):
    place = {"start": span[0], "end": span[1], "channel": 1}
    return {
        "id": region,
        "from_name": control,
        "to_name": "audio",
        "type": kind,
        "original_length": 12.0,
        "value": {**place, "text" if kind == "textarea" else kind: value},
        **more,
    }


def project(*annotations, data=None):
    data = data or {"audio": "/data/local-files/?d=calls%2Fcall_0001.wav"}
    return [{"id": 7, "data": data, "annotations": list(annotations)}]


def by(person, *result, **more):
    made = "2026-03-09T21:52:49.513742Z"
    return {"completed_by": person, "result": list(result), "created_at": made, **more}


@pytest.fixture
def write(tmp_path):
    def write(content, name="export.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return path

    return write


def test_an_export_of_a_project(write):
    path = write(
        project(
            by(
                3,
                answer("role", "labels", ["Customer"]),
                answer("emotion", "choices", ["Frustration"]),
                answer("intensity", "rating", 4),
                answer("text", "textarea", ["That's fine."]),
                answer("note", "textarea", ["sighs"]),
                {"id": "w", "from_name": "q", "type": "choices", "value": {"choices": ["ok"]}},
            ),
            by({"id": 4, "email": "b@c.org"}, answer("role", "labels", ["customer"]),
               answer("emotion", "choices", ["neutral"]), answer("valence", "number", -0.25)),
            by(5, answer("emotion", "choices", ["anger"]), was_cancelled=True),
        )
    )  # fmt: skip
    imported = import_label_studio(path, raters={"b@c.org": "r02"})
    assert imported.call_id == "call_0001"
    assert imported.intervals[["channel", "role"]].to_numpy().tolist() == [[1, "customer"]]
    assert imported.ratings["rater_id"].tolist() == ["label_studio_3", "r02"]
    assert imported.ratings["created_at"].iloc[0] == pd.Timestamp("2026-03-09 21:52:49.513742Z")
    assert imported.tags[["tag", "intensity"]].to_numpy().tolist() == [["frustration", 0.8]]
    assert imported.scores[["value", "imported_value"]].to_numpy().tolist() == [[-0.25, "-0.25"]]
    assert imported.notes["text"].tolist() == ["sighs"]
    (told,) = imported.notices
    for what in ('1 answers of the control "text"', "1 cancelled", "1 answers that are not about"):
        assert what in told


def test_one_annotator_may_be_named_and_several_not(write):
    one = write(project(by(3, answer("e", "choices", ["anger"]))))
    assert import_label_studio(one, rater_id="r09").ratings["rater_id"].tolist() == ["r09"]
    two = write(
        project(by(3, answer("e", "choices", ["anger"])), by(4, answer("e", "choices", ["relief"])))
    )
    with pytest.raises(InputError, match='by 2 raters .* Name them with raters={"3": "r01"'):
        import_label_studio(two, rater_id="r09")


def test_stars_of_a_region_with_several_tags_belong_to_none(write):
    path = write(
        project(by(3, answer("e", "choices", ["anger", "relief"]), answer("i", "rating", 4)))
    )
    imported = import_label_studio(path)
    assert imported.tags["intensity"].isna().all()
    assert "1 ratings of regions with several tags" in imported.notices[0]
    with pytest.raises(InputError, match="has 4 stars of 3. Give the number of stars"):
        import_label_studio(
            write(project(by(3, answer("e", "choices", ["anger"]), answer("i", "rating", 4)))),
            rating_max=3,
        )


def test_labels_are_mapped(write):
    path = write(
        project(by(3, answer("e", "labels", ["ANG"]), answer("l", "choices", ["English"])))
    )
    with pytest.raises(InputError, match=r"without a meaning: 'ANG' \(1 times\), 'English'"):
        import_label_studio(path)
    imported = import_label_studio(
        path, mapping={"ANG": Meaning("tagged", (HeardTag("anger", 1.0),))}, heard=["e"]
    )
    assert imported.tags["tag"].tolist() == ["anger"]
    assert 'control "l"' in imported.notices[0]


BROKEN = [
    ("{", "is not JSON: .* in line 1"),
    ("[1]", 'Task 1 of export.json has no "data"'),
    ([{"audio": "x.wav", "emotion": []}], "not as JSON-MIN"),
    (project(), "no annotated region of audio"),
    (project(by(1, answer("e", "choices", ["anger"], span=(3, 3)))), "has no length"),
    (project(by(1, answer("e", "choices", ["anger"], span=(3, 2)))), "ends before it starts"),
    (project(by(1, answer("e", "choices", ["anger"], span=(3, 200)))), "after the audio at 12.0 s"),
    (
        project(by(1, answer("e", "choices", ["anger"], span=("a", 2)))),
        "not as Label Studio writes",
    ),
    (project(by(1, {"value": {"start": 1, "end": 2}})), "not as Label Studio writes"),
    (project(by(1, answer("e", "choices", ["anger"])), data={"x": 1}), "Pass call_id="),
    (project(by(1, answer("e", "choices", ["angr"]))), 'Did you mean "anger"'),
    (
        project(by(1, answer("e", "choices", ["anger"]), answer("valence", "number", 7))),
        "has valence 7; -1 to 1 was expected",
    ),
]


@pytest.mark.parametrize(("content", "message"), BROKEN)
def test_broken_files_are_told_in_a_sentence(write, content, message):
    with pytest.raises(InputError, match=message):
        import_label_studio(write(content))


def test_unknown_calls(write):
    path = write(project(by(3, answer("e", "choices", ["anger"]))))
    with pytest.raises(
        InputError, match='call_0001, which the register .* Did you mean "call_0007"'
    ):
        import_label_studio(path, calls=["call_0007"])
    assert (
        import_label_studio(path, call_id="call_0007", calls=["call_0007"]).call_id == "call_0007"
    )


# ---- properties ----------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)
ODD = st.sampled_from(['say "no"', "a+b", "<b>&amp;", "back\\slash", "😡", "غاضب", "$audio", "'"])
VERDICT_WORDS = ("tagged", "neutral", "unclear", "unusable")
TAG = st.one_of(TEXT, ODD).filter(lambda tag: tag.strip().lower() not in VERDICT_WORDS)
SPAN = st.tuples(st.integers(0, 10**7), st.integers(1, 10**5)).map(
    lambda pair: (pair[0] / 1000, (pair[0] + pair[1]) / 1000)
)
JUDGED = st.fixed_dictionaries(
    {
        "span": SPAN,
        "rater": TEXT,
        "channel": st.sampled_from([0, 1]),
        "tags": st.dictionaries(TAG, st.sampled_from([None, 1 / 3, 2 / 3, 1.0]), max_size=3),
        "scores": st.dictionaries(
            st.sampled_from(["valence", "arousal", "stress"]), st.floats(0, 1), max_size=3
        ),
        "primary": st.booleans(),
    }
)


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(JUDGED, min_size=1, max_size=6))
def test_what_is_exported_comes_back_whatever_it_is_called(tmp_path, rows):
    tables = rated(rows)
    taxonomy = taxonomy_with(sorted({tag for row in rows for tag in row["tags"]}))
    export_label_studio(tables, tmp_path, overwrite=True, taxonomy=taxonomy)
    imported = import_label_studio(tmp_path / "tasks.json", taxonomy=taxonomy)
    assert said_in_import(imported) == said_in_tables(tables)
    assert imported.tags["primary"].sum() == tables["tags"]["primary"].sum()
    config = (tmp_path / "labels.xml").read_text(encoding="utf-8")
    for task in tasks_in(tmp_path):
        check_task(task, config)


def test_the_configuration_lists_the_taxonomy():
    config = labelling_config(default_taxonomy(), extra_tags=['say "<no>"\n'])
    controls = controls_of(config)
    heard = [child.attrib["value"] for child in controls["heard"]]
    assert heard[-4:] == ["other", "neutral", "unclear", "unusable"]
    assert 'say "<no>"\n' in heard
    assert controls["intensity_anger"].attrib["maxRating"] == "3"
    assert controls["valence"].attrib["min"] == "-1"
