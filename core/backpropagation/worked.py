"""Numbers at work: one example after the other, one step after the other, and back."""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from core.backpropagation.example import Example, example
from core.backpropagation.passes import Pass, work
from core.backpropagation.state import State
from core.network.summary import Summary
from core.plan.plan import Plan

__all__ = ["Worked", "begin"]

MOST_STEPS = 50
"""Steps that can be undone."""


class Worked(Struct, frozen=True, eq=False):
    """The numbers of one example, and what came before them. `begin` makes the first."""

    numbers: Pass
    caption: str
    """What the example is."""
    index: int
    """Its number."""
    steps: int = 0
    """How many steps have been taken since the beginning."""
    before: tuple[Pass, ...] = ()
    """Before each of the last steps, the latest last."""

    def another(self, by: int) -> "Worked":
        """Another example through the same network. Raises `DatasetError`."""
        numbers = self.numbers
        found = example(numbers.x.shape, len(numbers.output), numbers.plan, max(0, self.index + by))
        return replace(self, numbers=numbers.shown(found.x, found.right), caption=found.caption, index=found.index)

    def stepped(self) -> "Worked":
        """After the optimizer's step for this example; the same if there is none."""
        if not self.numbers.updates:
            return self
        before = (*self.before, self.numbers)[-MOST_STEPS:]
        return replace(self, numbers=self.numbers.stepped(), steps=self.steps + 1, before=before)

    def undone(self) -> "Worked":
        """Before the last step, with this example; the same if there was none."""
        if not self.before:
            return self
        state, numbers = self.before[-1].state, self.numbers
        back = work(numbers.summary, numbers.plan, state, numbers.x, numbers.right)
        return replace(self, numbers=back, steps=self.steps - 1, before=self.before[:-1])


def begin(summary: Summary, plan: Plan, read: Callable[[], State], shown: Example | None = None) -> Worked:
    """The numbers of ``shown``, or of the first example. ``read`` gives the state of the network.

    ``summary`` is what `check` returned. Raises `DatasetError`, and `FieldError` if the loss is not written out.
    """
    output = summary.rows[-1].facts.output if summary.rows[-1].facts else ()
    first = shown or example(summary.rows[0].facts.output if summary.rows[0].facts else (), output[0], plan, 0)
    return Worked(work(summary, plan, read(), first.x, first.right), first.caption, first.index)
