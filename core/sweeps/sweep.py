"""A sweep: a preset that is trained with several values of some of its fields, with the same seeds for each."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice, product
from math import prod
from random import Random
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.fields.types import FieldError
from core.presets import Preset
from core.sweeps.addresses import with_field
from core.sweeps.values import Value, show_value

__all__ = [
    "CHOICES",
    "METRICS",
    "MOST_TRIALS",
    "PRESET",
    "VALIDATED",
    "Choose",
    "Metric",
    "Setting",
    "Sweep",
    "Trial",
    "Vary",
]

MOST_TRIALS = 10_000
PRESET = "preset"
"""The address of the whole preset."""

Choose = Literal["grid", "random"]
CHOICES: tuple[Choose, ...] = ("grid", "random")
"""How settings are chosen: all combinations of the values, or some of them, drawn without putting back."""

Metric = Literal["val_accuracy", "best_val_accuracy", "test_accuracy", "val_loss", "test_loss"]
METRICS: tuple[Metric, ...] = ("val_accuracy", "best_val_accuracy", "test_accuracy", "val_loss", "test_loss")
"""What settings are compared by: of the last epoch, of the best, or of the final weights."""
VALIDATED: tuple[Metric, ...] = ("val_accuracy", "best_val_accuracy", "val_loss")
"""Those that need validation."""


class Vary(Struct, frozen=True):
    """Fields that are given one value after the other; several ``addresses`` are all given the same."""

    addresses: tuple[str, ...]
    values: tuple[Value, ...]


Setting = tuple[tuple[str, Value], ...]
"""Addresses with their values, in the order of the sweep."""


class Trial(Struct, frozen=True):
    """One training of a sweep."""

    number: int
    """From 0, in the order in which they are trained: all settings with the first seed, then with the second."""
    setting: int
    """The index of its setting."""
    values: Setting
    preset: Preset
    """What is trained, with the seed in its plan."""

    @property
    def seed(self) -> int:
        """The seed of its weights, its order of examples and its dropout."""
        return self.preset.plan.seed

    @property
    def label(self) -> str:
        """What tells it from the others: ``kernel_regularizer.l2=0.001, seed 2``."""
        return ", ".join(
            [*(f"{_short(address)}={show_value(value)}" for address, value in self.values), f"seed {self.seed}"]
        )


class Sweep(Struct, frozen=True, dict=True):
    """What to train, and how to compare it."""

    name: str
    base_id: str
    """What the file calls its base."""
    base: Preset
    """The preset with the sweep's plan."""
    vary: tuple[Vary, ...] = ()
    repeats: int = 3
    choose: Choose = "grid"
    limit: int | None = None
    """The most settings; required where they are drawn."""
    metric: Metric = "val_accuracy"
    presets: tuple[tuple[str, Preset], ...] = ()
    """The presets that are varied over, by the names the file gives them."""
    description: str = ""
    origin: str = ""

    @property
    def combinations(self) -> int:
        """How many settings the values allow."""
        return prod(len(each.values) for each in self.vary)

    @property
    def count(self) -> int:
        """How many trials there are."""
        return min(self.combinations, self.limit or self.combinations) * self.repeats

    @property
    def higher_is_better(self) -> bool:
        """Whether the metric is an accuracy."""
        return self.metric.endswith("accuracy")

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings, in the order of their values. Raises `FieldError` if there are too many trials."""
        if self.choose == "random" and self.limit is None:
            raise FieldError("limit: is missing: how many settings to draw")
        if self.count > MOST_TRIALS:
            raise FieldError(
                f"has {self.count:,} trials; at most {MOST_TRIALS:,}: vary fewer values, or draw some with "
                'choose = "random" and limit = 50'
            )
        if self.choose == "random" and self.limit and self.limit < self.combinations:
            draw, drawn = Random(self.base.plan.seed), set[int]()  # noqa: S311  # no secret
            while len(drawn) < self.limit:
                drawn.add(draw.randrange(self.combinations))
            return tuple(self._setting(number) for number in sorted(drawn))
        return tuple(islice(map(self._setting, range(self.combinations)), self.limit))

    def trials(self) -> Iterator[Trial]:
        """All trials, in the order in which they are trained. Raises `FieldError` for a value that a field refuses."""
        presets = [self.preset(setting) for setting in self.settings]
        pairs = product(range(self.repeats), enumerate(presets))
        for number, (repeat, (index, preset)) in enumerate(pairs):
            seeded = with_field(preset, "plan.seed", self.base.plan.seed + repeat)
            yield Trial(number, index, self.settings[index], seeded)

    def numbered(self, number: int) -> tuple[Setting, int]:
        """The setting and the seed of the trial with this ``number``. Raises `FieldError` as `settings` does."""
        repeat, index = divmod(number, len(self.settings))
        return self.settings[index], self.base.plan.seed + repeat

    def with_epochs(self, epochs: int) -> "Sweep":
        """The same with another number of epochs, unless that is varied. Raises `FieldError`."""

        def changed(preset: Preset) -> Preset:
            return with_field(preset, "plan.epochs", epochs)

        return replace(
            self,
            base=changed(self.base),
            presets=tuple((name, changed(preset)) for name, preset in self.presets),
        )

    def preset(self, setting: Setting) -> Preset:
        """The base with the values of ``setting``. Raises `FieldError`."""
        preset = self.base
        whole = dict(self.presets)
        for address, value in sorted(setting, key=_depth):
            preset = whole[str(value)] if address == PRESET else with_field(preset, address, value)
        return preset

    def _setting(self, number: int) -> Setting:
        """The setting with this ``number``: the values of the last field change fastest."""
        values: list[tuple[Vary, Value]] = []
        for vary in reversed(self.vary):
            number, index = divmod(number, len(vary.values))
            values.append((vary, vary.values[index]))
        return tuple((address, value) for vary, value in reversed(values) for address in vary.addresses)


def _depth(field: tuple[str, Value]) -> tuple[bool, int]:
    """What holds other fields is set before them."""
    return field[0] != PRESET, field[0].count(".")


def _short(address: str) -> str:
    """The part of an address that a person needs: without the plan, and without the layer's brackets."""
    return address.removeprefix("plan.").rpartition("].")[2] or address
