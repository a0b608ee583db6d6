"""Digits unpacked once for all processes: the same digits, or none."""

import os

import numpy as np
import pytest

from core.datasets import DATASETS, unpacked
from core.datasets.catalog import mnist
from core.datasets.examples import Examples
from core.storage import cache_folder

MNIST = DATASETS["mnist"]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLAB_HOME", str(tmp_path))


@pytest.fixture
def kept(home):
    unpacked.keep(MNIST)
    (file,) = cache_folder().iterdir()
    return file


@pytest.mark.usefixtures("kept")
def test_what_is_mapped_is_what_is_unpacked():
    mapped, digits = unpacked.mapped(MNIST), mnist.load()
    assert mapped is not None
    for name in Examples.__struct_fields__:
        assert np.array_equal(getattr(mapped, name), getattr(digits, name)), name
    assert mapped.x_train.ctypes.data % 64 == mapped.x_test.ctypes.data % 64 == 0, "TensorFlow reads them in place"


@pytest.mark.usefixtures("home")
def test_nothing_is_mapped_before_it_is_kept():
    assert unpacked.mapped(MNIST) is None
    assert MNIST.examples().x_train.shape == (60_000, 28, 28)


def test_what_one_process_writes_into_its_digits_stays_with_it(kept):
    before = kept.read_bytes()
    mapped = unpacked.mapped(MNIST)
    mapped.x_train[0] = 255
    assert kept.read_bytes() == before
    assert not (unpacked.mapped(MNIST).x_train[0] == 255).all()


@pytest.mark.parametrize("damage", ["a byte", "cut", "longer", "empty", "folder", "pipe"])
def test_another_file_in_its_place_is_not_mapped(kept, damage):
    content = bytearray(kept.read_bytes())
    kept.unlink()
    if damage == "folder":
        kept.mkdir()
    elif damage == "pipe":
        os.mkfifo(kept)
    else:
        content[5000] ^= 1
        kept.write_bytes({"a byte": content, "cut": content[:5000], "longer": content + b"1", "empty": b""}[damage])
    assert unpacked.mapped(MNIST) is None
    unpacked.keep(MNIST)
    assert (unpacked.mapped(MNIST) is None) == (damage in ("folder", "pipe")), "a file is replaced, nothing else is"
    assert MNIST.examples().class_counts("test", 10) == mnist.load().class_counts("test", 10)


@pytest.mark.usefixtures("home")
def test_a_full_disk_keeps_nothing_and_hinders_nobody(monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.storage.atomic_file", full)
    unpacked.keep(MNIST)
    assert MNIST.examples().y_test.shape == (10_000,)
