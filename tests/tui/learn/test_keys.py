"""The keys that lessons name do what the lessons say."""

import pytest

from core.lessons.lesson import Ask, Step
from core.lessons.lesson_file import SHIPPED, load
from core.lessons.text import shown
from tui.benches.softmax import LogitTable
from tui.builder.pane import BuildPane
from tui.screens.exercises import Exercises
from tui.train.pane import TrainPane

KEYS = [
    ("broken/restless", "halve the learning rate: [ does it", TrainPane, "left_square_bracket", "scale(0.5)"),
    ("broken/restless", "L on the Train tab tries all rates", TrainPane, "L", "range_test"),
    ("broken/ends-at-once", "Step by step (n)", TrainPane, "n", "step"),
    ("broken/ends-at-once", "d on the Build tab deletes", BuildPane, "d", "delete"),
    ("broken/no-move", "press g while it trains", TrainPane, "g", "gradients"),
    ("broken/huge-loss", "Press e on the Train tab", TrainPane, "e", "plan"),
    ("vanishing-gradients", "x ends the training", TrainPane, "x", "stop"),
    ("training", "and y: will its", TrainPane, "y", "forecast"),
    ("convolution", "press full stop again and again", BuildPane, "full_stop", "slide(1)"),
    ("convolution", "press f on the Build tab", BuildPane, "f", "fix"),
    ("convolution", "F3 makes them harder", Exercises, "f3", "grade"),
    ("architectures", "shift+D duplicates", BuildPane, "D", "duplicate"),
    ("loss", "up and down select a class", LogitTable, "up", "screen.select(-1)"),
    ("loss", "enter makes it the right one", LogitTable, "enter", "screen.choose"),
    ("loss", "left and right change its logit", LogitTable, "right", "screen.raise(1)"),
]


def said(step: Step) -> str:
    task = step.task
    asked = (task.why, *task.options) if isinstance(task, Ask) else ()
    return " ".join(map(shown, (step.text, *asked, *step.hints)))


@pytest.mark.parametrize(("lesson", "text", "where", "key", "action"), KEYS)
def test_a_key_does_what_the_lesson_says(lesson: str, text: str, where: type, key: str, action: str) -> None:
    folder, _, name = f"./{lesson}".rpartition("/")
    steps = load(SHIPPED / folder / f"{name}.toml").steps
    assert any(text in said(step) for step in steps)
    assert action in [each.action for each in where.BINDINGS if key in each.key.split(",")]
