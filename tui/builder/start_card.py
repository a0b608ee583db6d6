"""What an empty stack shows instead of a form: how to begin."""

from textual.content import Content
from textual.theme import Theme
from textual.widgets import Static

from core import presets
from core.network.summary import summarize
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

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._theme_changed)

    def on_resize(self) -> None:
        self._redraw()

    def _theme_changed(self, _: Theme) -> None:
        self.call_after_refresh(self._redraw)  # the colors of a theme are known a moment after its name

    def _redraw(self) -> None:
        self.update(self._describe())

    def _describe(self) -> Content:
        low = self.size.height < LEAST_HEIGHT
        lines = [Content.assemble(("  " + key.ljust(7), "$text-accent bold"), text) for key, text in KEYS]
        title = Content.styled("Build a network, layer by layer", "bold")
        parts = [title, *([] if low else [Content()]), *lines]
        if not low:
            rows = summarize(presets.load(presets.find(FIRST_PRESET)).architecture).rows
            parts += [Content(), Content(), picture(self.app, rows, self.size.width, PICTURE)]
        return Content("\n").join(parts)
