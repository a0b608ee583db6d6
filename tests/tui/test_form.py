"""Forms: what they fold, how their lists open, and what becomes of text that a field cannot take."""

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.events import Paste

from core.plan.losses import Loss
from core.plan.optimizers import SGD, Optimizer
from core.plan.plan import Plan
from core.plan.schedules import Schedule
from core.settings import UnfoldedForms, load_settings
from tests.tui.driving import keys, lines_of, opened, screen_of, until
from tui.forms.choice import Choice
from tui.forms.flag import Flag
from tui.forms.form import StructForm
from tui.forms.option_menu import OptionMenu

FAMILIES = {"optimizer": Optimizer, "schedule": Schedule, "loss": Loss}


class FormApp(App[None]):
    """A form alone on the screen."""

    def compose(self):
        yield StructForm(lambda *_: None, Plan(), kind="plan")


@pytest.mark.parametrize("family", FAMILIES)
async def test_a_line_whose_field_is_gone_takes_nothing(family):
    members = list(FAMILIES[family].members.values())
    app = FormApp()
    async with app.run_test(size=(80, 40)) as pilot:
        form = app.query_one(StructForm)
        for before, after in zip(members, [*members[1:], members[0]], strict=True):
            form.value = Plan(**{family: before()})
            await until(pilot, lambda: [line.entry for line in form.lines] == list(form._view.shown))
            lines = form.lines
            form.value = new = Plan(**{family: after()})
            wanted = {entry.path for entry in form._view.shown}
            for line in lines:
                if line.entry.path not in wanted:
                    line.control.value = options[-1] if (options := line.entry.field.type.options) else "0.25"
                    line.tidy()
            assert form.value == new
            await until(pilot, lambda: [line.entry for line in form.lines] == list(form._view.shown))


def _names(form: StructForm) -> list[str]:
    return [line.entry.field.name for line in form.lines]


