"""One JupyterLab, one Chromium and one notebook for all browser tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.lab import CHROMIUM_ARGUMENTS, Notebook, lab_server
from tests.chromium import find_chromium

SIZE = {"width": 1300, "height": 1000}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = find_chromium()
    assert path, "There is no Chromium. Install it, or run: python -m tests.chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def open_notebook(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("lab")
    with lab_server(folder) as address:
        page = chromium.new_page(viewport=SIZE)
        yield Notebook(page, address, folder)
        page.close()


@pytest.fixture
def book(open_notebook: Notebook) -> Iterator[Notebook]:
    """The notebook; neither page nor console may have complained by the end of a test."""
    open_notebook.problems.clear()
    open_notebook.page.set_viewport_size(SIZE)
    yield open_notebook
    assert open_notebook.problems == []
