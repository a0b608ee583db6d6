"""A run's checkpoints on disk, and the weights of its best epochs, each file whole at every moment.

The checkpoint refers to the weights of single epochs, which lie in files of their own, as they seldom change. A file is
removed only once no checkpoint refers to it: whenever the process dies, what is there fits together.
"""

from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from core.runs import tensor_file
from core.runs.folder import CHECKPOINT, damaged
from core.runs.record import RunError
from core.runs.tensor_file import Tensors
from core.training.checkpoint import Arrays, Checkpoint, TrainingState

__all__ = ["WHICH", "Which", "kept", "read", "weights", "write"]

Which = Literal["best", "last"]
WHICH: tuple[Which, ...] = ("best", "last")


def write(folder: Path, checkpoint: Checkpoint, *, durably: bool) -> None:
    """Put ``checkpoint`` in the place of the one before. Raises OSError."""
    standing = checkpoint.standing
    wanted = {_weights_file(folder, epoch) for epoch in _epochs(checkpoint) if epoch}
    ending = _weights_file(folder, standing.epoch)
    if ending in wanted and not standing.begun:
        tensor_file.write(ending, Tensors({"variables": checkpoint.variables}), durably=durably)
    groups = {"variables": checkpoint.variables, "optimizer": checkpoint.optimizer}
    if checkpoint.result is not None:
        groups["result"] = checkpoint.result
    note = msgspec.json.encode(standing).decode()
    tensor_file.write(folder / CHECKPOINT, Tensors(groups, note), durably=durably)
    for path in folder.glob("weights-*.safetensors"):
        if path not in wanted:
            with suppress(OSError):  # it is in nobody's way
                path.unlink()


def kept(folder: Path) -> bool:
    """Whether there is a checkpoint: a run that ended in its first epoch has none."""
    return (folder / CHECKPOINT).exists()


def read(folder: Path, *, restores: bool = False) -> Checkpoint:
    """The last checkpoint; with the weights that early stopping ``restores``, if it does. Raises `RunError`."""
    with damaged(folder / CHECKPOINT) as path:
        tensors = tensor_file.read(path)
        standing = msgspec.json.decode(tensors.note, type=TrainingState)
    variables, optimizer = (tuple(tensors.groups.get(group, ())) for group in ("variables", "optimizer"))
    if not (variables and optimizer):
        raise RunError(f"{folder.name}/{CHECKPOINT}: is damaged: there are no weights in it")
    result = tensors.groups.get("result")
    epoch = standing.watched.best_epoch
    watched = _of_epoch(folder, epoch) if restores and epoch else None
    return Checkpoint(standing, variables, optimizer, watched, tuple(result) if result else None)


def weights(folder: Path, which: Which) -> Arrays:
    """The variables of the model as the epoch with the lowest loss or as training left them. Raises `RunError`."""
    checkpoint = read(folder)
    if which == "best" and checkpoint.standing.best_epoch:
        return _of_epoch(folder, checkpoint.standing.best_epoch)
    return checkpoint.variables if checkpoint.result is None else checkpoint.result


def _epochs(checkpoint: Checkpoint) -> tuple[int, ...]:
    """The epochs whose weights are wanted."""
    best = checkpoint.standing.best_epoch
    return (best,) if checkpoint.watched is None else (best, checkpoint.standing.watched.best_epoch)


def _of_epoch(folder: Path, epoch: int) -> Arrays:
    with damaged(_weights_file(folder, epoch)) as path:
        return tuple(tensor_file.read(path).groups.get("variables", ()))


def _weights_file(folder: Path, epoch: int) -> Path:
    return folder / f"weights-{epoch:06}.safetensors"
