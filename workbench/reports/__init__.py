"""Reports that can be sent: figures, tables and plain words as one HTML file or PDF."""

from workbench.reports.chromium import find_chromium, pdf_needs
from workbench.reports.composing import Part, check_parts, report_notebook
from workbench.reports.quoting import without_quotes
from workbench.reports.tables import readable, table_html
from workbench.reports.writing import html_of, write_report

__all__ = [
    "Part",
    "check_parts",
    "find_chromium",
    "html_of",
    "pdf_needs",
    "readable",
    "report_notebook",
    "table_html",
    "without_quotes",
    "write_report",
]
