"""Loads all that a training needs before anybody asks for one. Importing this loads nothing heavy."""

from importlib import import_module

from core.keras_runtime import runtime
from core.plan.plan import Plan

__all__ = ["load"]


def load() -> None:
    """Load all that a training needs, as smoothly as it can be; takes seconds. Raises whatever TensorFlow raises."""
    runtime.lower_priority()
    runtime.prepare()
    import_module("core.training.trainer")
    runtime.freeze_gc()
    devices, data = import_module("core.keras_runtime.devices"), import_module("core.training.resident_data")
    if devices.choose("auto") == "cpu":  # memory of a GPU is not to be taken before a person trains
        data.resident(Plan().dataset, devices.placement("cpu"))
