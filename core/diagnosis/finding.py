"""What a rule of the diagnosis has to say: the numbers, the cause, and what to do about it."""

from msgspec import Struct

from core.network.fix import Fix

__all__ = ["Finding"]


class Finding(Struct, frozen=True):
    """Something that keeps a network from learning well, with the numbers that prove it.

    ``layer`` is a row of the summary, None where none is to blame. ``evidence`` is a sentence with the numbers,
    ``cause`` says in plain words why that hurts. ``because`` is the `title` of the finding that this one follows
    from: then the fixes are that one's.
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
