"""What the figures were measured on."""

import os

from core import doctor
from core.machine import processor

__all__ = ["machine"]

TOLD = ("tensorflow", "keras", "numpy", "textual", "plotext")
"""Libraries whose versions matter to the figures."""


def machine() -> dict[str, str]:
    """Processor, memory, system and versions; nothing is imported for that."""
    found = {finding.name: finding.found for finding in (*doctor.system(), *doctor.versions())}
    return {
        "processor": processor(),
        "cores": found["cores"],
        "memory": _memory(),
        "system": found["system"],
        "python": found["python"],
        **{name: found[name] for name in TOLD},
    }


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB"
    except (AttributeError, ValueError):  # systems that do not tell
        return "unknown"
