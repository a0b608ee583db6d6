"""Marks as comma-separated values: a row for each hand-in, with the points and what was found for each task."""

import csv
from collections.abc import Iterable
from io import StringIO

from core.export.escaping import cell
from core.marking.assignment import Assignment
from core.marking.mark import Marks
from core.strict_json import to_json

__all__ = ["head", "row"]

_FIRST = ("file", "name", "points", "of", "believed", "trained again", "problem")


def head(assignment: Assignment) -> str:
    """The first line, as `row` fills it."""
    return _line([*_FIRST, *(title for task in assignment.tasks for title in (task.id, f"{task.id}: found"))])


def row(assignment: Assignment, marks: Marks) -> str:
    """The line of a hand-in; what is not known is empty.

    ``believed`` says whether all runs came to what they claim, and ``trained again`` what was found.
    """
    report = marks.report
    if report is None:
        return _line([marks.file, marks.name, "", "", "", "", marks.problem, *[""] * (2 * len(assignment.tasks))])
    believed = "yes" if all(told.believed for told in report.verified) else "no"
    again = "; ".join(f"{told.run}: {told.message}" for told in report.verified)
    found = [each for task in report.tasks for each in (task.points, task.message or _found(task.got))]
    about = [marks.file, marks.name, report.points, report.of, believed if report.verified else "", again]
    return _line([*about, marks.problem, *found])


def _found(got: object) -> object:
    return got if isinstance(got, str | int | float) and not isinstance(got, bool) else to_json(got)


def _line(cells: Iterable[object]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerow([cell(each) if isinstance(each, str) else each for each in cells])
    return text.getvalue()
