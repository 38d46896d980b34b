"""Hear calls, tag how they sound, relate it to what happened.

The front door: `wb.create`, `wb.open` and `wb.samples` give a workspace, whose
methods are the whole path. Everything else is one import further.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench import agreement as agreement
    from workbench import consensus as consensus
    from workbench import contradictions as contradictions
    from workbench import cues as cues
    from workbench import dialogue as dialogue
    from workbench import formats as formats
    from workbench import masking as masking
    from workbench import outcomes as outcomes
    from workbench import plots as plots
    from workbench import prosody as prosody
    from workbench import schema as schema
    from workbench import taxonomies as taxonomies
    from workbench import trajectories as trajectories
    from workbench import utterances as utterances
    from workbench import widgets as widgets
    from workbench import words as words
    from workbench import worklists as worklists
    from workbench.errors import WorkbenchError as WorkbenchError
    from workbench.sample_workspace import samples as samples
    from workbench.workspace import Workspace as Workspace
    from workbench.workspace import create as create
    from workbench.workspace import open as open  # noqa: A004

_HOMES = {
    "WorkbenchError": "workbench.errors",
    "Workspace": "workbench.workspace",
    "create": "workbench.workspace",
    "open": "workbench.workspace",
    "samples": "workbench.sample_workspace",
}
_STAGES = (
    "agreement",
    "consensus",
    "contradictions",
    "cues",
    "dialogue",
    "formats",
    "masking",
    "outcomes",
    "plots",
    "prosody",
    "schema",
    "taxonomies",
    "trajectories",
    "utterances",
    "widgets",
    "words",
    "worklists",
)

__all__ = [
    "WorkbenchError",
    "Workspace",
    "agreement",
    "consensus",
    "contradictions",
    "create",
    "cues",
    "dialogue",
    "formats",
    "masking",
    "open",
    "outcomes",
    "plots",
    "prosody",
    "samples",
    "schema",
    "taxonomies",
    "trajectories",
    "utterances",
    "widgets",
    "words",
    "worklists",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    if name in _STAGES:
        return importlib.import_module(f"workbench.{name}")
    from workbench.errors import nearest

    raise AttributeError(f'workbench has no "{name}".{nearest(name, __all__)}')


def __dir__() -> list[str]:
    return __all__
