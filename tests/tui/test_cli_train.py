"""`layerlab train`: how a training is told, stopped and ended. A scripted session first, then real Keras."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from core import presets
from core.events import Ended, EpochEnded, Event, Started
from core.plan.plan import Plan
from tests.tui.scripted import ScriptedSession
from tui.cli.command_line import app
from tui.cli.reporters import JsonReporter, LiveReporter, PlainReporter, Reporter, reporter
from tui.cli.session_runner import RunnableSession, run_session
from tui.output import Output

LENET = presets.load(presets.find("lenet-5"))
COMMAND = [sys.executable, "-m", "tui"]


def scripted(epochs: int = 3, **settings: object) -> Callable[[Callable[[Event], None]], RunnableSession]:
    """A session that runs to its end, or until it is stopped."""

    def make(listen: Callable[[Event], None]) -> RunnableSession:
        session = ScriptedSession(LENET.architecture, Plan(epochs=epochs), listen)
        for name, value in settings.items():
            setattr(session, name, value)
        session.allow(10**9)
        return session

    return make


def on_stream(make: Callable[[Output], Reporter], width: int | None = None) -> tuple[Reporter, StringIO]:
    stream = StringIO()
    console = Console(file=stream, force_terminal=True, width=width, markup=False) if width else None
    return make(Output(stream, console)), stream


class TestAttending:
    def test_every_event_is_told_in_this_thread_in_order(self) -> None:
        told: list[Event] = []
        ended = run_session(scripted(epochs=2), told.append)
        assert ended.reason == "finished"
        assert [event.epoch for event in told if isinstance(event, EpochEnded)] == [1, 2]
        assert ended in told

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_a_signal_stops_it_and_what_was_reached_is_told(self, number: signal.Signals) -> None:
        before = signal.getsignal(number)
        told: list[Event] = []

        def tell(event: Event) -> None:
            told.append(event)
            if isinstance(event, EpochEnded) and event.epoch == 2:
                signal.raise_signal(number)

        ended = run_session(scripted(epochs=10**6), tell)
        assert ended.reason == "stopped"
        assert ended.epochs >= 2
        assert ended.test_accuracy is not None
        assert isinstance(told[-2], Ended)
        assert signal.getsignal(number) is before

    def test_a_second_one_leaves_at_once(self) -> None:
        def tell(event: Event) -> None:
            if isinstance(event, EpochEnded):
                signal.raise_signal(signal.SIGTERM)
                signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            run_session(scripted(epochs=10**6), tell)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_a_signal_before_the_first_step_is_not_lost(self) -> None:
        def tell(event: Event) -> None:
            if not isinstance(event, Started | Ended):
                signal.raise_signal(signal.SIGINT) if not heard else None
                heard.append(event)

        heard: list[Event] = []
        assert run_session(scripted(epochs=10**6), tell).reason == "stopped"

    def test_if_nobody_can_be_told_it_has_stopped_before_the_error_goes_on(self) -> None:
        sessions: list[ScriptedSession] = []

        def make(listen: Callable[[Event], None]) -> RunnableSession:
            sessions.append(scripted(epochs=10**6)(listen))  # type: ignore[arg-type]  # it is a ScriptedSession
            return sessions[0]

        def tell(event: Event) -> None:
            if isinstance(event, EpochEnded):
                raise BrokenPipeError

        with pytest.raises(BrokenPipeError):
            run_session(make, tell)
        assert sessions[0].commands == ["stop"]

    def test_an_error_of_the_session_is_a_failed_end(self) -> None:
        told: list[Event] = []
        ended = run_session(scripted(failure=MemoryError("too much")), told.append)
        assert (ended.reason, ended.epochs, ended.message) == ("failed", 0, "MemoryError: too much")
        assert told[-1] == ended


class TestTelling:
    def test_json_is_a_line_per_event(self) -> None:
        told, stream = on_stream(lambda out: JsonReporter(LENET, out))
        run_session(scripted(epochs=2), told.report)
        lines = [json.loads(line, parse_constant=pytest.fail) for line in stream.getvalue().splitlines()]
        assert [line["event"] for line in lines] == ["start", "epoch", "epoch", "end"]
        assert lines[0]["name"] == "LeNet-5"
        assert lines[3]["reason"] == "finished"

    def test_plain_is_a_line_per_epoch(self) -> None:
        told, stream = on_stream(lambda out: PlainReporter(LENET, out))
        run_session(scripted(epochs=2), told.report)
        lines = stream.getvalue().splitlines()
        assert lines[0].startswith(
            "LeNet-5: 61,706 params, 60,000 examples, 10,000 for validation, batch 128, 2 epochs"
        )
        assert lines[1].startswith("epoch 1/2  loss 0.")
        assert "val_accuracy 0." in lines[2]
        assert lines[3:] == [
            "finished after 2 epochs in 2.8 s, 41,234 examples/s",
            "test loss 0.0412  test accuracy 98.71%",
            "lowest validation loss and best validation accuracy: epoch 2 (94.02%)",
        ]
        assert "\x1b" not in stream.getvalue()

    def test_the_best_accuracy_and_that_of_the_final_weights_are_told_at_the_end(self) -> None:
        told, stream = on_stream(lambda out: PlainReporter(LENET, out))
        for epoch, (loss, accuracy) in enumerate([(0.06, 0.9819), (0.07, 0.9831)], 1):
            told.report(EpochEnded(epoch, 2, 40 * epoch, 0.1, 0.97, loss, accuracy, 0.001, 1.0, epoch == 1))
        told.report(Ended("finished", 2, 2.0, 9e4, 0.07, 0.9831, "", 0.01, 59_999 / 60_000, 60_000))
        assert stream.getvalue().splitlines()[-3:] == [
            "test loss 0.0700  test accuracy 98.31%",
            "final training accuracy 99.998% on 60,000 examples, generalization gap 1.69 pp",
            "lowest validation loss: epoch 1 (98.19%); best validation accuracy: 98.31% in epoch 2",
        ]

    @pytest.mark.parametrize("width", [20, 40, 80, 200])
    def test_live_is_a_table_under_which_two_bars_grow(self, width: int) -> None:
        told, stream = on_stream(lambda out: LiveReporter(LENET, out), width)
        assert isinstance(told, LiveReporter)
        frames: list[str] = []

        def tell(event: Event) -> None:
            told.report(event)
            if isinstance(event, EpochEnded):
                frames.append(framed(told, width))

        with told.shown():
            run_session(scripted(epochs=2), tell)
        assert all(len(line) <= width for frame in frames for line in frame.splitlines())
        assert [task.percentage for task in told.progress.tasks] == [100.0, 100.0]
        if width >= 80:
            assert "epoch 2" in frames[1]
            assert "41.2k/s" in frames[1]
            assert "98.71%" in stream.getvalue()

    def test_numbers_that_are_none_or_not_numbers(self) -> None:
        odd = EpochEnded(1, 2, 40, float("nan"), 0.1, None, None, 0.1, 1.0, False)
        plain, stream = on_stream(lambda out: PlainReporter(LENET, out))
        plain.report(odd)
        assert stream.getvalue() == "epoch 1/2  loss nan  accuracy 0.1000  learning_rate 0.1  time 1.0 s\n"
        told, stream = on_stream(lambda out: JsonReporter(LENET, out))
        told.report(odd)
        assert json.loads(stream.getvalue(), parse_constant=pytest.fail)["loss"] is None

    def test_which_one(self) -> None:
        assert isinstance(on_stream(lambda out: reporter(LENET, out, as_json=False))[0], PlainReporter)
        assert isinstance(on_stream(lambda out: reporter(LENET, out, as_json=False), 80)[0], LiveReporter)
        assert isinstance(on_stream(lambda out: reporter(LENET, out, as_json=True), 80)[0], JsonReporter)


def framed(told: LiveReporter, width: int) -> str:
    """What stands under the table now."""
    stream = StringIO()
    Console(file=stream, width=width).print(told.progress.get_renderable())
    return stream.getvalue()


def test_what_cannot_be_trained_fails_at_once() -> None:
    result = CliRunner().invoke(app, ["train", "alexnet", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {
        "event": "end",
        "reason": "failed",
        "epochs": 0,
        "seconds": 0.0,
        "test_loss": None,
        "test_accuracy": None,
        "examples_per_second": 0.0,
        "best_epoch": None,
        "accuracy_at_lowest_loss": None,
        "best_val_accuracy": None,
        "best_accuracy_epoch": None,
        "final_train_loss": None,
        "final_train_accuracy": None,
        "final_train_examples": None,
        "generalization_gap": None,
    }
    assert result.stderr.startswith("layerlab: arithmetic only: the input is 227x227x3")
    assert result.stderr.count("\n") == 1


@pytest.mark.keras
class TestRealTraining:
    def test_one_epoch(self) -> None:
        done = CliRunner().invoke(app, ["train", "ffnn-10", "--epochs", "1", "--seed", "3", "--json"])
        assert done.exit_code == 0
        kept, start, epoch, end = (json.loads(line) for line in done.stdout.splitlines())
        assert done.stderr == ""
        assert kept["event"] == "kept"
        assert (start["params"], start["epochs"], start["seed"]) == (7960, 1, 3)
        assert epoch["epoch"] == 1
        assert (end["reason"], end["epochs"]) == ("finished", 1)
        assert 0.8 < end["test_accuracy"] < 1
        assert 0.8 < end["final_train_accuracy"] < 1
        assert end["final_train_examples"] == 10_000
        assert end["generalization_gap"] == end["final_train_accuracy"] - end["test_accuracy"]

    def test_ctrl_c_stops_it_and_tells_what_was_reached(self) -> None:
        lines = stopped_after_an_epoch([signal.SIGINT])
        assert lines.pop("code") == 0
        end = lines["last"]
        assert end["event"] == "end"
        assert end["reason"] == "stopped"
        assert 1 <= end["epochs"] < 100000
        assert end["test_accuracy"] > 0.8

    def test_a_second_signal_leaves_at_once(self) -> None:
        assert stopped_after_an_epoch([signal.SIGTERM, signal.SIGINT])["code"] == 130

    def test_a_reader_that_goes_away_ends_it_quietly(self) -> None:
        command = [*COMMAND, "train", "ffnn-10", "--epochs", "100000", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout
            assert process.stderr
            assert json.loads(process.stdout.readline())["event"] == "kept"
            process.stdout.close()
            assert process.stderr.read() == ""
            assert process.wait() == 0


def stopped_after_an_epoch(signals: list[signal.Signals]) -> dict:
    command = [*COMMAND, "train", "ffnn-10", "--epochs", "100000", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        lines = [process.stdout.readline() for _ in range(3)]
        assert [json.loads(line)["event"] for line in lines] == ["kept", "start", "epoch"]
        for number in signals:
            process.send_signal(number)
        lines += process.stdout.read().splitlines()
        assert process.stderr.read() == ""
        return {"code": process.wait(), "last": json.loads(lines[-1])}


@pytest.mark.keras
def test_a_learning_rate_is_found() -> None:
    done = CliRunner().invoke(app, ["lr-test", "ffnn-10", "--json"], prog_name="layerlab")
    assert (done.exit_code, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["planned"] == 0.001
    assert 1e-3 < found["suggestion"] < 0.1
    assert set(found["points"][0]) == {"rate", "loss", "smoothed"}
    told = CliRunner().invoke(app, ["lr-test", "ffnn-10", "--batch-size", "500"], prog_name="layerlab").stdout
    assert "falls fastest" in told
    assert "(the plan has 0.001)" in told


def test_no_learning_rate_is_sought_for_what_cannot_be_trained(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text('name = "empty"\ninput_shape = [28, 28, 1]\n')
    done = CliRunner().invoke(app, ["lr-test", str(tmp_path / "empty.toml")], prog_name="layerlab")
    assert done.exit_code == 1
    assert done.stderr.startswith("layerlab: there are no layers yet")
