"""A preset being edited, with its undo history and its last saved version."""

from msgspec.structs import replace

from core.presets import Preset
from core.undo import Undo

__all__ = ["Document"]


class Document(Undo[Preset], frozen=True):
    """The present preset with its undo history; ``saved`` is None if it has never been saved."""

    saved: Preset | None = None

    @classmethod
    def opened(cls, preset: Preset) -> "Document":
        """A newly opened document: nothing to undo, nothing unsaved."""
        return cls(preset, saved=preset)

    @property
    def unsaved(self) -> bool:
        """Whether the present differs from the version last saved or opened."""
        return self.present != self.saved

    def mark_saved(self) -> "Document":
        """With the present as the saved version."""
        return replace(self, saved=self.present, merging="")
