"""Predicting a network that is open: the output shape and the parameters of every layer, cell by cell."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.fields.types import FieldError
from core.learn import prediction
from core.learn.exercise import Answer, Asked, Exercise, Question, answer
from core.learn.practice import STEPS
from core.learn.prediction import Verdict
from core.learn.question import exercise_about
from core.network.summary import Summary, summarize
from core.presets import Preset

__all__ = ["Predictions", "Solved", "start"]

Solved = Literal["first", "later", "shown"]
"""How a cell was filled: by the first answer, by a later one, or by asking for it."""


class Predictions(Struct, frozen=True):
    """The cells of a network, and what came of predicting them. `start` makes the first."""

    preset: Preset
    summary: Summary
    """What LayerLab computes of it."""
    cells: tuple[Asked, ...]
    """The output and the parameters of every layer, from the first on; then all parameters."""
    solved: Mapping[Asked, Solved] = {}
    at: int = 0
    """The index of the cell that is asked for."""
    wrong: bool = False
    """Whether it was answered wrongly."""
    verdict: Verdict | None = None
    """Of the last answer."""

    @property
    def cell(self) -> Asked:
        """The cell that is asked for."""
        return self.cells[self.at]

    @property
    def exercise(self) -> Exercise:
        """What is asked, with its answer, the steps to it and the known mistakes."""
        return exercise_about(Question(self.preset.architecture, self.cell), self.preset.title)

    @property
    def is_solved(self) -> bool:
        """Whether the cell that is asked for is filled."""
        return self.cell in self.solved

    @property
    def done(self) -> bool:
        """Whether all cells are."""
        return len(self.solved) == len(self.cells)

    @property
    def first(self) -> int:
        """How many were right at first."""
        return sum(how == "first" for how in self.solved.values())

    def answer(self, cell: Asked) -> Answer | None:
        """What stands in ``cell``; None as long as it is not filled."""
        return answer(self.summary, cell) if cell in self.solved else None

    def replied(self, text: str) -> "Predictions":
        """Where one is after answering ``text``; the same if the cell is filled."""
        if self.is_solved:
            return self
        verdict = prediction.check(self.exercise, text)
        if verdict.outcome == "right":
            return replace(self._solved("later" if self.wrong else "first"), verdict=verdict)
        told = replace(self, verdict=replace(verdict, steps=()))
        return told if verdict.outcome == "unclear" else replace(told, wrong=True)

    def shown(self) -> "Predictions":
        """Where one is once the steps to the answer are shown."""
        verdict = Verdict("shown", STEPS, self.exercise.steps)
        return replace(self if self.is_solved else self._solved("shown"), verdict=verdict)

    def moved(self, by: int) -> "Predictions":
        """The cell ``by`` places later, at most the last or the first."""
        at = min(max(0, self.at + by), len(self.cells) - 1)
        return self if at == self.at else replace(self, at=at, wrong=False, verdict=None)

    def next(self) -> "Predictions":
        """The next cell that is not filled, around the end; the same if all are."""
        order = [*range(self.at + 1, len(self.cells)), *range(self.at)]
        following = next((at for at in order if self.cells[at] not in self.solved), self.at)
        return self.moved(following - self.at)

    def _solved(self, how: Solved) -> "Predictions":
        return replace(self, solved={**self.solved, self.cell: how})


def start(preset: Preset) -> Predictions:
    """The first cell of ``preset``. Raises `FieldError` if there is nothing to predict."""
    summary = summarize(preset.architecture)
    if not preset.architecture.layers:
        raise FieldError("there are no layers to predict yet: add one, or open a preset")
    if summary.errors:
        raise FieldError(f"it cannot be computed: {summary.errors[0].message}")
    layers = range(1, len(summary.rows))
    cells = [Asked(layer, what) for layer in layers for what in ("output_shape", "params")]
    return Predictions(preset, summary, (*cells, Asked(None, "params")))
