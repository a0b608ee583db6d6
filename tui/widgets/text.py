"""Fits text into cells, and updates it on the screen at minimum cost."""

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

__all__ = ["fitted", "shortened", "update_border_title", "update_text"]

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, with an ellipsis if truncated."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ELLIPSIS if width > 0 else ""


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """``text`` in exactly ``width`` cells, with an ellipsis if truncated; ``right``: aligned to the right."""
    text = shortened(text, width)
    blank = " " * (width - cell_len(text))
    return blank + text if right else text + blank


def update_text(static: Static, content: Content) -> None:
    """Show ``content`` if it has changed; request a new layout only if the height changes."""
    before = static.content
    if isinstance(before, Content) and before.is_same(content):
        return
    static.update(content, layout=static.styles.is_auto_height and not _as_high(static, content))


def update_border_title(widget: Widget, title: str) -> None:
    """Give ``widget`` this ``title``, which is no markup, unless it has it: that would paint all of it anew."""
    content = Content(title)
    if widget.border_title != content.markup:
        widget.border_title = content


def _as_high(static: Static, content: Content) -> bool:
    """Whether ``content`` takes as many lines as what ``static`` shows."""
    width, before = static.content_size.width, static.content
    if not width or not isinstance(before, Content):
        return False
    return before.get_height({}, width) == content.get_height({}, width)
