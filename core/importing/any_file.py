"""Loads any supported file as a preset: a LayerLab preset, or a Keras model in one of its formats.

The format is detected from the first bytes, not from the file name.
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
    """A preset, and whether it was imported from a Keras model, so that it cannot be saved to the same file."""

    preset: Preset
    is_keras: bool


def load(path: Path) -> Loaded:
    """The preset in the file at ``path``. Raises `PresetError`: one line that says what the file is and what to do."""
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
    """The preset in an open, seekable ``file``. Raises as `load` does."""
    head = file.read(sniffing.HEAD)
    file.seek(0)
    has_keras_suffix = source.lower().endswith((".json", ".keras", ".h5", ".hdf5"))
    if has_keras_suffix or sniffing.is_hdf5(head) or sniffing.is_zip(head) or sniffing.is_json(head):
        return Loaded(keras_file.read(file, source), is_keras=True)
    description = sniffing.what_is(head)
    if description and head:
        raise PresetError(f"{printable_path(source)}: {description}")
    content = file.read(files.PRESET.most + 1)
    if len(content) > files.PRESET.most:
        raise PresetError(f"{printable_path(source)}: too large for a preset, and not a Keras model")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PresetError(f"{printable_path(source)}: {_NEITHER}") from error
    return Loaded(presets.loads(text, source), is_keras=False)
