"""Kinds of field: each knows how a value is read from data, checked, written to data, shown and parsed as text."""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Literal

__all__ = [
    "Axes",
    "Choice",
    "FieldError",
    "Flag",
    "Kind",
    "Margins",
    "Maybe",
    "Padding",
    "Pair",
    "Real",
    "Shape",
    "Text",
    "Validation",
    "Whole",
    "plain",
    "shown",
]

MOST = 10**18
"""No size is larger: past it the arithmetic would only print zeros."""

_LONGEST = 60
"""Characters of a refused value that a message quotes."""


def shown(raw: object) -> str:
    """``raw`` as a message quotes it: on one line, cut where it is long."""
    if isinstance(raw, int) and abs(raw) >= 10**_LONGEST:
        return "a number of more than 60 digits"  # Python refuses to write out very long ones
    try:
        text = repr(list(raw) if isinstance(raw, tuple) else raw)
    except (ValueError, RecursionError):
        return f"a {type(raw).__name__}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def plain(name: str) -> str:
    """``name`` as a message gives it: as it is if that is one short line, else quoted."""
    return name if name.isprintable() and len(name) <= _LONGEST else shown(name)


class FieldError(ValueError):
    """A value that a field does not take: one line of message, and the path of fields that leads to it."""

    def __init__(self, message: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(plain(name) for name in path)

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


class Kind(ABC):
    """How one kind of value is read, written, shown and parsed. Immutable."""

    control: ClassVar[Literal["text", "choice", "flag", "family"]] = "text"

    @property
    def options(self) -> tuple[str, ...]:
        """The texts that may be chosen, or that are worth suggesting; empty if there is no telling."""
        return ()

    def start(self) -> Any:
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


class Whole(Kind):
    """A whole number between bounds, both included."""

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self.least = least
        self.most = most

    def read(self, raw: object) -> int:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise FieldError(f"expected {self}, not {shown(raw)}")
        if abs(raw) > MOST:
            raise FieldError(f"expected {self}, not one beyond 10**18")
        if (self.least is not None and raw < self.least) or (self.most is not None and raw > self.most):
            raise FieldError(f"expected {self}, not {shown(raw)}")
        return raw

    def parse(self, text: str) -> int:
        return self.read(_integer(text, self))

    def start(self) -> int:
        return self.least or 0

    def __str__(self) -> str:
        return f"a whole number{_bounds(self.least, self.most)}"


class Real(Kind):
    """A finite number between bounds: ``least`` and ``most`` included, ``above`` and ``below`` excluded."""

    def __init__(
        self,
        least: float | None = None,
        most: float | None = None,
        *,
        above: float | None = None,
        below: float | None = None,
    ) -> None:
        self.least, self.most, self.above, self.below = least, most, above, below

    def read(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float) or not _finite(raw):
            raise FieldError(f"expected {self}, not {shown(raw)}")
        value = float(raw)
        inside = (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )
        if not inside:
            raise FieldError(f"expected {self}, not {shown(raw)}")
        return value

    def start(self) -> float:
        return self.least or 0.5

    def show(self, value: float) -> str:
        return f"{value:.17g}" if float(f"{value:.10g}") != value else f"{value:.10g}"

    def parse(self, text: str) -> float:
        try:
            return self.read(float(text.strip().replace(",", ".")))
        except ValueError as error:
            if isinstance(error, FieldError):
                raise
            raise FieldError(f"expected {self}, not {text.strip()!r}") from error

    def __str__(self) -> str:
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (
                ("of at least", self.least),
                ("above", self.above),
                ("at most", self.most),
                ("below", self.below),
            )
            if bound is not None
        ]
        return " ".join(["a number", " and ".join(bounds)]).strip()


