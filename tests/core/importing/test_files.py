"""Whatever lies at a path: read by what it is, or told what it is and what can be done."""

import io
import json
import struct
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import presets
from core.fields.types import FieldError
from core.importing import hdf5
from core.importing.any_file import load, read
from core.network.architecture import Architecture
from core.network.layers import Dense
from core.plan.losses import MeanAbsoluteError
from core.plan.optimizers import SGD
from core.plan.plan import Plan
from core.presets import Preset, PresetError
from tests.core.importing.test_keras_file import dense, entry, sequential

NET = Architecture((5,), (Dense(3),))
MODEL = json.dumps(sequential(entry(None, 5), dense()))
TRAINING = json.dumps({"optimizer_config": {"class_name": "SGD", "config": {"lr": 0.25}}, "loss": "mae"})


def hdf5_file(libver: str = "earliest", **attributes: Any) -> bytes:
    """An HDF5 file as Keras writes one with h5py."""
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w", libver=libver) as made:
        made.create_group("model_weights")
        for name, value in attributes.items():
            made.attrs[name] = value
    return file.getvalue()


def zip_file(*names: str) -> bytes:
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return file.getvalue()


def refusal(path: Path) -> str:
    with pytest.raises(PresetError) as refused:
        load(path)
    words = str(refused.value)
    assert words.isprintable()
    assert words.startswith(f"{path.name}: ")
    return words.removeprefix(f"{path.name}: ")


