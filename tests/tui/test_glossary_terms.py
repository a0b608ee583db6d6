"""F1 on any field or row, in every dialog: its entry where the glossary has one, help where it has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from core.glossary.entry import Entry
from core.glossary.index import find
from core.glossary.lookup import entry_for
from core.network.layers import Conv2D
from core.plan.plan import Plan
from tests.tui.driving import keys, opened, until
from tests.tui.screens import MAKERS
from tui.forms.option_menu import OptionMenu
from tui.glossary_term import NamesTerm
from tui.screens.add_layer import AddLayer
from tui.screens.glossary import Glossary
from tui.screens.help import HelpPage
from tui.screens.modal import Modal
from tui.screens.picker import Picker
from tui.screens.sweep_form import SweepForm

NO_TERMS = {Glossary, HelpPage}
"""Where F1 is help: these are what it opens."""


def called(widget: Widget) -> str:
    """What a person reads beside a field: the text before it on its line."""
    line = widget.parent
    before = [each for each in line.children if isinstance(each, Static)] if isinstance(line, Widget) else []
    place = line.children.index(widget) if before else 0
    texts = [str(each.content) for each in before if line.children.index(each) < place]
    return texts[-1].strip(" [:") if texts else ""


def named(screen: Screen[object], widget: Widget) -> Entry | None:
    """The entry of what is read beside ``widget``, or on the row that is selected in its list."""
    if isinstance(screen, Picker):
        option = screen.options.highlighted_option
        shown = next((one.title for one in screen._listed if option and one.id == option.id), "")
        return find(shown.split()[0]) if shown else None
    if isinstance(screen, OptionMenu):
        option = screen.listed.highlighted_option
        return find(str(option.prompt).strip(" \N{BULLET}")) if option else None
    return find(called(widget)) if called(widget) else None


def fields(screen: Screen[object]) -> Iterator[Widget]:
    """What can have the focus."""
    return (each for each in screen.query("*") if each.can_focus and each.display and not each.disabled)


async def test_every_field_whose_name_is_a_term_opens_it(tmp_path: Path) -> None:
    tried = 0
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        for kind, make in MAKERS.items():
            screen = make(tmp_path)
            app.push_screen(screen)
            await until(pilot, lambda screen=screen: screen.is_mounted)
            for widget in list(fields(screen)):
                screen.set_focus(widget)
                await pilot.pause()
                wanted = named(screen, widget)
                if wanted is None or kind in NO_TERMS:
                    continue
                tried += 1
                await keys(pilot, "f1")
                assert isinstance(app.screen, Glossary), (kind, widget, wanted.id)
                await until(pilot, lambda: app.screen.shown is not None)
                assert app.screen.shown.entry == wanted, (kind, widget)
                await keys(pilot, "escape")
                await until(pilot, lambda screen=screen: app.screen is screen)
                assert app.focused is widget
            while len(app.screen_stack) > 1:
                app.pop_screen()
            await pilot.pause()
    assert tried > 8


async def test_every_screen_has_help_or_an_entry_and_then_help(tmp_path: Path) -> None:
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        for kind, make in MAKERS.items():
            if kind is HelpPage:
                continue
            screen = make(tmp_path)
            app.push_screen(screen)
            await until(pilot, lambda screen=screen: screen.is_mounted)
            await keys(pilot, "f1")
            if kind is not Glossary and isinstance(app.screen, Glossary):
                assert issubclass(kind, Modal)
                assert not [link for link in app.screen.links if not isinstance(link, Entry)], "nothing leads away"
                await keys(pilot, "f1")
            assert isinstance(app.screen, HelpPage), kind
            while len(app.screen_stack) > 1:
                app.pop_screen()
            await pilot.pause()


@pytest.mark.parametrize(
    ("pressed", "wanted"),
    [
        (["a"], "layers/Flatten"),
        (["a", "text:max"], "layers/MaxPooling2D"),
        (["a", "text:conv 32 3x3"], "layers/Conv2D"),
        (["2", "e", "down", "enter", "text:rms"], "optimizers/RMSprop"),
        (["2", "e", "down", "down", "down", "enter", "text:cosine"], "schedules/cosine"),
        (["w"], "network/hyperparameter"),
        (["w", "text:learning_rate"], "training/learning_rate"),
        (["w", "text:batch_size", "down"], "training/batch"),
        (["w", *["down"] * 4], "training/seed"),
        (["H"], "network/neuron"),
        (["p", "text:lenet"], "network/lenet"),
        (["ctrl+p", "text:add gaussiannoise"], "layers/GaussianNoise"),
    ],
)
async def test_what_is_on_the_row_or_typed_is_what_is_explained(pressed: list[str], wanted: str) -> None:
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await keys(pilot, *pressed)
        below = app.screen
        if "ctrl+p" in pressed:
            await until(pilot, lambda: below.glossary_term() == "GaussianNoise")
        await keys(pilot, "f1")
        await until(pilot, lambda: isinstance(app.screen, Glossary) and app.screen.shown.entry.id == wanted)
        await keys(pilot, "escape")
        assert app.screen is below


async def test_a_menu_explains_each_of_its_options() -> None:
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await keys(pilot, "down", "enter", "down", "down", "down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, OptionMenu))
        seen = set()
        for _ in range(4):
            await keys(pilot, "down", "f1")
            await until(pilot, lambda: isinstance(app.screen, Glossary))
            seen.add(app.screen.shown.entry.id)
            await keys(pilot, "escape")
        assert len(seen) == 4
        assert all(each.startswith("activations/") for each in seen)


def test_names_fields_and_layers_have_their_entries() -> None:
    assert entry_for("stride").id == "network/stride"
    assert entry_for("no such thing") is None
    assert entry_for(Conv2D(3, (3, 3))).id == "layers/Conv2D"
    assert issubclass(AddLayer, NamesTerm)
    assert not issubclass(SweepForm, NamesTerm), "its fields differ"
    assert entry_for(str(Plan().dataset)).id == "data/dataset"
