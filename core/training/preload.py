"""Does what a training waits for before it is requested. Importing this loads nothing heavy."""

from collections.abc import Callable
from importlib import import_module

from core.datasets import read_ahead
from core.keras_runtime import runtime
from core.network.architecture import Architecture
from core.network.summary import summarize
from core.plan.plan import Plan
from core.readiness import blockers

__all__ = ["load", "prepare"]


def load() -> None:
    """Load everything that training needs, in the background; takes seconds. Raises whatever TensorFlow raises."""
    runtime.lower_priority()
    read_ahead.begin(Plan().dataset, keep=True)
    runtime.load()
    import_module("core.training.trainer")
    devices, data = import_module("core.keras_runtime.devices"), import_module("core.training.resident_data")
    if devices.choose("auto") == "cpu":  # do not take GPU memory before the user trains
        data.resident(Plan().dataset, devices.placement("cpu"))
    runtime.give_back_memory()


def prepare(architecture: Architecture, plan: Plan, cancelled: Callable[[], bool]) -> None:
    """Build and trace a network that can be trained, after `load`; see `core.training.trainer.prepare`."""
    runtime.lower_priority()
    if not blockers(architecture, plan, summarize(architecture)):
        import_module("core.training.trainer").prepare(architecture, plan, cancelled)
        runtime.give_back_memory()
