"""A window whose edge is dragged: whatever sizes are on their way at once, every screen comes to rest at the last."""

import asyncio

import pytest
from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.widgets import Static

from tests.tui.driving import TURN, burst, opened, until
from tests.tui.screens import MAKERS
from tui.screens.modal import Modal

MANY = 100
"""Layouts that are more than it takes."""
SIZES = [Size(100, 30), Size(80, 24), Size(118, 33)]


def _counted(layout, handled):
    """``layout``, which is noted in ``handled`` whenever it is carried out: until it has been far too often."""

    def lay_out(*given, **named):
        handled.append(given)
        if len(handled) <= MANY:
            layout(*given, **named)

    return lay_out


async def _resized_in_a_burst(app, pilot):
    """The app after `SIZES`, of which the first are still on their way to the screens when the last comes."""
    handled: list[object] = []
    for screen in app.screen_stack:
        screen._refresh_layout = _counted(screen._refresh_layout, handled)
    app._driver._size = app._size = SIZES[-1]
    for size in SIZES:
        for screen in app.screen_stack:
            screen.post_message(Resize(size, size))
            screen.call_later(lambda: None)  # else one replaces the other where it waits
    queues = [screen._message_queue for screen in app.screen_stack]
    while len(handled) <= MANY and any(queue.qsize() for queue in queues):
        await asyncio.sleep(TURN)
    assert len(handled) <= MANY, "screens have each other laid out for ever"
    assert [screen.size for screen in app.screen_stack] == [SIZES[-1]] * len(app.screen_stack)


async def test_alone():
    async with opened() as (app, pilot):
        await _resized_in_a_burst(app, pilot)


async def test_with_dialogs_above_one_another():
    async with opened() as (app, pilot):
        await burst(app, pilot, "p")
        await until(pilot, lambda: len(app.screen_stack) == 2)
        await burst(app, pilot, "f1")
        await until(pilot, lambda: len(app.screen_stack) == 3)
        await _resized_in_a_burst(app, pilot)


class Styled(Modal[None]):
    """A page that notes for which size it is styled as its widgets are made."""

    def compose(self) -> ComposeResult:
        self.made_at = frozenset(self.classes)
        yield Static("text")


@pytest.mark.parametrize(
    ("size", "classes"),
    [((60, 18), {"-narrow", "-low"}), ((120, 36), {"-normal", "-middle"}), ((200, 60), {"-wide", "-high"})],
)
async def test_a_screen_is_styled_for_its_size_before_it_has_widgets(size, classes):
    async with opened("ffnn-10", size) as (app, pilot):
        page = Styled()
        await app.push_screen(page)
        await pilot.pause()
        assert page.made_at == page.classes == classes
        await pilot.resize_terminal(100, 50)
        await pilot.pause()
        assert page.classes == {"-normal", "-high"}


def _styles(screen):
    """How the screen and every widget on it are styled, and their parts."""
    return {
        node: (node.styles.base.get_rules(), {name: part.get_rules() for name, part in node._component_styles.items()})
        for node in [screen, *screen.query("*")]
    }


@pytest.mark.parametrize("size", [(60, 18), (200, 60)])
async def test_nothing_is_left_to_be_styled_once_a_screen_is_shown(size, tmp_path):
    async with opened("lenet-5", size) as (app, pilot):
        for make in (lambda _: None, *MAKERS.values()):
            if (screen := make(tmp_path)) is not None:
                app.push_screen(screen)
            await pilot.pause()
            before = _styles(app.screen)
            app.screen.update_node_styles(animate=False)
            assert _styles(app.screen) == before, app.screen
            while len(app.screen_stack) > 1:
                app.pop_screen()
            await pilot.pause()
