"""The elements of an SVG file as text, everything in them escaped."""

from unicodedata import east_asian_width

from core.export.escaping import markup

__all__ = ["element", "number", "text", "text_width"]

LETTER = 6.6
"""The estimated width of a letter."""


def element(tag: str, *, cls: str, **attributes: str | float) -> str:
    """An element without content; an underscore in the name of an attribute stands for a hyphen."""
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    return f"<{tag}{_attributes({'class': cls, **named})}/>"


def text(content: str, x: float, y: float, *, cls: str = "", anchor: str = "", turned: int = 0) -> str:
    """``content`` at a place, ``turned`` around it by so many degrees."""
    turn = f"rotate({turned} {number(x)} {number(y)})" if turned else ""
    attributes = _attributes({"class": cls, "x": x, "y": y, "text-anchor": anchor, "transform": turn})
    return f"<text{attributes}>{markup(content)}</text>"


def text_width(content: str) -> float:
    """The estimated width of ``content``."""
    return LETTER * sum(2 if east_asian_width(letter) in "WF" else 1 for letter in content)


def number(value: float) -> str:
    """A length with at most one decimal: ``12.5``, ``300``."""
    return f"{value:.1f}".removesuffix(".0")


def _attributes(values: dict[str, str | float]) -> str:
    texts = ((name, value if isinstance(value, str) else number(value)) for name, value in values.items())
    return "".join(f' {name}="{markup(content)}"' for name, content in texts if content)
