"""Exercises: every one has the core's answer, the way to it, and mistakes that give other answers."""

import re
from itertools import islice
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import presets
from core.json_output import summary_report
from core.learn.exercise import GRADES, TOPICS, Answer, Exercise, Topic, show_answer
from core.learn.sheet import MOST_DIGITS, exercises, sheet
from core.network.layers import Layer
from core.network.summary import summarize
from core.strict_json import to_json

seeds = st.integers(0, 2**31 - 1)
CELLS = [(topic, grade) for topic in TOPICS for grade in GRADES]
CORE = re.compile(r".* = (?P<computed>[^=]+) = (?P<value>\d+)")


def some(topic: Topic, grade: int, seed: int, count: int = 12) -> list[Exercise]:
    return list(islice(exercises(topic, grade, seed), count))


def by_summary(exercise: Exercise) -> Answer:
    """The answer, looked up in the JSON of `layerlab summary` as `Asked` says."""
    preset = presets.loads(exercise.preset, "exercise.toml")
    report = summary_report(preset, summarize(preset.architecture))
    asked = exercise.asked
    if asked.layer is None:
        return int(getattr(report.totals, asked.what))
    (layer,) = [each for each in report.layers if each.index == asked.layer]
    answer: Answer = getattr(layer, asked.what)
    return answer


@pytest.mark.parametrize(("topic", "grade"), CELLS)
def test_an_exercise_is_sound(topic: Topic, grade: int) -> None:
    @settings(max_examples=5)
    @given(seeds)
    def check(seed: int) -> None:
        for exercise in some(topic, grade, seed):
            _check(exercise)
            assert (exercise.topic, exercise.grade) == (topic, grade)

    check()


def _check(exercise: Exercise) -> None:
    right = exercise.answer
    assert by_summary(exercise) == right
    assert not summarize(presets.loads(exercise.preset, "").architecture).errors
    assert exercise.text.isascii()
    assert exercise.text.endswith("?")
    assert show_answer(right) not in re.findall(r"\d+" if isinstance(right, int) else r"\d+(?:x\d+)*", exercise.text)
    assert exercise.steps[-1].endswith(f"= {show_answer(right)}")
    numbers = [right] if isinstance(right, int) else right
    assert min(numbers) > 0
    shown = re.findall(r"\d+", f"{exercise.text} {exercise.steps} {numbers}")
    assert max(map(len, shown)) <= MOST_DIGITS[exercise.grade]
    wrong = [known.answer for known in exercise.misconceptions]
    assert 2 <= len(wrong) == len(set(wrong))
    assert right not in wrong
    assert all(isinstance(each, int) == isinstance(right, int) for each in wrong)
    assert all(known.feedback.endswith(".") for known in exercise.misconceptions)


@settings(max_examples=30)
@given(st.sampled_from(CELLS), seeds)
def test_the_steps_compute_what_they_say(cell: tuple[Topic, int], seed: int) -> None:
    for exercise in some(*cell, seed, 2):
        for step in exercise.steps:
            found = CORE.fullmatch(step)
            if found and re.search(r"\d", found["computed"]):
                assert eval(found["computed"], {}, _ROUNDING) == int(found["value"]), step  # noqa: S307  # of the core


