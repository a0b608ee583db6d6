"""What was trained: the layers, how their numbers are computed, every field of the plan."""

from collections.abc import Iterator

from core.datasets import DATASETS
from core.export.document import Block, Column, Section, Table, Text
from core.fields.registry import Registered
from core.fields.struct import FieldStruct, fields_of
from core.formatting import NONE, show_amount, show_bytes, show_count, show_short
from core.network.explanation import parameter_line
from core.network.formulas import Number, total
from core.network.layers import Facts, Layer
from core.network.shapes import Shape, show_shape
from core.network.summary import Row, Summary, Totals, summarize
from core.plan.plan import Plan
from core.presets import Preset
from core.sentences import sentence
from core.typography import typeset, typeset_formula

__all__ = ["architecture", "arithmetic", "plan"]

STEPS = (Column("Number", "text"), Column("Formula", "code"), Column("With its values", "code"), Column("Value"))


def architecture(preset: Preset) -> Section:
    """The table of layers and its totals."""
    summary = summarize(preset.architecture)
    columns = ("Output", "Weights", "Biases", "Statistics", "Params", "Multiply-adds")
    totals = summary.totals
    sizes = (totals.weights, totals.biases, totals.statistics, totals.params, totals.multiply_adds)
    table = Table(
        "Layers with their output shapes for one example, their parameters and their multiply-adds",
        (Column("#"), Column("Layer", "text"), *(Column(title) for title in columns)),
        tuple(_layer(row) for row in summary.rows),
        total=("", "All layers", _shape(summary.output) if summary.output else NONE, *map(show_count, sizes)),
    )
    about = [
        Text(text) for text in (preset.description, preset.origin and sentence(f"Origin: {preset.origin}")) if text
    ]
    return Section("Architecture", (*about, table, *(Text(line) for line in _totals(totals))))


def arithmetic(preset: Preset) -> Section:
    """How the numbers of every layer are computed."""
    summary = summarize(preset.architecture)
    text = (
        "Weights multiply, biases add, statistics are measured; together they are Keras's parameter count. "
        "Multiply-adds are per example."
    )
    return Section("How it is computed", (Text(text, quiet=True),), tuple(_explained(summary)))


def plan(preset: Preset) -> Section:
    """Every field of the plan with its value."""
    table = Table(
        "The plan, field by field",
        (Column("Field", "code"), Column("Value", "text"), Column("Meaning", "text")),
        tuple(_fields(preset.plan)),
    )
    return Section("Plan", (Text(_data(preset.plan)), table))


def _layer(row: Row) -> tuple[str, ...]:
    facts = row.facts
    if facts is None:
        return (str(row.index), row.layer.label, *["?"] * 6)
    parts = (total(facts.weights), total(facts.biases), total(facts.statistics), facts.params)
    numbers = (*parts, total(facts.multiply_adds))
    return (str(row.index), row.layer.label, _shape(facts.output), *map(show_count, numbers))


def _totals(totals: Totals) -> Iterator[str]:
    parts = [show_amount(totals.weights, "weight"), show_amount(totals.biases, "bias")]
    if totals.statistics:
        parts.append(show_amount(totals.statistics, "statistic"))
    trained = "all of them are trained"
    if totals.non_trainable:
        trained = f"{show_count(totals.trainable)} of them are trained, {show_count(totals.non_trainable)} are not"
    yield f"{show_amount(totals.params, 'param')} = {' + '.join(parts)}; {trained}."
    yield (
        f"As float32 the parameters take {show_bytes(totals.parameter_bytes)}, and the outputs of all layers for one "
        f"example {show_bytes(totals.activation_bytes)}; an example costs {show_short(totals.multiply_adds)} "
        "multiply-adds."
    )


def _explained(summary: Summary) -> Iterator[Section]:
    for row in summary.rows:
        facts = row.facts
        if facts is None:
            continue
        blocks: list[Block] = [Text(" ".join((row.layer.help, *facts.notes)), quiet=True)]
        if given := ", ".join(_given(row.layer)):
            blocks.append(Text(f"Given: {given}."))
        blocks += [Text(warning.message) for warning in facts.warnings]
        if steps := tuple(_steps(facts)):
            caption = f"{_shape(row.input or ())} \N{RIGHTWARDS ARROW} {_shape(facts.output)}; {parameter_line(facts)}"
            blocks.append(Table(caption, STEPS, steps))
        yield Section(f"{row.index} {row.layer.label}", tuple(blocks))


def _given(layer: Layer) -> Iterator[str]:
    """The arguments that are not at their defaults."""
    for field in fields_of(type(layer)):
        value = getattr(layer, field.name)
        if field.required or value != field.default:
            yield f"{field.name} = {field.type.show(value) or NONE}"


def _steps(facts: Facts) -> Iterator[tuple[str, ...]]:
    """A row for each number; sizes computed alike, such as height and width, share one."""
    alike: dict[tuple[str, str, int], list[str]] = {}
    for number in facts.sizes:
        alike.setdefault((number.formula, number.substituted, number.value), []).append(number.name)
    for (formula, substituted, value), names in alike.items():
        yield ", ".join(names), typeset_formula(formula), typeset_formula(substituted), show_count(value)
    for kind in ("weights", "biases", "statistics", "multiply_adds"):
        numbers: tuple[Number, ...] = getattr(facts, kind)
        for number in numbers:
            named = kind == "multiply_adds" or kind in number.name
            name = number.name if named else f"{number.name} ({kind})"
            yield name, typeset_formula(number.formula), typeset_formula(number.substituted), show_count(number.value)


def _data(plan: Plan) -> str:
    dataset = DATASETS[plan.dataset]
    text = (
        f"{dataset.title}: {show_count(dataset.train)} training images and {show_count(dataset.test)} test "
        f"images, {_shape(dataset.shape)} each, in {len(dataset.classes)} classes."
    )
    if plan.validation == "test":
        return f"{text} The test set is also the validation set: the best weights are chosen by the loss on it."
    if plan.validation == "none":
        return f"{text} There is no validation set: the best weights are chosen by the training loss."
    return f"{text} The last {float(plan.validation):.4g} of the training set is held out for validation."


def _fields(value: FieldStruct, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Field, value and meaning of all fields of ``value``; nested ones follow their parent, if set."""
    for field in fields_of(type(value)):
        current, place = getattr(value, field.name), f"{path}{field.name}"
        if current is None and path:
            continue
        if isinstance(current, Registered):
            yield place, type(current).__name__, field.help
            yield from _fields(current, f"{place}.")
        elif isinstance(current, FieldStruct):
            yield from _fields(current, f"{place}.")
        else:
            yield place, field.type.show(current) or NONE, field.help


def _shape(shape: Shape) -> str:
    return typeset(show_shape(shape))
