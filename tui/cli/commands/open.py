"""`layerlab [PRESET|FILE]`: the app."""

from click import Argument

from tui.cli.command import Command
from tui.cli.opening import open_app
from tui.cli.parameters import NO_SAVE, preset_ids

__all__ = ["COMMAND"]

NAME = Argument(
    ["name"], required=False, metavar="[PRESET|FILE]", help="A preset's id, or a preset file", shell_complete=preset_ids
)

COMMAND = Command("open", open_app, [NAME, NO_SAVE], section="LayerLab", help="Open the app.")
