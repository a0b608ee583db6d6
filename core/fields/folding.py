"""Which entries a form shows: what people change, what differs from its default, and all others on demand."""

from collections.abc import Iterable

from msgspec import Struct

from core.fields.forms import Entry, entries
from core.fields.struct import FieldStruct

__all__ = ["Folding", "View"]

WORTH_FOLDING = 2
"""One field takes no more room than the line it would fold behind."""


class View(Struct, frozen=True):
    """The entries to show, and how many others are folded away, or could be if all are shown."""

    shown: tuple[Entry, ...] = ()
    others: int = 0


class Folding:
    """Whether a form is unfolded, and the fields it keeps showing although they have their defaults."""

    def __init__(self) -> None:
        self.unfolded = False
        self._kept: set[tuple[str, ...]] = set()

    def view(self, value: FieldStruct | None) -> View:
        """What to show of ``value``. What is shown once stays, whatever is typed into it, until `forget`."""
        if value is None:
            return View()
        every = entries(value)
        shown = tuple(entry for entry in every if not entry.folds or entry.path in self._kept)
        others = len(every) - len(shown)
        if others < WORTH_FOLDING:
            return View(every)
        if self.unfolded:
            return View(every, others)
        self._kept.update(entry.path for entry in shown)
        return View(shown, others)

    def keep(self, path: tuple[str, ...]) -> None:
        """Show the field at ``path`` even if it gets its default."""
        self._kept.add(path)

    def forget(self, keeping: Iterable[tuple[str, ...]] = ()) -> None:
        """Fold whatever can be, except the fields at ``keeping``: another value is shown, or the user folds."""
        self._kept = set(keeping)
