"""From a taxonomy to the YAML text that people edit."""

from __future__ import annotations

import textwrap
from typing import Any

import yaml

from workbench.taxonomies.model import Taxonomy

_WIDTH = 100


class _Dumper(yaml.SafeDumper):
    """Long texts as folded blocks, as in cx.yaml."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
        """Indent lists below their name."""
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    long = len(text) > _WIDTH - 30
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">" if long else None)


_Dumper.add_representer(str, _text)


def taxonomy_text(taxonomy: Taxonomy, *, comment: str = "") -> str:
    """Write a taxonomy as YAML.

    Parameters
    ----------
    taxonomy : Taxonomy
        The taxonomy.
    comment : str, optional
        A sentence for the first line.

    Returns
    -------
    str
        The text; `read_taxonomy` reads the same taxonomy from it. Fields that
        say nothing are left out.

    Examples
    --------
    >>> from workbench.taxonomies import taxonomy_from_definition
    >>> mood = {"taxonomy": "mood", "version": "1",
    ...         "tags": [{"tag": "cheerful", "definition": "In good spirits."}]}
    >>> print(taxonomy_text(taxonomy_from_definition(mood))[:46])
    taxonomy: mood
    version: '1'
    intensity_steps: 3
    """
    said = {
        name: [_said(one) for one in value] if isinstance(value, list) else value
        for name, value in taxonomy.definition.items()
    }
    text = yaml.dump(_said(said), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    head = "".join(f"# {line}\n" for line in textwrap.wrap(comment, _WIDTH - 2))
    return head + text


def _said(fields: Any) -> Any:
    if not isinstance(fields, dict):
        return fields
    return {name: value for name, value in fields.items() if value not in ("", [], None)}
