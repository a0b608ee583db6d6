"""Sweeps in the app: asked for in a form, trained beside it, one row on the Runs tab, and what they came to."""

from contextlib import asynccontextmanager
from unittest.mock import patch

import pytest
from distributed import LocalCluster
from msgspec import msgpack
from msgspec.structs import replace
from textual.events import Key
from textual.widgets import Input

from core.runs.groups import RunGroup
from core.runs.record import Metrics
from core.sweeps import cluster_worker, sweep_file
from core.sweeps.cluster_worker import Returned
from core.sweeps.messages import TrialDone
from core.sweeps.record import find
from core.sweeps.results import results
from core.sweeps.start import results_in
from tests.tui.driving import burst, keys, opened, screen_of, until
from tests.tui.runs.stored_runs import history, keep, preset
from tests.tui.scripted_trials import ScriptedTrials
from tui.run_text import group_state
from tui.runs.series_styles import sign
from tui.screens.dialogs import Ask
from tui.screens.export_dialog import ExportDialog
from tui.screens.sweep_form import SweepForm

RATES = ("text:learning_rate", "tab", "text:0.1 0.01")


class KeptTrials(ScriptedTrials):
    """Trials whose runs are saved under ``home``."""

    def __init__(self, home, accuracy=None, most=10**6):
        super().__init__(**({"accuracy": accuracy} if accuracy else {}), kept=self._keep)
        self._home, self._most_kept = home, most

    def _keep(self, job, preset):
        if job.number >= self._most_kept:
            return None
        return keep(self._home, job.name, preset, history(preset, 2, 0.6), number=job.number, tags=(job.tag,))


@asynccontextmanager
async def sweeping(home, *, held=False, accuracy=None, size=(120, 36), kept=10**6):
    """The app on ffnn-10 and the trials of its sweeps; the runs of the first are ``kept``."""
    with patch("tui.app.SETTLED", 3600):
        async with opened("ffnn-10", size) as (app, pilot):
            trials = KeptTrials(home, accuracy, kept)
            if held:
                trials.may_end.clear()
            app.sweeps.run_sweep = trials.run
            yield app, pilot, trials


async def begin(app, pilot, *names):
    """Open the form, type ``names`` and start."""
    await keys(pilot, "w")
    await until(pilot, lambda: isinstance(app.screen, SweepForm))
    await keys(pilot, *(names or RATES), "enter")
    await until(pilot, lambda: app.sweep is not None and app.tab == "runs")


def of(app):
    """The app's sweep and its folder."""
    folder = find(app.sweep.key)
    return folder.sweep(), folder


def notified(app):
    """All that the app has told beside its tabs."""
    return " ".join(each.message for each in app._notifications)


def over(app):
    return app.sweep is not None and not app.sweep.running and not app.sweeps.running


async def all_read(app, pilot):
    """Wait until the sweep is over and the view shows all of it."""
    await until(pilot, lambda: over(app))
    await until(pilot, lambda: app.runs_pane.sweep_view and app.runs_pane.sweep_view.left == 0)


async def test_from_the_form_to_the_verdict(home):
    async with sweeping(home) as (app, pilot, trials):
        await begin(app, pilot)
        await all_read(app, pilot)
        shown = screen_of(app)
        assert len(trials.jobs) == 6
        assert "2 settings with 3 seeds, val_accuracy" in shown
        assert "learning_rate" in shown
        assert "★ 0.1" in shown
        told = str(app.runs_pane.sweep_view.verdict.content)
        assert told.startswith(
            "0.1 against 0.01: 91.20% ± 0.10 pp against 90.30% ± 0.10 pp, 3 shared seeds: too few seeds"
        )
        folder = find(app.sweep.key)
        assert len(folder.records()) == 6
        assert results_in(folder.sweep(), folder).settings


