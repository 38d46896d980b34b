"""Writing a notebook of a few cells."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path


def write_notebook(path: Path, cells: Iterable[tuple[str, str]]) -> None:
    """Write a notebook without outputs; its folder is made.

    Parameters
    ----------
    path : Path
        Where.
    cells : iterable of tuple
        markdown or code, and the text.
    """
    written: list[dict[str, object]] = []
    for number, (kind, source) in enumerate(cells):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": source}
        written.append(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = {
        "cells": written,
        "metadata": {"kernelspec": kernel},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
