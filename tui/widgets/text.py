"""Updates text on the screen at minimum cost."""

from textual.content import Content
from textual.widgets import Static

__all__ = ["update_text"]


def update_text(static: Static, content: Content) -> None:
    """Show ``content`` if it has changed; request a new layout only if the height changes."""
    before = static.content
    if isinstance(before, Content) and before.is_same(content):
        return
    static.update(content, layout=static.styles.is_auto_height and not _as_high(static, content))


def _as_high(static: Static, content: Content) -> bool:
    """Whether ``content`` takes as many lines as what ``static`` shows."""
    width, before = static.content_size.width, static.content
    if not width or not isinstance(before, Content):
        return False
    return before.get_height({}, width) == content.get_height({}, width)
