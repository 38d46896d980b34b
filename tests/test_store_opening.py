"""Making, opening, migrating databases, and the sentences when it does not work."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.stores import call_tables, fill, payload
from workbench.errors import StoreError
from workbench.store import (
    check_database_url,
    create_database,
    migrate_database,
    open_store,
    revisions,
)

NOBODY = 65534


@contextlib.contextmanager
def as_nobody():
    """Give up the rights of root for a block, so that read-only means read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """Give a folder that everybody may read, outside of pytest's private one."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


# ---- URLs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///workbench.db",
        "postgresql://ann@db.example.org/calls",
        "postgres://db.example.org:5433/calls?sslmode=require",
        "postgresql+psycopg:///calls?host=/var/run/postgresql",
        "postgresql://ann:@/calls",
    ],
)
def test_urls_that_may_stand_in_the_settings(url):
    assert check_database_url(url) == url


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("workbench.db", '"workbench.db" is not a database URL. Expected sqlite:///workbench.db'),
        ("mysql://db/calls", 'begins with "mysql".*SQLite or PostgreSQL'),
        ("postgre://db/calls", 'Did you mean "postgres"'),
        ("postgresql+asyncpg://db/calls", "keeps its tables in SQLite or PostgreSQL"),
        ("postgresql://db.example.org", "names a server but no database .*org/NAME"),
        ("sqlite://", "memory is gone with the process"),
        ("sqlite:///:memory:", "memory is gone with the process"),
        ("sqlite:///file:x?mode=memory&uri=true", "memory is gone with the process"),
        ("sqlite://home/workbench.db", 'names a server "home", but SQLite is a file'),
        ("postgresql://ann@db:nonsense/calls", '^"..." is not a database URL'),
    ],
)
def test_urls_that_are_refused(url, sentence):
    with pytest.raises(StoreError, match=sentence):
        check_database_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s3cret@db.example.org/calls",
        "postgresql://db.example.org/calls?user=ann&password=s3cret",
        "postgresql+psycopg://ann:s3cret@db.example.org/calls",
    ],
)
def test_a_password_is_refused_and_not_repeated(url):
    with pytest.raises(StoreError, match="PGPASSWORD or in a pgpass file") as caught:
        check_database_url(url)
    assert "s3cret" not in str(caught.value)
    assert "postgresql://" in str(caught.value)


def test_a_missing_driver_names_its_install_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r'pip install "audio-sentiment-workbench\[postgres\]"'):
        open_store("postgresql://localhost/calls")


# ---- making and opening ----------------------------------------------------------------


def test_creating_and_opening(database_url):
    with create_database(database_url) as store:
        fill(store)
    with open_store(database_url) as store:
        assert len(store.read("calls")) == 1


def test_opening_makes_tables_only_when_asked(database_url):
    with pytest.raises(StoreError, match=r"no database .*wb.create|holds no tables of the work"):
        open_store(database_url)
    with open_store(database_url, create=True) as store:
        store.add_call(call_tables())
    with open_store(database_url, create=True) as store:
        assert len(store.read("calls")) == 1


def test_creating_over_a_sqlite_file_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/workbench.db"
    create_database(url).close()
    with pytest.raises(StoreError, match="exists already. Open it with open_store"):
        create_database(url)


def test_a_team_joins_a_postgresql_database(postgres):
    url = postgres.new(ready=True)
    with create_database(url) as one, create_database(url) as other:
        fill(one)
        assert len(other.read("raters")) == 2


def test_two_programs_that_create_at_once_share_one_database(database_url):
    results = []

    def create():
        try:
            open_store(database_url, create=True).close()
            results.append("made")
        except StoreError as error:
            results.append(str(error))

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["made"] * 3
    with open_store(database_url) as store:
        assert store.read("calls").empty


def test_sqlite_is_made_durable(tmp_path):
    with create_database(f"sqlite:///{tmp_path}/workbench.db") as store:
        with store._database.reading() as connection:
            found = {
                name: connection.execute(sa.text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 20_000,
    }


def test_postgresql_is_made_durable(postgres):
    with open_store(postgres.new(ready=True), wait_s=7) as store:
        with store._database.reading() as connection:
            assert connection.execute(sa.text("SHOW synchronous_commit")).scalar() == "on"
            assert connection.execute(sa.text("SHOW lock_timeout")).scalar() == "7s"


def test_a_plain_folder_or_no_folder(tmp_path):
    with pytest.raises(StoreError, match="is a folder, not a database. Name a file in it"):
        open_store(f"sqlite:///{tmp_path}")
    with pytest.raises(StoreError, match="There is no folder .* to hold a database"):
        create_database(f"sqlite:///{tmp_path}/none/workbench.db")


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    path = tmp_path / "workbench.db"
    path.write_bytes(b"call_id,agent_id\n" * 500)
    before = path.read_bytes()
    for how in (open_store, lambda url: open_store(url, create=True), migrate_database):
        with pytest.raises(StoreError, match="is not a SQLite database. Name the workspace's own"):
            how(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["workbench.db"]


def test_an_empty_file_holds_no_tables(tmp_path):
    (tmp_path / "workbench.db").touch()
    with pytest.raises(StoreError, match="holds no tables of the workbench. Make them with"):
        open_store(f"sqlite:///{tmp_path}/workbench.db")
    create_database(f"sqlite:///{tmp_path}/workbench.db").close()


def test_a_database_of_something_else_is_left_alone(tmp_path):
    path = tmp_path / "places.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(StoreError, match="belongs to something else: .* bookmarks"):
            open_store(f"sqlite:///{path}", create=create)
    assert path.read_bytes() == before


def test_a_postgresql_database_may_hold_other_tables_but_not_ours(postgres):
    url = postgres.new()
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE bookmarks (url TEXT)"))
    create_database(url).close()
    other = postgres.new()
    engine = sa.create_engine(other.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE calls (call_id TEXT)"))
    with pytest.raises(StoreError, match="belongs to something else: it has the tables calls"):
        create_database(other)


def test_a_damaged_database_says_so(tmp_path):
    path = tmp_path / "workbench.db"
    with create_database(f"sqlite:///{path}") as store:
        fill(store)
    data = bytearray(path.read_bytes())
    data[4096 * 3 : 4096 * 12] = os.urandom(4096 * 9)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="is damaged .* Put back a copy"):  # noqa: PT012
        store = open_store(f"sqlite:///{path}")
        for name in store.row_counts()["table"]:
            store.read(name)


# ---- rights ----------------------------------------------------------------------------


def test_a_read_only_folder_and_file(open_folder):
    url = f"sqlite:///{open_folder}/workbench.db"
    with as_nobody(), pytest.raises(StoreError, match="is read-only, and the workbench saves"):
        create_database(url)
    assert list(open_folder.iterdir()) == []
    create_database(url).close()
    with as_nobody(), pytest.raises(StoreError, match=r"is read-only.*Ask for the right to"):
        open_store(url)


def test_a_folder_that_turns_read_only_while_open(open_folder):
    path = open_folder / "workbench.db"
    create_database(f"sqlite:///{path}").close()
    if os.geteuid() == 0:
        for place in (open_folder, path):
            os.chown(place, NOBODY, NOBODY)
    store = open_store(f"sqlite:///{path}")
    store.close()
    for extra in ("-wal", "-shm"):
        path.with_name(path.name + extra).unlink(missing_ok=True)
    path.chmod(0o444)
    open_folder.chmod(0o555)
    with as_nobody(), pytest.raises(StoreError, match="is read-only|cannot be opened"):
        store.add_rater("r01")
    open_folder.chmod(0o755)


def test_a_postgresql_user_without_rights(postgres):
    url = postgres.new()
    name = url.split("/")[3].split("?")[0]
    postgres.run(f"CREATE ROLE reader_{name} LOGIN")
    with pytest.raises(StoreError, match="You may not do that in .*permission denied"):
        create_database(url.replace("postgres@", f"reader_{name}@"))


# ---- servers and locks -----------------------------------------------------------------


def test_a_server_that_does_not_answer():
    with pytest.raises(StoreError, match="postgresql://ann@127.0.0.1:1/calls does not answer"):
        open_store("postgresql://ann@127.0.0.1:1/calls", wait_s=1)


def test_a_postgresql_database_that_does_not_exist(postgres):
    with pytest.raises(StoreError, match="does not exist on that server. Make it there: created"):
        open_store(postgres.new().replace("/calls_", "/none_"))


def test_a_server_that_ends_the_connection_is_used_again(postgres):
    url = postgres.new(ready=True)
    with open_store(url) as store:
        fill(store)
        postgres.end_connections(url)
        assert len(store.read("calls")) == 1


def test_a_server_that_goes_away_in_the_middle(postgres):
    url = postgres.new(ready=True)

    def act(connection):
        postgres.end_connections(url)
        connection.execute(sa.text("SELECT 1"))

    with open_store(url) as store:
        with pytest.raises(StoreError, match="does not answer .* sent twice counts once"):
            store._database.write(act)
        assert store.read("calls").empty


def test_a_lock_held_for_too_long(store_url):
    with open_store(store_url, wait_s=0.5) as store:
        fill(store)
        engine = sa.create_engine(store_url.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as other:
            sqlite = other.dialect.name == "sqlite"
            other.exec_driver_sql("BEGIN IMMEDIATE" if sqlite else "LOCK TABLE ratings")
            began = time.monotonic()
            with pytest.raises(StoreError, match="held by another program .*nothing was written"):
                store.add_rating(payload())
            assert 0.3 < time.monotonic() - began < 10
            other.rollback()
        store.add_rating(payload())
        assert len(store.read("ratings")) == 1
        engine.dispose()


def test_readers_do_not_wait_for_a_writer(rated, store_url):
    engine = sa.create_engine(store_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as other:
        if other.dialect.name == "sqlite":
            other.exec_driver_sql("BEGIN IMMEDIATE")
        other.execute(sa.text("UPDATE raters SET name = 'x'"))
        assert rated.read("raters")["name"].dropna().tolist() == ["Ann"]
        other.rollback()
    engine.dispose()


def test_a_file_that_was_moved_away_while_open(tmp_path):
    path = tmp_path / "workbench.db"
    with create_database(f"sqlite:///{path}") as store:
        fill(store)
        path.rename(tmp_path / "moved.db")
        with pytest.raises(StoreError, match="moved, deleted or replaced while it was open"):
            store.add_rating(payload())
        path.write_bytes((tmp_path / "moved.db").read_bytes())
        with pytest.raises(StoreError, match="Open the workspace again"):
            store.read("calls")


# ---- versions --------------------------------------------------------------------------

THIS = revisions.VERSIONS[-1]
NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = "{this}"
def upgrade():
    op.create_table("later", sa.Column("x", sa.Text(), primary_key=True))
    {then}
def downgrade():
    op.drop_table("later")
"""


