"""The Learn tab: a lesson from its first step to its last, with real keys."""

import json
from pathlib import Path

import pytest

from core.forecast.forecast import AccuracyRange, Forecast
from core.lessons.lesson_file import own_folder
from core.lessons.progress import load_progress, save_progress
from core.runs.forecast_file import FORECAST_FILE, encode
from tests.tui.driving import keys, opened, screen_of, until
from tests.tui.runs.stored_runs import history, keep, preset
from tui.screens.data import DataPage
from tui.screens.exercises import Exercises
from tui.train.forecast_page import ForecastPage

FIRST = """
title = "A first look"
goals = ["Find your way around"]
[[step]]
title = "Read"
text = '''
A size of 28x28x1 in
[b]one[/b] paragraph.

    (W - F)/S + 1
'''
[[step]]
open = "lenet-5"
[[step]]
predict = "layers[1].output"
[[step]]
question = "Which vanish?"
options = ["gradients", "weights"]
answer = "gradients"
why = "The slope of a sigmoid is at most 0.25."
[[step.mistake]]
answer = "weights"
feedback = "They stay as they are."
[[step]]
question = "Why?"
why = "Because of the product."
[[step]]
build = ["params == 7960", "layers[2].units == 10"]
preset = "ffnn-10"
[[step]]
train = ["epochs >= 2", "test_accuracy >= 0.5"]
[[step]]
look = "data"
[[step]]
practise = "padding"
"""
SECOND = 'title = "Another one"\norder = 9\n[[step]]\ntext = "The end."\n'
READ, OPEN, PREDICT, OPTIONS, THINK, BUILD, TRAIN, LOOK, PRACTISE = range(9)


