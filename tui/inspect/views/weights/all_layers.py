"""The weights of all layers side by side, and the figures of the one chosen."""

from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Static

from core.inspection.violin_pairs import ROLES, Role, ViolinPair, role_of
from tui.inspect.messages import LayerChosen
from tui.inspect.views.weights.figures import quartiles_of, title_of
from tui.inspect.views.weights.layer_list import LayerWeights
from tui.inspect.views.weights.violins import Violins
from tui.widgets.text import update_text

__all__ = ["AllLayers"]


class Place(NamedTuple):
    """A weight among those shown: which one of which layer it is."""

    layer: LayerWeights
    part: int

    @property
    def pair(self) -> ViolinPair:
        """Its violins."""
        weight = self.layer.weights[self.part]
        return ViolinPair(self.layer.row, self.layer.label, weight.name, *weight.violins)


class AllLayers(Vertical, can_focus=True):
    """Violins of the weights of all layers, of their biases, scales or statistics."""

    BINDINGS = [
        Binding("b", "role", "Biases", id="violins.role", tooltip="Violins of weights, biases, scales or statistics"),
        Binding("right", "move(1)", "Right", id="violins.right", tooltip="The violin to the right", show=False),
        Binding("left", "move(-1)", "Left", id="violins.left", tooltip="The violin to the left", show=False),
        Binding("down", "layer(1)", "Down", id="violins.down", tooltip="The layer below", show=False),
        Binding("up", "layer(-1)", "Up", id="violins.up", tooltip="The layer above", show=False),
        Binding("pagedown", "page(1)", "Page right", id="violins.pagedown", tooltip="A page to the right", show=False),
        Binding("pageup", "page(-1)", "Page left", id="violins.pageup", tooltip="A page to the left", show=False),
        Binding("home", "jump(0)", "First", id="violins.home", tooltip="The first violin", show=False),
        Binding("end", "jump(-1)", "Last", id="violins.end", tooltip="The last violin", show=False),
    ]

    DEFAULT_CSS = """
    AllLayers { height: 1fr; }
    AllLayers #violins-title { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
    AllLayers #violins-figures { height: auto; }
    """

    entries: reactive[tuple[LayerWeights, ...]] = reactive((), repaint=False)
    """The layers with weights."""
    layer_row: reactive[int] = reactive(0, repaint=False)
    """The layer chosen."""
    role: reactive[Role] = reactive[Role]("weights", repaint=False, bindings=True)
    """What is shown."""
    title = query_one("#violins-title", Static)
    figures = query_one("#violins-figures", Static)
    violins = query_one(Violins)

    def __init__(self) -> None:
        super().__init__()
        self._places: list[Place] = []
        self._index = 0

    def compose(self) -> ComposeResult:
        yield Static(id="violins-title", markup=False)
        yield Static(id="violins-figures", markup=False)
        yield Violins()

    def on_mount(self) -> None:
        self.watch_entries()

    def watch_entries(self) -> None:
        if self.is_mounted:
            if self.role not in self._roles:
                self.role = next(iter(self._roles), "weights")
            self.watch_role()

    def watch_role(self) -> None:
        if not self.is_mounted:
            return
        self._places = [
            Place(layer, part)
            for layer in self.entries
            for part, weight in enumerate(layer.weights)
            if role_of(weight.name) == self.role
        ]
        self.violins.pairs = tuple(place.pair for place in self._places)
        self.watch_layer_row()

    def watch_layer_row(self) -> None:
        if not self.is_mounted:
            return
        if not self._known:  # else one of the layer's weights has just been chosen
            rows = [place.layer.row for place in self._places]
            self._index = (
                rows.index(self.layer_row) if self.layer_row in rows else sum(row < self.layer_row for row in rows)
            )
        self._show()

    @property
    def _known(self) -> bool:
        """Whether the layer chosen is that of the violin chosen."""
        return self._index < len(self._places) and self._places[self._index].layer.row == self.layer_row

    @property
    def _roles(self) -> list[Role]:
        """What there is to show."""
        present = {role_of(weight.name) for layer in self.entries for weight in layer.weights}
        return [role for role in ROLES if role in present]

    @on(Violins.Selected)
    def _clicked(self, event: Violins.Selected) -> None:
        event.stop()
        self._choose(event.index)

    def action_move(self, by: int) -> None:
        """Choose the violin ``by`` places to the right."""
        # If the layer has none, the next one to the right is where its own would be.
        self._choose(self._index + (by if self._known or by < 0 else by - 1))

    def action_page(self, by: int) -> None:
        """Choose the violin ``by`` pages to the right."""
        self.action_move(by * max(1, len(self.violins.shown)))

    def action_layer(self, by: int) -> None:
        """Choose the first violin of the layer above or below."""
        rows = [place.layer.row for place in self._places]
        others = [row for row in rows if (row > self.layer_row if by > 0 else row < self.layer_row)]
        if others:
            self._choose(rows.index(min(others) if by > 0 else max(others)))

    def action_jump(self, index: int) -> None:
        """Choose the first violin, or with -1 the last."""
        self._choose(index % max(1, len(self._places)))

    def action_role(self) -> None:
        """Show violins of biases instead of weights, then of statistics."""
        roles = self._roles
        self.role = roles[(roles.index(self.role) + 1) % len(roles)]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return len(self._roles) > 1 if action == "role" else True

    def _choose(self, index: int) -> None:
        if not self._places:
            return
        self._index = min(max(0, index), len(self._places) - 1)
        row = self._places[self._index].layer.row
        if row == self.layer_row:
            self._show()
        else:
            self.post_message(LayerChosen(row))

    def _show(self) -> None:
        self.violins.chosen = self._index if self._known else None
        if self._known:
            layer, part = self._places[self._index]
            update_text(self.title, title_of(layer, part))
            update_text(self.figures, quartiles_of(layer.weights[part]))
        elif self.entries:
            none = f"No {self.role} in layer {self.layer_row}: left and right go to those of other layers."
            update_text(self.title, Content.styled(none, "$text-muted"))
            update_text(self.figures, Content("\n\n"))
        else:
            update_text(self.title, Content())
            update_text(self.figures, Content())
