"""The database's layout: migrations, types, order, what comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings

from tests.stores import NOW, call_tables, cut, fill
from workbench.errors import InputError, StoreError
from workbench.schema import DTYPES, TABLES, empty_table
from workbench.store import open_store
from workbench.store.layout import METADATA
from workbench.store.revisions import MIGRATIONS, VERSIONS


def engine_of(url):
    return sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))


def test_migrating_gives_the_tables_of_the_schema(store_url):
    engine = engine_of(store_url)
    with engine.connect() as connection:
        options = {"version_table": "workbench_version", "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_compare_would_tell_a_difference(store_url):
    engine = engine_of(store_url)
    other = sa.MetaData()
    for table in METADATA.tables.values():
        table.to_metadata(other)
    other.tables["calls"].append_column(sa.Column("new", sa.Text()))
    with engine.connect() as connection:
        options = {"version_table": "workbench_version"}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), other)
    engine.dispose()
    assert [what[0] for what in found] == ["add_column"]


def test_known_versions_are_those_of_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    steps = list(ScriptDirectory.from_config(config).walk_revisions())
    assert tuple(step.revision for step in reversed(steps)) == VERSIONS


def test_going_back_before_the_first_version_is_refused(store_url):
    import importlib.util
    from pathlib import Path

    from workbench.store.migrations.versions import __path__ as places

    spec = importlib.util.spec_from_file_location("first", Path(places[0]) / "0001_first_tables.py")
    first = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(first)
    with pytest.raises(StoreError, match="going back would delete every rating"):
        first.downgrade()


def test_every_stored_table_of_the_schema_is_there(store):
    stored = {t.name for t in TABLES.values() if t.part != "derived"}
    assert set(store.row_counts()["table"]) == stored
    assert store.row_counts()["n_rows"].sum() == 0


@pytest.mark.parametrize("name", list(METADATA.tables))
def test_empty_tables_have_their_dtypes(store, name):
    pd.testing.assert_frame_equal(store.read(name), empty_table(name))


def test_rows_come_back_with_the_documented_dtypes(rated):
    for name in ("calls", "recordings", "channels", "utterances", "segmentations", "raters"):
        rows = rated.read(name)
        assert len(rows), name
        for column in TABLES[name].columns.values():
            assert str(rows[column.name].dtype) == str(pd.Series(dtype=DTYPES[column.kind]).dtype)


def test_json_comes_back_as_it_went_in(store):
    store.add_call(call_tables())
    assert store.read("calls")["attributes"].iloc[0] == {"site": "Graz", "tries": [1, 2.5, None]}
    store.add_call(call_tables("c2", attributes={"n": np.int64(3), "pair": (1, 2)}))
    assert store.read("calls", call_id="c2")["attributes"].iloc[0] == {"n": 3, "pair": [1, 2]}
    store.add_call(call_tables("c3", attributes=None))
    assert store.read("calls", call_id="c3")["attributes"].iloc[0] is None


def test_times_are_utc_whatever_zone_they_came_in(store):
    vienna = timezone(timedelta(hours=1))
    moments = {
        "c1": NOW,
        "c2": NOW.astimezone(vienna),
        "c3": NOW.isoformat(),
        "c4": pd.Timestamp(NOW).tz_convert("Asia/Tokyo"),
    }
    for call, moment in moments.items():
        store.add_call(call_tables(call, started_at=moment))
    started = store.read("calls")["started_at"]
    assert started.tolist() == [pd.Timestamp(NOW)] * 4
    assert str(started.dtype) == "datetime64[us, UTC]"
    assert len(store.read("calls", started_at=NOW.astimezone(vienna))) == 4
    assert store.read("calls", started_at=NOW + timedelta(microseconds=1)).empty


def test_missing_values_come_back_missing(store):
    columns = dict.fromkeys(["started_at", "utc_offset_min", "team", "handle_s"])
    store.add_call(call_tables(**columns))
    row = store.read("calls").iloc[0]
    assert all(pd.isna(row[name]) for name in columns)
    assert len(store.read("calls", team=None)) == 1
    assert store.read("calls", customer_id=None).empty


def test_rows_are_in_the_same_order_everywhere(store):
    names = ["b", "a", "B", "\u00e4", "a-1", "a1", "Z", "10", "9"]
    for name in names:
        store.add_call(call_tables(name))
    assert store.read("calls")["call_id"].tolist() == sorted(names)


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False,
    allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    team=st.none() | TEXT,
    handle=st.none() | st.floats(0, allow_infinity=False),
    transfers=st.none() | st.integers(0, 2**62),
    started=st.none() | st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1)),
    attributes=st.dictionaries(TEXT, JSON, max_size=3) | st.lists(JSON, max_size=3),
)
def test_whatever_fits_comes_back_equal(store, team, handle, transfers, started, attributes):
    call = f"c{store.read('calls').shape[0]}"
    row = {
        "call_id": call,
        "team": team,
        "handle_s": handle,
        "n_transfers": transfers,
        "started_at": started and started.replace(tzinfo=UTC),
        "attributes": attributes,
    }
    store.add_rows("calls", pd.DataFrame([row]))
    back = store.read("calls", call_id=call).iloc[0]
    for name, value in row.items():
        assert (value is None and pd.isna(back[name])) or back[name] == value
    assert store.add_rows("calls", pd.DataFrame([row])) == 0


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"team": "no\x00rth"}, 'column "team" of calls holds a NUL character.*own encoding'),
        ({"handle_s": float("inf")}, '"handle_s" of calls holds an infinite number; leave it'),
        ({"handle_s": -1.0}, 'In calls, call_id c1: "handle_s" is -1.0; expected 0 or more'),
        ({"attributes": {"x": float("nan")}}, '"attributes" of calls cannot be kept as JSON'),
        ({"attributes": {"x": object()}}, "object is not a JSON type"),
    ],
)
def test_what_no_database_keeps_is_refused(store, columns, sentence):
    with pytest.raises(InputError, match=sentence):
        store.add_call(call_tables(**columns))
    assert store.row_counts()["n_rows"].sum() == 0


def test_choosing_rows(rated):
    utterances = rated.read("utterances")
    assert utterances["start_s"].is_monotonic_increasing
    assert len(rated.read("utterances", role="customer", channel=0)) == 2
    assert len(rated.read("utterances", channel=[0, 1])) == 4
    assert len(rated.read("utterances", channel=np.array([0.0]))) == 2
    assert len(rated.read("utterances", start_s=2.0)) == 1
    assert rated.read("utterances", channel=[]).empty
    many = [f"x{i}" for i in range(2000)]
    found = rated.read("utterances", utterance_id=[*many, utterances["utterance_id"][1]])
    assert found["start_s"].tolist() == [2.0]
    assert rated.read("ratings", pass_="voice").empty
    assert rated.read("segmentations", in_use=True).shape[0] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"table": "cals"}, 'no table "cals". Did you mean "calls"'),
        ({"table": "prosody"}, 'The table "prosody" is computed .* ws.table\\("prosody"\\)'),
        ({"table": "calls", "agnet_id": "a"}, 'no column "agnet_id". Did you mean "agent_id"'),
        ({"table": "calls", "attributes": "a"}, "Rows cannot be chosen by .* JSON"),
        ({"table": "calls", "call_id": 7}, '"call_id" of calls holds str values; 7 is of another'),
        ({"table": "calls", "n_transfers": True}, "holds int values; True is of another kind"),
        ({"table": "calls", "as_of": NOW}, "calls is not people's work and keeps no earlier"),
        ({"table": "raters", "as_of": NOW}, "raters keeps no dates, so it has no earlier state"),
        ({"table": "ratings", "as_of": "yester"}, "as_of is 'yester'; expected a moment"),
        ({"table": "ratings", "as_of": pd.NaT}, "as_of is empty"),
    ],
)
def test_reading_what_is_not_there(store, arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        store.read(**arguments)


def test_sixty_thousand_words_go_in_and_come_back(store):
    n = 60_000
    store.add_rows("calls", pd.DataFrame({"call_id": [f"c{i:03}" for i in range(60)]}))
    words = pd.DataFrame(
        {
            "call_id": np.repeat([f"c{i:03}" for i in range(60)], 1000),
            "channel": np.arange(n) % 2,
            "start_s": np.tile(np.arange(1000) * 0.3, 60),
            "source": "webvtt",
            "end_s": np.tile(np.arange(1000) * 0.3 + 0.25, 60),
            "text": "word",
            "kind": "word",
        }
    )
    assert store.add_words(words) == n
    back = store.read("words")
    assert len(back) == n
    assert back["end_s"].sum() == pytest.approx(words["end_s"].sum())


def test_description_and_soundness(rated):
    text = rated.description()
    assert text.startswith(("SQLite, sqlite:///", "PostgreSQL, postgresql://postgres@"))
    assert text.endswith(f"tables of version {VERSIONS[-1]}, 1 calls, 0 ratings")
    assert rated.problems() == []
    assert repr(rated) == f"Store('{rated.url}')"


def test_a_store_works_again_after_closing(rated):
    rated.close()
    assert len(rated.read("calls")) == 1


def test_two_stores_on_one_database_see_each_other(store, store_url):
    with open_store(store_url) as other:
        fill(other)
        assert len(store.read("utterances")) == len(cut()[1])
