"""A run's weights as Keras files. Importing this loads TensorFlow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from core.keras_runtime import keras_model
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.checkpoint_file import WHICH, Which
from core.runs.folder import KERAS_FILES
from core.storage import private_folder, put_in_place
from core.training.checkpoint import Arrays

__all__ = ["write", "write_both"]

CPU = "/CPU:0"
"""A GPU may have no room for a second network."""


def write_both(folder: Path, preset: Preset) -> None:
    """Write best.keras and last.keras into the run's ``folder``. Raises OSError, `RunError`, and what Keras raises."""
    model = _model(preset)  # which takes as long as saving it
    for which in WHICH:  # the last weights last, as they come with an optimizer's state
        _load(model, folder, which)
        _save(model, folder / KERAS_FILES[which])


def write(
    path: Path, preset: Preset, folder: Path | None = None, which: Which = "last", *, replaces: bool = True
) -> None:
    """Write the network of ``preset`` to ``path`` atomically; raises as `write_both`.

    Unless it ``replaces`` an existing file, FileExistsError is raised.

    Its weights are those of the run in ``folder``, or without one the initial weights. The last weights come with the
    optimizer's state, so that training can continue from the file.
    """
    model = _model(preset)
    if folder:
        _load(model, folder, which)
    _save(model, path, replaces=replaces)


def _model(preset: Preset) -> Any:
    """The model, compiled as in LayerLab's training."""
    with tf.device(CPU):
        return _compiled(preset)


def _compiled(preset: Preset) -> Any:
    model = keras_model.build(preset.architecture, preset.plan.seed)
    by_class = preset.plan.loss.takes_classes
    accuracy = keras.metrics.SparseCategoricalAccuracy if by_class else keras.metrics.CategoricalAccuracy
    model.compile(
        optimizer=keras_model.optimizer(preset.plan),
        loss=keras_model.loss(preset.plan),
        metrics=[accuracy(name="accuracy")],
    )
    model.optimizer.build(model.trainable_variables)
    return model


def _load(model: Any, folder: Path, which: Which) -> None:
    """Give ``model`` what the run in ``folder`` has learned. Raises `RunError`."""
    with tf.device(CPU):
        _assign(model.variables, checkpoint_file.weights(folder, which))
        if which == "last":
            _assign(model.optimizer.variables, checkpoint_file.read(folder).optimizer)


def _save(model: Any, path: Path, *, replaces: bool = True) -> None:
    with private_folder(path) as private:  # Keras only writes to a path, and follows links
        written = private / "model.keras"
        model.save(written)
        put_in_place(written, path, replaces=replaces)


def _assign(variables: Sequence[Any], arrays: Arrays) -> None:
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