@pytest.fixture
def next_version(tmp_path, monkeypatch):
    """Give a workbench of the next version; call it to come back to this one."""

    def begin(then="pass"):
        folder = tmp_path / "migrations"
        shutil.copytree(revisions.MIGRATIONS, folder)
        (folder / "versions" / "9999_later.py").write_text(
            NEXT.format(this=revisions.VERSIONS[-1], then=then)
        )
        monkeypatch.setattr(revisions, "MIGRATIONS", folder)
        monkeypatch.setattr(revisions, "VERSIONS", (*revisions.VERSIONS, "9999"))
        return monkeypatch.undo

    return begin


def test_an_older_sqlite_database_is_migrated_with_a_copy_beside_it(tmp_path, next_version):
    url = f"sqlite:///{tmp_path}/workbench.db"
    with create_database(url) as store:
        fill(store)
        next_version()
        with open_store(url) as newer:
            assert "version 9999" in newer.description()
            assert len(newer.read("calls")) == 1
    copy = tmp_path / "workbench.before-9999.db"
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        (version,) = connection.execute("SELECT version_num FROM workbench_version").fetchone()
        (calls,) = connection.execute("SELECT count(*) FROM calls").fetchone()
    assert (version, calls) == (THIS, 1)
    assert migrate_database(url) is None


