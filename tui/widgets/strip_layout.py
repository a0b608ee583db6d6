"""Where each volume of a network stands in its strip: as large as there is room for, thinner in a deep network."""

from collections.abc import Sequence
from math import log, log2
from typing import NamedTuple

from core.network.shapes import Shape

__all__ = ["Slot", "Volume", "layout", "short_shape", "volumes"]


class _Style(NamedTuple):
    """How much room pictures have: cells for each of a volume's, the most of them, whether all labels are shown."""

    scale: int
    widest: int
    labeled: bool


STYLES = (
    _Style(3, 20, labeled=True),
    _Style(2, 14, labeled=True),
    _Style(1, 8, labeled=True),
    _Style(1, 3, labeled=False),
    _Style(1, 1, labeled=False),
)
"""From the largest, for a few layers on a wide screen, to the smallest, for a very deep network."""
FARTHEST = 24.0
"""The most cells between two pictures."""
SQUARED = "\N{SUPERSCRIPT TWO}"
TIMES = "\N{MULTIPLICATION SIGN}"


class Volume(NamedTuple):
    """How large the output of a layer is drawn: ``height`` as a share of the tallest, ``width`` in cells."""

    height: float
    width: int
    label: str
    fresh: bool
    """Whether it has another shape than the output before."""


class Slot(NamedTuple):
    """Where the output of ``row`` stands: its picture and its label, in cells from the left."""

    row: int
    left: int
    width: int
    label: str
    label_left: int


def short_shape(shape: Shape) -> str:
    """``28²×6`` for a square image with six channels, ``28×14×6``, ``400``."""
    if len(shape) == 3 and shape[0] == shape[1]:
        return f"{shape[0]}{SQUARED}{TIMES}{shape[2]}"
    return TIMES.join(map(str, shape))


def volumes(shapes: Sequence[Shape | None]) -> list[Volume | None]:
    """How each output is drawn, None where it is unknown. Height and width grow with the logarithm of the size.

    The height is that of an image, the steps of a sequence, or the numbers of a vector, which is a thin line; the width
    is the number of channels or features.
    """
    known = [shape for shape in shapes if shape]
    tallest = {
        flat: max([1, *(_tall(shape) for shape in known if (len(shape) == 1) == flat)]) for flat in (True, False)
    }
    return [
        _volume(shape, tallest[len(shape) == 1], fresh=index == 0 or shape != shapes[index - 1]) if shape else None
        for index, shape in enumerate(shapes)
    ]


def layout(drawn: Sequence[Volume | None], selected: int, room: int) -> list[Slot]:
    """The slots of ``drawn`` within ``room`` cells; the ``selected`` one has a label, others as far as they fit.

    If not even a cell for each is left, only those around the selected one are shown.
    """
    for style in STYLES if len(drawn) <= room else ():
        widths = [min(style.scale * volume.width, style.widest) if volume else 1 for volume in drawn]
        slots = [
            max(width, len(volume.label)) if style.labeled and volume and volume.fresh else width
            for width, volume in zip(widths, drawn, strict=True)
        ]
        least = 2 * style.scale if style.scale > 1 else int(style.widest > 1)
        free = room - sum(slots) - least * (len(slots) - 1)
        if free >= 0:
            return _placed(drawn, widths, slots, least + free / max(1, len(slots) - 1), selected, room)
    first = min(max(0, selected - room // 2), len(drawn) - room)
    near = drawn[first : first + room]
    placed = _placed(near, [1] * room, [1] * room, 0.0, selected - first, room)
    return [slot._replace(row=slot.row + first) for slot in placed]


def _volume(shape: Shape, tallest: int, *, fresh: bool) -> Volume:
    flat = len(shape) == 1
    width = 1 if flat else 1 + round(0.75 * log2(max(1, shape[-1])))
    return Volume(log(1 + _tall(shape)) / log(1 + tallest), width, short_shape(shape), fresh)


def _tall(shape: Shape) -> int:
    """The size that is drawn as height."""
    return max(shape[:-1] or shape)


def _placed(
    drawn: Sequence[Volume | None], widths: list[int], slots: list[int], gap: float, selected: int, room: int
) -> list[Slot]:
    """The slots one after the other with ``gap`` cells between them, labels centered below their pictures."""
    gap = min(gap, FARTHEST)
    start, placed = 0.0, []
    for index, (volume, width, slot) in enumerate(zip(drawn, widths, slots, strict=True)):
        label = "" if volume is None or not (volume.fresh or index == selected) else volume.label
        left = round(start + (slot - width) / 2)
        placed.append(Slot(index, left, width, label, _centered(left, width, label, room)))
        start += slot + gap
    return _without_clashes(placed, selected, room)


def _centered(left: int, width: int, label: str, room: int) -> int:
    return min(max(0, left + (width - len(label)) // 2), max(0, room - len(label)))


def _without_clashes(placed: list[Slot], selected: int, room: int) -> list[Slot]:
    """Leave out labels that would touch others: the selected one first, then from the left."""
    taken = [False] * (room + 1)
    shown = {}
    for slot in sorted(placed, key=lambda slot: slot.row != selected):
        cells = range(max(0, slot.label_left - 1), min(room, slot.label_left + len(slot.label) + 1))
        inner = range(slot.label_left, min(room, slot.label_left + len(slot.label)))
        if slot.label and not any(taken[cell] for cell in cells):
            for cell in inner:
                taken[cell] = True
            shown[slot.row] = slot.label
    return [slot._replace(label=shown.get(slot.row, "")) for slot in placed]
