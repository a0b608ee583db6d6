"""How kinds of layers are told apart on screen: a letter and a color for each group of layers."""

from functools import lru_cache
from typing import NamedTuple

from rich.style import Style
from textual.app import App
from textual.color import Color

from core.network.layers import Layer

__all__ = ["Kind", "kind_of", "role_style"]


class Kind(NamedTuple):
    """A letter, and the role of a color in the theme."""

    letter: str
    role: str


OTHER = "layer-reshaping"
KINDS = {
    "Convolution": Kind("C", "layer-convolution"),
    "Pooling": Kind("P", "layer-pooling"),
    "Core": Kind("D", "layer-dense"),
    "Normalization": Kind("N", "layer-normalization"),
    "Regularization": Kind("X", "layer-normalization"),
    "Recurrent": Kind("R", "layer-recurrent"),
    "Attention": Kind("T", "layer-recurrent"),
    "Reshaping": Kind("F", OTHER),
    "Images": Kind("I", OTHER),
    "Activations": Kind("A", OTHER),
}


def kind_of(layer: Layer) -> Kind:
    """The kind of ``layer``: that of its group, or the group's first letter in grey."""
    return KINDS.get(layer.group) or Kind(layer.group[:1] or " ", OTHER)


def role_style(app: App[object], role: str) -> Style:
    """The color that ``role`` has in the app's theme."""
    return _style(app.theme_variables[role])


@lru_cache(256)
def _style(color: str) -> Style:
    return Style(color=Color.parse(color).rich_color)
