"""Open JupyterLab on the notebooks, with a workspace behind them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import NoReturn

from workbench.errors import WorkspaceError
from workbench.notebook_file import write_notebook
from workbench.workspace import open as open_workspace

START = "00_start_here.ipynb"
OWN_START = "start.ipynb"
OWN_CELLS = [
    ("# My calls\nOpen the workspace.", "import workbench as wb\n\nws = wb.open({folder!r})\nws"),
    (
        "Take calls in: a manifest (CSV, Parquet, table) or a folder. "
        "What failed comes back, with the reason.",
        '# ws.ingest("calls.csv", roles={{0: "customer", 1: "agent"}})',
    ),
    ("Look at them and listen.", "ws.calls_view()"),
    ("Find out who spoke when, and measure how.", "ws.segment()\nws.measure()"),
    ("Listen and tag. `H` shows the keys.", '# ws.labeler("your-name")'),
    ("What stands out against the speaker's own usual.", 'ws.table("cues").query("fired")'),
]
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


def write_own_start(folder: Path) -> Path:
    """Write the first notebook of a workspace, unless it is there.

    Parameters
    ----------
    folder : Path
        The workspace.

    Returns
    -------
    Path
        The notebook.
    """
    path = folder / "notebooks" / OWN_START
    if not path.exists():
        cells = []
        for text, code in OWN_CELLS:
            cells += [("markdown", text), ("code", code.format(folder=str(folder)))]
        write_notebook(path, cells)
    return path


def run_lab(workspace: str | Path | None, *, port: int, browser: bool) -> NoReturn:
    """Become JupyterLab, which stays until it is stopped.

    Parameters
    ----------
    workspace : str or Path, optional
        A workspace; it gets a first notebook of its own if it has none. By
        default the samples, with the notebooks where they are.
    port : int
        Port to listen on.
    browser : bool
        Whether to open a browser; without a display the address is printed.

    Raises
    ------
    WorkspaceError
        If the folder is no workspace, or the notebooks are not there.
    """
    if workspace is None:
        from workbench.sample_workspace import samples

        folder, root, first = samples().folder, notebook_folder(), START
        if not (root / START).exists():
            raise WorkspaceError(f"There is no {START} in {root}; install the workbench again.")
    else:
        folder = open_workspace(workspace).folder
        root, first = folder / "notebooks", OWN_START
        write_own_start(folder)
    settings = folder / "cache" / "lab"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "overrides.json").write_text(json.dumps(SETTINGS))
    has_display = sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    command = [sys.executable, "-m", "jupyter", "lab"]
    command += [f"--ServerApp.root_dir={root}", f"--ServerApp.port={port}"]
    command += [f"--LabApp.default_url=/lab/tree/{first}"]
    command += [f"--LabApp.app_settings_dir={settings}"]
    if not browser or not has_display:
        command += ["--no-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--allow-root"]
    print(f"Workspace: {folder}\nNotebooks: {root}\nStop with Ctrl+C.", flush=True)
    if sys.platform == "win32":
        import subprocess

        sys.exit(subprocess.run(command, check=False).returncode)
    os.execve(sys.executable, command, dict(os.environ))  # noqa: S606
