"""A lesson step by step: what counts as an answer, what is told to it, and what is remembered."""

import json
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from core import presets
from core.forecast.verdict import judge
from core.lessons.lesson import Check
from core.lessons.lesson_file import find_lessons, loads
from core.lessons.progress import Progress, load_progress, rescue_progress, save_progress
from core.lessons.score import Attempt
from core.lessons.silence import silent
from core.lessons.study import ANSWERS, is_ready, start
from core.marking.expression import parse
from core.marking.subject import Found, find, subject_of_preset
from tests.core.forecast.test_verdict import FELL, forecast
from tests.core.lessons.test_lesson_file import WHOLE

LESSON = loads(WHOLE, "mine.toml", presets.SHIPPED)
READ, OPEN, PREDICT, COUNT, OPTIONS, DECIMAL, THINK, BUILD = range(8)


def at(index, progress=None):
    return start(LESSON, (progress or Progress()).with_shown(LESSON, index))


@pytest.mark.parametrize(
    ("index", "text", "outcome"),
    [
        (PREDICT, "28x28x6", "right"),
        (PREDICT, "(None, 28, 28, 6)", "right"),
        (PREDICT, "24x24x6", "misconception"),
        (PREDICT, "soon", "unclear"),
        (COUNT, "156", "right"),
        (COUNT, "150", "misconception"),
        (COUNT, "157", "wrong"),
        (COUNT, "many", "unclear"),
        (COUNT, "-156", "wrong"),
        (PREDICT, "28x28x-6", "unclear"),
        (OPTIONS, "2", "right"),
        (OPTIONS, " That ", "right"),
        (OPTIONS, "1", "wrong"),
        (OPTIONS, "th", "unclear"),
        (OPTIONS, "3", "unclear"),
        (DECIMAL, "0,2501", "right"),
        (DECIMAL, "0.3", "wrong"),
        (DECIMAL, "x", "unclear"),
        (DECIMAL, "\N{MINUS SIGN}0.25", "wrong"),
        (DECIMAL, "+.25", "right"),
        *((DECIMAL, text, "unclear") for text in ("inf", "nan", "1e400", "0_25", "0,2.5", "25%", "1,234")),
        (THINK, "anything", "right"),
    ],
)
def test_answers(index, text, outcome):
    told = at(index).replied(text)
    assert told.verdict.outcome == outcome
    assert told.is_done == (outcome == "right")


@pytest.mark.parametrize("text", ["-10", "\N{MINUS SIGN}10", " -10 ", "-1e1"])
def test_a_negative_answer_can_be_typed(text):
    step = (
        "title = 'A'\n[[step]]\nquestion = 'a'\nanswer = -10\nwhy = 'c'\n[[step.mistake]]\nanswer = 10\nfeedback = 'f'"
    )
    study = start(loads(step, "mine.toml", presets.SHIPPED), Progress())
    assert study.replied(text).verdict.message == "-10 is right."
    assert study.replied("10").verdict.outcome == "misconception"
    assert study.shown().verdict.steps[0] == "-10"


def test_a_wrong_answer_can_be_mended_and_a_right_one_has_its_reason():
    told = at(COUNT).replied("157").replied("156")
    assert told.is_done
    assert told.verdict.steps == ("6*(25 + 1)",)
    assert told.replied("3") is told, "it is answered"


def test_a_wrong_prediction_can_be_mended_and_its_steps_are_shown_when_asked_for():
    told = at(PREDICT).replied("1x1x1")
    assert not told.verdict.steps
    assert not told.answered
    assert told.replied("28x28x6").is_done
    assert told.shown().verdict.steps


@pytest.mark.parametrize("index", [PREDICT, COUNT, OPTIONS, DECIMAL, THINK])
def test_the_answer_can_be_asked_for(index):
    told = at(index).shown()
    assert told.verdict.message == ANSWERS
    assert told.verdict.steps
    assert told.is_done


def test_what_is_built_is_checked():
    task = LESSON.steps[BUILD].task
    subject = subject_of_preset(presets.load(presets.find("lenet-5")))
    told = at(BUILD).checked([find(demanded, subject) for _, demanded in task.checks])
    assert [each.met for each in told.found] == [False, False]
    assert told.found[0].text == "61,706"
    assert not told.is_done
    subject = subject_of_preset(presets.load(presets.find("ffnn-10")))
    assert at(BUILD).checked([find(demanded, subject) for _, demanded in task.checks]).is_done


def test_a_training_that_has_to_be_predicted_is_not_done_without():
    task = LESSON.steps[BUILD + 1].task
    net = presets.load(presets.find("ffnn-10"))
    met = [Found(demanded, 0.95, True) for _, demanded in task.checks]
    assert not at(BUILD + 1).checked(met).is_done
    told = at(BUILD + 1).checked(met, judge(forecast(), net, FELL))
    assert told.is_done
    assert told.predicted.accuracy_right
    assert not at(BUILD + 1).checked([Found(met[0].demanded, 0.5, False)], told.predicted).is_done


