"""The broken networks: each has the fault that is planted, and mending it alone makes it right."""

from typing import Any

import pytest
from msgspec.structs import replace

from core.datasets import DATASETS
from core.datasets.validation import training_examples
from core.diagnosis import run_findings, static_findings, training_findings
from core.history import History
from core.lessons.lesson import Ask, Check
from core.marking.expression import METRICS
from core.marking.subject import find, subject_of_preset
from core.network.summary import summarize
from core.presets import Preset
from core.readiness import blockers
from tests.core.lessons.mended import BROKEN, FAULTS, LESSONS, MENDED

SEEN_IN_TRAINING = {"dead-relus", "learning-rate-too-high"}


def codes(preset: Preset) -> set[str]:
    found = static_findings(preset.architecture, preset.plan, summarize(preset.architecture))
    return {finding.code for finding in found}


def unmet(check: Check, preset: Preset) -> list[str]:
    """Which of the demands that can be told before a training ``preset`` does not meet."""
    static = [(text, demanded) for text, demanded in check.checks if demanded.field not in METRICS]
    assert static, "nothing says that it is still the same network"
    return [text for text, demanded in static if not find(demanded, subject_of_preset(preset)).met]


def test_there_are_a_dozen() -> None:
    assert set(LESSONS) == set(FAULTS) == set(MENDED)
    assert len(LESSONS) >= 12
    assert len(set(FAULTS.values())) == len(FAULTS), "each its own fault"


@pytest.mark.parametrize("id", LESSONS)
def test_the_diagnosis_names_the_fault_and_finds_nothing_once_it_is_mended(id: str) -> None:
    broken, mended = BROKEN[id], MENDED[id]
    assert FAULTS[id] in codes(broken) | SEEN_IN_TRAINING
    assert not codes(mended)
    for preset in (broken, mended):
        assert not blockers(preset.architecture, preset.plan, summarize(preset.architecture))


@pytest.mark.parametrize("id", LESSONS)
def test_what_is_demanded_holds_of_both_but_for_what_training_comes_to(id: str) -> None:
    seen, mend = [step.task for step in LESSONS[id].steps if isinstance(step.task, Check)]
    assert not unmet(seen, BROKEN[id])
    assert not unmet(mend, MENDED[id])
    texts = [text for text, _ in mend.checks]
    assert any(text.startswith("val_accuracy >=") for text in texts)
    assert f"epochs <= {MENDED[id].plan.epochs}" in texts


@pytest.mark.parametrize("id", LESSONS)
def test_every_wrong_option_is_answered_and_there_are_hints(id: str) -> None:
    lesson = LESSONS[id]
    assert lesson.scored_step is not None
    step = lesson.steps[lesson.scored_step]
    assert isinstance(step.task, Ask)
    assert lesson.points == 10
    assert {mistake.answer for mistake in step.task.mistakes} == set(step.task.options) - {step.task.answer}
    assert len(step.hints) >= 2
    assert not BROKEN[id].lesson, "it is set where it is opened from"


def trained(preset: Preset, **session: Any) -> History:
    """What one epoch of ``preset`` tells."""
    from core.training.session import Session  # loads TensorFlow

    told = [History()]
    plan = replace(preset.plan, epochs=1)
    Session(preset.architecture, plan, lambda event: told.append(told[-1].after(event)), **session).run()
    return told[-1]


@pytest.mark.parametrize(("id", "least"), [("broken/no-move", 0.85), ("broken/restless", 0.85)])
def test_an_epoch_shows_the_fault_and_that_it_is_mended(id: str, least: float) -> None:
    broken, mended = BROKEN[id], MENDED[id]
    history = trained(broken)
    assert (history.epochs[-1].val_accuracy or 0) < least - 0.1
    assert FAULTS[id] in {one.code for one in run_findings(broken.architecture, broken.plan, history)}
    history = trained(mended)
    assert (history.epochs[-1].val_accuracy or 0) > least
    assert not run_findings(mended.architecture, mended.plan, history)


def test_a_training_that_fails_does_not_say_why_while_that_is_asked() -> None:
    broken = BROKEN["broken/ends-at-once"]
    history = trained(broken, explains=False)
    ended = history.ended
    assert ended is not None
    assert ended.reason == "failed"
    assert "NaN" in ended.message
    assert ":" not in ended.message
    found = training_findings(broken.architecture, broken.plan, history)
    assert found[0].code == FAULTS["broken/ends-at-once"], "the diagnosis says it once it may"
    ended = trained(broken).ended
    assert ended is not None
    assert ended.message.endswith("dropout-after-output (layer 4) is the cause: remove it")


def test_the_last_tenth_of_the_sorted_images_is_what_the_lesson_says() -> None:
    labels = DATASETS["mnist-sorted"].load().y_train
    held_out = labels[training_examples(0.1, len(labels)) :]
    nines, others = int((held_out == 9).sum()), int((held_out != 9).sum())
    assert nines == (labels == 9).sum(), "all of them"
    task = LESSONS["broken/always-nine"].steps[-1].task
    assert isinstance(task, Ask)
    assert f"{others} eights and all {nines:,} nines" in task.why
