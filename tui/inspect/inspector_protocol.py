"""What the views need of a trained network."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.backpropagation.state import State
from core.inspection.results import Results
from core.inspection.tensors import LayerOutput, Weight
from core.network.architecture import Architecture
from core.plan.plan import Plan

__all__ = ["Image", "Inspected"]

Image = NDArray[np.uint8]
"""Rows of pixels, 0 (ground) to 255 (ink), as in the dataset."""


class Inspected(Protocol):
    """The interface of `core.training.inspector.Inspector`, which documents it; call it in a worker."""

    @property
    def architecture(self) -> Architecture: ...

    @property
    def plan(self) -> Plan: ...

    @property
    def images(self) -> NDArray[np.uint8]: ...

    @property
    def labels(self) -> NDArray[np.int32]: ...

    def results(self, wanted: Callable[[], bool] = ...) -> Results | None: ...

    def outputs(self, image: Image) -> NDArray[np.float32]: ...

    def walk(self, image: Image) -> tuple[LayerOutput, ...]: ...

    def weights(self) -> tuple[Weight, ...]: ...

    def step_state(self) -> State: ...
