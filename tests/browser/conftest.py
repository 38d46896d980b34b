"""One JupyterLab, one Chromium and one notebook for all browser tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.browser.lab import CHROMIUM_ARGUMENTS, Notebook, lab_server, microphone_file
from tests.chromium import find_chromium

SIZE = {"width": 1300, "height": 1000}


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    heard = f"--use-file-for-fake-audio-capture={microphone_file(tmp_path_factory.mktemp('mic'))}"

    path = find_chromium()
    assert path, "There is no Chromium. Install it, or run: python -m tests.chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*CHROMIUM_ARGUMENTS, heard]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the kernels keep the sample workspace: a copy of the one that `make samples` made."""
    folder = tmp_path_factory.mktemp("home")
    made = Path(os.environ.get("WORKBENCH_HOME", folder))
    if (made / "samples").is_dir():
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab(
    chromium: Any, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., AbstractContextManager[Notebook]]]:
    """Open notebooks in one JupyterLab, each in a page of its own."""
    folder = tmp_path_factory.mktemp("lab")

    @contextmanager
    def opened(notebook: Path | None = None, browser: Any = chromium) -> Iterator[Notebook]:
        context = browser.new_context(viewport=SIZE)
        yield Notebook(context.new_page(), address, folder, notebook)
        context.close()

    with lab_server(folder, home) as address:
        yield opened


@pytest.fixture(scope="session")
def open_notebook(lab: Callable[..., AbstractContextManager[Notebook]]) -> Iterator[Notebook]:
    with lab() as notebook:
        yield notebook


@pytest.fixture
def book(open_notebook: Notebook) -> Iterator[Notebook]:
    """The notebook; neither page nor console may have complained by the end of a test."""
    open_notebook.problems.clear()
    open_notebook.forget()
    open_notebook.page.set_viewport_size(SIZE)
    yield open_notebook
    assert open_notebook.problems == []
