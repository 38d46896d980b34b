"""Open JupyterLab on the notebooks, with a workspace behind them."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import NoReturn

from workbench.errors import WorkspaceError
from workbench.workspace import WORKSPACE_VARIABLE
from workbench.workspace import open as open_workspace

START = "00_start_here.ipynb"
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}


def notebook_folder() -> Path:
    """Find the notebooks: in a checkout beside the package, else inside it.

    Returns
    -------
    Path
        A folder that holds 00_start_here.ipynb.
    """
    package = Path(__file__).parent
    beside = package.parent / "notebooks"
    return beside if (beside / START).exists() else package / "notebooks"


def run_lab(workspace: str | Path | None, *, port: int, browser: bool) -> NoReturn:
    """Become JupyterLab, which stays until it is stopped.

    Parameters
    ----------
    workspace : str or Path, optional
        A workspace; its folder gets a copy of the notebooks that it does not
        have yet. By default the samples, with the notebooks where they are.
    port : int
        Port to listen on.
    browser : bool
        Whether to open a browser; without a display the address is printed.

    Raises
    ------
    WorkspaceError
        If the folder is no workspace, or the notebooks are not there.
    """
    environment = dict(os.environ)
    if workspace is None:
        from workbench.sample_workspace import samples

        folder, root = samples().folder, notebook_folder()
        if not (root / START).exists():
            raise WorkspaceError(f"There is no {START} in {root}; install the workbench again.")
    else:
        folder = open_workspace(workspace).folder
        root = folder / "notebooks"
        root.mkdir(exist_ok=True)
        for notebook in notebook_folder().glob("*.ipynb"):
            if not (root / notebook.name).exists():
                shutil.copy(notebook, root / notebook.name)
    environment[WORKSPACE_VARIABLE] = str(folder)
    settings = folder / "cache" / "lab"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(SETTINGS))
    has_display = sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    command = [sys.executable, "-m", "jupyter", "lab"]
    command += [f"--ServerApp.root_dir={root}", f"--ServerApp.port={port}"]
    command += [f"--LabApp.default_url=/lab/tree/{START}"]
    command += [f"--LabApp.app_settings_dir={settings}"]
    if not browser or not has_display:
        command += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]
    print(f"Workspace: {folder}\nNotebooks: {root}\nStop with Ctrl+C.", flush=True)
    if sys.platform == "win32":
        import subprocess

        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(sys.executable, command, environment)  # noqa: S606
