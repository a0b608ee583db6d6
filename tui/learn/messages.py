"""What the Learn tab asks of the app."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from core.learn.exercise import Topic
    from core.lessons.lesson import Place
    from tui.widgets.status_line import Tone

__all__ = ["Answered", "LookRequested", "PractiseRequested", "PresetRequested", "Told"]


@dataclass
class Told(Message):
    """Something to say below the lessons."""

    text: str
    tone: "Tone" = ""


@dataclass
class PresetRequested(Message):
    """The user wants the preset in the file at ``path`` on the Build tab.

    ``lesson`` is the id of the lesson that it is the broken network of; empty: of none.
    """

    path: Path
    lesson: str = ""


class Answered(Message):
    """The question about a broken network is answered, so that the diagnosis may speak."""


@dataclass
class LookRequested(Message):
    """The user wants to go to a part of the app."""

    place: "Place"


@dataclass
class PractiseRequested(Message):
    """The user wants exercises of a topic."""

    topic: "Topic"
