"""Asking the network of a kept run. Importing this loads TensorFlow."""

from pathlib import Path

from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.checkpoint_file import Which
from core.runs.record import RunError
from core.training import runtime

runtime.prepare()

from core.training.inspector import Inspector  # noqa: E402  # what prepare() sets is read when TensorFlow is imported
from core.training.lending import Lender  # noqa: E402
from core.training.trainer import Trainer  # noqa: E402

__all__ = ["inspector"]


def inspector(folder: Path, preset: Preset, which: Which) -> Inspector:
    """What can be asked of the run in ``folder`` with its best (those of the lowest loss) or last weights.

    Raises `RunError`, and what `Trainer` raises.
    """
    variables = checkpoint_file.weights(folder, which)
    # A lender of its own: the one of all keeps the network trained last, which begins at once when trained again.
    trainer = Trainer(preset.architecture, preset.plan, Lender())
    try:
        trainer.assume(variables)
    except ValueError as error:
        raise RunError(f"{folder.name}: {error}") from error
    return Inspector(preset.architecture, preset.plan, trainer)