@pytest.mark.parametrize("name", ["net", "net.toml", "net.json", "net.keras", "net.h5", "net.txt"])
def test_what_a_file_is_its_content_tells(name: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("config.json", MODEL)
    legacy = hdf5_file(model_config=MODEL, training_config=TRAINING, keras_version="2.10.0", backend="tensorflow")
    for content in (MODEL.encode(), b"\xef\xbb\xbf \n" + MODEL.encode(), packed.getvalue(), legacy):
        (tmp_path / name).write_bytes(content)
        loaded = load(tmp_path / name)
        assert loaded.is_keras
        assert loaded.preset.architecture == NET
    assert loaded.preset.plan == Plan(optimizer=SGD(0.25), loss=MeanAbsoluteError())


def test_a_preset_is_read_and_is_none_of_keras(tmp_path: Path) -> None:
    preset = Preset("mine", NET)
    for name in ("mine.toml", "mine", "mine.txt"):
        (tmp_path / name).write_text(presets.dumps(preset), encoding="utf-8")
        loaded = load(tmp_path / name)
        assert (loaded.preset, loaded.is_keras) == (preset, False)


FOREIGN = {
    "empty": (b"", "empty"),
    "saved_model.pb": (b"\x08\x01\x12\xb4\x1d\n\x03", "a TensorFlow SavedModel"),
    "model.onnx": (b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:", "an ONNX model"),
    "keras.onnx": (b"\x08\x07\x12\x07tf2onnx\x1a\x051.9.3", "an ONNX model"),
    "model.tflite": (b"\x1c\0\0\0TFL3\x14\0 \0", "a TensorFlow Lite model"),
    "model.pt": (zip_file("archive/data.pkl", "archive/version"), "a model saved by PyTorch"),
    "old.pth": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "a pickled Python object"),
    "model.pkl": (b"\x80\x04\x95\x10\0\0\0", "a pickled Python object"),
    "model.safetensors": (struct.pack("<Q", 64) + b'{"__metadata__":{}}', "safetensors weights"),
    "model.gguf": (b"GGUF\x03\0\0\0", "GGUF weights"),
    "weights.npy": (b"\x93NUMPY\x01\0", "a NumPy array"),
    "weights.npz": (zip_file("a.npy", "b.npy"), "NumPy arrays"),
    "packed.zip": (zip_file("model.keras"), "a zip archive with a model in it"),
    "other.zip": (zip_file("readme.md"), "a zip file without config.json"),
    "model.json.gz": (b"\x1f\x8b\x08\0", "compressed with gzip; unpack it first"),
    "model.tar": (b"\0" * 257 + b"ustar\0", "a tar archive"),
    "model.yaml": (b"backend: tensorflow\nclass_name: Sequential\nconfig:\n  name: s\n", "a Keras model as YAML"),
    "net.py": (b'"""A net."""\nimport keras\nmodel = keras.Sequential()\n', "a Python script"),
    "net.ipynb": (b'{"cells": [], "nbformat": 4}', "a notebook"),
    "package.json": (b'{"name": "x", "version": "1"}', "JSON, but not a Keras model: it has name, version"),
    "metadata.json": (b'{"keras_version": "3.1", "date_saved": "now"}', "the metadata.json of a .keras file"),
    "list.json": (b"[1, 2]", "expected a Keras Sequential or Functional model, not [1, 2]"),
    "utf16.json": ('{"a": 1}'.encode("utf-16"), "cannot be read: text in UTF-16"),
    "picture.png": (b"\x89PNG\r\n\x1a\n", "an image"),
    "paper.pdf": (b"%PDF-1.7", "a PDF"),
    "page.html": (b"<!DOCTYPE html><p>", "a web page"),
    "runs.sqlite": (b"SQLite format 3\0", "an SQLite database"),
    "noise": (b"\xc3\x28\xa0\xa1" * 30, "cannot be read: neither a preset nor a Keras model"),
    "notes.md": (b"# Notes\n\nNothing here.\n", "not a TOML file: line 3, column 9: a key without ="),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_another_file_is_called_what_it_is(name: str, tmp_path: Path) -> None:
    content, words = FOREIGN[name]
    (tmp_path / name).write_bytes(content)
    if not content:
        with pytest.raises(PresetError):
            load(tmp_path / name)
        return
    said = refusal(tmp_path / name)
    assert said.startswith(words), said


def test_a_folder_is_called_what_it_is(tmp_path: Path) -> None:
    for name, file, words in (
        ("saved", "saved_model.pb", "a folder: a TensorFlow SavedModel"),
        ("unpacked", "config.json", "a folder: an unpacked .keras file; choose the config.json in it"),
        ("js", "model.json", "a folder: a TensorFlow.js model; choose the model.json in it"),
        ("other", "notes", "a folder; choose a file in it"),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).touch()
        assert refusal(tmp_path / name).startswith(words)
    assert refusal(tmp_path / "none.keras") == "cannot be read: No such file or directory"


def test_an_encrypted_and_a_damaged_keras_file_are_told_in_our_words(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("config.json", MODEL)
    whole = packed.getvalue()
    central = whole.index(b"PK\x01\x02")
    locked = bytearray(whole)
    locked[6] |= 1
    locked[central + 8] |= 1
    renamed = whole.replace(b"config.json", b"config.jsXn", 1)
    damaged = "damaged, or not a .keras file: get a new copy, or save the model again"
    for content, words in (
        (bytes(locked), "encrypted with a password; unpack it and choose the config.json in it"),
        (renamed, damaged),
        (whole[:-10], damaged),
        (whole[:40] + b"\0" * 20 + whole[60:], damaged),
    ):
        (tmp_path / "net.keras").write_bytes(content)
        assert refusal(tmp_path / "net.keras") == words


def test_a_number_of_thousands_of_digits_is_refused_where_it_stands(tmp_path: Path) -> None:
    (tmp_path / "net.json").write_text(MODEL.replace('"units": 3', f'"units": {"9" * 5_000}'))
    assert refusal(tmp_path / "net.json").startswith(
        "layer 1 (Dense 'd'), units: expected a whole number of at least 1"
    )


# HDF5.


@pytest.mark.parametrize("libver", ["earliest", "v108", "v110", "latest"])
@pytest.mark.parametrize("length", [1, 500, 70_000, 2_000_000])
def test_texts_are_read_from_whatever_h5py_writes(libver: str, length: int) -> None:
    import numpy as np

    text = "ü" * length
    content = hdf5_file(
        libver, number=3, shape=[1, 2], model_config=text, raw=text.encode(), fixed=np.bytes_("abc"), listed=["a", "bc"]
    )
    found = hdf5.attributes(io.BytesIO(content), ("model_config", "raw", "fixed", "listed", "shape", "none"), 2**24)
    meant = {"model_config": text.encode(), "raw": text.encode(), "fixed": b"abc", "listed": b"abc"}
    assert found == meant


def test_an_hdf5_file_without_a_model_holds_weights(tmp_path: Path) -> None:
    (tmp_path / "w.weights.h5").write_bytes(hdf5_file(layer_names=["dense"]))
    assert refusal(tmp_path / "w.weights.h5").startswith("an HDF5 file without a model's layers, probably only weights")


def test_more_text_than_a_model_has_is_refused() -> None:
    with pytest.raises(FieldError, match="is over 1 MiB"):
        hdf5.attributes(io.BytesIO(hdf5_file(model_config=["x" * 600_000] * 2)), ("model_config",), 2**20)


LEGACY = hdf5_file(model_config=MODEL, training_config=TRAINING, keras_version="3.0", backend="tensorflow")
NEWER = hdf5_file("latest", model_config=MODEL, training_config=TRAINING)


@settings(max_examples=500)
@given(st.data())
def test_a_damaged_hdf5_file_is_read_or_refused(data: st.DataObject) -> None:
    """HDF5's own library does not come back from many of these."""
    content = bytearray(data.draw(st.sampled_from([LEGACY, NEWER])))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1) | st.integers(0, 400), min_size=1, max_size=6)):
        content[place] = data.draw(st.sampled_from([0, 1, 255]) | st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(content)))
    try:
        read(io.BytesIO(bytes(content[:cut])), "net.h5")
    except PresetError as refused:
        assert str(refused).isprintable()  # noqa: PT017  # either is right
