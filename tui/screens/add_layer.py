"""The layers to add: what makes sense next, all others by group, and what is typed with its arguments."""

from collections import defaultdict
from collections.abc import Iterator

from textual.content import Content

from core.fields.types import FieldError
from core.formatting import show_amount
from core.network.architecture import Architecture
from core.network.layer_query import parse_layer
from core.network.layers import Input, Layer, LayerError
from core.network.shapes import Shape, show_shape
from core.network.suggestions import next_layers
from core.network.summary import summarize
from core.typography import typeset
from tui.screens.picker import Choosable, Picker

__all__ = ["AddLayer"]

FIRST_GROUPS = ("Core", "Convolution", "Pooling")
TYPED = "typed"
"""The id of the layer that was typed."""


class AddLayer(Picker):
    """Returns the id of the layer picked, which `layer_of` makes a layer of."""

    HELP = """
    ## Add a layer
    The list begins with what makes sense next. Type to filter it, with arguments if you like:
    **dense 10 softmax**, **conv 32 3x3 relu same**, **pool 2**, **drop 0.3**, **dense units=10 use_bias=false**.
    **up / down** select, **enter** adds, **escape** closes without adding.
    """

    def __init__(self, architecture: Architecture, selected: int, classes: int) -> None:
        """For a layer after row ``selected`` (0 is the input) of a network for ``classes`` classes."""
        facts = summarize(architecture).rows[selected].facts
        self._input: Shape | None = facts.output if facts else None
        self._layers: dict[str, Layer] = {}
        after = typeset(architecture.stack[selected].label)
        choosables = [*self._suggested(architecture, selected, classes), *self._grouped()]
        super().__init__(f"Add a layer after {after}", "name of a layer, and its arguments: conv 32 3x3", choosables)

    def layer_of(self, chosen: str) -> Layer:
        """The layer with the id ``chosen``."""
        return self._layers[chosen]

    def found(self, query: str) -> list[Choosable]:
        """What was typed, as a layer with its arguments, then the layers with such a name."""
        name, *arguments = query.split() or [""]
        others = [one for one in super().found(name) if not query or ":" not in one.id]
        try:
            layer = parse_layer(query, self._input)
        except FieldError:
            return [] if arguments else others
        typed = self._choosable(TYPED, layer, "")
        return [typed, *(one for one in others if type(self._layers[one.id]) is not type(layer))]

    def why_none(self, query: str) -> str:
        try:
            parse_layer(query, self._input)
        except FieldError as error:
            return error.message
        return ""

    def term_of(self, choosable: Choosable) -> Layer:
        return self._layers[choosable.id]

    def describe(self, choosable: Choosable) -> Content:
        layer = self._layers[choosable.id]
        effect: str | tuple[str, str] = "The output of the layer above is unknown."
        if self._input:
            try:
                facts = layer.facts(self._input)
            except LayerError as error:
                effect = (typeset(f"! {error.message}"), "$text-error")
            else:
                change = typeset(f"{show_shape(self._input)} -> {show_shape(facts.output)}")
                effect = f"{change}\n{show_amount(facts.params, 'param')}"
        return Content.assemble((f"{typeset(layer.label)}\n\n", "bold"), f"{layer.help}\n\n", effect)

    def _suggested(self, architecture: Architecture, selected: int, classes: int) -> Iterator[Choosable]:
        for number, layer in enumerate(next_layers(architecture, selected, classes)):
            yield self._choosable(f"next:{number}", layer, "Makes sense next")

    def _grouped(self) -> Iterator[Choosable]:
        groups: defaultdict[str, list[type[Layer]]] = defaultdict(list)
        for layer in Layer.members.values():
            if layer is not Input:
                groups[layer.group].append(layer)
        order = {group: number for number, group in enumerate(FIRST_GROUPS)}
        for group in sorted(groups, key=lambda group: (order.get(group, len(order)), group)):
            for layer in groups[group]:
                self._layers[layer.__name__] = layer.initial()
                yield Choosable(layer.__name__, layer.__name__, group=group)

    def _choosable(self, name: str, layer: Layer, group: str) -> Choosable:
        self._layers[name] = layer
        return Choosable(name, typeset(layer.label), group=group)
