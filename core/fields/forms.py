"""A described value as a form shows it: a flat list of entries, edited as text, one at a time."""

from typing import Any

from msgspec import Struct

from core.fields.registry import Registered, RegisteredField
from core.fields.struct import Field, FieldStruct, change, fields_of
from core.fields.types import FieldError

__all__ = ["Entry", "edited", "entries"]


class Entry(Struct, frozen=True):
    """One line of a form: the way to a field through nested values, the field, what it holds."""

    path: tuple[str, ...]
    field: Field
    value: Any

    @property
    def text(self) -> str:
        """The value as a person would type it; of a nested value only its name, its fields have their own lines."""
        return self.value.alias() if isinstance(self.value, Registered) else str(self.field.type.show(self.value))


def entries(value: FieldStruct, path: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """The lines of the form for ``value``, those of nested values indented behind their own."""
    lines: list[Entry] = []
    for field in fields_of(type(value)):
        held = getattr(value, field.name)
        lines.append(Entry((*path, field.name), field, held))
        if isinstance(held, Registered):
            lines += entries(held, (*path, field.name))
    return tuple(lines)


def edited(value: FieldStruct, path: tuple[str, ...], text: str) -> FieldStruct:
    """``value`` with what ``path`` leads to set to what ``text`` says. Raises `FieldError`."""
    name, *rest = path
    field = next(field for field in fields_of(type(value)) if field.name == name)
    held = getattr(value, name)
    with FieldError.at(name):
        if rest:
            return change(value, name, edited(held, tuple(rest), text))
        kind = field.type
        if isinstance(kind, RegisteredField) and isinstance(held, Registered):
            return change(value, name, kind.choose(held, text))
        if field.required and not text.strip():
            raise FieldError("is needed here")
        return change(value, name, kind.parse(text))
