"""The labelling page without code cells: one rater, one list, nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from workbench.errors import InputError, WorkbenchError
from workbench.notebook_file import write_notebook
from workbench.workspace import open as open_workspace

THEMES = ("light", "dark")
EXTENSIONS = ("@voila-dashboards/widgets-manager8", "anywidget")
"""Without the others the page is there sooner, and quiet."""
TEMPLATES = Path(__file__).parent / "annotate_page"
PAGE = "from workbench.annotate import page\n\npage({folder!r}, {choices})"


def page(folder: str, **choices: Any) -> Any:
    """Make what the page shows: the Labeler, or a sentence that says why there is none.

    Parameters
    ----------
    folder : str
        The workspace.
    **choices : object
        As for `Workspace.labeler`.

    Returns
    -------
    ipywidgets.Widget
        The Labeler, or a text.
    """
    try:
        return open_workspace(folder).labeler(**choices)
    except WorkbenchError as error:
        import ipywidgets

        return ipywidgets.Label(str(error))


def write_page(folder: Path, choices: dict[str, Any]) -> Path:
    """Write the notebook behind the page into the workspace's cache.

    Parameters
    ----------
    folder : Path
        The workspace.
    choices : dict
        As for `Workspace.labeler`.

    Returns
    -------
    Path
        The notebook.
    """
    given = ", ".join(f"{name}={value!r}" for name, value in choices.items() if value is not None)
    path = folder / "cache" / "annotate" / "Labeler.ipynb"
    write_notebook(path, [("code", PAGE.format(folder=str(folder), choices=given))])
    return path


def run_page(
    workspace: str | Path,
    choices: dict[str, Any],
    *,
    port: int,
    browser: bool,
    theme: str = "light",
) -> NoReturn:
    """Become the server of the labelling page, which stays until it is stopped.

    Parameters
    ----------
    workspace : str or Path
        The workspace.
    choices : dict
        As for `Workspace.labeler`; rater is needed.
    port : int
        Port to listen on; this machine only.
    browser : bool
        Whether to open a browser.
    theme : str, default "light"
        light or dark.

    Raises
    ------
    WorkbenchError
        If the folder is no workspace.
    InputError
        If there is no such theme.
    """
    if theme not in THEMES:
        raise InputError(f'The theme "{theme}" came; light or dark was expected.')
    opened = open_workspace(workspace)
    path = write_page(opened.folder.resolve(), choices)
    command = [sys.executable, "-m", "voila", str(path), f"--port={port}", f"--theme={theme}"]
    command += ["--template=workbench", "--show_tracebacks=False", "--Voila.auto_token=True"]
    command += [f"--VoilaConfiguration.extension_allowlist={name}" for name in EXTENSIONS]
    if not browser:
        command += ["--no-browser"]
    places = [str(TEMPLATES), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    environment = os.environ | {"JUPYTER_PATH": os.pathsep.join(places)}
    print(f"Workspace: {opened.folder}\nRater: {choices['rater']}\nStop with Ctrl+C.", flush=True)
    if sys.platform == "win32":
        import subprocess

        sys.exit(subprocess.run(command, check=False, env=environment).returncode)
    os.execve(sys.executable, command, environment)  # noqa: S606
