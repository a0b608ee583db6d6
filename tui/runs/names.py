"""Names of runs in few cells, so that equal ones are told apart wherever they stand."""

from rich.cells import cell_len

from core.runs.names import RunName
from core.sanitize import one_line
from tui.widgets.text import fitted, shortened

__all__ = ["fitted_name", "name_width"]

LEAST_NAME = 2
"""Cells of a name, shorter than which the key stands alone."""


def name_width(name: RunName) -> int:
    """Cells that ``name`` takes in full."""
    return cell_len(one_line(name.name)) + (len(name.key) + 1 if name.key else 0)


def fitted_name(name: RunName, width: int) -> str:
    """``name`` in exactly ``width`` cells: the key is kept, as it is what differs."""
    text, key = one_line(name.name), one_line(name.key)
    room = width - cell_len(key) - 1
    if not key:
        return fitted(text, width)
    return fitted(f"{shortened(text, room)} {key}" if room >= LEAST_NAME else key, width)
