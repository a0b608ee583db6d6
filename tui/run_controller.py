"""The app's runs: creates, resumes, inspects and exports them."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on, work
from textual.getters import query_one
from textual.worker import get_current_worker

from core.events import Event
from core.formatting import show_amount
from core.keras_runtime.failures import explain
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.presets import Preset
from core.runs.record import Run, RunDetails
from core.sanitize import one_line
from core.sentences import sentence
from tui.conversation import conversation
from tui.inspect.pane import InspectPane
from tui.journaling import Journaling
from tui.runs.export_run import FilesExistError, choices, export_runs, title
from tui.runs.pane import RunsPane
from tui.screens.dialogs import Ask
from tui.screens.export_dialog import ExportDialog, Wanted
from tui.sessions import interrupted_runs, load_inspector, new_session, resume_session, trained_network
from tui.train.pane import TrainPane
from tui.training_session import MakeSession, TrainingSession

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store
    from core.training.inspector import Inspector

__all__ = ["RunController"]


class RunController(Journaling):
    """An app that trains networks and, if it ``saves``, saves them as runs."""

    train_pane = query_one("#train", TrainPane)
    inspect_pane = query_one("#inspect", InspectPane)
    runs_pane = query_one("#runs", RunsPane)

    session_factory: Callable[[Architecture, Plan, Callable[[Event], None]], TrainingSession] | None = None
    """Makes training sessions in tests; None: real ones."""

    def __init__(self, preset: Preset | str | Path | None, path: Path | None, *, saves: bool) -> None:
        """Raises `PresetError` for an id or a path that cannot be read."""
        super().__init__(preset, path)
        self._saves = saves
        self._shown: tuple[RunDetails, Which] | None = None

    def action_show(self, tab: str) -> None:
        """Open the tab ``tab``."""
        raise NotImplementedError

    @cached_property
    def store(self) -> "Store":
        """The runs on disk."""
        from core.runs.store import Store  # noqa: PLC0415  # imports SQLite, which start-up does without

        return Store()

    def training(self, preset: Preset) -> MakeSession:
        """A session factory for ``preset``."""
        factory = self.session_factory
        if factory is not None:
            return lambda listen: factory(preset.architecture, preset.plan, listen)
        return new_session(preset, self.store if self._saves else None)

    def show_training(self) -> None:
        """Show what is trained in the Inspect tab, where a saved run stays until something is trained."""
        train, inspect = self.train_pane, self.inspect_pane
        if self._shown and not train.busy:
            return
        self._shown = None
        inspect.run, inspect.state, inspect.history = train.controller.run, train.state, train.history

    def inspector(self) -> "Inspector | None":
        """Load the network shown in the Inspect tab; called in a thread."""
        shown = self._shown
        return load_inspector(self.store, *shown) if shown else self.train_pane.controller.inspector()

    @on(InspectPane.TrainedWanted)
    def _show_trained(self) -> None:
        self._shown = None
        self.show_training()

    @on(RunsPane.OpenRequested)
    @conversation
    async def _open_trained(self, event: RunsPane.OpenRequested) -> None:
        if await self.may_leave(f"open {one_line(event.preset.name)}"):
            self.open_document(event.preset, None, saved=False)
            self.action_show("build")

    @on(RunsPane.InspectRequested)
    def _inspect_requested(self, event: RunsPane.InspectRequested) -> None:
        self._inspect_run(event.run, event.which)

    @on(RunsPane.ResumeRequested)
    def _resume_requested(self, event: RunsPane.ResumeRequested) -> None:
        if self.train_pane.busy:
            self.refuse("Not resumed", "training is running: x on the Train tab stops it")
        else:
            self._resume(event.run, event.more)

    @work(thread=True, group="interrupted", exit_on_error=False)
    def look_for_interrupted(self) -> None:
        """Notify the user of interrupted runs."""
        worker = get_current_worker()
        runs = interrupted_runs(self.store, lambda: not worker.is_cancelled)
        if runs and not worker.is_cancelled:
            first, more = one_line(runs[0].name), f" and {len(runs) - 1} more" if len(runs) > 1 else ""
            message = f"{first}{more} interrupted during training: 4 opens Runs, where r resumes"
            self.call_from_thread(self.notify, message, title="Interrupted", timeout=10, markup=False)

    @work(thread=True, exclusive=True, group="saved", exit_on_error=False)
    def _inspect_run(self, run: Run, which: "Which") -> None:
        try:
            details = self.store.details(run.id)
        except Exception as error:  # noqa: BLE001  # no error in a file must end the app
            self.call_from_thread(self.refuse, "Cannot inspect", explain(error))
            return
        self.call_from_thread(self._show_run, details, which)

    def _show_run(self, details: RunDetails, which: "Which") -> None:
        if self.train_pane.busy:
            self.refuse("Cannot inspect", "training is running: its network is shown until it ends")
            return
        inspect = self.inspect_pane
        self._shown = (details, which)
        inspect.run, inspect.state, inspect.history = trained_network(details, which), "idle", details.history
        self.action_show("inspect")

    @work(thread=True, exclusive=True, group="saved", exit_on_error=False)
    def _resume(self, run: Run, more: int) -> None:
        try:
            make, details = resume_session(self.store, run, more)
        except Exception as error:  # noqa: BLE001  # as above
            self.call_from_thread(self.refuse, "Not resumed", explain(error))
            return
        self.call_from_thread(self._start_resumed, make, details)

    def _start_resumed(self, make: MakeSession, details: RunDetails) -> None:
        if self.train_pane.busy:
            self.refuse("Not resumed", "another training run has started meanwhile: x on the Train tab stops it")
            return
        self.action_show("train")
        self.train_pane.resume_run(trained_network(details), make, details.history)

    @on(RunsPane.ExportRequested)
    @conversation
    async def _export_requested(self, event: RunsPane.ExportRequested) -> None:
        wanted = await self.push_screen_wait(ExportDialog(title(event.runs), choices(), _default_folder()))
        if wanted:
            self._export(event.runs, wanted, force=False)

    @work
    async def _confirm_replacing(self, runs: Sequence[Run], wanted: Wanted, existing: str) -> None:
        question = f"{sentence(one_line(existing))} Replace?"
        if await self.push_screen_wait(Ask(question, {"replace": "Replace"})):
            self._export(runs, wanted, force=True)

    @work(thread=True, group="export", exit_on_error=False)
    def _export(self, runs: Sequence[Run], wanted: Wanted, *, force: bool) -> None:
        self.call_from_thread(self.runs_pane.say, f"exporting {title(runs, wanted.choice)} ...")
        message = ""
        try:
            paths = export_runs(self.store, runs, wanted.choice, wanted.folder, force=force)
            where = str(paths[0]) if len(paths) == 1 else f"{show_amount(len(paths), 'file')} in {wanted.folder}"
            message = f"exported to {one_line(where)}"
        except FilesExistError as error:
            self.call_from_thread(self._confirm_replacing, runs, wanted, str(error))
        except Exception as error:  # noqa: BLE001  # no error of a disk or of Keras must end the app
            self.call_from_thread(self.refuse, "Not exported", explain(error))
        self.call_from_thread(self.runs_pane.say, message, "done" if message else "")


def _default_folder() -> Path:
    """The folder that the app was started in, or the home folder if that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()
