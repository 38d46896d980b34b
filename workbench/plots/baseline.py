"""A speaker's usual, and what stands out from it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from workbench.errors import InputError, nearest
from workbench.plots.marks import between, click_rows, spelled, wrapped
from workbench.plots.theme import Palette, faded, palette_named, template_of

_HELD = {
    "call": ("other utterance", "other utterances", " of its call"),
    "causal": ("utterance", "utterances", " before it"),
    "speaker_history": ("utterance", "utterances", " of earlier calls"),
}


def baseline_figure(
    cues: pd.DataFrame,
    utterances: pd.DataFrame,
    *,
    cue: str = "high_pitch",
    speaker_id: str | None = None,
    call_id: str | None = None,
    theme: str = "light",
) -> Any:
    """Explain in a picture what a vocal cue is held against: the speaker's own usual.

    Each utterance of the speaker is a mark: the further up, the further it lies
    from the speaker's usual in the direction of the cue (higher, faster, louder,
    longer, flatter), in units of how much this speaker usually varies. The
    shaded band is the usual variation; a filled mark beyond the line is a cue. A
    hollow one beyond it is too small to matter to the ear.

    Parameters
    ----------
    cues, utterances : DataFrame
        The tables of these names.
    cue : str, default "high_pitch"
        Which cue.
    speaker_id : str, optional
        Whose; needed if several speakers have it.
    call_id : str, optional
        Draw one call only.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        Each mark's customdata is [call_id, channel, start_s, end_s].

    Raises
    ------
    InputError
        If no utterance has a judgement on this cue, or several speakers have and
        none was chosen.

    Examples
    --------
    >>> import pandas as pd
    >>> cues = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "cue": "high_pitch", "value": [180.0, 240.0],
    ...     "unit": "Hz", "strength_sd": [0.1, 2.6], "threshold_sd": 2.0,
    ...     "fired": [False, True], "evidence": ["", "Pitch 240 Hz, usual 180."],
    ... })
    >>> utterances = pd.DataFrame({
    ...     "utterance_id": ["u1", "u2"], "call_id": "0007", "channel": 0, "role": "customer",
    ...     "speaker_id": "c1", "start_s": [0.0, 9.0], "end_s": [4.0, 12.0],
    ... })
    >>> baseline_figure(cues, utterances).layout.title.text
    'High pitch: 1 of 2 utterances stands out from this customer’s usual'
    """
    import plotly.graph_objects as go

    palette = palette_named(theme)
    rows = _judged(cues, utterances, cue, speaker_id, call_id)
    role = str(rows["role"].iloc[0])
    colour = palette.role(role)
    several = rows["call_id"].nunique() > 1
    rows = rows.assign(at=range(1, len(rows) + 1) if several else rows["time_s"])
    threshold = float(rows["threshold_sd"].iloc[0])
    figure = go.Figure()
    figure.add_hrect(y0=-1, y1=1, fillcolor=faded(colour, 0.12), line_width=0, layer="below")
    figure.add_hline(y=0, line={"color": palette.zero, "width": 1})
    figure.add_hline(y=threshold, line={"color": palette.alarm, "width": 1.5, "dash": "dot"})
    for fired in (False, True):
        own = rows[rows["fired"] == fired]
        figure.add_trace(
            go.Scatter(
                x=own["at"],
                y=own["strength_sd"],
                mode="markers",
                marker={
                    "size": 12 if fired else 9,
                    "symbol": "triangle-up" if fired else "circle",
                    "color": colour if fired else palette.background,
                    "line": {"color": colour, "width": 1.6},
                },
                customdata=click_rows(own),
                hovertext=[_told(row) for row in own.to_dict("records")],
                hoverinfo="text",
            )
        )
    _explain(figure, threshold, palette)
    top = max(float(rows["strength_sd"].max()), threshold)
    bottom = min(float(rows["strength_sd"].min()), -1.0)
    room = 0.12 * (top - bottom)
    figure.update_yaxes(
        range=[bottom - room, top + room],
        title="strength, in this speaker’s spread",
    )
    figure.update_xaxes(
        title="utterances in order" if several else "seconds from the start of the call",
        showgrid=False,
    )
    n, hits = len(rows), int(rows["fired"].sum())
    verb = "stands" if hits == 1 else "stand"
    figure.update_layout(
        template=template_of(palette),
        height=400,
        margin={"r": 200},
        title={
            "text": f"{spelled(cue).capitalize()}: {hits} of {n} utterance"
            f"{'' if n == 1 else 's'} {verb} out from this {role}’s usual",
            "subtitle": {"text": _baseline_words(rows)},
        },
    )
    return figure


def _judged(
    cues: pd.DataFrame,
    utterances: pd.DataFrame,
    cue: str,
    speaker_id: str | None,
    call_id: str | None,
) -> pd.DataFrame:
    known = sorted(cues["cue"].unique())
    if cue not in known:
        raise InputError(
            f'There is no cue "{cue}" here.{nearest(cue, known)} Cues: {", ".join(known)}.'
        )
    where = ["utterance_id", "call_id", "channel", "role", "speaker_id", "start_s", "end_s"]
    rows = cues[(cues["cue"] == cue) & cues["strength_sd"].notna()]
    rows = rows.merge(utterances.reindex(columns=where), on="utterance_id")
    if call_id is not None:
        rows = rows[rows["call_id"] == call_id]
    speakers = rows["speaker_id"].dropna().unique()
    if speaker_id is not None:
        rows = rows[rows["speaker_id"] == speaker_id]
    elif len(speakers) > 1:
        raise InputError(
            f"A baseline belongs to one speaker, and {len(speakers)} have judgements on "
            f'"{cue}". Choose with speaker_id=..., for example "{speakers[0]}".'
        )
    if rows.empty:
        reasons = cues.loc[cues["cue"] == cue].reindex(columns=["abstained"])["abstained"].dropna()
        why = f" The first says: {reasons.iloc[0]}" if len(reasons) else ""
        raise InputError(
            f'No utterance of this speaker has a judgement on "{cue}"; the column abstained of '
            f"the table cues tells the reasons.{why}"
        )
    rows = rows.assign(
        time_s=(rows["start_s"] + rows["end_s"]) / 2, fired=rows["fired"].fillna(False).astype(bool)
    )
    return rows.sort_values(["call_id", "start_s"])


def _explain(figure: Any, threshold: float, palette: Palette) -> None:
    words = [
        (0.0, "the usual", palette.muted),
        (1.0, "usual variation", palette.muted),
        (threshold, f"from here on a cue ({threshold:g})", palette.alarm),
    ]
    for height, text, colour in words:
        figure.add_annotation(
            x=1,
            xref="paper",
            y=height,
            text=text,
            showarrow=False,
            xanchor="left",
            xshift=8,
            font={"color": colour, "size": 12},
        )


def _baseline_words(rows: pd.DataFrame) -> str:
    known = [b for b in rows.get("baseline", []) if isinstance(b, dict)]
    if not known:
        return "The band is how much this speaker usually varies"
    basis = pd.DataFrame(known)
    centre, spread = float(basis["centre"].median()), float(basis["spread"].median())
    unit = str(rows["unit"].iloc[0])
    one, many, where = _HELD[str(known[0].get("kind", "call"))]
    others = between(basis["n"].min(), basis["n"].max(), one, many)
    return (
        f"Usual: {centre:.3g} {unit}, varying by {spread:.2g} "
        f"{known[0].get('spread_unit', unit)}; each held against {others}{where}"
    )


def _told(row: dict[Any, Any]) -> str:
    evidence = row.get("evidence")
    said = "" if evidence is None or pd.isna(evidence) else f"<br>{wrapped(str(evidence))}"
    return (
        f"<b>{row['value']:.3g} {row['unit']}</b>, strength {row['strength_sd']:.1f}{said}"
        f"<br>call {row['call_id']}, {row['start_s']:.1f} to {row['end_s']:.1f} s"
    )
