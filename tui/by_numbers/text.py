"""What is said of numbers: which example, which array, and how one of its numbers comes about."""

from collections.abc import Sequence

import numpy as np
from textual.content import Content

from core.backpropagation.explanation import Explanation, lines
from core.backpropagation.passes import Quantity
from core.backpropagation.worked import Worked
from core.datasets import DATASETS
from core.formatting import show_amount, show_count, show_loss, show_percent, show_rate
from core.network.shapes import show_shape
from core.sanitize import one_line
from core.typography import typeset, typeset_formula
from tui.by_numbers.layout import Index, Layout

__all__ = ["explained", "heading", "keys", "subject"]

BESIDE = 100
"""Cells from which a formula and its numbers fit in one line."""


def subject(worked: Worked) -> Content:
    numbers = worked.numbers
    classes = DATASETS[numbers.plan.dataset].classes
    best = int(np.argmax(numbers.output))
    name = classes[best] if len(classes) == len(numbers.output) else str(best)
    share = float(numbers.output[best])
    found = f"predicted {name}" + (f" at {show_percent(share, 1)}" if 0 <= share <= 1 else "")
    steps = f"   after {show_amount(worked.steps, 'step')}" if worked.steps else ""
    return Content.assemble(
        (one_line(worked.caption), "bold"),
        f": {found}   loss ",
        (show_loss(numbers.loss), "bold"),
        (steps, "$text-muted"),
    )


def heading(worked: Worked, quantity: Quantity, at: Index) -> Content:
    row = worked.numbers.summary.rows[quantity.row]
    where = f"layer {quantity.row}, {one_line(row.layer.label)}" if quantity.row else ""
    first = Content.assemble(
        (quantity.name, "bold"),
        f" {'is' if quantity.is_given else '='} {typeset_formula(quantity.formula)}",
    )
    layout = Layout(quantity.values.shape, 1)
    shape = typeset(show_shape(quantity.values.shape)) if quantity.name != "L" else ""
    if layout.pages > 1:
        page = layout.place(at)[0]
        entries = ", ".join(map(str, layout.page_index(page)))
        shape += f", page {show_count(page + 1)} of {show_count(layout.pages)}: [.., .., {entries}]"
    second = "   ".join(part for part in (shape, typeset(where)) if part)
    return Content("\n").join([first, Content.styled(second, "$foreground-muted")])


def explained(explanations: Sequence[Explanation], most: int, room: int, *, high: bool) -> Content:
    """How a number comes about in ``room`` cells, with at most ``most`` terms of a sum.

    Of several lines that belong together each is one with its numbers. Its formula stands in the same line if there is
    room, in one of its own if the screen is ``high``, else nowhere.
    """
    found: list[Content] = []
    for each in explanations:
        first, *others = (typeset_formula(text) for text in lines(each, most))
        if len(explanations) == 1 or not others:
            found += [Content(first), *(Content(f"  {text}") for text in others[:-1])]
            found += [Content.styled(f"  {text}", "bold") for text in others[-1:]]
            continue
        *middle, last = others
        numbers = Content.assemble(f"{each.name} {' '.join(middle)} ", (last, "bold"))
        if len(middle) == 1 and room >= BESIDE:
            numbers = Content.assemble(first, f" {middle[0]} ", (last, "bold"))
        elif middle and high:
            found.append(Content.styled(first, "$foreground-muted"))
        found.append(numbers if middle else Content.assemble(first, " ", (last, "bold")))
    return Content("\n").join(found)


def keys(worked: Worked, *, inside: bool) -> str:
    """The keys of the page; ``inside``: where the numbers of an array have the focus."""
    numbers = worked.numbers
    rule = type(numbers.plan.optimizer).__name__
    step = f"s: a step of {rule}, learning rate {show_rate(numbers.state.learning_rate)}" if numbers.updates else ""
    undo = "u: undo it" if worked.before else ""
    keys = ["tab: list" if inside else "tab: numbers", step, undo, "n: next example"]
    keys += ["escape: list" if inside else "escape: close", "F1: help"]
    shown = "   ".join(key for key in keys if key)
    return f"! {one_line(numbers.no_step)}\n{shown}" if numbers.no_step else shown
