"""What went wrong, in one line that is useful to the user."""

import re

from core.sanitize import one_line

__all__ = ["TrainingRefused", "explain"]

_NOISE = re.compile(r"^\s*($|Graph execution error|Detected at node|File \"|\[\[|Call arguments|Arguments received)")
_LONGEST = 300


class TrainingRefused(Exception):
    """Training cannot start; the message says why, in one line."""


def explain(error: BaseException) -> str:
    """One line for ``error``: what ran out, or the first line of the message that is not noise."""
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
        return f"out of memory: {_line(error)}; try a smaller batch_size or fewer units"
    return _line(error)


def _line(error: BaseException) -> str:
    text = getattr(error, "message", None) or str(error)
    lines = [line.strip() for line in str(text).splitlines() if not _NOISE.match(line)]
    first = re.sub(r"\s*\[Op:.*|\s*name:\s*$|\x1b\[[0-9;]*m", "", lines[0]) if lines else ""
    return one_line(first, _LONGEST) or type(error).__name__
