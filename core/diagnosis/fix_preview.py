"""What a fix changes: the fields of layers and plan before and after, and the numbers of layers and parameters."""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from core.diagnosis.alignment import aligned
from core.fields.forms import Entry, entries
from core.fields.struct import FieldStruct
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.network.layers import Layer
from core.network.summary import summarize
from core.plan.plan import Plan

__all__ = ["Change", "FieldChange", "Preview", "changes", "preview"]

INPUT, PLAN = "input", "plan"
NOTHING = "none"
MOST_NAMED = 3
"""Layers that are named one by one; of more, the first and the last."""

Kind = Literal["changed", "inserted", "removed"]


class FieldChange(Struct, frozen=True):
    """A field before and after, as text."""

    name: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.name} {self.before} -> {self.after}"


class Change(Struct, frozen=True):
    """One change, in as many places as it is made the same way."""

    kind: Kind
    places: tuple[str, ...]
    """``3 Dense 400``, ``input`` or ``plan``; of what is inserted, what it follows."""
    what: str = ""
    """The layer that is inserted."""
    fields: tuple[FieldChange, ...] = ()

    def __str__(self) -> str:
        place = _named(self.places)
        if self.kind == "removed":
            return f"{place}: removed"
        return f"after {place}: {self.what} inserted" if self.kind == "inserted" else f"{place}: {self.fields_text}"

    @property
    def fields_text(self) -> str:
        """``activation sigmoid -> relu, units 10 -> 20``."""
        return ", ".join(map(str, self.fields))


class Preview(Struct, frozen=True):
    """The changes of a fix; numbers are before and after, None where the network cannot be built."""

    changes: tuple[Change, ...]
    layers: tuple[int, int]
    params: tuple[int | None, int | None]


def preview(architecture: Architecture, plan: Plan, fix: Fix) -> Preview:
    """What ``fix`` changes of ``architecture`` and ``plan``."""
    before, after = architecture, fix.architecture
    return Preview(
        changes(before, plan, after, fix.plan),
        (len(before.layers), len(after.layers)),
        (_params(before), _params(after)),
    )


def changes(before: Architecture, plan_before: Plan, after: Architecture, plan_after: Plan) -> tuple[Change, ...]:
    """What is different in another architecture and plan, those that are alike as one."""
    found = [each for each in _layer_changes(before.stack, after.stack) if each.fields or each.kind != "changed"]
    if fields := _fields(plan_before, plan_after):
        found.append(Change("changed", (PLAN,), fields=fields))
    return tuple(_grouped(found))


def _params(architecture: Architecture) -> int | None:
    summary = summarize(architecture)
    return None if summary.errors else summary.totals.params


def _layer_changes(before: tuple[Layer, ...], after: tuple[Layer, ...]) -> Iterable[Change]:
    last = 0
    for left, right in aligned(before, after):
        if left is None and right is not None:
            yield Change("inserted", (_place(before[last], last),), after[right].label)
        elif left is not None:
            last = left
            fields = () if right is None else _fields(before[left], after[right])
            place = _place(before[left], left, named=all(field.name != "activation" for field in fields))
            yield Change("removed" if right is None else "changed", (place,), fields=fields)


def _place(layer: Layer, index: int, *, named: bool = True) -> str:
    """``3 Dense 400 sigmoid``; without its activation unless ``named``, if that is what changes."""
    if index == 0:
        return INPUT
    plain = None if named else layer.with_activation("linear")
    return f"{index} {(plain or layer).label}"


def _fields(before: FieldStruct, after: FieldStruct) -> tuple[FieldChange, ...]:
    """The fields that differ; of a nested value of another kind, those that both have."""
    old, new = ({entry.path: entry for entry in entries(value)} for value in (before, after))
    return tuple(
        FieldChange(".".join(path), *map(_text, (old[path], new[path])))
        for path in old
        if path in new and _text(old[path]) != _text(new[path])
    )


def _text(entry: Entry) -> str:
    return entry.text or NOTHING


def _grouped(changes: Iterable[Change]) -> list[Change]:
    """``changes`` with those that are alike as one, where the first of them is."""
    groups: dict[Change, list[str]] = {}
    for change in changes:
        groups.setdefault(replace(change, places=()), []).extend(change.places)
    return [replace(change, places=tuple(places)) for change, places in groups.items()]


def _named(places: tuple[str, ...]) -> str:
    """``layer 3 Dense 400``, ``input and layers 3 Dense 400, 5 Dense 84``; more are counted: ``layers 1 to 9 (9)``."""
    layers = [place for place in places if place not in {INPUT, PLAN}]
    named = [place for place in places if place in {INPUT, PLAN}]
    if len(layers) == 1:
        named.append(f"layer {layers[0]}")
    elif 1 < len(layers) <= MOST_NAMED:
        named.append(f"layers {', '.join(layers)}")
    elif layers:
        named.append(f"layers {layers[0]} to {layers[-1]} ({len(layers)} in all)")
    return " and ".join(named)
