"""What an empty stack shows instead of a form: how to begin."""

from textual.content import Content
from textual.widgets import Static

from core import presets
from core.network.summary import summarize
from tui.widgets.key_card import key_card
from tui.widgets.network_strip import picture

__all__ = ["FIRST_PRESET", "StartCard"]

FIRST_PRESET = "lenet-5"
"""The preset that enter opens."""
PICTURE = 4
LEAST_HEIGHT = 14
"""Lines from which there is room for the picture too."""
KEYS = (
    ("enter", "LeNet-5, a network ready to train"),
    ("p", "all presets, with a drawing of each"),
    ("a", "your first layer"),
    ("?", "a tour in three steps"),
)


class StartCard(Static):
    """The ways to begin, each with its key; a click on one presses it."""

    DEFAULT_CSS = """
    StartCard { height: 1fr; padding: 1 2; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)

    def on_resize(self) -> None:
        self.update(self._describe())

    def _describe(self) -> Content:
        low = self.size.height < LEAST_HEIGHT
        card = key_card("Build a network, layer by layer", KEYS, spaced=not low)
        if low:
            return card
        rows = summarize(presets.load(presets.find(FIRST_PRESET)).architecture).rows
        return Content("\n\n\n").join([card, picture(rows, self.size.width, PICTURE)])
