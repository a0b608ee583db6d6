"""A fix for what keeps a network from learning well."""

from msgspec import Struct

from core.network.architecture import Architecture
from core.plan.plan import Plan

__all__ = ["Fix"]


class Fix(Struct, frozen=True):
    """A fix that a key applies: in few words, and the values as they are afterwards."""

    label: str
    architecture: Architecture
    plan: Plan
