"""One row without a DataFrame is what it would be with one, whatever it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import hypothesis.strategies as st
import pandas as pd
import pytest
from hypothesis import given

from workbench.errors import InputError
from workbench.schema import TABLES
from workbench.store.frames import records, storable
from workbench.store.rows import plain_rows

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
RATING = {
    "rating_id": "r1",
    "utterance_id": "u1",
    "rater_id": "r01",
    "taxonomy": "cx",
    "version": "1",
    "pass": "voice",
    "verdict": "tagged",
    "created_at": NOW,
    "retracted": False,
}
ODD = st.sampled_from(
    [
        None, "", "a", "voice", "7", "nul\x00", "\ud800", "ä🎧", 0, 1, -1, 2, 7.0, 0.5, -0.5, 1.5,
        float("nan"), float("inf"), 2**60, 10**400, True, False, pd.NA, pd.NaT, b"x", [1], {"a": 1},
        NOW, NOW.replace(tzinfo=None), pd.Timestamp(NOW), "2026-03-01T12:00:00.123Z",
    ]
)  # fmt: skip


def with_a_frame(rows, name):
    return records(storable(pd.DataFrame(rows), name), name)


def outcome(check, rows, name):
    try:
        return check(rows, name)
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__}: {error}"


@given(st.dictionaries(st.sampled_from(list(TABLES["ratings"].columns)), ODD, max_size=3))
def test_a_rating_with_odd_values(fields):
    rows = [RATING | fields]
    assert outcome(plain_rows, rows, "ratings") == outcome(with_a_frame, rows, "ratings")


@given(
    st.lists(
        st.fixed_dictionaries(
            {"tag": st.sampled_from(["relief", "anger", None])},
            optional={"intensity": ODD, "share": ODD, "primary": ODD},
        ),
        max_size=3,
    )
)
def test_tags_with_odd_values(rows):
    rows = [{"rating_id": "r1", "primary": False} | row for row in rows]
    assert outcome(plain_rows, rows, "tags") == outcome(with_a_frame, rows, "tags")


@pytest.mark.parametrize(("start_s", "end_s"), [(1.0, 2.0), (2.0, 2.0), (3.0, 2.0), (None, 2.0)])
def test_intervals(start_s, end_s):
    rows = [{"taxonomy": "cx", "tag": "relief", "example_id": "e1", "call_id": "c1",
             "start_s": start_s, "end_s": end_s}]  # fmt: skip
    assert outcome(plain_rows, rows, "examples") == outcome(with_a_frame, rows, "examples")


def test_values_come_out_plain():
    (row,) = plain_rows([RATING | {"certainty": 1, "n_plays": 3}], "ratings")
    assert list(row) == list(TABLES["ratings"].columns)
    assert (row["created_at"], row["created_at"].tzinfo) == (NOW, UTC)
    assert type(row["certainty"]) is float
    assert row["session_id"] is None


def test_an_unknown_column_is_refused():
    with pytest.raises(InputError, match='no column "verdct". Did you mean "verdict"'):
        plain_rows([RATING | {"verdct": "x"}], "ratings")
