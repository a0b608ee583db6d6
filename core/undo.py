"""A value being edited, with its undo and redo history."""

from typing import ClassVar, Generic, Self, TypeVar

from msgspec import Struct
from msgspec.structs import replace

__all__ = ["Undo"]

T = TypeVar("T")


class Undo(Struct, Generic[T], frozen=True):
    """The present value with its past and future.

    ``merging`` names the edit in progress: consecutive edits under the same name, such as the keystrokes in one field
    or the segments of one stroke, are one undo step.
    """

    depth: ClassVar[int] = 1_000
    """How many edits can be undone."""

    present: T
    past: tuple[T, ...] = ()
    future: tuple[T, ...] = ()
    merging: str = ""

    def edit(self, value: T, merging: str = "") -> Self:
        """With ``value`` as the present; an edit that changes nothing is ignored."""
        if value == self.present:
            return self
        if merging and merging == self.merging:
            if self.past and value == self.past[-1]:
                return replace(self, present=value, past=self.past[:-1], future=(), merging="")
            return replace(self, present=value, future=())
        past = (*self.past, self.present)[-self.depth :]
        return replace(self, present=value, past=past, future=(), merging=merging)

    def settle(self) -> Self:
        """With the edit in progress finished: the next one is a separate step."""
        return replace(self, merging="")

    def undo(self) -> Self:
        """One step back; at the beginning: unchanged."""
        if not self.past:
            return self
        return replace(
            self, present=self.past[-1], past=self.past[:-1], future=(self.present, *self.future), merging=""
        )

    def redo(self) -> Self:
        """One step forward; with nothing undone: unchanged."""
        if not self.future:
            return self
        return replace(
            self, present=self.future[0], past=(*self.past, self.present), future=self.future[1:], merging=""
        )
