"""A cure for what keeps a network from learning well."""

from msgspec import Struct

from core.architecture import Architecture
from core.plan import Plan

__all__ = ["Remedy"]


class Remedy(Struct, frozen=True):
    """A cure that a key applies: in few words, and the values as they are afterwards."""

    label: str
    architecture: Architecture
    plan: Plan
