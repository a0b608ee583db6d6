"""The shades of heat maps."""

from functools import lru_cache

from rich.style import Style
from textual.color import Color

__all__ = ["tinted"]


@lru_cache(1024)
def tinted(ground: Color, hue: Color, amount: float) -> Style:
    """``ground`` blended with ``amount`` of ``hue``, with black or white text, whichever contrasts better."""
    mixed = ground.blend(hue, amount)
    return Style(color=mixed.get_contrast_text(1.0).rich_color, bgcolor=mixed.rich_color)
