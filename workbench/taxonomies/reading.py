"""From YAML or from the database to a taxonomy."""

from __future__ import annotations

import functools
import importlib.resources
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from workbench.errors import InputError
from workbench.taxonomies.definitions import check_definition, definition_hash
from workbench.taxonomies.model import Dimension, Tag, Taxonomy


class _LinedDict(dict[Any, Any]):
    """A mapping of a YAML file that knows the line it begins on."""

    line: int = 0


class _LinedLoader(yaml.SafeLoader):
    """The safe loader, with lines, and refusing what YAML would let pass: a name given twice."""


def _construct_mapping(loader: _LinedLoader, node: yaml.MappingNode) -> _LinedDict:
    loader.flatten_mapping(node)
    mapping = _LinedDict()
    mapping.line = node.start_mark.line + 1
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, list | dict):
            problem = "a name is needed before the colon"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        if key in mapping:
            problem = f'"{key}" stands twice in the same entry; keep one'
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_LinedLoader.add_constructor("tag:yaml.org,2002:map", _construct_mapping)


def read_taxonomy(path: str | Path) -> Taxonomy:
    """Read a taxonomy from a YAML file.

    The fields are those of the default taxonomy; `default_taxonomy_text` gives
    its text to start from, and `docs/taxonomy.md` explains each.

    Parameters
    ----------
    path : str or Path
        The file, UTF-8.

    Returns
    -------
    Taxonomy
        Checked, with the hash that freezes its version.

    Raises
    ------
    InputError
        If the file cannot be read, is not YAML, or a field is missing,
        unknown or given twice; the message names file, line and tag.
    """
    path = Path(path).expanduser()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(
            f"The taxonomy {path} cannot be read ({error.strerror}). To start from the default "
            "one, write workbench.taxonomies.default_taxonomy_text() into that file."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"The taxonomy {path} is not UTF-8 (byte {error.start}). Save it as UTF-8."
        ) from error
    return _read_text(text, path.name)


@functools.cache
def default_taxonomy() -> Taxonomy:
    """Give the default taxonomy for customer calls.

    Eleven tags for customers (frustration, anger, anxiety, confusion,
    hesitation, resignation, disengagement, relief, gratitude, satisfaction,
    urgency), five for agents (warm, empathic, curt, scripted, impatient), and
    the dimensions valence, arousal, stress and confidence.

    Returns
    -------
    Taxonomy
        The taxonomy "cx".

    Examples
    --------
    >>> cx = default_taxonomy()
    >>> cx.taxonomy, len(cx.tags), [d.dimension for d in cx.dimensions]
    ('cx', 16, ['valence', 'arousal', 'stress', 'confidence'])
    """
    return _read_text(default_taxonomy_text(), "cx.yaml")


def default_taxonomy_text() -> str:
    """Give the YAML text of the default taxonomy, comments included, to start one's own from.

    Returns
    -------
    str
        The text.
    """
    file = importlib.resources.files("workbench.taxonomies").joinpath("cx.yaml")
    return file.read_text(encoding="utf-8")


def taxonomy_from_definition(definition: Mapping[str, Any]) -> Taxonomy:
    """Build a taxonomy from a mapping, such as the one frozen in the database.

    Parameters
    ----------
    definition : mapping
        The fields of a YAML taxonomy as plain Python values.

    Returns
    -------
    Taxonomy
        Checked.

    Raises
    ------
    InputError
        If a field is missing, unknown or of the wrong kind.

    Examples
    --------
    >>> mood = taxonomy_from_definition({
    ...     "taxonomy": "mood", "version": "1",
    ...     "tags": [{"tag": "cheerful", "definition": "In good spirits."}],
    ... })
    >>> mood.tags_for("customer")[0].definition
    'In good spirits.'
    """
    return _build(check_definition(definition, lambda _: "The definition"))


@functools.lru_cache(maxsize=32)
def _read_text(text: str, source: str) -> Taxonomy:
    try:
        raw = yaml.load(text, Loader=_LinedLoader)  # noqa: S506 - a subclass of SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{source}{line}: {error.problem or error.context}.") from error
    except yaml.YAMLError as error:
        raise InputError(f"{source} is not YAML: {error}.") from error
    if raw is None:
        raise InputError(
            f"{source} is empty; it should begin with a line `taxonomy: name`. "
            "workbench.taxonomies.default_taxonomy_text() is a text to start from."
        )

    def where(part: object) -> str:
        return f"{source}, line {part.line}" if isinstance(part, _LinedDict) else source

    return _build(check_definition(raw, where))


def _build(definition: dict[str, Any]) -> Taxonomy:
    return Taxonomy(
        taxonomy=definition["taxonomy"],
        version=definition["version"],
        tags=tuple(Tag(**tag | {"roles": tuple(tag["roles"])}) for tag in definition["tags"]),
        dimensions=tuple(Dimension(**d) for d in definition["dimensions"]),
        intensity_steps=definition["intensity_steps"],
        verdicts=definition["verdicts"],
        definition=definition,
        sha256=definition_hash(definition),
    )
