"""What a step says, as text: goals, question, options, checks, and what enter does."""

from collections.abc import Sequence

from textual.content import Content

from core.forecast.verdict import expected_in_short
from core.lessons.lesson import PLACES, Ask, Check, Look, Open, Practise, Predict, Task
from core.lessons.study import Study
from core.lessons.text import shown
from core.marking.expression import Comparison
from core.sanitize import one_line
from core.typography import typeset
from tui.forecast_text import MARKS
from tui.screens.exercises import TITLES

__all__ = ["hint", "told", "wanted"]

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
        case Ask(question=question, options=options):
            listed = "".join(f"\n  {number}  {one_line(each)}" for number, each in enumerate(options, 1))
            return Content.styled(shown(question), "bold") + Content(listed)
        case Predict(exercise=exercise):
            return Content.styled(typeset(exercise.text), "bold")
        case Check(checks=checks, of=of, forecast=forecast):
            head = "With the network on the Build tab:" if of == "network" else "With the newest run:"
            predicted = _predicted(study) if forecast else []
            return Content("\n").join([Content(head), *predicted, *_checks(study, of, checks), *_came(study)])
        case Open(preset=preset):
            return Content(f"Opens {one_line(preset)} on the Build tab.")
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


def hint(study: Study) -> str:
    """What enter does here, and what else helps."""
    following = "ends the lesson" if study.is_last else "goes on to the next step"
    task = study.step.task
    if isinstance(task, Ask | Predict):
        if study.answered:
            return f"enter {following}"
        if isinstance(task, Ask) and task.answer is None:
            return "think or write first; then enter shows what can be said to it"
        return "enter checks your answer, F2 shows it"
    if isinstance(task, Check):
        if study.is_done:
            return f"done: enter {following}"
        if task.forecast:
            first = "enter opens its network, or asks what you expect of it" if study.preset else "y predicts it"
            return f"{first}; train it and come back (5); F2 says what is wanted; down skips it"
        place = "build it on the Build tab (1)" if task.of == "network" else "train it (t)"
        opens = ", F4 opens the network" if study.preset else ""
        return f"{place} and come back (5){opens}, F2 says what is wanted; down skips it"
    does = _does(task)
    if does and not study.is_done:
        return f"enter {does}"
    return f"enter {following}{f'; F4 {does} again' if does else ''}"


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
