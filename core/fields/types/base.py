"""What every kind of field is, and what is said of a value that one does not take."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

from core.sanitize import quoted, quoted_name

__all__ = ["FieldError", "FieldType", "OptionalField", "quoted", "quoted_name"]


class FieldError(ValueError):
    """A value that a field does not take: one line of message, and the path of fields that leads to it."""

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(quoted_name(name) for name in path)

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.message}" if self.path else self.message

    @staticmethod
    @contextmanager
    def at(name: str) -> "Iterator[None]":
        """Put ``name`` in front of the path of a FieldError raised inside."""
        try:
            yield
        except FieldError as error:
            raise FieldError(error.message, (name, *error.path)) from error


class FieldType(ABC):
    """How one kind of value is read, written, shown and parsed. Immutable."""

    control: ClassVar[Literal["text", "choice", "flag", "family"]] = "text"

    @property
    def options(self) -> tuple[str, ...]:
        """The texts that may be chosen, or that are worth suggesting; empty if there is no telling."""
        return ()

    def initial(self) -> Any:
        """A value to begin with where a field has no default."""
        raise NotImplementedError(f"{type(self).__name__} has no value to begin with")

    @abstractmethod
    def read(self, raw: object) -> Any:
        """The value for plain data ``raw``, as a file holds it. Raises `FieldError`."""

    def write(self, value: Any) -> object:
        """Plain data for ``value``, such that ``read(write(value)) == value``."""
        return value

    def show(self, value: Any) -> str:
        """``value`` as a person would type it, such that ``parse(show(value)) == value``."""
        return str(value)

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The value for what a person typed. Raises `FieldError`."""


class OptionalField(FieldType):
    """Another kind of value, or none: an empty text, an absent key."""

    def __init__(self, kind: FieldType) -> None:
        self.kind = kind
        self.control = kind.control  # type: ignore[misc]  # an optional choice is drawn as a choice

    @property
    def options(self) -> tuple[str, ...]:
        return self.kind.options

    def initial(self) -> None:
        return None

    def read(self, raw: object) -> Any:
        return self.kind.read(raw)

    def write(self, value: Any) -> object:
        return self.kind.write(value)

    def show(self, value: Any) -> str:
        return "" if value is None else self.kind.show(value)

    def parse(self, text: str) -> Any:
        return self.kind.parse(text) if text.strip() else None
