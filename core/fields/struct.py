"""Structs with described fields: the single definition that files, forms, help and checks are derived from.

A field's annotation carries its `FieldType` (how a value is read, checked, written and shown) and a line of help::

    units: Annotated[int, IntField(least=1), "Size of the output"]

`RARE` marks a field that few people change: a form folds it away while it has its default.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from core.fields.types import FieldError, FieldType, did_you_mean, quoted

__all__ = ["RARE", "Field", "FieldStruct", "StructField", "change", "did_you_mean", "fields_of", "read", "write"]


class Rare(Struct, frozen=True):
    """The type of `RARE`."""


RARE = Rare()
"""In a field's annotation: few people change it."""


class Field(Struct, frozen=True):
    """One field of a `FieldStruct`: its name, type, default (`msgspec.NODEFAULT` if required) and help."""

    name: str
    type: FieldType
    default: Any
    help: str
    rare: bool = False
    """Whether a form folds it away while it has its default."""

    @property
    def required(self) -> bool:
        """Whether a file must set this field."""
        return self.default is NODEFAULT


class FieldStruct(Struct, frozen=True):
    """Base of every value with described fields: layers, options, plans."""

    shown_last: ClassVar[tuple[str, ...]] = ()
    """Inherited fields that are listed after the member's own, as they matter less."""
    accepted: ClassVar[Mapping[str, object]] = {}
    """Keys that files may set, but only to the value LayerLab uses: not fields, and never written."""
    ignored: ClassVar[tuple[str, ...]] = ()
    """Keys that files may set to any value: they do not affect the computation."""
    renamed: ClassVar[Mapping[str, str]] = {}
    """Field names in Keras or in older files, mapped to the names here."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Keras arguments that are not fields, each with its error message."""

    @classmethod
    def argument(cls, name: str) -> str:  # noqa: ARG003  # for those that override it
        """The argument in Keras that the field ``name`` becomes; empty if there is none."""
        return ""


T = TypeVar("T", bound=FieldStruct)


class StructField(FieldType):
    """A `FieldStruct` of one class, written as a table of its fields: ``{ l2 = 0.001 }``."""

    def __init__(self, of: type[FieldStruct]) -> None:
        self.of = of

    @property
    def takes(self) -> str:
        return ", ".join(f"{field.name}=..." for field in fields_of(self.of))

    def read(self, raw: object) -> FieldStruct:
        if not isinstance(raw, Mapping):
            names = ", ".join(field.name for field in fields_of(self.of))
            raise FieldError(f"expected a table of {names}, not {quoted(raw)}")
        return read(self.of, raw)

    def write(self, value: Any) -> object:
        return write(value)

    def show(self, value: Any) -> str:
        written = write(value) or write(value, every=True)
        return ", ".join(f"{name}={raw}" for name, raw in written.items())

    def parse(self, text: str) -> FieldStruct:
        types = {field.name: field.type for field in fields_of(self.of)}
        values: dict[str, object] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if name not in types or not equals:
                raise FieldError(f"expected {', '.join(f'{known}=...' for known in types)}, not {quoted(part)}")
            values[name] = types[name].write(types[name].parse(value))
        return read(self.of, values)


@cache
def fields_of(cls: type[FieldStruct]) -> tuple[Field, ...]:
    """The fields of ``cls`` in order, with type, default and help."""
    hints = get_type_hints(cls, include_extras=True)
    infos = sorted(msgspec.structs.fields(cls), key=lambda info: info.name in cls.shown_last)
    return tuple(_field(cls, info.name, hints[info.name], info.default) for info in infos)


def read(cls: type[T], raw: Mapping[str, object]) -> T:
    """A ``cls`` from plain data. Raises `FieldError`, which names the field, for invalid data."""
    fields = {field.name: field for field in fields_of(cls)}
    given: dict[str, str] = {}
    for key in raw:
        name = cls.renamed.get(key, key)
        if name in given:
            raise FieldError(f"is another name for {given[name]}; give only one of them", (key,))
        if name in fields:
            given[name] = key
        else:
            _check_other_key(cls, key, raw[key], fields)
    values = {}
    for name, field in fields.items():
        if name in given:
            with FieldError.at(given[name]):
                values[name] = field.type.read(raw[given[name]])
        elif field.required:
            raise FieldError(f"is missing: {field.help}", (name,))
    return cls(**values)


def _check_other_key(cls: type[FieldStruct], key: str, raw: object, fields: Mapping[str, Field]) -> None:
    """Raises `FieldError` for a ``key`` that is not a field, unless it is ignored, or accepted with value ``raw``."""
    if key in cls.ignored:
        return
    if key in cls.accepted:
        if raw != cls.accepted[key]:
            raise FieldError(f"LayerLab supports only {cls.accepted[key]}, not {quoted(raw)}", (key,))
        return
    if key in cls.refused:
        raise FieldError(cls.refused[key], (key,))
    raise FieldError(
        f"{cls.__name__} has no such field{did_you_mean(key, fields, cls.refused, numbered=False)}", (key,)
    )


def write(value: FieldStruct, *, every: bool = False) -> dict[str, object]:
    """Plain data for ``value``: required fields and those that differ from the defaults, or ``every`` one not None."""
    return {
        field.name: field.type.write(current)
        for field in fields_of(type(value))
        if (current := getattr(value, field.name)) is not None and (every or field.required or current != field.default)
    }


def change(value: T, name: str, to: object) -> T:
    """``value`` with the field ``name`` set to ``to``, which its field type has read or parsed."""
    return msgspec.structs.replace(value, **{name: to})


def _field(cls: type, name: str, hint: Any, default: Any) -> Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{cls.__name__}.{name} needs Annotated[type, FieldType, help]")
    extras = get_args(hint)[1:]
    field_type = next(extra for extra in extras if isinstance(extra, FieldType))
    help_line = next((extra for extra in reversed(extras) if isinstance(extra, str)), "")
    return Field(name, field_type, default, help_line, RARE in extras)
