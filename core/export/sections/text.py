"""Figures and texts as a report gives them."""

from core.network.shapes import Shape, show_shape
from core.runs.record import RunDetails

__all__ = ["names", "paragraphs", "shape", "typeset"]


def shape(value: Shape) -> str:
    """A shape with signs of multiplication between its sizes."""
    return show_shape(value).replace("x", "\N{MULTIPLICATION SIGN}")


def typeset(formula: str) -> str:
    """A formula with signs of multiplication in the place of asterisks."""
    return formula.replace(" * ", "*").replace("*", " \N{MULTIPLICATION SIGN} ")


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of ``text``, which blank lines part."""
    parts = (" ".join(part.split()) for part in "\n".join(map(str.strip, text.splitlines())).split("\n\n"))
    return tuple(filter(None, parts))


def names(runs: tuple[RunDetails, ...]) -> tuple[str, ...]:
    """What to call runs that stand side by side: their names, each with its key where another is called the same."""
    labels = [details.run.name for details in runs]
    return tuple(
        name if labels.count(name) == 1 else f"{name} ({details.run.key})"
        for name, details in zip(labels, runs, strict=True)
    )