async def test_its_runs_are_one_row_and_enter_lists_them(home):
    other = keep(home, "by itself", *_trained(), number=50)
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        table = app.runs_pane.table
        await until(pilot, lambda: [row.id for row in table.rows if not isinstance(row, RunGroup)] == [other])
        await until(pilot, lambda: table.chosen_group and len(table.chosen_group.runs) == 6)
        assert "✓ 6 runs" in screen_of(app) or app.size.width < 150
        await keys(pilot, "enter")
        await until(pilot, lambda: len(table.runs) == 6)
        assert app.runs_pane.detail.display
        assert not app.runs_pane.sweep_view.display
        await keys(pilot, "escape")
        await until(pilot, lambda: table.chosen_group is not None)


def _trained():
    trained = preset("ffnn-10", epochs=2)
    return trained, history(trained, 2, 0.5)


async def test_a_row_of_a_sweep_refuses_what_is_for_a_single_run(home):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        pane = app.runs_pane
        await until(pilot, lambda: pane.table.chosen_group and len(pane.table.chosen_group.runs) == 6)
        for key in ("i", "b", "plus", "space"):
            await keys(pilot, key)
            assert pane.status.message == "that is for a single run: enter lists those of the sweep", key
        await keys(pilot, "r")
        assert pane.status.message == "all its trials have ended"
        await keys(pilot, "X")
        assert pane.status.message == "it is not being trained here"
        await keys(pilot, "d")
        await until(pilot, lambda: not pane.table.rows)
        assert "6 runs moved to the trash" in pane.status.message
        await keys(pilot, "z")
        await until(pilot, lambda: pane.table.chosen_group and len(pane.table.chosen_group.runs) == 6)


async def test_while_it_is_trained_its_state_is_told_and_the_app_stays_usable(home):
    async with sweeping(home, held=True) as (app, pilot, trials):
        await begin(app, pilot)
        await until(pilot, lambda: len(trials.jobs) == 2 and app.sweep.progress.shares == {0: 0.5, 1: 0.5})
        view = app.runs_pane.sweep_view
        await until(pilot, lambda: view.left == 6)
        assert "0 of 6 trials, 2 trials under way" in screen_of(app)
        assert "No trial has finished yet: c shows what each of them does." in screen_of(app)
        await keys(pilot, "c")
        await until(pilot, lambda: view.trials.display)
        assert screen_of(app).count("▸ ████") == 2
        assert screen_of(app).count("· waiting") == 4
        await until(pilot, lambda: view.trial_chart.display)
        assert [curve.name for curve in view.trial_chart.chart.curves] == ["0.1 seed 1", "0.01 seed 1"]
        signs = [view.trials.line(index)[0] for index in range(3)]
        assert signs == [sign(0), sign(1), (" ", "")]
        await keys(pilot, "1", "down", "2", "4")
        trials.may_end.set()
        await all_read(app, pilot)
        assert screen_of(app).count("✓ 1.0 s") == 6
        assert not view.trial_chart.display


async def test_pause_begins_no_trial_until_it_goes_on(home):
    async with sweeping(home, held=True) as (app, pilot, trials):
        await begin(app, pilot)
        await until(pilot, lambda: len(app.sweep.progress.shares) == 2)
        await keys(pilot, "P")
        assert app.sweep.paused
        trials.may_end.set()
        await until(pilot, lambda: app.sweep.progress.done == 2)
        assert "paused: P goes on" in screen_of(app)
        assert len(trials.jobs) == 2
        await keys(pilot, "P")
        await all_read(app, pilot)
        assert len(trials.jobs) == 6
        assert not app.sweep.paused


async def test_what_was_stopped_is_resumed_and_nothing_is_done_twice(home):
    async with sweeping(home) as (app, pilot, trials):
        trials.most = 2
        await begin(app, pilot)
        await until(pilot, lambda: app.sweep.progress.done == 2)
        await keys(pilot, "X")
        await until(pilot, lambda: over(app))
        done = sum(record.settled for record in find(app.sweep.key).records().values())
        assert done == 2
        view = app.runs_pane.sweep_view
        await until(pilot, lambda: view.left == 6 - done)
        assert "r trains them" in screen_of(app)
        begun = len(trials.jobs)
        trials.most = 100
        await keys(pilot, "r")
        await until(pilot, lambda: len(trials.jobs) > begun)
        await all_read(app, pilot)
        assert len(trials.jobs) - begun == 6 - done
        assert all(record.state == "finished" for record in find(app.sweep.key).records().values())


