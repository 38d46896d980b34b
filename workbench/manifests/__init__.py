"""Lists of calls: read from CSV, Parquet or a table, or made from a folder of recordings."""

from __future__ import annotations

from workbench.manifests.columns import MANIFEST_COLUMNS, ManifestColumn, is_documented
from workbench.manifests.folders import PCA_NAMES, audio_root, scan_folder
from workbench.manifests.policy import count_calls, dropped_columns
from workbench.manifests.reading import read_manifest

__all__ = [
    "MANIFEST_COLUMNS",
    "PCA_NAMES",
    "ManifestColumn",
    "audio_root",
    "count_calls",
    "dropped_columns",
    "is_documented",
    "read_manifest",
    "scan_folder",
]
