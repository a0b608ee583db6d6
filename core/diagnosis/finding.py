"""A finding of the diagnosis: its evidence, its cause and its fixes."""

from msgspec import Struct

from core.network.fix import Fix

__all__ = ["Finding"]


class Finding(Struct, frozen=True):
    """A reason why a network does not learn well, with the numbers that prove it.

    ``layer`` is a row of the summary, or None if no single layer is responsible. ``evidence`` is a sentence with the
    numbers, ``cause`` explains why that hurts. ``because`` is the `title` of the finding that causes this one, if
    any; the fixes are then on that finding.
    """

    code: str
    layer: int | None
    evidence: str
    cause: str
    fixes: tuple[Fix, ...] = ()
    because: str = ""

    @property
    def title(self) -> str:
        """``no-softmax (layer 3)``."""
        return f"{self.code} (layer {self.layer})" if self.layer else self.code
