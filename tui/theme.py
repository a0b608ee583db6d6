"""LayerLab's two themes."""

from textual.theme import Theme

__all__ = ["DARK", "LIGHT"]

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
)
LIGHT = Theme(
    name="layerlab-light",
    primary="#1b6ca8",
    secondary="#5b45b0",
    accent="#a85f00",
    success="#1f7a3d",
    warning="#9a5200",
    error="#b3261e",
    foreground="#1c2230",
    background="#fbfaf6",
    surface="#f2f0e9",
    panel="#dcd9cf",
    dark=False,
)
