"""Tables as CSV and Parquet: every dtype comes back, nothing is half-written."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exchanged_calls import NOW, rated
from workbench.errors import InputError
from workbench.formats import export_tables, read_table_file, write_table
from workbench.schema import TABLES, check_table, empty_table

ROWS = [
    {"span": (0.1, 1 / 3), "tags": {"anger": 2 / 3, "relief": None}, "certainty": 0.1},
    {"span": (1, 2), "verdict": "neutral", "scores": {"valence": -0.3}},
]


def everything() -> dict[str, pd.DataFrame]:
    tables = {name: empty_table(name) for name in TABLES}
    tables |= rated(ROWS)
    outcomes = {"call_id": ["a", "b"], "escalated": [True, None], "qa_score": [71.5, None]}
    outcomes |= {"nps": [None, 7], "attributes": [{"größe": [1, "x"]}, None]}
    tables["outcomes"] = check_table(pd.DataFrame(outcomes), "outcomes")
    return tables


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_table_comes_back_as_it_was(tmp_path, kind):
    tables = everything()
    report = export_tables(tables, tmp_path / "out", kind=kind)
    for name, rows in tables.items():
        back = read_table_file(tmp_path / "out" / f"{name}.{kind}")
        pd.testing.assert_frame_equal(back, rows, obj=name)
    assert len(report.files) == len(TABLES) + 3
    assert (report.files["bytes"] > 0).all()
    assert report.losses.empty


def test_the_dictionary_and_the_package_name_every_column(tmp_path):
    tables = {**rated(ROWS), "agreement": pd.DataFrame({"alpha": [0.4]})}
    export_tables(tables, tmp_path)
    dictionary = pd.read_csv(tmp_path / "data_dictionary.csv")
    columns = {(name, column) for name, rows in tables.items() for column in rows.columns}
    assert set(zip(dictionary["table"], dictionary["column"], strict=True)) == columns
    meaning = dictionary.set_index(["table", "column"])["meaning"]
    assert meaning["ratings", "certainty"] == "How sure the rater is of the own rating, 0..1."
    assert meaning["agreement", "alpha"] == "Not part of the documented schema."
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    resource = {entry["name"]: entry for entry in package["resources"]}["tags"]
    assert resource["schema"]["primaryKey"] == ["rating_id", "tag"]
    fields = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    assert fields["intensity"] == "number"
    for entry in package["resources"]:
        header = (tmp_path / entry["path"]).read_text(encoding="utf-8").splitlines()[0]
        assert header.split(",") == [field["name"] for field in entry["schema"]["fields"]]
    assert "seconds from the start of the call" in (tmp_path / "README.txt").read_text()


def test_csv_holds_utc_and_plain_words(tmp_path):
    export_tables(rated(ROWS), tmp_path)
    text = (tmp_path / "ratings.csv").read_text(encoding="utf-8")
    assert "2026-11-02T09:00:00.123456Z" in text
    assert ",false\n" in text
    calls = (tmp_path / "calls.csv").read_text(encoding="utf-8")
    assert '"{""site"": ""a""}"' in calls


def test_an_empty_text_is_a_loss_in_csv_and_none_in_parquet(tmp_path):
    note = {"note_id": "n", "kind": "note", "text": "", "created_at": NOW}
    tables = {"notes": check_table(pd.DataFrame([note]), "notes")}
    assert export_tables(tables, tmp_path / "csv").losses["rows"].tolist() == [1]
    assert export_tables(tables, tmp_path / "parquet", kind="parquet").losses.empty
    assert read_table_file(tmp_path / "parquet" / "notes.parquet")["text"].tolist() == [""]


def test_nothing_is_replaced_unless_asked_and_nothing_half_written(tmp_path):
    tables = rated(ROWS)
    export_tables(tables, tmp_path)
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(InputError, match=r"already holds 10 of the files .*overwrite=True"):
        export_tables(tables, tmp_path)
    export_tables(tables, tmp_path, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "keep"
    broken = {"tags": tables["tags"], "odd": pd.DataFrame({"x": [object()]})}
    with pytest.raises(Exception, match="object"):
        export_tables(broken, tmp_path / "new", kind="parquet")
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".export-*"))


def test_places_that_cannot_be_written_to_are_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file; a folder was expected"):
        export_tables(rated(ROWS), tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written to .* Choose a folder"):
        export_tables(rated(ROWS), tmp_path / "file" / "below")
    with pytest.raises(InputError, match='not as "xlsx"'):
        export_tables(rated(ROWS), tmp_path / "out", kind="xlsx")
    with pytest.raises(InputError, match="no table to export"):
        export_tables({}, tmp_path / "out")


def test_one_table_is_written_by_the_ending_of_its_name(tmp_path):
    tags = rated(ROWS)["tags"]
    for ending in ("csv", "parquet"):
        path = write_table(tags, "tags", tmp_path / f"my.{ending}")
        pd.testing.assert_frame_equal(read_table_file(path, "tags"), tags)
    with pytest.raises(InputError, match="already holds"):
        write_table(tags, "tags", tmp_path / "my.csv")
    with pytest.raises(InputError, match='There is no table "my"'):
        read_table_file(tmp_path / "my.csv")
    with pytest.raises(InputError, match="There is no file"):
        read_table_file(tmp_path / "tags.csv")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "text": TEXT | st.none(),
                "number": st.floats(allow_nan=False, allow_infinity=False),
                "json": st.none() | st.dictionaries(TEXT, st.lists(st.integers()), min_size=1),
            }
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["csv", "parquet"]),
)
def test_any_text_number_and_json_survives(tmp_path, rows, kind):
    table = check_table(
        pd.DataFrame(
            {
                "call_id": [f"c{n}" for n in range(len(rows))],
                "policy_period": [row["text"] for row in rows],
                "csat": [row["number"] for row in rows],
                "attributes": [row["json"] for row in rows],
            }
        ),
        "outcomes",
    )
    path = write_table(table, "outcomes", tmp_path / f"outcomes.{kind}", overwrite=True)
    pd.testing.assert_frame_equal(read_table_file(path), table)
