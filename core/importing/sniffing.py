"""What a file is that holds no model LayerLab can read, told by its first bytes, and what can be done about it."""

import re
from pathlib import Path

from core.importing.hdf5 import SIGNATURE as HDF5

__all__ = ["HEAD", "folder", "is_hdf5", "is_json", "is_zip", "what_is"]

HEAD = 1024
"""Bytes that tell."""

_AGAIN = "save the model from Keras as .keras, or as what model.to_json() gives"
_NO_CODE = "LayerLab loads none, as loading may run what is in it"
_BY_SIGNATURE = (
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ\0", "compressed with xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"GGUF", f"weights as GGUF, without Keras's layers; {_AGAIN}"),
    (b"\x93NUMPY", f"an array of NumPy, no model; {_AGAIN}"),
    (b"SQLite format 3\0", "a database of SQLite, no model"),
    (b"%PDF", "a PDF, no model"),
    (b"\x89PNG", "an image, no model"),
    (b"\xff\xd8\xff", "an image, no model"),
    (b"GIF8", "an image, no model"),
    (b"\x7fELF", "a program, no model"),
    (b"MZ", "a program, no model"),
    (b"\xff\xfe", "cannot be read: text in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "cannot be read: text in UTF-16; save it as UTF-8"),
    (b"\x08\x01\x12", f"a SavedModel of TensorFlow, whose layers LayerLab cannot tell apart; {_AGAIN}"),
)
_ONNX = re.compile(rb"\x08[\x01-\x20]\x12[\x01-\x40]([ -~]+)", re.DOTALL)
"""The version of the format, then by whom the file was made."""
_BY_TEXT = (
    (re.compile(r"^(class_name|keras_version|backend): ", re.MULTILINE), f"a model of Keras as YAML; {_AGAIN}"),
    (
        re.compile(r"^(import \w+|from [\w.]+ import |def \w+\(|class \w+[(:])", re.MULTILINE),
        f"a Python script; LayerLab runs no code: run it and {_AGAIN}",
    ),
    (re.compile(r"\A#!"), "a script, no model"),
    (re.compile(r"\A\s*<(!|\?xml|html|svg)", re.IGNORECASE), "a web page or other XML, no model"),
)


def is_zip(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is a zip archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_hdf5(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is an HDF5 file."""
    return head.startswith(HDF5)


def is_json(head: bytes) -> bool:
    """Whether a file that begins with ``head`` may hold a table as JSON; TOML never begins so."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def what_is(head: bytes) -> str:
    """What a file that begins with ``head`` is and what can be done, if it is known and is nothing that is read."""
    if not head:
        return "empty"
    onnx = _ONNX.match(head)
    if onnx and re.search(rb"onnx|torch|keras|sklearn|paddle|mxnet", onnx[1][:60], re.IGNORECASE):
        return f"a model as ONNX, whose layers are no longer Keras's; {_AGAIN}"
    for signature, words in _BY_SIGNATURE:
        if head.startswith(signature):
            return words
    if head[4:8] == b"TFL3":
        return f"a model for TensorFlow Lite, whose layers are no longer Keras's; {_AGAIN}"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return f"a pickled Python object (PyTorch and others save so); {_NO_CODE}: {_AGAIN}"
    if head[257:262] == b"ustar":
        return "a tar archive; unpack it first"
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < 2**27:
        return f"weights as safetensors, without layers; {_AGAIN}"
    text = head.decode("utf-8", "ignore")
    return next((words for pattern, words in _BY_TEXT if pattern.search(text)), "")


def in_zip(names: list[str]) -> str:
    """What a zip archive with files of these ``names`` is, as `what_is` tells it."""
    if any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        return f"a model saved by PyTorch; {_NO_CODE}: {_AGAIN}"
    if any(name.endswith("saved_model.pb") for name in names):
        return f"a packed SavedModel of TensorFlow, whose layers LayerLab cannot tell apart; {_AGAIN}"
    if names and all(name.endswith(".npy") for name in names):
        return f"arrays of NumPy, no model; {_AGAIN}"
    if any(name.endswith((".keras", ".h5")) for name in names):
        return "a zip archive with a model in it; unpack it first"
    return "a zip file without config.json, so no .keras file"


def folder(path: Path) -> str:
    """What the folder at ``path`` is, as `what_is` tells it."""
    if (path / "saved_model.pb").is_file():
        return f"a folder: a SavedModel of TensorFlow, whose layers LayerLab cannot tell apart; {_AGAIN}"
    if (path / "config.json").is_file():
        return "a folder: an unpacked .keras file; name the config.json in it"
    if (path / "model.json").is_file():
        return "a folder: a model of TensorFlow.js; name the model.json in it"
    return "a folder; name a file in it"
