"""Keeps what is edited on disk while it is not saved, and offers what an earlier LayerLab could not save."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from textual import events, work
from textual.timer import Timer
from textual.worker import get_current_worker

from core.document import Document
from core.journal import Journal, JournalError, Leftover, discard, leftovers, reopen
from core.keras_runtime.failures import explain
from core.presets import Preset
from core.sanitize import one_line
from tui.conversation import conversation
from tui.document_controller import DocumentController
from tui.screens.dialogs import Ask

__all__ = ["Journaling"]

PAUSE = 1.0
"""Seconds from an edit until it is on disk, with all that follow it in the meantime."""
IDLE = 0.5
"""Seconds without a key until a question comes up by itself: nobody is to answer it in the middle of a word."""


class Journaling(DocumentController):
    """An app whose document outlives it."""

    def __init__(self, preset: Preset | str | Path | None, path: Path | None) -> None:
        """Raises `PresetError` for an id or a path that cannot be read."""
        super().__init__(preset, path)
        self._journal = Journal()
        self._edits = 0
        self._due: Timer | None = None
        self._offering: Timer | None = None
        self._failing = False
        self._touched = monotonic()

    async def on_event(self, event: events.Event) -> None:
        """Take note of when a person did something last."""
        if isinstance(event, events.InputEvent):
            self._touched = monotonic()
        await super().on_event(event)

    def on_unmount(self) -> None:
        """Write what is due: the app ends, and not always because somebody left it."""
        if self._due is not None:
            with suppress(OSError):
                self._journal.write(self.document, self.path, self._edits)

    def journal_edit(self) -> None:
        """The document has changed: have it on disk soon. Takes no time."""
        self._edits += 1
        if self._due is None:
            self._due = self.set_timer(PAUSE, self.secure)

    def close_journal(self) -> None:
        """Leave nothing behind: what was unsaved has been seen to."""
        self._due = None
        self._journal.close()

    def secure(self) -> None:
        """Write the document to the journal now, in a thread."""
        if self._due is not None:
            self._due.stop()
            self._due = None
        self._write_journal(self.document, self.path, self._edits)

    @work(thread=True, group="journal", exit_on_error=False)
    def _write_journal(self, document: Document, path: Path | None, number: int) -> None:
        try:
            self._journal.write(document, path, number)
            self._failing = False
        except Exception as error:  # noqa: BLE001  # a disk that is full must not keep anybody from editing
            told, self._failing = self._failing, True
            if not told and not get_current_worker().is_cancelled:
                self.call_from_thread(self.refuse, "Edits are not kept on disk", explain(error))

    @work(thread=True, group="leftovers", exit_on_error=False)
    def look_for_leftovers(self) -> None:
        """Offer what a LayerLab that ended unexpectedly had not saved."""
        found, damaged = leftovers()
        if (found or damaged) and not get_current_worker().is_cancelled:
            self.call_from_thread(self._found_leftovers, found, damaged)

    def _found_leftovers(self, found: Sequence[Leftover], damaged: Sequence[str]) -> None:
        for line in damaged:
            self.notify(f"unsaved edits that cannot be read: {one_line(line)}", title="Set aside", markup=False)
        if found:
            self._offering = self.set_interval(IDLE / 2, lambda: self._offer_once_idle(found))

    def _offer_once_idle(self, found: Sequence[Leftover]) -> None:
        if len(self.screen_stack) == 1 and monotonic() - self._touched > IDLE and self._offering is not None:
            self._offering.stop()
            self._offering = None
            self._offer(found)

    @conversation
    async def _offer(self, found: Sequence[Leftover]) -> None:
        for leftover in found:
            name = one_line(leftover.preset.name)
            question = f"{name} (edited) was left unsaved by a LayerLab that ended unexpectedly."
            answers = {"restore": "Restore", "discard": "Discard"}
            answer = await self.push_screen_wait(Ask(question, answers, back="Later"))
            if answer == "restore":
                if await self.may_leave(f"restore {name}"):
                    self._restore(leftover)
                return
            if answer == "discard":
                try:
                    discard(leftover)
                except JournalError as error:
                    self.refuse("Not discarded", error)

    def _restore(self, leftover: Leftover) -> None:
        document, path = reopen(leftover)
        try:
            self._journal.adopt(leftover)
        except JournalError as error:
            self.refuse("Not restored", error)
            return
        self.put_document(document, path)
        changed = "; its file has changed since, so ctrl+s asks for a name" if leftover.path and not path else ""
        self.notify(f"Restored {one_line(leftover.preset.name)}{changed}", markup=False)
