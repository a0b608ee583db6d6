"""Imports TensorFlow, and what else training needs, before it is requested. Importing this loads nothing heavy."""

from importlib import import_module

from core.datasets import read_ahead
from core.keras_runtime import runtime
from core.plan.plan import Plan

__all__ = ["load"]


def load() -> None:
    """Load everything that training needs, in the background; takes seconds. Raises whatever TensorFlow raises."""
    runtime.lower_priority()
    read_ahead.begin(Plan().dataset)
    runtime.load()
    import_module("core.training.trainer")
    runtime.freeze_gc()
    devices, data = import_module("core.keras_runtime.devices"), import_module("core.training.resident_data")
    if devices.choose("auto") == "cpu":  # do not take GPU memory before the user trains
        data.resident(Plan().dataset, devices.placement("cpu"))
