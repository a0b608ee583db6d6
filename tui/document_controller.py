"""The open document: how it is opened, edited, saved and closed."""

from pathlib import Path
from secrets import randbelow
from typing import TYPE_CHECKING

from msgspec.structs import replace

from core import presets
from core.diagnosis.fix_preview import changes
from core.document import Document
from core.files import what_is
from core.network.architecture import Architecture
from core.network.fix import Fix
from core.plan.plan import Plan
from core.presets import UNTITLED, Preset, PresetError
from core.sanitize import one_line
from core.sentences import sentence
from core.typography import typeset
from tui.conversation import conversation
from tui.screens.browse_presets import BrowsePresets
from tui.screens.dialogs import Ask, NameFile
from tui.screens.fix_preview import FixPreview
from tui.screens.text_prompt import TextPrompt
from tui.training_session import TrainedNetwork

if TYPE_CHECKING:
    from core.learn.exercise import Topic
    from tui.app import LayerLabApp

__all__ = ["EMPTY", "DocumentController"]

EMPTY = Preset(UNTITLED, Architecture((28, 28, 1)))


MOST_SEEDS = 1_000
"""Different sequences of exercises, from one of which each session takes its own."""
MOST_NAMED = 3
"""Changes that are named of those that one key undoes."""


class DocumentController:
    """Opens, saves and closes the app's document, and asks about unsaved changes before it is closed."""

    def __init__(self, app: "LayerLabApp", path: Path | None) -> None:
        self.app = app
        self.path = path
        """The file that the document was opened from or last saved to."""

    def edit_architecture(self, architecture: Architecture, merging: str) -> None:
        """Replace the architecture; edits in a row with the same ``merging``, unless it is empty, are undone as one."""
        document = self.app.document
        self.app.document = document.edit(replace(document.present, architecture=architecture), merging)
        if not merging:
            self.app.build_pane.report_change()

    def edit_plan(self, plan: Plan, merging: str) -> None:
        """Replace the training plan; ``merging`` as in `edit_architecture`."""
        document = self.app.document
        self.app.document = document.edit(replace(document.present, plan=plan), merging)

    def settle(self) -> None:
        """End a row of edits: what follows is undone by itself."""
        self.app.document = self.app.document.settle()

    def apply_fix(self, fix: Fix) -> None:
        """Change the open document as ``fix`` says."""
        document = self.app.document
        fixed = replace(document.present, architecture=fix.architecture, plan=fix.plan)
        self.app.document = document.edit(fixed).settle()
        self.app.build_pane.report_change()
        undo = "u undoes it" if self.app.tab == "build" else "u on the Build tab undoes it"
        then = ", t trains it" if self.app.train_pane.offers("start") else "; it cannot be trained yet"
        self.app.notify(f"{sentence(f'Done: {fix.label}')} {undo}{then}", markup=False)

    @conversation
    async def fix(self, fix: Fix, run: TrainedNetwork, reason: str) -> None:
        """Show a fix found in ``run``. Applied, it changes the document that ``run`` trained, or opens a new one."""
        dialog = FixPreview(reason, fix, run.architecture, run.plan, self._where_fixed(run))
        if not await self.app.push_screen_wait(dialog):
            return
        if run.document == self.app.document_id:
            self.apply_fix(fix)
        else:
            await self._open_fixed(fix, run)

    def _where_fixed(self, run: TrainedNetwork) -> str:
        """What is to know of the place where a fix found in ``run`` is applied; empty if it is as one expects."""
        present = self.app.document.present
        if run.document != self.app.document_id:
            return f"{one_line(run.title)} is not what is open: the fixed network opens as a new document."
        same = (present.architecture, present.plan) == (run.architecture, run.plan)
        return "" if same else "What is open now differs from what was trained: the fix is one of what was trained."

    async def _open_fixed(self, fix: Fix, run: TrainedNetwork) -> None:
        name = one_line(run.title)
        if await self.may_leave(f"open {name}"):
            self.open_document(Preset(run.name, fix.architecture, fix.plan), None, saved=False)
            self.app.notify(f"New document {name}: {fix.label}. t trains it, ctrl+s saves it", markup=False)

    def undo(self) -> None:
        """Undo the last edit."""
        self._go("Undone", self.app.document.undo())

    def redo(self) -> None:
        """Redo the last undone edit."""
        self._go("Redone", self.app.document.redo())

    def _go(self, what: str, document: Document) -> None:
        before, after = self.app.document.present, document.present
        self.app.document = document
        self.app.build_pane.report_change()
        found = changes(before.architecture, before.plan, after.architecture, after.plan)
        if found and self.app.tab != "build":  # there the stack shows it
            text = "; ".join(map(str, found[:MOST_NAMED]))
            self.app.notify(one_line(typeset(text)), title=what, markup=False)

    @conversation
    async def new(self) -> None:
        """Start with an empty stack."""
        if await self.may_leave("start a new one"):
            self.open_document(EMPTY, None)

    @conversation
    async def browse(self) -> None:
        """Browse the presets and open one."""
        chosen = await self.app.push_screen_wait(BrowsePresets(self.path.stem if self.path else ""))
        if chosen is not None:
            await self._open_preset(Path(chosen))

    @conversation
    async def open_preset(self, path: Path) -> None:
        """Open the preset at ``path``, after asking about unsaved changes."""
        await self._open_preset(path)

    @conversation
    async def build_preset(self, path: Path, lesson: str = "") -> None:
        """Open the preset at ``path`` as `open_preset` does, and show it; as the broken network of ``lesson``, if any.

        A broken network is a document without a file: it is not that of the preset, which knows of no lesson.
        """
        if await self._open_preset(path, lesson):
            self.app.action_show("build")

    async def _open_preset(self, path: Path, lesson: str = "") -> bool:
        """Whether it was opened."""
        try:
            preset = presets.load(path)
        except PresetError as error:
            self.app.refuse("Cannot open", error)
            return False
        if not await self.may_leave(f"open {one_line(preset.name)}"):
            return False
        self.open_document(replace(preset, lesson=lesson) if lesson else preset, None if lesson else path)
        return True

    @conversation
    async def practise(self, topic: "Topic | None" = None) -> None:
        """Ask exercises, first on ``topic``; open the network of one, if that is wanted."""
        from core.learn.practice import load_record, start  # noqa: PLC0415  # start-up does without the exercises
        from tui.screens.exercises import Exercises  # noqa: PLC0415

        text = await self.app.push_screen_wait(Exercises(start(randbelow(MOST_SEEDS), load_record(), topic)))
        if text is not None:
            preset = presets.loads(text, "exercise")
            if await self.may_leave(f"open {one_line(preset.name)}"):
                self.open_document(preset, None)

    @conversation
    async def import_model(self) -> None:
        """Open a model saved by Keras."""
        note = "a .keras or .h5 file, or JSON from model.to_json(): a sequential stack without branches"
        path = await self.app.push_screen_wait(TextPrompt("Import a Keras file", "", note, _path_problem))
        if path is None:
            return
        from core.importing import any_file  # noqa: PLC0415  # rarely needed

        file = Path(path.strip()).expanduser()
        try:
            loaded = any_file.load(file)
        except PresetError as error:
            self.app.refuse("Cannot import", error)
            return
        preset = loaded.preset
        if await self.may_leave(f"open {one_line(preset.name)}"):
            self.open_document(preset, None if loaded.is_keras else file, saved=not loaded.is_keras)

    @conversation
    async def save(self) -> None:
        """Save to the file it came from, or ask for a name."""
        await self._save()

    @conversation
    async def save_as(self) -> None:
        """Save under another name."""
        await self._save_as()

    async def may_leave(self, doing: str) -> bool:
        """Whether the document may be closed, after asking about unsaved changes."""
        if not self.app.document.unsaved:
            return True
        question = f"{one_line(self.app.preset.name)} has unsaved changes. Save them before you {doing}?"
        answer = await self.app.push_screen_wait(Ask(question, {"save": "Save", "discard": "Discard"}))
        if answer == "save":
            return await self._save()
        return answer == "discard"

    async def _save(self) -> bool:
        if self.path is None or presets.is_shipped(self.path):
            return await self._save_as()
        return self._write(self.app.document.present, self.path)

    async def _save_as(self) -> bool:
        name = await self.app.push_screen_wait(NameFile(self.app.preset.name))
        if name is None:
            return False
        try:
            path = presets.path_for(name)
            taken = presets.exists(path) and (path != self.path or name != self.app.preset.name)
        except PresetError as error:
            self.app.refuse("Not saved", error)
            return False
        if taken and not await self.app.push_screen_wait(
            Ask(f"{path.name} exists. Replace it?", {"replace": "Replace"})
        ):
            return False
        preset = self.app.document.present
        if not name.endswith(".toml"):
            preset = replace(preset, name=name)
        return self._write(preset, path)

    def _write(self, preset: Preset, path: Path) -> bool:
        try:
            presets.save(preset, path)
        except PresetError as error:
            self.app.refuse("Not saved", error)
            return False
        self.path = path
        self.app.document = self.app.document.edit(preset).mark_saved()
        self.app.notify(f"Saved as {one_line(str(path))}", markup=False)
        return True

    def open_document(self, preset: Preset, path: Path | None, *, saved: bool = True) -> None:
        """Replace the open document with ``preset``, which came from ``path``.

        One that is not ``saved``, as it comes from a run or another program, counts as unsaved changes.
        """
        self.put_document(Document(preset, saved=preset if saved else None), path)

    def put_document(self, document: Document, path: Path | None) -> None:
        """Replace the open document with ``document``, with ``path`` as its file."""
        self.path = path
        self.app.document_id += 1
        self.app.document = document
        self.app.show_opened()


def _path_problem(path: str) -> str:
    """Why no file can be read at ``path``; empty if one can."""
    try:
        what = what_is(Path(path.strip()).expanduser().stat().st_mode)
    except (OSError, RuntimeError, ValueError):
        what = "there is no such file"
    return f"{what}: type the path of one" if what else ""