async def test_the_rest_is_folded_behind_a_line_and_is_no_widget(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter")
        form = app.build_pane.form
        assert _names(form) == ["units", "activation"]
        assert "\u25b8 8 more, all default" in screen_of(app)
        await keys(pilot, "up", "enter")
        await until(pilot, lambda: app.focused is form.lines[2].control)
        assert str(form.fold_line.render()) == "\u25be fold 8 defaults"
        await keys(pilot, "escape", "up", "enter")  # another layer: it is still unfolded
        await until(pilot, lambda: len(form.lines) == 10)
        await keys(pilot, "up", "left")
        await until(pilot, lambda: _names(form) == ["units", "activation"])
        assert app.focused is form.fold_line
        await keys(pilot, "right")
        await until(pilot, lambda: len(form.lines) == 10)


async def test_a_key_unfolds_from_any_field_and_a_click_on_the_line_too(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        form = app.build_pane.form
        await until(pilot, lambda: "use_bias" in _names(form))
        assert app.focused is form.lines[0].control
        form.focus_field(("use_bias",))
        await keys(pilot, "f2")
        await until(pilot, lambda: "use_bias" not in _names(form))
        assert app.focused is form.fold_line
        await pilot.click(form.fold_line)
        await until(pilot, lambda: "use_bias" in _names(form))


async def test_what_differs_is_shown_and_stays_while_it_is_edited(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        form = app.build_pane.form
        form.focus_field(("use_bias",))
        await keys(pilot, "n", "f2")
        await until(pilot, lambda: _names(form) == ["units", "activation", "use_bias"])
        await keys(pilot, "y")
        assert _names(form) == ["units", "activation", "use_bias"]
        await keys(pilot, "escape", "up", "down")
        await until(pilot, lambda: _names(form) == ["units", "activation"])


async def test_the_essential_plan_needs_no_scrolling_and_no_name_is_cut():
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await keys(pilot, "2", "e")
        form = app.train_pane.form
        essential = "dataset, optimizer, learning_rate, schedule, loss, batch_size, epochs, validation"
        assert ", ".join(_names(form)) == essential
        assert form.lines_box.max_scroll_y == 0
        for optimizer in Optimizer.members.values():
            app.documents.edit_plan(Plan(optimizer=optimizer()), "")
            await keys(pilot, "f2")
            await until(pilot, lambda: [line.entry for line in form.lines] == list(form._view.shown))
            screen = screen_of(app)
            visible = [line for line in form.lines if line.region.bottom <= form.lines_box.region.bottom]
            assert not [line.caption for line in visible if f" {line.caption} " not in screen]
            assert len({line.control.region.right for line in form.lines if not isinstance(line.control, Flag)}) == 1
            await keys(pilot, "f2")


async def test_a_click_on_a_list_opens_it_and_changes_nothing(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        form = app.build_pane.form
        form.focus_field(("bias_initializer",))
        await pilot.pause()
        before = app.preset
        await pilot.click(app.focused)
        await until(pilot, lambda: isinstance(app.screen, OptionMenu))
        assert app.preset == before
        assert "\u2022 zeros" in screen_of(app), "the current one is marked"
        await keys(pilot, "down", "down", "escape")
        assert app.preset == before
        await keys(pilot, "space", "down", "enter")
        await until(pilot, lambda: app.preset != before)
        assert app.preset.architecture.layers[-1].bias_initializer.alias() == "ones"


async def test_a_list_opens_right_at_its_field_wherever_that_is(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2", "e", "f2")
        form = app.train_pane.form
        await until(pilot, lambda: "device" in _names(form))
        for line in [line for line in form.lines if isinstance(line.control, Choice)]:
            line.control.focus()
            await keys(pilot, "enter")
            await until(pilot, lambda: isinstance(app.screen, OptionMenu) and app.screen.filter.has_focus)
            menu = app.screen
            await until(pilot, lambda menu=menu: menu.box.region.right <= app.size.width)
            assert app.screen.region.contains_region(menu.box.region)
            assert menu.box.region.x + 1 == line.control.region.x
            await keys(pilot, "escape")


async def test_a_list_that_takes_text_takes_what_is_typed_and_says_what_it_cannot_take(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2", "e", "up", "up")
        assert app.focused.value == "test"
        await keys(pilot, "text:0.25")
        await keys(pilot, "enter")
        assert app.preset.plan.validation == 0.25
        await keys(pilot, "text:2.5", "enter")
        assert isinstance(app.screen, OptionMenu), "it cannot be taken, so the list stays open"
        assert "! expected test, none" in screen_of(app)
        await keys(pilot, "escape")
        assert app.preset.plan.validation == 0.25


async def test_a_list_of_options_alone_takes_no_other_text(size):
    async with opened("lenet-5", size) as (app, pilot):
        before = app.preset
        await keys(pilot, "end", "enter", "down", "text:xyz", "enter")
        assert "! no match" in screen_of(app)
        await keys(pilot, "escape")
        assert app.preset == before


async def test_in_a_list_no_key_of_the_app_acts_or_is_shown(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "text:12", "down")  # something to undo
        before = app.preset
        assert isinstance(app.focused, Choice)
        shown = lines_of(app)[-1].split()
        assert not {"t", "p", "u", "d", "a", "e", "f"} & set(shown)
        for letter in "tpuda34":
            await keys(pilot, letter)
            assert isinstance(app.screen, OptionMenu)
            await keys(pilot, "escape")
        assert (app.preset, app.tabs.current) == (before, "build")


async def test_a_draft_that_is_left_is_told_with_what_was_kept(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "text:abc", "down")
        form = app.build_pane.form
        kept = "units stays 10: expected a whole number"
        assert kept in screen_of(app)
        assert form.lines[0].control.value == "10"
        await keys(pilot, "up", "down", "up")
        assert kept in screen_of(app), "it stays until the next edit"
        await keys(pilot, "text:1")
        assert kept not in screen_of(app)


@pytest.mark.parametrize("leaving", [["escape"], ["f1", "escape", "escape"], ["ctrl+p", "text:train tab", "enter"]])
async def test_a_draft_is_told_whatever_way_the_form_is_left(leaving):
    async with opened("lenet-5", (80, 24)) as (app, pilot):
        await keys(pilot, "end", "enter", "text:abc", *leaving)
        await until(pilot, lambda: not app.build_pane.form.has_focus_within)
        await until(pilot, lambda: [told.message for told in app._notifications])
        (told,) = app._notifications
        assert told.message.startswith("units stays 10: expected a whole number")
        assert app.preset.architecture.layers[-1].units == 10


async def test_a_draft_is_told_once_where_the_form_stays_in_sight():
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await keys(pilot, "end", "enter", "text:abc", "escape")
        assert "! units stays 10" in screen_of(app)
        await keys(pilot, "up")
        assert "stays" not in screen_of(app)
        assert not list(app._notifications)


async def test_a_draft_is_told_when_another_layer_takes_its_form(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "text:abc")
        app.build_pane.selected = 1
        await until(pilot, lambda: [told.message for told in app._notifications])
        assert "units stays 10" in next(iter(app._notifications)).message


async def test_help_stands_below_the_fields_and_moves_nothing(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "enter")
        hint, explanation = app.build_pane.form.hint, app.build_pane.explanation
        places = set()
        for _ in range(6):
            places.add((hint.region, explanation.region))
            await keys(pilot, "down")
        await keys(pilot, "text:abc")
        places.add((hint.region, explanation.region))
        assert len(places) == 1


async def test_f1_explains_the_field_in_focus(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "down", "enter", "down", "down", "down", "f1")
        await until(pilot, lambda: "keras.layers.Conv2D(padding=...)" in screen_of(app))
        assert "options: valid, same" in screen_of(app)
        assert "default: valid" in screen_of(app)


async def test_what_is_pasted_into_a_list_filters_it(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "down")
        app.post_message(Paste("gelu\n"))
        await until(pilot, lambda: isinstance(app.screen, OptionMenu))
        await keys(pilot, "enter")
        assert app.preset.architecture.layers[-1].activation == "gelu"


async def test_a_draft_of_a_plan_is_told_when_another_document_is_opened(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "2", "e", "down", "down", "text:abc")
        other = replace(app.preset, name="Other", plan=Plan(optimizer=SGD(learning_rate=0.5)))
        app.documents.open_document(other, None, saved=True)
        await until(pilot, lambda: [told for told in app._notifications if "learning_rate stays" in told.message])
        await until(pilot, lambda: "0.5" in [line.control.value for line in app.train_pane.form.lines])
        assert "abc" not in [line.control.value for line in app.train_pane.form.lines]


def _units(app) -> int:
    return app.preset.architecture.layers[-1].units


async def test_half_of_a_number_is_never_taken(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "1")
        assert _units(app) == 1, "each whole number is shown at once"
        await keys(pilot, "e")
        assert _units(app) == 10
        await keys(pilot, "3")
        assert _units(app) == 1000
        await keys(pilot, ".", "down")
        assert _units(app) == 10
        assert "units stays 10: expected a whole number" in screen_of(app)
        assert not app.document.past, "nothing is left to undo"


@pytest.mark.parametrize("on_the_way", [[], ["f1", "escape"], ["ctrl+p", "escape"]])
async def test_escape_takes_back_what_was_typed_and_says_so(on_the_way):
    async with opened("lenet-5", (80, 24)) as (app, pilot):
        await keys(pilot, "end", "enter", "9")
        assert _units(app) == 9
        await keys(pilot, *on_the_way, "escape")
        await until(pilot, lambda: app.build_pane.stack.has_focus)
        await until(pilot, lambda: [told.message for told in app._notifications])
        (told,) = app._notifications
        assert told.message == "units stays 10: escape takes back '9', enter keeps it"
        assert _units(app) == 10
        assert not app.document.unsaved


async def test_enter_and_the_next_field_take_what_was_typed(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "text:96", "enter", "enter", "text:64", "down", "escape")
        assert _units(app) == 64
        await keys(pilot, "enter", "escape")
        assert not list(app._notifications), "without an edit there is nothing to say"


async def test_escape_takes_back_a_number_of_the_plan_too(size):
    async with opened("lenet-5", size) as (app, pilot):
        before = app.preset.plan
        await keys(pilot, "2", "e", "down", "down", "5", "escape")
        await until(pilot, lambda: app.train_pane.view.table.has_focus)
        assert app.preset.plan == before


async def test_that_a_form_is_unfolded_is_remembered_by_its_kind(size):
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        await until(pilot, lambda: len(app.build_pane.form.lines) == 10)
        assert load_settings(UnfoldedForms) == UnfoldedForms(layer=True)
        app.documents.new()
        await keys(pilot, "2", "e")
        assert not app.train_pane.form.unfolded, "the plan is another kind"
    async with opened("lenet-5", size) as (app, pilot):
        await keys(pilot, "end", "enter")
        await until(pilot, lambda: len(app.build_pane.form.lines) == 10)
        await keys(pilot, "f2")
        await until(pilot, lambda: len(app.build_pane.form.lines) == 2)
        await keys(pilot, "escape", "2", "e", "f2")
        await until(pilot, lambda: len(app.train_pane.form.lines) > 20)
        assert load_settings(UnfoldedForms) == UnfoldedForms(plan=True)


async def test_a_form_unfolds_although_that_cannot_be_saved(home):
    home.write_text("a file where the folder should be")
    async with opened("lenet-5") as (app, pilot):
        await keys(pilot, "end", "enter", "f2")
        await until(pilot, lambda: len(app.build_pane.form.lines) == 10)
        await until(pilot, lambda: [notice for notice in app._notifications if "settings" in notice.message])
        assert len(app._notifications) == 1


async def test_what_a_field_kept_is_no_longer_said_once_it_has_another_value():
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        await keys(pilot, "2", "e", "down", "down", "text:0.5", "enter", "e", "down", "down", "text:abc", "escape")
        form = app.train_pane.form
        assert "learning_rate stays 0.5" in form.hint.render().plain
        await keys(pilot, "u")
        await until(pilot, lambda: app.preset.plan.optimizer.learning_rate == 0.001)
        assert "stays" not in screen_of(app)
