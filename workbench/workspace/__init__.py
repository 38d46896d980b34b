"""The workspace: the front door, and the only place where stages are joined."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.config import FILE_NAME, Config, Policy, read_config, write_config
from workbench.errors import WorkspaceError
from workbench.store import Store, check_database_url, create_database, open_store
from workbench.workspace.door import Workspace

HOME_VARIABLE = "WORKBENCH_HOME"


def home() -> Path:
    """Say where the workbench keeps what belongs to a person, not to a workspace.

    Returns
    -------
    Path
        WORKBENCH_HOME where it is set, else the system's folder for user data.
    """
    if named := os.environ.get(HOME_VARIABLE):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("audio-sentiment-workbench", appauthor=False))


def create(folder: str | Path, *, db: str | None = None) -> Workspace:
    """Make a workspace: settings, taxonomy, database. Nothing half-made stays behind.

    Parameters
    ----------
    folder : str or Path
        Where; it may exist as long as it is not a workspace.
    db : str, optional
        SQLAlchemy URL of a PostgreSQL database without a password; by default
        a SQLite file in the folder.

    Returns
    -------
    Workspace
        Open and empty.

    Raises
    ------
    WorkspaceError
        If the folder is a workspace already or cannot be written to.
    StoreError
        If the database cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> create(tempfile.mkdtemp() + "/my-calls").table("calls").shape
    (0, 16)
    """
    from workbench.taxonomies import default_taxonomy_text

    folder = Path(folder).expanduser().resolve()
    if (folder / FILE_NAME).exists():
        raise WorkspaceError(
            f"{folder} is a workspace already. Open it with wb.open({str(folder)!r}), "
            "or choose another folder."
        )
    url = db or Config.database
    check_database_url(url)
    config = Config(database=url, policy=Policy(customer_key_file=str(home() / "customer.key")))
    made: list[Path] = []
    store: Store | None = None
    try:
        for part in (folder, folder / "taxonomies"):
            if not part.exists():
                part.mkdir(parents=True)
                made.append(part)
        yaml = folder / "taxonomies" / "cx.yaml"
        if not yaml.exists():
            yaml.write_text(default_taxonomy_text(), encoding="utf-8")
            made.append(yaml)
        store = create_database(_absolute(url, folder))
        made += [folder / f"workbench.db{end}" for end in ("", "-wal", "-shm")]
        write_config(folder, config)
    except Exception as error:
        if store is not None:
            store.close()
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WorkspaceError(
                f"{folder} cannot be written to ({error.strerror}). "
                "Choose a folder of your own, for example in your home folder."
            ) from error
        raise
    return Workspace(folder, config, store)


def open(folder: str | Path) -> Workspace:  # noqa: A001
    """Open a workspace.

    Parameters
    ----------
    folder : str or Path
        Where it is; `wb.samples()` opens the samples.

    Returns
    -------
    Workspace
        Open.

    Raises
    ------
    WorkspaceError
        If there is no workspace.
    StoreError
        If its database is gone, locked or of a newer version.
    """
    folder = Path(folder).expanduser().resolve()
    config = read_config(folder)
    return Workspace(folder, config, open_store(_absolute(config.database, folder)))


def _absolute(url: str, folder: Path) -> str:
    prefix = "sqlite:///"
    if not url.startswith(prefix):
        return url
    return prefix + str(folder / url.removeprefix(prefix))


__all__ = ["Workspace", "create", "home", "open"]
