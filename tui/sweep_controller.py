"""The app's sweep: trained in processes, watched by a thread. There is one at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace
from textual.message import Message

from core.formatting import show_amount, show_duration
from core.keras_runtime.failures import explain
from core.sanitize import one_line
from core.sentences import sentence
from tui.conversation import conversation
from tui.run_controller import default_folder
from tui.screens.dialogs import Ask
from tui.screens.export_dialog import ExportDialog

if TYPE_CHECKING:
    from core.presets import Preset
    from core.sweeps.cluster_address import ClusterAddress
    from core.sweeps.progress import SweepProgress
    from core.sweeps.record import SweepFolder
    from core.sweeps.runner import Control, SweepEvent
    from core.sweeps.sweep import Sweep
    from tui.app import LayerLabApp

__all__ = ["ClusterNotJoined", "LiveSweep", "RunSweep", "SweepController", "SweepFailed", "SweepHeard"]

RunSweep = Callable[["Sweep", "SweepFolder", "Callable[[SweepEvent], None]", "Control", int], object]
"""Trains a sweep, as `core.sweeps.start.run_here` does."""
WAITING = 0.05
"""Seconds between two looks at whether a sweep has ended."""


class LiveSweep(Struct, frozen=True):
    """The sweep that is being trained, or was last."""

    key: str
    name: str
    progress: "SweepProgress"
    paused: bool = False

    @property
    def running(self) -> bool:
        """Whether it is being trained."""
        return self.progress.ended is None


@dataclass
class SweepHeard(Message):
    """Something has happened in the sweep."""

    event: "SweepEvent"


@dataclass
class SweepFailed(Message):
    """The sweep could not be trained on."""

    why: str


@dataclass
class ClusterNotJoined(Message):
    """The cluster of the sweep could not be joined."""

    sweep: "Sweep"
    folder: "SweepFolder"
    jobs: int
    """Processes that would train it on this machine."""
    why: str


class SweepController:
    """Begins, resumes, pauses and stops the app's sweep; what becomes of it is the app's ``sweep``."""

    run_sweep: RunSweep | None = None
    """Trains a sweep in tests; None: processes do."""

    def __init__(self, app: "LayerLabApp", *, saves: bool) -> None:
        self.app = app
        self._saves = saves
        self._control: Control | None = None
        self._thread: Thread | None = None
        self._clusters: dict[str, ClusterAddress] = {}
        """Where sweeps were begun that are not trained on this machine, by key."""

    @property
    def running(self) -> bool:
        """Whether a sweep is being trained."""
        return self._thread is not None and self._thread.is_alive()

    @conversation
    async def ask(self, preset: "Preset") -> None:
        """Ask what to vary in ``preset``, and train it."""
        from core.sweeps.start import usual_jobs  # noqa: PLC0415  # start-up does without the sweeps
        from tui.screens.sweep_form import SweepForm  # noqa: PLC0415

        if why := self._refusal():
            self.app.refuse("No sweep", why)
            return
        jobs = await asyncio.to_thread(usual_jobs, {preset.plan.device})
        wanted = await self.app.push_screen_wait(SweepForm(preset, self.app.runs.store.listed(), jobs))
        if wanted:
            self.begin(wanted.sweep, wanted.jobs, wanted.cluster)

    def begin(self, sweep: "Sweep", jobs: int, cluster: "ClusterAddress | None" = None) -> None:
        """Train ``sweep`` on the ``cluster``, or without one in ``jobs`` processes of this machine."""
        from core.sweeps.start import folder_for  # noqa: PLC0415  # as above

        try:
            folder = folder_for(sweep, resume=False)
        except ValueError as error:
            self.app.refuse("No sweep", error)
            return
        self._start(sweep, folder, jobs, cluster)

    @conversation
    async def resume(self, key: str) -> None:
        """Train the trials that the sweep with this ``key`` has left."""
        from core.sweeps.record import find  # noqa: PLC0415  # as above
        from core.sweeps.start import devices_of, usual_jobs  # noqa: PLC0415

        def read() -> "tuple[Sweep, SweepFolder, int] | str":
            try:
                folder = find(key)
                sweep = folder.sweep()
                return sweep, folder, usual_jobs(devices_of(sweep))
            except ValueError as error:
                return str(error)

        found = await self.app.run_worker(read, thread=True, group="reading a sweep", exit_on_error=False).wait()
        if isinstance(found, str):
            self.app.refuse("Not resumed", found)
            return
        sweep, folder, jobs = found
        if why := self._refusal():
            self.app.refuse("Not resumed", why)
            return
        self._start(sweep, folder, jobs, self._clusters.get(key))

    def handle(self, key: str, what: Literal["resume", "pause", "stop", "export"]) -> None:
        """Do ``what`` with the sweep that has this ``key``."""
        if what == "resume":
            self.resume(key)
        elif what == "export":
            self.export(key)
        elif self.app.sweep and self.app.sweep.key == key:
            self.pause() if what == "pause" else self.stop()

    def pause(self) -> None:
        """Begin no more trials, or go on with them."""
        live = self.app.sweep
        if self._control is None or live is None or not live.running:
            return
        if live.paused:
            self._control.resume()
        else:
            self._control.pause()
        self.app.sweep = replace(live, paused=not live.paused)

    @conversation
    async def export(self, key: str) -> None:
        """Ask for a format and a folder, and export the sweep with this ``key``."""
        from tui.export_sweep import CHOICES, export_sweep  # noqa: PLC0415  # as above

        name = self.app.runs_pane.table.chosen_group
        title = f"Export the sweep {name.name if name else ''} ({key})"
        wanted = await self.app.push_screen_wait(ExportDialog(title, CHOICES, default_folder()))
        if wanted is None:
            return
        force = False
        while True:
            work = partial(export_sweep, key, wanted.choice, wanted.folder, force=force)
            outcome = await self.app.run_worker(work, thread=True, group="export", exit_on_error=False).wait()
            if not outcome.exists:
                break
            question = f"{sentence(one_line(outcome.exists))} Replace?"
            if await self.app.push_screen_wait(Ask(question, {"replace": "Replace"})) is None:
                return
            force = True
        if outcome.problem:
            self.app.refuse("Not exported", outcome.problem)
        else:
            self.app.runs_pane.say(f"exported to {one_line(outcome.where)}", "done")

    def stop(self) -> None:
        """Stop the trials under way, and begin no more."""
        if self._control is not None:
            self._control.stop()

    async def stop_and_wait(self) -> None:
        """Stop, and wait until all its processes have ended."""
        self.stop()
        while self.running:
            await asyncio.sleep(WAITING)

    def heard(self, event: "SweepEvent") -> None:
        """Take note of ``event``."""
        live = self.app.sweep
        if live is None:
            return
        progress = live.progress.after(event)
        self.app.sweep = replace(live, progress=progress, paused=live.paused and progress.ended is None)
        if ended := progress.ended:
            advice = ": r on its row resumes it" if ended.reason == "stopped" else ""
            failed = f", {progress.failed} of them failed" if progress.failed else ""
            failed += f", {progress.pruned} ended early" if progress.pruned else ""
            done = f"{progress.done} of {show_amount(progress.trials, 'trial')}{failed}"
            message = f"{one_line(live.name)}: {done}, {show_duration(ended.seconds)}{advice}"
            if ended.message:
                self.app.refuse("Sweep", f"{live.name}: {ended.message}")
            self.app.notify(message, title=f"Sweep {ended.reason}", markup=False)

    def failed(self, why: str) -> None:
        """Say why the sweep could not be trained on."""
        self.app.sweep = None
        self.app.refuse("Sweep", why)

    @conversation
    async def not_joined(self, failed: ClusterNotJoined) -> None:
        """Say why its cluster could not be joined, and offer to train the sweep on this machine."""
        self.app.sweep = None
        question = f"{sentence(one_line(failed.why))} Train on this machine instead?"
        if await self.app.push_screen_wait(Ask(question, {"here": "Train here"})) is None:
            return
        if why := self._refusal():
            self.app.refuse("No sweep", why)
            return
        self._clusters.pop(failed.folder.key, None)
        self._start(failed.sweep, failed.folder, failed.jobs)

    def _refusal(self) -> str:
        """Why no sweep can begin now; empty if one can."""
        if self.running:
            return "one is being trained: X on its row of the Runs tab stops it"
        return "" if self._saves else "its trials are saved as runs: start LayerLab without --no-save"

    def _start(self, sweep: "Sweep", folder: "SweepFolder", jobs: int, cluster: "ClusterAddress | None" = None) -> None:
        from core.sweeps.progress import SweepProgress  # noqa: PLC0415  # as above
        from core.sweeps.runner import Control  # noqa: PLC0415
        from core.sweeps.start import NotJoined, run_here, run_there  # noqa: PLC0415

        run, control = self.run_sweep or run_here, Control()

        def hear(event: "SweepEvent") -> None:
            self._post(SweepHeard(event))

        def work() -> None:
            try:
                if cluster is None:
                    run(sweep, folder, hear, control, jobs)
                else:
                    run_there(sweep, folder, hear, control, cluster)
            except NotJoined as error:
                self._post(ClusterNotJoined(sweep, folder, jobs, explain(error)))
            except Exception as error:  # noqa: BLE001  # no error of a process or a disk must end the app
                self._post(SweepFailed(explain(error)))

        self._control = control
        if cluster is not None:
            self._clusters[folder.key] = cluster
        self.app.sweep = LiveSweep(folder.key, sweep.name, SweepProgress(folder.key, sweep.count, jobs))
        self._thread = Thread(target=work, name="sweep", daemon=True)
        self._thread.start()
        self.app.action_show("runs")
        self.app.runs_pane.choose_sweep(folder.key)

    def _post(self, message: Message) -> None:
        self.app.post_message(message)
