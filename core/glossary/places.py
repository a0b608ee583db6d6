"""Where an entry is in the network that is open: the layers and the fields of the plan that use it."""

from collections.abc import Iterator
from itertools import chain

from core.fields.struct import Field, FieldStruct, fields_of
from core.formatting import show_amount, show_count
from core.glossary.curves import member_of
from core.glossary.entry import Entry
from core.glossary.index import find_field
from core.glossary.lookup import ACTIVATION_FIELDS, entry_for_layer
from core.glossary.network_facts import FACTS, Place
from core.network.initializers import Initializer
from core.network.layers import Layer
from core.network.regularizers import Regularizer
from core.network.shapes import show_shape
from core.network.summary import Row, summarize
from core.plan.plan import Plan
from core.presets import Preset

__all__ = ["Place", "places"]

PLAN_GROUPS = {"optimizers": "optimizer", "losses": "loss", "schedules": "schedule"}
"""The field of the plan that has a member of the group."""


def places(entry: Entry, preset: Preset) -> tuple[Place, ...]:
    """Every place of ``entry`` in ``preset``, each once."""
    found = chain(
        FACTS[entry.here](preset) if entry.here else (),
        _in_layers(entry, preset),
        _in_plan(entry, preset.plan),
    )
    return tuple(dict.fromkeys(found))


def _in_layers(entry: Entry, preset: Preset) -> Iterator[Place]:
    for row in summarize(preset.architecture).rows:
        if entry.group == "layers" and entry in (entry_for_layer(row.layer), entry_for_layer(row.layer.inner)):
            yield Place(_described(row), row.index, _counted(row))
        for owner in dict.fromkeys((row.layer, row.layer.inner)):
            for field in fields_of(type(owner)):
                if _is_set_to(entry, owner, field):
                    yield Place(f"{row.layer.label}: {field.name}", row.index)
                elif entry.fields and find_field(type(owner), field.name) == entry and _worth_telling(owner, field):
                    yield Place(f"{row.layer.label}: {field.name} {_shown(owner, field)}", row.index)


def _described(row: Row) -> str:
    """A layer with its input and output."""
    if row.facts is None or not row.index:
        return row.layer.label
    text = f"{row.layer.label}: {show_shape(row.input or ())} -> {show_shape(row.facts.output)}"
    return text if row.facts.params else f"{text}, no parameters"


def _counted(row: Row) -> str:
    """How the parameters of a layer are counted: ``5 * 5 * 6 * 16 + 16 = 2,416 parameters``."""
    facts = row.facts
    if facts is None or not facts.params:
        return ""
    terms = [number.substituted for number in (*facts.weights, *facts.biases, *facts.statistics)]
    return f"{' + '.join(terms)} = {show_amount(facts.params, 'parameter')}"


def _is_set_to(entry: Entry, owner: Layer, field: Field) -> bool:
    """Whether ``field`` of ``owner`` has the value that ``entry`` is about."""
    value = getattr(owner, field.name)
    if entry.group == "activations":
        return field.name in ACTIVATION_FIELDS and value == entry.key
    if entry.group == "initializers":
        return isinstance(value, Initializer) and type(value) is member_of(entry)
    if entry.group == "regularizers":
        return isinstance(value, Regularizer) and value.call().function.endswith(f".{entry.key}")
    return False


def _worth_telling(owner: FieldStruct, field: Field) -> bool:
    """Whether people look at ``field``, or have changed it. What nobody has changed is not told layer by layer."""
    return not field.rare or getattr(owner, field.name) != field.default


def _shown(owner: FieldStruct, field: Field) -> str:
    value = getattr(owner, field.name)
    if isinstance(value, int) and not isinstance(value, bool):
        return show_count(value)
    return str(field.type.show(value))


def _in_plan(entry: Entry, plan: Plan) -> Iterator[Place]:
    if name := PLAN_GROUPS.get(entry.group):
        value = getattr(plan, name)
        if type(value) is member_of(entry):
            yield Place(", ".join([f"{name} = {value.alias()}", *_arguments(value)]), plan=True)
    owners: list[tuple[str, FieldStruct]] = [("", plan), ("optimizer", plan.optimizer), ("loss", plan.loss)]
    owners += [("schedule", plan.schedule), ("early_stopping", plan.early_stopping or plan)]
    for name, owner in owners:
        for field in fields_of(type(owner)):
            if entry.fields and find_field(type(owner), field.name) == entry and _worth_telling(owner, field):
                place = f"{name}.{field.name}" if name and owner is not plan else field.name
                yield Place(f"{place} = {_shown(owner, field) or 'none'}", plan=True)


def _arguments(value: FieldStruct) -> Iterator[str]:
    """The arguments that people look at, or have changed."""
    for field in fields_of(type(value)):
        if _worth_telling(value, field) and getattr(value, field.name) is not None:
            yield f"{field.name} {_shown(value, field)}"
