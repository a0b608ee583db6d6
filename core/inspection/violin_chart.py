"""The violins of layers side by side as a chart: before training to the left, after it to the right."""

from collections.abc import Iterator, Sequence

from core.charts import Axis, Chart, Curve, CurveStyle, Cut, HalfViolin
from core.formatting import show_weight
from core.inspection.violin import Violin
from core.inspection.violin_pairs import ViolinPair, beyond

__all__ = ["AFTER", "BEFORE", "layer_name", "place_name", "violin_chart"]

BEFORE, AFTER = "before", "after"
"""The roles of both sides."""

_ROOM = 0.42
"""The width of a side, as a share of the distance of two violins."""


def place_name(pair: ViolinPair) -> str:
    """What stands under a violin: ``3 Conv2D``, or what the weight is called if that says more: ``5 gamma``."""
    return layer_name(pair) if pair.name in {"kernel", "bias"} else f"{pair.row} {pair.name}"


def layer_name(pair: ViolinPair) -> str:
    """A layer in few letters: ``3 Conv2D``."""
    kind, _, _ = pair.label.partition(" ")
    return f"{pair.row} {kind}"


def violin_chart(pairs: Sequence[ViolinPair], y: Axis, title: str) -> Chart:
    """The chart of ``pairs``, of which there is one, over the axis ``y`` of values.

    Each side is as wide as any other at its widest place.
    """
    number = len(pairs)
    labels = tuple((float(index), place_name(pair)) for index, pair in enumerate(pairs))
    return Chart(
        title,
        Axis(-0.5, number - 0.5, labels=labels),
        y,
        tuple(
            Curve(f"{name} training, {side}", (), CurveStyle(name, None, "square", hollow=name == BEFORE))
            for name, side in ((BEFORE, "left"), (AFTER, "right"))
        ),
        cuts=tuple(cut for index, pair in enumerate(pairs) for cut in _cuts(index, pair, y)),
        x_name="layer",
        violins=tuple(
            half
            for index, pair in enumerate(pairs)
            for half in (
                _half(index, -_ROOM / number, pair.before, BEFORE),
                _half(index, _ROOM / number, pair.after, AFTER),
            )
        ),
    )


def _half(x: float, room: float, violin: Violin, role: str) -> HalfViolin:
    alone = ((violin.low, 1.0),) if violin.low is not None else ()
    return HalfViolin(x, room, violin.outline() or alone, violin.quartiles, role)


def _cuts(x: float, pair: ViolinPair, y: Axis) -> Iterator[Cut]:
    low, high = beyond(pair, y)
    if high is not None:
        yield Cut(x, f"\u2191{show_weight(high)}", top=True)
    if low is not None:
        yield Cut(x, f"\u2193{show_weight(low)}", top=False)
