"""Every color of LayerLab: its two themes, and the roles that colors have in them and in Textual's own themes.

A terminal with 16 colors has themes of just those, as the nearest of them to other colors are the same for several
roles. There and without colors, what is selected and what has the focus also differ by an attribute or a shape.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from textual.app import App
from textual.theme import Theme

__all__ = ["DARK", "LIGHT", "Depth", "depth_of", "in_depth", "roles", "sign_names", "variable_defaults"]

Depth = Literal["full", "sixteen", "grey"]
"""How many colors there are: 256 or more; 16; or none, when ``NO_COLOR`` is set, but shades of grey."""

_DARK_ROLES = {
    "layer-convolution": "#5aa9e6",
    "layer-pooling": "#3fc1ad",
    "layer-dense": "#b09bff",
    "layer-normalization": "#f291b4",
    "layer-reshaping": "#9aa3b2",
    "layer-recurrent": "#b5cf5a",
    "training": "#5aa9e6",
    "validation": "#f0a35e",
    "best": "#6cc787",
    "negative": "#5aa9e6",
    "positive": "#f0a35e",
}
_LIGHT_ROLES = {
    "layer-convolution": "#1b6ca8",
    "layer-pooling": "#00726a",
    "layer-dense": "#5b45b0",
    "layer-normalization": "#a82f68",
    "layer-reshaping": "#5c6470",
    "layer-recurrent": "#556b00",
    "training": "#1b6ca8",
    "validation": "#a04a00",
    "best": "#1f7a3d",
    "negative": "#1b6ca8",
    "positive": "#a04a00",
}
# The colors that Rich takes for the 16 of a terminal; what they really are, the terminal's own settings say.
_DARK_SIXTEEN = {
    "layer-convolution": "#5555ff",
    "layer-pooling": "#00aaaa",
    "layer-dense": "#ff55ff",
    "layer-normalization": "#aa00aa",
    "layer-reshaping": "#aaaaaa",
    "layer-recurrent": "#00aa00",
    "training": "#55ffff",
    "validation": "#aa5500",
    "best": "#55ff55",
    "negative": "#5555ff",
    "positive": "#ffff55",
}
_LIGHT_SIXTEEN = {
    "layer-convolution": "#0000aa",
    "layer-pooling": "#00aaaa",
    "layer-dense": "#aa00aa",
    "layer-normalization": "#ff55ff",
    "layer-reshaping": "#555555",
    "layer-recurrent": "#00aa00",
    "training": "#5555ff",
    "validation": "#aa5500",
    "best": "#00aa00",
    "negative": "#0000aa",
    "positive": "#aa5500",
}
# Blue and orange are the same grey.
_DARK_GREY = {
    "training": "#aaaaaa",
    "validation": "#ffffff",
    "negative": "#000000",
    "zero": "#555555",
    "positive": "#ffffff",
}
_LIGHT_GREY = {
    "training": "#555555",
    "validation": "#000000",
    "negative": "#000000",
    "zero": "#aaaaaa",
    "positive": "#ffffff",
}
_ROLES: Mapping[tuple[Depth, bool], Mapping[str, str]] = {
    ("full", True): _DARK_ROLES,
    ("full", False): _LIGHT_ROLES,
    ("sixteen", True): _DARK_SIXTEEN,
    ("sixteen", False): _LIGHT_SIXTEEN,
    ("grey", True): {**_DARK_ROLES, **_DARK_GREY},
    ("grey", False): {**_LIGHT_ROLES, **_LIGHT_GREY},
}
_MARKS = {
    "cursor-style": "bold",
    "cursor-blurred-style": "none",
    "cell-blurred-style": "bold",
    "focus-border": "round",
}
_STRONG_MARKS = {
    "cursor-style": "bold reverse",
    "cursor-blurred-style": "underline",
    "cell-blurred-style": "bold underline",
    "focus-border": "double",
}
_SIGN_NAMES: Mapping[Depth, str] = {
    "full": "blue negative, orange positive",
    "sixteen": "blue negative, yellow positive",
    "grey": "dark negative, light positive",
}


def _scrollbars(ground: str, bar: str, held: str) -> dict[str, str]:
    """Scrollbars in grey, until one is held."""
    grounds = dict.fromkeys(
        ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active", "scrollbar-corner-color"),
        ground,
    )
    return {**grounds, "scrollbar": bar, "scrollbar-hover": bar, "scrollbar-active": held}


def _text(muted: str, error: str, warning: str, success: str) -> dict[str, str]:
    """Colors of text that Textual else mixes from others."""
    return {
        "text-muted": muted,
        "foreground-muted": muted,
        "text-error": error,
        "text-warning": warning,
        "text-accent": warning,
        "text-success": success,
    }


DARK = Theme(
    name="layerlab-dark",
    primary="#5aa9e6",
    secondary="#9d8cff",
    accent="#f2b84b",
    success="#6cc787",
    warning="#f0a35e",
    error="#ff6b6b",
    foreground="#e4e7ee",
    background="#12151c",
    surface="#191d27",
    panel="#262c3a",
    dark=True,
    variables={**_DARK_ROLES, **_scrollbars("#12151c", "#39424f", "#f2b84b")},
)
LIGHT = Theme(
    name="layerlab-light",
    primary="#1b6ca8",
    secondary="#5b45b0",
    accent="#925200",
    success="#1f7a3d",
    warning="#9a5200",
    error="#b3261e",
    foreground="#1c2230",
    background="#fbfaf6",
    surface="#f2f0e9",
    panel="#dcd9cf",
    dark=False,
    variables={**_LIGHT_ROLES, **_scrollbars("#fbfaf6", "#c3bfb2", "#925200")},
)
_SIXTEEN = {
    "layerlab-dark": Theme(
        name="layerlab-dark",
        primary="#55ffff",
        secondary="#ff55ff",
        accent="#ffff55",
        success="#55ff55",
        warning="#ffff55",
        error="#ff5555",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#555555",
        dark=True,
        variables={
            **_DARK_SIXTEEN,
            **_STRONG_MARKS,
            **_scrollbars("#000000", "#555555", "#ffff55"),
            **_text("#aaaaaa", "#ff5555", "#ffff55", "#55ff55"),
        },
    ),
    "layerlab-light": Theme(
        name="layerlab-light",
        primary="#0000aa",
        secondary="#aa00aa",
        accent="#aa5500",
        success="#00aa00",
        warning="#aa5500",
        error="#aa0000",
        foreground="#000000",
        background="#ffffff",
        surface="#ffffff",
        panel="#aaaaaa",
        dark=False,
        variables={
            **_LIGHT_SIXTEEN,
            **_STRONG_MARKS,
            **_scrollbars("#ffffff", "#aaaaaa", "#aa5500"),
            **_text("#555555", "#aa0000", "#aa5500", "#00aa00"),
        },
    ),
}


def roles(*, dark: bool, depth: Depth = "full") -> Mapping[str, str]:
    """The colors of layers, curves and signed values by role, for a theme that does not define them.

    Roles: ``layer-*`` for each kind of layer, ``training``, ``validation``, ``best`` for curves, ``negative`` and
    ``positive`` for the ends of signed values, ``zero`` for their middle where it is not the background. Keys, the
    focus and what is selected have ``accent``; errors and warnings are Textual's.
    """
    return _ROLES[depth, dark]


def variable_defaults(*, dark: bool, depth: Depth = "full") -> dict[str, str]:
    """What a theme may leave undefined: the roles, and how the cursor and the focus are marked beside their color."""
    return {**roles(dark=dark, depth=depth), **(_MARKS if depth == "full" else _STRONG_MARKS)}


def depth_of(app: App[Any]) -> Depth:
    """How many colors ``app`` has."""
    if app.no_color:
        return "grey"
    return "sixteen" if app.console.color_system in {"standard", "windows"} else "full"


def sign_names(depth: Depth) -> str:
    """What the colors of signed values are called."""
    return _SIGN_NAMES[depth]


def in_depth(theme: Theme, depth: Depth) -> Theme:
    """``theme``, which is `DARK` or `LIGHT`, for a terminal with so many colors; under the same name."""
    if depth == "sixteen":
        return _SIXTEEN[theme.name]
    if depth == "full":
        return theme
    return replace(theme, variables={**theme.variables, **variable_defaults(dark=theme.dark, depth=depth)})
