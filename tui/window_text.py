"""One stop of a window in numbers: the patch, the filter, the products and their sum."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from textual.content import Content

from core.formatting import show_digits
from core.network.window_math import Convolved, Pooled
from core.typography import TIMES
from tui.number_text import table_numbers

__all__ = ["grids", "sums"]

MOST = 8
"""The largest window shown in full, in rows and columns."""

ENDS = 3
"""For a larger window: rows and columns shown at either end."""

NARROWEST, GOOD, WIDEST = 5, 7, 8
"""Width of a number with a space in front: minimum, preferred if tables are side by side, maximum."""

BESIDE = 3
"""Cells between two tables."""

LARGEST, CHANNELS = "largest of", "512 channels"
"""The longest label of an equation, for pooling and for a convolution."""

PAD = "pad"
MORE = "\u2026"

Lines = list[Content]


def grids(at: Convolved | Pooled, channel: int, padding: str | int, width: int, factor: str = "the filter") -> Content:
    """The tables of one stop, side by side where ``width`` allows; ``channel`` indexes those the filter sees.

    ``factor`` is what the filter is called.
    """
    size = at.stop.padded.shape
    notes = [_shortened(size)] if max(size) > MOST else []
    if padding not in ("valid", 0):
        # An extra line at every stop, so that what follows does not move.
        notes.append(_padding_note(at, padding) if at.stop.padded.any() else "")
    if isinstance(at, Pooled):
        table = _table("under the window", at.patch, _cell(1, size, width), at.stop.padded, at.chosen)
        return _joined([*table, *_notes(notes)])
    patch, kernel, products = (part[..., channel] for part in (at.patch, at.kernel, at.products))
    across = _across(size, width)
    cell = _cell(across, size, width)
    under = _table("under the window", patch, cell, at.stop.padded)
    tables = [under, _table(factor, kernel, cell), _table("products", products, cell)]
    beside = [*_beside(tables[:across], "*="[: across - 1]), *(line for table in tables[across:] for line in table)]
    return _joined([*beside, *_notes(notes)])


def sums(at: Convolved | Pooled, channel: int, activation: str, given: float, width: int, label: str = "") -> Content:
    """How the output is computed, line by line; ``given`` is the network's own output there.

    The sum of the products is called ``label``, or if that is empty by the number of its channel.
    """
    made = "output" if activation == "linear" else f"after {activation}"
    wide = max(len(made), len(LARGEST if isinstance(at, Pooled) else CHANNELS)) + 2
    lines = _pooled(at, width - wide) if isinstance(at, Pooled) else _convolved(at, channel, label, width - wide)
    named = [Content.assemble((f" {name}".ljust(wide), "$foreground-muted"), text) for name, text in lines]
    last = Content.assemble((f" {made}".ljust(wide), "$foreground-muted"), (show_digits(given), "bold"))
    return _joined([*named, last])


def _convolved(at: Convolved, channel: int, label: str, room: int) -> list[tuple[str, str]]:
    """The label and text of each line, in ``room`` cells."""
    terms = _terms(at.patch[..., channel], at.kernel[..., channel])
    total = float(at.sums.sum())
    name = label or f"channel {at.channels[channel] + 1}"
    lines = [(name, _equation(terms, show_digits(float(at.sums[channel])), room))]
    if len(at.channels) > 1:
        parts = [show_digits(value, 3) for value in at.sums.tolist()]
        lines.append((f"{len(parts)} channels", _equation(parts, show_digits(total), room)))
    return [*lines, ("+ bias", f"{show_digits(total)} {_signed(show_digits(at.bias))} = {show_digits(at.total)}")]


def _pooled(at: Pooled, room: int) -> list[tuple[str, str]]:
    values = [show_digits(value, 3) for value in at.patch[at.counted].tolist()]
    if at.operation == "max":
        return [(LARGEST, _equation(values, show_digits(at.total), room, ", "))]
    summed = show_digits(float(at.patch[at.counted].sum()))
    return [
        ("sum", _equation(values, summed, room)),
        ("average", f"{summed} / {len(values)} = {show_digits(at.total)}"),
    ]


def _terms(patch: NDArray[Any], kernel: NDArray[Any]) -> list[str]:
    pairs = zip(patch.ravel().tolist(), kernel.ravel().tolist(), strict=True)
    return [f"{show_digits(value, 3)}*{_factor(weight)}" for value, weight in pairs]


def _factor(weight: float) -> str:
    return f"({show_digits(weight, 3)})" if weight < 0 else show_digits(weight, 3)


def _signed(term: str) -> str:
    return f"- {term[1:]}" if term.startswith("-") else f"+ {term}"


def _equation(terms: Sequence[str], result: str, room: int, sign: str = "") -> str:
    """``0*0 + 1*1 + 3*2 + 4*3 = 19``; if not all terms fit, as many of the non-zero ones as do."""
    room -= len(f" = {result}")
    if len(_added(terms, sign)) <= room:
        return f"{_added(terms, sign)} = {result}"
    # Each takes at least three cells: of thousands, try only as many as could fit.
    some = [term for term in terms if not _nothing(term)][: max(1, room // 3)]
    if not some:
        return f"{len(terms)} times 0 = {result}"
    while some and len(_added([*some, MORE], sign)) > room:
        some.pop()
    return f"{_added([*some, MORE], sign)} = {result}"


def _nothing(term: str) -> bool:
    """Whether it adds nothing; 0 times a non-finite number is NaN."""
    return term == "0" or (term.startswith("0*") and term[2:].strip("(-)")[:1].isdigit())


def _added(terms: Sequence[str], sign: str) -> str:
    if sign:
        return sign.join(terms)
    return " ".join([terms[0], *(_signed(term) for term in terms[1:])])


def _room(across: int, size: tuple[int, ...], width: int) -> int:
    """Cells for a number with ``across`` tables side by side."""
    columns = min(size[1], MOST)
    return (width - BESIDE * (across - 1)) // (across * columns)


def _across(size: tuple[int, ...], width: int) -> int:
    """How many of the three tables fit side by side."""
    if _room(3, size, width) >= GOOD:
        return 3
    return 2 if _room(2, size, width) >= NARROWEST else 1


def _cell(across: int, size: tuple[int, ...], width: int) -> int:
    return max(NARROWEST, min(WIDEST, _room(across, size, width)))


def _table(
    title: str,
    values: NDArray[np.float64],
    cell: int,
    padded: NDArray[np.bool_] | None = None,
    chosen: tuple[int, int] | None = None,
) -> Lines:
    """A heading and a line for every row of ``values``; padding and the chosen value are marked."""
    rows, columns = _shown(values.shape[0]), _shown(values.shape[1])
    places = [(row, column) for row in rows for column in columns if row is not None and column is not None]
    texts = dict(zip(places, table_numbers([float(values[place]) for place in places], cell - 1), strict=True))
    wide = max(cell * len(columns), len(title) + 1)
    lines = [Content.styled(f" {title}".ljust(wide), "$foreground-muted")]
    for row in rows:
        parts: list[tuple[str, str]] = []
        for column in columns:
            if row is None or column is None:
                text, style = MORE, "$foreground-muted"
            elif padded is not None and padded[row, column]:
                text, style = PAD, "$foreground-muted"
            elif chosen == (row, column):
                text, style = f">{texts[row, column]}", "bold $text-accent"
            else:
                text, style = texts[row, column], ""
            parts.append((text.rjust(cell), style))
        lines.append(Content.assemble(*parts, " " * (wide - cell * len(columns))))
    return lines


def _shown(count: int) -> list[int | None]:
    """The rows or columns that are shown; None for those omitted."""
    if count <= MOST:
        return list(range(count))
    return [*range(ENDS), None, *range(count - ENDS, count)]


def _beside(tables: Sequence[Lines], signs: str) -> Lines:
    """``tables`` side by side, with a sign between them in the middle row."""
    rows = len(tables[0])
    lines = []
    for row in range(rows):
        line = tables[0][row]
        for table, sign in zip(tables[1:], signs, strict=True):
            line = line + (f" {sign} " if row == (rows + 1) // 2 else " " * BESIDE) + table[row]
        lines.append(line)
    return lines


def _shortened(size: tuple[int, ...]) -> str:
    return f"shortened: the first and last {ENDS} of {size[0]}{TIMES}{size[1]}"


def _padding_note(at: Convolved | Pooled, padding: str | int) -> str:
    if isinstance(at, Convolved):
        return f"{PAD}: padding, which is 0"
    return f"{PAD}: padding, {'a zero that counts' if isinstance(padding, int) else 'which does not count'}"


def _notes(notes: Sequence[str]) -> Lines:
    return [Content.styled(f" {note}", "$foreground-muted") for note in notes]


def _joined(lines: Sequence[Content]) -> Content:
    return Content("\n").join(lines)
