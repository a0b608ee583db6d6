"""What a demand finds: in a network, its plan, and what training it came to. Counts are computed anew."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from msgspec import Struct

from core.fields.struct import FieldStruct, did_you_mean, fields_of
from core.fields.types import quoted
from core.formatting import show_accuracy, show_count
from core.learn.exercise import What, numbers
from core.marking.expression import COUNTS, FACTS, Comparison, Value
from core.network.formulas import total
from core.network.shapes import show_shape
from core.network.summary import Row, Summary, summarize
from core.presets import Preset
from core.runs.record import Metrics, RunDetails
from core.typography import typeset

__all__ = ["Found", "Subject", "find", "show_value", "subject_of_preset", "subject_of_run"]


class Subject(Struct, frozen=True):
    """What is looked at."""

    preset: Preset
    """With epochs that were added later in its plan."""
    summary: Summary
    metrics: Metrics | None = None
    """What training it came to; None if it was not trained."""
    doubt: str = ""
    """Why that is not believed; or empty."""


class Found(Struct, frozen=True):
    """What a demand found: ``why`` it cannot be told, or empty."""

    demanded: Comparison
    got: Value
    met: bool
    why: str = ""

    @property
    def text(self) -> str:
        """What was found, for a person."""
        return self.why or show_value(self.got, self.demanded.field)


class Unknown(ValueError):
    """What a field is cannot be told; the message says why."""


def subject_of_run(run: RunDetails, doubt: str = "") -> Subject:
    """The run as what is looked at."""
    return Subject(run.effective_preset, summarize(run.preset.architecture), run.run.metrics, doubt)


def subject_of_preset(preset: Preset) -> Subject:
    """A network that is not trained as what is looked at."""
    return Subject(preset, summarize(preset.architecture))


def find(demanded: Comparison, subject: Subject) -> Found:
    """What ``demanded`` finds in ``subject``."""
    try:
        got = _value(demanded.field, subject)
    except Unknown as error:
        return Found(demanded, None, False, str(error))
    return Found(demanded, got, demanded.holds(got))


def show_value(got: Value, field: str) -> str:
    """A value as everywhere else: shapes with crosses, accuracies in percent."""
    if isinstance(got, list) and got and all(isinstance(size, int) for size in got):
        return typeset(show_shape(tuple(got)))
    if isinstance(got, float):
        return show_accuracy(got) if "accuracy" in field else f"{got:.4g}"
    return show_count(got) if isinstance(got, int) and not isinstance(got, bool) else str(got)


def _value(field: str, subject: Subject) -> Value:
    """What ``field`` is. Raises `Unknown`."""
    preset, summary = subject.preset, subject.summary
    place, _, rest = field.partition(".")
    if place == "plan":
        return _at(preset.plan, rest, "the plan")
    if place.startswith("layers["):
        return _of_layer(int(place[7:-1]), rest, summary)
    if place == "layers":
        return len(preset.architecture.layers)
    if place in COUNTS:
        return int(getattr(summary.totals, place))
    if place == "input":
        return list(preset.architecture.input_shape)
    if place == "output":
        return _shape(summary.output)
    if subject.doubt:
        raise Unknown(f"not believed: {subject.doubt}")
    if subject.metrics is None:
        raise Unknown("not known before it is trained")
    return _metric(place, subject.metrics)


def _of_layer(number: int, name: str, summary: Summary) -> Value:
    if number >= len(summary.rows):
        raise Unknown(f"there are {len(summary.rows) - 1} layers, no layer {number}")
    row = summary.rows[number]
    if name == "type":
        return type(row.layer).__name__
    if name in FACTS:
        return _fact(row, name)
    return _at(row.layer, name, f"layer {number} ({type(row.layer).__name__})")


def _fact(row: Row, name: str) -> Value:
    if name == "input":
        return _shape(row.input)
    if row.facts is None:
        raise Unknown(f"layer {row.index} cannot be computed")
    if name == "output":
        return _shape(row.facts.output)
    return row.trainable if name == "trainable" else total(numbers(row.facts, cast("What", name)))


def _shape(shape: Sequence[int] | None) -> Value:
    if shape is None:
        raise Unknown("the network cannot be computed")
    return list(shape)


def _metric(name: str, metrics: Metrics) -> Value:
    renamed = {
        "val_accuracy": "last_val_accuracy",
        "val_loss": "last_val_loss",
        "train_accuracy": "final_train_accuracy",
        "train_loss": "final_train_loss",
    }
    value: Value = getattr(metrics, renamed.get(name, name))
    if value is None:
        raise Unknown(f"{name} was not measured")
    return value


def _at(value: object, path: str, owner: str) -> Value:
    """The value at ``path`` as plain data; a member of a family is its name."""
    raw: Any = None
    for name in path.split("."):
        known = {field.name: field.type for field in fields_of(type(value))} if isinstance(value, FieldStruct) else {}
        if name not in known:
            raise Unknown(f"{owner} has no field {quoted(path)}{did_you_mean(name, known) if known else ''}")
        value = getattr(value, name)
        raw = None if value is None else known[name].write(value)
    if isinstance(raw, Mapping):
        raw = raw.get("name")
    return list(raw) if isinstance(raw, tuple) else raw
