"""Where the processes of a sweep train: how the GPUs and cores of a machine are shared out between them."""

from collections.abc import Collection, Sequence

from msgspec import Struct

__all__ = ["Place", "places", "usual_jobs"]

CPU = ("cpu", "cpu:0")
ANY_GPU = ("auto", "gpu")
"""What a plan calls the first GPU that its process sees."""


class Place(Struct, frozen=True):
    """What one process trains on."""

    threads: int
    gpus: str | None = None
    """What CUDA_VISIBLE_DEVICES is there: one GPU, or empty for none; None leaves it as it is."""


def usual_jobs(devices: Collection[str], gpus: Sequence[str], cores: int) -> int:
    """How many trials to train at the same time if nobody says: one a GPU, or one a core where none is used.

    ``devices`` are those of the trials' plans, ``gpus`` are named as CUDA_VISIBLE_DEVICES does.
    """
    wanted = _wanted(devices)
    if not gpus or not wanted:
        return cores
    named = {"gpu:0" if each in ANY_GPU else each for each in wanted}
    return len(gpus) if wanted.issubset(ANY_GPU) else min(len(named), len(gpus))


def places(devices: Collection[str], gpus: Sequence[str], cores: int, jobs: int) -> tuple[Place, ...]:
    """A place for each of ``jobs`` processes: a GPU of its own while there are enough, and its share of the threads.

    A GPU that is not used is not seen, so that none of its memory is taken. Where a plan names its GPU, each process
    sees all of them, as their numbers count those. No process is tied to cores of its own: measured with one thread
    each, that gains nothing, and whenever another program takes a core, the process tied to it waits.
    """
    threads, seen = max(1, cores // jobs), _seen(devices, gpus)
    return tuple(Place(threads, seen[number % len(seen)]) for number in range(jobs))


def _seen(devices: Collection[str], gpus: Sequence[str]) -> Sequence[str | None]:
    """What the processes see, one after the other."""
    wanted = _wanted(devices)
    if not gpus:
        return (None,)
    if not wanted:
        return ("",)
    return gpus if wanted.issubset(ANY_GPU) else (None,)


def _wanted(devices: Collection[str]) -> set[str]:
    """Those of ``devices`` that are or may be a GPU."""
    return {each.strip().lower() for each in devices}.difference(CPU)
