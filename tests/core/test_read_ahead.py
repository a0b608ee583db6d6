"""A dataset that is read ahead is the one that is taken, once."""

from threading import Event

import pytest

from core.datasets import read_ahead
from core.datasets.catalog.mnist import Mnist
from core.datasets.examples import DatasetError


@pytest.fixture
def loads(monkeypatch):
    """The loads of MNIST; what each gives is an object of its own."""
    made: list[object] = []

    def load(_):
        made.append(object())
        return made[-1]

    monkeypatch.setattr(Mnist, "load", load)
    monkeypatch.setattr(read_ahead, "_read", {})
    return made


def test_what_was_read_ahead_is_taken_once_and_then_read_again(loads):
    read_ahead.begin("mnist")
    read_ahead.begin("mnist")
    taken = read_ahead.take("mnist")
    assert loads == [taken]
    assert read_ahead.take("mnist") is not taken
    assert len(loads) == 2


def test_what_nobody_reads_ahead_is_read_when_it_is_taken(loads):
    assert read_ahead.take("mnist") is loads[0]


def test_who_takes_it_waits_until_it_is_read(monkeypatch):
    begun, go = Event(), Event()

    def load(_):
        begun.set()
        assert go.wait(60)
        return "all of it"

    monkeypatch.setattr(Mnist, "load", load)
    monkeypatch.setattr(read_ahead, "_read", {})
    read_ahead.begin("mnist")
    assert begun.wait(60)
    go.set()
    assert read_ahead.take("mnist") == "all of it"


def test_an_error_is_raised_where_it_is_taken(monkeypatch):
    def load(_):
        raise DatasetError("no such file")

    monkeypatch.setattr(Mnist, "load", load)
    monkeypatch.setattr(read_ahead, "_read", {})
    read_ahead.begin("mnist")
    with pytest.raises(DatasetError, match="no such file"):
        read_ahead.take("mnist")
