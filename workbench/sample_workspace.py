"""A workspace of the samples: a small contact centre that we made ourselves."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench import workspace
from workbench.errors import WorkspaceError
from workbench.identifiers import uuid7
from workbench.workspace import Workspace

IMPORTS = {
    "words.csv": "words_csv",
    "ratings.csv": "ratings_csv",
    "more_ratings.parquet": "ratings_csv",
    "qa_items.csv": "outcomes_csv",
}


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
    building = folder.with_name(f"{folder.name}.{uuid7()}")
    ws = workspace.create(building)
    data = sample_data()
    ws.ingest(data / "calls.csv", root=data / "audio")
    ws.ingest(data / "more_calls.csv")
    ws.segment()
    for name, form in IMPORTS.items():
        ws.import_file(data / name, format=form)
    ws.store.close()
    try:
        building.rename(folder)
    except OSError:
        if not (folder / "workbench.toml").exists():
            raise
        shutil.rmtree(building)  # somebody else made them meanwhile
    return workspace.open(folder)
