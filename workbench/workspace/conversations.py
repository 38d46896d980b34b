"""Two voices of a workspace: its ratings and measures handed to the stage."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import dialogue, plots
from workbench.errors import AbstainedError, InputError, nearest
from workbench.rated_values import variables_in
from workbench.workspace import agreements, pictures, tables
from workbench.workspace.core import check_call
from workbench.workspace.reasons import log_reason

if TYPE_CHECKING:
    import ipywidgets

    from workbench.workspace.core import Core


def heard(ws: Core, *, dimensions: Iterable[str] = (), **choice: str) -> pd.DataFrame:
    """Lay ratings of both roles beside every utterance, up to any escalation.

    Parameters
    ----------
    ws : Core
        The workspace.
    dimensions : iterable of str
        Dimensions beside the tags.
    **choice : str
        pass, taxonomy or version; by default that of most ratings.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.heard_table`, with customer_id and team; what begins after an
        escalation is left out, because it is its consequence.
    """
    chosen = agreements.chosen(ws, as_of=None, **{"unit": "utterance", **choice})
    known = variables_in(chosen.these)
    tags = [v for v in known if v.startswith("heard:")]
    rows = dialogue.heard_table(
        _with_customers(ws),
        {v.removeprefix("heard:"): chosen.values(v) for v in tags},
        {d: chosen.values(d) for d in dimensions},
    )
    rows = before_escalation(ws, rows)
    _check_group(ws, rows)
    return rows


def _check_group(ws: Core, rows: pd.DataFrame) -> None:
    """Refuse what would be a report about a few people."""
    agents = rows.loc[rows["role"] == "agent", "agent_id"].nunique()
    smallest = ws.config.policy.minimum_group
    if 0 < agents < smallest:
        raise AbstainedError(
            f"{agents} agents are rated here, and nothing about agents' tone is shown of fewer "
            f"than {smallest} (minimum_group under [policy] of workbench.toml)."
        )


def before_escalation(ws: Core, rows: pd.DataFrame) -> pd.DataFrame:
    """Leave out utterances that begin after the call was escalated.

    Parameters
    ----------
    ws : Core
        The workspace.
    rows : DataFrame
        With call_id and start_s.

    Returns
    -------
    DataFrame
        The rows that count.
    """
    until = escalations(ws)
    after = rows["start_s"] >= rows["call_id"].map(until).astype(float)
    return rows[~after.to_numpy(dtype=bool)].reset_index(drop=True)


def escalations(ws: Core) -> pd.Series:
    """Say when each call was escalated.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    Series of float
        Seconds of the call by call_id, of calls where it is known.
    """
    outcomes = ws.store.read("outcomes").dropna(subset="escalated_at_s")
    return outcomes.set_index("call_id")["escalated_at_s"].astype(float)


def _with_customers(ws: Core) -> pd.DataFrame:
    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    calls = ws.store.read("calls").set_index("call_id")
    own = utterances["call_id"].map(calls["customer_id"])
    agent = utterances["agent_id"].fillna(utterances["call_id"].map(calls["agent_id"]))
    return utterances.assign(customer_id=own, agent_id=agent)


def _known_agents(exchanges: pd.DataFrame, options: dict[str, Any]) -> pd.DataFrame:
    """Leave out exchanges whose agent (or customer) is not known, where these are left out."""
    cluster = str(options.get("cluster", "agent_id"))
    if cluster not in exchanges.columns:
        return exchanges
    return exchanges[exchanges[cluster].notna()].reset_index(drop=True)


def exchanges(ws: Core, **choice: str) -> pd.DataFrame:
    """List each reply with what the customer sounded like before and after.

    Parameters
    ----------
    ws : Core
        The workspace.
    **choice : str
        pass, taxonomy or version.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.exchange_table`.
    """
    return dialogue.exchange_table(heard(ws, **choice))


def empathy(ws: Core, **options: Any) -> pd.DataFrame:
    """Say whether replies are warm when they are needed, and what goes with them.

    Parameters
    ----------
    ws : Core
        The workspace.
    **options : object
        Of `wb.dialogue.contingent_empathy` and `repair`, and pass, taxonomy, version.

    Returns
    -------
    DataFrame
        Rows of both.
    """
    choice, options = _split(options)
    rows = _known_agents(exchanges(ws, **choice), options)
    both = {k: v for k, v in options.items() if k in ("threshold", "cluster")}
    of_empathy = {k: options.pop(k) for k in ("distress", "reply") if k in options}
    of_repair = {k: options.pop(k) for k in ("state", "warm", "curt") if k in options}
    _none_left(options, ("distress", "reply", "state", "warm", "curt", "threshold", "cluster"))
    found = [dialogue.contingent_empathy(rows, **of_empathy, **both)]
    try:
        found.append(dialogue.repair(rows, **of_repair, **both))
    except AbstainedError as why:
        found[0].loc[found[0].index[-1], "note"] += f" Repair: {why}"
    return pd.concat(found, ignore_index=True)


def _split(options: dict[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    names = ("pass", "taxonomy", "version", "unit")
    return (
        {k: v for k, v in options.items() if k in names},
        {k: v for k, v in options.items() if k not in names},
    )


def _none_left(options: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in options:
        if name not in known[-2:]:
            raise InputError(
                f'There is no option "{name}".{nearest(name, known)} Options: {", ".join(known)}, '
                "pass_, taxonomy, version."
            )


def empathy_figure(ws: Core, *, theme: str | None, **choice: str) -> ipywidgets.VBox:
    """Draw how agents reply to each state of the customer; a cell plays an exchange.

    Parameters
    ----------
    ws : Core
        The workspace.
    theme : str or None
        "light" or "dark"; None follows the page.
    **choice : str
        pass, taxonomy or version.

    Returns
    -------
    VBox
        The figure and its player.
    """
    rows = exchanges(ws, **choice)
    recorded = set(ws.store.read("recordings")["call_id"])
    first = rows["call_id"].isin(recorded)  # a cell plays what can be heard, where there is any
    rows = pd.concat([rows[first], rows[~first]], ignore_index=True)
    table = dialogue.reply_table(rows)
    return pictures.drawn(ws, partial(plots.replies_figure, table), theme)


def contagion(ws: Core, *, dimension: str, **options: Any) -> pd.DataFrame:
    """Ask how far one voice's score goes before the other's next turn.

    Parameters
    ----------
    ws : Core
        The workspace.
    dimension : str
        Which dimension.
    **options : object
        Of `wb.dialogue.contagion`, and pass, taxonomy, version.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.contagion`.
    """
    choice, options = _split(options)
    rows = heard(ws, dimensions=[dimension], **choice)
    cluster = options.get("cluster", "call_id")
    if cluster in ("agent_id", "customer_id"):
        rows = rows[rows[cluster].notna()].reset_index(drop=True)
    return dialogue.contagion(rows, dimension=dimension, **options)


def turn_pairs(ws: Core) -> pd.DataFrame:
    """Lay both voices' measures beside each other at each change of speaker.

    Parameters
    ----------
    ws : Core
        The workspace.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.turn_pairs`.
    """
    roles = ws.config.policy.infer_roles
    utterances = tables.utterances_in_use(ws, unit="utterance", text=False)
    measured = tables.prosody(ws) if "agent" in roles else pd.DataFrame()
    return dialogue.turn_pairs(measured, utterances, infer_roles=roles)


def convergence(ws: Core, *, draws: int) -> pd.DataFrame:
    """Tell moving together and growing alike apart, against shuffled partners.

    Parameters
    ----------
    ws : Core
        The workspace.
    draws : int
        Shufflings.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.convergence`.
    """
    return dialogue.convergence(turn_pairs(ws), draws=draws)


def handovers(ws: Core, **choice: str) -> pd.DataFrame:
    """List each change of speaker, with what was heard where there are ratings.

    Parameters
    ----------
    ws : Core
        The workspace.
    **choice : str
        pass, taxonomy or version.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.handover_table`.
    """
    if ws.store.current_ratings()[0].empty:
        rows = before_escalation(ws, _with_customers(ws))
        _check_group(ws, rows)
    else:
        rows = heard(ws, **choice)
    return dialogue.handover_table(rows)


def agent_consistency(
    ws: Core, *, variable: str, reason: str | None, each: bool, **choice: str
) -> pd.DataFrame:
    """Part the spread of agents' rated tone into between and within agents.

    Parameters
    ----------
    ws : Core
        The workspace.
    variable : str
        A dimension or a tag of the agents.
    reason : str or None
        Why, for the log.
    each : bool
        Whether each agent's pooled tone is given instead.
    **choice : str
        pass, taxonomy or version.

    Returns
    -------
    DataFrame
        As from `wb.dialogue.tone_consistency` or `pooled_tones`.
    """
    log_reason(ws, f"{'each agent' if each else 'consistency'}: {variable}", reason)
    chosen = agreements.chosen(ws, as_of=None, **{"unit": "utterance", **choice})
    tag = f"heard:{variable}" in variables_in(chosen.these)
    values = chosen.values(f"heard:{variable}" if tag else variable)
    rows = dialogue.heard_table(
        _with_customers(ws), {variable: values} if tag else {}, {} if tag else {variable: values}
    )
    rows = before_escalation(ws, rows)
    tones = dialogue.call_tones(rows, variable if tag else f"{variable}_score")
    smallest = ws.config.policy.minimum_group
    if each:
        return dialogue.pooled_tones(tones, minimum_group=smallest)
    return dialogue.tone_consistency(tones, minimum_group=smallest).assign(outcome=variable)


def turn_taking_figure(ws: Core, call_id: str, *, theme: str | None) -> ipywidgets.VBox:
    """Draw the gaps and overlaps of a call.

    Parameters
    ----------
    ws : Core
        The workspace.
    call_id : str
        The call.
    theme : str or None
        "light" or "dark"; None follows the page.

    Returns
    -------
    VBox
        The figure and its player.
    """
    check_call(ws, call_id)
    rows = tables.utterances_in_use(ws, unit="utterance", call_id=call_id, text=False)
    table = dialogue.handover_table(rows)
    return pictures.drawn(ws, partial(plots.turn_taking_figure, table, call_id=call_id), theme)
