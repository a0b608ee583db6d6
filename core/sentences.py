"""Joins texts into sentences, with one punctuation mark at each end."""

import re

__all__ = ["after_place", "clauses", "sentence"]

MARKS = (".", "?", "!", "\N{HORIZONTAL ELLIPSIS}")
"""The marks that can end a sentence."""


def sentence(text: str) -> str:
    """``text`` with a full stop, unless it has an end mark: ``did you mean Dense?`` is unchanged."""
    text = text.rstrip()
    return text if not text or text.endswith(MARKS) else f"{text}."


def clauses(*parts: str) -> str:
    """The non-empty ``parts``, joined by semicolons; after an end mark a new sentence starts."""
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
    """``text`` with the layer it is about in front, where 0 is the input: ``layer 3: ...``, ``input: ...``.

    The layer is left out if ``text`` already names it, or if it is None.
    """
    if layer is None:
        return text
    named = r"^(the )?input\b" if layer == 0 else rf"\blayer {layer}\b"
    if re.search(named, text, re.IGNORECASE):
        return text
    return f"input: {text}" if layer == 0 else f"layer {layer}: {text}"
