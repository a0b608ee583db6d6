"""Whatever lies at a path, as a preset: LayerLab's own file, or a Keras model in one of its formats.

What a file is, its first bytes tell, not its name.
"""

from pathlib import Path
from typing import IO

from msgspec import Struct

from core import files, presets
from core.importing import keras_file, sniffing
from core.presets import Preset, PresetError, printable_path

__all__ = ["Loaded", "load", "read"]

_NEITHER = "cannot be read: neither a preset nor a Keras model"


class Loaded(Struct, frozen=True):
    """A preset, and whether it was made from a Keras model: then the file is none to save it to."""

    preset: Preset
    is_keras: bool


def load(path: Path) -> Loaded:
    """What is in the file at ``path``. Raises `PresetError`: in one line what the file is and what can be done."""
    name = path.name or str(path)
    try:
        if path.is_dir():
            raise PresetError(f"{printable_path(name)}: {sniffing.folder(path)}")
        with files.open_regular(path, files.MODEL) as file:
            return read(file, name)
    except PresetError:
        raise
    except (OSError, ValueError) as error:
        raise presets.unreadable(path, error) from error


def read(file: IO[bytes], source: str) -> Loaded:
    """What is in an open ``file`` that can be read at any place. Raises as `load` does."""
    head = file.read(sniffing.HEAD)
    file.seek(0)
    keras_name = source.lower().endswith((".json", ".keras", ".h5", ".hdf5"))
    if keras_name or sniffing.is_hdf5(head) or sniffing.is_zip(head) or sniffing.is_json(head):
        return Loaded(keras_file.read(file, source), is_keras=True)
    what = sniffing.what_is(head)
    if what and head:
        raise PresetError(f"{printable_path(source)}: {what}")
    content = file.read(files.PRESET.most + 1)
    if len(content) > files.PRESET.most:
        raise PresetError(f"{printable_path(source)}: too large for a preset, and no Keras model")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PresetError(f"{printable_path(source)}: {_NEITHER}") from error
    return Loaded(presets.loads(text, source), is_keras=False)
