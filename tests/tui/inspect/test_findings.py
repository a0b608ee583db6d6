"""The Findings view: what was found, and the remedies that a key applies."""

from dataclasses import replace as replace_run

import pytest
from msgspec.structs import replace

from core import presets
from core.diagnosis import static_findings
from core.network.summary import summarize
from core.typography import typeset
from tests.tui.driving import SIZES, check_golden, faint_texts, screen_of, themes_in_turn, until
from tests.tui.inspect.networks import QUICK, SMALL, Network, fixed, inspecting, trained
from tui.inspect.views.findings.view import FindingsView, FixLine
from tui.screens.dialogs import Ask, NameFile
from tui.screens.fix_preview import FixPreview
from tui.theme import DARK, LIGHT
from tui.training_session import TrainedNetwork

LOUD = replace(QUICK, pixels="0..255")


def view_of(pane):
    return pane.query_one(FindingsView)


async def test_a_network_with_nothing_wrong_is_told_so():
    async with inspecting(fixed(), "f") as (app, pane, pilot):
        await until(pilot, lambda: view_of(pane).findings == ())
        await until(pilot, lambda: "no problems found" in screen_of(app))


async def test_what_is_found_about_a_trained_network_is_shown_with_numbers_cause_and_fix():
    network = trained(SMALL, LOUD)
    (finding,) = static_findings(SMALL, LOUD, summarize(SMALL))
    async with inspecting(network, "f", (200, 60)) as (app, pane, pilot):
        await until(pilot, lambda: finding in (view_of(pane).findings or ()))
        for text in (finding.evidence, finding.cause, finding.fixes[0].label):
            await until(pilot, lambda text=text: typeset(text)[:40] in " ".join(screen_of(app).split()))


