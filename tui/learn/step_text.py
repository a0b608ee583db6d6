"""What a step says, as text: goals, question, options, checks, and what enter does."""

from collections.abc import Sequence

from textual.content import Content

from core.forecast.verdict import expected_in_short
from core.formatting import show_amount
from core.lessons.lesson import PLACES, Ask, Check, Look, Open, Practise, Predict, Task
from core.lessons.score import HINT, WRONG
from core.lessons.study import Study
from core.lessons.text import shown
from core.marking.expression import Comparison
from core.sanitize import one_line
from core.typography import typeset
from tui.forecast_text import MARKS
from tui.screens.exercises import TITLES

__all__ = ["hint", "hints", "reached", "score", "told", "wanted"]

MET, UNMET = "\N{CHECK MARK}", "\N{BALLOT X}"


def told(study: Study) -> str:
    """The text of the step; on the first one after what one will know."""
    text = shown(study.step.text)
    if study.index or not study.lesson.goals:
        return text
    goals = "\n".join(f"  \N{BULLET} {typeset(one_line(goal))}" for goal in study.lesson.goals)
    return "\n\n".join(filter(None, [f"You will know:\n{goals}", text]))


def wanted(study: Study) -> Content:
    """What the step wants."""
    match study.step.task:
        case Ask(question=question, options=options, points=points):
            listed = "".join(f"\n  {number}  {one_line(each)}" for number, each in enumerate(options, 1))
            rule = f"\n\n{_rule(points)}" if points and not study.is_done else ""
            return Content.assemble((shown(question), "bold"), listed, (rule, "$foreground-muted"))
        case Predict(exercise=exercise):
            return Content.styled(typeset(exercise.text), "bold")
        case Check(checks=checks, of=of, forecast=forecast):
            head = "With the network on the Build tab:" if of == "network" else "With the newest run:"
            predicted = _predicted(study) if forecast else []
            return Content("\n").join([Content(head), *predicted, *_checks(study, of, checks), *_came(study)])
        case Open(preset=preset):
            name = "its network" if preset.endswith(".toml") else one_line(preset)
            return Content(f"Opens {name} on the Build tab.")
        case Look(place=place):
            return Content(f"Goes to {PLACES[place]}.")
        case Practise(topic=topic):
            return Content(f"Begins exercises on {TITLES[topic]}.")
    return Content("")


def _checks(study: Study, of: str, checks: Sequence[tuple[str, Comparison]]) -> list[Content]:
    """A line for each check: whether it is met, and what was found instead.

    The value that a network has to come to is told only once it is met or asked for: working it out is the task.
    """
    lines = []
    for index, (text, demanded) in enumerate(checks):
        secret = of == "network" and demanded.operator == "==" and not study.answered
        said = demanded.field if secret else text
        found = study.found[index] if index < len(study.found) else None
        if found is None:
            lines.append(Content(f"  - {one_line(said)}"))
        elif found.met:
            lines.append(Content.styled(f"  {MET} {one_line(text)}", "$text-success"))
        else:
            lines.append(Content(f"  {UNMET} {one_line(said)}   now: {one_line(found.text)}"))
    return lines


def _predicted(study: Study) -> list[Content]:
    """Whether the run was predicted, and how."""
    if study.predicted is None:
        return [Content("  - predicted before it is trained")]
    said = typeset(f"  {MET} predicted: {expected_in_short(study.predicted.forecast)}")
    return [Content.styled(said, "$text-success")]


def _came(study: Study) -> list[Content]:
    """What came of it, once the step is done."""
    if study.predicted is None or not study.is_done:
        return []
    lines = [Content(typeset(f"{MARKS[right]} {text}")) for right, text in study.predicted.in_full]
    return [Content(""), *lines, *(Content(typeset(one_line(text, 1_000))) for text in study.predicted.explanations)]


def hints(study: Study) -> Content:
    """The hints that were told."""
    return Content("\n").join(
        Content.assemble((f"Hint {number}: ", "bold"), shown(text)) for number, text in enumerate(study.hints, 1)
    )


def score(study: Study) -> str:
    """The points of the lesson, after the step: those that are reached, or that can be."""
    if not study.lesson.points:
        return ""
    reached, of = study.progress.points(study.lesson), show_amount(study.lesson.points, "point")
    return f"  {reached} of {of}{' left' if study.progress.awaits_answer(study.lesson) else ''}"


def reached(study: Study) -> str:
    """The points reached, after the lesson is done: ``, 8 of 10 points``; empty if nothing is counted."""
    points = score(study).strip()
    return f", {points}" if points else ""


def _rule(points: int) -> str:
    return (
        f"{show_amount(points, 'point')} for finding it at once: a wrong answer costs {WRONG}, a hint {HINT}, and "
        "showing the answer all of them. The diagnosis is silent until then."
    )


def hint(study: Study) -> str:
    """What enter does here, and what else helps."""
    following = "ends the lesson" if study.is_last else "goes on to the next step"
    task = study.step.task
    if isinstance(task, Ask | Predict):
        if study.answered:
            return f"enter {following}"
        if isinstance(task, Ask) and task.answer is None:
            return "think or write first; then enter shows what can be said to it"
        return f"enter checks your answer, {_asking(study)}F2 shows it"
    if isinstance(task, Check):
        if study.is_done:
            return f"done: enter {following}"
        if task.forecast:
            first = "enter opens its network, or asks what you expect of it" if study.preset else "y predicts it"
            return f"{first}; train it and come back (5); F2 says what is wanted; down skips it"
        place = "build it on the Build tab (1)" if task.of == "network" else "train it (t)"
        opens = ", F4 opens the network" if study.preset else ""
        return f"{place} and come back (5){opens}, {_asking(study)}F2 says what is wanted; down skips it"
    does = _does(task)
    if does and not study.is_done:
        return f"enter {does}"
    return f"enter {following}{f'; F4 {does} again' if does else ''}"


def _asking(study: Study) -> str:
    """What F3 does."""
    if not study.has_hint:
        return ""
    return f"F3 gives a hint for {show_amount(HINT, 'point')}, " if study.costs else "F3 gives a hint, "


def _does(task: Task | None) -> str:
    """What enter does first on a step that leads elsewhere; empty on others."""
    match task:
        case Open():
            return "opens it"
        case Look():
            return "goes there"
        case Practise():
            return "begins them"
    return ""
