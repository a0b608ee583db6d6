"""Values of every kind and of every described class, generated from their definitions for Hypothesis.

Nothing here names a layer or an argument: a new one joins by being defined. ``wide`` gives all that a field takes;
otherwise sizes stay small enough for Keras to build what comes out.
"""

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from core.fields import types
from core.fields.registry import Registered, RegisteredField
from core.fields.struct import Field, FieldStruct, StructField, fields_of
from core.network.architecture import Architecture
from core.network.layers import Layer
from core.plan.plan import Plan
from core.presets import Preset

LAYERS = tuple(sorted(set(Layer.members) - {"Input"}))
SMALL = 4
"""How far above its least a small whole number goes."""


def instances(cls: type[FieldStruct], *, wide: bool = False) -> SearchStrategy[Any]:
    """Values of ``cls``: each field at its default as often as not."""
    return st.builds(cls, **{field.name: _field(field, wide) for field in fields_of(cls)})


def layers(among: Sequence[str] = LAYERS, *, wide: bool = False) -> SearchStrategy[Layer]:
    """Layers of the types ``among``."""
    return st.sampled_from(among).flatmap(lambda name: instances(Layer.members[name], wide=wide))


def shapes(*, ranks: Sequence[int] = (1, 2, 3), most: int = 9) -> SearchStrategy[tuple[int, ...]]:
    """Shapes of an example, without the batch."""
    sizes = st.integers(1, most)
    return st.sampled_from(ranks).flatmap(lambda rank: st.tuples(*[sizes] * rank))


def architectures(*, wide: bool = True) -> SearchStrategy[Architecture]:
    """Stacks of any layers, whether they fit or not."""
    return st.builds(Architecture, shapes(), st.lists(layers(wide=wide), max_size=6).map(tuple))


def presets() -> SearchStrategy[Preset]:
    """Presets with any text in them."""
    plans = instances(Plan, wide=True)
    return st.builds(Preset, texts(), architectures(), plans, description=texts(), origin=texts())


def texts() -> SearchStrategy[str]:
    """Any text that UTF-8 can hold, markup and escape codes included."""
    odd = st.sampled_from(["[bold]x[/]", "\x1b[31mred", '"', "'''", "\\", "\n[plan]\n", "\u202e", "\x7f", "\r\n"])
    return st.text(st.characters(codec="utf-8"), max_size=20) | odd


def values(kind: types.FieldType, *, wide: bool = False) -> SearchStrategy[Any]:
    """Values that ``kind`` takes."""
    return _values(kind, wide)


def _field(field: Field, wide: bool) -> SearchStrategy[Any]:
    drawn = _values(field.type, wide)
    return drawn if field.required else st.just(field.default) | drawn


@singledispatch
def _values(kind: types.FieldType, wide: bool) -> SearchStrategy[Any]:
    raise TypeError(f"there is no strategy for {type(kind).__name__}: write one here")


@_values.register
def _(kind: types.IntField, wide: bool) -> SearchStrategy[Any]:
    if wide:
        least, most = kind.least, kind.most
        return st.integers(-types.MOST if least is None else least, types.MOST if most is None else most)
    least = -SMALL if kind.least is None else kind.least
    return st.integers(
        least, least + 2 * SMALL if kind.least is None else min(least + SMALL, kind.most or least + SMALL)
    )


@_values.register
def _(kind: types.FloatField, wide: bool) -> SearchStrategy[Any]:
    least = kind.least if kind.above is None else kind.above
    most = kind.most if kind.below is None else kind.below
    if not wide:
        least = -2.0 if least is None else least
        most = max(least, 0.0) + 2.0 if most is None else most
    return st.floats(
        least,
        most,
        exclude_min=kind.above is not None,
        exclude_max=kind.below is not None,
        allow_nan=False,
        allow_infinity=False,
        allow_subnormal=False,
    )


@_values.register
def _(kind: types.BoolField, wide: bool) -> SearchStrategy[Any]:
    return st.booleans()


@_values.register
def _(kind: types.DeviceField, wide: bool) -> SearchStrategy[Any]:
    return st.sampled_from(["auto", "cpu", "gpu"]) | st.integers(0, 999).map("gpu:{}".format)


@_values.register
def _(kind: types.ChoiceField, wide: bool) -> SearchStrategy[Any]:
    return st.sampled_from(kind.words)


@_values.register
def _(kind: types.OptionalField, wide: bool) -> SearchStrategy[Any]:
    return st.none() | _values(kind.kind, wide)


@_values.register
def _(kind: types.PairField, wide: bool) -> SearchStrategy[Any]:
    number = _values(kind.number, wide)
    return st.tuples(number, number)


@_values.register
def _(kind: types.ShapeField, wide: bool) -> SearchStrategy[Any]:
    sizes = st.integers(1, types.MOST if wide else 2 * SMALL)
    fixed = st.lists(sizes, min_size=1, max_size=kind.most)
    return (fixed.flatmap(_with_a_free_size) if kind.free else fixed).map(tuple)


def _with_a_free_size(sizes: list[int]) -> SearchStrategy[list[int]]:
    return st.integers(0, 2 * len(sizes)).map(lambda at: [-1 if index == at else n for index, n in enumerate(sizes)])


@_values.register
def _(kind: types.AxesField, wide: bool) -> SearchStrategy[Any]:
    axis = st.integers(-types.MOST, types.MOST) if wide else st.integers(-SMALL, SMALL)
    return st.lists(axis.filter(bool), min_size=1, max_size=3, unique=True).map(tuple)


@_values.register
def _(kind: types.PaddingField, wide: bool) -> SearchStrategy[Any]:
    return st.sampled_from(kind.words) | st.integers(0, types.MOST if wide else SMALL)


@_values.register
def _(kind: types.MarginsField, wide: bool) -> SearchStrategy[Any]:
    side = st.tuples(*[st.integers(0, types.MOST if wide else SMALL)] * 2)
    return st.tuples(side, side)


@_values.register
def _(kind: types.ValidationField, wide: bool) -> SearchStrategy[Any]:
    return st.sampled_from(["test", "none"]) | st.floats(0, 1, exclude_min=True, exclude_max=True)


@_values.register
def _(kind: StructField, wide: bool) -> SearchStrategy[Any]:
    return instances(kind.of, wide=wide)


@_values.register
def _(kind: RegisteredField, wide: bool) -> SearchStrategy[Any]:
    members: dict[str, type[Registered]] = kind.family.members
    return st.sampled_from(kind.names).flatmap(lambda name: instances(members[name], wide=wide))
