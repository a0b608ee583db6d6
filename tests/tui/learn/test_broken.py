"""Broken networks: the diagnosis is silent until one has said what is wrong; hints and mistakes cost points."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from core import presets
from core.forecast.forecast import AccuracyRange, Forecast
from core.lessons.lesson_file import find_lessons, own_folder
from core.lessons.progress import Progress, load_progress, save_progress
from core.lessons.study import start
from core.network.layers import MaxPooling2D
from core.presets import Preset
from core.runs.folder import CHECKPOINT
from core.runs.forecast_file import FORECAST_FILE, encode
from core.runs.store import Store
from tests.tui import driving
from tests.tui.driving import check_golden, faint_texts, keys, opened, screen_of, themes_in_turn, until
from tests.tui.learn.test_pane import learning, shown
from tests.tui.runs.stored_runs import history, keep
from tests.tui.test_cli_runs import done
from tui.app import LayerLabApp
from tui.cli.commands.evaluate import SILENT as SILENT_COMMAND
from tui.runs.export_run import export_runs
from tui.screens.fix_preview import FixPreview
from tui.silence import SILENT
from tui.theme import DARK, LIGHT

ID = "broken/huge-loss"
OPEN, TRAIN, QUESTION, MEND, ALONE = range(5)
WARNING, FINDING, CODE = "inputs from 0 to 255", "inputs not scaled", "inputs-not-scaled"
LEAST = 3.0


def network(lesson: str = ID) -> Preset:
    """The broken network as it is once the lesson has opened it."""
    path = presets.SHIPPED / "lessons" / "broken" / "networks" / "huge-loss.toml"
    return replace(presets.load(path), lesson=lesson)


def lesson():
    return find_lessons([ID])[0]


def answered() -> Progress:
    return start(lesson(), Progress().with_shown(lesson(), QUESTION)).replied("3").progress


def at(index: int) -> None:
    """Let the next start be at this step."""
    save_progress(Progress().with_done(lesson(), OPEN).with_shown(lesson(), index))


@asynccontextmanager
async def started(preset: Preset) -> AsyncIterator[LayerLabApp]:
    """The app that is started with ``preset``."""
    app = LayerLabApp(preset)
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        yield app


async def test_the_diagnosis_is_silent_until_the_question_is_answered(home: Path) -> None:
    at(OPEN)
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        assert view.study.lesson.id == ID
        await keys(pilot, "f4")
        await until(pilot, lambda: app.tab == "build" and app.preset.lesson == ID)
        assert app.silenced == {ID}
        assert SILENT in shown(app)
        assert WARNING not in shown(app)
        assert not app.build_pane.problems
        await keys(pilot, "down", "down", "D", "f")
        assert not isinstance(app.screen, FixPreview)
        assert SILENT in shown(app), "an edit is still of it"
        assert app.documents.path is None, "it is not saved over the file of the lesson"

        await keys(pilot, "t")
        await until(pilot, lambda: driving.sessions)
        driving.sessions[-1].allow(1_000)
        await until(pilot, lambda: app.train_pane.history.ended and app.train_pane.state == "idle")
        assert SILENT in shown(app)
        await keys(pilot, "3", "f")
        await until(pilot, lambda: SILENT in shown(app))
        assert FINDING not in shown(app)

        await keys(pilot, "5", "down", "down")
        await until(pilot, lambda: view.study.index == QUESTION and app.focused is view.view.reply)
        await keys(pilot, "text:3", "enter")
        await until(pilot, lambda: not app.silenced)
        await keys(pilot, "escape", "3")
        await until(pilot, lambda: FINDING in shown(app))
        await keys(pilot, "1")
        await until(pilot, lambda: WARNING in shown(app))
        assert SILENT not in shown(app)
        await keys(pilot, "2")
        await until(pilot, lambda: SILENT not in shown(app))


async def test_a_prediction_that_failed_is_not_explained_until_then(home: Path) -> None:
    own_folder().mkdir(parents=True)
    step = '[[step]]\nforecast = true\ntrain = "epochs >= 4"\n'
    (own_folder() / "mine.toml").write_text(f'title = "Mine"\norder = -1\n{step}')
    trained = replace(network(), plan=replace(network().plan, epochs=4))
    run = keep(home, "mine", trained, history(trained, 4, 0.5))
    wrong = Forecast("stays", "stays", AccuracyRange(0.98, 1.0), 4, True)
    (home / "runs" / run / FORECAST_FILE).write_bytes(encode(wrong))
    (mine,) = find_lessons(["own/mine"])
    save_progress(Progress().with_shown(mine, 0))
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        await until(pilot, lambda: view.study.is_done)
        said = view.view.wanted.content.plain
        assert "Predicted: the loss stays at that of guessing. Instead the loss falls" in said
        assert "The gradients reached every layer" not in said
        assert not view.study.predicted.explanations
        save_progress(answered())
        view.study = replace(view.study, progress=load_progress())
        await keys(pilot, "4", "5")
        await until(pilot, lambda: view.study.predicted.explanations)
        assert "The gradients reached every layer" in view.view.wanted.content.plain


async def test_what_cannot_be_built_is_told_without_its_fix(home: Path) -> None:
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        broken = network()
        pooled = broken.architecture.insert(1, MaxPooling2D((40, 40)))
        app.documents.open_document(replace(broken, architecture=pooled), None)
        await until(pilot, lambda: app.build_pane.problems)
        (problem,) = app.build_pane.problems
        assert problem.severity == "error"
        assert "(!) layer 1: MaxPooling2D 40×40 does not fit" in shown(app)
        assert "f:" not in shown(app)
        assert not app.build_pane.check_action("fix", ())
        save_progress(answered())
        app.silence.look()
        await until(pilot, lambda: "f:" in shown(app))
        assert app.build_pane.check_action("fix", ())


async def test_after_a_restart_it_depends_on_what_is_kept(home: Path) -> None:
    async with started(network()) as app:
        assert app.silenced == {ID}
    async with started(network("broken/none")) as app:
        assert not app.silenced, "there is no such lesson"
    async with started(network("")) as app:
        assert not app.silenced
        assert app.build_pane.problems
    save_progress(answered())
    async with started(network()) as app:
        assert not app.silenced
        assert app.build_pane.problems


async def test_another_network_is_diagnosed_meanwhile(home: Path) -> None:
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        app.documents.open_document(network(), None)
        await until(pilot, lambda: app.silenced)
        app.documents.open_document(network(""), None)
        await until(pilot, lambda: WARNING in shown(app))
        assert SILENT not in shown(app)


async def test_a_saved_run_of_it_is_silent_too(home: Path) -> None:
    keep(home, "mine", network(), history(network(), 2, 0.5))
    (run,) = Store().refresh()
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        await keys(pilot, "4")
        await until(pilot, lambda: "mine" in screen_of(app))
        app.runs.inspect(run, "last")
        await until(pilot, lambda: app.tab == "inspect")
        await keys(pilot, "f")
        await until(pilot, lambda: SILENT in shown(app))
        assert FINDING not in shown(app)


def test_a_report_of_it_has_no_findings_until_then(home: Path, tmp_path: Path) -> None:
    keep(home, "mine", network(), history(network(), 0, 0.5))
    (run,) = Store().refresh()
    (Store().path(run.id) / CHECKPOINT).unlink()  # so that nothing has to be evaluated

    def report(folder: str) -> str:
        (tmp_path / folder).mkdir()
        (path,) = export_runs(Store(), [run], "report markdown", tmp_path / folder, force=False)
        return path.read_text(encoding="utf-8")

    assert "Findings" not in report("before")
    save_progress(answered())
    assert "Findings" in report("after")


def test_nor_has_what_the_command_line_says_of_it(home: Path, tmp_path: Path) -> None:
    keep(home, "mine", network(), history(network(), 0, 0.5))
    (run,) = Store().refresh()
    (Store().path(run.id) / CHECKPOINT).unlink()  # so that nothing has to be evaluated

    def told(name: str) -> tuple[str, list[dict], str]:
        written = tmp_path / f"{name}.md"
        done("report", run.key, "--out", str(written))
        read = [json.loads(line) for line in done("evaluate", run.key, "--json").splitlines()]
        return done("evaluate", run.key), read, written.read_text(encoding="utf-8")

    text, read, report = told("before")
    assert SILENT_COMMAND in text
    assert read == []
    assert not any(CODE in each or "Findings" in each for each in (text, report))
    assert "Findings" not in done("export", run.key, "--to", "report", "--out", "-")
    save_progress(answered())
    text, (read,), report = told("after")
    assert SILENT_COMMAND not in text
    assert CODE in text
    assert read["findings"]
    assert "Findings" in report
    assert "Findings" in done("export", run.key, "--to", "report", "--out", "-")


async def test_hints_and_mistakes_cost_and_the_points_are_shown(home: Path) -> None:
    at(QUESTION)
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        await until(pilot, lambda: app.focused is view.view.reply)
        assert "10 of 10 points left" in shown(app)
        assert "10 points for finding it at once: a wrong answer" in shown(app)
        assert "F3 gives a hint for 2 points" in shown(app)
        await keys(pilot, "f3")
        await until(pilot, lambda: "Hint 1: A network that knows nothing" in shown(app))
        assert "8 of 10 points left" in shown(app)
        await keys(pilot, "text:1", "enter")
        await until(pilot, lambda: "5 of 10 points left" in shown(app))
        await keys(pilot, "f3", "f3", "f3")
        await until(pilot, lambda: "3 of 10 points left" in shown(app))
        assert "F3" not in shown(app), "there is no other"
        await keys(pilot, "backspace", "text:3", "enter")
        await until(pilot, lambda: "Right: The pixels are not scaled" in shown(app))
        assert "3/10" in shown(app)
        assert "3 of 130 points" in shown(app)
        await keys(pilot, "down", "down")
        await until(pilot, lambda: view.study.index == ALONE)
        await keys(pilot, "f2", "enter")
        await until(pilot, lambda: app.focused is view.listing)
    kept = json.loads((home / "lessons.json").read_text())
    assert kept["attempts"][ID] == {"wrong": [0], "hints": [QUESTION, QUESTION], "shown": False}


async def test_showing_the_answer_costs_all_and_lets_the_diagnosis_speak(home: Path) -> None:
    at(QUESTION)
    async with opened("ffnn-10", (80, 24)) as (app, pilot):
        app.documents.open_document(network(), None)
        view = await learning(app, pilot)
        await until(pilot, lambda: app.focused is view.view.reply)
        assert app.silenced
        await keys(pilot, "f2")
        await until(pilot, lambda: "0 of 10 points" in shown(app))
        assert not app.silenced
        await keys(pilot, "enter")
        await until(pilot, lambda: view.study.index == MEND)
        await until(pilot, lambda: "F3 gives a hint, " in shown(app))


async def test_a_lesson_that_is_done_says_its_points(home: Path) -> None:
    progress = answered()
    for index in (OPEN, TRAIN, MEND):
        progress = progress.with_done(lesson(), index)
    save_progress(progress.with_shown(lesson(), ALONE))
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        await until(pilot, lambda: app.focused is view.view.reply)
        await keys(pilot, "text:2", "enter", "enter")
        await until(pilot, lambda: "Broken: a huge loss: done, 10 of 10 points" in shown(app))


SCENES = {
    "broken-question": ([], "10 points for finding it at once"),
    "broken-hint": (["f3", "text:2", "enter"], "Hint 1"),
    "broken-list": (["f2", "escape"], "0/10"),
}


async def test_the_screen_is_as_it_was_last_looked_at(update: bool, home: Path) -> None:
    at(QUESTION)
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        await until(pilot, lambda: app.focused is view.view.reply)
        for scene, (pressed, text) in SCENES.items():
            await keys(pilot, *pressed)
            await until(pilot, lambda text=text: text in shown(app))
            for size in driving.SIZES:
                await pilot.resize_terminal(*size)
                for theme in themes_in_turn(app, LIGHT, DARK):
                    app.theme = theme.name
                    await pilot.pause()
                    assert not faint_texts(app, LEAST), (scene, size, theme.name)
                    if theme is DARK:
                        check_golden(app, f"{scene}-{size[0]}x{size[1]}", update=update)
            await pilot.resize_terminal(120, 36)
