"""What the Runs tab asks of the app."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from textual.message import Message

from core.presets import Preset
from core.runs.record import Run

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which

__all__ = ["ExportRequested", "InspectRequested", "OpenRequested", "ResumeRequested", "SweepWanted"]


@dataclass
class SweepWanted(Message):
    """The user wants the sweep with this ``key`` resumed, paused (or to go on), stopped, or exported."""

    key: str
    what: Literal["resume", "pause", "stop", "export"]


@dataclass
class OpenRequested(Message):
    """The user wants to open a run's preset in Build."""

    preset: Preset


@dataclass
class InspectRequested(Message):
    """The user wants to inspect a run with its best or last weights."""

    run: Run
    which: "Which"


@dataclass
class ResumeRequested(Message):
    """The user wants to resume a run for ``more`` epochs; 0: to the end of its plan."""

    run: Run
    more: int


@dataclass
class ExportRequested(Message):
    """The user wants to export runs."""

    runs: tuple[Run, ...]
