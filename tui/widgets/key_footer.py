"""The line of keys at the bottom: those that work right now, and whole ones only."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Protocol, runtime_checkable

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer

__all__ = ["KeyFooter", "Offering"]

GAP = 1
"""Cells between two keys."""
HELP = "help"
"""The action whose key is shown even where others have no room: it tells those."""


@runtime_checkable
class Offering(Protocol):
    """A widget some of whose keys do nothing now but say why: they work, and are not shown."""

    def offers(self, action: str) -> bool:
        """Whether ``action`` would be done now."""
        ...


class Item(Struct, frozen=True):
    """A key in the footer."""

    key: str
    name: str
    description: str
    tooltip: str
    action: str

    @property
    def width(self) -> int:
        """Cells that it takes."""
        return Content(f"{self.name} {self.description}").cell_length


class KeyFooter(Footer):
    """Shows the keys of the widget in focus and of those around it.

    Textual's own footer makes a widget for every key, each time they change, and its watchers keep all that there
    ever were; it shows keys that the widget in focus takes for itself, and cuts off what has no room.
    """

    COMPONENT_CLASSES = {"footer--key", "footer--description", "footer--edge"}

    DEFAULT_CSS = """
    KeyFooter > .footer--key { color: $footer-key-foreground; text-style: bold; }
    KeyFooter > .footer--description { color: $footer-description-foreground; }
    KeyFooter > .footer--edge { color: $foreground 20%; }
    """

    def __init__(self, *, show_command_palette: bool = True) -> None:
        super().__init__(show_command_palette=show_command_palette, compact=True)
        self._items: tuple[Item, ...] = ()
        self._palette: Item | None = None

    def compose(self) -> ComposeResult:
        yield from ()

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Show other keys, if there are others."""
        if not (self.is_attached and screen is self.screen):
            return
        active = screen.active_bindings
        items = {each.binding.action: self._item(each) for each in reversed(active.values()) if _shown(each)}
        palette = active.get(self.app.COMMAND_PALETTE_BINDING) if self.show_command_palette else None
        found = tuple(reversed(items.values())), self._item(palette) if palette else None
        if found != (self._items, self._palette):
            self._items, self._palette = found
            self.refresh()

    def render(self) -> Content:
        key, said, edge = (self.get_visual_style(f"footer--{part}") for part in ("key", "description", "edge"))
        room = self.size.width - self._reserved
        items = [Content.assemble((item.name, key), (f" {item.description}", said)) for item in self._fitting]
        line = Content(" " * GAP).join(items)
        if self._palette is None:
            return line
        palette = Content.assemble(("\u258f", edge), (self._palette.name, key), (f" {self._palette.description}", said))
        return Content.assemble(line, " " * max(0, room - line.cell_length), palette)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """A click presses the key."""
        item = self._item_at(event.x)
        if item is not None:
            self.app.simulate_key(item.key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        item = self._item_at(event.x)
        tooltip = item.tooltip if item else None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    def _item(self, active: ActiveBinding) -> Item:
        binding = active.binding
        return Item(binding.key, self.app.get_key_display(binding), binding.description, active.tooltip, binding.action)

    @property
    def _reserved(self) -> int:
        """Cells that the key of the palette takes at the right."""
        return 0 if self._palette is None else self._palette.width + 2

    @property
    def _fitting(self) -> tuple[Item, ...]:
        return fitting(self._items, self.size.width - self._reserved)

    def _item_at(self, x: int) -> Item | None:
        left = 0
        for item in self._fitting:
            if left <= x < left + item.width:
                return item
            left += item.width + GAP
        return self._palette if self._palette and x >= self.size.width - self._reserved else None


def _shown(active: ActiveBinding) -> bool:
    """Whether a key is for the footer: one that works, and would not be refused."""
    if not (active.binding.show and active.enabled):
        return False
    node, action = active.node, active.binding.action
    if not isinstance(node, Offering):
        return True
    return node.offers(action.partition("(")[0])


def fitting(items: Sequence[Item], room: int) -> tuple[Item, ...]:
    """As many of ``items`` as there is ``room`` for, from the first on; the one for help in any case, if that fits."""
    helps = tuple(item for item in items if item.action == HELP)
    others = [item for item in items if item.action != HELP]
    if sum(item.width + GAP for item in items) - GAP <= room:
        return tuple(items)
    left = room - sum(item.width + GAP for item in helps)
    count = sum(end <= left + GAP for end in accumulate(item.width + GAP for item in others))
    return (*others[:count], *(item for item in helps if item.width <= room))
