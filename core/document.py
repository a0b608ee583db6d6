"""A preset being edited: what it is, what it was, what it was when last saved. A value, like all it holds."""

from msgspec import Struct
from msgspec.structs import replace

from core.presets import Preset

__all__ = ["Document"]

DEPTH = 1000
"""How many edits can be undone."""


class Document(Struct, frozen=True):
    """The present preset with its past and future.

    ``merging`` names the edit in progress: edits that follow one another under the same name, such as the
    keystrokes in one field, are one step for undo.
    """

    present: Preset
    saved: Preset | None
    past: tuple[Preset, ...] = ()
    future: tuple[Preset, ...] = ()
    merging: str = ""

    @classmethod
    def opened(cls, preset: Preset) -> "Document":
        """A document just read: nothing to undo, nothing unsaved."""
        return cls(preset, preset)

    @property
    def unsaved(self) -> bool:
        """Whether the present differs from what was last saved or opened."""
        return self.present != self.saved

    def edit(self, preset: Preset, merging: str = "") -> "Document":
        """With ``preset`` as the present; an edit that changes nothing leaves no trace."""
        if preset == self.present:
            return self
        if merging and merging == self.merging:
            if self.past and preset == self.past[-1]:
                return replace(self, present=preset, past=self.past[:-1], future=(), merging="")
            return replace(self, present=preset, future=())
        past = (*self.past, self.present)[-DEPTH:]
        return replace(self, present=preset, past=past, future=(), merging=merging)

    def settle(self) -> "Document":
        """With the edit in progress closed: the next one is a step of its own."""
        return replace(self, merging="")

    def undo(self) -> "Document":
        """One step back; at the beginning: unchanged."""
        if not self.past:
            return self
        return replace(
            self, present=self.past[-1], past=self.past[:-1], future=(self.present, *self.future), merging=""
        )

    def redo(self) -> "Document":
        """One step forward again; with nothing undone: unchanged."""
        if not self.future:
            return self
        return replace(
            self, present=self.future[0], past=(*self.past, self.present), future=self.future[1:], merging=""
        )

    def mark_saved(self) -> "Document":
        """With the present as what is saved."""
        return replace(self, saved=self.present, merging="")
