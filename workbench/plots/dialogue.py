"""Two voices in pictures: replies by the customer's state, gaps and overlaps of a call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError
from workbench.plots.marks import click_rows, spelled
from workbench.plots.matrices import cell_matrix
from workbench.plots.theme import palette_named, template_of


def replies_figure(replies: pd.DataFrame, *, theme: str = "light") -> Any:
    """Draw how agents reply to each state of the customer.

    Parameters
    ----------
    replies : DataFrame
        From `workbench.dialogue.reply_table`.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        One cell a state and reply; customdata is [call_id, channel, start_s, end_s] of
        one such exchange.

    Raises
    ------
    InputError
        If there is no row.

    Examples
    --------
    >>> import pandas as pd
    >>> replies = pd.DataFrame({"state": ["calm"], "reply": ["warm"], "share": 0.4,
    ...                         "n_replies": 10, "n_heard": 4})
    >>> replies_figure(replies).layout.title.text
    'How agents reply to what they hear'
    """
    if replies.empty:
        raise InputError("There is no reply to draw.")
    rows = replies[replies["n_replies"] > 0]
    told = [
        f"<b>{spelled(str(r['reply']))} after {spelled(str(r['state']))}</b><br>"
        f"{r['n_heard']} of {r['n_replies']} replies ({r['share']:.0%})"
        + ("<br>click: one of them" if r["n_heard"] else "")
        for r in rows.to_dict("records")
    ]
    palette = palette_named(theme)
    figure = cell_matrix(
        rows.assign(down=rows["state"], along=rows["reply"], value=rows["share"], told=told),
        list(dict.fromkeys(rows["state"])),
        list(dict.fromkeys(rows["reply"])),
        palette=palette,
        colours=palette.amount,
        ends=("0: never", "1: always"),
    )
    figure.update_yaxes(title="customer, one turn before")
    figure.update_xaxes(title="agent’s reply")
    figure.update_layout(
        title={
            "text": "How agents reply to what they hear",
            "subtitle": {"text": "share of the replies after each state; a reply may be several"},
        }
    )
    return figure


_KINDS = {"smooth": "circle", "inside": "diamond-open", "interruption": "x"}


def turn_taking_figure(
    handovers: pd.DataFrame, *, call_id: str | None = None, theme: str = "light"
) -> Any:
    """Draw gaps and overlaps over a call, a mark where the speaker changes.

    Parameters
    ----------
    handovers : DataFrame
        From `workbench.dialogue.handover_table`.
    call_id : str, optional
        The call; may be left out if only one came.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Above 0: a gap before the answer; below: both speak. A mark's customdata is
        [call_id, channel, start_s, end_s] of both utterances.

    Raises
    ------
    InputError
        If the call is not among them.

    Examples
    --------
    >>> import pandas as pd
    >>> handovers = pd.DataFrame({"call_id": ["1"], "role": ["agent"], "kind": ["smooth"],
    ...                           "channel": None, "start_s": 0.0, "end_s": 4.0, "gap_s": 0.5})
    >>> turn_taking_figure(handovers).layout.title.text
    'Gaps and overlaps in call 1'
    """
    import plotly.graph_objects as go

    from workbench.plots.marks import one_call

    palette = palette_named(theme)
    rows = one_call(handovers, call_id)
    name = str(rows["call_id"].iloc[0])
    figure = go.Figure()
    for (role, kind), own in rows.groupby(["role", "kind"], sort=False):
        told = [
            f"<b>{spelled(str(role))} begins, {spelled(str(kind))}</b><br>"
            + (
                f"{gap:.2f} s after the other"
                if gap >= 0
                else f"{-gap:.2f} s before the other ends"
            )
            for gap in own["gap_s"]
        ]
        figure.add_trace(
            go.Scatter(
                x=own["start_s"] + 0.0,
                y=own["gap_s"],
                mode="markers",
                marker={"size": 10, "color": palette.role(str(role)), "symbol": _KINDS[str(kind)]},
                customdata=click_rows(own),
                hovertext=told,
                hoverinfo="text",
            )
        )
    figure.add_hline(y=0, line={"color": palette.zero, "width": 1})
    ends = np.append(rows["gap_s"].to_numpy(dtype=float), [0.5, -0.5])
    room = 0.12 * float(np.ptp(ends))
    figure.update_yaxes(
        title="gap in s; below 0 overlap",
        range=[float(ends.min()) - room, float(ends.max()) + room],
    )
    figure.update_xaxes(title="seconds of the call")
    words = ", ".join(
        f"<span style='color:{palette.role(role)}'>{role} begins</span>"
        for role in dict.fromkeys(map(str, rows["role"]))
        if role in palette.roles
    )
    figure.update_layout(
        template=template_of(palette),
        height=340,
        title={
            "text": f"Gaps and overlaps in call {spelled(name)}",
            "subtitle": {"text": f"{words}; cross: interrupts, open: speaks inside the other’s"},
        },
    )
    return figure
