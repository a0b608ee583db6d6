"""How a widget asks the app to remember settings: the app holds them, binds them down and saves them."""

from dataclasses import dataclass

from textual.message import Message

from core.settings import Settings

__all__ = ["SettingsChanged"]


@dataclass
class SettingsChanged(Message):
    """The user has changed ``settings``."""

    settings: Settings
