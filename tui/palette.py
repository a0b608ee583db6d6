"""The command palette: every action that has a key, every bench, every preset, every layer."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from textual.binding import Binding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.markup import escape
from textual.types import IgnoreReturnCallbackType

from core import presets
from core.glossary.search import search
from core.network.layers import Input, Layer
from core.sanitize import one_line
from tui.benches import BENCHES
from tui.header import TABS
from tui.inspect.views import VIEWS

if TYPE_CHECKING:
    from tui.app import LayerLabApp

__all__ = ["Commands"]

LEAST_TERM, MOST_TERMS = 3, 10
"""Letters from which terms are looked for, unless the glossary is asked for, and how many are offered."""


class _Command(Struct, frozen=True):
    name: str
    help: str
    run: IgnoreReturnCallbackType


class Commands(Provider):
    """Offers everything that can be done from here."""

    async def discover(self) -> Hits:
        for command in (*self._actions(), *self._benches()):
            yield DiscoveryHit(Content(command.name), command.run, command.name, escape(command.help))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in (
            *self._actions(),
            *self._benches(),
            *self._presets(),
            *self._layers(),
            *self._terms(query),
        ):
            score = matcher.match(command.name)
            if score > 0:
                highlighted = matcher.highlight(command.name)
                yield Hit(score, highlighted, command.run, command.name, escape(command.help))

    @property
    def _lab(self) -> "LayerLabApp":
        return cast("LayerLabApp", self.app)

    def _actions(self) -> Iterator[_Command]:
        owners: tuple[tuple[str, DOMNode], ...] = (
            ("", self._lab),
            ("Build: ", self._lab.build_pane),
            ("Train: ", self._lab.train_pane),
            ("Inspect: ", self._lab.inspect_pane),
            ("Runs: ", self._lab.runs_pane),
        )
        for prefix, owner in (*owners, *self._view()):
            for binding in owner.BINDINGS:
                if isinstance(binding, Binding) and not binding.system:
                    run = partial(self._run, owner, binding.action)
                    key = self.app.get_key_display(binding)
                    yield _Command(f"{prefix}{binding.description}", f"{binding.tooltip} ({key})", run)

    def _view(self) -> Iterator[tuple[str, DOMNode]]:
        """The open view of the Inspect tab and its widgets that have keys, one of each kind."""
        pane = self._lab.inspect_pane
        if not (pane.active and pane.view):
            return
        owners = {type(node): node for node in (pane.view, *pane.view.walk_children()) if node.display}
        for kind, owner in owners.items():
            if kind.__module__.startswith("tui."):
                yield f"{VIEWS[pane.chosen].title}: ", owner

    def _benches(self) -> Iterator[_Command]:
        for name, entry in BENCHES.items():
            yield _Command(entry.title, entry.tooltip, partial(self._lab.pages.bench, name))

    def _presets(self) -> Iterator[_Command]:
        for preset in presets.listed():
            run = partial(self._lab.documents.open_preset, preset.path)
            yield _Command(f"Open {one_line(preset.id)}", "Open this preset", run)

    def _layers(self) -> Iterator[_Command]:
        for name, layer in Layer.members.items():
            if layer is not Input:
                help_line = (layer.__doc__ or "").strip().splitlines()[0]
                yield _Command(f"Add {name}", help_line, partial(self._insert, layer))

    def _terms(self, query: str) -> Iterator[_Command]:
        """Entries of the glossary, by the name that ``query`` finds them by."""
        _, named, term = query.casefold().rpartition("glossary")
        term = term.lstrip(": ")
        found = search(term) if term and (named or len(term) >= LEAST_TERM) else []
        for entry, name in found[:MOST_TERMS]:
            text = entry.name if name != entry.name else entry.definition.partition(".")[0]
            yield _Command(f"Glossary: {name}", text, partial(self._lab.glossary.show, entry))

    def _insert(self, layer: type[Layer]) -> None:
        self._lab.action_show("build")
        self._lab.build_pane.insert(layer.initial())

    async def _run(self, owner: DOMNode, action: str) -> None:
        if owner.id in TABS:
            self._lab.action_show(str(owner.id))
        await self.app.run_action(action, owner)