async def test_trials_that_fail_are_told_and_the_others_go_on(home):
    def accuracy(preset):
        return float("nan") if preset.plan.optimizer.learning_rate == 0.1 else 0.9

    async with sweeping(home, accuracy=accuracy) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        assert "3 trials failed" in screen_of(app)
        await keys(pilot, "c")
        assert screen_of(app).count("✗ the loss is NaN") == 3


GRID = (*RATES, "tab", "text:batch_size", "tab", "text:32 64 128", "tab")


async def test_a_grid_of_two_fields_is_a_map_of_its_means(home):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot, *GRID)
        await all_read(app, pilot)
        view = app.runs_pane.sweep_view
        await keys(pilot, "c", "c")
        await until(pilot, lambda: view.means.display and "learning_rate" in screen_of(app))
        assert not view.settings.display
        assert not view.trials.display
        lines = [" ".join(line.text.split()) for line in map(view.means.render_line, range(view.means.size.height))]
        assert lines[:2] == ["optimizer.learning_rate → shade: rank, ★ best", "batch_size ↓ 0.1 0.01"]
        assert [line for line in lines[2:] if line] == [
            "32 ★ 91.20% 90.30%",
            "64 91.20% 90.30%",
            "128 91.20% 90.30%",
        ]
        assert "too few seeds" in str(view.verdict.content)
        await keys(pilot, "c")
        assert view.settings.display


@pytest.mark.parametrize("size", [(80, 24), (200, 60)])
async def test_a_map_that_has_no_room_scrolls_to_the_best_and_keeps_its_names(home, size):
    values = " ".join(str(size) for size in range(1, 15))
    rates = (
        "text:learning_rate",
        "tab",
        "text:1e-5 to 0.4, 14, log",
        "tab",
        "text:batch_size",
        "tab",
        f"text:{values}",
    )
    async with sweeping(home, size=size, kept=1) as (app, pilot, _):
        await begin(app, pilot, *rates, "tab", "text:1")
        view = app.runs_pane.sweep_view
        await all_read(app, pilot)
        await keys(pilot, *["c"] * view.pages.index("means"))
        await until(pilot, lambda: view.means.display and "★ 94." in screen_of(app))
        view.means.focus()
        await keys(pilot, "end")
        await burst(app, pilot, *["right"] * 200)
        await until(pilot, lambda: view.means.max_scroll_x and view.means.scroll_x == view.means.max_scroll_x)
        shown = [line.text.split() for line in map(view.means.render_line, range(view.means.size.height))]
        assert view.means.max_scroll_x > 0
        assert shown[1][-1] == "14"
        assert all(len(line) in (0, len(shown[1]) - 1, len(shown[1])) for line in shown[2:])


async def test_what_is_not_trained_yet_is_a_dash_in_the_map(home):
    async with sweeping(home, held=True) as (app, pilot, trials):
        await begin(app, pilot, *GRID)
        view = app.runs_pane.sweep_view
        await until(pilot, lambda: view.left == 18)
        await keys(pilot, "c", "c")
        await until(pilot, lambda: view.means.display)
        lines = [view.means.render_line(y).text.split() for y in range(view.means.size.height)]
        assert [line for line in lines[2:] if line] == [["32", "-", "-"], ["64", "-", "-"], ["128", "-", "-"]]
        trials.may_end.set()
        await all_read(app, pilot)
        await until(pilot, lambda: "★ 91.20%" in screen_of(app))


async def test_a_sweep_of_one_field_has_no_map(home):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        view = app.runs_pane.sweep_view
        await keys(pilot, "c", "c")
        assert view.settings.display
        view.page = "means"  # of a sweep that was shown before
        await until(pilot, lambda: view.settings.display and not view.means.display)


