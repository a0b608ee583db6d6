"""Where runs are trained: on this machine."""

import os
import platform
from importlib.metadata import version

from core import machine
from core.runs.record import Environment

__all__ = ["environment"]


def environment(device: str) -> Environment:
    """What this machine is, with its libraries, for what is trained on ``device``."""
    installed = {name: version(name) for name in ("layerlab", "tensorflow", "keras", "numpy")}
    return Environment(
        **installed,
        python=platform.python_version(),
        platform=platform.platform(),
        device=device,
        processor=machine.processor(),
        threads=_threads(),
    )


def _threads() -> int:
    """How many threads TensorFlow uses for an operation, without loading it."""
    asked = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    return int(asked) if asked.isdecimal() and int(asked) else machine.cores()
