"""A sweep: a preset that is trained with several values of some of its fields, with the same seeds for each."""

from collections.abc import Iterator, Sequence
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
from core.sweeps.values import Value, show_value, value_key

__all__ = [
    "CHOICES",
    "METRICS",
    "MOST_TRIALS",
    "PRESET",
    "PRUNERS",
    "VALIDATED",
    "Choose",
    "Metric",
    "Pruner",
    "Setting",
    "Sweep",
    "Trial",
    "Vary",
]

MOST_TRIALS = 10_000
PRESET = "preset"
"""The address of the whole preset."""

Choose = Literal["grid", "random", "tpe"]
CHOICES: tuple[Choose, ...] = ("grid", "random", "tpe")
"""How settings are chosen: all combinations of the values; some of them, drawn without putting back; or, by a
tree-structured Parzen estimator, where those that were good so far suggest."""

Pruner = Literal["none", "median", "hyperband"]
PRUNERS: tuple[Pruner, ...] = ("none", "median", "hyperband")
"""Which trials are ended early: none; those worse than the median at the same epoch; the worse two thirds at growing
numbers of epochs."""

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
    """The most settings; required unless all are trained."""
    pruner: Pruner = "none"
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
    def setting_count(self) -> int:
        """How many settings are trained."""
        return min(self.combinations, self.limit or self.combinations)

    @property
    def count(self) -> int:
        """How many trials there are."""
        return self.setting_count * self.repeats

    @property
    def higher_is_better(self) -> bool:
        """Whether the metric is an accuracy."""
        return self.metric.endswith("accuracy")

    @property
    def by_epoch(self) -> Metric:
        """What trials are compared by before they have ended: a metric of validation."""
        return "val_accuracy" if self.higher_is_better else "val_loss"

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings, in the order of their values. Raises `FieldError` as `check` does.

        Not for those that trials suggest: they are known when they are chosen.
        """
        self.check()
        if self.choose == "tpe":
            raise AssertionError("its settings are chosen one by one")
        if self.choose == "random" and self.limit and self.limit < self.combinations:
            draw, drawn = Random(self.base.plan.seed), set[int]()  # noqa: S311  # no secret
            while len(drawn) < self.limit:
                drawn.add(draw.randrange(self.combinations))
            return tuple(self._setting(number) for number in sorted(drawn))
        return tuple(islice(map(self._setting, range(self.combinations)), self.limit))

    @cached_property
    def examples(self) -> tuple[Setting, ...]:
        """Settings that together have every value: all of them, if they are known. Raises `FieldError` as `check`."""
        if self.choose != "tpe":
            return self.settings
        self.check()
        longest = max((len(vary.values) for vary in self.vary), default=1)
        return tuple(self.setting([row % len(vary.values) for vary in self.vary]) for row in range(longest))

    def check(self) -> None:
        """Raises `FieldError` if there are too many trials, or nobody knows how many."""
        if self.choose != "grid" and self.limit is None:
            raise FieldError("limit: is missing: how many settings to train")
        if self.count > MOST_TRIALS:
            raise FieldError(
                f"has {self.count:,} trials; at most {MOST_TRIALS:,}: vary fewer values, or draw some with "
                'choose = "random" and limit = 50'
            )

    def trials(self) -> Iterator[Trial]:
        """All trials, in the order in which they are trained. Raises `FieldError` for a value that a field refuses.

        Not for settings that trials suggest, as `settings`.
        """
        presets = [self.preset(setting) for setting in self.settings]
        for repeat, (index, preset) in product(range(self.repeats), enumerate(presets)):
            yield self.trial(index, self.settings[index], repeat, preset)

    def trial(self, index: int, setting: Setting, repeat: int, preset: Preset | None = None) -> Trial:
        """The trial of the ``setting`` with this ``index`` and the seed ``repeat``, counted from 0.

        ``preset`` is what `preset` makes of the setting, if that is known. Raises `FieldError`.
        """
        number = repeat * self.setting_count + index
        seeded = with_field(preset or self.preset(setting), "plan.seed", self.seed(number))
        return Trial(number, index, setting, seeded)

    def index(self, number: int) -> int:
        """The index of the setting of the trial with this ``number``."""
        return number % self.setting_count

    def seed(self, number: int) -> int:
        """The seed of the trial with this ``number``."""
        return self.base.plan.seed + number // self.setting_count

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

    def setting(self, places: Sequence[int]) -> Setting:
        """The setting of the values at ``places``, one for each of ``vary``."""
        chosen = zip(self.vary, places, strict=True)
        return tuple((address, vary.values[place]) for vary, place in chosen for address in vary.addresses)

    def setting_at(self, index: int, written: Setting) -> Setting | None:
        """The setting with this ``index``, of which ``written`` was read from a file; None if that is none of these."""
        if self.choose != "tpe":
            return self.settings[index]
        return written if self.where(written) is not None else None

    def where(self, setting: Setting) -> tuple[int, ...] | None:
        """The places of the values of ``setting``; None if it is none of this sweep."""
        values = dict(setting)
        keys = (value_key(values.get(vary.addresses[0], "")) for vary in self.vary)
        places = [known.get(key) for known, key in zip(self._places_by_key, keys, strict=True)]
        found = tuple(place for place in places if place is not None)
        return found if len(found) == len(places) and self.setting(found) == setting else None

    @cached_property
    def _places_by_key(self) -> tuple[dict[str, int], ...]:
        """For each of ``vary``, the places of its values."""
        return tuple({value_key(value): place for place, value in enumerate(vary.values)} for vary in self.vary)

    def places(self, number: int) -> tuple[int, ...]:
        """The places of the values in combination ``number``: those of the last field change fastest."""
        places = list[int]()
        for vary in reversed(self.vary):
            number, place = divmod(number, len(vary.values))
            places.append(place)
        return tuple(reversed(places))

    def _setting(self, number: int) -> Setting:
        return self.setting(self.places(number))


def _depth(field: tuple[str, Value]) -> tuple[bool, int]:
    """What holds other fields is set before them."""
    return field[0] != PRESET, field[0].count(".")


def _short(address: str) -> str:
    """The part of an address that a person needs: without the plan, and without the layer's brackets."""
    return address.removeprefix("plan.").rpartition("].")[2] or address
