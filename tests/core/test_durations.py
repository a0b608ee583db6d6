"""How long something took the last time is told while it is under way again."""

import pytest

from core import durations, storage
from core.durations import Phase


def file():
    return storage.cache_folder() / "durations.json"


def test_what_took_a_while_is_estimated_the_next_time():
    assert durations.begin("loading").usual is None
    durations.remember("loading", 8.123)
    durations.remember("baking", 40)
    assert durations.begin("loading").usual == 8.12
    durations.remember("loading", 6)
    assert (durations.begin("loading").usual, durations.begin("baking").usual) == (6, 40)


@pytest.mark.parametrize(
    ("usual", "seconds", "text"),
    [
        (8.2, 0, "loading 0 of about 8 s"),
        (8.2, 3.7, "loading 4 of about 8 s"),
        (8.2, 8.3, "loading 8 s, 8 s the last time"),
        (8.2, 31, "loading 31 s, 8 s the last time"),
        (None, 0.4, "loading ..."),
        (None, 12.4, "loading 12 s"),
        (0.5, 0.4, "loading ..."),
        (0.5, 5, "loading 5 s"),
    ],
)
def test_the_time_is_told_where_it_is_worth_it(usual, seconds, text):
    assert Phase("loading", 100.0, usual).text(100.0 + seconds) == text


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", '{"loading": "8"}', '{"loading": true}', '{"loading": -1}', '{"loading": NaN}', "[" * 10**5],
)
def test_a_damaged_file_is_none(content, home):
    file().parent.mkdir(parents=True)
    file().write_text(content)
    assert durations.begin("loading").usual is None
    durations.remember("loading", 3)
    assert durations.begin("loading").usual == 3


def test_where_nothing_can_be_written_nothing_is_remembered(home):
    home.write_text("a file in the place of the folder")
    durations.remember("loading", 3)
    assert durations.begin("loading").usual is None
