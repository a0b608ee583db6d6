"""What a rule of the diagnosis has to say: the numbers, the cause, and what to do about it."""

from msgspec import Struct

from core.remedy import Remedy

__all__ = ["Finding"]


class Finding(Struct, frozen=True):
    """Something that keeps a network from learning well, with the numbers that prove it.

    ``layer`` is a row of the summary, None where none is to blame. ``evidence`` is a sentence with the numbers,
    ``cause`` says in plain words why that hurts.
    """

    code: str
    layer: int | None
    evidence: str
    cause: str
    remedies: tuple[Remedy, ...] = ()
