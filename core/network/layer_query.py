"""A layer from a few typed words: ``dense 10 softmax``, ``conv 32 3x3 relu same``, ``pool 2``, ``drop 0.3``."""

import re

from msgspec.structs import replace

from core.fields.struct import Field, fields_of
from core.fields.types import FieldError, did_you_mean, quoted_name
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

MOST_BEGUN = 3
"""Values suggested for their beginning, at most."""

NEVER_MEANT = ("seed", "name")
"""Fields that a value alone never means."""


def parse_layer(text: str, x: Shape | None = None) -> Layer:
    """The layer that ``text`` describes: a name, then values in any order that fits.

    Each value goes to the first field, in Keras's order, that accepts it and has none yet: a number to ``units``, 3x3
    to ``kernel_size``, a word to ``padding`` or ``activation``; ``name=value`` sets that field. Of several layers with
    the name, the one that accepts an input of shape ``x`` is preferred. Raises `FieldError`, which says what is wrong
    with the first value that does not fit.
    """
    name, *values = text.split()[:12] or [""]
    found = find_layers(name)
    if x is not None:
        found.sort(key=lambda layer: not layer.initial().accepts(x))
    errors = []
    for layer in found:
        try:
            return _with_values(layer, values)
        except FieldError as error:
            errors.append(error)
    raise errors[0] if errors else FieldError(f"no layer {quoted_name(name)}")


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


def _with_values(found: type[Layer], values: list[str]) -> Layer:
    """``found`` with ``values`` in its fields. Raises `FieldError`."""
    given: dict[str, object] = {}
    for word in values:
        name, value = _parsed(found, word, [field for field in fields_of(found) if field.name not in given])
        given[name] = value
    return replace(found.initial(), **given)


def _parsed(found: type[Layer], word: str, free: list[Field]) -> tuple[str, object]:
    """The name of the one of ``free`` that takes ``word``, with its value. Raises `FieldError`."""
    name, equals, value = word.partition("=")
    named = next((field for field in free if equals and field.name == name), None)
    if named:
        return name, _value(named, value)
    for field in free if not equals else ():
        if field.name not in NEVER_MEANT and (_accepts(field, word) or _is_meant(field, word)):
            return field.name, _value(field, word)
    hint = _suggestion(name, free, named=bool(equals))
    raise FieldError(f"{found.__name__} has no argument {quoted_name(name)}{hint}")


def _value(field: Field, text: str) -> object:
    """The value of ``field`` that ``text`` means. Raises `FieldError`, which begins with the field's name."""
    try:
        return field.type.parse(text)
    except FieldError as error:
        raise FieldError(f"{field.name}: {error.message}") from error


def _accepts(field: Field, text: str) -> bool:
    try:
        field.type.parse(text)
    except FieldError:
        return False
    return True


def _is_meant(field: Field, word: str) -> bool:
    """Whether ``field`` takes numbers written like ``word``, though not this one: 0 is no padding where units go."""
    if not re.fullmatch(r"[-+]?[0-9][0-9.x]*", word):
        return False
    whole = () if "." in word else (re.sub(r"[-+]?[0-9]+", "1", word),)
    return any(_accepts(field, like) for like in (*whole, "0.5"))


def _suggestion(word: str, free: list[Field], *, named: bool) -> str:
    """What ``word`` may misspell, or begin: the name of a field, or with no ``=`` behind it, a value."""
    known = [field.name for field in free] if named else [option for field in free for option in field.type.options]
    begun = [name for name in dict.fromkeys(known) if name.startswith(word.lower())]
    if 0 < len(begun) <= MOST_BEGUN:
        return f": did you mean {' or '.join(begun)}?"
    near = did_you_mean(word, known, numbered=False)
    return f": {near.removeprefix('; ')}" if near.startswith("; did") else ""
