"""A layer from a few typed words: ``dense 10 softmax``, ``conv 32 3x3 relu same``, ``pool 2``, ``drop 0.3``."""

from collections.abc import Iterator

from msgspec.structs import replace

from core.fields.struct import Field, fields_of
from core.fields.types import FieldError
from core.network.layers import Dense, Input, Layer
from core.network.shapes import Shape

__all__ = ["find_layers", "parse_layer"]

ALIASES = {
    "linear": "Dense",
    "fc": "Dense",
    "bn": "BatchNormalization",
    "batchnorm": "BatchNormalization",
    "ln": "LayerNormalization",
    "layernorm": "LayerNormalization",
    "rnn": "SimpleRNN",
    "pad": "ZeroPadding2D",
    "noise": "GaussianNoise",
    "avgpool": "AveragePooling2D",
    "maxpool": "MaxPooling2D",
    "pool": "MaxPooling2D",
}
"""Names that people type, beside the beginning or a part of Keras's."""

NEVER_MEANT = ("seed", "name")
"""Fields that a value alone never means."""


def parse_layer(text: str, x: Shape | None = None) -> Layer | None:
    """The layer that ``text`` describes: a name, then values in any order that fits; None if a word fits nothing.

    Each value goes to the first field, in Keras's order, that accepts it and has none yet: a number to ``units``, 3x3
    to ``kernel_size``, a word to ``padding`` or ``activation``; ``name=value`` sets that field. Of several layers with
    the name, the one that accepts an input of shape ``x`` is preferred.
    """
    name, *values = text.split()[:12] or [""]
    layers = [layer for found in find_layers(name) if (layer := _with_values(found, values)) is not None]
    return next((layer for layer in layers if x is not None and layer.accepts(x)), layers[0] if layers else None)


def find_layers(name: str) -> list[type[Layer]]:
    """The layers that ``name`` may mean: those that begin with it, then those that contain it; an alias first."""
    wanted = name.lower().replace("_", "")
    if not wanted:
        return []
    members = [layer for layer in Layer.members.values() if layer is not Input]
    members.sort(key=lambda layer: layer.group != Dense.group)  # the layer that most networks have most of
    lower = {layer: layer.__name__.lower() for layer in members}
    exact = [layer for layer in members if lower[layer] == wanted or ALIASES.get(wanted) == layer.__name__]
    begin = [layer for layer in members if lower[layer].startswith(wanted)]
    contain = [layer for layer in members if wanted in lower[layer]]
    return list(dict.fromkeys((*exact, *begin, *contain)))


def _with_values(found: type[Layer], values: list[str]) -> Layer | None:
    """``found`` with ``values`` in its fields; None if one of them fits nowhere."""
    given: dict[str, object] = {}
    for word in values:
        parsed = next(_parsed(found, word, given), None)
        if parsed is None:
            return None
        field, value = parsed
        given[field.name] = value
    return replace(found.initial(), **given)


def _parsed(found: type[Layer], word: str, given: dict[str, object]) -> Iterator[tuple[Field, object]]:
    """The fields of ``found`` that take ``word``, with its value."""
    name, equals, value = word.partition("=")
    for field in fields_of(found):
        if field.name in given or (equals and field.name != name) or (not equals and field.name in NEVER_MEANT):
            continue
        try:
            yield field, field.type.parse(value if equals else word)
        except FieldError:
            continue
