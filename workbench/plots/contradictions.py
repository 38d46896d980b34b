"""Words against voice: where the two part ways."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from workbench.errors import InputError, nearest
from workbench.plots.marks import between, click_rows, wrapped
from workbench.plots.theme import faded, palette_named, template_of


def contradictions_figure(
    contradictions: pd.DataFrame, *, role: str | None = "customer", theme: str = "light"
) -> Any:
    """Draw the valence of the voice over that of the words, a mark an utterance.

    On the diagonal both say the same. At the lower right the words are fine and the voice
    is not. A filled mark is further from the diagonal than its 95 % interval.

    Parameters
    ----------
    contradictions : DataFrame
        From `workbench.Workspace.contradictions`: text, role and seconds beside voice,
        words, index, se, ci_low, ci_high.
    role : str or None, default "customer"
        Whose; None for everybody's.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A mark's customdata is [call_id, channel, start_s, end_s].

    Raises
    ------
    InputError
        If nobody has this role.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"call_id": ["s01"], "channel": 0, "start_s": 70.3, "end_s": 73.4,
    ...                      "role": "customer", "text": "That's fine.", "voice": -0.4,
    ...                      "words": 0.2, "index": -0.6, "se": 0.15, "ci_low": -0.9,
    ...                      "ci_high": -0.3, "n_raters": 4, "against": "text pass"})
    >>> contradictions_figure(rows).layout.title.text
    '1 of 1 utterances sounds worse than its words'
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    rows = contradictions
    if role is not None:
        known = sorted(map(str, rows["role"].unique()))
        rows = rows[rows["role"] == role]
        if rows.empty:
            raise InputError(
                f'Nothing to compare of the role "{role}".{nearest(role, known)} '
                f"There are: {', '.join(known) or 'none'}."
            )
    low, high = (rows[c].to_numpy(dtype=float) for c in ("ci_low", "ci_high"))
    worse, better = high < 0, low > 0
    figure = go.Figure()
    figure.add_shape(
        type="rect",
        x0=0,
        x1=1,
        y0=-1,
        y1=0,
        layer="below",
        line={"width": 0},
        fillcolor=faded(palette.alarm, 0.07),
    )
    figure.add_shape(
        type="line", x0=-1, y0=-1, x1=1, y1=1, line={"color": palette.zero, "width": 1}
    )
    figure.add_annotation(
        x=0.98,
        y=-0.96,
        text="fine in words, not in voice",
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
        font={"color": palette.alarm, "size": 12},
    )
    for is_so, colour, symbol in (
        (~(worse | better), palette.muted, "circle-open"),
        (better, palette.valence[4], "triangle-up"),
        (worse, palette.alarm, "circle"),
    ):
        own = rows[is_so]
        figure.add_trace(
            go.Scatter(
                x=own["words"],
                y=own["voice"],
                mode="markers",
                marker={"size": 9, "color": colour, "symbol": symbol},
                customdata=click_rows(own),
                hovertext=[_told(row) for row in own.to_dict("records")],
                hoverinfo="text",
            )
        )
    figure.update_xaxes(title="valence of the words", range=[-1.04, 1.04])
    figure.update_yaxes(title="valence of the voice", range=[-1.04, 1.04])
    n, against = int(worse.sum()), str(rows["against"].iloc[0])
    told = np.isfinite(low).any()
    title = (
        f"{n} of {len(rows)} utterances sound{'s' if n == 1 else ''} worse than "
        f"{'its' if n == 1 else 'their'} words"
        if told
        else "Voice and words, without intervals"
    )
    figure.update_layout(
        template=template_of(palette),
        height=470,
        title={
            "text": title,
            "subtitle": {
                "text": f"against the {escape(against)}; filled: beyond its own 95 % interval, "
                "some of many by chance"
            },
        },
    )
    return figure


def _told(row: dict[Any, Any]) -> str:
    text = "" if pd.isna(row["text"]) else f"<b>{wrapped(str(row['text']), 44)}</b><br>"
    n = int(row["n_raters"])
    error = "" if pd.isna(row["se"]) else f" ± {row['se']:.2f} (standard error)"
    raters = between(n, n, "rater", "raters")
    return (
        f"{text}call {escape(str(row['call_id']))}, {row['start_s']:.1f} s<br>"
        f"words {row['words']:+.2f}, voice {row['voice']:+.2f}, {raters}<br>"
        f"difference {row['index']:+.2f}{error}"
    )
