"""The Runs tab by keyboard and mouse, on runs that lie on disk as trainings leave them."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from core.history import History
from core.runs import folder as files
from core.runs.record import Label
from core.runs.store import Store
from core.sanitize import one_line
from tests.tui.driving import keys, lines_of, opened, screen_of, until
from tests.tui.runs.stored_runs import history, keep, listing, preset, some
from tui.runs.messages import ExportRequested, InspectRequested, ResumeRequested
from tui.runs.pane import RunsPane
from tui.screens.dialogs import Ask
from tui.screens.text_prompt import TextPrompt

NEWEST_FIRST = [
    "no validation",
    "too fast",
    "without pooling",
    "lenet, small batches",
    "ffnn 500",
    "lenet, as it was",
    "20231120-120000-lenet-5-k7mzp",
]


def names(pane: RunsPane) -> list[str]:
    return [run.name for run in pane.table.runs]


def marked(pane: RunsPane) -> list[str]:
    """The names of those with a sign in front, from the top."""
    return [run.name for run in pane.table.runs if run.id in pane.table.signs]


@pytest.fixture
def runs(home: Path) -> list[str]:
    return some(home)


async def choose(pilot, pane: RunsPane, name: str) -> None:
    await keys(pilot, "home", *["down"] * names(pane).index(name))
    assert pane.table.chosen.name == name


async def test_without_runs_it_says_how_to_get_some(home: Path):
    async with listing(0) as (app, pane, pilot):
        assert "No runs yet" in screen_of(app)
        assert "t      train the network" in screen_of(app)
        assert not home.exists(), "nothing is made before there is a run"
        await keys(pilot, "space", "o", "i", "r", "d", "n", "x", "c", "a", "down", "end")
        assert "No runs yet" in pane.status.message


async def test_the_newest_run_comes_first_and_a_damaged_one_stands_among_them(runs):
    async with listing(7) as (app, pane, pilot):
        assert names(pane) == NEWEST_FIRST
        assert "7 runs" in screen_of(app)
        await choose(pilot, pane, NEWEST_FIRST[-1])
        await until(pilot, lambda: "run.json: is damaged" in screen_of(app))
        assert "! damaged" in screen_of(app)


async def test_runs_are_in_order_of_any_column(runs):
    async with listing(7, (200, 60)) as (app, pane, pilot):
        await pilot.click(pane.table, offset=(4, 0))
        assert names(pane)[0] == "20231120-120000-lenet-5-k7mzp"
        assert names(pane)[-1] == "without pooling"
        assert "Name\u25b4" in screen_of(app)
        await keys(pilot, "O")
        assert names(pane)[0] == "without pooling"
        assert "Name\u25be" in screen_of(app)
        seen = []
        for _ in pane.table.columns[1:]:
            await keys(pilot, "o")
            seen.append(pane.table.order[0])
        assert seen == [column for column in pane.table.columns if column != "name"]
        await keys(pilot, "o", *["o"] * pane.table.columns.index("best"))
        assert pane.table.order[0] == "best"
        assert names(pane)[:3] == ["ffnn 500", "lenet, small batches", "lenet, as it was"]


async def test_the_filter_works_as_one_types(runs):
    async with listing(7) as (app, pane, pilot):
        await keys(pilot, "slash", "text:lenet")
        assert names(pane) == [name for name in NEWEST_FIRST if name not in ("no validation", "ffnn 500")]
        assert "5 of 7 runs" in screen_of(app)
        await keys(pilot, "text: best>0.9")
        assert names(pane) == ["lenet, small batches", "lenet, as it was"]
        await keys(pilot, "enter")
        assert pane.table.has_focus
        assert len(names(pane)) == 2
        await keys(pilot, "slash", "text: nonsense")
        assert "No run matches the filter: escape clears it." in screen_of(app)
        await keys(pilot, "escape")
        assert names(pane) == NEWEST_FIRST
        assert pane.table.has_focus


async def test_letters_in_the_filter_are_no_commands_and_the_run_chosen_stays_chosen(runs):
    async with listing(7) as (_app, pane, pilot):
        await keys(pilot, "slash", "text:dq4 z", "space", "down")
        assert pane.filter.value == "dq4 z "
        assert pane.table.has_focus
        assert not marked(pane)
        assert len(Store().listed()) == 7
        await keys(pilot, "slash", "escape")
        await choose(pilot, pane, "lenet, small batches")
        await keys(pilot, "slash", "text:lenet")
        assert pane.table.chosen.name == "lenet, small batches"
        await keys(pilot, "escape", "o")
        assert pane.table.chosen.name == "lenet, small batches"


async def test_what_another_process_does_is_seen(home: Path, runs):
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "space", "up")
        trained = preset(epochs=3)
        keep(home, "from elsewhere", trained, history(trained, 3, 1.0), number=9)
        Store().relabel(runs[0], Label("renamed elsewhere"))
        Store().refresh()  # the index has it all before this app looks at the disk
        await until(pilot, lambda: names(pane)[0] == "from elsewhere")
        assert "renamed elsewhere" in names(pane)
        assert pane.table.chosen.name == "ffnn 500"
        assert marked(pane) == ["ffnn 500"]


async def test_space_marks_and_goes_on(runs):
    async with listing(7) as (app, pane, pilot):
        await keys(pilot, "down", "space", "space")
        assert marked(pane) == ["too fast", "without pooling"]
        assert pane.table.chosen.name == "lenet, small batches"
        assert "2 marked" in screen_of(app)
        await keys(pilot, "up", "space")
        assert marked(pane) == ["too fast"]
        await keys(pilot, "escape")
        assert not marked(pane)
        await keys(pilot, "slash", "text:lenet", "enter", "a")
        assert len(marked(pane)) == 5
        await keys(pilot, "a")
        assert not marked(pane)


async def test_the_mouse_chooses_marks_and_opens(runs):
    async with listing(7) as (app, pane, pilot):
        await pilot.click(pane.table, offset=(20, 3))
        assert pane.table.chosen.name == "without pooling"
        await pilot.click(pane.table, offset=(0, 4))
        assert marked(pane) == ["lenet, small batches"]
        await pilot.click(pane.table, offset=(0, 4))
        assert not marked(pane)
        await pilot.click(pane.table, offset=(20, 5), times=2)
        await until(pilot, lambda: app.tabs.current == "build")
        assert app.preset.name == "ffnn 500"  # as the run is called


@pytest.mark.parametrize("key", ["enter", "b"])
async def test_a_run_is_opened_as_it_was_trained(runs, key):
    async with listing(7) as (app, pane, pilot):
        await choose(pilot, pane, "without pooling")
        await keys(pilot, key)
        await until(pilot, lambda: app.tabs.current == "build")
        assert app.preset == replace(Store().details(runs[3]).preset, name="without pooling")
        assert app.documents.path is None
        assert app.document.unsaved


async def test_opening_asks_about_what_is_unsaved(runs):
    async with listing(7) as (app, _pane, pilot):
        await keys(pilot, "1", "end", "d", "4", "enter")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        edited = app.preset
        await keys(pilot, "escape")
        assert app.preset == edited
        assert app.tabs.current == "runs"


async def test_what_the_pane_asks_of_the_app(runs, monkeypatch):
    asked = []
    post = RunsPane.post_message

    def heard(self, message):
        asked.append(message)
        wanted = (InspectRequested, ResumeRequested, ExportRequested)
        return True if isinstance(message, wanted) else post(self, message)

    monkeypatch.setattr(RunsPane, "post_message", heard)
    async with listing(7) as (_app, pane, pilot):

        async def told(key: str, kind: type) -> object:
            asked.clear()
            await keys(pilot, key)
            await until(pilot, lambda: any(isinstance(message, kind) for message in asked))
            return next(message for message in asked if isinstance(message, kind))

        await choose(pilot, pane, "lenet, small batches")
        run = pane.table.chosen
        assert (await told("i", InspectRequested)).which == "best"
        assert (await told("I", InspectRequested)).which == "last"
        resumed = await told("r", ResumeRequested)
        assert (resumed.run, resumed.more) == (run, 0)
        more = await told("plus", ResumeRequested)
        assert (more.run, more.more) == (run, 10)
        assert (await told("x", ExportRequested)).runs == (run,)
        await keys(pilot, "space", "space")
        exported = await told("x", ExportRequested)
        assert [each.name for each in exported.runs] == ["lenet, small batches", "ffnn 500"]


async def test_what_cannot_be_done_is_refused_in_a_line(runs):
    async with listing(7) as (app, pane, pilot):
        for name, key, why in (
            ("ffnn 500", "r", "is finished: +"),
            ("too fast", "i", "has no weights: its first epoch did not finish"),
            ("20231120-120000-lenet-5-k7mzp", "enter", "is damaged"),
            ("20231120-120000-lenet-5-k7mzp", "n", "is damaged"),
            ("20231120-120000-lenet-5-k7mzp", "plus", "is damaged"),
        ):
            await choose(pilot, pane, name)
            pane.say("")
            await keys(pilot, key)
            assert why in pane.status.message, key
            assert name in pane.status.message
            assert "! " + name in lines_of(app)[-2]
            assert app.tabs.current == "runs"


async def test_what_is_being_trained_is_neither_deleted_nor_resumed(home: Path):
    trained = preset(epochs=10)
    kept = keep(home, "under way", trained, history(trained, 3, 0.5, over=False), "running")
    lock = files.lock(home / "runs" / kept)
    try:
        async with listing(1) as (app, pane, pilot):
            assert "\u25b8 running" in screen_of(app)
            for key in ("d", "r", "plus"):
                await keys(pilot, key)
                assert "under way: it is being trained" in pane.status.message
            assert Store().path(kept).is_dir()
            lock.release()
            await until(pilot, lambda: "interrupted" in screen_of(app))
    finally:
        lock.release()


async def test_runs_are_renamed_noted_and_tagged(runs):
    async with listing(7, (200, 50)) as (app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "n")
        assert isinstance(app.screen, TextPrompt)
        await keys(pilot, "end", *["backspace"] * 8)
        await until(pilot, lambda: "a run needs a name" in screen_of(app))
        await keys(pilot, "enter")
        assert isinstance(app.screen, TextPrompt), "it stays until the name can be taken"
        await keys(pilot, "text:the wide one", "enter")
        await until(pilot, lambda: "the wide one" in names(pane))
        await keys(pilot, "N", "ctrl+u", "text:for Monday", "enter")
        await until(pilot, lambda: "for Monday" in screen_of(app))
        await keys(pilot, "number_sign", "text:wide, good", "enter")
        await until(pilot, lambda: "#wide #good for Monday" in screen_of(app))
        assert Store().details(runs[1]).run.label == Label("the wide one", "for Monday", ("wide", "good"))
        await keys(pilot, "n", "text:nothing of this", "escape")
        assert Store().details(runs[1]).run.label.name == "the wide one"


async def test_marked_runs_are_given_tags_at_once(runs):
    async with listing(7) as (app, pane, pilot):
        await choose(pilot, pane, "without pooling")
        await keys(pilot, "space", "space", "number_sign")
        assert "Add tags to 2 runs" in screen_of(app)
        await keys(pilot, "text:best-of", "enter")
        await until(pilot, lambda: "saved" in pane.status.message)
        assert Store().details(runs[3]).run.label.tags == ("homework", "night", "best-of")
        assert Store().details(runs[2]).run.label.tags == ("best-of",)


async def test_a_note_of_several_lines_is_left_as_it_is_unless_it_is_changed(home: Path, runs):
    Store().relabel(runs[0], Label("lenet, as it was", "first\nsecond"))
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "lenet, as it was")
        await keys(pilot, "N", "enter")
        assert not pane.status.message
        assert Store().details(runs[0]).run.label.note == "first\nsecond"


async def test_runs_are_deleted_and_taken_back_step_by_step(runs):
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "d")
        await until(pilot, lambda: len(pane.table.runs) == 6)
        assert pane.status.message == "ffnn 500 moved to the trash: z restores it"
        assert pane.table.chosen.name == "lenet, as it was", "the next one takes its place"
        await keys(pilot, "home", "space", "space", "delete")
        await until(pilot, lambda: len(pane.table.runs) == 4)
        assert "2 runs moved to the trash" in pane.status.message
        assert not pane.detail.runs or len(pane.detail.runs) == 1
        assert {run.id for run in Store().discarded()} == {runs[1], runs[4], runs[5]}
        await keys(pilot, "z")
        await until(pilot, lambda: len(pane.table.runs) == 6)
        await keys(pilot, "z")
        await until(pilot, lambda: names(pane) == NEWEST_FIRST)
        await keys(pilot, "z")
        assert "nothing has been deleted" in pane.status.message
        assert not Store().discarded()


async def test_a_damaged_run_can_be_thrown_away(runs):
    async with listing(7) as (_app, pane, pilot):
        await keys(pilot, "end", "d")
        await until(pilot, lambda: len(pane.table.runs) == 6)


async def test_what_somebody_else_took_back_holds_nothing_up(runs):
    async with listing(7) as (_app, pane, pilot):
        for left in (6, 5):
            await keys(pilot, "end", "up", "d")
            await until(pilot, lambda left=left: len(pane.table.runs) == left)
        last = Store().discarded()[-1].id
        Store().restore([last])
        await until(pilot, lambda: len(pane.table.runs) == 6)
        for _ in range(2):
            await keys(pilot, "z")
            await until(pilot, lambda: pane.status.message)
        await until(pilot, lambda: len(pane.table.runs) == 7)


async def test_what_was_said_is_gone_when_somebody_comes_back(runs):
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "r")
        assert "is finished" in pane.status.message
        await keys(pilot, "slash", "text:f")
        assert not pane.status.message
        await keys(pilot, "escape", "r")
        assert "is finished" in pane.status.message
        await keys(pilot, "1", "4")
        assert not pane.status.message


async def test_the_curves_are_those_of_the_run_that_is_chosen_when_they_come_back(runs):
    async with listing(7) as (app, pane, pilot):
        await choose(pilot, pane, "without pooling")  # four epochs
        await until(pilot, lambda: pane.detail.chart.chart and not pane.detail.busy)
        await choose(pilot, pane, "no validation")
        await until(pilot, lambda: not pane.detail.busy)
        shown = screen_of(app)
        await choose(pilot, pane, "without pooling")
        await until(pilot, lambda: not pane.detail.busy)
        assert screen_of(app) != shown
        await keys(pilot, "slash", "text:zzz")
        await keys(pilot, "escape")
        assert pane.table.chosen.name == "no validation"
        await until(pilot, lambda: screen_of(app) == shown)


async def test_what_a_newer_layerlab_wrote_is_left_alone(runs, home: Path):
    header = home / "runs" / runs[-1] / "run.json"
    header.write_text('{"format": 2}')
    async with listing(7) as (app, pane, pilot):
        await keys(pilot, "end")
        await until(pilot, lambda: "update LayerLab to use it" in screen_of(app))
        assert "\u2191 newer" in screen_of(app)
        assert "d moves it to the trash" not in screen_of(app)
        for key in ("d", "enter", "n", "x"):
            pane.say("")
            await keys(pilot, key)
            assert "written by a newer LayerLab" in pane.status.message
        assert len(pane.table.runs) == 7
    assert header.read_text() == '{"format": 2}'


async def test_what_has_gone_meanwhile_is_told(runs, home: Path):
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        folder = home / "runs" / runs[1]
        folder.rename(home / "elsewhere")
        await keys(pilot, "d")
        await until(pilot, lambda: "no such run" in pane.status.message)
        await until(pilot, lambda: "ffnn 500" not in names(pane))


async def test_text_from_people_reaches_the_terminal_without_escape_codes(home: Path):
    steering = "a\x1b[31mb\x07\u202e[bold]c"
    trained = replace(preset(epochs=2), name=steering)
    label = {"note": steering, "tags": (steering,)}
    for number in range(2):
        keep(home, f"{steering}{number}", trained, history(trained, 2, 1.0), number=number, message=steering, **label)
    async with listing(2, (80, 24)) as (app, pane, pilot):
        for size in ((80, 24), (200, 50)):
            await pilot.resize_terminal(*size)
            for pressed in (["c", "c"], ["a"], ["c"], ["c"], ["n"], ["escape"], ["d"]):
                await keys(pilot, *pressed)
                await until(pilot, lambda: not pane.workers._workers or True)
                shown = screen_of(app)
                assert not any(sign in shown for sign in "\x1b\x07\u202e")
            await until(pilot, lambda: one_line(steering)[:3] in screen_of(app) or not pane.table.runs)
            await keys(pilot, "z")
            await until(pilot, lambda: len(pane.table.runs) == 2)


async def test_wide_names_keep_the_columns_where_they_are(home: Path):
    trained = preset(epochs=2)
    for number, name in enumerate(("数字を読む回路網" * 4, "plain", "🧠 deep 🧠")):
        keep(home, name, trained, history(trained, 2, 1.0), number=number)
    async with listing(3, (80, 24)) as (app, _pane, _pilot):
        from rich.cells import cell_len

        rows = [line for line in lines_of(app) if "finished" in line][:3]
        assert len({cell_len(line[: line.index("finished")]) for line in rows}) == 1


async def test_the_tab_looks_only_while_it_is_open(runs, home: Path):
    async with opened("lenet-5") as (app, pilot):
        pane = app.runs_pane
        assert not pane.table.runs
        await keys(pilot, "4")
        await until(pilot, lambda: pane.known)
        await keys(pilot, "1")
        trained = preset(epochs=2)
        keep(home, "meanwhile", trained, history(trained, 2, 1.0), number=9)
        await keys(pilot, "down", "up")
        assert "meanwhile" not in names(pane)
        await keys(pilot, "4")
        await until(pilot, lambda: "meanwhile" in names(pane))


async def test_the_palette_offers_what_can_be_done_with_runs(runs):
    async with listing(7) as (app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "ctrl+p", "text:runs: delete")
        await until(pilot, lambda: "Move the marked runs" in screen_of(app))
        await keys(pilot, "enter")
        await until(pilot, lambda: "ffnn 500" not in names(pane))


async def test_help_tells_of_the_table_and_of_all_keys(runs):
    async with listing(7, (120, 120)) as (app, _pane, pilot):
        await keys(pilot, "question_mark")
        await until(pilot, lambda: "Move the marked runs" in screen_of(app))
        assert "Every run is saved" in screen_of(app)


async def test_the_wider_the_terminal_the_more_columns(runs):
    async with listing(7, (60, 18)) as (app, pane, pilot):
        for size in ((60, 18), (80, 24), (120, 36), (160, 40), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            columns, width = set(pane.table.columns), pane.table.size.width
            assert {"name", "state", "test", "best"} <= columns
            assert ({"epochs", "begun"} <= columns) == (width >= 74)
            assert ("params" in columns) == (width >= 90)
            head = next(line for line in lines_of(app) if "Name" in line and "State" in line)
            row = next(line for line in lines_of(app) if "interrupted" in line)
            assert row.index("\u2016 interrupted") == head.index("State")
            assert all(len(line) <= size[0] for line in lines_of(app))


async def test_a_run_that_never_took_a_step_is_folded_away_until_it_is_wanted(home: Path, runs):
    keep(home, "changed my mind", preset(), History(), "stopped", number=40, started=False)
    async with listing(7) as (app, pane, pilot):
        assert names(pane) == NEWEST_FIRST
        assert "7 runs, h shows 1 more" in screen_of(app)
        await keys(pilot, "h")
        assert names(pane)[0] == "changed my mind"
        assert "8 runs" in screen_of(app)
        await keys(pilot, "h", "slash", "text:mind", "enter")
        assert names(pane) == ["changed my mind"]


async def test_if_all_runs_are_folded_it_says_how_to_see_them(home: Path):
    keep(home, "changed my mind", preset(), History(), "stopped", started=False)
    async with listing(0) as (app, pane, pilot):
        await until(pilot, lambda: "No run took a step" in screen_of(app))
        await keys(pilot, "h")
        assert names(pane) == ["changed my mind"]


async def test_a_refusal_is_gone_with_what_it_speaks_of(runs):
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "r")
        assert "is finished" in pane.status.message
        await keys(pilot, "down")
        assert not pane.status.message, "another run is selected"
        await keys(pilot, "z")
        assert "nothing has been deleted" in pane.status.message
        await keys(pilot, "up")
        assert not pane.status.message


async def test_the_key_that_restores_is_gone_when_somebody_else_has_restored(runs):
    async with listing(7) as (_app, pane, pilot):
        await choose(pilot, pane, "ffnn 500")
        await keys(pilot, "d")
        await until(pilot, lambda: "z restores it" in pane.status.message)
        Store().restore([Store().discarded()[-1].id])
        await until(pilot, lambda: len(pane.table.runs) == 7)
        assert not pane.status.message
        await keys(pilot, "z")
        assert "nothing has been deleted" in pane.status.message
