"""The mistakes on the test set."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(
    2,
    "m",
    "Mistakes",
    "The digits that it gets wrong, and how confidently",
    "tui.inspect.views.mistakes.view:MistakesView",
    tall=True,
)
