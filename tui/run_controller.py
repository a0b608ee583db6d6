"""What the app does with kept runs: trains so that there are some, goes on with one, looks into one, hands one out."""

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
from tui.runs.export_run import CHOICES, FilesExistError, export_runs, title
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
    """An app whose trainings are kept, unless it does not ``save``."""

    train_pane = query_one("#train", TrainPane)
    inspect_pane = query_one("#inspect", InspectPane)
    runs_pane = query_one("#runs", RunsPane)

    session_factory: Callable[[Architecture, Plan, Callable[[Event], None]], TrainingSession] | None = None
    """Makes training sessions; None: real ones."""

    def __init__(self, preset: Preset | str | Path | None, path: Path | None, *, saves: bool) -> None:
        """Raises `PresetError` for an id or a path that cannot be read."""
        super().__init__(preset, path)
        self._saves = saves
        self._on_show: tuple[RunDetails, Which] | None = None

    def action_show(self, tab: str) -> None:
        """Open the tab ``tab``."""
        raise NotImplementedError

    @cached_property
    def store(self) -> "Store":
        """The runs on disk."""
        from core.runs.store import Store  # noqa: PLC0415  # brings SQLite, which the start does without

        return Store()

    def training(self, preset: Preset) -> MakeSession:
        """How a preset is trained."""
        factory = self.session_factory
        if factory is not None:
            return lambda listen: factory(preset.architecture, preset.plan, listen)
        return new_session(preset, self.store if self._saves else None)

    def show_training(self) -> None:
        """Hand what is trained on to the Inspect tab. There a kept run stays on show until something is trained."""
        train, inspect = self.train_pane, self.inspect_pane
        if self._on_show and not train.busy:
            return
        self._on_show = None
        inspect.run, inspect.state, inspect.history = train.controller.run, train.state, train.history

    def inspector(self) -> "Inspector | None":
        """What can be asked of the network on show in the Inspect tab; called in a thread."""
        shown = self._on_show
        return load_inspector(self.store, *shown) if shown else self.train_pane.controller.inspector()

    @on(InspectPane.TrainedWanted)
    def _show_trained(self) -> None:
        self._on_show = None
        self.show_training()

    @on(RunsPane.OpenRequested)
    @conversation
    async def _open_trained(self, event: RunsPane.OpenRequested) -> None:
        if await self.may_leave(f"open {one_line(event.preset.name)}"):
            self.open_document(event.preset, None, saved=False)
            self.action_show("build")

    @on(RunsPane.InspectRequested)
    def _inspect_requested(self, event: RunsPane.InspectRequested) -> None:
        self._inspect_kept(event.run, event.which)

    @on(RunsPane.ResumeRequested)
    def _resume_requested(self, event: RunsPane.ResumeRequested) -> None:
        if self.train_pane.busy:
            self.refuse("Not resumed", "training is under way: x on the Train tab stops it")
        else:
            self._go_on(event.run, event.more)

    @work(thread=True, group="interrupted", exit_on_error=False)
    def look_for_interrupted(self) -> None:
        """Offer to go on with what was cut off."""
        worker = get_current_worker()
        runs = interrupted_runs(self.store, lambda: not worker.is_cancelled)
        if runs and not worker.is_cancelled:
            first, more = one_line(runs[0].name), f" and {len(runs) - 1} more" if len(runs) > 1 else ""
            said = f"{first}{more} cut off in mid-training: 4 opens Runs, where r goes on"
            self.call_from_thread(self.notify, said, title="Interrupted", timeout=10, markup=False)

    @work(thread=True, exclusive=True, group="kept", exit_on_error=False)
    def _inspect_kept(self, run: Run, which: "Which") -> None:
        try:
            told = self.store.details(run.id)
        except Exception as error:  # noqa: BLE001  # whatever is wrong with a file must not end the app
            self.call_from_thread(self.refuse, "Cannot be inspected", explain(error))
            return
        self.call_from_thread(self._show_kept, told, which)

    def _show_kept(self, told: RunDetails, which: "Which") -> None:
        if self.train_pane.busy:
            self.refuse("Cannot be inspected", "training is under way: what is trained is on show until it ends")
            return
        inspect = self.inspect_pane
        self._on_show = (told, which)
        inspect.run, inspect.state, inspect.history = trained_network(told, which), "idle", told.history
        self.action_show("inspect")

    @work(thread=True, exclusive=True, group="kept", exit_on_error=False)
    def _go_on(self, run: Run, more: int) -> None:
        try:
            make, told = resume_session(self.store, run, more)
        except Exception as error:  # noqa: BLE001  # as above
            self.call_from_thread(self.refuse, "Not resumed", explain(error))
            return
        self.call_from_thread(self._train_further, make, told)

    def _train_further(self, make: MakeSession, told: RunDetails) -> None:
        if self.train_pane.busy:
            self.refuse("Not resumed", "another training has begun meanwhile: x on the Train tab stops it")
            return
        self.action_show("train")
        self.train_pane.go_on(trained_network(told), make, told.history)

    @on(RunsPane.ExportRequested)
    @conversation
    async def _export_requested(self, event: RunsPane.ExportRequested) -> None:
        wanted = await self.push_screen_wait(ExportDialog(title(event.runs), CHOICES, _here()))
        if wanted:
            self._take_away(event.runs, wanted, force=False)

    @work
    async def _ask_to_replace(self, runs: Sequence[Run], wanted: Wanted, taken: str) -> None:
        question = f"{sentence(one_line(taken))} Replace what is there?"
        if await self.push_screen_wait(Ask(question, {"replace": "Replace"})):
            self._take_away(runs, wanted, force=True)

    @work(thread=True, group="taking", exit_on_error=False)
    def _take_away(self, runs: Sequence[Run], wanted: Wanted, *, force: bool) -> None:
        self.call_from_thread(self.runs_pane.say, f"writing {title(runs, wanted.choice)} ...")
        said = ""
        try:
            paths = export_runs(self.store, runs, wanted.choice, wanted.folder, force=force)
            where = str(paths[0]) if len(paths) == 1 else f"{show_amount(len(paths), 'file')} in {wanted.folder}"
            said = f"written: {one_line(where)}"
        except FilesExistError as error:
            self.call_from_thread(self._ask_to_replace, runs, wanted, str(error))
        except Exception as error:  # noqa: BLE001  # whatever a disk or Keras comes up with must not end the app
            self.call_from_thread(self.refuse, "Not written", explain(error))
        self.call_from_thread(self.runs_pane.say, said, "done" if said else "")


def _here() -> Path:
    """The folder that the app was started in, or one's own if that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()
