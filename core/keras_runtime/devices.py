"""The devices that TensorFlow can train on. Importing this module loads nothing; its functions load TensorFlow."""

from importlib import import_module
from typing import Any

from core.keras_runtime import runtime
from core.keras_runtime.failures import TrainingRefused

__all__ = ["choose", "devices", "placement"]


def devices() -> tuple[str, ...]:
    """The names a plan may use, besides "auto": "cpu", then "gpu:0" and so on. Takes seconds the first time."""
    return ("cpu", *(f"gpu:{index}" for index in range(len(_gpus(_tensorflow())))))


def choose(name: str) -> str:
    """The device that a plan calls ``name``, named as in `devices`: "auto" is the first GPU, if there is one.

    GPU memory is allocated as needed. Raises `TrainingRefused` for a device that does not exist.
    """
    tensorflow = _tensorflow()
    for gpu in _gpus(tensorflow):
        try:
            tensorflow.config.experimental.set_memory_growth(gpu, True)
        except RuntimeError:  # TensorFlow already uses it: its setting can no longer change
            continue
    known = devices()
    device = name.strip().lower()
    device = {"auto": known[min(1, len(known) - 1)], "gpu": "gpu:0", "cpu:0": "cpu"}.get(device, device)
    if device not in known:
        raise TrainingRefused(f"device {name!r} does not exist; choose from auto, {', '.join(known)}")
    return device


def placement(device: str) -> str:
    """TensorFlow's name for a device that `choose` returned."""
    return "/CPU:0" if device == "cpu" else f"/{device.upper()}"


def _gpus(tensorflow: Any) -> list[Any]:
    found: list[Any] = tensorflow.config.list_physical_devices("GPU")
    return found


def _tensorflow() -> Any:
    runtime.load()
    return import_module("tensorflow")
