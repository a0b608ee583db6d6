"""Chooses one of the benches."""

from textual.content import Content

from tui.benches import BENCHES
from tui.screens.picker import Choosable, Picker

__all__ = ["PickBench"]


class PickBench(Picker):
    """Lists the benches, returns the name of the one picked, or None."""

    def __init__(self) -> None:
        listed = [Choosable(name, entry.title) for name, entry in BENCHES.items()]
        super().__init__("By hand", "type to filter", listed)

    def term_of(self, choosable: Choosable) -> str:
        return choosable.id

    def describe(self, choosable: Choosable) -> Content:
        return Content(BENCHES[choosable.id].about)
