"""Which broken networks are not diagnosed yet: those whose question is still to be answered."""

from collections.abc import Iterable

from core.export.format import RunSource
from core.lessons.lesson_file import find_lessons
from core.lessons.progress import Progress, load_progress
from core.runs.store import Store

__all__ = ["run_source", "silent"]


def silent(ids: Iterable[str], progress: Progress | None = None) -> frozenset[str]:
    """Those of the lessons with these ``ids`` that await an answer; ``progress`` as far as it is kept, if not given."""
    lessons = find_lessons(filter(None, ids))
    if not lessons:
        return frozenset()
    known = load_progress() if progress is None else progress
    return frozenset(lesson.id for lesson in lessons if known.awaits_answer(lesson))


def run_source(store: Store, id: str) -> RunSource:
    """The run ``id``, of which findings are told unless its network is silent. Raises `core.runs.record.RunError`."""
    details = store.details(id)
    lesson = details.preset.lesson
    return RunSource(details, store.path(id), diagnosed=lesson not in silent((lesson,)))
