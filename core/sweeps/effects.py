"""How much each field of a sweep matters by itself: the mean for its values, and what share of the differences it
explains.
"""

from collections.abc import Iterable, Sequence
from statistics import fmean

from msgspec import Struct

from core.sweeps.charts import field_name
from core.sweeps.results import SettingResult, SweepResults
from core.sweeps.sweep import Sweep, Vary
from core.sweeps.values import show_value, value_key

__all__ = ["FieldEffect", "Group", "field_effects", "has_effects"]

LEAST_FIELDS = 3
"""Of fewer fields, a chart or a map shows all that there is."""
MOST_GROUPS = 5
"""More numbers than these are taken together, in groups of about as many settings."""


class Group(Struct, frozen=True):
    """The settings with some values of a field."""

    label: str
    """The value, or the first and the last of them."""
    settings: int
    mean: float
    """Of the means of these settings."""


class FieldEffect(Struct, frozen=True):
    """A field, whatever the others were."""

    field: str
    groups: tuple[Group, ...]
    share: float | None
    """What share of the variance between settings it explains, from 0 to 1; None if there are too few settings to
    tell."""


def has_effects(sweep: Sweep) -> bool:
    """Whether so many fields vary that each needs to be looked at by itself."""
    return len(sweep.vary) >= LEAST_FIELDS


def field_effects(sweep: Sweep, found: SweepResults) -> tuple[FieldEffect, ...]:
    """The effects of all fields that vary, the one that explains most first."""
    effects = [_effect(vary, found.settings) for vary in sweep.vary]
    return tuple(sorted(effects, key=lambda each: -1.0 if each.share is None else each.share, reverse=True))


def _effect(vary: Vary, settings: Sequence[SettingResult]) -> FieldEffect:
    means = [(label, [each.estimate.mean for each in members]) for label, members in _grouped(vary, settings)]
    groups = tuple(Group(label, len(group), fmean(group)) for label, group in means)
    return FieldEffect(field_name(vary), groups, omega_squared([group for _, group in means]))


def omega_squared(groups: Sequence[Sequence[float]]) -> float | None:
    """The share of the variance that lies between ``groups``, without what chance alone would put there.

    From 0 to 1; None for fewer than two groups, or with no more numbers than groups. Hays 1963, *Statistics for
    Psychologists*: (SSB - (k - 1) MSW) / (SST + MSW).
    """
    everything = [value for group in groups for value in group]
    spare = len(everything) - len(groups)
    if len(groups) < 2 or spare < 1:
        return None
    mean = fmean(everything)
    between = sum(len(group) * (fmean(group) - mean) ** 2 for group in groups)
    total = sum((value - mean) ** 2 for value in everything)
    within = max(0.0, total - between) / spare
    if total == 0.0:
        return 0.0
    return min(1.0, max(0.0, (between - (len(groups) - 1) * within) / (total + within)))


def _grouped(vary: Vary, settings: Sequence[SettingResult]) -> Iterable[tuple[str, list[SettingResult]]]:
    """The settings by their value of ``vary``, in the order of its values."""
    by_value: dict[str, list[SettingResult]] = {value_key(value): [] for value in vary.values}
    for each in settings:
        by_value[value_key(dict(each.values)[vary.addresses[0]])].append(each)
    trained = [(value, by_value[value_key(value)]) for value in vary.values if by_value[value_key(value)]]
    numbers = [
        (float(value), members)
        for value, members in trained
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    if len(trained) <= MOST_GROUPS or len(numbers) < len(trained):
        return [(show_value(value), members) for value, members in trained]
    return _in_ranges(sorted(numbers, key=lambda pair: pair[0]))


def _in_ranges(trained: Sequence[tuple[float, list[SettingResult]]]) -> Iterable[tuple[str, list[SettingResult]]]:
    """Neighbours of ``trained``, which come in their order, taken together."""
    count = sum(len(members) for _, members in trained)
    ranges: list[list[tuple[float, list[SettingResult]]]] = [[] for _ in range(MOST_GROUPS)]
    before = 0
    for value, members in trained:
        ranges[min(MOST_GROUPS - 1, (2 * before + len(members)) * MOST_GROUPS // (2 * count))].append((value, members))
        before += len(members)
    for each in filter(None, ranges):
        first, last = show_value(each[0][0]), show_value(each[-1][0])
        label = first if first == last else f"{first} to {last}"
        yield label, [result for _, members in each for result in members]