def test_a_network_is_ready_to_be_predicted_if_its_plan_allows_what_is_wanted():
    net = presets.load(presets.find("ffnn-10"))
    checks = ("params == 7960", "epochs >= 10", "test_accuracy >= 0.9", "plan.seed == 1")
    task = Check("run", tuple((text, parse(text)) for text in checks), forecast=True)
    assert is_ready(task, net)
    assert not is_ready(task, replace(net, plan=replace(net.plan, epochs=9)))
    assert not is_ready(task, replace(net, plan=replace(net.plan, seed=2)))
    assert not is_ready(task, presets.load(presets.find("lenet-5")))


def test_what_is_wanted_is_said_when_asked_for():
    told = at(BUILD)
    assert told.has_answer
    assert told.shown().answered
    assert not told.shown().is_done
    assert not at(READ).has_answer


def test_an_option_is_its_number_or_its_words():
    assert at(OPTIONS).shown().verdict.steps[0] == "2  that"
    for text in ("2", "2.", "that", "THAT", "tha"):
        assert at(OPTIONS).replied(text).is_done, text


def test_a_network_that_is_not_trained_came_to_nothing():
    task = LESSON.steps[BUILD + 1].task
    (found,) = [find(demanded, subject_of_preset(presets.load(presets.find("ffnn-10")))) for _, demanded in task.checks]
    assert (found.met, found.text) == (False, "not known before it is trained")


def test_the_network_of_a_step_is_its_own_or_the_one_opened_last():
    assert [at(index).preset for index in (READ, OPEN, PREDICT, BUILD, BUILD + 1)] == [
        "",
        "lenet-5",
        "lenet-5",
        "ffnn-10",
        "lenet-5",
    ]


RIDDLE = """
title = "Broken"
[[step]]
question = "Before?"
options = ["this", "that"]
answer = "this"
why = "So."
hints = ["Look."]
[[step]]
question = "What is wrong?"
options = ["a", "b", "c", "d", "e"]
answer = "e"
points = 10
why = "Because."
hints = ["First.", "Second."]
[[step]]
train = "val_accuracy >= 0.9"
hints = ["Last."]
"""
BROKEN = loads(RIDDLE, "broken.toml", presets.SHIPPED)
BEFORE, WRONG, MEND = range(3)


def broken(index=WRONG, progress=None):
    return start(BROKEN, (progress or Progress()).with_shown(BROKEN, index))


def score(study):
    return study.progress.points(BROKEN)


def test_finding_it_at_once_has_all_points():
    assert score(broken()) == 10
    told = broken().replied("5")
    assert told.is_done
    assert score(told) == 10
    assert not told.progress.awaits_answer(BROKEN)


def test_wrong_answers_cost_once_each_and_what_is_not_understood_costs_nothing():
    told = broken().replied("1")
    assert score(told) == 7
    assert score(told.replied("1")) == 7
    assert score(told.replied("a").replied("7").replied("?")) == 7
    assert score(told.replied("2")) == 4
    assert score(told.replied("2").replied("3").replied("4").replied("5")) == 1, "who finds it has a point"
    assert score(broken(BEFORE).replied("2")) == 10, "it is not the question with points"


def test_hints_cost_and_come_one_after_another():
    told = broken()
    assert told.hints == ()
    told = told.hinted()
    assert (told.hints, score(told), told.has_hint) == (("First.",), 8, True)
    told = told.hinted().hinted()
    assert (told.hints, score(told), told.has_hint) == (("First.", "Second."), 6, False)
    assert broken(WRONG, told.progress).hints == told.hints, "they are remembered"
    assert broken(MEND, told.progress).hints == ()
    assert score(broken(MEND, told.replied("5").progress).hinted()) == 4
    assert not broken(WRONG, broken().replied("5").progress).has_hint, "it is answered"


def test_the_answer_costs_all_points_and_what_comes_later_no_more():
    told = broken().shown()
    assert score(told) == 0
    assert not told.progress.awaits_answer(BROKEN)
    assert not broken(MEND, told.progress).costs
    assert score(broken(BEFORE).shown()) == 10


def test_answering_again_changes_nothing():
    reached = broken().replied("1").replied("5").progress
    again = broken(WRONG, reached)
    assert score(again.replied("2")) == 7
    assert score(again.shown()) == 7


def test_a_lesson_without_points_has_hints_for_nothing():
    free = loads(RIDDLE.replace("points = 10", ""), "free.toml", presets.SHIPPED)
    told = start(free, Progress()).hinted()
    assert told.hints == ("Look.",)
    assert not told.costs
    assert told.progress.points(free) == 0


