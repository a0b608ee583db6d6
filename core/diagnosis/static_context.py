"""The input of the static rules: an architecture, its plan, and what follows directly from them."""

from collections.abc import Iterable
from functools import cached_property

from msgspec import Struct

from core.datasets import DATASETS, Dataset
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import Layer
from core.network.summary import Row, Summary
from core.plan.plan import Plan

__all__ = ["StaticContext", "place"]


class StaticContext(Struct, frozen=True, dict=True):
    """An architecture with its plan and its summary."""

    architecture: Architecture
    plan: Plan
    summary: Summary

    @property
    def dataset(self) -> Dataset:
        """The plan's dataset."""
        return DATASETS[self.plan.dataset]

    @property
    def trains(self) -> bool:
        """Whether the dataset fits the input; if not, the architecture is there for its arithmetic only."""
        return self.dataset.takes(self.architecture.input_shape)

    @property
    def classes(self) -> int:
        """How many classes the dataset has."""
        return len(self.dataset.classes)

    @property
    def classifies(self) -> bool:
        """Whether the output is known and has one number for each class."""
        return self.trains and self.summary.output == (self.classes,)

    @cached_property
    def kernel_rows(self) -> tuple[Row, ...]:
        """The rows that have a kernel, whether or not their shapes are known."""
        return tuple(row for row in self.summary.rows if row.layer.has_kernel)

    @cached_property
    def ending(self) -> Row | None:
        """The row that gives the output its activation: the last one that has an activation."""
        return next((row for row in reversed(self.summary.rows) if row.layer.activation_name), None)

    @property
    def ends_in(self) -> str:
        """The name of the output's activation; empty if no layer has one."""
        return self.ending.layer.activation_name if self.ending else ""

    @property
    def is_last(self) -> bool:
        """Whether the row that gives the output its activation is the last one."""
        return self.ending is not None and self.ending is self.summary.rows[-1]

    def behind(self, row: Row) -> tuple[Row, ...]:
        """The rows after ``row``."""
        return self.summary.rows[row.index + 1 :]

    def activation_after(self, row: Row) -> str:
        """The activation applied to the output of ``row``: its own, or that of a later layer before the next kernel."""
        name = row.layer.activation_name
        for later in self.behind(row) if name == "linear" else ():
            if later.layer.has_kernel:
                break
            if (own := later.layer.activation_name) not in ("", "linear"):
                return own
        return name

    def normalized_after(self, row: Row) -> bool:
        """Whether a normalization comes between ``row`` and the next kernel."""
        return _normalization_first(self.behind(row))

    def normalized_before(self, row: Row) -> bool:
        """Whether a normalization comes between ``row`` and the previous kernel."""
        return _normalization_first(reversed(self.summary.rows[1 : row.index]))

    def make_fix(self, label: str, *, architecture: Architecture | None = None, plan: Plan | None = None) -> Fix:
        """A fix; what is not passed stays unchanged."""
        return Fix(label, architecture or self.architecture, plan or self.plan)

    def replace_layer(self, label: str, row: Row, layer: Layer, plan: Plan | None = None) -> Fix:
        """A fix that replaces ``row`` with ``layer``."""
        return self.make_fix(label, architecture=self.architecture.replace(row.index, layer), plan=plan)

    def remove_layers(self, label: str, rows: tuple[Row, ...]) -> Fix:
        """A fix that removes ``rows``."""
        architecture = self.architecture
        for row in reversed(rows):
            architecture = architecture.remove(row.index)
        return self.make_fix(label, architecture=architecture)


def _normalization_first(rows: Iterable[Row]) -> bool:
    """Whether there is a normalization among ``rows``, and no kernel before it."""
    for row in rows:
        if row.layer.normalizes_over or row.layer.has_kernel:
            return bool(row.layer.normalizes_over)
    return False


def place(row: Row) -> str:
    """``layer 2 (Dense 400 sigmoid)``."""
    return f"layer {row.index} ({row.layer.label})"
