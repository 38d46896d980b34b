"""A composed report as a file: HTML by nbconvert, PDF by a Chromium on this machine."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import InputError, WorkspaceError
from workbench.reports.chromium import find_chromium, pdf_needs, print_pdf

if TYPE_CHECKING:
    from nbformat import NotebookNode

TEMPLATES = Path(__file__).parent
INSTEAD = "The HTML file can be opened in any browser and printed as PDF from there."


def html_of(notebook: NotebookNode) -> str:
    """Turn a report into one HTML file that needs nothing else.

    Parameters
    ----------
    notebook : NotebookNode
        From `report_notebook`.

    Returns
    -------
    str
        With the styles for screen and paper, and plotly.js once.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(**_template())
    html: str = exporter.from_notebook_node(notebook, resources=_resources(notebook))[0]
    return html


def pdf_of(notebook: NotebookNode, chromium: str) -> bytes:
    """Turn a report into a PDF.

    Parameters
    ----------
    notebook : NotebookNode
        From `report_notebook`.
    chromium : str
        From `find_chromium`.

    Returns
    -------
    bytes
        A4 pages, as the HTML prints.
    """
    from nbconvert import WebPDFExporter

    class Printed(WebPDFExporter):  # type: ignore[misc]
        """Print with the Chromium that is there, once the figures are drawn."""

        def run_playwright(self, html: str) -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                page = Path(folder) / "report.html"
                page.write_text(html, encoding="utf-8")
                return print_pdf(page, chromium)

    exporter = Printed(**_template())
    pdf: bytes = exporter.from_notebook_node(notebook, resources=_resources(notebook))[0]
    return pdf


def write_report(notebook: NotebookNode, path: str | Path, *, pdf: bool = False) -> list[str]:
    """Write a report; one of the same name is replaced.

    Parameters
    ----------
    notebook : NotebookNode
        From `report_notebook`.
    path : str or Path
        Name of the file, ending in .html or .pdf; its folder is made.
    pdf : bool, default False
        Whether a PDF is to stand beside the HTML.

    Returns
    -------
    list of str
        What was written, and what is missing for a PDF, one sentence each. Where
        a PDF cannot be made the HTML is written in its place.

    Raises
    ------
    InputError
        If the name ends in anything else.
    WorkspaceError
        If the file cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in (".html", ".pdf"):
        raise InputError(
            f'A report is an HTML file or a PDF, and "{path.name}" ends in '
            f"{path.suffix or 'nothing'}. Name it {path.stem}.html or {path.stem}.pdf."
        )
    said = []
    missing = pdf_needs() if pdf or kind == ".pdf" else ""
    if kind == ".html" or pdf or missing:
        said.append(_put(path.with_suffix(".html"), html_of(notebook).encode()))
    if (pdf or kind == ".pdf") and not missing:
        said.append(_put(path.with_suffix(".pdf"), pdf_of(notebook, str(find_chromium()))))
    return [*said, f"No PDF was made. {missing} {INSTEAD}"] if missing else said


def _template() -> dict[str, object]:
    return {
        "extra_template_basedirs": [str(TEMPLATES)],
        "template_name": "template",
        "template_file": "index.html.j2",
        "exclude_anchor_links": True,
    }


def _resources(notebook: NotebookNode) -> dict[str, object]:
    from plotly.offline import get_plotlyjs

    drawn = any("<figure>" in str(cell.get("outputs", "")) for cell in notebook.cells)
    return {
        "title": notebook.metadata["title"],
        "css": (TEMPLATES / "template" / "report.css").read_text(encoding="utf-8"),
        "plotly": get_plotlyjs() if drawn else "",
    }


def _put(path: Path, content: bytes) -> str:
    before = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before.write_bytes(content)
        before.replace(path)
    except OSError as error:
        raise WorkspaceError(
            f"The report {path} cannot be written: {error.strerror}. Choose another folder, or "
            "close the file where it is open."
        ) from error
    return f"{path} is written, {len(content) / 1e6:.1f} MB."
