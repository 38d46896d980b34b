"""Two voices and the words of a workspace: its ratings and measures handed to the stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from workbench import contradictions as words_against_voice
from workbench import dialogue, plots
from workbench.contradictions.moments import CLICK
from workbench.errors import AbstainedError, InputError
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
    until = _escalations(ws)
    after = rows["start_s"] >= rows["call_id"].map(until).astype(float)
    return rows[~after.to_numpy(dtype=bool)].reset_index(drop=True)


def _escalations(ws: Core) -> pd.Series:
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
    from workbench.errors import nearest

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


def text_sentiment(
    ws: Core, *, tool: str | Callable[[str], float | None], call_id: str | None = None
) -> pd.DataFrame:
    """Judge the words of every utterance that has a transcript.

    Parameters
    ----------
    ws : Core
        The workspace.
    tool : str or callable
        As in `wb.contradictions.text_sentiment`.
    call_id : str, optional
        Only this call.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.text_sentiment`, with role and seconds.
    """
    if call_id is not None:
        check_call(ws, call_id)
    words = ws.store.read("words", **({"call_id": call_id} if call_id else {}))
    if words.empty:
        raise AbstainedError(
            "There is no transcript here, so there are no words to judge: ws.import_file(..., "
            'format="webvtt") or another transcript.'
        )
    said = tables.utterances_in_use(ws, unit="utterance", call_id=sorted(words["call_id"].unique()))
    languages = ws.store.read("calls").set_index("call_id")["language"]
    found = words_against_voice.text_sentiment(said, languages, tool=tool, words=words)
    return found.assign(role=said["role"].to_numpy(), **{c: said[c] for c in CLICK[1:]})


def contradictions(
    ws: Core,
    *,
    against: str = "text pass",
    pass_: str | None = None,
    tool: str | Callable[[str], float | None] = "auto",
    dimension: str = "valence",
) -> pd.DataFrame:
    """Hold rated voices against words: a text tool's, or those of a text pass.

    Parameters
    ----------
    ws : Core
        The workspace.
    against : str
        "text pass" or "text tool".
    pass_ : str or None
        Which pass rated the voice; by default voice where there is one, else both.
    tool : str or callable
        The text tool.
    dimension : str
        The dimension, on -1..1.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.contradiction_index`, with text, role and seconds.
    """
    kinds = ("text pass", "text tool")
    if against not in kinds:
        raise InputError(
            f'Voices are held against a "text pass" or a "text tool"; "{against}" came.'
        )
    rated = agreements.rated(ws)
    passes = set(rated.ratings["pass"])
    spoken = pass_ or next((p for p in ("voice", "masked_voice", "both") if p in passes), "both")
    voice = _values(rated, dimension, spoken)
    read = _values(rated, dimension, "text") if "text" in passes else None
    if against == "text pass":
        if read is None:
            raise AbstainedError(
                "Nobody has rated from text alone. A worklist asks for it: "
                'ws.worklist("passes", passes=["text", "voice"]).'
            )
        rows = words_against_voice.pass_gap(voice, read, pass_=spoken)
    else:
        found = text_sentiment(ws, tool=tool)
        rows = words_against_voice.contradiction_index(
            voice, found, text_ratings=read, pass_=spoken
        )
    calibration = dict(rows.attrs)
    placed = rated.utterances.set_index("utterance_id").loc[rows["utterance_id"], [*CLICK, "role"]]
    rows = pd.concat([placed.reset_index(drop=True), rows.reset_index(drop=True)], axis=1)
    said = tables.utterances_in_use(
        ws, unit="utterance", call_id=sorted(rows["call_id"].unique())
    ).set_index("utterance_id")["text"]
    rows.insert(5, "text", rows["utterance_id"].map(said))
    rows = rows.sort_values(["call_id", "start_s", "channel"], ignore_index=True)
    rows.attrs.update(calibration)
    return rows


def _values(rated: agreements.Rated, dimension: str, pass_: str) -> pd.DataFrame:
    chosen = agreements.choose(rated, **{"unit": "utterance", "pass": pass_})
    return chosen.values(dimension)


def thats_fine(ws: Core, *, role: str | None, rate: float, **options: Any) -> pd.DataFrame:
    """Rank moments whose words are fine and whose voice is not.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str or None
        Whose.
    rate : float
        False discovery rate.
    **options : object
        Of `contradictions`.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.fine_moments`.
    """
    rows = contradictions(ws, **options)
    calls = sorted(rows["call_id"].unique())
    measured = not tables.prosody(ws, call_id=calls).empty
    cues = pd.concat([tables.cues(ws, call_id=c) for c in calls]) if measured else None
    found = rows.drop(columns=[*CLICK, "role", "text"])
    return words_against_voice.fine_moments(
        found, rows[["utterance_id", "role", "text", *CLICK]], cues=cues, role=role, rate=rate
    )


def call_contradictions(ws: Core, *, role: str, **options: Any) -> pd.DataFrame:
    """Sum up words and voice of each call, up to any escalation.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str
        Whose.
    **options : object
        Of `contradictions`.

    Returns
    -------
    DataFrame
        As from `wb.contradictions.call_contradictions`.
    """
    rows = contradictions(ws, **options)
    ratings = agreements.rated(ws).ratings
    known = ratings[ratings["pass"].isin([*rows["pass"].unique(), "text"])]
    furthest = known.groupby("utterance_id")["heard_until_s"].agg(lambda s: s.max(skipna=False))
    return words_against_voice.call_contradictions(
        rows.drop(columns=[*CLICK, "role", "text"]),
        rows[["utterance_id", "role", *CLICK]],
        role=role,
        until_s=_escalations(ws),
        heard_until_s=furthest,
    )


def contradictions_figure(
    ws: Core, *, role: str | None, theme: str | None, **options: Any
) -> ipywidgets.VBox:
    """Draw voice against words, a mark an utterance.

    Parameters
    ----------
    ws : Core
        The workspace.
    role : str or None
        Whose; None for everybody's.
    theme : str or None
        "light" or "dark"; None follows the page.
    **options : object
        Of `contradictions`.

    Returns
    -------
    VBox
        The figure and its player.
    """
    rows = contradictions(ws, **options)
    return pictures.drawn(ws, partial(plots.contradictions_figure, rows, role=role), theme)


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
