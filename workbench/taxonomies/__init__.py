"""Taxonomies: what may be said about a voice, in versions that stay as they are.

A taxonomy is written as YAML (the default one is `cx.yaml` beside this file),
read with `read_taxonomy` and frozen in the database by the hash of its
definition as soon as it is used.
"""

from __future__ import annotations

from workbench.taxonomies.decisions import decision_notes, with_decisions
from workbench.taxonomies.definitions import VERDICT_WORDS
from workbench.taxonomies.keys import COMMANDS, check_keys, wished_keys
from workbench.taxonomies.model import ROLES, Dimension, Tag, Taxonomy
from workbench.taxonomies.reading import (
    default_taxonomy,
    default_taxonomy_text,
    read_taxonomy,
    taxonomy_from_definition,
)
from workbench.taxonomies.writing import taxonomy_text

__all__ = [
    "COMMANDS",
    "ROLES",
    "VERDICT_WORDS",
    "Dimension",
    "Tag",
    "Taxonomy",
    "check_keys",
    "decision_notes",
    "default_taxonomy",
    "default_taxonomy_text",
    "read_taxonomy",
    "taxonomy_from_definition",
    "taxonomy_text",
    "wished_keys",
    "with_decisions",
]