async def test_only_one_at_a_time_and_quitting_asks(home):
    async with sweeping(home, held=True) as (app, pilot, _):
        await begin(app, pilot)
        await keys(pilot, "w")
        await until(pilot, lambda: "one is being trained" in notified(app))
        assert not isinstance(app.screen, SweepForm)
        await keys(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "A sweep is running. Stop it and quit?" in screen_of(app)
        await keys(pilot, "escape")
        assert app.sweeps.running
        await keys(pilot, "q")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        app.post_message(Key("right", None))
        app.post_message(Key("enter", None))
        await until(pilot, lambda: app._exit)
        assert not app.sweeps.running


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_with_more_settings_than_there_is_room_for_the_verdict_is_on_the_screen(home, size):
    async with sweeping(home, size=size, kept=1) as (app, pilot, _):
        await begin(app, pilot, "text:learning_rate", "tab", "text:1e-4 to 0.4, 60, log")
        view = app.runs_pane.sweep_view
        await until(pilot, lambda: view.reading and len(view.settings.settings) == 60)
        await until(pilot, lambda: "is not compared" in screen_of(app))
        assert view.settings.max_scroll_y > 0


async def test_settings_that_are_chosen_one_by_one_are_shown_once_they_are(home):
    async with sweeping(home, held=True, size=(120, 36)) as (app, pilot, trials):
        tpe = ("text:learning_rate", "tab", "text:1e-4 to 0.4, 30, log", *["tab"] * 6, "text:tpe 4")
        await begin(app, pilot, *tpe)
        view = app.runs_pane.sweep_view
        await until(pilot, lambda: view.left == 12 and len(view.trials.under_way) == len(trials.jobs) > 0)
        await keys(pilot, *["c"] * view.pages.index("trials"))
        await until(pilot, lambda: "not chosen yet" in screen_of(app))
        assert "81.25%" in screen_of(app), "of the last epoch"
        trials.may_end.set()
        await all_read(app, pilot)
        await until(pilot, lambda: "not chosen yet" not in screen_of(app))
        found = results_in(*of(app))
        assert len(found.settings) == 4


async def test_trials_that_are_ended_early_are_told(home):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        sweep, folder = of(app)
        for record in [each for each in folder.records().values() if sweep.index(each.number) == 1]:
            folder.write(replace(record, state="pruned", message="ended early after epoch 2"))
        view = app.runs_pane.sweep_view
        view._read_soon()
        await until(pilot, lambda: "3 trials ended early" in screen_of(app))
        assert len(view.settings.settings) == 1
        await keys(pilot, *["c"] * view.pages.index("trials"))
        await until(pilot, lambda: "↓ ended early after epoch 2" in screen_of(app))


WRONG = (
    (("text:learning_rat3",), "the nearest is plan.optimizer.learning_rate"),
    (("text:layers",), "which one: layers["),
    ((*["tab"] * 7, "text:random"), "how many settings to train: random 20"),
    ((*["tab"] * 7, "text:best"), "choose: 'best' is not one of them"),
    ((*["tab"] * 8, "text:mean"), "prune: 'mean' is not one of them"),
    (("text:learning_rate", "tab", "text:fast"), "plan.optimizer.learning_rate: expected"),
    (("text:learning_rate", "tab", "text:1 to 1000000000, 999999999"), "10000"),
    (("text:[b]x[/b]",), "no field '[b]x[/b]'"),
)


async def test_what_is_wrong_is_told_and_nothing_begins(home):
    async with sweeping(home) as (app, pilot, trials):
        for typed, why in WRONG:
            await keys(pilot, "w")
            await until(pilot, lambda: isinstance(app.screen, SweepForm))
            assert why not in str(app.screen.message.content), f"{typed}: told before anything is typed"
            await keys(pilot, *typed, "enter")
            assert why in str(app.screen.message.content), typed
            await keys(pilot, "escape")
            await until(pilot, lambda: not isinstance(app.screen, SweepForm))
            assert app.sweep is None, typed
            assert not trials.jobs, typed


async def test_the_form_says_how_many_and_how_long(home):
    trained, told = _trained()
    keep(home, "before", trained, told, number=50)
    async with sweeping(home) as (app, pilot, _):
        await keys(pilot, "4")
        await until(pilot, lambda: app.runs_pane.table.runs)
        await keys(pilot, "1", "w")
        await until(pilot, lambda: isinstance(app.screen, SweepForm))
        await burst(app, pilot, *"batch", "tab", *"64 128", "tab", *"learning", "tab", *"0.1 0.2 0.3")
        message = app.screen.message
        await until(pilot, lambda: "6 settings with 3 seeds: 18 trials, about" in str(message.content))
        assert "plan.batch_size is 256 now" in str(message.content)
        assert "plan.optimizer.learning_rate is 0.001 now" in str(message.content)
        await keys(pilot, "up")
        assert app.focused is app.screen.query_one("#sweep-second", Input)


async def test_a_cluster_that_cannot_be_joined_is_told_and_this_machine_offered(home):
    async with sweeping(home) as (app, pilot, trials):
        await begin(app, pilot, *RATES, *["tab"] * 8, "text:tcp://127.0.0.1:1")
        await until(pilot, lambda: isinstance(app.screen, Ask))
        assert "--cluster tcp://127.0.0.1:1: no Dask scheduler answers" in " ".join(screen_of(app).split())
        assert not trials.jobs
        await keys(pilot, "right", "enter")
        await all_read(app, pilot)
        assert len(trials.jobs) == 6
        assert len(find(app.sweep.key).records()) == 6


def _ended_at_once(job, *_):
    """What a worker of a cluster gives back of a trial that trains nothing."""
    metrics = Metrics(last_val_accuracy=0.9, test_accuracy=0.9)
    return msgpack.encode(Returned(TrialDone(job.number, "finished", metrics=metrics, seconds=1.0), {}))


async def test_the_workers_of_a_cluster_train_it_and_go_on_with_it(home, monkeypatch):
    monkeypatch.setattr(cluster_worker, "train", _ended_at_once)
    local = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "protocol": "tcp", "dashboard_address": None}
    with LocalCluster(**local) as workers:
        async with sweeping(home) as (app, pilot, trials):
            await begin(app, pilot, *RATES, *["tab"] * 8, f"text:{workers.scheduler_address}")
            await all_read(app, pilot)
            records = find(app.sweep.key).records()
            assert [record.state for record in records.values()] == ["finished"] * 6
            (find(app.sweep.key).path / "trials" / "00005.json").unlink()
            app.sweeps.resume(app.sweep.key)
            await until(pilot, lambda: over(app) and len(find(app.sweep.key).records()) == 6)
            assert not trials.jobs, "none of them here"


