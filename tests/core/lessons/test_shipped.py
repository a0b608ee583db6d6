"""The lessons that come with LayerLab: each can be read, and each question has the answer that it says."""

import pytest

from core.learn.exercise import show_answer
from core.lessons.lesson import Ask, Check, Given, Lesson, Predict
from core.lessons.lesson_file import SHIPPED, load
from core.lessons.progress import Progress
from core.lessons.study import start
from core.lessons.text import shown
from tests.core.lessons.mended import LESSONS as BROKEN_NETWORKS

LESSONS = [load(path) for path in sorted(SHIPPED.glob("*.toml"))] + list(BROKEN_NETWORKS.values())


def typed(answer: Given) -> str:
    return show_answer(answer) if isinstance(answer, int | tuple) else str(answer)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.id)
def test_every_question_has_its_answer_and_every_mistake_its_explanation(lesson: Lesson) -> None:
    asked = 0
    for index, step in enumerate(lesson.steps):
        study = start(lesson, Progress().with_shown(lesson, index))
        match step.task:
            case Predict(exercise=exercise):
                asked += 1
                assert study.replied(typed(exercise.answer)).is_done, index
                for known in exercise.misconceptions:
                    assert study.replied(typed(known.answer)).verdict.message == known.feedback, index
            case Ask(answer=answer, mistakes=mistakes):
                asked += 1
                assert study.replied("anything" if answer is None else typed(answer)).is_done, index
                for mistake in mistakes:
                    assert study.replied(typed(mistake.answer)).verdict.message == mistake.feedback, (index, mistake)
    assert asked >= (2 if lesson.points else 3)  # who mends a network learns more from that than from questions
    assert lesson.goals


def test_they_have_an_order_of_their_own_and_names() -> None:
    for kind in (False, True):
        orders = [lesson.order for lesson in LESSONS if bool(lesson.points) == kind]
        assert len(set(orders)) == len(orders) >= 10
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.id)
def test_every_lesson_asks_before_it_tells_and_lets_one_do_something(lesson: Lesson) -> None:
    first = next(index for index, step in enumerate(lesson.steps) if isinstance(step.task, Ask | Predict))
    assert first <= 2
    assert any(step.task is not None and not isinstance(step.task, Ask | Predict) for step in lesson.steps), "do"
    assert all(len(shown(step.text)) < 1_500 for step in lesson.steps)
    checks = [(each.id, step.task) for each in LESSONS for step in each.steps if isinstance(step.task, Check)]
    assert len({name for name, task in checks if task.forecast}) >= 3
    assert len(checks) > 5
