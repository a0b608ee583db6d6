"""Fields of a preset by their addresses: ``layers[1].kernel_regularizer.l2``, ``plan.optimizer.learning_rate``.

``layers[0]`` is the first ``[[layers]]`` table of the file, row 1 on screen.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from msgspec.structs import replace

from core.fields.struct import Field, FieldStruct, StructField, change, fields_of, read
from core.fields.types import FieldError, FieldType, OptionalField, quoted
from core.presets import Preset

__all__ = ["addresses", "find_address", "value_at", "with_field"]

_LAYER = re.compile(r"layers\[(0|[1-9][0-9]{0,5})\]")
MOST_NAMED = 4
"""Addresses that are named where a text fits several."""
_LONGEST = 200
"""Characters of a wrong address that are compared with those that exist."""


def with_field(preset: Preset, address: str, raw: object) -> Preset:
    """``preset`` with the field at ``address`` set to the plain data ``raw``, as from a file.

    Raises `FieldError` for an address that does not exist, with the nearest that does, and for a value that the field
    refuses.
    """
    place, _, rest = address.partition(".")
    path = tuple(rest.split("."))
    layer = _LAYER.fullmatch(place)
    index = int(layer[1]) if layer else -1
    if place == "plan":
        owner: FieldStruct = preset.plan
    elif 0 <= index < len(preset.architecture.layers):
        owner = preset.architecture.layers[index]
    else:
        raise _unknown(preset, address)
    try:
        changed = _changed(owner, path, raw)
    except LookupError:
        raise _unknown(preset, address) from None
    except FieldError as error:
        raise FieldError(f"{address}: {error.message}") from error
    if place == "plan":
        return replace(preset, plan=changed)
    return replace(preset, architecture=preset.architecture.replace(index + 1, changed))


def addresses(preset: Preset) -> tuple[str, ...]:
    """All addresses of ``preset``: the plan's, then those of each layer."""
    found = [f"plan.{path}" for path in _paths(preset.plan)]
    for index, layer in enumerate(preset.architecture.layers):
        found += [f"layers[{index}].{path}" for path in _paths(layer)]
    return tuple(found)


def find_address(preset: Preset, text: str) -> str:
    """The one address of ``preset`` that is ``text``, ends with it or contains it. Raises `FieldError`, naming some."""
    text, known = text.strip(), addresses(preset)
    if not text:
        raise FieldError("type a part of a field's name, such as learning_rate, units or batch_size")
    for fits in (text.__eq__, lambda each: each.endswith(f".{text}"), lambda each: text.lower() in each.lower()):
        found = [each for each in known if fits(each)]
        if len(found) == 1:
            return found[0]
        if found:
            more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            raise FieldError(f"which one: {', '.join(found[:MOST_NAMED])}{more}?")
    raise _unknown(preset, text)


def value_at(preset: Preset, address: str) -> str:
    """The value at ``address`` as a person types it; ``nothing`` if there is none."""
    place, *path = address.split(".")
    layer = _LAYER.fullmatch(place)
    index = int(layer[1]) if layer else -1
    if layer and index >= len(preset.architecture.layers):
        return "nothing"
    value: object = preset.architecture.layers[index] if layer else preset.plan
    for name in path:
        if not isinstance(value, FieldStruct) or name not in {field.name for field in fields_of(type(value))}:
            return "nothing"
        kind, value = next(field.type for field in fields_of(type(value)) if field.name == name), getattr(value, name)
        text = kind.show(value) if value is not None else "nothing"
    return text


def _unknown(preset: Preset, address: str) -> FieldError:
    nearest = max(addresses(preset), key=lambda known: SequenceMatcher(None, address[:_LONGEST], known).ratio())
    return FieldError(f"{preset.title} has no field {quoted(address[:_LONGEST])}; the nearest is {nearest}")


def _changed(owner: FieldStruct, path: tuple[str, ...], raw: object) -> Any:
    """``owner`` with the field at ``path`` set to ``raw``. Raises LookupError if there is none, and `FieldError`."""
    name, *rest = path
    field = _field(type(owner), name)
    if not rest:
        return change(owner, name, field.type.read(raw))
    value = getattr(owner, name)
    if isinstance(value, FieldStruct):
        return change(owner, name, _changed(value, tuple(rest), raw))
    inner = _table(field.type)
    if inner is None or len(rest) > 1:
        raise LookupError(name)
    _field(inner, rest[0])
    return change(owner, name, read(inner, {rest[0]: raw}))


def _field(owner: type[FieldStruct], name: str) -> Field:
    for field in fields_of(owner):
        if field.name == name:
            return field
    raise LookupError(name)


def _table(kind: FieldType) -> type[FieldStruct] | None:
    """The table that a field of this type holds, if it has any; a field that may be empty holds it when set."""
    kind = kind.kind if isinstance(kind, OptionalField) else kind
    return kind.of if isinstance(kind, StructField) else None


def _paths(owner: FieldStruct) -> Iterator[str]:
    for field in fields_of(type(owner)):
        yield field.name
        value = getattr(owner, field.name)
        if isinstance(value, FieldStruct):
            yield from (f"{field.name}.{path}" for path in _paths(value))
        elif inner := _table(field.type):
            yield from (f"{field.name}.{each.name}" for each in fields_of(inner))