async def test_without_saving_there_is_no_sweep(home):
    async with sweeping(home) as (app, pilot, trials):
        app.sweeps._saves = False
        await keys(pilot, "w")
        await until(pilot, lambda: "its trials are saved as runs" in notified(app))
        assert not trials.jobs


async def test_a_folder_that_cannot_be_read_is_told(home):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        pane = app.runs_pane
        await until(pilot, lambda: pane.table.chosen_group and len(pane.table.chosen_group.runs) == 6)
        (find(app.sweep.key).path / "sweep.json").write_text("{")
        pane.sweep_view.reading = None
        pane.sweep_view._read_soon()
        await until(pilot, lambda: "cannot be read" in screen_of(app))
        await keys(pilot, "r")
        await until(pilot, lambda: "cannot be read" in notified(app))


async def test_it_is_exported_as_a_report_and_as_tables(home, tmp_path):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        pane, key = app.runs_pane, app.sweep.key
        for steps, suffix in ((0, ".html"), (1, ".md"), (2, ".csv"), (0, ".html")):
            before = {path.name for path in tmp_path.iterdir()}
            await keys(pilot, "x")
            await until(pilot, lambda: isinstance(app.screen, ExportDialog))
            app.screen.folder.value = str(tmp_path)
            await keys(pilot, *["down"] * steps, "enter")
            name = f"ffnn-784-10-10-{key}{suffix}"
            if name in before:
                await until(pilot, lambda: isinstance(app.screen, Ask))
                assert f"{name} exists. Replace?" in screen_of(app)
                await keys(pilot, "right", "enter")
            await until(pilot, lambda: pane.status.message.startswith("exported to"))
            assert (tmp_path / name).stat().st_size > 200
            pane.say("")
        assert (tmp_path / f"ffnn-784-10-10-{key}-settings.csv").exists()


