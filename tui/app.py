"""The Textual app: holds the document, passes it to the tabs and handles their messages."""

from collections.abc import Callable
from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.command import Provider
from textual.driver import Driver
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import ContentSwitcher, Static

from core import presets
from core.datasets import DATASETS
from core.document import Document
from core.network.shapes import show_shape
from core.presets import Preset
from core.sanitize import one_line
from core.settings import ChartSettings, Settings, UnfoldedForms, load_settings, save_settings
from core.typography import typeset
from tui.builder.pane import BuildPane
from tui.builder.start_card import FIRST_PRESET
from tui.containment import Containing
from tui.conversation import conversation
from tui.document_controller import EMPTY, DocumentController
from tui.garbage import IdleCollector
from tui.glossary_opener import GlossaryOpener
from tui.header import TABS, Header
from tui.inspect.messages import FixWanted
from tui.inspect.pane import InspectPane
from tui.journal_controller import JournalController
from tui.key_order import KeyOrder
from tui.learn.messages import Answered, LookRequested, PractiseRequested, PresetRequested
from tui.learn.pane import LearnPane
from tui.loading import Loader, Preload, Prepare, Preparer
from tui.page_opener import PageOpener
from tui.remembered import SettingsChanged
from tui.run_controller import RunController
from tui.runs.messages import ExportRequested, InspectRequested, OpenRequested, ResumeRequested, SweepWanted
from tui.runs.pane import RunsPane
from tui.screens.add_layer import AddLayer
from tui.screens.dialogs import Ask
from tui.screens.resizing import TabsScreen
from tui.silence import SilenceController
from tui.sweep_controller import ClusterNotJoined, LiveSweep, SweepController, SweepFailed, SweepHeard
from tui.theme import DARK, LIGHT, depth_of, in_depth, variable_defaults
from tui.train.pane import TrainPane
from tui.widgets.key_footer import KeyFooter

__all__ = ["LayerLabApp"]

LEAST_WIDTH, LEAST_HEIGHT = 60, 18
REMEMBERED: dict[type[Settings], str] = {ChartSettings: "chart_settings", UnfoldedForms: "unfolded_forms"}
"""The reactive of the app that holds each kind of settings."""
SETTLED = 0.5
"""Seconds after start-up before interrupted runs are searched for."""


def _commands() -> type[Provider]:
    from tui.palette import Commands  # noqa: PLC0415  # needed only when the palette opens

    return Commands


