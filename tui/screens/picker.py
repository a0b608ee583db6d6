"""A list to pick from, filtered while typing: presets, layers."""

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.fuzzy import Matcher
from textual.getters import query_one
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from core.sanitize import one_line
from tui.glossary_term import Term
from tui.screens.modal import Modal
from tui.widgets.option_list import SafeOptionList
from tui.widgets.text import fitted, shortened
from tui.widgets.text_input import SEARCH, TextInput

__all__ = ["Choosable", "Picker"]


class Choosable(Struct, frozen=True):
    """Something to pick: its id, its label and its group."""

    id: str
    title: str
    side: str = ""
    """Text at the end of the line."""
    group: str = ""


class Picker(Modal[str | None]):
    """Shows choosables, filters them fuzzily, returns the id of the one picked, or None."""

    HELP = """
    ## List
    Type part of a name to filter the list. **up / down** and **page up / page down** select, **enter** picks,
    **escape** closes without picking.
    """

    BINDINGS = [
        Binding("escape", "cancel", "Cancel", id="picker.cancel", tooltip="Close without picking"),
        Binding("down", "move(1)", "Down", id="picker.down", tooltip="Next", show=False, priority=True),
        Binding("up", "move(-1)", "Up", id="picker.up", tooltip="Previous", show=False, priority=True),
        Binding(
            "pagedown", "move(8)", "Page down", id="picker.page_down", tooltip="Further", show=False, priority=True
        ),
        Binding("pageup", "move(-8)", "Page up", id="picker.page_up", tooltip="Back", show=False, priority=True),
        Binding("enter", "pick", "Pick", id="picker.pick", tooltip="Pick the selected entry", priority=True),
    ]

    filter = query_one("#picker-filter", Input)
    options = query_one("#picker-options", OptionList)
    detail = query_one("#picker-detail-text", Static)

    def __init__(self, title: str, prompt: str, choosables: Sequence[Choosable], chosen: str = "") -> None:
        super().__init__()
        self._heading = title
        self._prompt = prompt
        self._choosables = self._listed = list(choosables)
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        with Vertical(id="picker"):
            yield TextInput(placeholder=self._prompt, id="picker-filter", compact=True, max_length=SEARCH)
            with Horizontal():
                yield SafeOptionList(id="picker-options", compact=True, markup=False)
                with VerticalScroll(id="picker-detail", can_focus=False):
                    yield Static(id="picker-detail-text", markup=False)
            yield Static("enter: pick   escape: close   type to filter   F1: help", id="picker-keys", markup=False)

    def on_mount(self) -> None:
        self.query_one("#picker").border_title = self._heading
        self.options.can_focus = False
        self._list(self._chosen)
        self.filter.focus()

    def glossary_term(self) -> Term | None:
        """What the selected entry is about."""
        marked = self.options.highlighted_option
        found = next((one for one in self._listed if marked is not None and one.id == marked.id), None)
        return self.term_of(found) if found else None

    def term_of(self, choosable: Choosable) -> Term | None:
        """The term that ``choosable`` is about: its title, if that is one."""
        return choosable.title

    def describe(self, choosable: Choosable) -> Content:
        """The description of the selected entry, beside the list."""
        raise NotImplementedError

    @on(Input.Changed)
    def _filter(self) -> None:
        self._list()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._describe(event.option_id)

    def _describe(self, id: str | None) -> None:
        choosable = next((one for one in self._listed if one.id == id), None)
        if choosable:
            self.detail.update(self.describe(choosable))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def action_move(self, by: int) -> None:
        """Select the entry ``by`` lines further."""
        step = self.options.action_cursor_down if by > 0 else self.options.action_cursor_up
        for _ in range(abs(by)):
            step()

    def action_pick(self) -> None:
        """Return the selected entry."""
        marked = self.options.highlighted
        if marked is not None:
            self.dismiss(self.options.get_option_at_index(marked).id)  # at once: the keys that follow are not for it

    def action_cancel(self) -> None:
        """Close without picking."""
        self.dismiss(None)

    def _list(self, chosen: str = "") -> None:
        found = self.found(self.filter.value.strip())
        self._listed = found
        self.options.clear_options()
        group, listed = "", []
        for one in found:
            if one.group != group and not self.filter.value.strip():
                group = one.group
                listed.append(Option(Content.styled(one_line(group), "$text-accent bold"), disabled=True))
            listed.append(Option(self._line(one), id=one.id))
        self.options.add_options(listed)
        if not found:
            no_match = "no match"
            self.options.add_option(Option(Content.styled(no_match, "$foreground-muted"), disabled=True))
            why = self.why_none(self.filter.value.strip())
            self.detail.update(Content.styled(f"! {one_line(why)}", "$text-error") if why else "")
            return
        wanted = chosen if any(one.id == chosen for one in found) else found[0].id
        self.options.highlighted = self.options.get_option_index(wanted)

    def _line(self, one: Choosable) -> Content:
        width = max(20, self.options.size.width - 4) if self.options.size.width else 40
        side = Content.styled(one_line(one.side), "$foreground-muted")
        if side.cell_length + cell_len(one.title) >= width:
            return Content(shortened(one_line(one.title), width))  # the description has the rest
        room = width - side.cell_length
        return Content.assemble(fitted(shortened(one_line(one.title), room - 1), room), side)

    def found(self, query: str) -> list[Choosable]:
        """What ``query`` finds, the best first; all if it is empty."""
        if not query:
            return self._choosables
        matcher = Matcher(query)
        scored = [(max(matcher.match(one.title), matcher.match(one.id)), one) for one in self._choosables]
        ranked = sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])
        return [one for _, one in ranked]

    def why_none(self, query: str) -> str:
        """Why ``query`` finds nothing, if there is more to say than that."""
        return ""

    def on_resize(self) -> None:
        self.call_after_refresh(self._relist)

    def _relist(self) -> None:
        marked = self.options.highlighted
        chosen = self.options.get_option_at_index(marked).id if marked is not None else None
        self._list(chosen or self._chosen)
