"""Architecture and plan as a preset file."""

from core import presets
from core.export.format import Format, Source, effective_preset

__all__ = ["Toml"]


class Toml(Format):
    """A preset."""

    place = 5
    name = "toml"
    title = "a preset"
    suffix = ".toml"
    needs = "preset"
    choices = {"toml": "architecture and plan as a preset (TOML)"}

    def text(self, source: Source) -> str:
        return presets.dumps(effective_preset(source))
