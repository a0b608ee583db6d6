"""Exercises against Keras: how many of each topic have the answer that Keras gives, and how long that takes."""

from collections.abc import Iterator
from time import perf_counter

from core.learn.exercise import TOPICS
from core.learn.sheet import sheet
from tests.benchmarks.measured import Measured, Scope
from tests.core.learn.keras_answers import KerasAnswers

COUNT = 10_000
"""Exercises of each topic, in all grades."""
SEED = 7


def measure(scope: Scope) -> Iterator[Measured]:
    """For each topic, how many exercises Keras answers alike, all of them distinct."""
    import keras

    count = 30 if scope.tiny else COUNT
    for topic in TOPICS:
        begun = perf_counter()
        exercises = sheet(count, SEED, [topic])
        generated = perf_counter() - begun
        begun, known = perf_counter(), KerasAnswers()
        wrong = [each.id for each in exercises if known.answer(each) != each.answer]
        keras.backend.clear_session()
        distinct = len({each.text for each in exercises})
        note = f"{distinct:,} distinct; generated in {generated:.1f} s, compared in {perf_counter() - begun:.1f} s"
        yield Measured(
            f"{topic}: exercises that Keras answers alike",
            count - len(wrong),
            f"of {count:,}",
            count,
            at_most=False,
            note="; ".join([note, *(f"wrong: {name}" for name in wrong[:3])]),
        )
