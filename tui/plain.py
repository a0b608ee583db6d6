"""Text from people and files, made harmless for a terminal: as `core.sanitize` makes it."""

from core.sanitize import escaped as printable
from core.sanitize import one_line, without_unsafe

__all__ = ["one_line", "pasted_line", "printable"]

PASTED = 100_000
"""Characters of a paste that are looked at, at least."""


def pasted_line(text: str, most: int) -> str:
    """``text`` as it goes into a field of one line: its lines joined by blanks, what steers a terminal left out.

    At most ``most`` characters; of a text of megabytes only the beginning is looked at.
    """
    head = text[: max(PASTED, 2 * most)]
    lines = (line.strip() for line in head.replace("\t", " ").splitlines())
    return without_unsafe(" ".join(filter(None, lines)))[:most]
