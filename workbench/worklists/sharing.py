"""Who hears what: so many raters an utterance and pass, with even loads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbench.callers import culture_of, languages_of
from workbench.worklists.choosing import half_up
from workbench.worklists.settings import WorklistSettings

NEED_WORDS = ("text", "both")


@dataclass
class Rater:
    """A rater while a plan is made.

    Parameters
    ----------
    rater_id : str
        The rater.
    languages : frozenset of str
        Primary language tags; empty if none are written down, which stands for
        all.
    culture : str or None
        Culture where it is known.
    load : int
        How many assignments the rater has so far.
    """

    rater_id: str
    languages: frozenset[str]
    culture: str | None
    load: int = 0

    def understands(self, languages: frozenset[str]) -> bool:
        """Say whether the rater understands one of the languages of a call.

        Parameters
        ----------
        languages : frozenset of str
            Languages of the call; empty if not known.

        Returns
        -------
        bool
            True also where the call's or the rater's languages are not known.
        """
        return not languages or not self.languages or bool(languages & self.languages)


@dataclass
class Shares:
    """Who hears what, not yet in order.

    Parameters
    ----------
    items : dict
        For each rater and pass the numbers of the utterances.
    n_short : int
        Utterances that fewer raters understand than were to hear them.
    n_own_culture, n_culture : int
        Utterances and passes in which a rater of the caller's culture is among
        those who hear it, and all with a known culture.
    """

    items: dict[tuple[str, str], list[int]]
    n_short: int = 0
    n_own_culture: int = 0
    n_culture: int = 0


@dataclass(frozen=True)
class _Block:
    """Utterances that go to the same raters: a call, or a single utterance."""

    rows: list[int]
    able: list[Rater]
    culture: str | None
    n_shared: int


def share_out(
    rows: pd.DataFrame, raters: list[Rater], settings: WorklistSettings, rng: np.random.Generator
) -> Shares:
    """Give every utterance and pass to its raters, the least loaded first.

    Parameters
    ----------
    rows : DataFrame
        Utterances, each understood by one rater at least, with call_id,
        caller_language, caller_culture and has_text; index from 0.
    raters : list of Rater
        Who takes part; their loads are counted up.
    settings : WorklistSettings
        order, passes, overlap, overlap_share, match, insiders.
    rng : Generator
        What draws.

    Returns
    -------
    Shares
        What each rater has.
    """
    shares = Shares({(r.rater_id, pass_): [] for r in raters for pass_ in settings.passes})
    blocks = list(_blocks(rows, raters, settings, rng))
    has_text = rows["has_text"].tolist()
    # who can be given to few goes first, then the long ones, so that loads come out even
    for block in sorted(blocks, key=lambda b: (len(b.able), -len(b.rows))):
        shares.n_short += block.n_shared if len(block.able) < settings.overlap else 0
        heard: Counter[str] = Counter()
        for pass_ in settings.passes:
            wanted = [n for n in block.rows if has_text[n] or pass_ not in NEED_WORDS]
            shared = [n for n in block.rows[: block.n_shared] if n in set(wanted)]
            if not wanted:
                continue
            wanted_raters = settings.overlap if shared else 1
            chosen = _least_loaded(block, wanted_raters, settings.insiders, heard, rng)
            for number, rater in enumerate(chosen):
                own = shared if number else wanted
                shares.items[rater.rater_id, pass_] += own
                rater.load += len(own)
                heard[rater.rater_id] += 1
            if block.culture:
                shares.n_culture += 1
                shares.n_own_culture += any(r.culture == block.culture for r in chosen)
    return shares


def _blocks(
    rows: pd.DataFrame, raters: list[Rater], settings: WorklistSettings, rng: np.random.Generator
) -> Iterator[_Block]:
    if settings.order == "in_call":
        groups = [list(own) for own in rows.groupby("call_id", sort=False).indices.values()]
    else:
        groups = [[n] for n in range(len(rows))]
    spoken, cultures = rows["caller_language"].tolist(), rows["caller_culture"].tolist()
    languages = {text: languages_of(text) for text in set(spoken)}
    able_for = {
        text: [
            r for r in raters if "language" not in settings.match or r.understands(languages[text])
        ]
        for text in languages
    }
    order = rng.permutation(len(groups))
    able = [able_for[spoken[own[0]]] for own in groups]
    left = half_up(settings.overlap_share * len(rows)) if settings.overlap > 1 else 0
    n_shared = dict.fromkeys(range(len(groups)), 0)
    for number in sorted(order, key=lambda n: len(able[n]) < settings.overlap):
        n_shared[number] = min(left, len(groups[number]))
        left -= n_shared[number]
    for number in order:
        culture = culture_of(cultures[groups[number][0]])
        known = culture if "culture" in settings.match else None
        yield _Block(groups[number], able[number], known, n_shared[number])


def _least_loaded(
    block: _Block, wanted: int, insiders: int, heard: Counter[str], rng: np.random.Generator
) -> list[Rater]:
    """Choose raters: who has not heard it in another pass, then by load, then by lot.

    The first are of the caller's culture, so many of those who heard it least.
    """
    lots = rng.random(len(block.able))
    able = {
        r.rater_id: (heard[r.rater_id], r.load, lot)
        for r, lot in zip(block.able, lots, strict=True)
    }
    ranked = sorted(block.able, key=lambda r: able[r.rater_id])
    least = heard[ranked[0].rater_id]
    own = [
        r
        for r in ranked
        if block.culture and r.culture == block.culture and heard[r.rater_id] == least
    ][:insiders]
    return (own + [r for r in ranked if r not in own])[:wanted]
