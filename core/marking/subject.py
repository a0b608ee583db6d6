"""What a demand finds: in a network, its plan, and what training it came to. Counts are computed anew."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from msgspec import Struct

from core.fields.registry import Registered
from core.fields.struct import FieldStruct, did_you_mean, fields_of, write
from core.fields.types import FieldError, FieldType, quoted
from core.formatting import show_accuracy, show_count
from core.learn.exercise import What, numbers
from core.marking.expression import COUNTS, FACTS, GROWING, Comparison, Value
from core.network.formulas import total
from core.network.layers import Layer
from core.network.regularizers import Regularizer
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
    unconfirmed: Mapping[str, str] = {}
    """Why single figures of it are not confirmed, by their names in checks."""


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


def subject_of_run(run: RunDetails, doubt: str = "", unconfirmed: Mapping[str, str] = MappingProxyType({})) -> Subject:
    """The run as what is looked at; see `Subject` for what is not believed of it."""
    summary = summarize(run.preset.architecture)
    return Subject(run.effective_preset, summary, run.run.metrics, doubt, unconfirmed)


def subject_of_preset(preset: Preset) -> Subject:
    """A network that is not trained as what is looked at."""
    return Subject(preset, summarize(preset.architecture))


def find(demanded: Comparison, subject: Subject) -> Found:
    """What ``demanded`` finds in ``subject``."""
    try:
        got = _value(demanded, subject)
    except Unknown as error:
        return Found(demanded, None, False, str(error))
    met = demanded.holds(got.value, *got.others)
    why = subject.unconfirmed.get(demanded.field, "")
    if why and not (met and demanded.field in GROWING and demanded.operator in (">=", ">")):
        return Found(demanded, None, False, f"not confirmed: {why}")
    return Found(demanded, got.value, met)


def show_value(got: Value, field: str) -> str:
    """A value as everywhere else: shapes with crosses, accuracies in percent."""
    if isinstance(got, list) and got and all(isinstance(size, int) for size in got):
        return typeset(show_shape(tuple(got)))
    if isinstance(got, Mapping):
        return ", ".join(f"{name}={value}" for name, value in got.items())
    if isinstance(got, float):
        return show_accuracy(got) if "accuracy" in field else f"{got:.4g}"
    return show_count(got) if isinstance(got, int) and not isinstance(got, bool) else str(got)


class _Got(Struct, frozen=True):
    """What a field is, and what it may be called in other words."""

    value: Value
    others: tuple[Value, ...] = ()


def _value(demanded: Comparison, subject: Subject) -> _Got:
    """What the field that is ``demanded`` is. Raises `Unknown`."""
    place, _, rest = demanded.field.partition(".")
    if place == "plan":
        return _at(subject.preset.plan, rest, "the plan", demanded.value)
    if place.startswith("layers["):
        return _of_layer(int(place[7:-1]), rest, subject.summary, demanded.value)
    return _Got(_of_network(place, subject))


def _of_network(name: str, subject: Subject) -> Value:
    """A number or a shape of the whole network, or what it came to."""
    architecture, summary = subject.preset.architecture, subject.summary
    if name == "layers":
        return len(architecture.layers)
    if name in COUNTS:
        return int(getattr(summary.totals, name))
    if name == "input":
        return list(architecture.input_shape)
    if name == "output":
        return _shape(summary.output)
    if subject.doubt:
        raise Unknown(f"not believed: {subject.doubt}")
    if subject.metrics is None:
        raise Unknown("not known before it is trained")
    return _metric(name, subject.metrics)


def _of_layer(number: int, name: str, summary: Summary, wanted: Value) -> _Got:
    if number >= len(summary.rows):
        raise Unknown(f"there are {len(summary.rows) - 1} layers, no layer {number}")
    row = summary.rows[number]
    if name == "type":
        return _Got(type(row.layer).__name__, _names(row.layer))
    if name in FACTS and not isinstance(wanted, bool):  # trainable is a count, and a switch
        return _Got(_fact(row, name))
    return _at(row.layer, name, f"layer {number} ({type(row.layer).__name__})", wanted)


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


def _at(value: object, path: str, owner: str, wanted: Value) -> _Got:
    """The value at ``path`` as plain data, and what it may be called where ``wanted`` is demanded."""
    got, names = _Got(None), path.split(".")
    for place, name in enumerate(names):
        if value is None:
            raise Unknown(f"{owner}: {'.'.join(names[:place])} is empty")
        known = {field.name: field.type for field in fields_of(type(value))} if isinstance(value, FieldStruct) else {}
        if name not in known:
            raise Unknown(f"{owner} has no field {quoted(path)}{did_you_mean(name, known) if known else ''}")
        written = getattr(value, name)
        value = value.effective(name) if isinstance(value, Layer) else written
        got = _Got(_plain(value, known[name]), (*_spellings(value, known[name], wanted), *_empty(written)))
    return got


def _plain(value: object, kind: FieldType) -> Value:
    """``value`` as plain data: a member of a family is its name, a table has all its fields."""
    raw: Any = None if value is None else kind.write(value)
    if isinstance(value, Registered):
        return raw if isinstance(raw, str) else type(value).__name__
    if isinstance(value, FieldStruct):
        return write(value, every=True)
    return list(raw) if isinstance(raw, tuple) else raw


def _spellings(value: object, kind: FieldType, wanted: Value) -> Iterator[Value]:
    """What ``value`` may be called: any of its names, and ``wanted`` where a preset that says so means the same."""
    if isinstance(value, Registered):
        yield from _names(value)
    if isinstance(value, Regularizer):
        yield value.call().function.rpartition(".")[2]
    if _means(kind, wanted, value):
        yield wanted
    if isinstance(value, tuple) and len(value) > 1 and isinstance(value[0], int) and _means(kind, value[0], value):
        yield value[0]  # 3 sets both sizes of a window, which may be compared with a number


def _means(kind: FieldType, raw: Value, value: object) -> bool:
    try:
        return bool(kind.read(raw) == value)
    except FieldError:
        return False


def _empty(written: object) -> Iterator[Value]:
    """What an empty field may be called."""
    if written is None:
        yield from (None, "none")


def _names(member: Registered) -> tuple[str, ...]:
    return type(member).__name__, *member.aliases
