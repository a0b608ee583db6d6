"""The app's runs: creates, resumes, inspects and exports them."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from core.events import Event
from core.forecast.forecast import Forecast
from core.formatting import show_amount
from core.keras_runtime.failures import explain
from core.network.architecture import Architecture
from core.plan.plan import Plan
from core.presets import Preset
from core.runs.record import Run, RunDetails, RunError
from core.sanitize import one_line
from core.sentences import sentence
from tui.conversation import conversation
from tui.runs.export_run import FilesExistError, choices, export_runs, title
from tui.screens.dialogs import Ask
from tui.screens.export_dialog import ExportChoice, ExportDialog
from tui.sessions import interrupted_runs, load_inspector, new_session, resume_session, trained_network
from tui.training_session import MakeSession, TrainingSession

if TYPE_CHECKING:
    from core.runs.checkpoint_file import Which
    from core.runs.store import Store
    from core.training.inspector import Inspector
    from tui.app import LayerLabApp

__all__ = ["RunController", "default_folder"]


class RunController:
    """Creates, resumes, inspects and exports runs for the app; saves them if ``saves``."""

    session_factory: Callable[[Architecture, Plan, Callable[[Event], None]], TrainingSession] | None = None
    """Makes training sessions in tests; None: real ones."""

    def __init__(self, app: "LayerLabApp", *, saves: bool) -> None:
        self.app = app
        self._saves = saves
        self._shown: tuple[RunDetails, Which] | None = None

    @cached_property
    def store(self) -> "Store":
        """The runs on disk."""
        from core.runs.store import Store  # noqa: PLC0415  # imports SQLite, which start-up does without

        return Store()

    def newest(self) -> "RunDetails | None":
        """The newest run that can be read, for a thread."""
        for run in self.store.refresh():
            if run.readable and not run.unstarted:
                with suppress(RunError):  # it may be deleted meanwhile
                    return self.store.details(run.id)
        return None

    def session_maker(self, preset: Preset, forecast: Forecast | None = None) -> MakeSession:
        """A session factory for ``preset``, of whose training ``forecast`` was made."""
        factory = self.session_factory
        if factory is not None:
            return lambda listen: factory(preset.architecture, preset.plan, listen)
        return new_session(preset, self.store if self._saves else None, forecast)

    def show_training(self) -> None:
        """Show what is trained in the Inspect tab, where a saved run stays until something is trained."""
        train, inspect = self.app.train_pane, self.app.inspect_pane
        inspect.trained = train.controller.run is not None
        if self._shown and not train.busy:
            return
        self._shown = None
        inspect.run, inspect.state, inspect.history = train.controller.run, train.state, train.history
        self.app.silence.follow()

    def inspector(self) -> "Inspector | None":
        """Load the network shown in the Inspect tab; called in a thread."""
        shown = self._shown
        return load_inspector(self.store, *shown) if shown else self.app.train_pane.controller.inspector()

    def show_trained(self) -> None:
        """Show the network that was trained last in the Inspect tab."""
        self._shown = None
        self.show_training()

    @conversation
    async def open_preset(self, preset: Preset) -> None:
        """Open what a run trained as a new document, after asking about unsaved changes."""
        if await self.app.documents.may_leave(f"open {one_line(preset.name)}"):
            self.app.documents.open_document(preset, None, saved=False)
            self.app.action_show("build")

    def inspect(self, run: Run, which: "Which") -> None:
        """Show ``run`` in the Inspect tab; it is read in a thread."""
        self._in_thread(partial(self._read_run, run, which), "saved", exclusive=True)

    def resume(self, run: Run, more: int) -> None:
        """Train ``run`` on, for ``more`` epochs or to the end of its plan."""
        if self.app.train_pane.busy:
            self.app.refuse("Not resumed", "training is running: x on the Train tab stops it")
        else:
            self._in_thread(partial(self._prepare, run, more), "saved", exclusive=True)

    def look_for_interrupted(self) -> None:
        """Notify the user of interrupted runs; looks in a thread."""
        self._in_thread(self._look_for_interrupted, "interrupted")

    def _look_for_interrupted(self) -> None:
        worker = get_current_worker()
        runs = interrupted_runs(self.store, lambda: not worker.is_cancelled)
        if runs and not worker.is_cancelled:
            first, more = one_line(runs[0].name), f" and {len(runs) - 1} more" if len(runs) > 1 else ""
            message = f"{first}{more} interrupted during training: 4 opens Runs, where r resumes"
            self.app.call_from_thread(self.app.notify, message, title="Interrupted", timeout=10, markup=False)

    def _read_run(self, run: Run, which: "Which") -> None:
        try:
            details = self.store.details(run.id)
        except Exception as error:  # noqa: BLE001  # no error in a file must end the app
            self.app.call_from_thread(self.app.refuse, "Cannot inspect", explain(error))
            return
        self.app.call_from_thread(self._show_run, details, which)

    def _show_run(self, details: RunDetails, which: "Which") -> None:
        if self.app.train_pane.busy:
            self.app.refuse("Cannot inspect", "training is running: its network is shown until it ends")
            return
        inspect = self.app.inspect_pane
        self._shown = (details, which)
        inspect.run, inspect.state, inspect.history = trained_network(details, which), "idle", details.history
        self.app.silence.follow()
        self.app.action_show("inspect")

    def _prepare(self, run: Run, more: int) -> None:
        try:
            make, details = resume_session(self.store, run, more)
        except Exception as error:  # noqa: BLE001  # as above
            self.app.call_from_thread(self.app.refuse, "Not resumed", explain(error))
            return
        self.app.call_from_thread(self._start_resumed, make, details)

    def _start_resumed(self, make: MakeSession, details: RunDetails) -> None:
        if self.app.train_pane.busy:
            self.app.refuse("Not resumed", "another training run has started meanwhile: x on the Train tab stops it")
            return
        self.app.action_show("train")
        self.app.train_pane.resume_run(trained_network(details), make, details.history, details.forecast)

    @conversation
    async def export(self, runs: Sequence[Run]) -> None:
        """Ask for a format and a folder, and export ``runs``."""
        wanted = await self.app.push_screen_wait(ExportDialog(title(runs), choices(), default_folder()))
        if wanted:
            self._begin_export(runs, wanted, force=False)

    async def _confirm_replacing(self, runs: Sequence[Run], wanted: ExportChoice, existing: str) -> None:
        question = f"{sentence(one_line(existing))} Replace?"
        if await self.app.push_screen_wait(Ask(question, {"replace": "Replace"})):
            self._begin_export(runs, wanted, force=True)

    def _begin_export(self, runs: Sequence[Run], wanted: ExportChoice, *, force: bool) -> None:
        self._in_thread(partial(self._export, runs, wanted, force=force), "export")

    def _export(self, runs: Sequence[Run], wanted: ExportChoice, *, force: bool) -> None:
        self.app.call_from_thread(self.app.runs_pane.say, f"exporting {title(runs, wanted.choice)} ...")
        message = ""
        try:
            paths = export_runs(self.store, runs, wanted.choice, wanted.folder, force=force)
            where = str(paths[0]) if len(paths) == 1 else f"{show_amount(len(paths), 'file')} in {wanted.folder}"
            message = f"exported to {one_line(where)}"
        except FilesExistError as error:
            self.app.call_from_thread(self.app.run_worker, self._confirm_replacing(runs, wanted, str(error)))
        except Exception as error:  # noqa: BLE001  # no error of a disk or of Keras must end the app
            self.app.call_from_thread(self.app.refuse, "Not exported", explain(error))
        self.app.call_from_thread(self.app.runs_pane.say, message, "done" if message else "")

    def _in_thread(self, work: Callable[[], None], group: str, *, exclusive: bool = False) -> None:
        self.app.run_worker(work, thread=True, group=group, exclusive=exclusive, exit_on_error=False)


def default_folder() -> Path:
    """The folder that the app was started in, or the home folder if that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()
