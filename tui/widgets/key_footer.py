"""The footer: the most important keys that work right now, none of them truncated, and the one for all others."""

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

GAP = 2
"""Cells between two keys."""
MOST = 6
"""Keys shown: more are not read."""
HELP = ("help", "app.help", "explain")
"""The actions of which one key is always shown: help lists the others. Where ? is text, it is F1."""
MORE = "more"


@runtime_checkable
class Offering(Protocol):
    """A widget that hides some keys from the footer: pressed, they only show why they do not apply."""

    def offers(self, action: str) -> bool:
        """Whether ``action`` applies now."""
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
        """Its width in cells."""
        return Content(f"{self.name} {self.description}").cell_length


class KeyFooter(Footer):
    """Shows the keys of the focused widget and of those around it.

    Textual's own footer makes a widget for every key, each time they change, and its watchers keep references to all
    of them; it also shows keys that the focused widget consumes, and truncates what does not fit.
    """

    COMPONENT_CLASSES = {"footer--key", "footer--description"}

    DEFAULT_CSS = """
    KeyFooter > .footer--key { color: $footer-key-foreground; text-style: bold; }
    KeyFooter > .footer--description { color: $footer-description-foreground; }
    """

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._items: tuple[Item, ...] = ()

    def compose(self) -> ComposeResult:
        yield from ()

    def on_mount(self) -> None:
        self.app.screen_change_signal.subscribe(self, lambda _: self.bindings_changed(self.screen))

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Update the keys, if they have changed. Below a dialog there are none: it names its own."""
        if not (self.is_attached and screen is self.screen):
            return
        active = screen.active_bindings if screen is self.app.screen else {}
        items = {each.binding.action: self._item(each) for each in reversed(active.values()) if _shown(each)}
        found = tuple(reversed(items.values()))
        if found != self._items:
            self._items = found
            self.refresh()

    def render(self) -> Content:
        key, text = (self.get_visual_style(f"footer--{part}") for part in ("key", "description"))
        items = [Content.assemble((item.name, key), (f" {item.description}", text)) for item in self._fitting]
        return Content(" " * GAP).join(items)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Press the key that was clicked."""
        item = self._item_at(event.x)
        if item is not None:
            self.app.simulate_key(item.key)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        item = self._item_at(event.x)
        tooltip = item.tooltip if item else None
        if tooltip != self.tooltip:
            self.tooltip = tooltip

    def _item(self, active: ActiveBinding) -> Item:
        binding, name = active.binding, self.app.get_key_display(active.binding)
        description = MORE if binding.action in HELP and name == "?" else binding.description
        return Item(binding.key, name, description, active.tooltip, binding.action)

    @property
    def _fitting(self) -> tuple[Item, ...]:
        return fitting(self._items, self.size.width)

    def _item_at(self, x: int) -> Item | None:
        left = 0
        for item in self._fitting:
            if left <= x < left + item.width:
                return item
            left += item.width + GAP
        return None


def _shown(active: ActiveBinding) -> bool:
    """Whether to show a key: it is enabled, and its action applies now."""
    if not (active.binding.show and active.enabled):
        return False
    node, action = active.node, active.binding.action
    if not isinstance(node, Offering):
        return True
    return node.offers(action.partition("(")[0])


def fitting(items: Sequence[Item], room: int) -> tuple[Item, ...]:
    """The first of ``items``, at most `MOST`, that fit in ``room`` cells; then the one for help, if it fits."""
    helps = tuple(item for item in items if item.action in HELP)[:1]
    others = [item for item in items if item.action not in HELP][:MOST]
    left = room - sum(item.width + GAP for item in helps)
    count = sum(end <= left + GAP for end in accumulate(item.width + GAP for item in others))
    return (*others[:count], *(item for item in helps if item.width <= room))
