"""A preset being edited, and what it was when last saved."""

from msgspec.structs import replace

from core.presets import Preset
from core.undo import Undo

__all__ = ["Document"]


class Document(Undo[Preset], frozen=True):
    """The present preset with its undo history; ``saved`` is None if it has never been saved."""

    saved: Preset | None = None

    @classmethod
    def opened(cls, preset: Preset) -> "Document":
        """A document just read: nothing to undo, nothing unsaved."""
        return cls(preset, saved=preset)

    @property
    def unsaved(self) -> bool:
        """Whether the present differs from what was last saved or opened."""
        return self.present != self.saved

    def mark_saved(self) -> "Document":
        """With the present as what is saved."""
        return replace(self, saved=self.present, merging="")
