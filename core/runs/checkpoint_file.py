"""A run's checkpoints on disk, and the weights of its best epochs; every file is written atomically.

The checkpoint refers to the weights of single epochs, which are in files of their own, as they seldom change. A file is
removed only once no checkpoint refers to it: whenever the process dies, the files on disk are consistent.
"""

from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from core.runs import tensor_file
from core.runs.folder import CHECKPOINT, reading
from core.runs.record import RunError
from core.runs.tensor_file import Tensors
from core.training.checkpoint import Arrays, Checkpoint, TrainingState

__all__ = ["WHICH", "Which", "exists", "read", "weights", "write"]

Which = Literal["best", "last"]
WHICH: tuple[Which, ...] = ("best", "last")


def write(folder: Path, checkpoint: Checkpoint, *, durably: bool) -> None:
    """Replace the previous checkpoint by ``checkpoint``. Raises OSError."""
    state = checkpoint.state
    referenced = {_weights_file(folder, epoch) for epoch in _epochs(checkpoint) if epoch}
    epoch_weights = _weights_file(folder, state.epoch)
    if epoch_weights in referenced and not state.begun:
        tensor_file.write(epoch_weights, Tensors({"variables": checkpoint.variables}), durably=durably)
    groups = {"variables": checkpoint.variables, "optimizer": checkpoint.optimizer}
    if checkpoint.result is not None:
        groups["result"] = checkpoint.result
    note = msgspec.json.encode(state).decode()
    tensor_file.write(folder / CHECKPOINT, Tensors(groups, note), durably=durably)
    for path in folder.glob("weights-*.safetensors"):
        if path not in referenced:
            with suppress(OSError):  # a leftover does no harm
                path.unlink()


def exists(folder: Path) -> bool:
    """Whether there is a checkpoint: a run that ended in its first epoch has none."""
    return (folder / CHECKPOINT).exists()


def read(folder: Path, *, with_best_weights: bool = False) -> Checkpoint:
    """The last checkpoint, ``with_best_weights`` including those that early stopping restores. Raises `RunError`."""
    with reading(folder / CHECKPOINT) as path:
        tensors = tensor_file.read(path)
        state = msgspec.json.decode(tensors.note, type=TrainingState)
    variables, optimizer = (tuple(tensors.groups.get(group, ())) for group in ("variables", "optimizer"))
    if not (variables and optimizer):
        raise RunError(f"{folder.name}/{CHECKPOINT}: is damaged: it has no weights")
    result = tensors.groups.get("result")
    epoch = state.early_stop.best_epoch
    best_weights = _read_epoch_weights(folder, epoch) if with_best_weights and epoch else None
    return Checkpoint(state, variables, optimizer, best_weights, tuple(result) if result else None)


def weights(folder: Path, which: Which) -> Arrays:
    """The variables of the model after the epoch with the lowest loss or at the end of training. Raises `RunError`."""
    checkpoint = read(folder)
    if which == "best" and checkpoint.state.best_epoch:
        return _read_epoch_weights(folder, checkpoint.state.best_epoch)
    return checkpoint.variables if checkpoint.result is None else checkpoint.result


def _epochs(checkpoint: Checkpoint) -> tuple[int, ...]:
    """The epochs whose weights are needed."""
    best = checkpoint.state.best_epoch
    return (best,) if checkpoint.best_weights is None else (best, checkpoint.state.early_stop.best_epoch)


def _read_epoch_weights(folder: Path, epoch: int) -> Arrays:
    with reading(_weights_file(folder, epoch)) as path:
        return tuple(tensor_file.read(path).groups.get("variables", ()))


def _weights_file(folder: Path, epoch: int) -> Path:
    return folder / f"weights-{epoch:06}.safetensors"
