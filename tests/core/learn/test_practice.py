"""Practising: what counts as right at first, what is remembered, and what a damaged file does to it."""

import json
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.learn.exercise import TOPICS, show_answer
from core.learn.practice import MOST_MISTAKES, Record, Score, load_record, rescue_record, save_record, start
from core.learn.sheet import exercises


def begun():
    return start(7, Record())


def right(practice):
    return practice.answered(show_answer(practice.exercise.answer))


def test_they_are_those_of_a_sheet_one_after_the_other():
    practice, found = begun(), []
    for _ in range(5):
        found.append(practice.exercise)
        practice = practice.next()
    assert found == list(islice(exercises(TOPICS[0], 1, 7), 5))


def test_a_right_first_answer_counts():
    practice = right(begun())
    assert (practice.done, practice.verdict.outcome) == (True, "right")
    assert practice.record.scores == {"conv-shapes": Score(1, 1)}
    assert right(practice) == practice, "it counts once"


def test_a_known_mistake_is_told_counted_and_may_be_mended():
    practice = begun()
    known = practice.exercise.misconceptions[0]
    practice = practice.answered(show_answer(known.answer))
    assert (practice.done, practice.verdict.outcome, practice.verdict.message) == (
        False,
        "misconception",
        known.feedback,
    )
    assert practice.record.mistakes == {known.feedback: 1}
    assert practice.record.scores == {}
    practice = right(practice)
    assert practice.record.scores == {"conv-shapes": Score(1, 0)}


def test_another_wrong_answer_shows_the_steps_and_ends_it():
    practice = begun().answered("1x1x1")
    assert practice.done
    assert practice.verdict.steps == practice.exercise.steps
    assert practice.record.scores == {"conv-shapes": Score(1, 0)}
    assert practice.record.mistakes == {}


def test_what_is_not_understood_counts_for_nothing():
    practice = begun().answered("a lot")
    assert (practice.done, practice.wrong, practice.record) == (False, 0, Record())
    assert right(practice).record.total == Score(1, 1)


def test_steps_that_are_asked_for_end_it_and_can_be_seen_again():
    practice = begun().shown()
    assert practice.done
    assert practice.record.total == Score(1, 0)
    assert practice.shown().record == practice.record
    assert right(begun()).shown().verdict.steps == practice.exercise.steps


def test_topics_and_grades_go_round():
    practice = begun()
    assert practice.with_topic(-1).exercise.topic == TOPICS[-1]
    assert practice.with_topic(-1).with_topic(1) == practice
    assert [practice.harder().exercise.grade, practice.harder().harder().exercise.grade] == [2, 3]
    assert practice.harder().harder().harder() == practice


def test_the_mistake_that_is_made_most_is_known():
    record = Record().with_mistake("one")
    assert record.most_frequent is None, "once is no habit"
    record = record.with_mistake("two").with_mistake("two")
    assert record.most_frequent == ("two", 2)
    for number in range(2 * MOST_MISTAKES):
        record = record.with_mistake(str(number))
    assert len(record.mistakes) == MOST_MISTAKES
    assert record.most_frequent == ("two", 2)
    assert record.mistakes[str(2 * MOST_MISTAKES - 1)] == 1


def test_it_is_remembered(home):
    record = right(begun()).record.with_mistake("one")
    save_record(record)
    assert load_record() == record


def test_two_apps_at_once_count_both(home):
    begun = save_record(Record().with_solved("padding", first=True).with_mistake("one"))
    save_record(begun.with_solved("padding", first=False).with_mistake("one").with_mistake("two"), begun)
    both = save_record(begun.with_solved("padding", first=True).with_solved("stacks", first=True), begun)
    assert both == load_record()
    assert both.scores == {"padding": Score(3, 2), "stacks": Score(1, 1)}
    assert both.mistakes == {"one": 2, "two": 1}
    assert save_record(both, both) == both, "nothing counts twice"
    (home / "practice.json").unlink()
    assert save_record(both, both) == both, "who knows it writes it anew"


def test_of_many_mistakes_a_new_one_is_remembered(home):
    often = Record(mistakes={str(number): 2 for number in range(MOST_MISTAKES)})
    begun = save_record(often)
    kept = save_record(begun.with_mistake("new"), begun)
    assert len(kept.mistakes) == MOST_MISTAKES
    assert kept.mistakes["new"] == 1


def test_a_damaged_record_is_moved_aside_and_said(home):
    home.mkdir(parents=True, exist_ok=True)
    (home / "practice.json").write_text("{")
    assert rescue_record().startswith("practice.json is damaged: it was moved to practice-damaged.json")
    assert (home / "practice-damaged.json").read_text() == "{"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"scores": {"conv-shapes": {"solved": -1}}}', '{"mistakes": {"a": "b"}}', "[" * 100_000, "\x00"],
)
def test_a_damaged_record_is_an_empty_one(text, home):
    home.mkdir(parents=True, exist_ok=True)
    (home / "practice.json").write_text(text)
    assert load_record() == Record()


def test_of_an_edited_record_only_what_is_known_is_taken(home):
    home.mkdir(parents=True, exist_ok=True)
    raw = {"scores": {"cooking": {"solved": 3}, "padding": {"solved": 2, "first": 1}}, "more": 1}
    raw["mistakes"] = {str(number): 1 for number in range(500)}
    (home / "practice.json").write_text(json.dumps(raw))
    record = load_record()
    assert record.scores == {"padding": Score(2, 1)}
    assert len(record.mistakes) == MOST_MISTAKES


@given(st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["15x15x10", "RIGHT", "STEPS", "NEXT"])), max_size=12))
def test_no_answers_break_it(answers):
    practice = begun()
    for text in answers:
        practice = {"RIGHT": right, "STEPS": type(practice).shown, "NEXT": type(practice).next}.get(
            text, lambda now, text=text: now.answered(text)
        )(practice)
    total = practice.record.total
    assert 0 <= total.first <= total.solved