class LayerLabApp(Containing):
    """LayerLab, opened on ``preset``: a preset, its id, the path of a file, or None for an empty stack.

    ``path`` is the file that ``preset`` came from and is saved to. ``load`` loads what training needs; it is called in
    a thread, once the app has been idle for a second or when training starts. ``prepare`` then prepares the network
    that is open, and again when it has changed. Runs are saved if ``saves``.
    ``contain_errors`` reports and logs errors in handlers instead of ending the app; None: unless a test drives it,
    which should fail then.
    Raises `core.presets.PresetError` for an id or a path that cannot be read.
    """

    TITLE = "LayerLab"
    CSS_PATH = [
        "app.tcss",
        "builder/builder.tcss",
        "train/train.tcss",
        "inspect/inspect.tcss",
        "runs/runs.tcss",
        "learn/learn.tcss",
        "screens/screens.tcss",
    ]
    COMMANDS = {_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (150, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-middle"), (50, "-high")]
    ENABLE_COMMAND_PALETTE = True

    BINDINGS = [
        Binding("1", "show('build')", "Build", id="app.build", tooltip="Open the Build tab", show=False),
        Binding("2", "show('train')", "Train tab", id="app.train_tab", tooltip="Open the Train tab", show=False),
        Binding("3", "show('inspect')", "Inspect", id="app.inspect", tooltip="Open the Inspect tab", show=False),
        Binding("4", "show('runs')", "Runs", id="app.runs", tooltip="Open the Runs tab", show=False),
        Binding("5", "show('learn')", "Learn: lessons", id="app.learn", tooltip="Open the Learn tab", show=False),
        Binding("t", "train", "Train", id="app.train", tooltip="Train this network"),
        Binding("w", "sweep", "Sweep", id="app.sweep", tooltip="Train it with several values and seeds", show=False),
        Binding("u", "undo", "Undo", id="app.undo", tooltip="Undo the last edit"),
        Binding("ctrl+r", "redo", "Redo", id="app.redo", tooltip="Redo the last undone edit"),
        Binding("p", "presets", "Presets", id="app.presets", tooltip="Browse the presets and open one"),
        Binding("ctrl+n", "new", "New", id="app.new", tooltip="Start with an empty stack", show=False),
        Binding("ctrl+s", "save", "Save", id="app.save", tooltip="Save to the file it came from, or ask for a name"),
        Binding("S", "save_as", "Save as", id="app.save_as", tooltip="Save under another name", show=False),
        Binding("ctrl+o", "import", "Import", id="app.import", tooltip="Open a model saved by Keras", show=False),
        Binding("m", "data", "Data", id="app.data", tooltip="Look at the digits of the dataset", show=False),
        Binding(
            "E", "exercises", "Exercises", id="app.exercises", tooltip="Exercises on shapes and counts", show=False
        ),
        Binding("Y", "predict", "Predict", id="app.predict", tooltip="Work out this network's numbers", show=False),
        Binding("N", "by_numbers", "By numbers", id="app.by_numbers", tooltip="Every number of a step", show=False),
        Binding("H", "by_hand", "By hand", id="app.by_hand", tooltip="Work a small example by hand", show=False),
        Binding(
            "ctrl+g", "glossary", "Glossary", id="app.glossary", tooltip="What the terms mean, with curves", show=False
        ),
        Binding("ctrl+t", "theme", "Light/dark", id="app.theme", tooltip="Switch light and dark", show=False),
        Binding("question_mark", "help", "Help", id="app.help", tooltip="Help for where you are", key_display="?"),
        Binding(
            "f1",
            "explain",
            "Help",
            id="app.help_anywhere",
            tooltip="The field or row you are on, in the glossary; elsewhere help, even where ? is text",
            key_display="F1",
        ),
        Binding("q,ctrl+q", "quit", "Quit", id="app.quit", tooltip="Quit LayerLab", show=False),
    ]

    document: reactive[Document] = reactive(Document.opened(EMPTY), init=False, repaint=False)
    """The preset being edited, with its history."""
    tab: reactive[str] = reactive("build", init=False, repaint=False, bindings=True)
    """The open tab."""
    document_id: reactive[int] = reactive(0, repaint=False)
    """Identifies the document: unchanged while it is edited and saved, new when another is opened."""
    chart_settings: reactive[ChartSettings] = reactive(ChartSettings(), repaint=False)
    """How curves are shown in every tab."""
    unfolded_forms: reactive[UnfoldedForms] = reactive(UnfoldedForms(), repaint=False)
    """Which forms show all their fields."""
    preset: reactive[Preset] = reactive(EMPTY, repaint=False)
    """The present of `document`, as the tabs see it."""
    silenced: reactive[frozenset[str]] = reactive(frozenset[str](), repaint=False)
    """The lessons whose broken networks are not diagnosed, as their question is still to be answered."""

    sweep: reactive[LiveSweep | None] = reactive(None, repaint=False)
    """The sweep that is being trained, or was last."""

    header = query_one(Header)
    tabs = query_one("#tabs", ContentSwitcher)
    build_pane = query_one("#build", BuildPane)
    train_pane = query_one("#train", TrainPane)
    inspect_pane = query_one("#inspect", InspectPane)
    runs_pane = query_one("#runs", RunsPane)
    learn_pane = query_one("#learn", LearnPane)

    def __init__(
        self,
        preset: Preset | str | Path | None = None,
        path: Path | None = None,
        load: Callable[[], None] | None = None,
        prepare: Prepare | None = None,
        *,
        saves: bool = True,
        contain_errors: bool | None = None,
    ) -> None:
        super().__init__()
        if isinstance(preset, str | Path):
            path = presets.find(str(preset))
            preset = presets.load(path)
        self.set_reactive(LayerLabApp.document, Document.opened(preset or EMPTY))
        self.set_reactive(LayerLabApp.preset, preset or EMPTY)
        for kind, name in REMEMBERED.items():
            self.set_reactive(getattr(LayerLabApp, name), load_settings(kind))
        self.documents = DocumentController(self, path)
        self.journal = JournalController(self)
        self.glossary = GlossaryOpener(self)
        self.runs = RunController(self, saves=saves)
        self.sweeps = SweepController(self, saves=saves)
        self.pages = PageOpener(self)
        self.silence = SilenceController(self)
        self._containing = contain_errors
        self.key_order = KeyOrder(self)
        self.loader = Loader(load) if load else None
        self.preparer = Preparer(prepare) if prepare else None
        self._preload = (
            Preload(self.loader, self.preparer, self._untrained, self._show_activity) if self.loader else None
        )
        # An import of TensorFlow makes a million objects, all of which stay: to go through them would take long.
        self._collector = IdleCollector(self, lambda: self.loader is not None and self.loader.under_way)
        for theme in (DARK, LIGHT):
            self.register_theme(in_depth(theme, depth_of(self)))
        self.theme = DARK.name

    def get_driver_class(self) -> type[Driver]:
        """Textual's driver for this platform; on Linux and macOS, ours."""
        found = super().get_driver_class()
        if found.__module__ != "textual.drivers.linux_driver":
            return found
        from tui.driver import TerminalDriver  # noqa: PLC0415  # there is no such terminal on Windows

        return TerminalDriver

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The colors that a theme of Textual's does not define."""
        return variable_defaults(dark=self.current_theme.dark, depth=depth_of(self))

    def get_default_screen(self) -> TabsScreen:
        """The screen below all others."""
        return TabsScreen(id="_default")

    def compose(self) -> ComposeResult:
        yield Header().data_bind(LayerLabApp.tab)
        with ContentSwitcher(id="tabs", initial=self.tab):
            build = BuildPane(self.documents.edit_architecture, self.documents.apply_fix, id="build")
            yield build.data_bind(LayerLabApp.preset, LayerLabApp.unfolded_forms, LayerLabApp.silenced)
            train = TrainPane(self.documents.edit_plan, self.runs.session_maker, id="train")
            yield train.data_bind(
                LayerLabApp.preset,
                LayerLabApp.document_id,
                LayerLabApp.unfolded_forms,
                LayerLabApp.silenced,
                settings=LayerLabApp.chart_settings,
            )
            inspect = InspectPane(self.runs.inspector, id="inspect")
            yield inspect.data_bind(LayerLabApp.preset, LayerLabApp.silenced)
            runs = RunsPane(lambda: self.runs.store, id="runs")
            yield runs.data_bind(LayerLabApp.sweep, settings=LayerLabApp.chart_settings)
            yield LearnPane(self.runs.newest, id="learn").data_bind(LayerLabApp.preset)
        yield Static(id="too-small", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        self.watch(self.train_pane, "headline", self._show_activity)
        for name in ("state", "history"):
            self.watch(self.train_pane, name, self.runs.show_training)
        self.silence.follow()
        self._activate_pane()
        self._show_document()
        self.build_pane.start_over()
        self.build_pane.stack.focus()
        self.call_after_refresh(self._collector.begin)
        if self._preload:
            self.call_after_refresh(self._preload.watch, self.header)
        self.set_timer(SETTLED, self.runs.look_for_interrupted)
        self.set_timer(SETTLED, self.journal.look_for_leftovers)
        if not self.is_headless if self._containing is None else self._containing:
            self.contain_errors()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.InputEvent):
            self._collector.touched()
            self.journal.touched()
            if self._preload:
                self._preload.touched()
            await self.key_order.screen_mounted()  # also for keys that a widget sends back: they are for the dialog
            if self._exit or not self.screen_stack:
                return  # the app is quitting: a dialog opened now would never be complete
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if self.key_order.admits(event):
                await super().on_event(event)
                self.key_order.follow()
            return
        await super().on_event(event)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        self.screen_stack[0].set_class(small, "-too-small")
        if small != self.tabs.disabled:
            self.tabs.disabled = small  # keys must not act on what is hidden
            if not small:
                self.call_after_refresh(self._focus_tab)
        if small:
            needs = f"LayerLab needs {LEAST_WIDTH}x{LEAST_HEIGHT}\nthis terminal is {width}x{height}\nmake it larger"
            self.screen_stack[0].query_one("#too-small", Static).update(typeset(needs))

    def watch_document(self, before: Document, document: Document) -> None:
        self.silence.follow()
        self.preset = document.present
        self.journal.edited()
        self._show_document()
        if (bool(before.past), bool(before.future)) != (bool(document.past), bool(document.future)):
            self.refresh_bindings()

    @on(FixWanted)
    def _fix_wanted(self, event: FixWanted) -> None:
        self.documents.fix(event.fix, event.run, event.reason)

    @on(BuildPane.Settled)
    def _edit_settled(self) -> None:
        self.documents.settle()
        self.build_pane.report_change()

    @on(SettingsChanged)
    def _settings_changed(self, event: SettingsChanged) -> None:
        setattr(self, REMEMBERED[type(event.settings)], event.settings)
        try:
            if damaged := save_settings(event.settings):
                self.notify(damaged, title="Settings", severity="warning", markup=False)
        except OSError as error:
            self.refuse("Not saved", f"settings, {event.settings.table}: {error.strerror}")

    @on(TrainPane.PlanSettled)
    def _plan_settled(self) -> None:
        self.documents.settle()

    def _untrained(self) -> Preset | None:
        """What is open, unless trainings keep the processor busy."""
        return None if self.train_pane.busy or self.sweeps.running else self.preset

    def _show_activity(self) -> None:
        loading = self._preload.text if self._preload else ""
        self.header.activity = self.train_pane.headline or loading or f"device {self.preset.plan.device}"

    @on(BuildPane.AddRequested)
    @conversation
    async def _add_requested(self) -> None:
        classes = len(DATASETS[self.preset.plan.dataset].classes)
        dialog = AddLayer(self.preset.architecture, self.build_pane.selected, classes)
        chosen = await self.push_screen_wait(dialog)
        if chosen is not None:
            self.build_pane.insert(dialog.layer_of(chosen))

    @on(BuildPane.StartRequested)
    def _start_requested(self) -> None:
        self.documents.open_preset(presets.find(FIRST_PRESET))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        steps = {"undo": self.document.past, "redo": self.document.future}
        if action not in steps:
            return True
        # Keys act on what is on the screen: stack and plan are on these tabs.
        return bool(steps[action]) and (self.tab == "build" or (self.tab == "train" and not self.train_pane.busy))

    def offers(self, action: str) -> bool:
        """Whether ``action`` is available; where training cannot start, the Train tab says why."""
        return action != "train" or self.train_pane.offers("start")

    def refuse(self, title: str, error: Exception | str) -> None:
        """Notify the user why something was not done."""
        self.notify(one_line(str(error), 1_000), title=title, severity="error", timeout=10, markup=False)

    def secure(self) -> None:
        self.journal.secure()

    def on_unmount(self) -> None:
        self.sweeps.stop()
        self.journal.write_pending()

    def action_undo(self) -> None:
        """Undo the last edit."""
        self.documents.undo()

    def action_redo(self) -> None:
        """Redo the last undone edit."""
        self.documents.redo()

    def action_new(self) -> None:
        """Start with an empty stack."""
        self.documents.new()

    def action_presets(self) -> None:
        """Browse the presets and open one."""
        self.documents.browse()

    def action_import(self) -> None:
        """Open a model saved by Keras."""
        self.documents.import_model()

    def action_save(self) -> None:
        """Save to the file it came from, or ask for a name."""
        self.documents.save()

    def action_save_as(self) -> None:
        """Save under another name."""
        self.documents.save_as()

    @on(InspectPane.TrainedWanted)
    def _trained_wanted(self) -> None:
        self.runs.show_trained()

    @on(OpenRequested)
    def _open_requested(self, event: OpenRequested) -> None:
        self.runs.open_preset(event.preset)

    @on(InspectRequested)
    def _inspect_requested(self, event: InspectRequested) -> None:
        self.runs.inspect(event.run, event.which)

    @on(ResumeRequested)
    def _resume_requested(self, event: ResumeRequested) -> None:
        self.runs.resume(event.run, event.more)

    @on(ExportRequested)
    def _export_requested(self, event: ExportRequested) -> None:
        self.runs.export(event.runs)

    @on(SweepWanted)
    def _sweep_wanted(self, event: SweepWanted) -> None:
        self.sweeps.handle(event.key, event.what)

    @on(SweepHeard)
    def _sweep_heard(self, event: SweepHeard) -> None:
        self.sweeps.heard(event.event)

    @on(SweepFailed)
    def _sweep_failed(self, event: SweepFailed) -> None:
        self.sweeps.failed(event.why)

    @on(ClusterNotJoined)
    def _cluster_not_joined(self, event: ClusterNotJoined) -> None:
        self.sweeps.not_joined(event)

    @on(PresetRequested)
    def _preset_requested(self, event: PresetRequested) -> None:
        self.documents.build_preset(event.path, event.lesson)

    @on(Answered)
    def _answered(self) -> None:
        self.silence.look()

    @on(LookRequested)
    def _look_requested(self, event: LookRequested) -> None:
        self.pages.look(event.place)

    @on(PractiseRequested)
    def _practise_requested(self, event: PractiseRequested) -> None:
        self.documents.practise(event.topic)

    def action_sweep(self) -> None:
        """Train this network with several values and seeds."""
        self.sweeps.ask(self.preset)

    def action_show(self, tab: str) -> None:
        """Open the tab ``tab``."""
        if tab in TABS:
            self.tab = tab

    def watch_tab(self, tab: str) -> None:
        self.tabs.current = tab
        self._activate_pane()
        self._focus_tab()

    def _activate_pane(self) -> None:
        """Tell each pane whether it is the open one."""
        for pane in (self.train_pane, self.inspect_pane, self.runs_pane, self.learn_pane):
            pane.active = pane.id == self.tab

    def _focus_tab(self) -> None:
        if self.tab == "build":
            self.build_pane.stack.focus()
        elif self.tab == "train":
            self.train_pane.focus_default()
        elif self.tab == "inspect":
            self.inspect_pane.focus_default()
        elif self.tab == "runs":
            self.runs_pane.focus_default()
        else:
            self.learn_pane.focus_default()

    def action_train(self) -> None:
        """Open the Train tab and train."""
        self.action_show("train")
        self.train_pane.action_start()

    def action_command_palette(self) -> None:
        """Open the command palette."""
        from tui.screens.palette import Palette  # noqa: PLC0415  # needed only when it opens

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())  # no id: one that was closed may still be mounted

    def action_theme(self) -> None:
        """Switch light and dark."""
        self.theme = DARK.name if not self.current_theme.dark else LIGHT.name

    def action_help(self) -> None:
        """Help for the widget in focus and the keys that work there."""
        from tui.screens.help import HelpPage, help_for  # noqa: PLC0415  # imports Markdown, which start-up does without

        self.push_screen(HelpPage(help_for(self.screen, self.focused)))

    def action_explain(self) -> None:
        """Explain the field or the row in focus; elsewhere help."""
        if not self.glossary.explain():
            self.action_help()

    def action_glossary(self) -> None:
        """Open the glossary."""
        self.glossary.show()

    def action_data(self) -> None:
        """Look at the digits of the dataset."""
        self.pages.data()

    def action_exercises(self) -> None:
        """Exercises on shapes and parameters."""
        self.documents.practise()

    def action_predict(self) -> None:
        """Predict the shapes and parameters of this network."""
        self.pages.predict()

    def action_by_numbers(self) -> None:
        """Work an example through this network, forward and back, number by number."""
        self.pages.numbers()

    def action_by_hand(self) -> None:
        """Choose something to work by hand, and open it."""
        self.pages.by_hand()

    async def action_quit(self) -> None:
        """Quit, once training has stopped and unsaved changes are saved or discarded."""
        self._quit()

    @conversation
    async def _quit(self) -> None:
        under_way = "Training" if self.train_pane.busy else "A sweep" if self.sweeps.running else ""
        if under_way:
            answer = await self.push_screen_wait(
                Ask(f"{under_way} is running. Stop it and quit?", {"stop": "Stop and quit"})
            )
            if answer is None:
                return
        if await self.documents.may_leave("quit"):
            await self.train_pane.stop_and_wait()
            await self.sweeps.stop_and_wait()
            self.journal.close()
            self.exit()

    def show_opened(self) -> None:
        """Show the document that has just been opened."""
        self.build_pane.start_over()
        if self.tab == "runs":
            self.action_show("build")  # what was opened is on the Build tab

    def _show_document(self) -> None:
        preset = self.document.present
        dataset = DATASETS[preset.plan.dataset]
        self.header.title = one_line(preset.name)
        self.header.unsaved = self.document.unsaved
        self.header.data = f"{dataset.title} {typeset(show_shape(dataset.shape))}"
        self._show_activity()
