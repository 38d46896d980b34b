"""Names of tiers: which party, which rater, which pass, in tools that have only a name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from workbench.errors import InputError, nearest
from workbench.formats.intervals import check_role, role_of

TAGS, STRENGTHS = "tags", "intensity"
"""What our own interval tiers hold; point tiers are named after their dimension."""

OWN_NAME = re.compile(
    r"(?P<role>customer|agent|other|unknown):(?P<what>[^@]+)@(?P<rater>.+)"
    r" channel=(?P<channel>\d+|all)(?: layer=(?P<layer>\d+))?"
    r" pass=(?P<pass>\w+) taxonomy=(?P<taxonomy>.*)/(?P<version>[^/]*)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Tier:
    """What the name of a tier tells.

    Parameters
    ----------
    name : str
        The name itself.
    role : str or None
        customer, agent, other or unknown; None if the name does not say.
    what : str
        tags, intensity or a dimension in our own exports; else the rest of the name.
    rater_id : str or None
        Who judged; None if the name does not say.
    channel : int or None
        Channel of the call; None for all, or if the name does not say.
    pass_, taxonomy, version : str or None
        Under what it was judged; None in tiers of other tools.
    layer : int
        Number of the layer, from 1: overlapping intervals need several.
    """

    name: str
    role: str | None
    what: str
    rater_id: str | None
    channel: int | None = None
    pass_: str | None = None
    taxonomy: str | None = None
    version: str | None = None
    layer: int = 1

    @property
    def own(self) -> bool:
        """Whether the workbench wrote it."""
        return self.pass_ is not None

    @property
    def key(self) -> tuple[object, ...]:
        """What tiers with intervals and with points of the same ratings share."""
        return (
            self.role,
            self.rater_id,
            self.channel,
            self.pass_,
            self.taxonomy,
            self.version,
            self.layer,
        )


def tier_name(tier: Tier) -> str:
    """Write the name of one of our own tiers.

    Parameters
    ----------
    tier : Tier
        With everything but the name.

    Returns
    -------
    str
        The name; `read_tier_name` reads it back.

    Examples
    --------
    >>> tier_name(Tier("", "customer", "tags", "r01", 0, "voice", "cx", "1"))
    'customer:tags@r01 channel=0 pass=voice taxonomy=cx/1'
    """
    channel = "all" if tier.channel is None else tier.channel
    layer = f" layer={tier.layer}" if tier.layer > 1 else ""
    return (
        f"{tier.role}:{tier.what}@{tier.rater_id} channel={channel}{layer} pass={tier.pass_} "
        f"taxonomy={tier.taxonomy}/{tier.version}"
    )


def read_tier_name(name: str) -> Tier:
    """Understand the name of a tier, ours or `role:what@rater` with parts missing.

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    Tier
        What it tells.

    Examples
    --------
    >>> read_tier_name("customer:emotion@rater1").rater_id
    'rater1'
    >>> read_tier_name("default").role is None
    True
    """
    if match := OWN_NAME.fullmatch(name):
        channel = None if match["channel"] == "all" else int(match["channel"])
        return Tier(
            name,
            match["role"],
            match["what"],
            match["rater"],
            channel,
            match["pass"],
            match["taxonomy"],
            match["version"],
            int(match["layer"] or 1),
        )
    front, _, rater = name.partition("@")
    party, colon, what = front.partition(":")
    role = role_of(party)
    if not colon:
        what = front
    return Tier(name, role, what, rater.strip() or None)


def assign_tiers(
    names: Iterable[str],
    *,
    source: str,
    role: str | None,
    rater_id: str | None,
    roles: Mapping[str, str] | None,
    raters: Mapping[str, str] | None,
) -> dict[str, Tier]:
    """Decide for every tier of a file whose voice it is on and who judged.

    Parameters
    ----------
    names : iterable of str
        Names of the tiers.
    source : str
        Name of the file, for messages.
    role, rater_id : str or None
        For tiers whose name does not say.
    roles, raters : mapping of str to str, or None
        Role and rater by name of tier; they go before what the name says.

    Returns
    -------
    dict of str to Tier
        The tiers by name.

    Raises
    ------
    InputError
        If a mapping names a tier that the file does not have, or a role is none.
    """
    check_role(role)
    names = list(dict.fromkeys(names))
    for mapping in (roles or {}, raters or {}):
        for name in mapping:
            if name not in names:
                raise InputError(
                    f'{source} has no tier "{name}".{nearest(name, names)} '
                    f"It has: {', '.join(names)}."
                )
    tiers = {}
    for name in names:
        tier = read_tier_name(name)
        tiers[name] = replace(
            tier,
            role=check_role((roles or {}).get(name)) or tier.role or role or "unknown",
            rater_id=(raters or {}).get(name) or tier.rater_id or rater_id,
        )
    return tiers
