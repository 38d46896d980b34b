"""A workspace of the samples: a small contact centre that we made ourselves."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench import workspace
from workbench.errors import WorkspaceError
from workbench.workspace import Workspace
from workbench.workspace.progress import with_progress


def sample_data() -> Path:
    """Find the samples: in a checkout beside the package, else inside it.

    Returns
    -------
    Path
        The folder data_samples.

    Raises
    ------
    WorkspaceError
        If they are not there.
    """
    package = Path(__file__).parent
    for folder in (package.parent / "data_samples", package / "data_samples"):
        if (folder / "calls.csv").exists():
            return folder
    raise WorkspaceError("The samples are not there; install the workbench again.")


def samples(folder: str | Path | None = None) -> Workspace:
    """Open a copy of the samples; the first time it is made, in about half a minute.

    What you rate there stays there. To begin anew, delete the folder.

    Parameters
    ----------
    folder : str or Path, optional
        Where the copy is; by default in the folder for user data, or below
        WORKBENCH_HOME where that is set.

    Returns
    -------
    Workspace
        14 calls with audio, 600 without, ratings by simulated raters, outcomes.
        Everything that can be found in them was planted.

    Raises
    ------
    WorkspaceError
        If the samples or the folder are not to be had.
    """
    folder = Path(folder).expanduser().resolve() if folder else workspace.home() / "samples"
    if (folder / "workbench.toml").exists():
        return workspace.open(folder)
    building = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(building, ignore_errors=True)
    ws = workspace.create(building)
    data = sample_data()
    steps = [
        lambda: ws.ingest(data / "calls.csv", root=data / "audio"),
        lambda: ws.ingest(data / "more_calls.csv"),
        lambda: ws.segment(),
        lambda: ws.import_file(data / "words.csv", format="words_csv"),
        lambda: ws.import_file(data / "ratings.csv", format="ratings_csv"),
        lambda: ws.import_file(data / "more_ratings.parquet", format="ratings_csv"),
        lambda: ws.import_file(data / "qa_items.csv", format="outcomes_csv"),
    ]
    for step in with_progress(steps, total=len(steps), doing="making the samples", unit="step"):
        step()
    ws.store.close()
    building.rename(folder)
    return workspace.open(folder)
