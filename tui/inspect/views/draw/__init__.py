"""A pad to draw a digit on."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(
    3, "d", "Draw", "Draw a digit and see what the network predicts", "tui.inspect.views.draw.view:DrawView", tall=True
)
