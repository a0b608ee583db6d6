"""The base of all field types, and the error for a value that a field rejects."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

from core.sanitize import quoted, quoted_name

__all__ = ["FieldError", "FieldType", "OptionalField", "quoted", "quoted_name"]


class FieldError(ValueError):
    """An invalid field value: a one-line message, and the path of field names that leads to it."""

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(quoted_name(name) for name in path)

    def __str__(self) -> str:
        return f"{'.'.join(self.path)}: {self.message}" if self.path else self.message

    @staticmethod
    @contextmanager
    def at(name: str) -> "Iterator[None]":
        """Prepend ``name`` to the path of a `FieldError` raised inside."""
        try:
            yield
        except FieldError as error:
            raise FieldError(error.message, (name, *error.path)) from error


class FieldType(ABC):
    """How one type of value is read, written, shown and parsed. Immutable."""

    control: ClassVar[Literal["text", "choice", "flag", "family"]] = "text"

    @property
    def options(self) -> tuple[str, ...]:
        """The texts to choose from or to suggest; empty if there are none."""
        return ()

    @property
    def takes(self) -> str:
        """What the field accepts, in a few words: by default the first line of the type's docstring."""
        return (type(self).__doc__ or "").strip().splitlines()[0].removesuffix(".")

    def initial(self) -> Any:
        """The initial value of a field without a default."""
        raise NotImplementedError(f"{type(self).__name__} has no initial value")

    @abstractmethod
    def read(self, raw: object) -> Any:
        """The value for the plain data ``raw`` from a file. Raises `FieldError`."""

    def write(self, value: Any) -> object:
        """Plain data for ``value``; ``read(write(value)) == value``."""
        return value

    def show(self, value: Any) -> str:
        """``value`` as a user would type it; ``parse(show(value)) == value``."""
        return str(value)

    @abstractmethod
    def parse(self, text: str) -> Any:
        """The value that a user typed as ``text``. Raises `FieldError`."""


class OptionalField(FieldType):
    """A value of another field type, or None: an empty text, an absent key."""

    def __init__(self, kind: FieldType) -> None:
        self.kind = kind
        self.control = kind.control  # type: ignore[misc]  # an optional choice is drawn as a choice

    @property
    def options(self) -> tuple[str, ...]:
        return self.kind.options

    @property
    def takes(self) -> str:
        return f"{self.kind.takes}; or empty"

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
