"""Figures and texts as a report gives them."""

import time

from core.runs.record import Told
from core.shapes import Shape, show_shape

__all__ = ["NONE", "loss", "moment", "names", "paragraphs", "rate", "shape", "share", "typeset"]

NONE = "-"
"""Stands for what is not known, or not there."""


def share(value: float | None) -> str:
    """An accuracy in percent: ``98.71%``."""
    return NONE if value is None else f"{100 * value:.2f}%"


def loss(value: float | None) -> str:
    """A loss with four figures: ``0.0412``, ``12.35``."""
    return NONE if value is None else f"{value:.4f}" if abs(value) < 10 else f"{value:.4g}"


def rate(learning_rate: float) -> str:
    """A learning rate in few digits: ``0.0005``, ``1.25e-05``."""
    return f"{learning_rate:.3g}"


def moment(seconds: float) -> str:
    """A time in seconds since 1970, to the minute, where the report is made: ``2023-11-20 14:05``."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


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


def names(runs: tuple[Told, ...]) -> tuple[str, ...]:
    """What to call runs that stand side by side: their names, each with its key where another is called the same."""
    called = [told.run.name for told in runs]
    return tuple(
        name if called.count(name) == 1 else f"{name} ({told.run.key})" for name, told in zip(called, runs, strict=True)
    )