def test_a_second_copy_gets_another_name(tmp_path, next_version):
    url = f"sqlite:///{tmp_path}/workbench.db"
    create_database(url).close()
    (tmp_path / "workbench.before-9999.db").write_text("mine")
    next_version()
    assert migrate_database(url).name == "workbench.before-9999-2.db"
    assert (tmp_path / "workbench.before-9999.db").read_text() == "mine"


def test_an_older_postgresql_database_is_migrated_on_demand(postgres, next_version):
    url = postgres.new(ready=True)
    next_version()
    with pytest.raises(StoreError, match=rf"is of version {THIS}; .* needs 9999.*migrate_database"):
        open_store(url)
    assert migrate_database(url) is None
    with open_store(url) as store:
        assert "version 9999" in store.description()


def test_a_migration_that_fails_changes_nothing(store_url, next_version):
    back = next_version(then='op.execute("SELECT nothing FROM nowhere")')
    with pytest.raises(StoreError, match="refused"):
        migrate_database(store_url)
    back()
    with open_store(store_url) as store:
        assert f"version {THIS}" in store.description()


def test_a_newer_database_is_left_alone(database_url, next_version):
    back = next_version()
    create_database(database_url).close()
    back()
    for how in (open_store, lambda url: open_store(url, create=True), migrate_database):
        with pytest.raises(
            StoreError, match=f"is of version 9999; this .* {THIS}.*pip install --up"
        ):
            how(database_url)


def test_no_room_for_the_copy(tmp_path, next_version, monkeypatch):
    url = f"sqlite:///{tmp_path}/workbench.db"
    create_database(url).close()
    back = next_version()
    connect = sqlite3.connect

    def full(path, **options):
        if "before" in str(path):
            raise sqlite3.OperationalError("database or disk is full")
        return connect(path, **options)

    monkeypatch.setattr(sqlite3, "connect", full)
    with pytest.raises(StoreError, match=r"no copy of it can be put beside it \(.*full\).*nothing"):
        migrate_database(url)
    back()
    with open_store(url) as store:
        assert f"version {THIS}" in store.description()


def test_a_database_that_cannot_be_made_leaves_no_file(tmp_path, next_version):
    next_version(then='op.execute("SELECT nothing FROM nowhere")')
    with pytest.raises(StoreError, match="refused"):
        create_database(f"sqlite:///{tmp_path}/new.db")
    assert not list(tmp_path.glob("new.db*"))
