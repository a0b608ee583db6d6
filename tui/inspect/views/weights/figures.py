"""The figures of a weight before and after training, and its title."""

from textual.content import Content

from core.formatting import show_weight
from core.inspection.weights import WeightSummary
from core.network.shapes import show_shape
from core.typography import typeset
from tui.inspect.views.weights.layer_list import LayerWeights, share

__all__ = ["figures_of", "title_of"]

HEADINGS = ("mean", "stddev", "min", "max", "near 0")


def title_of(layer: LayerWeights, part: int) -> Content:
    """Which weight of which layer: ``1 Conv2D 4@5x5: kernel 5x5x1x4, 1 of 2``."""
    shown = layer.weights[part]
    others = f", {part + 1} of {len(layer.weights)}" if len(layer.weights) > 1 else ""
    same = ", unchanged" if shown.unchanged else ""
    return Content.assemble(
        (f"{layer.row} {typeset(layer.label)}: ", "$foreground-muted"),
        (f"{shown.name} {typeset(show_shape(shown.shape))}", "bold"),
        (f"{others}{same}", "$foreground-muted"),
    )


def figures_of(shown: WeightSummary) -> Content:
    """Figures before and after, one line each."""
    lines = [Content.styled(f"{'':<7}{''.join(f'{name:>9}' for name in HEADINGS)}", "$foreground-muted")]
    for name, figures in (("before", shown.before), ("after", shown.after)):
        known = (figures.mean, figures.stddev, figures.low, figures.high)
        lines.append(Content(f"{name:<7}{''.join(f'{show_weight(value):>9}' for value in known)}{share(figures):>9}"))
    lines += [
        Content.styled(f"! {name}: {figures.not_finite:,} of {figures.count:,} are NaN or infinite", "$text-warning")
        for name, figures in (("before", shown.before), ("after", shown.after))
        if figures.not_finite
    ]
    return Content("\n").join(lines)
