"""Values chosen by name among relatives: layers, initializers, optimizers, losses, schedules."""

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
"""Characters of a call that are read; no member has so many arguments."""
_MOST_LISTED = 25
"""Members of a family that a message lists where it does not have to."""
TRUTHS = ("true", "false")
"""As files spell them."""


class Registered(FieldStruct, frozen=True):
    """A described class that is chosen by name among its relatives, such as a layer or an optimizer.

    Direct subclasses found a family; their subclasses join it under their class name, merely by being defined.
    """

    tag: ClassVar[str] = "name"
    members: ClassVar[dict[str, type[Self]]]
    aliases: ClassVar[tuple[str, ...]] = ()
    """Other names by which files may call the member: all that Keras has for it, but for case and underscores."""
    absent: ClassVar[Mapping[str, str]] = {}
    """Of the founder: what Keras has and LayerLab does not offer, by name, with what to take instead if anything."""
    initial_values: ClassVar[Mapping[str, Any]] = {}
    """Values for a member that a person has just added."""

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        if Registered in cls.__bases__:
            cls.members = {}
        elif not cls.__name__.startswith("_"):
            cls.members[cls.__name__] = cls  # type: ignore[assignment]  # Self is the family's founder here

    @classmethod
    def named(cls, name: str) -> type[Self]:
        """The member called ``name``: its class name, any spelling of it that Keras takes, or another name of it.

        Raises `FieldError`: for what Keras has and LayerLab does not, else with the name that it misspells if it does.
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
                others = instead or ("" if len(cls.members) > _MOST_LISTED else f"there are {', '.join(cls.members)}")
                raise FieldError(
                    f"{quoted(name)} is not one of {cls.plural()}: Keras has it, LayerLab does not offer it"
                    f"{'; ' if others else ''}{others}"
                )
        near = did_you_mean(name, names, cls.absent, numbered=False)
        if not near.startswith("; did"):
            near = f"; there are {', '.join(cls.members)}"
        raise FieldError(f"{quoted(name)} is not one of {cls.plural()}{near}")

    @classmethod
    def initial(cls) -> Self:
        """The member as it is first chosen: defaults, and for required fields what ``starts`` or their kind offers."""
        required = [field for field in fields_of(cls) if field.required and field.name not in cls.initial_values]
        return cls(**{field.name: field.type.initial() for field in required}, **cls.initial_values)

    @classmethod
    def alias(cls) -> str:
        """The member's name as files and Keras strings spell it: ``glorot_uniform``."""
        words = sub(r"(.)([A-Z][a-z]+)", r"\1_\2", cls.__name__)
        return sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()

    @classmethod
    def plural(cls) -> str:
        """What the members are called together, for messages."""
        return f"the {cls.__name__.lower()}s"


class RegisteredField(FieldType):
    """A member of a family: its name alone, or a table with the name and the member's own fields."""

    control = "family"

    def __init__(self, family: type[Registered], among: tuple[str, ...] = ()) -> None:
        self.family = family
        self._among = among

    @property
    def names(self) -> tuple[str, ...]:
        """The class names that may be chosen."""
        return self._among or tuple(self.family.members)

    def read(self, raw: object) -> Registered:
        if isinstance(raw, str):
            raw = self._parse_call(raw) if "(" in raw else {self.family.tag: raw}
        if not isinstance(raw, Mapping) or not isinstance(raw.get(self.family.tag), str):
            raise FieldError(f"expected a name or a table with {self.family.tag}, not {quoted(raw)}")
        member = self.family.named(raw[self.family.tag])
        if member.__name__ not in self.names:
            raise FieldError(f"{member.__name__} does not go here; expected one of {', '.join(self.names)}")
        return read(member, {key: value for key, value in raw.items() if key != self.family.tag})

    def choose(self, held: Registered, text: str) -> Registered:
        """The member that ``text`` names: what it shares with ``held`` is kept, the rest is at its start values.

        Shared are the fields of one name whose value both take, but for a learning rate: each optimizer wants its own.
        """
        member = type(self.parse(text)) if "(" in text else self.family.named(text.strip())
        if isinstance(held, member):
            return held
        kept, shared = write(held), {}
        for field in fields_of(member):
            if field.name in kept and field.name != "learning_rate":
                with suppress(FieldError):  # of one name, but not of one kind
                    shared[field.name] = field.type.read(kept[field.name])
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
            with catch_warnings(action="ignore"):  # what is odd in the text is no business of the terminal
                call = ast.parse(text[:_LONGEST_CALL], mode="eval").body
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and not call.args):
                raise ValueError
            arguments = {str(word.arg): _literal(word.value) for word in call.keywords}
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
            raise FieldError(f"expected Name(argument=value, ...), not {quoted(text)}") from error
        return {self.family.tag: call.func.id, **arguments}


def _literal(node: ast.expr) -> object:
    """What ``node`` stands for in Python, or true and false in TOML."""
    return node.id == "true" if isinstance(node, ast.Name) and node.id in TRUTHS else ast.literal_eval(node)
