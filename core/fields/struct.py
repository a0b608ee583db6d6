"""Things with described fields: the one definition that files, forms, help and checks are all derived from.

A field's annotation carries its `FieldType` (how a value is read, checked, written and shown) and a line of help::

    units: Annotated[int, Whole(least=1), "Size of the output"]
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import NODEFAULT, Struct

from core.fields.types import FieldError, FieldType, did_you_mean, quoted

__all__ = ["Field", "FieldStruct", "StructField", "change", "did_you_mean", "fields_of", "read", "write"]


class Field(Struct, frozen=True):
    """One field of a described class: its name, kind, default (`msgspec.NODEFAULT` if required) and help."""

    name: str
    type: FieldType
    default: Any
    help: str

    @property
    def required(self) -> bool:
        """Whether a file has to give this field."""
        return self.default is NODEFAULT


class FieldStruct(Struct, frozen=True):
    """Base of every value whose fields are described: layers, options, plans."""

    shown_last: ClassVar[tuple[str, ...]] = ()
    """Fields that a base class brings and that are of less interest than a member's own."""
    accepted: ClassVar[Mapping[str, object]] = {}
    """Keys that files may give at the one value that LayerLab computes with: no fields, and not written again."""
    ignored: ClassVar[tuple[str, ...]] = ()
    """Keys that files may give at any value: they change nothing that is computed."""
    renamed: ClassVar[Mapping[str, str]] = {}
    """Fields by other names that Keras or earlier files have for them."""
    refused: ClassVar[Mapping[str, str]] = {}
    """Keras's arguments that are no fields, with what is said of them."""


T = TypeVar("T", bound=FieldStruct)


class StructField(FieldType):
    """A described value of one class, written as a table of its fields: ``{ l2 = 0.001 }``."""

    def __init__(self, of: type[FieldStruct]) -> None:
        self.of = of

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
        kinds = {field.name: field.type for field in fields_of(self.of)}
        values: dict[str, object] = {}
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            name, equals, value = (piece.strip() for piece in part.partition("="))
            if name not in kinds or not equals:
                raise FieldError(f"expected {', '.join(f'{known}=...' for known in kinds)}, not {quoted(part)}")
            values[name] = kinds[name].write(kinds[name].parse(value))
        return read(self.of, values)


@cache
def fields_of(cls: type[FieldStruct]) -> tuple[Field, ...]:
    """The fields of ``cls`` in their order, with kind, default and help."""
    hints = get_type_hints(cls, include_extras=True)
    infos = sorted(msgspec.structs.fields(cls), key=lambda info: info.name in cls.shown_last)
    return tuple(Field(info.name, *_kind_and_help(cls, info.name, hints[info.name], info.default)) for info in infos)


def read(cls: type[T], raw: Mapping[str, object]) -> T:
    """A ``cls`` from plain data. Raises `FieldError`, which names the field, for whatever does not fit."""
    fields = {field.name: field for field in fields_of(cls)}
    given: dict[str, str] = {}
    for key in raw:
        name = cls.renamed.get(key, key)
        if name in given:
            raise FieldError(f"is {given[name]} by another name; give one of the two", (key,))
        if name in fields:
            given[name] = key
        else:
            _no_field(cls, key, raw[key], fields)
    values = {}
    for name, field in fields.items():
        if name in given:
            with FieldError.at(given[name]):
                values[name] = field.type.read(raw[given[name]])
        elif field.required:
            raise FieldError(f"is missing: {field.help}", (name,))
    return cls(**values)


def _no_field(cls: type[FieldStruct], key: str, held: object, fields: Mapping[str, Field]) -> None:
    """Raises `FieldError` for a ``key`` that is no field, unless it is accepted at the value ``held``."""
    if key in cls.ignored:
        return
    if key in cls.accepted:
        if held != cls.accepted[key]:
            raise FieldError(f"LayerLab computes {cls.accepted[key]}, not {quoted(held)}", (key,))
        return
    if key in cls.refused:
        raise FieldError(cls.refused[key], (key,))
    raise FieldError(
        f"{cls.__name__} has no such field{did_you_mean(key, fields, cls.refused, numbered=False)}", (key,)
    )


def write(value: FieldStruct, *, every: bool = False) -> dict[str, object]:
    """Plain data for ``value``: what it requires and what differs from the defaults, or ``every`` field but None."""
    return {
        field.name: field.type.write(held)
        for field in fields_of(type(value))
        if (held := getattr(value, field.name)) is not None and (every or field.required or held != field.default)
    }


def change(value: T, name: str, to: object) -> T:
    """``value`` with the field ``name`` set to ``to``, which has been read or parsed by the field's kind."""
    return msgspec.structs.replace(value, **{name: to})


def _kind_and_help(cls: type, name: str, hint: Any, default: Any) -> tuple[FieldType, Any, str]:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{cls.__name__}.{name} needs Annotated[type, Kind, help]")
    extras = get_args(hint)[1:]
    kind = next(extra for extra in extras if isinstance(extra, FieldType))
    help_line = next((extra for extra in reversed(extras) if isinstance(extra, str)), "")
    return kind, default, help_line
