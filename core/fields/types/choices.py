"""Words: true or false, one of a few, a device, what to validate on."""

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
    """What to train on: "auto", "cpu", "gpu" or one GPU of several by its number, "gpu:0"."""

    _names = re.compile(r"auto|cpu|gpu(:[0-9]{1,3})?")

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
    """One of some words, in capitals or not."""

    control = "choice"

    def __init__(
        self,
        *words: str,
        names: Mapping[str, object] | None = None,
        aliases: Mapping[str, str] | None = None,
        absent: tuple[str, ...] = (),
    ) -> None:
        """``names`` is a table whose keys are the words, those that it comes to have later too.

        ``aliases`` are other words for some of them, ``absent`` those that Keras takes but LayerLab does not.
        """
        self._words = words
        self._names = names
        self.aliases = aliases or {}
        self.absent = absent

    @property
    def words(self) -> tuple[str, ...]:
        """What may be chosen."""
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
        raise FieldError(self._refusal(raw))

    def parse(self, text: str) -> str:
        return self.read(text.strip())

    def _refusal(self, raw: object) -> str:
        expected = f"expected one of {', '.join(self.words)}"
        if not isinstance(raw, str):
            return f"{expected}, not {quoted(raw)}"
        if raw.lower() in self.absent:
            return f"{expected}, not {quoted(raw)}: Keras has it, LayerLab does not offer it"
        near = did_you_mean(raw, (*self.words, *self.aliases), self.absent, numbered=False)
        return f"{expected}, not {quoted(raw)}{near if near.startswith('; did') else ''}"


class ValidationField(FieldType):
    """What a network is validated on: "test", "none", or the last part of the training set as a fraction."""

    _fraction = FloatField(above=0, below=1)

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