async def previewed(app, pilot, key="enter"):
    """Press ``key`` and wait for the preview."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, FixPreview))


async def test_enter_previews_the_fix_in_focus_and_enter_again_applies_it():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        before = app.document.present
        await previewed(app, pilot)
        assert "pixels 0..255 \u2192 0..1" in screen_of(app)
        assert app.document.present == before
        await pilot.press("enter")
        await until(pilot, lambda: app.document.present.plan.pixels == "0..1")
        assert pane.run.plan == LOUD, "what was trained stays as it was"
        await pilot.press("u")
        await pilot.pause()
        assert app.document.present.plan.pixels == "0..1", "u is for what is on the screen"
        await pilot.press("escape", "1", "u")
        await until(pilot, lambda: app.document.present == before)


async def test_escape_leaves_the_preview_without_a_change():
    async with inspecting(fixed(SMALL, LOUD), "f") as (app, _pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        before = app.document
        await previewed(app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.document == before
        await previewed(app, pilot)
        await pilot.press("right", "enter")  # the button
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.document == before


async def test_down_goes_to_the_next_fix_and_digits_open_tabs():
    async with inspecting(fixed(SMALL, LOUD), "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        assert len(view_of(pane).fix_lines) > 1
        await pilot.press("down")
        await previewed(app, pilot)
        assert "BatchNormalization inserted" in screen_of(app)
        assert app.document.present.architecture == SMALL
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        for key, tab in (("4", "runs"), ("3", "inspect"), ("1", "build")):
            await pilot.press(key)
            await until(pilot, lambda tab=tab: app.tabs.current == tab)


async def test_every_fix_names_what_it_changes_with_the_parameters_before_and_after(size):
    async with inspecting(fixed(SMALL, LOUD), "f", size) as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        texts = [line.content.plain for line in view_of(pane).fix_lines]
        params = summarize(SMALL).totals.params
        assert texts[0].startswith('1  set pixels="0..1"')
        assert "plan: pixels 0..255 \u2192 0..1" in texts[0]
        assert "params unchanged" in texts[0]
        assert f"params {params:,} \u2192 {params + 4:,}" in texts[1]


async def test_the_first_heading_is_in_sight_at_first_and_of_every_fix_that_fits_below_its_own():
    async with inspecting(fixed(SMALL, LOUD), "f", SIZES[0]) as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        await pilot.pause()
        title = view_of(pane).findings[0].code.replace("-", " ")
        assert f"! {title}" in screen_of(app)
        assert app.focused.content.plain.splitlines()[0].strip() in screen_of(app)
        for _ in view_of(pane).fix_lines:
            await pilot.press("down")
            await pilot.pause()
            assert app.focused.content.plain.splitlines()[0].strip() in screen_of(app)


async def test_a_fix_of_what_is_no_longer_open_says_so():
    async with inspecting(fixed(SMALL, LOUD), "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        await previewed(app, pilot)
        assert "differs from what was trained" not in screen_of(app)
        await pilot.press("escape")
        app.build_pane.selected = 1
        app.build_pane.action_delete()
        await until(pilot, lambda: pane.preset.architecture != SMALL)
        await previewed(app, pilot)
        assert "differs from what was trained" in screen_of(app)


async def test_up_and_down_go_from_fix_to_fix():
    async with inspecting(fixed(SMALL, LOUD), "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        lines = list(view_of(pane).query(FixLine))
        assert len(lines) > 1
        await pilot.press("down")
        await until(pilot, lambda: app.focused is lines[1])
        await pilot.press("up")
        await until(pilot, lambda: app.focused is lines[0])


async def test_a_click_previews_a_fix():
    async with inspecting(fixed(SMALL, LOUD), "f") as (app, pane, pilot):
        await until(pilot, lambda: list(view_of(pane).query(FixLine)))
        await pilot.pause()
        await pilot.click(list(view_of(pane).query(FixLine))[1])
        await until(pilot, lambda: isinstance(app.screen, FixPreview))
        await pilot.press("enter")
        await until(pilot, lambda: len(app.document.present.architecture.layers) == len(SMALL.layers) + 1)


async def test_it_follows_a_training_without_losing_the_focus():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        focused, seen = app.focused, view_of(pane).findings
        pane.history = replace(network.history, ended=None)
        pane.history = network.history
        await pilot.pause()
        assert view_of(pane).findings == seen
        assert app.focused is focused


async def test_it_looks_as_it_was_last_looked_at(update):
    network: Network = fixed(SMALL, LOUD)
    async with inspecting(network, "f", SIZES[0]) as (app, _, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        for size in SIZES:
            await pilot.resize_terminal(*size)
            for theme in themes_in_turn(app, LIGHT, DARK):
                app.theme = theme.name
                await pilot.pause()
                assert not faint_texts(app, 3.0), (size, theme.name)
                if theme is DARK:
                    check_golden(app, f"inspect-findings-{size[0]}x{size[1]}", update=update)


async def test_a_fix_is_for_the_network_trained_last_though_it_is_called_as_the_one_before():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        labels = [line.fix.label for line in view_of(pane).query(FixLine)]
        other = replace(LOUD, seed=77)
        pane.run = TrainedNetwork("small", SMALL, other, document=app.document_id)
        await until(pilot, lambda: {line.fix.plan.seed for line in pane.query(FixLine)} == {77})
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        assert [line.fix.label for line in view_of(pane).query(FixLine)] == labels
        await previewed(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.document.present.plan == replace(other, pixels="0..1"))


async def test_what_is_told_just_before_a_pause_is_looked_at_too():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (_app, pane, pilot):
        view = view_of(pane)
        await until(pilot, lambda: view.findings)
        view.findings = None
        view._diagnosed_at = float("inf")  # as if the last diagnosis had just been made, however slow this machine is
        pane.history = replace(network.history, ended=None)
        assert view.findings is None
        await until(pilot, lambda: view.findings)


async def test_new_findings_leave_the_focus_on_the_fix_that_was_chosen():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, pane, pilot):
        view = view_of(pane)
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        await pilot.press("down")
        chosen = list(view.query(FixLine))[1].fix
        await until(pilot, lambda: app.focused.fix == chosen)
        (finding, *others) = view.findings
        before = app.focused
        view.findings = (replace(finding, code="another", fixes=()), finding, *others)
        await until(pilot, lambda: isinstance(app.focused, FixLine) and app.focused is not before)
        assert app.focused.fix == chosen
        pane.bar.focus()
        await until(pilot, lambda: app.focused is pane.bar)
        view.findings = (finding, *others)
        await until(pilot, lambda: len(view.query(".finding--text")) == 1 + len(others))
        await pilot.pause()
        assert app.focused is pane.bar


@pytest.mark.parametrize("whose", ["a kept run", "another document"])
async def test_a_fix_for_another_network_opens_a_new_document_and_leaves_the_open_one_and_its_file(whose, home):
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, pane, pilot):
        mine = home / "mine.toml"
        presets.save(presets.load(presets.find("lenet-5")), mine)
        written = mine.read_bytes()
        app.documents.open_document(presets.load(mine), mine)
        if whose == "a kept run":
            pane.run = replace_run(network.run, name="my run", saved_as="run k3f9q, best weights")
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        app.build_pane.selected = 8
        app.build_pane.action_delete()
        edited = app.document

        await previewed(app, pilot)
        assert "opens as a new document" in " ".join(screen_of(app).split())
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert (app.document, app.documents.path) == (edited, mine)

        await previewed(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        await pilot.press("left", "enter")
        await until(pilot, lambda: app.document.present.plan.pixels == "0..1")
        assert app.document.present.name == pane.run.name
        assert app.document.present.architecture == SMALL
        assert app.documents.path is None
        assert app.document.unsaved
        assert not app.document.past
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, NameFile))
        await pilot.press("enter")
        await until(pilot, lambda: not app.document.unsaved)
        assert mine.read_bytes() == written
        assert app.documents.path.parent == home / "presets"


async def test_a_fix_of_an_earlier_version_of_the_document_is_an_edit_of_it():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, _pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        app.build_pane.action_delete()
        app.build_pane.selected = 1
        app.build_pane.action_delete()
        edited = app.document.present
        await previewed(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: app.document.present.plan.pixels == "0..1")
        assert app.document.past[-1] == edited
        assert app.document.present.name == edited.name


async def test_a_fix_that_is_no_longer_among_what_was_found_is_not_applied():
    network = fixed(SMALL, LOUD)
    async with inspecting(network, "f") as (app, pane, pilot):
        await until(pilot, lambda: isinstance(app.focused, FixLine))
        stale, before = app.focused, app.document
        pane.run = replace_run(network.run, plan=QUICK)
        stale.action_choose()
        await pilot.pause()
        assert len(app.screen_stack) == 1
        view_of(pane).ask(stale.fix)
        await pilot.pause()
        assert app.document == before
