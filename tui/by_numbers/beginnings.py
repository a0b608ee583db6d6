"""What numbers begin with: the open network as its training begins, or one that was trained. Call it in a thread."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.backpropagation.example import Example, digit
from core.backpropagation.passes import check
from core.backpropagation.state import State
from core.backpropagation.worked import Worked, begin
from core.datasets import DATASETS
from core.keras_runtime import runtime
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.presets import Preset
from tui.loading import Loader

__all__ = ["Trained", "first_numbers", "trained_numbers"]


class Trained(Protocol):
    """What is asked of a trained network: see `core.training.inspector.Inspector`."""

    @property
    def architecture(self) -> Architecture: ...

    @property
    def plan(self) -> Plan: ...

    def outputs(self, image: NDArray[np.uint8]) -> NDArray[np.float32]: ...

    def step_state(self) -> State: ...


def first_numbers(preset: Preset, loader: Loader | None, cancelled: Callable[[], bool]) -> Worked | None:
    """The numbers of the first example as a training of ``preset`` begins; None as soon as it is ``cancelled``.

    Raises `DatasetError`, `FieldError` and Keras's errors.
    """
    summary = check(preset.architecture)

    def work() -> Worked:
        runtime.load()
        from core.training.step_state import initial_state  # noqa: PLC0415  # it needs TensorFlow

        return begin(summary, preset.plan, partial(initial_state, preset.architecture, preset.plan))

    if loader:
        loader.wait(cancelled)
    return None if cancelled() else runtime.call_unless(work, cancelled)


def trained_numbers(
    trained: Trained, image: NDArray[np.uint8] | None, truth: str, index: int | None, _: Callable[[], bool]
) -> Worked:
    """The numbers of ``image``, whose class is called ``truth``, and of the next step of its training.

    Without an image they are those of the first digit; where ``truth`` is empty, the class is the one predicted.
    ``index`` is its number in the test set, if it is known. Raises as `first_numbers` does.
    """
    summary, plan = check(trained.architecture), trained.plan
    if image is None:
        return begin(summary, plan, trained.step_state)
    classes = DATASETS[plan.dataset].classes
    right = classes.index(truth) if truth in classes else int(np.argmax(trained.outputs(image)))
    what = f"a {classes[right]}" if truth else f"taken for a {classes[right]}"
    caption = f"test digit {index:,}, {what}" if index is not None else f"the digit shown, {what}"
    x = digit(image, summary.rows[0].facts.output if summary.rows[0].facts else image.shape, plan)
    return begin(summary, plan, trained.step_state, Example(x, right, caption, index or 0))
