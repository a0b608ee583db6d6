"""A `FieldStruct` as a form: a flat list of entries, each edited as text."""

from typing import Any

from msgspec import Struct

from core.fields.registry import Registered, RegisteredField
from core.fields.struct import Field, FieldStruct, change, fields_of
from core.fields.types import FieldError

__all__ = ["Entry", "edited", "entries", "refusal"]


class Entry(Struct, frozen=True):
    """One line of a form: the path to a field through nested values, the field and its value."""

    path: tuple[str, ...]
    field: Field
    value: Any
    owner: type[FieldStruct]
    """The class that declares the field."""
    folds: bool = False
    """Whether a form may fold it away: few people change the field, and it has its default."""

    @property
    def text(self) -> str:
        """The value as a user would type it; for a nested value only its name, as its fields have their own lines."""
        return self.shown(self.value)

    def shown(self, value: Any) -> str:
        """A ``value`` of the field as `text` shows it."""
        return value.alias() if isinstance(value, Registered) else str(self.field.type.show(value))


def entries(value: FieldStruct, path: tuple[str, ...] = (), *, folds: bool = False) -> tuple[Entry, ...]:
    """The entries for ``value``; the fields of a nested value follow its own entry, with a longer path.

    With ``folds`` all of them fold, as the fields of a value that is itself folded away.
    """
    lines: list[Entry] = []
    for field in fields_of(type(value)):
        current = getattr(value, field.name)
        away = folds or (field.rare and current == field.default)
        lines.append(Entry((*path, field.name), field, current, type(value), away))
        if isinstance(current, Registered):
            lines += entries(current, (*path, field.name), folds=away)
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


def refusal(entry: Entry, error: str) -> str:
    """What to tell once text has been replaced by the value of ``entry``; ``error`` says why it was not taken."""
    kept = entry.text or "empty"
    return f"{entry.field.name} stays {kept}: {error}"
