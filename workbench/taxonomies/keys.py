"""Keys that a taxonomy or a setting asks for: a position on the keyboard by command or tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.errors import InputError, nearest

COMMANDS = (
    "find neutral unclear unusable other primary share_less share_more share_bit_less "
    "share_bit_more no_mixture shift score1_down score1_up score2_down score2_up score3_down "
    "score3_up score4_down score4_up less_sure surer cue_pitch cue_pace cue_pause cue_volume "
    "cue_words note play replay context turn_before slower faster loop solo spectrogram pitch "
    "level split merge auto save previous next undo take_back list skip flag rest leave_call "
    "card stop"
).split()
"""What the Labeler can be asked to do by key; those of `frontend/src/keys.ts`."""

FIXED = ("undo", "take_back", "stop")
_PRINTS = {
    "-": "Minus",
    "=": "Equal",
    "[": "BracketLeft",
    "]": "BracketRight",
    "\\": "Backslash",
    ";": "Semicolon",
    "'": "Quote",
    "`": "Backquote",
    ",": "Comma",
    ".": "Period",
    "/": "Slash",
}
_CODES = {
    *_PRINTS.values(),
    *(f"Key{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    *(f"Digit{digit}" for digit in range(10)),
    *(f"Arrow{side}" for side in ("Left", "Right", "Up", "Down")),
    *("Space", "Enter", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown"),
    *("IntlBackslash", "F2", "F4", "F6", "F7", "F8", "F9", "F10"),
}


def key_stroke(text: object) -> str | None:
    """Name a position on the keyboard as browsers do.

    Parameters
    ----------
    text : object
        A code such as "KeyF", "Slash" or "Digit1", or what a US board prints
        there ("F", "/", "1"); with "Shift+" before it for the second bank.

    Returns
    -------
    str or None
        The code, with "Shift+" where asked for; None if there is no such key.

    Examples
    --------
    >>> key_stroke("f"), key_stroke("Shift+/"), key_stroke("space"), key_stroke("ü")
    ('KeyF', 'Shift+Slash', 'Space', None)
    """
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str):
        return None
    shift, _, name = re.sub(r"(?i)^shift\s*\+\s*", "shift|", text.strip()).rpartition("|")
    if re.fullmatch(r"[A-Za-z]", name):
        code = f"Key{name.upper()}"
    elif re.fullmatch(r"[0-9]", name):
        code = f"Digit{name}"
    else:
        code = _PRINTS.get(name, name)
    by_lower = {known.lower(): known for known in _CODES}
    found = by_lower.get(code.lower())
    return found and ("Shift+" if shift else "") + found


def check_keys(raw: object, tags: Iterable[str], label: str) -> dict[str, str]:
    """Check which keys are asked for.

    Parameters
    ----------
    raw : object
        A mapping of a command or a tag to a key, as `key_stroke` takes it.
    tags : iterable of str
        The tags there are.
    label : str
        Where it stands, for the sentence.

    Returns
    -------
    dict of str to str
        The strokes.

    Raises
    ------
    InputError
        If it is no mapping, names neither a command nor a tag, or asks for a
        key that there is not.

    Examples
    --------
    >>> check_keys({"relief": "B", "note": "Shift+N"}, ["relief"], "keys")
    {'relief': 'KeyB', 'note': 'Shift+KeyN'}
    """
    if not isinstance(raw, Mapping):
        raise InputError(
            f"{label}: keys should be lines of `tag: key` or `command: key`, such as "
            f"`note: M`; what came is {raw!r:.60}."
        )
    tags = set(tags)
    out = {}
    for name, key in raw.items():
        known = [*COMMANDS, *sorted(tags)]
        if name not in known:
            raise InputError(
                f'{label}: "{name}" is neither a command nor a tag.{nearest(str(name), known)} '
                f"The commands are: {', '.join(COMMANDS)}."
            )
        if name in FIXED and name not in tags:
            raise InputError(f'{label}: the key of "{name}" is the same everywhere and stays.')
        stroke = key_stroke(key)
        if stroke is None:
            raise InputError(
                f'{label}: "{name}" asks for the key {key!r}, which is none. Name the position '
                "by what a US keyboard prints there (F, 7, /, Shift+F), whatever yours prints."
            )
        out[str(name)] = stroke
    return out


def wished_keys(definition: Mapping[str, Any]) -> dict[str, str]:
    """Collect the keys that a taxonomy asks for.

    Parameters
    ----------
    definition : mapping
        Of a taxonomy; `key` of its tags and `keys` may be missing.

    Returns
    -------
    dict of str to str
        Strokes by tag or command; `keys` wins over the `key` of a tag.

    Raises
    ------
    InputError
        As `check_keys`.

    Examples
    --------
    >>> wished_keys({"tags": [{"tag": "relief", "key": "b"}], "keys": {"note": "m"}})
    {'relief': 'KeyB', 'note': 'KeyM'}
    """
    names = [tag["tag"] for tag in definition["tags"]]
    own = {tag["tag"]: tag["key"] for tag in definition["tags"] if tag.get("key")}
    label = "The taxonomy"
    return check_keys(own, names, label) | check_keys(definition.get("keys") or {}, names, label)
