"""Identifies files without a model that LayerLab can read by their first bytes, and says what to do instead."""

import re
from pathlib import Path

from core.importing.hdf5 import SIGNATURE as HDF5

__all__ = ["HEAD", "folder", "is_hdf5", "is_json", "is_zip", "what_is"]

HEAD = 1024
"""Bytes needed to identify a file."""

_AGAIN = "save the model from Keras as .keras, or save model.to_json()"
_NO_CODE = "LayerLab does not load pickles, as they may run code"
_BY_SIGNATURE = (
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"BZh", "compressed with bzip2; unpack it first"),
    (b"\xfd7zXZ\0", "compressed with xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"GGUF", f"GGUF weights, without Keras layers; {_AGAIN}"),
    (b"\x93NUMPY", f"a NumPy array, not a model; {_AGAIN}"),
    (b"SQLite format 3\0", "an SQLite database, not a model"),
    (b"%PDF", "a PDF, not a model"),
    (b"\x89PNG", "an image, not a model"),
    (b"\xff\xd8\xff", "an image, not a model"),
    (b"GIF8", "an image, not a model"),
    (b"\x7fELF", "a program, not a model"),
    (b"MZ", "a program, not a model"),
    (b"\xff\xfe", "cannot be read: text in UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "cannot be read: text in UTF-16; save it as UTF-8"),
    (b"\x08\x01\x12", f"a TensorFlow SavedModel, whose layers LayerLab cannot read; {_AGAIN}"),
)
_ONNX = re.compile(rb"\x08[\x01-\x20]\x12[\x01-\x40]([ -~]+)", re.DOTALL)
"""The format version, then the producer of the file."""
_BY_TEXT = (
    (re.compile(r"^(class_name|keras_version|backend): ", re.MULTILINE), f"a Keras model as YAML; {_AGAIN}"),
    (
        re.compile(r"^(import \w+|from [\w.]+ import |def \w+\(|class \w+[(:])", re.MULTILINE),
        f"a Python script; LayerLab does not run code: run it and {_AGAIN}",
    ),
    (re.compile(r"\A#!"), "a script, not a model"),
    (re.compile(r"\A\s*<(!|\?xml|html|svg)", re.IGNORECASE), "a web page or other XML, not a model"),
)


def is_zip(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is a zip archive."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_hdf5(head: bytes) -> bool:
    """Whether a file that begins with ``head`` is an HDF5 file."""
    return head.startswith(HDF5)


def is_json(head: bytes) -> bool:
    """Whether a file that begins with ``head`` may be a JSON object; TOML never begins like this."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def what_is(head: bytes) -> str:
    """What a file that begins with ``head`` is and what to do instead; empty if unknown or readable."""
    if not head:
        return "empty"
    onnx = _ONNX.match(head)
    if onnx and re.search(rb"onnx|torch|keras|sklearn|paddle|mxnet", onnx[1][:60], re.IGNORECASE):
        return f"an ONNX model, which no longer has Keras layers; {_AGAIN}"
    for signature, description in _BY_SIGNATURE:
        if head.startswith(signature):
            return description
    if head[4:8] == b"TFL3":
        return f"a TensorFlow Lite model, which no longer has Keras layers; {_AGAIN}"
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        return f"a pickled Python object (as saved by PyTorch and others); {_NO_CODE}: {_AGAIN}"
    if head[257:262] == b"ustar":
        return "a tar archive; unpack it first"
    if head[8:10] == b'{"' and int.from_bytes(head[:8], "little") < 2**27:
        return f"safetensors weights, without layers; {_AGAIN}"
    text = head.decode("utf-8", "ignore")
    return next((description for pattern, description in _BY_TEXT if pattern.search(text)), "")


def in_zip(names: list[str]) -> str:
    """What a zip archive with files of these ``names`` is and what to do instead."""
    if any(name.endswith("/data.pkl") or name == "data.pkl" for name in names):
        return f"a model saved by PyTorch; {_NO_CODE}: {_AGAIN}"
    if any(name.endswith("saved_model.pb") for name in names):
        return f"a zipped TensorFlow SavedModel, whose layers LayerLab cannot read; {_AGAIN}"
    if names and all(name.endswith(".npy") for name in names):
        return f"NumPy arrays, not a model; {_AGAIN}"
    if any(name.endswith((".keras", ".h5")) for name in names):
        return "a zip archive with a model in it; unpack it first"
    return "a zip file without config.json, so not a .keras file"


def folder(path: Path) -> str:
    """What the folder at ``path`` is and what to do instead."""
    if (path / "saved_model.pb").is_file():
        return f"a folder: a TensorFlow SavedModel, whose layers LayerLab cannot read; {_AGAIN}"
    if (path / "config.json").is_file():
        return "a folder: an unpacked .keras file; choose the config.json in it"
    if (path / "model.json").is_file():
        return "a folder: a TensorFlow.js model; choose the model.json in it"
    return "a folder; choose a file in it"
