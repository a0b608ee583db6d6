"""Fields with a few possible values: booleans, choices, devices, validation sets."""

import re
from collections.abc import Mapping

from core.fields.types.base import FieldError, FieldType, quoted
from core.fields.types.numbers import FloatField
from core.fields.types.spelling import did_you_mean

__all__ = ["BoolField", "ChoiceField", "DeviceField", "ValidationField"]


class BoolField(FieldType):
    """True or false."""

    control = "flag"

    def read(self, raw: object) -> bool:
        if not isinstance(raw, bool):
            raise FieldError(f"expected true or false, not {quoted(raw)}")
        return raw

    def initial(self) -> bool:
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


class DeviceField(FieldType):
    """The device to train on: "auto", "cpu", "gpu", or one GPU by its number, "gpu:0"."""

    _names = re.compile(r"auto|cpu|gpu(:[0-9]{1,3})?")

    @property
    def takes(self) -> str:
        return "one of the options, or a GPU by its number, such as gpu:1"

    @property
    def options(self) -> tuple[str, ...]:
        return "auto", "cpu", "gpu:0"

    def initial(self) -> str:
        return "auto"

    def read(self, raw: object) -> str:
        if not isinstance(raw, str) or not self._names.fullmatch(raw):
            raise FieldError(f"expected auto, cpu, gpu or a GPU by its number such as gpu:0, not {quoted(raw)}")
        return raw

    def parse(self, text: str) -> str:
        return self.read(text.strip().lower())


class ChoiceField(FieldType):
    """One of several words; case does not matter."""

    control = "choice"

    def __init__(
        self,
        *words: str,
        names: Mapping[str, object] | None = None,
        aliases: Mapping[str, str] | None = None,
        absent: tuple[str, ...] = (),
    ) -> None:
        """The choices are ``words``, or the keys of ``names``, including those added later.

        ``aliases`` maps other accepted words to choices; ``absent`` are words that Keras accepts but LayerLab does not.
        """
        self._words = words
        self._names = names
        self.aliases = aliases or {}
        self.absent = absent

    @property
    def words(self) -> tuple[str, ...]:
        """The choices."""
        return self._words if self._names is None else tuple(self._names)

    @property
    def options(self) -> tuple[str, ...]:
        return self.words

    def initial(self) -> str:
        return self.words[0]

    def read(self, raw: object) -> str:
        if isinstance(raw, str):
            for word in (raw, raw.lower()):
                if word in self.words or word in self.aliases:
                    return self.aliases.get(word, word)
        raise FieldError(self._message(raw))

    def parse(self, text: str) -> str:
        return self.read(text.strip())

    def _message(self, raw: object) -> str:
        expected = f"expected one of {', '.join(self.words)}"
        if not isinstance(raw, str):
            return f"{expected}, not {quoted(raw)}"
        if raw.lower() in self.absent:
            return f"{expected}, not {quoted(raw)}: Keras has it, LayerLab does not offer it"
        near = did_you_mean(raw, (*self.words, *self.aliases), self.absent, numbered=False)
        return f"{expected}, not {quoted(raw)}{near if near.startswith('; did') else ''}"


class ValidationField(FieldType):
    """What to validate on: "test", "none", or a fraction: the last part of the training set."""

    _fraction = FloatField(above=0, below=1)

    @property
    def takes(self) -> str:
        return f"one of the options, or {self._fraction}"

    @property
    def options(self) -> tuple[str, ...]:
        return "test", "none"

    def initial(self) -> str:
        return "test"

    def read(self, raw: object) -> str | float:
        if raw in ("test", "none"):
            return str(raw)
        if isinstance(raw, str | bool):
            raise FieldError(f'expected "test", "none" or a fraction such as 0.1, not {quoted(raw)}')
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
