"""Say what is installed, what is missing and whether a workspace is sound."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
from pathlib import Path

import pandas as pd

from workbench.errors import WorkbenchError
from workbench.reports import find_chromium, pdf_needs

NEEDED = ("jupyterlab", "ipywidgets", "anywidget", "plotly", "pandas", "librosa", "statsmodels")
OPTIONAL = {
    "psycopg": "PostgreSQL",
    "distributed": "measuring on a Dask scheduler",
    "nbval": "running the notebooks as tests",
}


def examine(folder: str | Path | None = None) -> pd.DataFrame:
    """Examine the installation and, if one is named, a workspace.

    Parameters
    ----------
    folder : str or Path, optional
        A workspace.

    Returns
    -------
    DataFrame
        Columns what, ok (bool), found (a sentence).
    """
    rows = [("Python", True, platform.python_version())]
    for name in NEEDED:
        version = _version(name)
        rows.append((name, version is not None, version or f"missing: pip install {name}"))
    for name, purpose in OPTIONAL.items():
        version = _version(name)
        rows.append((name, True, version or f"not installed; only needed for {purpose}"))
    bundle = Path(__file__).parent / "widgets" / "static" / "workbench.js"
    rows.append(
        (
            "front end",
            bundle.exists(),
            f"bundled, {bundle.stat().st_size // 1024} kB"
            if bundle.exists()
            else "not bundled: install the package again (pip install -e .)",
        )
    )
    rows.append(("reports as PDF", True, pdf_needs() or f"printed with {find_chromium()}"))
    if folder is not None:
        rows.extend(_workspace_rows(Path(folder)))
    return pd.DataFrame(rows, columns=["what", "ok", "found"])


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _workspace_rows(folder: Path) -> list[tuple[str, bool, str]]:
    from workbench import workspace
    from workbench.workspace.hearing import place_of

    try:
        ws = workspace.open(folder)
    except WorkbenchError as error:
        return [("workspace", False, str(error))]
    rows = [("workspace", True, str(ws.folder)), ("database", True, ws.store.description())]
    problems = ws.store.problems()
    rows.append(("tables", not problems, "; ".join(problems) or "sound"))
    recordings = ws.store.read("recordings")
    missing = []
    for row in recordings.itertuples():
        try:
            place = place_of(ws, str(row.root), str(row.path))
        except WorkbenchError as error:
            return [*rows, ("audio", False, str(error))]
        if "://" not in place and not Path(place).exists():
            missing.append(place)
    text = f"{len(recordings) - len(missing)} of {len(recordings)} recordings are where they were"
    if missing:
        text += f"; the first that is not: {missing[0]}. If the audio moved, change [audio.roots]"
    rows.append(("audio", not missing, text))
    unknown = int((ws.store.read("channels")["role"] == "unknown").sum())
    rows.append(
        ("roles", True, f"{unknown} channels have no known role" if unknown else "all known")
    )
    return rows
