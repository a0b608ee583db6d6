"""The machine: how busy its processor, memory and GPU are, and how many cores and which GPUs may be used."""

import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from ctypes.util import find_library
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from core.files import SYSTEM, read_bytes
from core.formatting import show_bytes, show_percent
from core.sanitize import one_line

__all__ = ["Machine", "cores", "gpus", "processor", "sample", "visible_gpus"]


_CPU_INFO = Path("/proc/cpuinfo")


class Machine(Struct, frozen=True):
    """A sample. Shares are from 0 to 1, memory is in bytes; None for what cannot be measured."""

    cpu: float | None = None
    """Share of all cores in use since the last sample, by all programs."""
    memory: int | None = None
    memory_total: int | None = None
    gpu: float | None = None
    """Share of the last moments in which the busiest GPU computed."""
    gpu_memory: int | None = None
    gpu_memory_total: int | None = None

    @property
    def text(self) -> str:
        """In a line: ``cpu 87%   memory 5.2 of 15.5 GiB   gpu 64%, 3.1 of 8.0 GiB``; empty if nothing was measured."""
        parts = [f"cpu {_percent(self.cpu)}"] if self.cpu is not None else []
        if self.memory is not None and self.memory_total is not None:
            parts.append(f"memory {_part(self.memory, self.memory_total)}")
        if self.gpu is not None:
            parts.append(f"gpu {_percent(self.gpu)}")
        if self.gpu_memory is not None and self.gpu_memory_total is not None:
            parts.append(f"gpu memory {_part(self.gpu_memory, self.gpu_memory_total)}")
        return "   ".join(parts)


def sample() -> Machine:
    """Measure now. Takes milliseconds, the first time longer, as it loads what measures: call it in a thread."""
    measured: dict[str, Any] = {}
    with suppress(Exception):  # what cannot be measured on this machine is left out
        psutil = import_module("psutil")
        memory = psutil.virtual_memory()
        measured |= {
            "cpu": psutil.cpu_percent() / 100,
            "memory": memory.total - memory.available,
            "memory_total": memory.total,
        }
    with suppress(Exception):
        measured |= _busiest_gpu()
    return Machine(**measured)


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor() -> str:
    """The processor's name, as the system tells it: ``Intel(R) Xeon(R) Processor, x86_64``."""
    with suppress(OSError):
        for line in read_bytes(_CPU_INFO, SYSTEM).decode(errors="replace").splitlines():
            if line.startswith("model name"):
                return f"{one_line(line.partition(':')[2].strip())}, {platform.machine()}"
    return platform.processor() or platform.machine()


def gpus() -> tuple[str, ...]:
    """The GPUs that TensorFlow may use, named as in CUDA_VISIBLE_DEVICES; found without loading it.

    The first time may take a second: call it in a thread.
    """
    with suppress(Exception):  # without NVIDIA's library there are none
        nvml = _nvml()
        numbers = range(nvml.nvmlDeviceGetCount() if nvml else 0)
        ids = [str(nvml.nvmlDeviceGetUUID(nvml.nvmlDeviceGetHandleByIndex(number))) for number in numbers]
        return visible_gpus(ids, os.environ.get("CUDA_VISIBLE_DEVICES")) if ids and _trains_on_gpus() else ()
    return ()


def visible_gpus(ids: Sequence[str], allowed: str | None) -> tuple[str, ...]:
    """Those of the GPUs with these ``ids`` that ``allowed``, the value of CUDA_VISIBLE_DEVICES, names, as it does.

    As in CUDA, the first name that fits no GPU ends the list.
    """
    if allowed is None:
        return tuple(ids)
    names: list[str] = []
    for name in map(str.strip, allowed.split(",")):
        if name.isdecimal():
            exists = int(name) < len(ids)
        else:  # a part of a GPU has an id of its own
            exists = bool(name) and (name.startswith("MIG-") or any(each.startswith(name) for each in ids))
        if not exists:
            break
        names.append(name)
    return tuple(dict.fromkeys(names))


@cache
def _trains_on_gpus() -> bool:
    """Whether TensorFlow finds what it needs to train on a GPU, which it can be installed without."""
    with suppress(ImportError):
        if find_spec("nvidia.cudnn"):
            return True
    return find_library("cudnn") is not None


def _busiest_gpu() -> dict[str, Any]:
    nvml = _nvml()
    found = []
    for number in range(nvml.nvmlDeviceGetCount() if nvml else 0):
        device = nvml.nvmlDeviceGetHandleByIndex(number)
        used, memory = nvml.nvmlDeviceGetUtilizationRates(device).gpu, nvml.nvmlDeviceGetMemoryInfo(device)
        found.append((used / 100, memory.used, memory.total))
    return dict(zip(("gpu", "gpu_memory", "gpu_memory_total"), max(found), strict=True)) if found else {}


@cache
def _nvml() -> Any:
    """NVIDIA's management library; None where it, its driver or a GPU is missing, which does not change later."""
    with suppress(Exception):
        nvml = import_module("pynvml")
        nvml.nvmlInit()
        return nvml
    return None


def _percent(share: float) -> str:
    return show_percent(share, 0)


def _part(used: int, total: int) -> str:
    """``5.2 GiB of 15.5 GiB``."""
    return f"{show_bytes(used)} of {show_bytes(total)}"
