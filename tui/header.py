"""The line at the top: the open document, its dataset, the current activity, and the tabs."""

import re

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from core.sanitize import one_line
from tui.widgets.text import shortened

__all__ = ["TABS", "Header"]

TABS = {"build": "Build", "train": "Train", "inspect": "Inspect", "runs": "Runs", "learn": "Learn"}
"""Titles of the tabs by id, in order; a tab's number is its key."""
GAP = "   "
"""Separates facts."""
NARROW = 100
"""Width below which tabs are spaced more tightly."""
DEVICE = "device "
"""What the activity begins with while nothing is going on."""
_NUMBERS = re.compile(r" \d")
LEAST_NAME = 5
"""Minimum width of the name beside the state of training."""


class Header(Widget):
    """One line; a click on a tab opens it."""

    DEFAULT_CSS = """
    Header { height: 1; dock: top; background: $panel; color: $foreground; padding: 0 1; }
    """

    title: reactive[str] = reactive("")
    """Name of the open preset."""
    unsaved: reactive[bool] = reactive(False)
    """Whether it has unsaved changes; shown as a star."""
    data: reactive[str] = reactive("")
    """The dataset and its shape."""
    activity: reactive[str] = reactive("")
    """The device, or the state of training."""
    tab: reactive[str] = reactive("build")
    """The open tab."""

    def render(self) -> Content:
        narrow = self.size.width < NARROW
        tabs = Content(" " if narrow else "").join(
            self._tab(number, tab, "" if narrow else " ") for number, tab in enumerate(TABS, start=1)
        )
        brand = Content.styled("LayerLab", "$text-primary bold") + "  "
        star = Content.styled(" *", "$text-warning bold") if self.unsaved else Content("")
        room = self.size.width - tabs.cell_length - brand.cell_length - star.cell_length - 2
        title, data, activity = one_line(self.title), one_line(self.data), one_line(self.activity)
        name, *facts = _fitted(title, data, activity, room)
        if narrow and activity not in (*facts, "") and not activity.startswith(DEVICE):  # what is going on is news
            name, *facts = _fitted(title, data, activity, room + brand.cell_length)
            brand = Content("")
        left = Content.assemble(brand, (name, "bold"), star, *(f"{GAP}{fact}" for fact in facts))
        gap = max(1, self.size.width - left.cell_length - tabs.cell_length)
        return Content.assemble(left, " " * gap, tabs)

    def _tab(self, number: int, tab: str, edge: str) -> Content:
        style = "reverse bold" if tab == self.tab else "$foreground-muted"
        return Content.from_markup(f"[{style}][@click=app.show('{tab}')]{edge}{number} {TABS[tab]}{edge}[/][/]")


def _fitted(title: str, data: str, activity: str, room: int) -> list[str]:
    """The title and the facts that fit beside it in ``room`` cells; the state of training is always shown."""
    # The device is a setting, which the Train tab shows too; anything else is a state and must be shown.
    training = [] if activity.startswith(DEVICE) else [activity]
    for facts in ([data, activity], [activity], training):
        shown = [fact for fact in facts if fact]
        if cell_len(title) + sum(cell_len(GAP + fact) for fact in shown) <= room:
            return [title, *shown]
    if not any(training):
        return [shortened(title, room)]
    activity = _shorten_within(activity, room - min(cell_len(title), LEAST_NAME) - cell_len(GAP))
    return [shortened(title, room - cell_len(GAP + activity)), activity]


def _shorten_within(text: str, room: int) -> str:
    """``training lenet-5 3/10`` without the name, then without what is done; else ``text`` up to its comma, or cut.

    Before it is cut it goes without its numbers: ``loading TensorFlow 4 of about 8 s``.
    """
    doing, _, rest = text.partition(" ")
    _, named, progress = rest.rpartition(" ")
    whole = _NUMBERS.split(text)[0]
    shorter = [f"{doing} {progress}", progress] if named and "/" in progress else [text.partition(", ")[0], whole]
    return next((short for short in (text, *shorter) if cell_len(short) <= room), shortened(text, room))