def test_what_was_needed_is_kept(home):
    told = broken().hinted().replied("1").progress
    save_progress(told)
    assert load_progress() == told
    assert load_progress().attempt(BROKEN) == Attempt(wrong=(0,), hints=(WRONG,))


def test_a_record_of_before_is_read(home):
    save_progress(Progress())
    (home / "lessons.json").write_text('{"done": {"broken": [0]}, "at": {"broken": 1}, "lesson": "broken"}')
    told = load_progress()
    assert told.steps(BROKEN) == {0}
    assert told.points(BROKEN) == 10


def test_only_networks_of_lessons_that_await_an_answer_are_silent(home):
    assert silent(["broken/huge-loss", "training", "broken/nothing", ""]) == {"broken/huge-loss"}
    lesson = find_lessons(["broken/huge-loss"])[0]
    answered = Progress().with_done(lesson, lesson.scored_step)
    assert not silent(["broken/huge-loss"], answered)
    save_progress(answered)
    assert not silent(["broken/huge-loss"])


@given(st.lists(st.integers(-3, 3), max_size=30))
def test_moving_stays_within_the_lesson_and_is_remembered(moves):
    study = at(0)
    for by in moves:
        study = study.moved(by)
        assert 0 <= study.index < len(LESSON.steps)
        assert study.progress.next_step(LESSON) == study.index
    assert start(LESSON, study.progress).index == study.index


def test_progress_is_kept(home):
    assert load_progress() == Progress()
    progress = at(READ).done().moved(2).replied("28x28x6").progress
    save_progress(progress)
    assert load_progress() == progress
    assert load_progress().steps(LESSON) == {READ, PREDICT}


def test_two_apps_at_once_keep_what_is_done_in_either(home):
    begun = save_progress(at(READ).progress)
    one = save_progress(at(READ, begun).done().moved(2).replied("28x28x6").progress, begun)
    other = start(BROKEN, begun).hinted().replied("2").progress
    both = save_progress(other, begun)
    assert both == load_progress()
    assert both.steps(LESSON) == one.steps(LESSON) == {READ, PREDICT}
    assert both.next_step(LESSON) == PREDICT, "the other did not go there"
    assert both.attempt(BROKEN) == other.attempt(BROKEN)
    assert both.lesson == BROKEN.id


def test_two_apps_that_need_the_same_help_need_it_once(home):
    begun = save_progress(broken().progress)
    one = save_progress(broken(WRONG, begun).hinted().replied("1").progress, begun)
    both = save_progress(broken(WRONG, begun).hinted().hinted().replied("1").replied("2").progress, begun)
    assert one.points(BROKEN) == 5
    assert both.attempt(BROKEN) == Attempt(wrong=(0, 1), hints=(WRONG, WRONG))


STEPS = st.lists(st.tuples(st.sampled_from(["first", "second"]), st.integers(0, 5)), max_size=6)


@given(st.lists(st.tuples(st.booleans(), STEPS), max_size=6))
def test_nothing_that_is_done_is_lost_whoever_saves_when(saves):
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setenv("LAYERLAB_HOME", folder)
        known, done = [Progress(), Progress()], set()
        for which, steps in saves:
            progress = known[which]
            for name, index in steps:
                progress = progress.with_done(replace(LESSON, id=name), index)
                done.add((name, index))
            known[which] = save_progress(progress, known[which])
            assert {(name, index) for name, each in load_progress().done.items() for index in each} == done


def test_a_damaged_record_is_moved_aside_and_said(home):
    save_progress(at(READ).done().progress)
    kept = (home / "lessons.json").read_text()
    (home / "lessons.json").write_text(damaged := kept.replace("mine", "\\udcdc", 1))
    assert rescue_progress().startswith("lessons.json is damaged: it was moved to lessons-damaged.json")
    assert (home / "lessons-damaged.json").read_text() == damaged
    assert not rescue_progress()


def test_a_lesson_that_has_become_shorter_is_no_harm(home):
    progress = Progress({"mine": (0, 10)}, {"mine": 10})
    short = replace(LESSON, steps=LESSON.steps[:1])
    assert progress.is_done(short)
    assert start(short, progress).index == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"done": 3}', '{"done": {"a": ["x"]}}', '{"attempts": {"a": 3}}', "[" * 100_000]
)
def test_a_damaged_record_is_none(home, text):
    save_progress(Progress())
    (home / "lessons.json").write_text(text)
    assert load_progress() == Progress()


def test_a_negative_step_is_the_first(home):
    save_progress(Progress())
    (home / "lessons.json").write_text(json.dumps({"done": {}, "at": {"mine": -5}}))
    assert start(LESSON, load_progress()).index == 0
