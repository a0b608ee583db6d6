"""How the weights of a run were distributed before its first step, on disk. Loads numpy.

The weights themselves are not kept: those after training are in the checkpoint, which has them in the same order.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from core import files
from core.inspection.violin import violin
from core.inspection.violin_pairs import InitialViolin, ViolinPair
from core.network.architecture import Architecture
from core.runs import checkpoint_file
from core.runs.checkpoint_file import Which
from core.runs.folder import INITIAL_WEIGHTS, reading, write_entry
from core.runs.record import RunError

__all__ = ["pairs", "read", "write"]


class _File(Struct, frozen=True):
    weights: tuple[InitialViolin, ...]


def write(folder: Path, initial: Sequence[InitialViolin]) -> None:
    """Write the violins of a run's initial weights, unless it has some: those of its first training stay.

    Raises OSError.
    """
    if not os.path.lexists(folder / INITIAL_WEIGHTS):
        write_entry(folder / INITIAL_WEIGHTS, msgspec.json.encode(_File(tuple(initial))), durably=False)


def read(folder: Path) -> tuple[InitialViolin, ...] | None:
    """What `write` has written; None if it has not, as in runs of earlier versions. Raises `RunError`."""
    if not os.path.lexists(folder / INITIAL_WEIGHTS):
        return None
    with reading(folder / INITIAL_WEIGHTS) as path:
        data = files.read_bytes(path, files.INITIAL_WEIGHTS, follow=False)
        return msgspec.json.decode(data, type=_File).weights


def pairs(folder: Path, architecture: Architecture, which: Which) -> tuple[ViolinPair, ...] | None:
    """The violins of all weights before training, and of the best or last weights; None without the former.

    Raises `RunError`.
    """
    initial = read(folder)
    if initial is None or not checkpoint_file.exists(folder):
        return None
    variables = checkpoint_file.weights(folder, which)
    stack = architecture.stack
    if any(one.variable >= len(variables) or one.row >= len(stack) for one in initial):
        raise RunError(f"{folder.name}/{INITIAL_WEIGHTS}: is that of another network")
    return tuple(
        ViolinPair(one.row, stack[one.row].label, one.name, one.violin, violin(variables[one.variable]))
        for one in initial
    )
