"""Whether this process may use as much memory as TensorFlow needs. If not, TensorFlow aborts the process.

Measured with TensorFlow 2.21 on Linux, with a training of lenet-5: 2.1 GB of address space on 2 cores (1.5 GB for the
import alone) and 3.1 GB with 66 threads, of which 0.5 and 1.0 GB are data.
"""

from typing import NamedTuple

from core import machine
from core.formatting import show_bytes

__all__ = ["shortage"]

MIB = 2**20


class Need(NamedTuple):
    """What TensorFlow needs of a resource that the system may limit."""

    limit: str
    """Its name in the module `resource`."""
    what: str
    command: str
    base: int
    """Bytes."""
    per_core: int
    """Bytes for the threads that TensorFlow starts per core."""


NEEDS = (
    Need("RLIMIT_AS", "address space", "ulimit -v", 2048 * MIB, 40 * MIB),
    Need("RLIMIT_DATA", "memory", "ulimit -d", 512 * MIB, 40 * MIB),
)


def shortage() -> str:
    """Why TensorFlow cannot be loaded here, in one line; or empty. Checks only the limits of this process."""
    try:
        import resource  # noqa: PLC0415  # not on Windows
    except ImportError:
        return ""
    cores = machine.cores()
    for need in NEEDS:
        allowed, _ = resource.getrlimit(getattr(resource, need.limit))
        needed = need.base + need.per_core * cores
        if allowed != resource.RLIM_INFINITY and allowed < needed:
            return (
                f"TensorFlow needs about {show_bytes(needed)} of {need.what}, `{need.command}` allows "
                f"{show_bytes(allowed)}: raise it"
            )
    return ""
