"""The weights before and after training."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(
    5,
    "v",
    "Weights",
    "The weights of every layer before and after training",
    "tui.inspect.views.weights.view:WeightsView",
    shows_layer=True,
)