_ROUNDING = {"floor": lambda number: int(number // 1), "ceil": lambda number: -int(-number // 1), "max": max}


@settings(max_examples=30)
@given(st.sampled_from(CELLS), seeds)
def test_the_same_seed_gives_the_same_exercises_whatever_has_been_drawn_before(
    cell: tuple[Topic, int], seed: int
) -> None:
    first = some(*cell, seed, 3)
    Random(1).random()  # noqa: S311  # no secret
    assert some(*cell, seed, 3) == first
    assert some(*cell, seed, 1) == first[:1]
    assert some(*cell, seed + 1, 3) != first


@settings(max_examples=20)
@given(
    seeds,
    st.lists(st.sampled_from(TOPICS), min_size=1, unique=True),
    st.none() | st.sampled_from(GRADES),
    st.integers(1, 12),
    st.integers(0, 12),
)
def test_a_longer_sheet_begins_with_the_shorter_one(
    seed: int, topics: list[Topic], grade: int | None, count: int, more: int
) -> None:
    long = sheet(count + more, seed, topics, grade)
    assert sheet(count, seed, topics, grade) == long[:count]
    assert [each.topic for each in long[: len(topics)]] == topics[: len(long)]
    assert {each.grade for each in long} <= ({grade} if grade else set(GRADES))
    assert len({each.id for each in long}) == len(long)


def test_a_topic_alone_has_the_exercises_that_it_has_among_others() -> None:
    among = [each for each in sheet(42, 7) if each.topic == "padding"]
    assert tuple(among) == sheet(len(among), 7, ["padding"])


def test_grades_go_from_easy_to_hard_and_take_turns() -> None:
    assert [each.grade for each in sheet(7, 1, ["stacks"])] == [1, 2, 3, 1, 2, 3, 1]


@pytest.mark.parametrize(("topic", "grade"), CELLS)
def test_exercises_of_a_sheet_differ(topic: Topic, grade: int) -> None:
    assert len({each.text for each in some(topic, grade, 3, 80)}) == 80


def test_when_all_have_been_asked_they_are_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    only = some("padding", 1, 1, 1)[0]
    monkeypatch.setattr("core.learn.sheet._accepted", lambda *_: iter([only] * 1_000))
    assert some("padding", 1, 1, 3) == [only] * 3


def test_harder_grades_bring_more() -> None:
    layers: dict[int, set[str]] = {
        grade: {layer.type for each in some("conv-params", grade, 5, 60) for layer in _layers(each)} for grade in GRADES
    }
    assert layers[1] == layers[2] == {"Conv2D"}
    assert layers[3] == {"Conv2D", "DepthwiseConv2D", "SeparableConv2D"}
    hard = [layer for each in some("conv-shapes", 3, 5, 30) for layer in _layers(each)]
    assert {getattr(layer, "dilation_rate", None) for layer in hard} == {(1, 1), (2, 2), (3, 3)}


def _layers(exercise: Exercise) -> tuple[Layer, ...]:
    return presets.loads(exercise.preset, exercise.id).architecture.layers


def test_the_answers_of_a_sheet_are_those_of_any_machine() -> None:
    """Whoever sees this fail has changed every sheet that a teacher has handed out."""
    assert [each.answer for each in sheet(21, 7)] == FROM_SEED_7
    assert sheet(1, 7)[0].id == "conv-shapes-1-7-1"


FROM_SEED_7: list[Answer] = [
    *[(8, 8, 10), 120, (7, 9, 21), 1746, 1086, (11, 11, 21), 544],
    *[(30, 34, 21), 96, (15, 4, 18), 13068, 1804, (26, 26, 6), (1536,)],
    *[(9, 15, 23), 787, (78, 11, 61), 639058, 4032, (29, 38, 37), (256,)],
]


def test_numbers_are_drawn_as_in_any_python() -> None:
    """What `Random` gives from an integer by the two methods that exercises use."""
    random = Random(2**200 + 7)  # noqa: S311  # no secret
    assert [random.randrange(100) for _ in range(6)] == DRAWN
    assert [random.choice("abcdefg") for _ in range(6)] == CHOSEN


DRAWN = [42, 91, 68, 83, 85, 29]
CHOSEN = ["c", "c", "b", "b", "g", "f"]


def test_an_exercise_as_json() -> None:
    text = to_json(sheet(1, 7))
    assert '"asked": {"layer": 1, "what": "output_shape"}, "answer": [8, 8, 10]' in text


def test_mistakes_are_named() -> None:
    """A convolution whose every mistake is known by heart: 17x17x4, ten 3x3 filters, stride 2."""
    exercise = sheet(1, 7)[0]
    feedback = {known.answer: known.feedback for known in exercise.misconceptions}
    assert feedback[15, 15, 10].startswith("A stride is left out")
    assert feedback[7, 7, 10].startswith("The + 1 is missing")
    assert feedback[8, 8, 4].startswith("The channels are those of the input")
    assert feedback[8, 8, 40].startswith("Filters and channels are multiplied")
