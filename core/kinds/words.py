"""Words: true or false, one of a few, a device, what to validate on."""

import re

from core.kinds.base import FieldError, Kind, shown
from core.kinds.numbers import Real

__all__ = ["Choice", "Device", "Flag", "Validation"]


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


class Device(Kind):
    """What to train on: "auto", "cpu", "gpu" or one GPU of several by its number, "gpu:0"."""

    _names = re.compile(r"auto|cpu|gpu(:[0-9]{1,3})?")

    @property
    def options(self) -> tuple[str, ...]:
        return "auto", "cpu", "gpu:0"

    def start(self) -> str:
        return "auto"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not self._names.fullmatch(raw):
            raise FieldError(f"expected auto, cpu, gpu or a GPU by its number such as gpu:0, not {shown(raw)}")
        return raw

    def parse(self, text: str) -> str:
        return self.read(text.strip().lower())


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
