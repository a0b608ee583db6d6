"""What the network is asked about a drawing, the test digits that it may begin with, and what is said of all that."""

from functools import lru_cache

from msgspec import Struct
from textual.content import Content
from textual.geometry import Offset

from core.datasets import DATASETS
from core.inspection.answers import Answer
from core.inspection.drawing import SIDE, Drawing, Pad, Point, centred
from tui.inspect.inspector_protocol import Inspected
from tui.inspect.outputs import MARK, said

__all__ = ["PlacedDigit", "Question", "Reply", "answer", "both_said", "loaded", "made_ready", "origin", "pen", "pixel"]


class Question(Struct, frozen=True, eq=False):
    """What the network is asked: what it gives for a drawing as it is, and centred."""

    inspected: Inspected
    pad: Pad


class Reply(Struct, frozen=True, eq=False):
    """What the network gave for both pictures."""

    as_drawn: Answer
    centred: Answer


class PlacedDigit(Struct, frozen=True):
    """A digit of the test set on the pad."""

    pad: Pad
    number: int
    name: str
    """Of its class."""


@lru_cache(4)
def made_ready(pad: Pad) -> Pad:
    """``pad`` centred."""
    return Pad.of(centred(pad.image))


def pixel(point: Point) -> Offset:
    """The pixel of the pad that is nearest to ``point``."""
    row, column = (min(max(0, round(at)), SIDE - 1) for at in point)
    return Offset(column, row)


def answer(question: Question) -> Reply:
    """Ask; in a worker."""
    ready = made_ready(question.pad)
    as_drawn = Answer.of(question.inspected.outputs(question.pad.image))
    same = ready == question.pad
    return Reply(as_drawn, as_drawn if same else Answer.of(question.inspected.outputs(ready.image)))


def loaded(inspected: Inspected, chance: float, last: int | None = None) -> PlacedDigit:
    """The digit that ``chance``, from 0 to below 1, falls on, of all but the ``last`` one; in a worker."""
    labels, classes = inspected.labels, DATASETS[inspected.plan.dataset].classes
    number = int(chance * (len(labels) - (last is not None)))
    if last is not None and number >= last:
        number += 1
    return PlacedDigit(Pad.of(inspected.images[number]), number, classes[int(labels[number])])


def origin(digit: PlacedDigit | None, drawing: Drawing) -> str:
    """Which test digit is on the pad, or was before it was changed; empty for a drawing that began with none."""
    if digit is None or drawing.present.empty:
        return ""
    if drawing.present == digit.pad:
        return f"test digit {digit.number}: a {digit.name}"
    if digit.pad not in drawing.past:
        return ""
    since = drawing.past[len(drawing.past) - drawing.past[::-1].index(digit.pad) :]
    return "" if any(pad.empty for pad in since) else f"was test digit {digit.number}: a {digit.name}"


def both_said(reply: Reply, classes: tuple[str, ...], *, as_drawn: bool) -> Content:
    """Both answers, a line each; that to what goes into the network, ``as_drawn`` or centred, is marked."""
    lines = (
        (f"as drawn: {said(reply.as_drawn, classes)}", as_drawn),
        (f"centred:  {said(reply.centred, classes)}", not as_drawn),
    )
    return Content("\n").join(
        Content.styled(f"{MARK} {line}", "bold") if goes_in else Content(f"  {line}") for line, goes_in in lines
    )


def pen(tool: str, at: Offset | None, *, down: bool) -> str:
    """What draws, and where the arrows have it: ``pen down at row 3, column 9``."""
    return tool if at is None else f"{tool} {'down' if down else 'up'} at row {at.y + 1}, column {at.x + 1}"
