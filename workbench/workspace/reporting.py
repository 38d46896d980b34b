"""The method of a workspace that writes a report to send."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.workspace.core import Core

if TYPE_CHECKING:
    from workbench.workspace.reported import Tried


class Reporting(Core):
    """Figures, tables and plain words as one file."""

    def report(
        self,
        path: str | Path,
        title: str,
        *parts: tuple[Any, ...],
        method: str = "",
        ledger: Tried | None = None,
        text: bool = False,
        pdf: bool = False,
        rows: int = 25,
    ) -> list[str]:
        """Write a report that can be sent: one HTML file, or a PDF.

        The head states the workspace, the date, and how many calls, customers,
        agents, raters and ratings there are, in which taxonomy and passes. A
        report holds no audio; it is read without the workbench and without a
        connection. A report of the same name is replaced.

        Parameters
        ----------
        path : str or Path
            Name of the file, ending in .html or .pdf.
        title : str
            Title of the report.
        *parts : tuple
            ("heading", "plain words", thing) each; thing is a figure of this
            workspace, a Plotly figure, a table, or None. Words may be Markdown.
        method : str
            How it was done, in plain words, for the foot.
        ledger : Ledger, optional
            What was tried in this session; the foot says how much it was.
        text : bool
            Whether figures and tables may hold what was said in the calls.
        pdf : bool
            Whether a PDF is to stand beside the HTML.
        rows : int
            Rows of each table that are shown.

        Returns
        -------
        list of str
            What was written, one sentence each. Where a PDF cannot be made, the
            HTML is written and a sentence says what to install.

        Raises
        ------
        InputError
            If a part is not one, or the file is to end in anything else.
        WorkspaceError
            If the file cannot be written.
        """
        from workbench.workspace import reported

        return reported.report(
            self,
            path,
            title,
            parts,
            method=method,
            ledger=ledger,
            text=text,
            pdf=pdf,
            rows=rows,
        )
