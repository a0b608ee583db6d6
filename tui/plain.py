"""Text from people and files, made harmless for a terminal: as `core.sanitize` makes it."""

from core.sanitize import escaped as printable
from core.sanitize import one_line

__all__ = ["one_line", "printable"]
