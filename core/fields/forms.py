"""A `FieldStruct` as a form: a flat list of entries, each edited as text."""

from typing import Any

from msgspec import Struct

from core.fields.registry import Registered, RegisteredField
from core.fields.struct import Field, FieldStruct, change, fields_of
from core.fields.types import FieldError

__all__ = ["Entry", "edited", "entries"]


class Entry(Struct, frozen=True):
    """One line of a form: the path to a field through nested values, the field and its value."""

    path: tuple[str, ...]
    field: Field
    value: Any

    @property
    def text(self) -> str:
        """The value as a user would type it; for a nested value only its name, as its fields have their own lines."""
        return self.value.alias() if isinstance(self.value, Registered) else str(self.field.type.show(self.value))


def entries(value: FieldStruct, path: tuple[str, ...] = ()) -> tuple[Entry, ...]:
    """The entries for ``value``; the fields of a nested value follow its own entry, with a longer path."""
    lines: list[Entry] = []
    for field in fields_of(type(value)):
        current = getattr(value, field.name)
        lines.append(Entry((*path, field.name), field, current))
        if isinstance(current, Registered):
            lines += entries(current, (*path, field.name))
    return tuple(lines)


def edited(value: FieldStruct, path: tuple[str, ...], text: str) -> FieldStruct:
    """``value`` with the field at ``path`` set to the parsed ``text``. Raises `FieldError`."""
    name, *rest = path
    field = next(field for field in fields_of(type(value)) if field.name == name)
    current = getattr(value, name)
    with FieldError.at(name):
        if rest:
            return change(value, name, edited(current, tuple(rest), text))
        field_type = field.type
        if isinstance(field_type, RegisteredField) and isinstance(current, Registered):
            return change(value, name, field_type.choose(current, text))
        if field.required and not text.strip():
            raise FieldError("is required")
        return change(value, name, field_type.parse(text))
