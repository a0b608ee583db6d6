"""What an empty place shows: how to begin, a key a line."""

from collections.abc import Iterable

from textual.content import Content

__all__ = ["key_card"]

INDENT = 2
KEY = 7


def key_card(title: str, keys: Iterable[tuple[str, str]], *, spaced: bool = True) -> Content:
    """``title``, and below it each key with what it does; ``spaced``: an empty line between."""
    lines = [Content.assemble((" " * INDENT + key.ljust(KEY), "$text-accent bold"), does) for key, does in keys]
    return Content("\n").join([Content.styled(title, "bold"), *([Content()] if spaced else []), *lines])
