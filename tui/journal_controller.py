"""Writes unsaved edits to a journal on disk, and offers to restore those of a LayerLab that crashed."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from textual.timer import Timer
from textual.worker import get_current_worker

from core.document import Document
from core.journal import Journal, JournalError, Leftover, discard, leftovers, reopen
from core.keras_runtime.failures import explain
from core.sanitize import one_line
from tui.conversation import conversation
from tui.screens.dialogs import Ask

if TYPE_CHECKING:
    from tui.app import LayerLabApp

__all__ = ["JournalController"]

PAUSE = 1.0
"""Seconds from an edit until it is written, together with all that follow meanwhile."""
IDLE = 0.5
"""Idle seconds before a question pops up: no key in mid-word must answer it."""


class JournalController:
    """Keeps the app's unsaved edits on disk, so that they survive a crash."""

    def __init__(self, app: "LayerLabApp") -> None:
        self.app = app
        self._journal = Journal()
        self._edits = 0
        self._due: Timer | None = None
        self._offering: Timer | None = None
        self._failing = False
        self._touched = monotonic()

    def touched(self) -> None:
        """Record that there was input."""
        self._touched = monotonic()

    def write_pending(self) -> None:
        """Write pending edits: the app ends, and not always because the user quit."""
        if self._due is not None:
            with suppress(OSError):
                self._journal.write(self.app.document, self.app.documents.path, self._edits)

    def edited(self) -> None:
        """Schedule writing the changed document; returns at once."""
        self._edits += 1
        if self._due is None:
            self._due = self.app.set_timer(PAUSE, self.secure)

    def close(self) -> None:
        """Delete the journal: unsaved changes have been saved or discarded."""
        self._due = None
        self._journal.close()

    def secure(self) -> None:
        """Write the document to the journal now, in a thread."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        document, path, number = self.app.document, self.app.documents.path, self._edits
        work = partial(self._write_journal, document, path, number)
        self.app.run_worker(work, thread=True, group="journal", exit_on_error=False)

    def _write_journal(self, document: Document, path: Path | None, number: int) -> None:
        try:
            self._journal.write(document, path, number)
            self._failing = False
        except Exception as error:  # noqa: BLE001  # a full disk must not prevent editing
            reported, self._failing = self._failing, True
            if not reported and not get_current_worker().is_cancelled:
                self.app.call_from_thread(self.app.refuse, "Unsaved edits are not being backed up", explain(error))

    def look_for_leftovers(self) -> None:
        """Offer to restore what a LayerLab that ended unexpectedly had not saved; looks in a thread."""
        self.app.run_worker(self._look_for_leftovers, thread=True, group="leftovers", exit_on_error=False)

    def _look_for_leftovers(self) -> None:
        found, damaged = leftovers()
        if (found or damaged) and not get_current_worker().is_cancelled:
            self.app.call_from_thread(self._found_leftovers, found, damaged)

    def _found_leftovers(self, found: Sequence[Leftover], damaged: Sequence[str]) -> None:
        for line in damaged:
            self.app.notify(f"unsaved edits could not be read: {one_line(line)}", title="Set aside", markup=False)
        if found:
            self._offering = self.app.set_interval(IDLE / 2, lambda: self._offer_once_idle(found))

    def _offer_once_idle(self, found: Sequence[Leftover]) -> None:
        if len(self.app.screen_stack) == 1 and monotonic() - self._touched > IDLE and self._offering is not None:
            self._offering.stop()
            self._offering = None
            self._offer(found)

    @conversation
    async def _offer(self, found: Sequence[Leftover]) -> None:
        for leftover in found:
            name = one_line(leftover.preset.name)
            question = f"{name} (edited) was left unsaved by a LayerLab that ended unexpectedly."
            answers = {"restore": "Restore", "discard": "Discard"}
            answer = await self.app.push_screen_wait(Ask(question, answers, back="Later"))
            if answer == "restore":
                if await self.app.documents.may_leave(f"restore {name}"):
                    self._restore(leftover)
                return
            if answer == "discard":
                try:
                    discard(leftover)
                except JournalError as error:
                    self.app.refuse("Not discarded", error)

    def _restore(self, leftover: Leftover) -> None:
        document, path = reopen(leftover)
        try:
            self._journal.adopt(leftover)
        except JournalError as error:
            self.app.refuse("Not restored", error)
            return
        self.app.documents.put_document(document, path)
        changed = "; its file has changed since, so ctrl+s asks for a name" if leftover.path and not path else ""
        self.app.notify(f"Restored {one_line(leftover.preset.name)}{changed}", markup=False)
