"""How kinds of layers are told apart on screen: a letter and a color for each group of layers."""

from typing import NamedTuple

from rich.style import Style
from textual.app import App

from core.network.layers import Layer

__all__ = ["Kind", "kind_of", "rich_style"]


class Kind(NamedTuple):
    """A letter, and a color of the theme."""

    letter: str
    color: str


OTHER = "$layer-reshaping"
KINDS = {
    "Convolution": Kind("C", "$layer-convolution"),
    "Pooling": Kind("P", "$layer-pooling"),
    "Core": Kind("D", "$layer-dense"),
    "Normalization": Kind("N", "$layer-normalization"),
    "Regularization": Kind("X", "$layer-normalization"),
    "Recurrent": Kind("R", "$layer-recurrent"),
    "Attention": Kind("T", "$layer-recurrent"),
    "Reshaping": Kind("F", OTHER),
    "Images": Kind("I", OTHER),
    "Activations": Kind("A", OTHER),
}


def kind_of(layer: Layer) -> Kind:
    """The kind of ``layer``: that of its group, or the group's first letter in grey."""
    return KINDS.get(layer.group) or Kind(layer.group[:1] or " ", OTHER)


def rich_style(app: App[object], style: str) -> Style:
    """``style``, such as ``$accent bold``, in the colors of the app's theme."""
    return app.stylesheet.parse_style(style).rich_style
