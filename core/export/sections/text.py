"""Formats numbers and texts for a report."""

from core.runs.names import RunNames
from core.runs.record import RunDetails

__all__ = ["names", "paragraphs"]


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of ``text``, separated by blank lines."""
    parts = (" ".join(part.split()) for part in "\n".join(map(str.strip, text.splitlines())).split("\n\n"))
    return tuple(filter(None, parts))


def names(runs: tuple[RunDetails, ...]) -> tuple[str, ...]:
    """Labels for runs shown together: their names, with the key added where names are equal."""
    shared = RunNames(details.run for details in runs)
    return tuple(str(shared.of(details.run)) for details in runs)
