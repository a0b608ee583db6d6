"""The figures of a weight before and after training, and its title."""

from collections.abc import Iterator

from textual.content import Content

from core.formatting import show_weight
from core.inspection.weights import WeightSummary
from core.network.shapes import show_shape
from core.typography import typeset
from tui.inspect.views.weights.layer_list import LayerWeights, share

__all__ = ["figures_of", "quartiles_of", "title_of"]

ENDS = ("lowest", "quartile", "median", "quartile", "highest")
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


def quartiles_of(shown: WeightSummary) -> Content:
    """Ends and quartiles before and after, one line each."""
    lines = [Content.styled(f"{'':<7}{''.join(f'{name:>10}' for name in ENDS)}", "$foreground-muted")]
    for name, drawn in zip(("before", "after"), shown.violins, strict=True):
        known = (drawn.low, *(drawn.quartiles or (None, None, None)), drawn.high)
        lines.append(Content(f"{name:<7}{''.join(f'{show_weight(value):>10}' for value in known)}"))
    return Content("\n").join([*lines, *_broken(shown)])


def figures_of(shown: WeightSummary) -> Content:
    """Figures before and after, one line each."""
    lines = [Content.styled(f"{'':<7}{''.join(f'{name:>9}' for name in HEADINGS)}", "$foreground-muted")]
    for name, figures in (("before", shown.before), ("after", shown.after)):
        known = (figures.mean, figures.stddev, figures.low, figures.high)
        lines.append(Content(f"{name:<7}{''.join(f'{show_weight(value):>9}' for value in known)}{share(figures):>9}"))
    return Content("\n").join([*lines, *_broken(shown)])


def _broken(shown: WeightSummary) -> Iterator[Content]:
    for name, figures in (("before", shown.before), ("after", shown.after)):
        if figures.not_finite:
            broken = f"! {name}: {figures.not_finite:,} of {figures.count:,} are NaN or infinite"
            yield Content.styled(broken, "$text-warning")