async def test_an_export_that_fails_is_told(home, tmp_path):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        (find(app.sweep.key).path / "sweep.json").write_text("[]")
        await keys(pilot, "x")
        await until(pilot, lambda: isinstance(app.screen, ExportDialog))
        app.screen.folder.value = str(tmp_path)
        await keys(pilot, "enter")
        await until(pilot, lambda: "begin it anew" in notified(app))
        assert not [path for path in tmp_path.iterdir() if path.is_file()]


async def test_the_curves_of_the_settings_stand_below_where_there_is_room(home):
    async with sweeping(home) as (app, pilot, _):
        await begin(app, pilot)
        await all_read(app, pilot)
        view = app.runs_pane.sweep_view
        await until(pilot, lambda: app.runs_pane.table.chosen_group and len(app.runs_pane.table.chosen_group.runs) == 6)
        await until(pilot, lambda: view.chart.chart is not None and len(view.chart.chart.bands) == 2)
        assert [curve.name for curve in view.chart.chart.curves] == ["0.1", "0.01"]
        assert view.chart.display
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not view.chart.display)
        assert "0.1 against 0.01" in screen_of(app)
        await keys(pilot, "c")
        await until(pilot, lambda: view.chart.display)
        assert not view.settings.display


async def test_trials_that_end_faster_than_they_are_read_are_all_shown_in_the_end(home, monkeypatch):
    reads = []

    def slowly(sweep, records, *, quick=False):
        reads.append(len(records))
        trials.may_end.wait()
        return results(sweep, records, quick=quick)

    monkeypatch.setattr("tui.runs.sweep_view.results", slowly)
    async with sweeping(home, held=True) as (app, pilot, trials):
        await begin(app, pilot)
        await until(pilot, lambda: reads == [0])
        trials.may_end.set()
        await all_read(app, pilot)
        assert reads[-1] == 6
        assert not app.runs_pane.sweep_view._stale


async def test_of_three_fields_each_is_shown_by_itself(home):
    async with sweeping(home, kept=1) as (app, pilot, _):
        text = 'base = "ffnn-10"\nrepeats = 1\n'
        for field, values in (("plan.optimizer.learning_rate", "[0.1, 0.2]"), ("plan.batch_size", "[32, 64]")):
            text += f'[[vary]]\nfield = "{field}"\nvalues = {values}\n'
        text += '[[vary]]\nfield = "layers[1].activation"\nvalues = ["relu", "tanh"]\n'
        app.sweeps.begin(sweep_file.loads(text, "three.toml"), 2)
        view = app.runs_pane.sweep_view
        await all_read(app, pilot)
        await until(pilot, lambda: "fields" in view.pages)
        await keys(pilot, *["c"] * view.pages.index("fields"))
        await until(pilot, lambda: view.effects.display)
        lines = [" ".join(view.effects.render_line(y).text.split()) for y in range(10)]
        assert lines[0] == "field and value explains settings mean"
        assert lines[1].startswith("optimizer.learning_rate █")
        assert lines[1].endswith("100%")
        assert lines[2:4] == ["0.1 4 91.10%", "0.2 4 92.10%"]
        assert {"batch_size 0%", "layers[1].activation 0%", "tanh 4 91.60%"} <= set(lines)
        await keys(pilot, "c")
        await until(pilot, lambda: view.settings.display)


async def test_one_that_ends_before_its_runs_are_listed_keeps_its_row(home):
    keep(home, "by itself", *_trained(), number=50)
    with patch("tui.runs.store_poller.StorePoller._poll_if_due", lambda _poller: None):
        async with sweeping(home) as (app, pilot, _):
            await begin(app, pilot)
            await until(pilot, lambda: not app.sweep.running)
            group = app.runs_pane.table.chosen_group
            assert (group.key, group.runs, group_state(group)) == (app.sweep.key, (), "- no runs")
