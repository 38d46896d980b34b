"""One look for all figures, in light and dark: roles, valence, tags."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench.errors import InputError, nearest

FONT = "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

_TAGS = (
    *("frustration", "anger", "anxiety", "confusion", "hesitation", "resignation"),
    *("disengagement", "relief", "gratitude", "satisfaction", "urgency"),
    *("warm", "empathic", "curt", "scripted", "impatient"),
)
_SYMBOLS = (
    *("circle", "diamond", "square", "triangle-up", "cross", "triangle-down"),
    *("star", "hexagon", "x"),
)
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


@dataclass(frozen=True)
class Palette:
    """The colours of one theme.

    Parameters
    ----------
    name : str
        light or dark.
    background, text, muted, grid, zero, alarm : str
        Page, words, quiet words, grid lines, the line at 0, the escalation.
    roles : dict of str to str
        One colour a role, 4.5:1 against the page; the widgets have the same.
    tags : tuple of str
        Eight colours that colour-blind people tell apart, 3:1 against the page.
    valence : tuple of str
        Very negative, negative, neutral, positive, very positive.
    amount : tuple of str
        Nothing, some, all.
    """

    name: str
    background: str
    text: str
    muted: str
    grid: str
    zero: str
    alarm: str
    roles: dict[str, str]
    tags: tuple[str, ...]
    valence: tuple[str, str, str, str, str]
    amount: tuple[str, str, str]

    def role(self, role: str) -> str:
        """Give the colour of a role.

        Parameters
        ----------
        role : str
            customer, agent, other or unknown.

        Returns
        -------
        str
            A colour; that of "unknown" for any other role.
        """
        return self.roles.get(role, self.roles["unknown"])


LIGHT = Palette(
    name="light",
    background="#ffffff",
    text="#1b1f24",
    muted="#59636e",
    grid="#e7e9ec",
    zero="#9aa3ad",
    alarm="#b3261e",
    roles={"customer": "#0a66a8", "agent": "#a3520a", "other": "#5f6468", "unknown": "#5f6468"},
    tags=(
        *("#c44e00", "#882255", "#0072b2", "#00805c", "#8f6b00", "#5f6368", "#332288", "#a8518a"),
    ),
    valence=("#a8176b", "#e2a0c6", "#e6e6e4", "#9bcb90", "#2a762c"),
    amount=("#e6eaee", "#8aa5bf", "#1f3f5f"),
)
DARK = Palette(
    name="dark",
    background="#111111",
    text="#e8e8e8",
    muted="#b0b0b0",
    grid="#2c2c2e",
    zero="#737880",
    alarm="#f2a29b",
    roles={"customer": "#6cb8ec", "agent": "#efa35c", "other": "#a9b0b5", "unknown": "#a9b0b5"},
    tags=(
        *("#f0803c", "#e07a9a", "#56b4e9", "#2fc29a", "#f0d343", "#b6bcc4", "#a99cf0", "#e39ac7"),
    ),
    valence=("#ff80c6", "#9a4d7a", "#45484c", "#4a8648", "#8fdc80"),
    amount=("#24292f", "#47698b", "#a9d3ff"),
)
PALETTES = {"light": LIGHT, "dark": DARK}


class TagStyle(NamedTuple):
    """How a tag looks in every figure.

    Parameters
    ----------
    colour, symbol, dash : str
        Never the colour alone: two tags of the same colour differ in symbol.
    """

    colour: str
    symbol: str
    dash: str


def palette_named(theme: str) -> Palette:
    """Find the colours of a theme.

    Parameters
    ----------
    theme : {"light", "dark"}
        Name of the theme.

    Returns
    -------
    Palette
        Its colours.

    Raises
    ------
    InputError
        If there is no such theme.

    Examples
    --------
    >>> palette_named("dark").background
    '#111111'
    """
    if theme not in PALETTES:
        raise InputError(
            f'There is no theme "{theme}".{nearest(theme, PALETTES)} Themes: light, dark.'
        )
    return PALETTES[theme]


def tag_style(tag: str, palette: Palette) -> TagStyle:
    """Give a tag its colour, marker and dash: the same in every figure.

    Parameters
    ----------
    tag : str
        Name of the tag.
    palette : Palette
        Colours of the theme.

    Returns
    -------
    TagStyle
        For the tags of the default taxonomy one each; a tag of another taxonomy
        gets the one its name falls on.

    Examples
    --------
    >>> tag_style("frustration", LIGHT)
    TagStyle(colour='#c44e00', symbol='circle', dash='solid')
    """
    number = _TAGS.index(tag) if tag in _TAGS else zlib.crc32(tag.encode())
    return TagStyle(
        palette.tags[number % len(palette.tags)],
        _SYMBOLS[number % len(_SYMBOLS)],
        _DASHES[number % len(_DASHES)],
    )


def faded(colour: str, alpha: float) -> str:
    """Make a colour see-through.

    Parameters
    ----------
    colour : str
        As #rrggbb.
    alpha : float
        From 0 (not seen) to 1.

    Returns
    -------
    str
        As rgba(...).

    Examples
    --------
    >>> faded("#ff8000", 0.25)
    'rgba(255, 128, 0, 0.25)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:g})"


def colour_scale(colours: tuple[str, ...]) -> list[list[Any]]:
    """Spread colours evenly from 0 to 1.

    Parameters
    ----------
    colours : tuple of str
        Two or more.

    Returns
    -------
    list of [float, str]
        A scale as Plotly takes it.

    Examples
    --------
    >>> colour_scale(("#000000", "#ffffff"))
    [[0.0, '#000000'], [1.0, '#ffffff']]
    """
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def template_of(palette: Palette) -> Any:
    """Build the Plotly template of a theme.

    Parameters
    ----------
    palette : Palette
        Its colours.

    Returns
    -------
    plotly.graph_objects.layout.Template
        Thin grid, no legend, left-aligned title, labels as on the axes.
    """
    import plotly.graph_objects as go

    axis = {
        "gridcolor": palette.grid,
        "gridwidth": 1,
        "linecolor": palette.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": palette.muted, "size": 12},
        "title": {"font": {"color": palette.muted, "size": 12}, "standoff": 8},
        "automargin": True,
    }
    return go.layout.Template(
        layout={
            "font": {"family": FONT, "size": 13, "color": palette.text},
            "paper_bgcolor": palette.background,
            "plot_bgcolor": palette.background,
            "colorway": list(palette.tags),
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "yref": "container",
                "y": 1,
                "yanchor": "top",
                "pad": {"t": 16, "l": 14},
                "font": {"size": 17, "color": palette.text},
                "subtitle": {"font": {"size": 12.5, "color": palette.muted}},
            },
            "margin": {"l": 12, "r": 24, "t": 76, "b": 44},
            "showlegend": False,
            "hovermode": "closest",
            "hoverlabel": {
                "bgcolor": palette.background,
                "bordercolor": palette.zero,
                "font": {"family": FONT, "size": 12.5, "color": palette.text},
                "align": "left",
            },
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": "pan",
        }
    )
