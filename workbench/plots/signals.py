"""What was measured: waveform, F0 and intensity under the utterances."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbench.errors import InputError
from workbench.plots.cue_lanes import VOICE_CUES, add_cue_lanes, cue_lanes, fired_cues
from workbench.plots.marks import lane_axis, one_call
from workbench.plots.theme import Palette, faded, palette_named, template_of

_WAVE_PX, _F0_PX, _LEVEL_PX, _LANE_PX, _GAP_PX = 84, 170, 120, 25, 16
_TOP_PX, _BOTTOM_PX = 84, 46
_MOST_POINTS = 3000
_F0_TICKS = [60, 80, 100, 150, 200, 300, 400, 600]

_Floats = npt.NDArray[np.floating[Any]]


def signals_figure(
    tracks: Mapping[int, pd.DataFrame],
    utterances: pd.DataFrame,
    *,
    peaks: Mapping[int, _Floats] | None = None,
    cues: pd.DataFrame | None = None,
    call_id: str | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    theme: str = "light",
) -> Any:
    """Draw what was measured in some seconds of a call, one time axis for all.

    From above: the waveform of each channel with its utterances shaded, F0 on a
    scale where equal distances are equal intervals to the ear, intensity, and
    the vocal cues that fired.

    Parameters
    ----------
    tracks : mapping of int to DataFrame
        For each channel time_s (seconds of the call), f0_hz (NaN where there is
        no voice), intensity_db (dB re full scale), as `frame_tracks` gives them.
    utterances : DataFrame
        The table of this name; of several calls, name one.
    peaks : mapping of int to ndarray, shape (n, 2), optional
        Smallest and largest sample in n equal parts of the seconds drawn, for
        each channel.
    cues : DataFrame, optional
        The table of this name.
    call_id : str, optional
        Which call.
    start_s, end_s : float, optional
        Seconds of the call to draw; default all that the tracks hold.
    theme : {"light", "dark"}, default "light"
        Colours.

    Returns
    -------
    plotly.graph_objects.Figure
        A point's customdata is [call_id, channel, start_s, end_s] of the utterance
        that it lies in, or of a second around it.

    Raises
    ------
    InputError
        If no track came, or no frame lies within the seconds.

    Examples
    --------
    >>> import pandas as pd
    >>> tracks = {0: pd.DataFrame({"time_s": [0.0, 0.01], "f0_hz": [200.0, 202.0],
    ...                            "intensity_db": [-20.0, -21.0]})}
    >>> utterances = pd.DataFrame({"utterance_id": ["u1"], "call_id": "0007", "channel": 0,
    ...                            "role": "customer", "start_s": 0.0, "end_s": 2.0})
    >>> figure = signals_figure(tracks, utterances)
    >>> figure.data[0].customdata[0]
    ['0007', 0, 0.0, 2.0]
    """
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    palette = palette_named(theme)
    own = one_call(utterances, call_id)
    call = str(own["call_id"].iloc[0])
    cut = _cut(tracks, start_s, end_s)
    first = min(float(t["time_s"].iloc[0]) for t in cut.values()) if start_s is None else start_s
    last = max(float(t["time_s"].iloc[-1]) for t in cut.values()) if end_s is None else end_s
    inside = own[(own["end_s"] > first) & (own["start_s"] < last)]
    fired = fired_cues(cues, inside, call)
    waves = {channel: peaks[channel] for channel in cut if channel in peaks} if peaks else {}
    lanes = [(VOICE_CUES, words) for words in dict.fromkeys(cue_lanes(fired).values())]
    heights = [_WAVE_PX] * len(waves) + [_F0_PX, _LEVEL_PX]
    heights += [_LANE_PX * (len(lanes) + 1)] if lanes else []
    inner = sum(heights) + _GAP_PX * (len(heights) - 1)
    figure = make_subplots(
        rows=len(heights),
        shared_xaxes=True,
        row_heights=heights,
        vertical_spacing=_GAP_PX / inner,
    )
    colours = {channel: palette.role(_role_of(own, channel)) for channel in cut}
    for row, (channel, extremes) in enumerate(waves.items(), start=1):
        _draw_wave(figure, extremes, (first, last), _Place(call, channel, inside), colours, row)
        _shade(figure, inside[inside["channel"] == channel], colours[channel], row)
        figure.update_yaxes(
            range=[-1, 1],
            tickvals=[0],
            fixedrange=True,
            showgrid=False,
            row=row,
            col=1,
            ticktext=[f'<b style="color:{colours[channel]}">{_role_of(own, channel)}</b>'],
        )
    f0_row = len(waves) + 1
    for channel, track in cut.items():
        place = _Place(call, channel, inside)
        thinned = _thinned(track)
        for row, column, unit, mode in (
            (f0_row, "f0_hz", "Hz", "markers"),
            (f0_row + 1, "intensity_db", "dB", "lines"),
        ):
            figure.add_trace(
                go.Scatter(
                    x=thinned["time_s"],
                    y=thinned[column],
                    mode=mode,
                    name=f"{_role_of(own, channel)}, {unit}",
                    line={"color": colours[channel], "width": 1.3},
                    marker={"color": colours[channel], "size": 3.5},
                    customdata=place.clicks(thinned["time_s"]),
                    hovertemplate=f"%{{y:.0f}} {unit}, %{{x:.2f}} s<extra></extra>",
                ),
                row=row,
                col=1,
            )
    figure.update_yaxes(
        type="log", tickvals=_F0_TICKS, title="F0, Hz", range=_f0_range(cut), row=f0_row, col=1
    )
    figure.update_yaxes(title="intensity, dB", row=f0_row + 1, col=1)
    if lanes:
        places, axis = lane_axis(lanes, role_colours={VOICE_CUES: palette.muted})
        figure.update_yaxes(axis, row=len(heights), col=1)
        add_cue_lanes(figure, fired, places, palette, row=len(heights))
    figure.update_xaxes(range=[first, last])
    figure.update_xaxes(title="seconds from the start of the call", row=len(heights), col=1)
    n = len(inside)
    figure.update_layout(
        template=template_of(palette),
        height=round(inner + _TOP_PX + _BOTTOM_PX),
        margin={"t": _TOP_PX, "b": _BOTTOM_PX},
        title={
            "text": f"What was measured in call {escape(call)}, {first:.0f} to {last:.0f} s",
            "subtitle": {
                "text": f"{_roles(own, cut, palette)}; {n} utterance{'' if n == 1 else 's'} shaded"
            },
        },
    )
    return figure


class _Place:
    """What a click at a moment of one channel plays."""

    def __init__(self, call: str, channel: int, utterances: pd.DataFrame) -> None:
        own = utterances[utterances["channel"] == channel].sort_values("start_s")
        self.call, self.channel = call, channel
        self.starts, self.ends = (own[c].to_numpy(dtype=float) for c in ("start_s", "end_s"))

    def clicks(self, times: Any) -> list[list[Any]]:
        """Find the utterance at each moment, or take a second around it."""
        moments = np.asarray(times, dtype=float)
        at = np.searchsorted(self.starts, moments, side="right") - 1
        rows: list[list[Any]] = []
        for moment, number in zip(moments.tolist(), at.tolist(), strict=True):
            if number >= 0 and moment < self.ends[number]:
                span = (float(self.starts[number]), float(self.ends[number]))
            else:
                span = (max(moment - 0.5, 0.0), moment + 0.5)
            rows.append([self.call, self.channel, *span])
        return rows


def _cut(
    tracks: Mapping[int, pd.DataFrame], start_s: float | None, end_s: float | None
) -> dict[int, pd.DataFrame]:
    low, high = -np.inf if start_s is None else start_s, np.inf if end_s is None else end_s
    cut = {int(c): t[(t["time_s"] >= low) & (t["time_s"] < high)] for c, t in tracks.items()}
    cut = {channel: track for channel, track in cut.items() if len(track)}
    if not cut:
        raise InputError(
            f"There is nothing to draw: {len(tracks)} tracks came, and none has a frame from "
            f"{low:g} to {high:g} s."
        )
    return cut


def _thinned(track: pd.DataFrame) -> pd.DataFrame:
    """Keep the browser quick: medians of frames, where there are more than fit the width."""
    each = -(-len(track) // _MOST_POINTS)
    if each == 1:
        return track
    group = np.arange(len(track)) // each
    return track[["time_s", "f0_hz", "intensity_db"]].groupby(group).median()


def _draw_wave(
    figure: Any,
    extremes: _Floats,
    span: tuple[float, float],
    place: _Place,
    colours: Mapping[int, str],
    row: int,
) -> None:
    import plotly.graph_objects as go

    n = len(extremes)
    each = max(-(-n // _MOST_POINTS), 1)
    starts = np.arange(0, n, each)
    low = np.minimum.reduceat(np.asarray(extremes, dtype=float)[:, 0], starts)
    high = np.maximum.reduceat(np.asarray(extremes, dtype=float)[:, 1], starts)
    time = span[0] + (starts + each / 2) / n * (span[1] - span[0])
    loudest = max(float(np.abs([low, high]).max()), 1e-6)
    both = np.r_[time, time[::-1]]
    figure.add_trace(
        go.Scatter(
            x=both,
            y=np.r_[high, low[::-1]] / loudest,
            mode="lines",
            fill="toself",
            fillcolor=colours[place.channel],
            line={"width": 0.5, "color": colours[place.channel]},
            customdata=place.clicks(both),
            hoverinfo="none",
            hoveron="points",
        ),
        row=row,
        col=1,
    )


def _shade(figure: Any, utterances: pd.DataFrame, colour: str, row: int) -> None:
    for start, end in utterances[["start_s", "end_s"]].to_numpy(dtype=float).tolist():
        figure.add_shape(
            type="rect",
            x0=start,
            x1=end,
            y0=-1,
            y1=1,
            row=row,
            col=1,
            layer="below",
            fillcolor=faded(colour, 0.14),
            line={"width": 0},
        )


def _f0_range(cut: Mapping[int, pd.DataFrame]) -> list[float]:
    f0 = np.concatenate([t["f0_hz"].to_numpy(dtype=float) for t in cut.values()])
    f0 = f0[np.isfinite(f0)]
    low, high = (float(f0.min()), float(f0.max())) if len(f0) else (80.0, 300.0)
    return [float(np.log10(low * 0.9)), float(np.log10(high * 1.1))]


def _role_of(utterances: pd.DataFrame, channel: int) -> str:
    roles = utterances.loc[utterances["channel"] == channel, "role"].unique()
    return str(roles[0]) if len(roles) == 1 else f"channel {channel}"


def _roles(utterances: pd.DataFrame, cut: Mapping[int, Any], palette: Palette) -> str:
    names = [_role_of(utterances, channel) for channel in cut]
    return ", ".join(f'<b style="color:{palette.role(name)}">{name}</b>' for name in names)
