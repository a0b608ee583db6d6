"""Ticks of logarithmic axes."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, floor, log10

from core.charts.steps import multiples, nice_step

__all__ = ["log_ticks"]

_NARROW = 4
"""The ratio of the ends of an axis that looks almost linear."""
_WIDE = 1e5
"""The ratio of the ends of an axis from which powers of ten alone are easier to read."""
_WIDEST = 0.3
"""The share of the axis on either side of which there is a tick between two others, if there is a round value."""
_FINER = 6
"""How many steps, each about half of the one before, are tried in a narrow range."""


@lru_cache(maxsize=64)
def log_ticks(low: float, high: float, bulk: tuple[float, float], most: int, apart: float) -> tuple[float, ...]:
    """About ``most`` values from ``low`` to ``high``, two of them within ``bulk`` if it has room for them, else one.

    They are 1, 2 and 5 times powers of ten, or one of these times every power, or every second etc.; in a narrow range
    multiples of such a value. Any two are at least ``apart`` from each other, as a share of the axis.
    """
    axis, common = (low, high), _common(bulk, (low, high))
    candidates = _round_values(low, high) + _linear(low, high, most)
    reach = max(apart, min(1 / most, _WIDEST))
    for wanted, count in ((common, 2), (common, 1), (axis, 2)):
        for values in (*_families(low, high, most), _seeds(wanted, count, axis, apart)):
            if len(_within(values, wanted)) < count or not _has_room(values, axis, apart):
                continue
            if len(filled := _filled(values, candidates, axis, reach)) > 1:
                return tuple(filled)
    return tuple(_seeds(axis, 2, axis, 0.0)) or axis


def _families(low: float, high: float, most: int) -> Iterator[list[float]]:
    """Two to ``most`` ticks that are evenly spread over the axis, in every such way, with the most first."""
    return (values for values in _sequences(low, high) if 2 <= len(values) <= most)


def _sequences(low: float, high: float) -> Iterator[list[float]]:
    first, last = floor(log10(low)), ceil(log10(high))
    yield _round_values(low, high)
    for stride in range(1, last - first + 2):
        powers = range(ceil(first / stride) * stride, last + 1, stride)
        for factor in (1, 5, 2) if stride == 1 and high < _WIDE * low else (1,):
            yield _within([factor * 10.0**power for power in powers], (low, high))


def _round_values(low: float, high: float) -> list[float]:
    """1, 2 and 5 times powers of ten."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    return _within([factor * 10.0**power for power in powers for factor in (1, 2, 5)], (low, high))


def _seeds(wanted: tuple[float, float], count: int, axis: tuple[float, float], apart: float) -> list[float]:
    """Two values within ``wanted`` that have room, as round and then as far from each other as possible, or one.

    None if there are not ``count``.
    """
    for values in _ever_finer(*wanted):
        found = [values[0], values[-1]] if count == 2 else [values[len(values) // 2]]
        if len(values) >= count and _has_room(found, axis, apart):
            return found
    return []


def _ever_finer(low: float, high: float) -> Iterator[list[float]]:
    """Values from ``low`` to ``high``, the roundest first; none that are empty."""
    if low >= high:
        return
    step = nice_step(high - low)
    tried = [_round_values(low, high)]
    for _ in range(_FINER):
        tried.append(_within(multiples(step, low, high), (low, high)))
        step = nice_step(step * 0.4)
    yield from filter(None, tried)


def _linear(low: float, high: float, most: int) -> list[float]:
    """About ``most`` values as on a linear axis, if the axis is so narrow that they are spread over it."""
    return multiples(nice_step((high - low) / most), low, high) if high < _NARROW * low else []


def _filled(ticks: list[float], candidates: Sequence[float], axis: tuple[float, float], reach: float) -> list[float]:
    """``ticks`` and those of ``candidates`` that are ``reach`` from all others, the farthest first."""
    while candidates:
        farthest = max(candidates, key=lambda value: _nearest(value, ticks, axis))
        if _nearest(farthest, ticks, axis) < reach:
            break
        ticks = sorted([*ticks, farthest])
    return ticks


def _nearest(value: float, ticks: Sequence[float], axis: tuple[float, float]) -> float:
    return min(_distance(value, tick, axis) for tick in ticks)


def _has_room(values: Sequence[float], axis: tuple[float, float], apart: float) -> bool:
    return all(_distance(*pair, axis) >= apart for pair in pairwise(values))


def _distance(one: float, other: float, axis: tuple[float, float]) -> float:
    """How far two values are from each other, as a share of the axis."""
    return abs(log10(one) - log10(other)) / (log10(axis[1]) - log10(axis[0]))


def _within(values: Sequence[float], ends: tuple[float, float]) -> list[float]:
    return [value for value in values if ends[0] * (1 - 1e-9) <= value <= ends[1] * (1 + 1e-9)]


def _common(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """The range that two ranges share; empty, with its ends swapped, if they do not meet."""
    return max(one[0], other[0]), min(one[1], other[1])
