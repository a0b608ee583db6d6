"""What a person says of runs: asked for in a line, checked while it is written."""

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
    """A part of a label: how it is asked for, how it is written in a line, and a label with another one."""

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
        "It stands beside the name, and / finds it.",
        lambda label: label.note,
        lambda label, line: replace(label, note=line),
    ),
    "tags": _Part(
        "Tags of",
        "Words with blanks between; / finds them with # in front.",
        lambda label: " ".join(label.tags),
        lambda label, line: replace(label, tags=_tags(line)),
    ),
}
FURTHER = _Part(
    "Further tags for",
    PARTS["tags"].note,
    lambda _: "",
    lambda label, line: replace(label, tags=(*label.tags, *_tags(line))),
)
"""What several runs are given at once: each keeps those it has."""


async def ask(app: App[None], part: str, runs: Sequence[Run]) -> Mapping[str, Label]:
    """Ask for ``part`` of the labels of ``runs``, and give back those that become others, by the runs' ids."""
    asked = PARTS[part] if len(runs) == 1 else FURTHER
    of = runs[0].name if len(runs) == 1 else show_amount(len(runs), "run")
    value = one_line(asked.value(runs[0].label))
    line = await app.push_screen_wait(
        TextPrompt(f"{asked.title} {of}", value, asked.note, lambda line: _trouble(asked, line, runs))
    )
    if line is None or line == value:
        return {}
    changed = {run.id: clean_label(asked.changed(run.label, line)) for run in runs}
    return {run.id: changed[run.id] for run in runs if changed[run.id] != run.label}


def _trouble(part: _Part, line: str, runs: Sequence[Run]) -> str:
    """Why ``line`` cannot be taken; empty if it can."""
    try:
        for run in runs:
            clean_label(part.changed(run.label, line))
    except RunError as error:
        return str(error)
    return ""
