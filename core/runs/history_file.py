"""A run's history as JSON, rewritten after every epoch. NaN and infinities, which JSON lacks, are strings."""

from math import isfinite

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import asdict, astuple

from core.charts import Point
from core.events import Ended, EpochEnded, LayerSample, Progress, Started, StepSampled
from core.history import Change, History

__all__ = ["HistoryFile", "read_history"]

_encoder = msgspec.json.Encoder()


class _Read(Struct):
    """`History` as stored in the file."""

    loss: tuple[Point, ...]
    accuracy: tuple[Point, ...]
    val_loss: tuple[Point, ...]
    val_accuracy: tuple[Point, ...]
    epochs: tuple[EpochEnded, ...]
    best: EpochEnded | None
    changes: tuple[Change, ...]
    started: Started | None
    progress: "_Progress | None"
    samples: tuple["_Sample", ...]
    stretch: int
    ended: Ended | None


class _Progress(Progress, frozen=True):
    """`Progress` whose loss may be a string."""

    loss: float | str  # type: ignore[assignment]  # as stored


class _Sample(Struct, array_like=True):
    step: int
    layers: tuple["_Layer", ...]


class _Layer(Struct, array_like=True):
    """The fields of `LayerSample` in order."""

    row: int
    gradient: float | str | None
    weight: float | str | None
    update: float | str | None
    dead: float | str | None
    saturated: float | str | None
    lag: float | str | None = None
    penalty: float | str | None = None


class HistoryFile:
    """Encodes the history of one run repeatedly, caching what has not changed."""

    def __init__(self) -> None:
        self._samples: dict[int, Raw] = {}

    def encode(self, history: History) -> bytes:
        """``history`` as JSON."""
        self._samples = {sample.step: self._samples.get(sample.step) or _sample(sample) for sample in history.samples}
        fields = asdict(history) | {"samples": tuple(self._samples.values())}
        if history.progress:
            fields["progress"] = asdict(history.progress) | {"loss": _encoded(history.progress.loss)}
        return _encoder.encode(fields)


def read_history(data: bytes) -> History:
    """Decode a history. Raises ValueError."""
    read = msgspec.json.decode(data, type=_Read)
    samples = tuple(StepSampled(sample.step, tuple(map(_layer, sample.layers))) for sample in read.samples)
    progress = read.progress and Progress(**{**asdict(read.progress), "loss": float(read.progress.loss)})
    return History(**{**asdict(read), "samples": samples, "progress": progress})


def _sample(sample: StepSampled) -> Raw:
    layers = [[_encoded(value) for value in astuple(layer)] for layer in sample.layers]
    return Raw(_encoder.encode([sample.step, layers]))


def _encoded(value: float | None) -> float | str | None:
    return value if value is None or isfinite(value) else str(value)


def _layer(layer: _Layer) -> LayerSample:
    row, *values = astuple(layer)
    return LayerSample(row, *map(_decoded, values))


def _decoded(value: float | str | None) -> float | None:
    return None if value is None else float(value)
