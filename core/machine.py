"""How busy the machine is: processor, memory, and the GPU if there is one."""

from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import Any

from msgspec import Struct

from core.formatting import show_bytes, show_percent

__all__ = ["Machine", "sample"]


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
