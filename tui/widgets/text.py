"""Changing text on the screen at the least cost."""

from textual.content import Content
from textual.widgets import Static

__all__ = ["update_text"]


def update_text(static: Static, content: Content) -> None:
    """Show ``content``; the screen is laid out anew only if it takes more or fewer lines than what it replaces."""
    width = static.content_size.width
    before = static.content
    same_height = (
        bool(width) and isinstance(before, Content) and before.get_height({}, width) == content.get_height({}, width)
    )
    static.update(content, layout=not same_height)
