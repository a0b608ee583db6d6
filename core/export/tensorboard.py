"""A run as TensorBoard event files, with the scalar names of Keras's callback. Importing this loads TensorFlow.

The format: TFRecord records, each a TensorFlow Event; a scalar is a tensor whose metadata names TensorBoard's plugin
"scalars".
"""

from collections.abc import Iterator
from errno import ELOOP
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import tensorflow as tf
from msgspec import Struct

from core.files import PACKAGED, NotAFile, read_bytes
from core.runs.record import RunDetails
from core.storage import write_atomically

__all__ = ["write"]

_NAME = "events.out.tfevents.layerlab"
"""Always the same, so that exporting a run again replaces its file; TensorBoard looks for "tfevents" in it."""
_VERSION = "brain.Event:2"
_METADATA = tf.compat.v1.SummaryMetadata(
    plugin_data=tf.compat.v1.SummaryMetadata.PluginData(plugin_name="scalars"),
    data_class=1,  # DATA_CLASS_SCALAR, which TensorFlow does not export by name
)


class _Scalar(Struct, frozen=True):
    """A number of a run."""

    tag: str
    step: int
    """The epoch or the training step."""
    value: float
    x: float
    """How far training had got, in epochs."""


def write(details: RunDetails, folder: Path, *, force: bool = True) -> Path:
    """Write ``folder``/train and ``folder``/validation, so that ``tensorboard --logdir folder`` shows the run.

    For each epoch, counted from 0 as Keras's TensorBoard callback does: epoch_loss, epoch_accuracy and, of training,
    epoch_learning_rate. For each point of the training curves, by training steps: batch_loss and batch_accuracy, means
    over the steps since the previous point. Times are spread evenly over the run's seconds. Returns ``folder``. Raises
    OSError; FileExistsError if the folder exists, unless ``force``.
    """
    folder.mkdir(parents=True, exist_ok=force)
    for name, scalars in (("train", _training(details)), ("validation", _validation(details))):
        version = tf.compat.v1.Event(file_version=_VERSION, wall_time=details.run.begun)
        events = [_event(scalar, _time(details, scalar.x)) for scalar in sorted(scalars, key=attrgetter("x"))]
        part = folder / name
        part.mkdir(exist_ok=force)
        if part.is_symlink():
            raise NotAFile(ELOOP, "a link, which is not followed here", str(part))
        write_atomically(part / _NAME, _records([version, *events]), follow=False, parents=False)
    return folder


def _training(details: RunDetails) -> Iterator[_Scalar]:
    history = details.history
    for epoch in history.epochs:
        for name in ("loss", "accuracy", "learning_rate"):
            yield _Scalar(f"epoch_{name}", epoch.epoch - 1, getattr(epoch, name), epoch.epoch)
    steps = history.started.steps_per_epoch if history.started else 0
    for name in ("loss", "accuracy"):
        for point in getattr(history, name):
            yield _Scalar(f"batch_{name}", round(point.x * steps), point.y, point.x)


def _validation(details: RunDetails) -> Iterator[_Scalar]:
    for epoch in details.history.epochs:
        for name in ("loss", "accuracy"):
            value = getattr(epoch, f"val_{name}")
            if value is not None:
                yield _Scalar(f"epoch_{name}", epoch.epoch - 1, value, epoch.epoch)


def _time(details: RunDetails, x: float) -> float:
    """About when training had reached ``x`` epochs, in seconds since 1970."""
    return details.run.begun + details.run.metrics.seconds * min(
        1.0, x / details.history.x if details.history.x else 0.0
    )


def _event(scalar: _Scalar, time: float) -> Any:
    value = tf.compat.v1.Summary.Value(
        tag=scalar.tag, metadata=_METADATA, tensor=tf.make_tensor_proto(scalar.value, tf.float32)
    )
    return tf.compat.v1.Event(wall_time=time, step=scalar.step, summary=tf.compat.v1.Summary(value=[value]))


def _records(events: list[Any]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / _NAME
        with tf.io.TFRecordWriter(str(path)) as writer:
            for event in events:
                writer.write(event.SerializeToString())
        return read_bytes(path, PACKAGED)
