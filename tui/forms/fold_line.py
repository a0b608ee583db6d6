"""The line behind which a form folds the fields that few people change."""

from collections.abc import Callable

from rich.text import Text
from textual.binding import Binding
from textual.reactive import reactive
from textual.widget import Widget

from core.formatting import show_amount

__all__ = ["FoldLine"]


class FoldLine(Widget, can_focus=True):
    """Says how many fields are folded away, or can be; shows and folds them."""

    HELP = """
    ## More fields
    Fields that have their default and that few people change are folded away; what differs is always shown.
    **enter**, **space** or a click shows or folds them, **right** shows, **left** folds.
    """

    BINDINGS = [
        Binding("enter,space", "turn", "Show/fold", id="fold.turn", tooltip="Show or fold the fields with defaults"),
        Binding("right", "turn(True)", "Show", id="fold.show", tooltip="Show the fields with defaults", show=False),
        Binding("left", "turn(False)", "Fold", id="fold.fold", tooltip="Fold the fields with defaults", show=False),
    ]

    DEFAULT_CSS = """
    FoldLine { height: 1; width: 1fr; color: $text-muted; }
    FoldLine:hover { color: $foreground; }
    FoldLine:focus { color: $accent; text-style: bold; }
    """

    count: reactive[int] = reactive(0)
    """How many fields are folded away, or can be."""
    unfolded: reactive[bool] = reactive(False)
    """Whether they are shown."""

    def __init__(self, on_turn: Callable[[bool], None]) -> None:
        """``on_turn`` is called when the user wants the fields to be shown, or folded (False)."""
        super().__init__()
        self._on_turn = on_turn

    def render(self) -> Text:
        if self.unfolded:
            return Text(f"\u25be fold {show_amount(self.count, 'default')}")
        return Text(f"\u25b8 {self.count} more, all default")

    def on_click(self) -> None:
        self.action_turn()

    def action_turn(self, unfolded: bool | None = None) -> None:
        """Show the fields, or fold them; None: the other of the two."""
        wanted = not self.unfolded if unfolded is None else unfolded
        if wanted != self.unfolded:
            self._on_turn(wanted)
