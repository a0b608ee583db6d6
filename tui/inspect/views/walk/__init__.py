"""One digit on its way through the layers."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(
    4,
    "w",
    "Walk",
    "One digit on its way through every layer",
    "tui.inspect.views.walk.view:WalkView",
    shows_layer=True,
)