@pytest.fixture
def lessons(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two lessons, in place of those that come with LayerLab."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    (folder / "first.toml").write_text(FIRST)
    (folder / "second.toml").write_text(SECOND)
    monkeypatch.setattr("core.lessons.lesson_file.SHIPPED", folder)
    return folder


async def learning(app, pilot):
    """Open the tab; gives what shows the lessons."""
    await keys(pilot, "5")
    await until(pilot, lambda: app.learn_pane.lessons is not None and app.learn_pane.lessons.is_mounted)
    await until(pilot, lambda: app.focused is not None and app.learn_pane in app.focused.ancestors)
    return app.learn_pane.lessons


def shown(app) -> str:
    """The screen without line breaks and frames."""
    return " ".join(" ".join(screen_of(app).replace("│", " ").replace("║", " ").split()).split())


async def at(pilot, view, index: int) -> None:
    await until(pilot, lambda: view.study.index == index)


async def test_from_the_first_step_to_the_last(lessons: Path, home: Path) -> None:
    async with opened("ffnn-500", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        assert app.focused is view.listing
        assert "You will know:" in shown(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.focused is view.view)
        assert "A size of 28×28×1 in [b]one[/b] paragraph." in shown(app)

        await keys(pilot, "enter")
        await at(pilot, view, OPEN)
        assert "Opens lenet-5 on the Build tab." in shown(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.tab == "build" and app.preset.name == "LeNet-5")
        await keys(pilot, "5")
        await until(pilot, lambda: app.focused is view.view)
        assert "step 2 of 9 ✓" in shown(app)
        await predict_and_answer(app, pilot, view)
        await build_and_train(app, pilot, view, home)
        await look_and_practise(app, pilot, view)
    assert json.loads((home / "lessons.json").read_text())["done"]["first"] == list(range(9))


async def predict_and_answer(app, pilot, view) -> None:
    """From a prediction to a question to think about."""
    await keys(pilot, "down")
    await until(pilot, lambda: app.focused is view.view.reply)
    await keys(pilot, "text:24x24x6", "enter")
    assert "✗ The padding is left out" in shown(app)
    await keys(pilot, *["backspace"] * 7, "text:(None, 28, 28, 6)", "enter")
    await until(pilot, lambda: "✓ 28×28×6 is right." in shown(app))
    await keys(pilot, "enter")

    await at(pilot, view, OPTIONS)
    assert view.view.reply.value == ""
    await keys(pilot, "text:2", "enter")
    assert "✗ They stay as they are. Try again." in shown(app)
    await keys(pilot, "backspace", "text:7", "enter")
    assert "! type the number of an option, 1 to 2" in shown(app)
    await keys(pilot, "f2")
    assert "This is the answer. 1 gradients The slope of a sigmoid is at most 0.25." in shown(app)
    await keys(pilot, "enter")

    await at(pilot, view, THINK)
    await keys(pilot, "enter")
    assert "Compare it with this. Because of the product." in shown(app)
    await keys(pilot, "enter")


async def build_and_train(app, pilot, view, home: Path) -> None:
    """What is met is seen on coming back."""
    await at(pilot, view, BUILD)
    await until(pilot, lambda: "✗ params now: 61,706" in shown(app))
    await keys(pilot, "f2")
    assert "✗ params == 7960 now: 61,706" in shown(app)
    await keys(pilot, "f4")
    await until(pilot, lambda: app.tab == "build" and app.preset.name == "FFNN 784-10-10")
    await keys(pilot, "5")
    await until(pilot, lambda: "✓ params == 7960" in shown(app) and view.study.is_done)
    await keys(pilot, "enter")

    await at(pilot, view, TRAIN)
    assert "train it (t) and come back (5)" in shown(app)
    await keys(pilot, "1")
    trained = preset("ffnn-10", epochs=2)
    keep(home, "mine", trained, history(trained, 2, 0.5))
    await keys(pilot, "5")
    await until(pilot, lambda: view.study.is_done)
    assert "✓ test_accuracy >= 0.5" in shown(app)
    await keys(pilot, "enter")


async def test_a_training_is_predicted_before_it_is_done(lessons: Path, home: Path) -> None:
    (lessons / "first.toml").write_text(
        '[[step]]\npreset = "ffnn-10"\nforecast = true\ntrain = ["params == 7960", "epochs >= 2"]\n'
    )
    async with opened("lenet-5", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.focused is view.view)
        assert "- predicted before it is trained" in shown(app)
        await keys(pilot, "enter")
        await until(pilot, lambda: app.tab == "build" and app.preset.name == "FFNN 784-10-10")
        await keys(pilot, "5", "enter")
        await until(pilot, lambda: isinstance(app.screen, ForecastPage))
        assert app.tab == "train"
        await keys(pilot, "escape")
        trained = preset("ffnn-10", epochs=2)
        keep(home, "mine", trained, history(trained, 2, 0.5))
        await keys(pilot, "5")
        await until(pilot, lambda: "✓ params == 7960" in shown(app))
        assert not view.study.is_done, "it was not predicted"
        made = Forecast("rises", "together", AccuracyRange(0.8, 0.9), 2, True)
        folder = home / "runs" / keep(home, "again", trained, history(trained, 2, 0.5), number=1)
        (folder / FORECAST_FILE).write_bytes(encode(made))
        await keys(pilot, "4", "5")
        await until(pilot, lambda: view.study.is_done)
        assert "✓ predicted: 80% to 90% validation accuracy, loss: both fall together" in shown(app)
        said = view.view.wanted.content.plain
        assert "✓ The validation accuracy after 2 epochs, 80.41%, is within 80% to 90%." in said


async def look_and_practise(app, pilot, view) -> None:
    """To the end of the lesson."""
    await at(pilot, view, LOOK)
    await keys(pilot, "enter")
    await until(pilot, lambda: isinstance(app.screen, DataPage))
    await keys(pilot, "escape")
    await until(pilot, lambda: not isinstance(app.screen, DataPage))
    assert "enter goes on to the next step; F4 goes there again" in shown(app)
    await keys(pilot, "f4")
    await until(pilot, lambda: isinstance(app.screen, DataPage))
    await keys(pilot, "escape")
    await until(pilot, lambda: not isinstance(app.screen, DataPage))
    await keys(pilot, "enter")

    await at(pilot, view, PRACTISE)
    await keys(pilot, "enter")
    await until(pilot, lambda: isinstance(app.screen, Exercises))
    assert app.screen.practice.exercise.topic == "padding"
    await keys(pilot, "escape", "enter")
    await until(pilot, lambda: app.focused is view.listing)
    assert "✓ A first look: done" in shown(app)
    assert view.study.progress.is_done(view.study.lesson)


async def test_one_goes_on_where_one_was_and_sees_how_far_one_has_come(lessons: Path, home: Path) -> None:
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        await keys(pilot, "enter", "enter", "down", "up", "down")
        await at(pilot, view, PREDICT)
        await keys(pilot, "escape")
        await until(pilot, lambda: app.focused is view.listing)
        await keys(pilot, "down")
        await until(pilot, lambda: view.study.lesson.title == "Another one")
        assert "The end." in shown(app)
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        assert view.study.lesson.title == "Another one", "the one that was shown last"
        await keys(pilot, "up", "enter")
        await until(pilot, lambda: app.focused is view.view.reply)
        assert (view.study.lesson.title, view.study.index) == ("A first look", PREDICT)
        assert "• A first look 1/9" in shown(app)
        await keys(pilot, "f2")
        assert "This is the answer." in shown(app)
        await keys(pilot, "up", "up", "up")
        await until(pilot, lambda: view.study.index == READ)
        assert "F4 Open" not in screen_of(app), "it is about no network"
        assert "F2 Answer" not in screen_of(app)
        await keys(pilot, "f2", "f4")
        assert app.tab == "learn"


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
async def test_on_a_narrow_screen_there_are_the_lessons_or_the_step(lessons: Path, size: tuple[int, int]) -> None:
    async with opened("ffnn-10", size) as (app, pilot):
        view = await learning(app, pilot)
        assert "A first look" in shown(app)
        assert not view.view.display
        await keys(pilot, "enter")
        await until(pilot, lambda: view.view.has_focus_within)
        assert "enter goes on to the next step" in shown(app)
        assert not view.listing.parent.display
        await keys(pilot, "pagedown", "pageup", "escape")
        await until(pilot, lambda: view.listing.has_focus)
        assert not view.view.display


async def test_what_cannot_be_read_is_told_and_the_others_are_there(lessons: Path, home: Path) -> None:
    own_folder().mkdir(parents=True)
    (own_folder() / "broken.toml").write_text("step = 3")
    (own_folder() / "steering.toml").write_text('title = "\\u001b[31mEvil"\n[[step]]\ntext = "\\u202e[red]x"\n')
    (home / "lessons.json").write_text("{")
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        await learning(app, pilot)
        assert "broken.toml: step: expected one" in shown(app)
        assert "\\x1b[31mEvil" in shown(app)
        await keys(pilot, "down", "down")
        await until(pilot, lambda: "\\u202e[red]x" in shown(app))


async def test_what_another_app_has_done_meanwhile_stays_done(lessons: Path, home: Path) -> None:
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        elsewhere = view.study.progress.with_done(view.study.lesson, PREDICT).with_done(view.study.lesson, OPEN)
        save_progress(elsewhere, view.study.progress)
        await keys(pilot, "down")
        await until(pilot, lambda: view.study.lesson.title == "Another one")
        assert load_progress().done["first"] == (OPEN, PREDICT)
        assert "• A first look 2/9" in shown(app)


async def test_a_damaged_record_is_said_and_kept(lessons: Path, home: Path) -> None:
    home.mkdir(exist_ok=True)
    (home / "lessons.json").write_text('{"done": {"first": [0')
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        view = await learning(app, pilot)
        assert "lessons.json is damaged: it was moved to lessons-damaged.json" in shown(app)
        await keys(pilot, "enter", "enter")
        await at(pilot, view, OPEN)
        (home / "lessons.json").write_text("[")
        await keys(pilot, "down")
        await until(pilot, lambda: "it was moved to lessons-damaged1.json" in shown(app))
    assert (home / "lessons-damaged.json").read_text() == '{"done": {"first": [0'
    assert load_progress().done["first"] == (READ,), "what this app knows is written anew"


async def test_without_lessons_it_is_said_what_to_do(lessons: Path) -> None:
    for path in lessons.iterdir():
        path.unlink()
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        await keys(pilot, "5")
        await until(pilot, lambda: "There are no lessons: put some into the folder lessons" in shown(app))


async def test_a_progress_that_cannot_be_kept_is_told(lessons: Path, home: Path) -> None:
    (home / "lessons.json").mkdir(parents=True)
    async with opened("ffnn-10", (120, 36)) as (app, pilot):
        await learning(app, pilot)
        await keys(pilot, "enter", "enter")
        await until(pilot, lambda: "how far you have come is not kept: " in shown(app))
