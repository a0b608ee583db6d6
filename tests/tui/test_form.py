"""A form whose fields come and go while one types takes nothing amiss."""

import pytest
from textual.app import App

from core.plan.losses import Loss
from core.plan.optimizers import Optimizer
from core.plan.plan import Plan
from core.plan.schedules import Schedule
from tests.tui.driving import until
from tui.widgets.form import StructForm

FAMILIES = {"optimizer": Optimizer, "schedule": Schedule, "loss": Loss}


class FormApp(App[None]):
    """A form alone on the screen."""

    def compose(self):
        yield StructForm(lambda *_: None, Plan())


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
