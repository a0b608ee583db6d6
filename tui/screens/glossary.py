"""The glossary: terms to choose from, and beside them what each means, its formula, its curve, where it is."""

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Input, Static

from core.glossary.article import Article, Context, article
from core.glossary.entry import GROUPS, Entry
from core.glossary.index import entries
from core.glossary.places import Place
from core.glossary.search import search, suggestion
from core.sanitize import one_line
from core.typography import typeset, typeset_formula
from tui.screens.picker import Choosable, Picker
from tui.widgets.chart import ChartWidget
from tui.widgets.option_list import SafeOptionList
from tui.widgets.text import update_text
from tui.widgets.text_input import SEARCH, TextInput

__all__ = ["Destination", "Glossary"]

MOST_PLACES = 12
"""Places of a term that are listed: a deep network has hundreds."""
LONGEST = 300
"""Characters of a line on a place, which may have a label of any length."""


class Destination(Struct, frozen=True):
    """Where the user wants to go: a row of the stack, or with None the plan."""

    row: int | None


class Glossary(Picker):
    """Opens at ``entry``, for the network and the place of ``context``; returns where to go then, if anywhere.

    The result is ``row 3`` or ``plan``; see `destination`.
    """

    HELP = """
    ## Glossary
    What the terms mean, the formulas and curves they have in the network that is open, and where they are in it. Type a
    part of a name to find a term; **up / down** select. **tab** and **shift+tab** go through the links of an entry,
    **enter** follows the one that is marked: another term, a layer on the Build tab, the plan on the Train tab.
    **left** goes back to the term before, **page up / page down** scroll. **F1** on a field or a row, in dialogs
    too, opens the glossary there.
    """
    HELPS_BELOW = True

    BINDINGS = [
        Binding("escape", "cancel", "Close", id="glossary.close", tooltip="Close the glossary"),
        Binding("enter", "pick", "Follow", id="glossary.follow", tooltip="Follow the marked link", priority=True),
        Binding("tab", "link(1)", "Link", id="glossary.next", tooltip="Mark the next link", priority=True),
        Binding(
            "shift+tab",
            "link(-1)",
            "Link before",
            id="glossary.previous",
            tooltip="Mark the link before",
            show=False,
            priority=True,
        ),
        Binding("left", "back", "Back", id="glossary.back", tooltip="Back to the term before", priority=True),
        Binding(
            "pagedown", "page(1)", "Page down", id="glossary.down", tooltip="Scroll down", show=False, priority=True
        ),
        Binding("pageup", "page(-1)", "Page up", id="glossary.up", tooltip="Scroll up", show=False, priority=True),
    ]

    shown: reactive[Article | None] = reactive(None, init=False, repaint=False)
    """The entry that is shown."""
    marked: reactive[int] = reactive(0, init=False, repaint=False)
    """The link that enter follows."""

    scroll = query_one("#picker-detail", VerticalScroll)
    chart = query_one(ChartWidget)
    places = query_one("#glossary-places", Static)

    def __init__(self, context: Context, entry: Entry | None = None, *, leads: bool = True) -> None:
        """``leads``: it may be left for a layer or the plan; not above a dialog, which would be in the way."""
        self._leads = leads
        self._where = context
        self._opened = entry
        self._entries = dict(entries())
        if entry:
            self._entries.setdefault(entry.id, entry)  # that of a layer, say, which has been added without one
        self._trail: list[str] = []
        choosables = [Choosable(one.id, one.name, group=_heading(one)) for one in self._entries.values()]
        super().__init__("Glossary", "a term: type a part of its name", choosables, entry.id if entry else "")

    def compose(self) -> ComposeResult:
        with Vertical(id="picker"):
            yield TextInput(placeholder=self._prompt, id="picker-filter", compact=True, max_length=SEARCH)
            with Horizontal(id="glossary-parts"):
                yield SafeOptionList(id="picker-options", compact=True, markup=False)
                with VerticalScroll(id="picker-detail", can_focus=False):
                    yield Static(id="picker-detail-text", markup=False)
                    yield ChartWidget("", "")
                    yield Static(id="glossary-places", markup=False)
            keys = "tab enter: follow  left: back  escape: close  F1: help"
            yield Static(keys, id="picker-keys", markup=False)

    @property
    def links(self) -> tuple[Entry | Place, ...]:
        """What enter can follow: other entries, then places in the network."""
        if self.shown is None:
            return ()
        places = self.shown.places[:MOST_PLACES] if self._leads else ()
        return (*self.shown.see, *(place for place in places if place.plan or place.row is not None))

    def glossary_term(self) -> None:
        """None: here F1 is help."""

    def found(self, query: str) -> list[Choosable]:
        """The entries with ``query`` in one of their names, each with that name, or its group."""
        if not query:
            return self._choosables
        return [
            Choosable(entry.id, entry.name, _heading(entry) if name == entry.name else name)
            for entry, name in search(query)
        ]

    def why_none(self, query: str) -> str:
        return suggestion(query)

    def _list(self, chosen: str = "") -> None:
        super()._list(chosen)
        if not self._listed:
            self.shown = None

    def _describe(self, id: str | None) -> None:
        entry = self._entries.get(id or "")
        if entry and (self.shown is None or self.shown.entry != entry):
            self.shown = article(entry, self._where, opened=entry == self._opened)

    def watch_shown(self) -> None:
        """Show the entry from its beginning."""
        self.set_reactive(Glossary.marked, 0)
        self._redraw()
        chart = self.shown.chart if self.shown else None
        self.chart.chart = replace(chart, title=typeset(chart.title)) if chart else None
        self.chart.display = chart is not None
        self.scroll.scroll_home(animate=False)

    def watch_marked(self) -> None:
        """Mark another link, and bring it into view."""
        self._redraw()
        if self.shown and self.marked >= len(self.shown.see):
            self.scroll.scroll_end(animate=False)
        else:
            self.scroll.scroll_home(animate=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "back" or not self.filter.value  # else left moves the cursor in what is typed

    def action_link(self, by: int) -> None:
        """Mark another link."""
        if self.links:
            self.marked = (self.marked + by) % len(self.links)

    def action_pick(self) -> None:
        """Follow the marked link."""
        if not self.links:
            self.app.bell()
            return
        link = self.links[self.marked]
        if isinstance(link, Place):
            self.dismiss("plan" if link.row is None else f"row {link.row}")
        elif self.shown:
            self._trail.append(self.shown.entry.id)
            self._go(link.id)

    def action_back(self) -> None:
        """Go back to the entry from which a link was followed."""
        if self._trail:
            self._go(self._trail.pop())
        else:
            self.app.bell()

    def action_page(self, by: int) -> None:
        """Scroll the entry."""
        (self.scroll.scroll_page_up if by < 0 else self.scroll.scroll_page_down)(animate=False)

    def _go(self, id: str) -> None:
        with self.prevent(Input.Changed):
            self.filter.value = ""
        self._list(id)
        self._describe(id)

    def _redraw(self) -> None:
        if self.shown is None:  # nothing is found, which the list says
            update_text(self.places, Content())
            return
        mark = self.links[self.marked] if self.links else None
        update_text(self.detail, Content("\n").join(_head(self.shown, mark)))
        update_text(self.places, Content("\n").join(_places(self.shown, mark)))


def destination(answer: str) -> Destination:
    """Where ``answer``, the result of a `Glossary`, leads to."""
    return Destination(int(answer.removeprefix("row ")) if answer.startswith("row ") else None)


def _heading(entry: Entry) -> str:
    return GROUPS.get(entry.group, "Others")


def _head(shown: Article, mark: Entry | Place | None) -> Iterator[Content]:
    """All above the curve: names, definition, the field, links to other entries, formulas."""
    entry = shown.entry
    also = ", ".join(shown.also)
    yield Content.assemble((entry.name, "bold"), (f"   {also}" if also else "", "$foreground-muted"))
    yield Content(typeset(shown.definition))
    if shown.see:
        styles = ["$text-accent reverse" if other is mark else "$text-accent" for other in shown.see]
        links = map(Content.styled, [other.name for other in shown.see], styles)
        yield Content.assemble(("See also ", "$foreground-muted"), Content(", ").join(links))
    if shown.chart is None:
        yield from _field(shown)
    if shown.formulas:
        yield Content("")
        for line in shown.formulas:
            yield Content(_typeset(line))


def _field(shown: Article) -> Iterator[Content]:
    """What there is to know of the field at which the glossary was opened."""
    if shown.field:
        yield Content("")
    for what, text in shown.field:
        yield Content.assemble((f"{what}: ", "$foreground-muted"), text)


def _places(shown: Article, mark: Entry | Place | None) -> Iterator[Content]:
    """All below the curve: where the term is in the network. A field may have a long list of options."""
    if shown.absent:
        yield Content.styled("Not in this network.", "$foreground-muted")
    if shown.places:
        yield Content.styled("In this network", "bold")
    for place in shown.places[:MOST_PLACES]:
        head = f"{place.row:>3} " if place.row is not None else "    "
        yield Content.assemble((head, "$text-accent"), (_typeset(place.text), "reverse" if place is mark else ""))
        if place.detail:
            yield Content.styled(f"    {_typeset(place.detail)}", "$foreground-muted")
    if (others := len(shown.places) - MOST_PLACES) > 0:
        yield Content.styled(f"    and {others} more", "$foreground-muted")
    if shown.chart is not None:
        yield from _field(shown)


def _typeset(text: str) -> str:
    return typeset(typeset_formula(one_line(text, LONGEST)))
