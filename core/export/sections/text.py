"""Formats numbers and texts for a report."""

from core.runs.record import RunDetails

__all__ = ["names", "paragraphs"]


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of ``text``, separated by blank lines."""
    parts = (" ".join(part.split()) for part in "\n".join(map(str.strip, text.splitlines())).split("\n\n"))
    return tuple(filter(None, parts))


def names(runs: tuple[RunDetails, ...]) -> tuple[str, ...]:
    """Labels for runs shown together: their names, with the key added where names are equal."""
    labels = [details.run.name for details in runs]
    return tuple(
        name if labels.count(name) == 1 else f"{name} ({details.run.key})"
        for name, details in zip(labels, runs, strict=True)
    )
