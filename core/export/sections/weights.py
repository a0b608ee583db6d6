"""The weights of every layer before and after training: violins side by side, and their figures."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from core.charts import Axis
from core.export.chart_svg import Figure
from core.export.document import Block, ChartGroup, Column, Section, Table, Text
from core.formatting import show_count, show_weight
from core.inspection.violin import Violin
from core.inspection.violin_chart import AFTER, BEFORE, place_name, violin_chart
from core.inspection.violin_pairs import ROLES, Role, ViolinPair, of_role, value_axis
from core.sentences import sentence
from core.typography import typeset

__all__ = ["weights"]

SIDE_BY_SIDE = 6
"""Violins in a chart, at most."""
MOST = 48
"""Violins of a kind, at most."""

HOW = (
    "A violin is as wide as values are frequent there, each side as wide as any other at its widest place. The thick "
    "line is the median, the dashed lines are the quartiles; a line alone is a single value. The axis covers the "
    "central 99.9% of every weight; an arrow tells how far the others reach."
)


def weights(pairs: Sequence[ViolinPair]) -> Section:
    """The weights of ``pairs``."""
    blocks = [block for role in ROLES for block in _of_role(role, of_role(pairs, role))]
    return Section("Weights before and after training", (Text(HOW, quiet=True), *blocks))


def _of_role(role: Role, pairs: Sequence[ViolinPair]) -> Iterator[Block]:
    if not pairs:
        return
    shown = _spread_out(pairs)
    axis = value_axis(shown)
    if len(shown) < len(pairs):
        yield Text(f"Shown are {len(shown)} of {show_count(len(pairs))} layers with {role}, spread evenly over all.")
    yield ChartGroup(tuple(_figures(role, shown, axis)))
    yield _table(role, shown)


def _spread_out(pairs: Sequence[ViolinPair]) -> Sequence[ViolinPair]:
    """At most `MOST` of ``pairs``, the first and the last included."""
    if len(pairs) <= MOST:
        return pairs
    return [pairs[round(index * (len(pairs) - 1) / (MOST - 1))] for index in range(MOST)]


def _figures(role: Role, pairs: Sequence[ViolinPair], axis: Axis) -> Iterator[Figure]:
    """Charts with about as many violins each, over the same axis."""
    number = -(-len(pairs) // SIDE_BY_SIDE)
    ends = [round(index * len(pairs) / number) for index in range(number + 1)]
    for index, (start, end) in enumerate(pairwise(ends), 1):
        part = pairs[start:end]
        title = role if number == 1 else f"{role}, {index} of {number}"
        described = sentence("; ".join(map(_described, part)))
        name = f"{role}-{_letters(index)}" if number > 1 else role
        yield Figure(f"violins-{name}", f"Violins of {described}", violin_chart(part, axis, title))


def _letters(number: int) -> str:
    """``a``, ``b``, ... for 1, 2, ...: names of figures have no digits."""
    return chr(ord("a") + number - 1)


def _described(pair: ViolinPair) -> str:
    place = place_name(pair)
    what = place if place.endswith(pair.name) else f"{place} {pair.name}"
    return f"{what}: {_middle(BEFORE, pair.before)}, {_middle(AFTER, pair.after)}"


def _middle(when: str, violin: Violin) -> str:
    if violin.quartiles is None:
        return f"{when} training without a finite value"
    if violin.constant is not None:
        return f"{when} training all {show_weight(violin.constant)}"
    lower, median, upper = map(show_weight, violin.quartiles)
    return f"{when} training median {median}, quartiles {lower} and {upper}"


def _table(role: Role, pairs: Sequence[ViolinPair]) -> Table:
    caption = f"{role.capitalize()}; half of the values are between the quartiles"
    sampled = max(violin.sampled for pair in pairs for violin in pair.both)
    if sampled:
        caption += f", which are those of {show_count(sampled)} values drawn from each larger weight"
    broken = any(violin.not_finite for pair in pairs for violin in pair.both)
    return Table(
        caption,
        (
            Column("Layer", "text"),
            Column("Weight", "code"),
            Column("Training", "text"),
            *(Column(name) for name in ("Number", "Lowest", "Quartile", "Median", "Quartile", "Highest")),
            *((Column("NaN or infinite"),) if broken else ()),
        ),
        tuple(row for pair in pairs for row in _rows(pair, broken=broken)),
    )


def _rows(pair: ViolinPair, *, broken: bool) -> Iterator[tuple[str, ...]]:
    name = f"{pair.row} {typeset(pair.label)}"
    for when, violin in ((BEFORE, pair.before), (AFTER, pair.after)):
        figures = (violin.low, *(violin.quartiles or (None, None, None)), violin.high)
        not_finite = (show_count(violin.not_finite),) if broken else ()
        yield name, pair.name, when, show_count(violin.count), *map(show_weight, figures), *not_finite
        name = ""
