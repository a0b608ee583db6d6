"""Editing the labels of runs in a prompt, validated while typing."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from textual.app import App

from core.formatting import show_amount
from core.runs.labels import clean_label
from core.runs.record import Label, Run, RunError
from core.sanitize import one_line
from tui.screens.text_prompt import TextPrompt

__all__ = ["ask"]


class _Part(Struct, frozen=True):
    """A part of a label: its prompt, its value as text, and how to change it."""

    title: str
    note: str
    value: Callable[[Label], str]
    changed: Callable[[Label, str], Label]


def _tags(line: str) -> tuple[str, ...]:
    return tuple(line.replace(",", " ").split())


PARTS = {
    "name": _Part("Name of", "", lambda label: label.name, lambda label, line: replace(label, name=line)),
    "note": _Part(
        "Note on",
        "Shown beside the name; / searches it.",
        lambda label: label.note,
        lambda label, line: replace(label, note=line),
    ),
    "tags": _Part(
        "Tags of",
        "Separated by spaces; /#tag finds them.",
        lambda label: " ".join(label.tags),
        lambda label, line: replace(label, tags=_tags(line)),
    ),
}
ADD_TAGS = _Part(
    "Add tags to",
    PARTS["tags"].note,
    lambda _: "",
    lambda label, line: replace(label, tags=(*label.tags, *_tags(line))),
)
"""Tags added to several runs at once."""


async def ask(app: App[None], part: str, runs: Sequence[Run]) -> Mapping[str, Label]:
    """Ask for ``part`` of the labels of ``runs``; return the changed labels by run id."""
    asked = PARTS[part] if len(runs) == 1 else ADD_TAGS
    of = runs[0].name if len(runs) == 1 else show_amount(len(runs), "run")
    value = one_line(asked.value(runs[0].label))
    line = await app.push_screen_wait(
        TextPrompt(f"{asked.title} {of}", value, asked.note, lambda line: _problem(asked, line, runs))
    )
    if line is None or line == value:
        return {}
    changed = {run.id: clean_label(asked.changed(run.label, line)) for run in runs}
    return {run.id: changed[run.id] for run in runs if changed[run.id] != run.label}


def _problem(part: _Part, line: str, runs: Sequence[Run]) -> str:
    """Why ``line`` is invalid; empty if it is valid."""
    try:
        for run in runs:
            clean_label(part.changed(run.label, line))
    except RunError as error:
        return str(error)
    return ""
