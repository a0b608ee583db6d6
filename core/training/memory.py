"""Estimates whether training fits into memory, before anything is allocated."""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from core.files import SYSTEM, read_bytes
from core.formatting import show_bytes
from core.keras_runtime.failures import TrainingRefused
from core.network.architecture import Architecture
from core.network.summary import summarize
from core.plan.plan import Plan

__all__ = ["available", "check", "needed"]

_BYTES_PER_NUMBER = 4
_CGROUP_FILES = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current"), Path("/sys/fs/cgroup/memory.stat")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.stat"),
    ),
)


def check(architecture: Architecture, plan: Plan, device: str) -> None:
    """Raises `TrainingRefused`, with both sizes, if training needs more memory than is available."""
    free, needs = available(device), needed(architecture, plan)
    if free is not None and needs > free:
        raise TrainingRefused(
            f"training needs about {show_bytes(needs)} of memory, {show_bytes(free)} are free: "
            "try a smaller batch_size or smaller layers"
        )


def needed(architecture: Architecture, plan: Plan) -> int:
    """Bytes that training needs at least.

    The parameters, a gradient and the optimizer's slots for each trainable one, and every layer's output for each
    example of a batch, which backpropagation needs again.
    """
    totals = summarize(architecture).totals
    parameters = totals.params + totals.trainable * (1 + _slots(plan))
    activations = totals.activations * min(plan.batch_size, 60_000)
    return (parameters + activations) * _BYTES_PER_NUMBER


def available(device: str) -> int | None:
    """Bytes still available on ``device``; None if unknown."""
    if device != "cpu":
        return None
    known = [free for free in (_system(), _cgroup()) if free is not None]
    return min(known) if known else None


def _slots(plan: Plan) -> int:
    """How many numbers the optimizer stores per parameter, found by building it for one parameter."""
    keras: Any = import_module("keras")
    optimizer = import_module("core.keras_runtime.keras_model").optimizer(plan)
    before = len(optimizer.variables)
    optimizer.build([keras.Variable([[0.0]])])
    return len(optimizer.variables) - before


def _system() -> int | None:
    try:
        for line in _read("/proc/meminfo").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _cgroup() -> int | None:
    """What a container's limit leaves; file pages count as free, as they are reclaimed when needed."""
    for limit, usage, statistics in _CGROUP_FILES:
        try:
            most, used = int(_read(limit)), int(_read(usage))
            entries = dict(line.split(maxsplit=1) for line in _read(statistics).splitlines())
        except (OSError, ValueError):
            continue
        return most - used + int(entries.get("inactive_file", 0)) + int(entries.get("active_file", 0))
    return None


def _read(path: Path | str) -> str:
    return read_bytes(Path(path), SYSTEM).decode("ascii")
