"""The consensus joined with the seconds behind it: the ground of trajectories and outcomes."""

from __future__ import annotations

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.schema import check_table, check_utterances

_PER_UTTERANCE = ["utterance_id", "call_id", "channel", "role", "unit", "start_s", "end_s"]


def placed_consensus(
    consensus: pd.DataFrame, utterances: pd.DataFrame, *, unit: str | None = None
) -> pd.DataFrame:
    """Join each consensus row with the seconds of the utterance behind it.

    Parameters
    ----------
    consensus, utterances : DataFrame
        The tables of these names; the consensus of one method, pass and
        taxonomy version.
    unit : str, optional
        utterance, turn or call; needed if rated utterances of several came.

    Returns
    -------
    DataFrame
        The consensus rows with call_id, channel, role, unit, start_s and end_s.

    Raises
    ------
    InputError
        If a table is not as documented, several units, methods, passes or
        versions came, or none of the rated utterances is in `utterances`.
    """
    consensus = check_table(consensus, "consensus")
    utterances = check_utterances(utterances)
    kinds = consensus[["method", "taxonomy", "version", "pass"]].drop_duplicates()
    if len(kinds) > 1:
        came = "; ".join(f"{m}, {t} {v}, pass {p}" for m, t, v, p in kinds.to_numpy())
        raise InputError(
            f"Trajectories and outcomes follow one consensus, and several came: {came}. "
            "Select one of them first."
        )
    utterances = utterances[utterances["retired_at"].isna()]
    if unit is not None:
        units = utterances["unit"].unique()
        utterances = utterances[utterances["unit"] == unit]
        if utterances.empty and len(units):
            raise InputError(
                f'No utterance has the unit "{unit}".{nearest(unit, units)} '
                f"There are: {', '.join(units)}."
            )
    placed = consensus.merge(utterances[_PER_UTTERANCE], on="utterance_id", how="inner")
    if len(consensus) and placed.empty:
        raise InputError(
            f"None of the {consensus['utterance_id'].nunique()} rated utterances is among the "
            f"{len(utterances)} utterances that came. Give the segmentation that was rated."
        )
    units = placed["unit"].unique()
    if len(units) > 1:
        raise InputError(
            f"Rated utterances of several units came ({', '.join(units)}), and they lie over one "
            f'another. Choose one, for example unit="{units[0]}".'
        )
    return placed
