"""Loaded by the workers that a sweep starts on its own machine, as each of them starts."""

from core.sweeps.worker import hush, ignore_terminal

__all__ = ["dask_setup"]


def dask_setup(_worker: object) -> None:
    """Leave the terminal to the command. Dask calls this by its name, in the main thread."""
    ignore_terminal()
    hush()
