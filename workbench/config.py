"""The file workbench.toml of a workspace: where things are and what the policy allows."""

from __future__ import annotations

import json
import os
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from workbench.errors import WorkspaceError

FILE_NAME = "workbench.toml"


@dataclass(frozen=True)
class Policy:
    """What may be kept and what may be inferred.

    Parameters
    ----------
    infer_roles : tuple of str
        Roles whose voice the workbench may judge with cues.
    customer_key_file : str
        File with the secret that turns customer ids into pseudonyms; outside
        the workspace.
    keep_columns : tuple of str
        Manifest columns beyond the documented ones that may be stored.
    minimum_group : int
        Smallest group of agents that a report may show.
    """

    infer_roles: tuple[str, ...] = ("customer",)
    customer_key_file: str = ""
    keep_columns: tuple[str, ...] = ()
    minimum_group: int = 5

    def customer_key(self) -> bytes:
        """Read the secret, or make it at first use.

        Returns
        -------
        bytes
            At least 16 bytes.

        Raises
        ------
        WorkspaceError
            If the file cannot be read or written, or is too short.
        """
        path = Path(self.customer_key_file).expanduser()
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w") as stream:
                    stream.write(secrets.token_hex(32) + "\n")
            key = path.read_bytes().strip()
        except OSError as error:
            raise WorkspaceError(
                f"The key file for customer ids, {path}, cannot be used: {error.strerror}. "
                f"Name another in customer_key_file under [policy] of {FILE_NAME}."
            ) from error
        if len(key) < 16:
            raise WorkspaceError(
                f"The key file {path} holds {len(key)} bytes; at least 16 are needed."
            )
        return key


@dataclass(frozen=True)
class Config:
    """Settings of a workspace.

    Parameters
    ----------
    database : str
        SQLAlchemy URL without a password; sqlite:///workbench.db is relative
        to the workspace.
    roots : dict of str to str
        Audio roots by name: folders or fsspec URLs.
    taxonomy : str
        Name of the current taxonomy, a file of taxonomies/.
    min_silence_s : float
        Silence that ends an utterance, seconds.
    policy : Policy
        What may be kept and inferred.
    """

    database: str = "sqlite:///workbench.db"
    roots: dict[str, str] = field(default_factory=dict)
    taxonomy: str = "cx"
    min_silence_s: float = 1.0
    policy: Policy = field(default_factory=Policy)


def read_config(folder: Path) -> Config:
    """Read workbench.toml.

    Parameters
    ----------
    folder : Path
        The workspace.

    Returns
    -------
    Config
        The settings.

    Raises
    ------
    WorkspaceError
        If there is no such file, or it cannot be understood.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise WorkspaceError(
            f"{folder} is not a workspace: it has no {FILE_NAME}. "
            f"Make one with wb.create({str(folder)!r}), or open another folder."
        )
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        policy = raw.get("policy", {})
        return Config(
            database=str(raw["database"]["url"]),
            roots={str(k): str(v) for k, v in raw.get("audio", {}).get("roots", {}).items()},
            taxonomy=str(raw.get("taxonomy", {}).get("name", "cx")),
            min_silence_s=float(raw.get("utterances", {}).get("min_silence_s", 1.0)),
            policy=Policy(
                infer_roles=tuple(policy.get("infer_roles", ("customer",))),
                customer_key_file=str(policy.get("customer_key_file", "")),
                keep_columns=tuple(policy.get("keep_columns", ())),
                minimum_group=int(policy.get("minimum_group", 5)),
            ),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(
            f"{path} cannot be understood ({error}). Compare it with a new one: "
            "workbench create some-other-folder."
        ) from error


def write_config(folder: Path, config: Config) -> None:
    """Write workbench.toml in one step: the old file or the new one, never half.

    Parameters
    ----------
    folder : Path
        The workspace.
    config : Config
        The settings.

    Raises
    ------
    WorkspaceError
        If the folder cannot be written to.
    """

    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = [
        "# A workspace of the Audio Sentiment Workbench. Edit with any text editor.",
        "",
        "[database]",
        "# No password here: use the environment (PGPASSWORD) or a pgpass file.",
        f"url = {text(config.database)}",
        "",
        "[audio.roots]",
        "# Folders or URLs that hold the audio. A root that moved: change its line.",
        *(f"{text(name)} = {text(root)}" for name, root in sorted(config.roots.items())),
        "",
        "[taxonomy]",
        f"name = {text(config.taxonomy)}",
        "",
        "[utterances]",
        "# Silence that ends an utterance, seconds.",
        f"min_silence_s = {config.min_silence_s}",
        "",
        "[policy]",
        "# Roles whose voice may be judged. Agents are left out until someone adds them;",
        "# inferring emotion at work is restricted in places. Ask before you switch it on.",
        f"infer_roles = {text(list(config.policy.infer_roles))}",
        f"customer_key_file = {text(config.policy.customer_key_file)}",
        "# Further manifest columns that may be stored; all others are dropped.",
        f"keep_columns = {text(list(config.policy.keep_columns))}",
        f"minimum_group = {config.policy.minimum_group}",
        "",
    ]
    temporary = folder / f".{FILE_NAME}.new"
    try:
        temporary.write_text("\n".join(lines), encoding="utf-8")
        temporary.replace(folder / FILE_NAME)
    except OSError as error:
        raise WorkspaceError(
            f"{folder} cannot be written to ({error.strerror}). Choose a folder of your own."
        ) from error
