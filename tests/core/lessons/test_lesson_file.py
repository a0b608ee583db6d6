"""Lessons as files: what is read, and what is refused with file, step and field."""

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import presets
from core.lessons.lesson import Ask, Check, Look, Open, Practise, Predict
from core.lessons.lesson_file import LessonError, find_lessons, find_preset, listed, load, loads, own_folder

WHOLE = """
title = "Convolutions"
order = 3
goals = ["Count"]
[[step]]
title = "Read"
text = '''
First.

    4 x 4
'''
[[step]]
open = "lenet-5"
[[step]]
predict = "layers[1].output"
[[step]]
question = "How many?"
answer = 156
why = "6*(25 + 1)"
[[step.mistake]]
answer = 150
feedback = "Biases too."
[[step]]
question = "Which?"
options = ["this", "that"]
answer = "that"
why = "Because."
[[step]]
question = "How much?"
answer = 0.25
tolerance = 0.01
why = "A quarter."
[[step]]
question = "Why?"
why = "So."
[[step]]
preset = "ffnn-10"
build = ["params == 7960", "layers[2].units == 10"]
[[step]]
train = "test_accuracy >= 0.9"
forecast = true
[[step]]
look = "inspect"
[[step]]
practise = "conv-shapes"
"""


CHOICE = "question = 'a'\noptions = ['x', 'y']\nanswer = 'x'\nwhy = 'c'\n"


def lesson(text, folder=Path()):
    return loads(text, "mine.toml", folder)


def refused(text, folder=Path()):
    with pytest.raises(LessonError) as told:
        lesson(text, folder)
    message = str(told.value)
    assert message.startswith("mine.toml: ")
    assert "\n" not in message
    return message


def step(text):
    return f'title = "A"\n[[step]]\n{text}'


def test_every_kind_of_step_is_read():
    found = lesson(WHOLE)
    assert (found.id, found.title, found.order, found.goals) == ("mine", "Convolutions", 3, ("Count",))
    kinds = [type(each.task) for each in found.steps]
    assert kinds == [type(None), Open, Predict, Ask, Ask, Ask, Ask, Check, Check, Look, Practise]
    assert found.steps[0].text == "First.\n\n    4 x 4"
    assert found.steps[2].task.exercise.answer == (28, 28, 6)
    assert found.steps[3].task.mistakes[0].answer == 150
    assert [each.task.forecast for each in found.steps[7:9]] == [False, True]
    assert [each.of for each in (found.steps[7].task, found.steps[8].task)] == ["network", "run"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "step: expected one to 100 [[step]] tables"),
        ("step = 3", "step: expected one to 100 [[step]] tables"),
        ("titel = 'A'\n[[step]]\ntext = 'a'", "titel: a lesson has no such key; did you mean title?"),
        ("order = 'x'\n[[step]]\ntext = 'a'", "order: expected a whole number"),
        (step(""), "step 1: has neither text nor one of open, question"),
        (step("txt = 'a'"), "step 1.txt: a step has no such key"),
        (step("open = 'lenet-5'\nlook = 'train'"), "step 1: wants open and look: make them two steps"),
        (step("open = 'lenet-55'"), "step 1.open: "),
        (step("open = 3"), "step 1.open: expected a text"),
        (step("look = 'trian'"), "step 1.look: there is no 'trian'; did you mean train?"),
        (step("practise = 'shapes'"), "step 1.practise: there is no 'shapes'"),
        (step("predict = 'params'"), "step 1.predict: of which network?"),
        (
            step("preset = 'lenet-5'\npredict = 'layers[99].output'"),
            "step 1.predict: 'layers[99].output': the network",
        ),
        (step("preset = 'lenet-5'\npredict = 'layer'"), "step 1.predict: 'layer': expected for instance"),
        (step("preset = 'nothing'\ntext = 'a'"), "step 1.preset: "),
        (step("build = 'parms == 3'"), "step 1.build: there is no 'parms'; did you mean params?"),
        (step("build = 'epochs == 3'"), "step 1.build: epochs is known once it is trained: use train"),
        (step("train = 'answer'"), "step 1.train: an answer is asked for by question"),
        (step("train = 'epochs >= 1'\nforecast = 3"), "step 1.forecast: expected true or false"),
        (step("build = 'params == 1'\nforecast = true"), "step 1.forecast: only a train step has it"),
        (step("text = 'a'\nforecast = true"), "step 1.forecast: only a train step has it"),
        (step("train = []"), "step 1.train: expected one to 20 checks"),
        (step("question = 'a'\nanswer = 3"), "step 1.why: is missing"),
        (step("question = 'a'\nanswer = 'b'\nwhy = 'c'"), "step 1.answer: expected a number or a shape"),
        (step("question = 'a'\nanswer = 0.5\nwhy = 'c'"), "step 1.tolerance: is missing"),
        (step("question = 'a'\noptions = ['x', 'y']\nwhy = 'c'"), "step 1.answer: is missing"),
        (step("question = 'a'\noptions = ['x']\nanswer = 'x'\nwhy = 'c'"), "step 1.options: expected two"),
        (
            step("question = 'a'\noptions = ['x', 'y']\nanswer = 'z'\nwhy = 'c'"),
            "step 1.answer: 'z' is none of the options",
        ),
        (
            step("question = 'a'\nanswer = 3\nwhy = 'c'\n[[step.mistake]]\nanswer = 3\nfeedback = 'f'"),
            "step 1.mistake 1.answer: is the right one",
        ),
        *(
            (
                step(f"question = 'a'\nanswer = {answer}\ntolerance = 1\nwhy = 'c'"),
                f"step 1.answer: nobody can type {why}",
            )
            for answer, why in (
                ("[28, 0]", "28x0: not understood: type two sizes"),
                ("[-1]", "-1: not understood: type a whole number"),
                ("1_000_000_000_000_000", "1000000000000000: not understood: type a whole number"),
                ("inf", "inf: not understood: type a number"),
                ("nan", "nan: not understood: type a number"),
                ("1e300", "1e+300: not understood: type a number"),
            )
        ),
        *(
            (
                step(f"question = 'a'\nanswer = 0.5\ntolerance = {most}\nwhy = 'c'"),
                "step 1.tolerance: expected a number",
            )
            for most in ("inf", "nan", "-1", "true")
        ),
        *(
            (
                step(
                    f"question = 'a'\nanswer = {right}\nwhy = 'c'\n[[step.mistake]]\nanswer = {wrong}\nfeedback = 'f'"
                ),
                "step 1.mistake 1.answer: nobody can type",
            )
            for right, wrong in (("3", "0.5"), ("3", "[3, 3]"), ("[3, 3]", "[3, 3, 3]"), ("[3, 3]", "9"))
        ),
        (step("text = 'a'\nanswer = 3"), "step 1.answer: only a question has it"),
        (step("text = 'a'\nhints = ['b']"), "step 1.hints: only what is asked, predicted, built or trained has them"),
        (step("train = 'epochs > 1'\nhints = 'b'"), "step 1.hints: expected a list of texts"),
        (step("train = 'epochs > 1'\nhints = ['']"), "step 1.hints: expected a list of texts"),
        (step("train = 'epochs > 1'\nhints = ['a', 'b', 'c', 'd', 'e', 'f']"), "step 1.hints: expected at most 5"),
        (step("text = 'a'\npoints = 3"), "step 1.points: only a question has it"),
        (step("question = 'a'\nwhy = 'c'\npoints = 3"), "step 1.points: only a question with options has them"),
        (step(f"{CHOICE}points = 0"), "step 1.points: expected a whole number from 1 to 100"),
        (step(f"{CHOICE}points = true"), "step 1.points: expected a whole number"),
        (step(f"{CHOICE}points = 3\n[[step]]\n{CHOICE}points = 3"), "step 2.points: one question of a lesson has"),
        ("title = 'a", "not a TOML file"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, why):
    assert why in refused(text)


