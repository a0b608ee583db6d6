"""Every list of LayerLab takes its keys and clicks before it has been laid out, and while it is empty."""

from importlib import import_module
from pkgutil import walk_packages

import pytest
from textual.containers import Container, VerticalScroll
from textual.events import Click, Key
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

import tui
from tests.tui.driving import Themed, burst, keys, opened, screen_of, until
from tests.tui.screens import MAKERS
from tui.builder.pane import BuildPane
from tui.theme import DARK, LIGHT
from tui.widgets.gradient_table import GradientTable
from tui.widgets.option_list import PagesOnceLaidOut

KEYS = ["pageup", "pagedown", "home", "end", "up", "down", "left", "right", "enter", "space", "g", "G"]
ARGUMENTS: dict[type[Widget], dict[str, object]] = {
    GradientTable: {"opens": False},
    BuildPane: {"on_edit": lambda *_: None, "on_fix": lambda _: None},
}


def list_classes() -> list[type[Widget]]:
    """What has page keys of its own or scrolls: those classes of LayerLab that are not only bases of others."""
    for module in walk_packages(tui.__path__, "tui."):
        import_module(module.name)
    found, bases = set(), [Widget]
    while bases:
        base = bases.pop()
        bases += base.__subclasses__()
        ours = base.__module__.startswith("tui.") and not base.__subclasses__()
        pages = "pageup" in {key for binding in base.BINDINGS for key in getattr(binding, "key", "").split(",")}
        if ours and not issubclass(base, Screen) and (issubclass(base, ScrollView | VerticalScroll) or pages):
            found.add(base)
    return sorted(found, key=lambda kind: kind.__name__)


class Stage(Themed):
    """One list that has not been laid out: keys are on their way to it before the first picture."""

    def __init__(self, subject: Widget, *, hidden: bool) -> None:
        super().__init__()
        self.subject, self.hidden = subject, hidden
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name

    def compose(self):
        with Container():
            yield self.subject

    async def on_mount(self) -> None:
        self.subject.display = not self.hidden
        self.screen.set_focus(self.subject)
        for binding in self.subject._bindings.key_to_bindings.values():
            await self.run_action(binding[0].action, self.subject)
        for key in KEYS:
            self.post_message(Key(key, key if len(key) == 1 else None))
        self.subject.post_message(Click(self.subject, 0, 1, 0, 0, 1, False, False, False, 0, 1))


@pytest.mark.parametrize("hidden", [False, True], ids=["before-layout", "hidden"])
@pytest.mark.parametrize("kind", list_classes(), ids=lambda kind: kind.__name__)
async def test_keys_and_clicks_before_the_first_layout(kind, hidden):
    subject = kind(**ARGUMENTS.get(kind, {}))
    if isinstance(subject, OptionList):
        subject.add_options([Option("one"), Option("two", disabled=True), Option("three")])
        subject.highlighted = 0
    app = Stage(subject, hidden=hidden)
    async with app.run_test() as pilot:
        await pilot.pause()
        await burst(app, pilot, *KEYS)
        if isinstance(subject, OptionList):
            subject.clear_options()
            await burst(app, pilot, *KEYS)
        assert app.is_running


async def test_keys_sent_together_with_the_one_that_opens_a_screen(tmp_path):
    async with opened("lenet-5") as (app, pilot):
        for make in MAKERS.values():
            app.push_screen(make(tmp_path))
            await burst(app, pilot, "g", *KEYS[:6], "g", "pageup", "pagedown")
            while len(app.screen_stack) > 1:
                await burst(app, pilot, "escape", "escape")


async def test_the_palette_takes_page_keys_before_it_is_laid_out():
    async with opened("lenet-5") as (app, pilot):
        await burst(app, pilot, "ctrl+p", "g", "pageup", "pagedown")
        await until(pilot, lambda: "graph" in screen_of(app).lower() or len(app.screen_stack) == 2)
        await keys(pilot, "escape")
        assert len(app.screen_stack) == 1


async def test_every_list_of_options_is_of_the_guarded_kind():
    async with opened("lenet-5") as (app, pilot):
        for kind, make in MAKERS.items():
            screen = make(app.documents.path.parent)
            app.push_screen(screen)
            await until(pilot, lambda screen=screen: screen.is_mounted)
            for found in screen.query(OptionList):
                assert isinstance(found, PagesOnceLaidOut), kind
            screen.dismiss()
            await until(pilot, lambda screen=screen: screen not in app.screen_stack)


async def test_a_click_on_an_option_that_has_gone_is_passed_over():
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "p")
        options = app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count > 5 and options.region)
        painted = app.screen.get_style_at(options.region.x + 3, options.region.y + 4)
        assert painted.meta["option"] > 0
        options.clear_options()  # what is painted still says which option stood there
        options.post_message(Click(options, 3, 4, 0, 0, 1, False, False, False, 3, 4, painted))
        await until(pilot, lambda: app.is_running)
