"""Every color of LayerLab: its two themes, and the roles that colors have in them and in Textual's own themes."""

from collections.abc import Mapping

from textual.theme import Theme

__all__ = ["DARK", "LIGHT", "roles"]

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


def _scrollbars(ground: str, bar: str, held: str) -> dict[str, str]:
    """Scrollbars in grey, until one is held."""
    grounds = dict.fromkeys(
        ("scrollbar-background", "scrollbar-background-hover", "scrollbar-background-active", "scrollbar-corner-color"),
        ground,
    )
    return {**grounds, "scrollbar": bar, "scrollbar-hover": bar, "scrollbar-active": held}


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


def roles(*, dark: bool) -> Mapping[str, str]:
    """The colors of layers, curves and signed values by role, for a theme that does not define them.

    Roles: ``layer-*`` for each kind of layer, ``training``, ``validation``, ``best`` for curves, ``negative`` and
    ``positive`` for the ends of signed values. Keys, the focus and what is selected have ``accent``; errors and
    warnings are Textual's.
    """
    return _DARK_ROLES if dark else _LIGHT_ROLES
