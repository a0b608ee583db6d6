"""The open document: how it is opened, edited, saved and closed."""

from pathlib import Path

from msgspec.structs import replace
from textual.reactive import reactive

from core import presets
from core.document import Document
from core.files import what_is
from core.network.architecture import Architecture
from core.presets import Preset, PresetError
from core.sanitize import one_line
from tui.containment import Containing
from tui.conversation import conversation
from tui.screens.browse import BrowsePresets
from tui.screens.dialogs import Ask, NameFile
from tui.screens.text_prompt import TextPrompt

__all__ = ["EMPTY", "DocumentController"]

EMPTY = Preset("untitled", Architecture((28, 28, 1)))


class DocumentController(Containing):
    """An app with a document."""

    document: reactive[Document] = reactive(Document.opened(EMPTY), init=False, repaint=False)
    """The preset being edited, with its history."""
    document_id: reactive[int] = reactive(0, repaint=False)
    """Identifies the document: unchanged while it is edited and saved, new when another is opened."""
    preset: reactive[Preset] = reactive(EMPTY, repaint=False)
    """The present of `document`, as the tabs see it."""

    def __init__(self, preset: Preset | str | Path | None, path: Path | None) -> None:
        """Raises `PresetError` for an id or a path that cannot be read."""
        super().__init__()
        if isinstance(preset, str | Path):
            path = presets.find(str(preset))
            preset = presets.load(path)
        self.path = path
        """The file that the document was opened from or last saved to."""
        self.set_reactive(DocumentController.document, Document.opened(preset or EMPTY))
        self.set_reactive(DocumentController.preset, preset or EMPTY)

    def opened(self) -> None:
        """Show another document that was opened. Subclasses implement it."""
        raise NotImplementedError

    def edited(self) -> None:
        """Report what undo or redo has changed. Subclasses implement it."""
        raise NotImplementedError

    def refuse(self, title: str, error: Exception | str) -> None:
        """Notify the user why something was not done."""
        self.notify(one_line(str(error), 1_000), title=title, severity="error", timeout=10, markup=False)

    def action_undo(self) -> None:
        """Undo the last edit."""
        self.document = self.document.undo()
        self.edited()

    def action_redo(self) -> None:
        """Redo the last undone edit."""
        self.document = self.document.redo()
        self.edited()

    @conversation
    async def action_new(self) -> None:
        """Start with an empty stack."""
        if await self.may_leave("start a new one"):
            self.open_document(EMPTY, None)

    @conversation
    async def action_presets(self) -> None:
        """Browse the presets and open one."""
        chosen = await self.push_screen_wait(BrowsePresets(self.path.stem if self.path else ""))
        if chosen is not None:
            await self._open_preset(Path(chosen))

    @conversation
    async def open_preset(self, path: Path) -> None:
        """Open the preset at ``path``, after asking about unsaved changes."""
        await self._open_preset(path)

    async def _open_preset(self, path: Path) -> None:
        try:
            preset = presets.load(path)
        except PresetError as error:
            self.refuse("Cannot open", error)
            return
        if await self.may_leave(f"open {one_line(preset.name)}"):
            self.open_document(preset, path)

    @conversation
    async def action_import(self) -> None:
        """Open a model saved by Keras."""
        note = "a .keras or .h5 file, or JSON from model.to_json(): a sequential stack without branches"
        path = await self.push_screen_wait(TextPrompt("Import a Keras file", "", note, _path_problem))
        if path is None:
            return
        from core.importing import any_file  # noqa: PLC0415  # rarely needed

        file = Path(path.strip()).expanduser()
        try:
            loaded = any_file.load(file)
        except PresetError as error:
            self.refuse("Cannot import", error)
            return
        preset = loaded.preset
        if await self.may_leave(f"open {one_line(preset.name)}"):
            self.open_document(preset, None if loaded.is_keras else file, saved=not loaded.is_keras)

    @conversation
    async def action_save(self) -> None:
        """Save to the file it came from, or ask for a name."""
        await self._save()

    @conversation
    async def action_save_as(self) -> None:
        """Save under another name."""
        await self._save_as()

    async def may_leave(self, doing: str) -> bool:
        """Whether the document may be closed, after asking about unsaved changes."""
        if not self.document.unsaved:
            return True
        question = f"{one_line(self.preset.name)} has unsaved changes. Save them before you {doing}?"
        answer = await self.push_screen_wait(Ask(question, {"save": "Save", "discard": "Discard"}))
        if answer == "save":
            return await self._save()
        return answer == "discard"

    async def _save(self) -> bool:
        if self.path is None or presets.is_shipped(self.path):
            return await self._save_as()
        return self._write(self.document.present, self.path)

    async def _save_as(self) -> bool:
        name = await self.push_screen_wait(NameFile(self.preset.name, str(presets.own_folder())))
        if name is None:
            return False
        try:
            path = presets.path_for(name)
            taken = presets.exists(path) and (path != self.path or name != self.preset.name)
        except PresetError as error:
            self.refuse("Not saved", error)
            return False
        if taken and not await self.push_screen_wait(Ask(f"{path.name} exists. Replace it?", {"replace": "Replace"})):
            return False
        preset = self.document.present
        if not name.endswith(".toml"):
            preset = replace(preset, name=name)
        return self._write(preset, path)

    def _write(self, preset: Preset, path: Path) -> bool:
        try:
            presets.save(preset, path)
        except PresetError as error:
            self.refuse("Not saved", error)
            return False
        self.path = path
        self.document = self.document.edit(preset).mark_saved()
        self.notify(f"Saved as {one_line(str(path))}", markup=False)
        return True

    def open_document(self, preset: Preset, path: Path | None, *, saved: bool = True) -> None:
        """Replace the open document with ``preset``, which came from ``path``.

        One that is not ``saved``, as it comes from a run or another program, counts as unsaved changes.
        """
        self.put_document(Document(preset, saved=preset if saved else None), path)

    def put_document(self, document: Document, path: Path | None) -> None:
        """Replace the open document with ``document``, with ``path`` as its file."""
        self.path = path
        self.document_id += 1
        self.document = document
        self.opened()


def _path_problem(path: str) -> str:
    """Why no file can be read at ``path``; empty if one can."""
    try:
        what = what_is(Path(path.strip()).expanduser().stat().st_mode)
    except (OSError, RuntimeError, ValueError):
        what = "there is no such file"
    return f"{what}: type the path of one" if what else ""
