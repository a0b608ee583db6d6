"""A widget that draws its own lines shows what it holds, whatever became of it while nobody saw it."""

from itertools import permutations

import pytest
from rich.segment import Segment
from textual.app import App
from textual.containers import Vertical

from tests.tui.driving import screen_of
from tui.widgets.lines import Lines


class Word(Lines):
    """Draws a word on every line."""

    DEFAULT_CSS = "Word { height: 3; } .-other Word { height: 3; }"

    word = "old"

    def draw(self):
        return [[Segment(self.word)] for _ in range(self.size.height)]


class WordApp(App[None]):
    def compose(self):
        with Vertical():
            yield Word()


STEPS = {
    "it changes": lambda word: setattr(word, "word", "new") or word.redraw(),
    "its styles are looked up": lambda word: word.parent.toggle_class("-other"),
    "it is drawn": Word.redraw,
    "the screen is laid out": None,
}


@pytest.mark.parametrize("steps", list(permutations(STEPS)), ids=", ".join)
async def test_what_changes_behind_something_else_is_seen_afterwards(steps):
    app = WordApp()
    async with app.run_test(size=(20, 5)) as pilot:
        box, word = app.query_one(Vertical), app.query_one(Word)
        assert screen_of(app).split() == ["old"] * 3
        box.display = False
        for step in steps:
            if (act := STEPS[step]) is None:
                await pilot.pause()
            else:
                act(word)
        box.display = True
        await pilot.pause()
        assert screen_of(app).split() == ["new"] * 3
