"""Which layers of one stack are which of another: unchanged, changed, removed or inserted."""

from collections.abc import Sequence

from core.fields.struct import FieldStruct, fields_of
from core.network.layers import Layer

__all__ = ["Pair", "aligned"]

Pair = tuple[int | None, int | None]
"""An index in either stack; None for a layer that the other one lacks."""

ONE_FIELD = 0.01
"""What a changed field costs: less than a layer that is inserted or removed."""


def aligned(before: Sequence[Layer], after: Sequence[Layer]) -> list[Pair]:
    """The layers of both stacks in pairs, in order, with as few inserted and removed as possible.

    Only layers of one type make a pair: to turn one into another is to remove the first and insert the second.
    """
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    inner = _inner(before[head : len(before) - tail], after[head : len(after) - tail])
    return [
        *((index, index) for index in range(head)),
        *((_moved(left, head), _moved(right, head)) for left, right in inner),
        *((len(before) - tail + index, len(after) - tail + index) for index in range(tail)),
    ]


def _shared(before: Sequence[Layer], after: Sequence[Layer]) -> int:
    """How many layers both begin with."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((index for index, (left, right) in pairs if left != right), min(len(before), len(after)))


def _moved(index: int | None, by: int) -> int | None:
    return None if index is None else index + by


def _inner(before: Sequence[Layer], after: Sequence[Layer]) -> list[Pair]:
    """The cheapest pairs: the edit distance of two sequences."""
    costs = [[0.0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for left in reversed(range(len(before) + 1)):
        for right in reversed(range(len(after) + 1)):
            ways = _ways(before, after, costs, left, right)
            costs[left][right] = min((cost for cost, _ in ways), default=0.0)
    pairs: list[Pair] = []
    left = right = 0
    while left < len(before) or right < len(after):
        _, (down, across) = min(_ways(before, after, costs, left, right), key=lambda way: way[0])
        pairs.append((left if down else None, right if across else None))
        left, right = left + down, right + across
    return pairs


def _ways(
    before: Sequence[Layer], after: Sequence[Layer], costs: Sequence[Sequence[float]], left: int, right: int
) -> list[tuple[float, tuple[int, int]]]:
    """The ways on from ``left`` and ``right``, each with its cost: a pair, a layer removed, a layer inserted."""
    ways = []
    if left < len(before) and right < len(after) and type(before[left]) is type(after[right]):
        changed = _differing(before[left], after[right])
        ways.append((changed * ONE_FIELD + costs[left + 1][right + 1], (1, 1)))
    if left < len(before):
        ways.append((1 + costs[left + 1][right], (1, 0)))
    if right < len(after):
        ways.append((1 + costs[left][right + 1], (0, 1)))
    return ways


def _differing(left: FieldStruct, right: FieldStruct) -> int:
    return sum(getattr(left, field.name) != getattr(right, field.name) for field in fields_of(type(left)))
