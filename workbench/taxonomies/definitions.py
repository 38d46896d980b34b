"""The check of a definition: what came becomes canonical, or a sentence with its line."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.errors import InputError, nearest
from workbench.taxonomies.keys import check_keys, key_stroke

VERDICT_WORDS = {
    "neutral": "I heard it well, and there is no feeling in it beyond ordinary talk.",
    "unclear": "I heard it well, there is something, and I cannot say what.",
    "unusable": "It cannot be judged: noise, music, silence, several people, or not speech.",
    "other": "There is a feeling in it that no tag names; I write it in my own words.",
}
"""The verdicts of their own, in words; a taxonomy may use other words."""

_SPEAKERS = ("customer", "agent")
_NAME = re.compile(r"[^\W\d]\w*")
_TOP = (
    "taxonomy",
    "version",
    "language",
    "intensity_steps",
    "tags",
    "dimensions",
    "verdicts",
    "keys",
)
_TAG = ("tag", "roles", "definition", "sounds_like", "not_to_be_confused_with", "key")
_DIMENSION = ("dimension", "low", "high", "low_words", "high_words", "definition", "steps")

Where = Callable[[object], str]
"""Names the place of a mapping in its source, for example "cx.yaml, line 12"."""


def canonical_json(definition: Mapping[str, Any]) -> str:
    """Write a definition in the one form that is hashed.

    Parameters
    ----------
    definition : mapping
        A checked definition.

    Returns
    -------
    str
        JSON with sorted keys and no spaces.
    """
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def definition_hash(definition: Mapping[str, Any]) -> str:
    """Name a definition by its content.

    Keys are left out: which one a rater presses changes nothing in what a
    rating means.

    Parameters
    ----------
    definition : mapping
        A checked definition.

    Returns
    -------
    str
        SHA-256 of its canonical JSON, 64 hexadecimal digits.
    """
    meaning = {name: value for name, value in definition.items() if name != "keys"}
    return hashlib.sha256(canonical_json(meaning).encode()).hexdigest()


def check_definition(raw: object, where: Where) -> dict[str, Any]:
    """Check a taxonomy's definition and bring it into canonical form.

    Spaces and line breaks inside texts are folded, so that wrapping a line in
    the YAML file is no new version.

    Parameters
    ----------
    raw : object
        What came: a mapping as in cx.yaml.
    where : callable
        Gives the place of a mapping in its source.

    Returns
    -------
    dict
        Plain JSON with every field present; `steps` of a dimension and `keys`
        only where they were given.

    Raises
    ------
    InputError
        If a field is missing, unknown or of the wrong kind, or a name occurs
        twice; the message names the place and the tag or dimension.
    """
    top = _mapping(raw, "A taxonomy", _TOP, where)
    here = where(top)
    steps = top.get("intensity_steps", 3)
    if not isinstance(steps, int) or isinstance(steps, bool) or not 1 <= steps <= 10:
        raise InputError(f"{here}: intensity_steps is {steps!r}; it must be a number from 1 to 10.")
    tags = [_checked_tag(raw_tag, where) for raw_tag in _list(top, "tags", here)]
    definition: dict[str, Any] = {
        "taxonomy": _name(top, "taxonomy", "The taxonomy", here),
        "version": _version(top, here),
        "language": _text(top, "language", "The taxonomy", here, required=False),
        "intensity_steps": steps,
        "tags": tags,
        "dimensions": [_checked_dimension(d, where) for d in _list(top, "dimensions", here)],
        "verdicts": _checked_verdicts(top.get("verdicts"), where),
    }
    if not definition["tags"] and not definition["dimensions"]:
        raise InputError(f"{here}: a taxonomy needs at least one tag or one dimension.")
    _check_names(definition, top, where)
    _check_tag_keys(tags, top, where)
    if top.get("keys"):
        definition["keys"] = check_keys(
            top["keys"], [tag["tag"] for tag in tags], where(top["keys"])
        )
    return definition


def _checked_tag(raw: object, where: Where) -> dict[str, Any]:
    tag = _mapping(raw, "A tag", _TAG, where)
    here = where(tag)
    name = _name(tag, "tag", "A tag", here)
    label = f'The tag "{name}"'
    roles = tag.get("roles", list(_SPEAKERS))
    roles = roles.split() if isinstance(roles, str) else roles
    if not isinstance(roles, list) or not roles:
        raise InputError(f"{here}: {label} has roles {roles!r}; write roles: [customer].")
    for role in roles:
        if role not in _SPEAKERS:
            raise InputError(
                f'{here}: {label} is for the role "{role}".{nearest(str(role), _SPEAKERS)} '
                "A tag is for customer, agent or both."
            )
    key = _text(tag, "key", label, here, required=False)
    if len(key) > 1:
        raise InputError(f'{here}: {label} asks for the key "{key}"; a key is one character.')
    if key and key_stroke(key) is None:
        raise InputError(
            f'{here}: {label} asks for the key "{key}". Name the position by what a US keyboard '
            "prints there, whatever yours prints; keys of the number pad and Esc are taken."
        )
    return {
        "tag": name,
        "roles": [role for role in _SPEAKERS if role in roles],
        "definition": _text(tag, "definition", label, here),
        "sounds_like": _text(tag, "sounds_like", label, here, required=False),
        "not_to_be_confused_with": _text(
            tag, "not_to_be_confused_with", label, here, required=False
        ),
        "key": key,
    }


def _checked_dimension(raw: object, where: Where) -> dict[str, Any]:
    dimension = _mapping(raw, "A dimension", _DIMENSION, where)
    here = where(dimension)
    name = _name(dimension, "dimension", "A dimension", here)
    label = f'The dimension "{name}"'
    low, high = (-1, 1) if name == "valence" else (0, 1)
    came = dimension.get("low", low), dimension.get("high", high)
    if came != (low, high):
        raise InputError(
            f"{here}: {label} runs from {came[0]} to {came[1]}; valence runs from -1 to 1 and "
            f"every other dimension from 0 to 1. Write low: {low} and high: {high}."
        )
    checked = {
        "dimension": name,
        "low": low,
        "high": high,
        "low_words": _text(dimension, "low_words", label, here),
        "high_words": _text(dimension, "high_words", label, here),
        "definition": _text(dimension, "definition", label, here, required=False),
    }
    steps = dimension.get("steps")
    if steps is None:
        return checked
    if not isinstance(steps, int) or isinstance(steps, bool) or not 3 <= steps <= 9:
        raise InputError(f"{here}: {label} has {steps!r} steps; it must be a number from 3 to 9.")
    return checked | {"steps": steps}


def _checked_verdicts(raw: object, where: Where) -> dict[str, str]:
    verdicts = _mapping(raw or {}, "The verdicts", tuple(VERDICT_WORDS), where)
    here = where(verdicts)
    own = {name: _text(verdicts, name, "The verdicts", here) for name in verdicts}
    return {name: own.get(name, words) for name, words in VERDICT_WORDS.items()}


def _check_names(definition: dict[str, Any], top: Mapping[str, Any], where: Where) -> None:
    taken = {name: "a verdict" for name in ("tagged", *VERDICT_WORDS)}
    for part, word in (("tags", "tag"), ("dimensions", "dimension")):
        for raw, entry in zip(_list(top, part, ""), definition[part], strict=True):
            name = entry[word]
            if name in taken:
                again = "twice" if taken[name] == f"a {word}" else f"but it is {taken[name]} too"
                raise InputError(
                    f'{where(raw)}: the {word} "{name}" is defined {again}; '
                    "tags, dimensions and verdicts need names of their own."
                )
            taken[name] = f"a {word}"


def _check_tag_keys(tags: list[dict[str, Any]], top: Mapping[str, Any], where: Where) -> None:
    taken: dict[tuple[str, str], str] = {}
    for raw, tag in zip(_list(top, "tags", ""), tags, strict=True):
        for role in tag["roles"] if tag["key"] else ():
            other = taken.setdefault((role, tag["key"].lower()), tag["tag"])
            if other != tag["tag"]:
                raise InputError(
                    f'{where(raw)}: the tags "{other}" and "{tag["tag"]}" both ask for the '
                    f'key "{tag["key"]}" and may be given to the same speaker ({role}).'
                )


def _mapping(raw: object, what: str, known: Iterable[str], where: Where) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise InputError(
            f"{where(raw)}: {what} should be a list of `name: value` lines with "
            f"{', '.join(known)}; what came is {_shortened(raw)}."
        )
    for key in raw:
        if key not in known:
            raise InputError(
                f'{where(raw)}: {what} has no field "{key}".{nearest(str(key), known)} '
                f"The fields are: {', '.join(known)}."
            )
    return raw


def _list(raw: Mapping[str, Any], key: str, here: str) -> list[Any]:
    value = raw.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError(
            f"{here}: {key} should be a list, each entry beginning with a dash; "
            f"what came is {_shortened(value)}."
        )
    return value


def _text(raw: Mapping[str, Any], key: str, label: str, here: str, *, required: bool = True) -> str:
    value = raw.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is not None and not isinstance(value, str):
        raise InputError(
            f"{here}: {label} has {key}: {_shortened(value)}, which YAML does not read as text. "
            f'Put it in quotes: {key}: "...".'
        )
    text = unicodedata.normalize("NFC", " ".join((value or "").split()))
    if required and not text:
        raise InputError(f"{here}: {label} has no {key}. Add a line: {key}: ...")
    return text


def _name(raw: Mapping[str, Any], key: str, label: str, here: str) -> str:
    name = _text(raw, key, label, here)
    if not _NAME.fullmatch(name):
        raise InputError(
            f'{here}: "{name}" cannot be the name of a {key}; use letters, digits and '
            f'underscores, beginning with a letter: "{_as_name(name)}".'
        )
    return name


def _as_name(text: str) -> str:
    return re.sub(r"\W+", "_", text).strip("_").lower().lstrip("0123456789_") or "name"


def _version(top: Mapping[str, Any], here: str) -> str:
    version = top.get("version")
    if isinstance(version, float):
        raise InputError(
            f"{here}: the version {version} came as a number, in which 1.1 and 1.10 are the "
            f'same. Put it in quotes: version: "{version}".'
        )
    return _text(top, "version", "The taxonomy", here)


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
