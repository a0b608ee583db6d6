"""What the views of the Inspect tab ask of it. Importing this imports no numpy."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from core.network.fix import Fix
from tui.training_session import TrainedNetwork

if TYPE_CHECKING:
    from tui.inspect.inspector_protocol import Image

__all__ = ["CellWanted", "FixWanted", "LayerChosen", "ViewLeft", "WalkWanted"]


@dataclass
class CellWanted(Message):
    """The user wants to see the digits of class ``true`` that were predicted as class ``predicted``."""

    true: int
    predicted: int


@dataclass
class FixWanted(Message):
    """The user wants to see, and perhaps apply, ``fix``, found for the network that ``run`` trained.

    ``reason`` says why it helps.
    """

    fix: Fix
    run: TrainedNetwork
    reason: str


@dataclass
class LayerChosen(Message):
    """The user chose the layer in ``row``, for all views."""

    row: int


class ViewLeft(Message):
    """The user wants to leave the view for the row of views."""


@dataclass
class WalkWanted(Message):
    """The user wants to walk ``image`` through the network."""

    image: "Image"
    truth: str
    """The name of its true class; empty if unknown."""
