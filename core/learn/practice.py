"""Practising: one exercise after the other, how often they were right, and which mistakes were made most."""

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from core.files import PRACTICE
from core.learn.exercise import GRADES, TOPICS, Exercise, Topic
from core.learn.prediction import Verdict, check
from core.learn.sheet import exercises
from core.shared_file import SharedFile

__all__ = ["STEPS", "Practice", "Record", "Score", "load_record", "rescue_record", "save_record", "start"]

STEPS = "These are the steps."
"""Said where they are asked for, not given after a wrong answer."""
MOST_MISTAKES = 100
"""Mistakes that are remembered: those that were made most."""
Count = Annotated[int, Meta(ge=0)]


class Score(Struct, frozen=True):
    """How the exercises of a topic went."""

    solved: Count = 0
    """Exercises that came to their end, with the answer found or shown."""
    first: Count = 0
    """Those whose first answer was right."""


class Record(Struct, frozen=True):
    """What is remembered of all exercises from one start to the next."""

    scores: Mapping[str, Score] = {}
    """By topic."""
    mistakes: Mapping[str, Count] = {}
    """How often each known mistake was made, by what is said to it."""

    @property
    def total(self) -> Score:
        """The score of all topics."""
        scores = self.scores.values()
        return Score(sum(each.solved for each in scores), sum(each.first for each in scores))

    @property
    def most_frequent(self) -> tuple[str, int] | None:
        """What is said to the mistake that was made most, and how often; None if none was made twice."""
        best = max(self.mistakes.items(), key=lambda item: item[1], default=None)
        return best if best and best[1] > 1 else None

    def with_mistake(self, feedback: str) -> "Record":
        """The record once a known mistake was made."""
        counts = {**self.mistakes, feedback: self.mistakes.get(feedback, 0) + 1}
        most = sorted(counts, key=lambda each: (each == feedback, counts[each]), reverse=True)[:MOST_MISTAKES]
        return replace(self, mistakes={each: counts[each] for each in most})

    def with_solved(self, topic: Topic, *, first: bool) -> "Record":
        """The record once an exercise came to its end, solved by the ``first`` answer or not."""
        before = self.scores.get(topic, Score())
        return replace(self, scores={**self.scores, topic: Score(before.solved + 1, before.first + first)})


class Practice(Struct, frozen=True):
    """Where a person is: an exercise, and what came of the answers so far. `start` makes the first."""

    exercise: Exercise
    number: int
    """Of the exercise, from 1, among those of its topic, grade and seed."""
    seed: int
    record: Record = Record()
    wrong: int = 0
    """How many wrong answers were given."""
    verdict: Verdict | None = None
    """Of the last answer."""
    done: bool = False
    """Whether the answer was found, or shown."""

    def answered(self, text: str) -> "Practice":
        """Where one is after answering ``text``; the same if it is done, save for the verdict if it is unclear."""
        if self.done:
            return self
        verdict = check(self.exercise, text)
        if verdict.outcome == "unclear":
            return replace(self, verdict=verdict)
        if verdict.outcome == "right":
            record = self.record.with_solved(self.exercise.topic, first=self.wrong == 0)
            return replace(self, verdict=verdict, record=record, done=True)
        record = self.record
        if verdict.outcome == "misconception":
            return replace(self, verdict=verdict, record=record.with_mistake(verdict.message), wrong=self.wrong + 1)
        record = record.with_solved(self.exercise.topic, first=False)  # its steps show the answer
        return replace(self, verdict=verdict, record=record, wrong=self.wrong + 1, done=True)

    def shown(self) -> "Practice":
        """Where one is once the steps to the answer are shown."""
        verdict = Verdict("shown", STEPS, self.exercise.steps)
        if self.done:
            return replace(self, verdict=verdict)
        return replace(
            self, verdict=verdict, record=self.record.with_solved(self.exercise.topic, first=False), done=True
        )

    def next(self) -> "Practice":
        """The next exercise."""
        return _at(self.exercise.topic, self.exercise.grade, self.seed, self.number + 1, self.record)

    def with_topic(self, by: int) -> "Practice":
        """The first exercise of the topic that comes ``by`` places later in `TOPICS`, around its end."""
        topic = TOPICS[(TOPICS.index(self.exercise.topic) + by) % len(TOPICS)]
        return _at(topic, self.exercise.grade, self.seed, 1, self.record)

    def harder(self) -> "Practice":
        """The first exercise of the next grade; of the easiest after the hardest."""
        grade = GRADES[(GRADES.index(self.exercise.grade) + 1) % len(GRADES)]
        return _at(self.exercise.topic, grade, self.seed, 1, self.record)


def start(seed: int, record: Record, topic: Topic | None = None) -> Practice:
    """The first exercise of ``seed``: of ``topic`` or the first one, and of the first grade."""
    return _at(topic or TOPICS[0], GRADES[0], seed, 1, record)


NOTHING = Record()
_FILE = SharedFile("practice.json", PRACTICE, Record)


def load_record() -> Record:
    """What is remembered; an empty record if there is none that can be read."""
    return _bounded(_FILE.read() or NOTHING)


def rescue_record() -> str:
    """Move a record that is damaged aside, and say so in a line; empty if there is nothing to say."""
    return _FILE.rescue()


def save_record(record: Record, since: Record = NOTHING) -> Record:
    """Remember ``record``, which was ``since`` before, beside what other open LayerLabs have remembered meanwhile.

    Returns all that is remembered. Raises OSError.
    """
    return _FILE.update(lambda kept: _merged(_bounded(kept), record, since) if kept else record)


def _merged(kept: Record, record: Record, since: Record) -> Record:
    """``kept`` with what was counted in ``record`` since ``since``."""
    scores = dict(kept.scores)
    for topic, score in record.scores.items():
        before, now = since.scores.get(topic, Score()), scores.get(topic, Score())
        solved, first = score.solved - before.solved, score.first - before.first
        scores[topic] = Score(now.solved + max(0, solved), now.first + max(0, first))
    new = Counter(dict(record.mistakes)) - Counter(dict(since.mistakes))
    mistakes = Counter(dict(kept.mistakes)) + new
    most = sorted(mistakes, key=lambda each: (each in new, mistakes[each]), reverse=True)[:MOST_MISTAKES]
    return Record(scores, {each: mistakes[each] for each in most})


def _bounded(found: Record) -> Record:
    known: dict[str, Score] = {topic: found.scores[topic] for topic in TOPICS if topic in found.scores}
    return Record(known, dict(list(found.mistakes.items())[:MOST_MISTAKES]))


def _at(topic: Topic, grade: int, seed: int, number: int, record: Record) -> Practice:
    made, more = _sequence(topic, grade, seed)
    made.extend(islice(more, max(0, number - len(made))))
    return Practice(made[number - 1], number, seed, record)


@lru_cache(64)
def _sequence(topic: Topic, grade: int, seed: int) -> tuple[list[Exercise], Iterator[Exercise]]:
    """The exercises made so far, and those that follow: each depends on those before it."""
    return [], exercises(topic, grade, seed)
