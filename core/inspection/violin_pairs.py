"""Violins side by side: every weight before and after training, and the axis of values that all of them share."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Struct

from core.charts import Axis
from core.inspection.tensors import Weight
from core.inspection.violin import Violin, violin

__all__ = ["ROLES", "InitialViolin", "Role", "ViolinPair", "beyond", "of_role", "role_of", "value_axis", "violin_pair"]

Role = Literal["weights", "biases", "scales", "statistics"]
"""Scales, such as the gamma of a normalization, are around 1: on their axis, weights around 0 would be too narrow."""
ROLES: tuple[Role, ...] = ("weights", "biases", "scales", "statistics")

_ROLE_OF: dict[str, Role] = {
    "bias": "biases",
    "beta": "biases",
    "gamma": "scales",
    "scale": "scales",
    "moving_mean": "statistics",
    "moving_variance": "statistics",
    "mean": "statistics",
    "variance": "statistics",
    "count": "statistics",
}
"""By Keras's names of weights; all others are weights."""
_MARGIN = 0.03
"""The share of the axis beyond the violins at either end."""


class InitialViolin(Struct, frozen=True):
    """A weight, bias or statistic of the layer in ``row`` before training."""

    row: Annotated[int, msgspec.Meta(ge=0)]
    name: str
    """As Keras calls it."""
    variable: Annotated[int, msgspec.Meta(ge=0)]
    """Its place among all variables of the model."""
    violin: Violin


class ViolinPair(Struct, frozen=True):
    """A weight, bias or statistic of the layer in ``row``, before and after training."""

    row: int
    label: str
    """The layer's."""
    name: str
    """As Keras calls it."""
    before: Violin
    after: Violin

    @property
    def both(self) -> tuple[Violin, Violin]:
        """Before and after."""
        return self.before, self.after


def violin_pair(weight: Weight, label: str) -> ViolinPair:
    """The violins of ``weight``, in the layer called ``label``."""
    return ViolinPair(weight.row, label, weight.name, violin(weight.before), violin(weight.after))


def role_of(name: str) -> Role:
    """What Keras's ``name`` for a weight says it is."""
    return _ROLE_OF.get(name, "weights")


def of_role(pairs: Iterable[ViolinPair], role: Role) -> tuple[ViolinPair, ...]:
    """Those of ``pairs`` that are ``role``, in order."""
    return tuple(pair for pair in pairs if role_of(pair.name) == role)


def value_axis(pairs: Sequence[ViolinPair]) -> Axis:
    """The axis for all of ``pairs``: the central share `REACH` of each, and a little more."""
    ends = [end for pair in pairs for side in pair.both if side.reach for end in side.reach]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    margin = _MARGIN * (high - low) or max(0.5, 1e-3 * abs(low))
    return Axis(low - margin, high + margin)


def beyond(pair: ViolinPair, axis: Axis) -> tuple[float | None, float | None]:
    """The lowest value of ``pair`` if ``axis`` does not reach down to it, and the highest likewise."""
    lows = [side.low for side in pair.both if side.low is not None and side.low < axis.low]
    highs = [side.high for side in pair.both if side.high is not None and side.high > axis.high]
    return min(lows, default=None), max(highs, default=None)
