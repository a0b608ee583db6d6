"""Results on the test set."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(1, "r", "Results", "How well it classifies the test set", "tui.inspect.views.results.view:ResultsView")
