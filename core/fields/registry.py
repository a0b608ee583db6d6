"""Families of classes chosen by name: layers, initializers, optimizers, losses, schedules."""

import ast
from collections.abc import Mapping
from contextlib import suppress
from re import sub
from typing import Any, ClassVar, Self
from warnings import catch_warnings

from msgspec.structs import replace

from core.fields.struct import FieldStruct, did_you_mean, fields_of, read, write
from core.fields.types import FieldError, FieldType, normalize_name, quoted

__all__ = ["Registered", "RegisteredField"]

_LONGEST_CALL = 1_000
"""Characters of a call that are parsed; no member has arguments this long."""
_MOST_LISTED = 25
"""The largest family that a message about an absent name still lists."""
TRUTHS = ("true", "false")
"""The TOML spellings of True and False."""


class Registered(FieldStruct, frozen=True):
    """A `FieldStruct` chosen by name from its family, such as a layer or an optimizer.

    Each direct subclass starts a family; defining a subclass of that registers it under its class name.
    """

    tag: ClassVar[str] = "name"
    members: ClassVar[dict[str, type[Self]]]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names accepted in files: all that Keras has for the member, ignoring case and underscores."""
    absent: ClassVar[Mapping[str, str]] = {}
    """Set on the family's base: Keras names that LayerLab does not offer, with what to use instead, if anything."""
    initial_values: ClassVar[Mapping[str, Any]] = {}
    """Field values of a member that the user has just added."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if Registered in cls.__bases__:
            cls.members = {}
        elif not cls.__name__.startswith("_"):
            cls.members[cls.__name__] = cls  # type: ignore[assignment]  # Self is the family's base here

    @classmethod
    def from_name(cls, name: str) -> type[Self]:
        """The member called ``name``: its class name, any spelling that Keras accepts, or an alias.

        Raises `FieldError` for an unknown name: says whether Keras has it, or suggests a similar name.
        """
        if name in cls.members:
            return cls.members[name]
        names = {known: member for member in cls.members.values() for known in (member.__name__, *member.aliases)}
        wanted = normalize_name(name)
        for known, member in names.items():
            if normalize_name(known) == wanted:
                return member
        for known, instead in cls.absent.items():
            if normalize_name(known) == wanted:
                others = instead or ("" if len(cls.members) > _MOST_LISTED else f"available: {', '.join(cls.members)}")
                raise FieldError(
                    f"{quoted(name)} is not one of {cls.plural()}: Keras has it, LayerLab does not offer it"
                    f"{'; ' if others else ''}{others}"
                )
        near = did_you_mean(name, names, cls.absent, numbered=False)
        if not near.startswith("; did"):
            near = f"; available: {', '.join(cls.members)}"
        raise FieldError(f"{quoted(name)} is not one of {cls.plural()}{near}")

    @classmethod
    def initial(cls) -> Self:
        """The member as first chosen: ``initial_values``, then defaults, then the field types' initial values."""
        required = [field for field in fields_of(cls) if field.required and field.name not in cls.initial_values]
        return cls(**{field.name: field.type.initial() for field in required}, **cls.initial_values)

    @classmethod
    def alias(cls) -> str:
        """The member's name as files and Keras strings spell it: ``glorot_uniform``."""
        words = sub(r"(.)([A-Z][a-z]+)", r"\1_\2", cls.__name__)
        return sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()

    @classmethod
    def plural(cls) -> str:
        """The family's name in messages."""
        return f"the {cls.__name__.lower()}s"


class RegisteredField(FieldType):
    """A member of a family: just its name, or a table with the name and the member's fields."""

    control = "family"

    def __init__(self, family: type[Registered], among: tuple[str, ...] = ()) -> None:
        self.family = family
        self._among = among

    @property
    def takes(self) -> str:
        return "one of the options, or a call with arguments by name"

    @property
    def names(self) -> tuple[str, ...]:
        """The class names to choose from."""
        return self._among or tuple(self.family.members)

    def read(self, raw: object) -> Registered:
        if isinstance(raw, str):
            raw = self._parse_call(raw) if "(" in raw else {self.family.tag: raw}
        if not isinstance(raw, Mapping) or not isinstance(raw.get(self.family.tag), str):
            raise FieldError(f"expected a name or a table with {self.family.tag}, not {quoted(raw)}")
        member = self.family.from_name(raw[self.family.tag])
        if member.__name__ not in self.names:
            raise FieldError(f"{member.__name__} is not allowed here; expected one of {', '.join(self.names)}")
        return read(member, {key: value for key, value in raw.items() if key != self.family.tag})

    def choose(self, current: Registered, text: str) -> Registered:
        """The member that ``text`` names. It keeps the fields it shares with ``current``; the others are initial.

        A call has its own arguments: ``text`` such as ``RandomNormal(stddev=0.1)`` is read as it stands.

        Shared fields have the same name and accept the same value. The learning rate is not shared: each optimizer
        needs its own.
        """
        if "(" in text:
            return self.parse(text)
        member = self.family.from_name(text.strip())
        if isinstance(current, member):
            return current
        previous, shared = write(current), {}
        for field in fields_of(member):
            if field.name in previous and field.name != "learning_rate":
                with suppress(FieldError):  # same name, different type
                    shared[field.name] = field.type.read(previous[field.name])
        return replace(member.initial(), **shared)

    def initial(self) -> Registered:
        return self.family.members[self.names[0]].initial()

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self.family.members[name].alias() for name in self.names)

    def write(self, value: Any) -> object:
        arguments = write(value)
        return {self.family.tag: type(value).__name__, **arguments} if arguments else value.alias()

    def show(self, value: Any) -> str:
        arguments = ", ".join(f"{name}={raw!r}" for name, raw in write(value).items())
        return f"{type(value).__name__}({arguments})" if arguments else str(value.alias())

    def parse(self, text: str) -> Registered:
        return self.read(text.strip())

    def _parse_call(self, text: str) -> dict[str, object]:
        try:
            with catch_warnings(action="ignore"):  # keep SyntaxWarnings off the terminal
                call = ast.parse(text[:_LONGEST_CALL], mode="eval").body
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args):
                raise ValueError
            arguments = {str(keyword.arg): _literal(keyword.value) for keyword in call.keywords}
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
            raise FieldError(f"expected Name(argument=value, ...), not {quoted(text)}") from error
        return {self.family.tag: call.func.id, **arguments}


def _literal(node: ast.expr) -> object:
    """The value of a Python literal, or of ``true`` or ``false`` as in TOML."""
    return node.id == "true" if isinstance(node, ast.Name) and node.id in TRUTHS else ast.literal_eval(node)
