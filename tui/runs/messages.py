"""What the Runs tab asks of the app's sweep."""

from dataclasses import dataclass
from typing import Literal

from textual.message import Message

__all__ = ["SweepWanted"]


@dataclass
class SweepWanted(Message):
    """The user wants the sweep with this ``key`` resumed, paused (or to go on), stopped, or exported."""

    key: str
    what: Literal["resume", "pause", "stop", "export"]