class Flag(Kind):
    """True or false."""

    control = "flag"

    def read(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise FieldError(f"expected true or false, not {shown(raw)}")
        return raw

    def start(self) -> bool:
        return False

    @property
    def options(self) -> tuple[str, ...]:
        return "false", "true"

    def show(self, value: bool) -> str:
        return "true" if value else "false"

    def parse(self, text: str) -> bool:
        known = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        if text.strip().lower() not in known:
            raise FieldError(f"expected true or false, not {text.strip()!r}")
        return known[text.strip().lower()]


class Text(Kind):
    """A line of text."""

    def read(self, raw: object) -> str:
        if not isinstance(raw, str):
            raise FieldError(f"expected text, not {shown(raw)}")
        return raw

    def start(self) -> str:
        return ""

    def parse(self, text: str) -> str:
        return text


class Choice(Kind):
    """One of some words."""

    control = "choice"

    def __init__(self, *words: str) -> None:
        self.words = words

    @property
    def options(self) -> tuple[str, ...]:
        return self.words

    def start(self) -> str:
        return self.words[0]

    def read(self, raw: object) -> str:
        if raw not in self.words:
            raise FieldError(f"expected one of {', '.join(self.words)}, not {shown(raw)}")
        return str(raw)

    def parse(self, text: str) -> str:
        return self.read(text.strip())


class Maybe(Kind):
    """Another kind of value, or none: an empty text, an absent key."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.control = kind.control  # type: ignore[misc]  # an optional choice is drawn as a choice

    @property
    def options(self) -> tuple[str, ...]:
        return self.kind.options

    def start(self) -> None:
        return None

    def read(self, raw: object) -> Any:
        return self.kind.read(raw)

    def write(self, value: Any) -> object:
        return self.kind.write(value)

    def show(self, value: Any) -> str:
        return "" if value is None else self.kind.show(value)

    def parse(self, text: str) -> Any:
        return self.kind.parse(text) if text.strip() else None


class Pair(Kind):
    """Two whole numbers, for height and width; one number stands for both."""

    def __init__(self, least: int = 1, most: int | None = None) -> None:
        self.number = Whole(least, most)

    def start(self) -> tuple[int, int]:
        return self.number.start(), self.number.start()

    def read(self, raw: object) -> tuple[int, int]:
        if isinstance(raw, list | tuple):
            if len(raw) != 2:
                raise FieldError(f"expected one number or two, not {shown(raw)}")
            return self.number.read(raw[0]), self.number.read(raw[1])
        number = self.number.read(raw)
        return number, number

    def write(self, value: tuple[int, int]) -> object:
        return list(value)

    def show(self, value: tuple[int, int]) -> str:
        return f"{value[0]} x {value[1]}"

    def parse(self, text: str) -> tuple[int, int]:
        numbers = _integers(text, "one number or two, such as 3 or 3 x 5")
        return self.read(numbers if len(numbers) != 1 else numbers[0])


class Shape(Kind):
    """Sizes without the batch axis; with ``free`` one of them may be -1, to be worked out."""

    def __init__(self, *, free: bool = False, most: int = 3) -> None:
        self.free = free
        self.most = most

    def start(self) -> tuple[int, ...]:
        return (-1 if self.free else 1,)

    def read(self, raw: object) -> tuple[int, ...]:
        if not isinstance(raw, list | tuple) or not 1 <= len(raw) <= self.most:
            raise FieldError(f"expected 1 to {self.most} sizes, not {shown(raw)}")
        for size in raw:
            if self.free and size == -1 and list(raw).count(-1) == 1:
                continue
            Whole(1, MOST).read(size)
        return tuple(raw)

    def write(self, value: tuple[int, ...]) -> object:
        return list(value)

    def show(self, value: tuple[int, ...]) -> str:
        return " x ".join(str(size) for size in value)

    def parse(self, text: str) -> tuple[int, ...]:
        return self.read(_integers(text, f"1 to {self.most} sizes, such as 28 x 28 x 1"))


class Axes(Kind):
    """Axes counted as Keras counts them: 1 is the first after the batch, -1 the last."""

    def start(self) -> tuple[int, ...]:
        return (-1,)

    def read(self, raw: object) -> tuple[int, ...]:
        axes = tuple(Whole().read(axis) for axis in (raw if isinstance(raw, list | tuple) else (raw,)))
        if not axes or 0 in axes or len(set(axes)) != len(axes):
            raise FieldError(f"expected axes such as -1 or [1, 2] (0 is the batch), not {shown(raw)}")
        return axes

    def write(self, value: tuple[int, ...]) -> object:
        return value[0] if len(value) == 1 else list(value)

    def show(self, value: tuple[int, ...]) -> str:
        return ", ".join(str(axis) for axis in value)

    def parse(self, text: str) -> tuple[int, ...]:
        return self.read(_integers(text, "axes, such as -1 or 1, 2"))


class Padding(Kind):
    """A padding word, or a number of pixels of zeros on every side as lectures write it."""

    def __init__(self, *words: str) -> None:
        self.words = words or ("valid", "same")

    @property
    def options(self) -> tuple[str, ...]:
        return self.words

    def start(self) -> str:
        return self.words[0]

    def read(self, raw: object) -> str | int:
        if isinstance(raw, str) and raw in self.words:
            return raw
        if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= MOST:
            return raw
        raise FieldError(f"expected {', '.join(self.words)} or a number of pixels, not {shown(raw)}")

    def parse(self, text: str) -> str | int:
        word = text.strip()
        return self.read(int(word) if _WHOLE.fullmatch(word) and len(word) < _MOST_DIGITS else word)


class Margins(Kind):
    """Zeros around an image, ((top, bottom), (left, right)): one number, height and width, or all four."""

    def start(self) -> tuple[tuple[int, int], tuple[int, int]]:
        return (0, 0), (0, 0)

    def read(self, raw: object) -> tuple[tuple[int, int], tuple[int, int]]:
        if isinstance(raw, list | tuple) and len(raw) == 2:
            rows, columns = (Pair(0, MOST).read(part) for part in raw)
        else:
            rows = columns = Pair(0, MOST).read(raw)
        return rows, columns

    def write(self, value: tuple[tuple[int, int], tuple[int, int]]) -> object:
        return [list(side) for side in value]

    def show(self, value: tuple[tuple[int, int], tuple[int, int]]) -> str:
        (top, bottom), (left, right) = value
        if top == bottom and left == right:
            return str(top) if top == left else f"{top}, {left}"
        return f"{top}, {bottom}, {left}, {right}"

    def parse(self, text: str) -> tuple[tuple[int, int], tuple[int, int]]:
        expected = "1, 2 or 4 numbers: all sides; height, width; top, bottom, left, right"
        numbers = _integers(text, expected)
        if len(numbers) == 4:
            return self.read([numbers[:2], numbers[2:]])
        if len(numbers) > 2:
            raise FieldError(f"expected {expected}, not {text.strip()!r}")
        return self.read(numbers if len(numbers) == 2 else numbers[0])


class Validation(Kind):
    """What a network is validated on: "test", "none", or the last part of the training set as a fraction."""

    _fraction = Real(above=0, below=1)

    @property
    def options(self) -> tuple[str, ...]:
        return "test", "none"

    def start(self) -> str:
        return "test"

    def read(self, raw: object) -> str | float:
        if raw in ("test", "none"):
            return str(raw)
        if isinstance(raw, str | bool):
            raise FieldError(f'expected "test", "none" or a fraction such as 0.1, not {shown(raw)}')
        return self._fraction.read(raw)

    def show(self, value: str | float) -> str:
        return value if isinstance(value, str) else self._fraction.show(value)

    def parse(self, text: str) -> str | float:
        word = text.strip().lower()
        if word in ("test", "none"):
            return word
        try:
            return self._fraction.parse(word)
        except FieldError:
            raise FieldError(f"expected test, none or a fraction such as 0.1, not {text.strip()!r}") from None


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


_WHOLE = re.compile(r"[+-]?\d+")
_MOST_DIGITS = 40
"""Longer numbers are refused before they are converted; no field has a use for them."""


def _integer(text: str, expected: object) -> int:
    word = text.strip().replace(",", "").replace("_", "")
    if not _WHOLE.fullmatch(word) or len(word) > _MOST_DIGITS:
        raise FieldError(f"expected {expected}, not {text.strip()[:_MOST_DIGITS]!r}")
    return int(word)


def _integers(text: str, expected: str) -> Sequence[int]:
    words = [word for word in re.split(r"[\s,x\u00d7()\[\]]+", text) if word]
    if not words or not all(_WHOLE.fullmatch(word) and len(word) < _MOST_DIGITS for word in words):
        raise FieldError(f"expected {expected}, not {text.strip()[:_MOST_DIGITS]!r}")
    return [int(word) for word in words]


def _bounds(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return f" from {least} to {most}"
    if least is not None:
        return f" of at least {least}"
    return f" of at most {most}" if most is not None else ""
