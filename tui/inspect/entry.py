"""What is known of a view of the Inspect tab before it is imported, which takes numpy."""

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tui.inspect.base import View

__all__ = ["Entry"]


class Entry(Struct, frozen=True):
    """A view, as ``VIEW`` in a module of `tui.inspect.views`, whose name is the view's."""

    place: int
    """Views are shown in the order of their places."""
    key: str
    title: str
    tooltip: str
    view: str
    """Where its class is: ``package.module:Class``."""
    needs_network: bool = True
    """Whether it needs the network; else the history of its training is enough."""
    shows_layer: bool = False
    """Whether it shows the layer that is chosen in the strip."""
    tall: bool = False
    """Whether it needs the lines of the strip itself, unless the terminal is high."""

    def make(self, name: str) -> "View":
        """The view, with ``name`` as its id."""
        made: View = resolve_name(self.view)(id=name)
        return made
