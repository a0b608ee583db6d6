"""Loads the network of a saved run for inspection. Importing this loads TensorFlow."""

from pathlib import Path

from core.keras_runtime import runtime
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.checkpoint_file import Which
from core.runs.record import RunError

runtime.load()

from core.training.inspector import Inspector  # noqa: E402  # what load() sets is read when TensorFlow is imported
from core.training.network_cache import NetworkCache  # noqa: E402
from core.training.trainer import Trainer  # noqa: E402

__all__ = ["load_inspector"]


def load_inspector(folder: Path, preset: Preset, which: Which) -> Inspector:
    """An inspector of the run in ``folder`` with its best (of the lowest loss) or last weights.

    Raises `RunError`, and what `Trainer` raises.
    """
    variables = checkpoint_file.weights(folder, which)
    # A separate cache: the shared one holds the network trained last, so that training it again starts at once.
    trainer = Trainer(preset.architecture, preset.plan, NetworkCache())
    try:
        trainer.load_state(variables)
    except ValueError as error:
        raise RunError(f"{folder.name}: {error}") from error
    return Inspector(preset.architecture, preset.plan, trainer)
