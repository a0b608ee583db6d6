"""The gradients during training."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(
    6,
    "g",
    "Gradients",
    "Gradients, updates, dead and saturated units during training",
    "tui.inspect.views.gradients.view:GradientsView",
    needs_network=False,
    shows_layer=True,
)
