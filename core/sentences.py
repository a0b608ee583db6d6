"""Sentences put together from parts that others wrote, with one mark at each end and nothing said twice."""

import re

__all__ = ["after_place", "clauses", "sentence"]

MARKS = (".", "?", "!", "\N{HORIZONTAL ELLIPSIS}")
"""What a sentence can end with."""


def sentence(text: str) -> str:
    """``text`` with a full stop, unless it ends already: ``did you mean Dense?`` stays as it is."""
    text = text.rstrip()
    return text if not text or text.endswith(MARKS) else f"{text}."


def clauses(*parts: str) -> str:
    """``parts`` that say something, with semicolons between them; behind a question a new sentence begins."""
    joined = ""
    for part in filter(None, (part.strip() for part in parts)):
        if not joined:
            joined = part
        elif joined.endswith(MARKS):
            joined = f"{joined} {part[0].upper()}{part[1:]}"
        else:
            joined = f"{joined}; {part}"
    return joined


def after_place(layer: int | None, text: str) -> str:
    """``text`` behind the layer it is about, from 1, 0 being the input: ``layer 3: ...``, ``input: ...``.

    The place is left out where ``text`` names it by itself, and where it is None.
    """
    if layer is None:
        return text
    named = r"^(the )?input\b" if layer == 0 else rf"\blayer {layer}\b"
    if re.search(named, text, re.IGNORECASE):
        return text
    return f"input: {text}" if layer == 0 else f"layer {layer}: {text}"
