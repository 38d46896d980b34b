"""The columns of a manifest: what each means and which table takes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.errors import InputError, nearest
from workbench.schema import TABLES


@dataclass(frozen=True)
class ManifestColumn:
    """A column that a manifest may have.

    Parameters
    ----------
    name : str
        The name.
    kind : str
        One of str, int, float, bool and time.
    part : str
        "call", "file", "outcome", "customer", "agent" or "check".
    meaning : str
        One line.
    """

    name: str
    kind: str
    part: str
    meaning: str


def _of_table(table: str, part: str) -> list[ManifestColumn]:
    return [
        ManifestColumn(column.name, column.kind, part, column.meaning)
        for column in TABLES[table].columns.values()
        if column.kind != "json" and not (part == "outcome" and column.name == "call_id")
    ]


def _of_text(lines: str) -> list[ManifestColumn]:
    return [ManifestColumn(*line.strip().split(maxsplit=3)) for line in lines.strip().splitlines()]


_COLUMNS = [
    *_of_table("calls", "call"),
    *_of_text(
        """
        path str file The recording, below the audio root, or a URL; empty for none.
        agent_path str file The agent's side, where each side has a file.
        customer_path str file The customer's side, where each side has a file.
        role str file Who speaks in this file: customer, agent or other.
        channel int file Number of the file's first signal in the call, from 0.
        part int file Order of the recordings of a call that was transferred.
        offset_s float file Where the recording begins in the call, seconds.
        customer_channel int file Channel of the file with the customer.
        agent_channel int file Channel of the file with the agent.
        """
    ),
    *_of_table("outcomes", "outcome"),
    *_of_text(
        """
        churned_at time customer When the customer left.
        observed_until time customer Until when staying or leaving is known.
        customer_languages str customer The customer's languages, separated by spaces.
        agent_languages str agent The agent's languages, separated by spaces.
        agent_culture str agent The agent's culture where the agent gave it.
        problem str check Why the call cannot be taken in; empty if it can.
        """
    ),
]

MANIFEST_COLUMNS: dict[str, ManifestColumn] = {column.name: column for column in _COLUMNS}
"""All documented columns by name; `role_0`, `role_1` and so on are documented too."""

ALIASES = {"audio": "path", "side": "role"}
"""Second names that are understood."""

ROLE_WORDS = {
    "customer": "customer", "caller": "customer", "client": "customer", "cust": "customer",
    "external": "customer", "agent": "agent", "advisor": "agent", "adviser": "agent",
    "representative": "agent", "rep": "agent", "internal": "agent", "other": "other",
    "unknown": "unknown",
}  # fmt: skip
"""Words for roles, and the role each means."""

_MEANT = {
    "call_id": "id call callid contact_id contactid conversation_id interaction_id uniqueid guid "
    "uuid",
    "path": "file filename file_name filepath file_path recording recording_path audio_file "
    "audio_path audiofile wav url uri location",
}  # fmt: skip
_ROLE_OF_CHANNEL = re.compile(r"role_(\d{1,2})")


def role_channel(name: str) -> int | None:
    """Read the channel out of a column such as role_0.

    Parameters
    ----------
    name : str
        Name of a column.

    Returns
    -------
    int or None
        The channel of the file; None for any other column.
    """
    found = _ROLE_OF_CHANNEL.fullmatch(name)
    return int(found[1]) if found else None


def is_documented(name: str) -> bool:
    """Tell a documented column from a further one.

    Parameters
    ----------
    name : str
        Name of a column, as `documented_names` gives it.

    Returns
    -------
    bool
        True if the workbench knows what it means.
    """
    return name in MANIFEST_COLUMNS or role_channel(name) is not None


def documented_names(
    columns: Sequence[object], *, source: str, keep_columns: Iterable[str] = ()
) -> dict[object, str]:
    """Give the columns of a manifest their documented names, or refuse them.

    Upper case, spaces and hyphens make no difference. A column that is not
    documented keeps its name.

    Parameters
    ----------
    columns : sequence
        The columns as they came.
    source : str
        Name of the manifest, for messages.
    keep_columns : iterable of str, optional
        Further columns that are meant as they are.

    Returns
    -------
    dict
        Name for each column.

    Raises
    ------
    InputError
        If two columns mean the same, or one is so close to a documented name that
        it is probably a slip; the message says which.
    """
    kept = set(keep_columns)
    names: dict[object, str] = {}
    for column in columns:
        text = str(column).strip().lstrip("\ufeff")
        plain = re.sub(r"[\s\-.]+", "_", text.lower())
        plain = ALIASES.get(plain, plain)
        name = plain if is_documented(plain) else text
        if name in names.values():
            first = next(str(c) for c, n in names.items() if n == name)
            raise InputError(
                f'{source} has the columns "{first}" and "{column}", which both mean '
                f'"{name}". Keep one of them.'
            )
        names[column] = name
    absent = [name for name in MANIFEST_COLUMNS if name not in names.values()]
    for column, name in names.items():
        if is_documented(name) or name in kept or len(name) < 4:
            continue
        if suggestion := _slip(name, absent):
            raise InputError(
                f'{source} has a column "{column}".{suggestion} Rename it; if it is meant as it '
                "is, name it in keep_columns under [policy], or take it out."
            )
    return names


def _slip(name: str, absent: Sequence[str]) -> str:
    import difflib

    close = difflib.get_close_matches(name.lower(), absent, n=1, cutoff=0.8)
    return nearest(name, close) if close else ""


def check_needed(names: Sequence[str], *, source: str) -> None:
    """Refuse a manifest without the columns that make it one.

    Parameters
    ----------
    names : sequence of str
        Its columns, as `documented_names` gives them.
    source : str
        Name of the manifest, for messages.

    Raises
    ------
    InputError
        If there is no call_id, or the recordings stand under another name than
        path; the message suggests which column to rename.
    """
    by_plain = {re.sub(r"[\s\-.]+", "_", name.lower()): name for name in names}
    have = f"It has: {', '.join(names)}."
    if "call_id" not in names:
        meant = [by_plain[word] for word in _MEANT["call_id"].split() if word in by_plain]
        further = f' Rename "{meant[0]}" to "call_id".' if meant else ""
        if not further:
            close = nearest("call_id", by_plain)
            further = close.replace("Did you mean", "Should it be") if close else ""
        raise InputError(f'{source} needs a column "call_id".{further} {have}')
    if not {"path", "agent_path", "customer_path"} & set(names):
        meant = [by_plain[word] for word in _MEANT["path"].split() if word in by_plain]
        if meant:
            raise InputError(
                f'{source} has no column "path" for the recordings. Rename "{meant[0]}" to '
                f'"path"; for calls without audio take it out. {have}'
            )
