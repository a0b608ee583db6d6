"""Evaluating a drawing, loading test digits onto the pad, and the captions for both."""

from functools import lru_cache

from msgspec import Struct
from textual.content import Content
from textual.geometry import Offset

from core.datasets import DATASETS
from core.inspection.answers import Answer
from core.inspection.drawing import SIDE, Drawing, Pad, Point, centred
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.outputs import MARK, answer_text

__all__ = ["PlacedDigit", "Question", "Reply", "answer", "answer_lines", "loaded", "origin", "pen", "pixel", "prepared"]


class Question(Struct, frozen=True, eq=False):
    """Asks a network for its outputs for a drawing, as drawn and centred."""

    inspected: Inspected
    pad: Pad


class Reply(Struct, frozen=True, eq=False):
    """The network's outputs for both pictures."""

    as_drawn: Answer
    centred: Answer


class PlacedDigit(Struct, frozen=True):
    """A digit of the test set on the pad."""

    pad: Pad
    number: int
    name: str
    """The name of its class."""


@lru_cache(4)
def prepared(pad: Pad) -> Pad:
    """``pad`` centred."""
    return Pad.of(centred(pad.image))


def pixel(point: Point) -> Offset:
    """The pixel of the pad nearest to ``point``."""
    row, column = (min(max(0, round(at)), SIDE - 1) for at in point)
    return Offset(column, row)


def answer(question: Question) -> Reply:
    """Evaluate both pictures; call it in a worker."""
    ready = prepared(question.pad)
    as_drawn = Answer.of(question.inspected.outputs(question.pad.image))
    same = ready == question.pad
    return Reply(as_drawn, as_drawn if same else Answer.of(question.inspected.outputs(ready.image)))


def loaded(inspected: Inspected, chance: float, last: int | None = None) -> PlacedDigit:
    """The digit that ``chance``, in [0, 1), selects from all but the ``last`` one; call it in a worker."""
    labels, classes = inspected.labels, DATASETS[inspected.plan.dataset].classes
    number = int(chance * (len(labels) - (last is not None)))
    if last is not None and number >= last:
        number += 1
    return PlacedDigit(Pad.of(inspected.images[number]), number, classes[int(labels[number])])


def origin(digit: PlacedDigit | None, drawing: Drawing) -> str:
    """Which test digit is on the pad, or was before it was edited; empty if there was none."""
    if digit is None or drawing.present.empty:
        return ""
    if drawing.present == digit.pad:
        return f"test digit {digit.number}: a {digit.name}"
    if digit.pad not in drawing.past:
        return ""
    since = drawing.past[len(drawing.past) - drawing.past[::-1].index(digit.pad) :]
    return "" if any(pad.empty for pad in since) else f"was test digit {digit.number}: a {digit.name}"


def answer_lines(reply: Reply, classes: tuple[str, ...], *, as_drawn: bool) -> Content:
    """Both predictions, a line each; the one for the input, ``as_drawn`` or centred, is marked."""
    lines = (
        (f"as drawn: {answer_text(reply.as_drawn, classes)}", as_drawn),
        (f"centred:  {answer_text(reply.centred, classes)}", not as_drawn),
    )
    return Content("\n").join(
        Content.styled(f"{MARK} {line}", "bold") if is_input else Content(f"  {line}") for line, is_input in lines
    )


def pen(tool: str, at: Offset | None, *, down: bool) -> str:
    """The tool, and where it is: ``pen down at row 3, column 9``."""
    return tool if at is None else f"{tool} {'down' if down else 'up'} at row {at.y + 1}, column {at.x + 1}"
