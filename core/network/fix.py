"""A fix for a problem of an architecture and its plan."""

from msgspec import Struct

from core.network.architecture import Architecture
from core.plan.plan import Plan

__all__ = ["Fix"]


class Fix(Struct, frozen=True):
    """A fix that the user can apply: a short label, and the architecture and plan after it."""

    label: str
    architecture: Architecture
    plan: Plan
