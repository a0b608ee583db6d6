"""The line at the top: what is open, on which data, what is going on, and the tabs."""

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

__all__ = ["TABS", "Header"]

TABS = {"build": "Build", "train": "Train"}
"""The tabs by id, in their order; the number of a tab is its key."""


class Header(Widget):
    """One line; a click on a tab opens it."""

    DEFAULT_CSS = """
    Header { height: 1; dock: top; background: $panel; color: $foreground; padding: 0 1; }
    """

    title: reactive[str] = reactive("")
    """Name of the preset that is open."""
    unsaved: reactive[bool] = reactive(False)
    """Whether it differs from what is saved; shown as a star."""
    data: reactive[str] = reactive("")
    """Dataset and its shape."""
    activity: reactive[str] = reactive("")
    """The device, or what training is doing."""
    tab: reactive[str] = reactive("build")
    """The tab that is open."""

    def render(self) -> Content:
        tabs = Content("  ").join(self._tab(number, tab) for number, tab in enumerate(TABS, start=1))
        brand = Content.styled("LayerLab", "$text-primary bold")
        room = max(0, self.size.width - tabs.cell_length - brand.cell_length - 4)
        facts = [part for part in (self.data, self.activity) if part]
        while facts and sum(len(fact) + 3 for fact in facts) > room * 2 // 3:
            facts.pop(0)
        name_room = room - sum(len(fact) + 3 for fact in facts) - 2
        name = _shorten(self.title, name_room)
        left = Content.assemble(
            brand,
            "  ",
            (name, "bold"),
            (" *", "$text-warning bold") if self.unsaved else "",
            *(f"   {f}" for f in facts),
        )
        gap = max(1, self.size.width - left.cell_length - tabs.cell_length)
        return Content.assemble(left, " " * gap, tabs)

    def _tab(self, number: int, tab: str) -> Content:
        style = "reverse bold" if tab == self.tab else "$foreground-muted"
        return Content.from_markup(f"[{style}][@click=app.show('{tab}')] {number} {TABS[tab]} [/][/]")


def _shorten(text: str, room: int) -> str:
    if cell_len(text) <= room:
        return text
    while text and cell_len(text) > room - 1:
        text = text[:-1]
    return f"{text}\u2026" if text else ""
