"""A lesson as data: its steps, and what each of them wants."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from core.learn.exercise import Exercise, Topic
from core.marking.expression import Comparison

__all__ = [
    "PLACES",
    "Ask",
    "Check",
    "Given",
    "Lesson",
    "Look",
    "Mistake",
    "Open",
    "Place",
    "Practise",
    "Predict",
    "Step",
    "Task",
    "preset_of",
]

Given = int | float | str | tuple[int, ...]
"""The answer to a question: a count, a number, one of the options, or a shape."""
Place = Literal[
    "build",
    "train",
    "inspect",
    "runs",
    "data",
    "predict",
    "forecast",
    "numbers",
    "glossary",
    "neuron",
    "convolution",
    "softmax",
]
PLACES: dict[Place, str] = {
    "build": "the Build tab",
    "train": "the Train tab",
    "inspect": "the Inspect tab",
    "runs": "the Runs tab",
    "data": "the digits",
    "predict": "predicting the open network, cell by cell",
    "forecast": "predicting a training of the open network",
    "numbers": "the open network by numbers, forward and back",
    "glossary": "the glossary",
    "neuron": "the neuron by hand",
    "convolution": "the convolution by hand",
    "softmax": "softmax and loss by hand",
}


class Mistake(Struct, frozen=True):
    """A wrong answer that is known, and what to say to it."""

    answer: Given
    feedback: str


class Open(Struct, frozen=True):
    """Open a preset."""

    preset: str
    """Its id, or the path of its file beside the lesson."""


class Ask(Struct, frozen=True):
    """Answer a question. Without an ``answer`` it is one to think about before its reasons are shown."""

    question: str
    why: str
    answer: Given | None = None
    options: tuple[str, ...] = ()
    """What to choose from; empty: anything is typed."""
    tolerance: float = 0.0
    """By how much a number may differ."""
    mistakes: tuple[Mistake, ...] = ()
    points: int = 0
    """For finding the answer at once. The networks of its lesson are not diagnosed before it is answered."""


class Predict(Struct, frozen=True):
    """Predict what LayerLab computes; `exercise` has the answer, the steps to it and the known mistakes."""

    field: str
    """As in the lesson: ``layers[1].output``."""
    exercise: Exercise


class Check(Struct, frozen=True):
    """Do something that meets all ``checks``: with the network that is open, or with the newest run."""

    of: Literal["network", "run"]
    checks: tuple[tuple[str, Comparison], ...]
    """As written, and what that demands."""
    forecast: bool = False
    """Of a run: whether somebody has to say first what it will come to."""


class Look(Struct, frozen=True):
    """Go and look at a part of the app."""

    place: Place


class Practise(Struct, frozen=True):
    """Do exercises of a topic."""

    topic: Topic


Task = Open | Ask | Predict | Check | Look | Practise


class Step(Struct, frozen=True):
    """One step: what is told, and what is wanted."""

    title: str = ""
    text: str = ""
    """Paragraphs between blank lines; lines that begin with four spaces stay as they are."""
    task: Task | None = None
    """None: only to read."""
    preset: str = ""
    """The network that it is about, as in `Open`; empty: none."""
    hints: tuple[str, ...] = ()
    """Told one after another, when asked for."""


class Lesson(Struct, frozen=True):
    """A lesson."""

    id: str
    """The name of its file, of a broken network after ``broken/``, of a lesson of the user's own after ``own/``."""
    title: str
    goals: tuple[str, ...]
    """What one will know."""
    steps: tuple[Step, ...]
    order: int = 0
    """Its place in the list, among those of equal order by title."""
    folder: str = ""
    """Of its file, beside which are files that it names."""
    own: bool = False
    """Whether it is the user's own, not one of LayerLab's."""

    @property
    def scored_step(self) -> int | None:
        """The step with the question that has points; None if there is none."""
        return next((index for index, step in enumerate(self.steps) if _points(step)), None)

    @property
    def points(self) -> int:
        """What can be reached; 0 if nothing is counted."""
        return sum(map(_points, self.steps))


def _points(step: Step) -> int:
    return step.task.points if isinstance(step.task, Ask) else 0


def preset_of(steps: Sequence[Step], index: int) -> str:
    """The network that the step with this ``index`` is about: its own, else the one that was opened last."""
    if steps[index].preset:
        return steps[index].preset
    opened = [step.task.preset for step in steps[: index + 1] if isinstance(step.task, Open)]
    return opened[-1] if opened else ""