def test_the_lesson_of_the_readme_is_one():
    readme = (presets.SHIPPED.parent / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"```toml\n(title = [^`]*?\[\[step\]\].*?)```", readme, re.DOTALL)
    assert {type(each.task) for each in lesson(text).steps} == {type(None), Open, Predict, Ask, Check, Look, Practise}


@pytest.mark.parametrize(
    ("field", "answer"),
    [
        ("output", (10,)),
        ("params", 61_706),
        ("weights", 61_470),
        ("biases", 236),
        ("statistics", 0),
        ("multiply_adds", 416_520),
        ("layers[2].params", 0),
        ("layers[3].weights", 2_400),
    ],
)
def test_everything_that_can_be_computed_can_be_predicted(field, answer):
    found = lesson(step(f"preset = 'lenet-5'\npredict = '{field}'"))
    assert found.steps[0].task.exercise.answer == answer


def test_a_preset_beside_the_lesson_is_found(tmp_path):
    mine = presets.load(presets.find("ffnn-10"))
    presets.save(mine, tmp_path / "mine.toml")
    found = lesson(step("open = 'mine.toml'\n[[step]]\npredict = 'params'"), tmp_path)
    assert found.steps[1].task.exercise.answer == 7960
    assert find_preset("mine.toml", tmp_path) == tmp_path / "mine.toml"
    assert "step 1.open: " in refused(step("open = 'none.toml'"), tmp_path)


def test_own_lessons_come_last_and_broken_ones_are_told(home):
    own_folder().mkdir(parents=True)
    (own_folder() / "mine.toml").write_text('title = "Mine"\n[[step]]\ntext = "a"\n')
    (own_folder() / "broken.toml").write_text("step = 3")
    presets.save(presets.load(presets.find("ffnn-10")), own_folder() / "preset.toml")
    lessons, problems = listed()
    assert lessons[-1].id == "own/mine"
    assert lessons[-1].title == "Mine"
    assert lessons[-1].own
    assert not any(each.own for each in lessons[:-1])
    assert [str(each).partition(":")[0] for each in problems] == ["broken.toml"]
    assert load(own_folder() / "mine.toml").title == "Mine"


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="file names are Unicode there")
def test_a_lesson_whose_id_cannot_be_written_is_not_offered(home):
    own_folder().mkdir(parents=True)
    for name in (b"\xdcbung.toml", "Übung.toml".encode()):
        (own_folder() / os.fsdecode(name)).write_text('[[step]]\ntext = "a"\n')
    lessons, problems = listed()
    assert [each.id for each in lessons if each.own] == ["own/Übung"]
    assert [str(each) for each in problems] == ["'\\udcdcbung.toml': its name is not UTF-8: rename the file"]
    assert not find_lessons(["own/\udcdcbung"])


def test_broken_networks_come_after_lessons_and_are_found_by_their_id(home):
    lessons, problems = listed()
    assert not problems
    assert [bool(each.points) for each in lessons] == sorted(bool(each.points) for each in lessons)
    scored = next(each for each in lessons if each.points)
    assert scored.id.startswith("broken/")
    assert [each.id for each in find_lessons((scored.id, "broken/../training", "training", ""))] == [
        "training",
        scored.id,
    ]


@given(st.text(max_size=200), st.sampled_from(["", WHOLE, step("text = 'a'\n")]))
def test_any_text_is_a_lesson_or_a_line(text, before):
    with suppress(LessonError):
        lesson(before + text)
