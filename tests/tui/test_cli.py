"""The command line: what it prints, where, and with which exit code."""

import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from core import presets
from core.fields.struct import fields_of
from core.fields.types import FieldError
from core.json_output import preset_reports
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten, MaxPooling2D
from core.network.summary import summarize
from core.plan.plan import EarlyStopping, Plan
from core.plan.schedules import Step
from core.presets import Preset
from tests.tui.on_terminal import on_terminal
from tui.cli import commands
from tui.cli.command_line import app
from tui.cli.commands import presets as presets_command
from tui.cli.commands import summary as summary_command
from tui.cli.lookup import UsageError
from tui.cli.plan_options import apply_plan_options, plan_options
from tui.output import Output

COMMAND = [sys.executable, "-m", "tui"]
STEERING = "\x1b[31m[red]Evil[/red]\x07\x9b2J\u202e"
PLAIN_STEERING = r"\x1b[31m[red]Evil[/red]\x07\x9b2J\u202e"

BROKEN = Preset("Broken", Architecture((28, 28, 1), (MaxPooling2D((40, 40)), Flatten(), Dense(10, "softmax"))))


def layerlab(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="layerlab")


def saved(preset: Preset, folder: Path) -> str:
    path = folder / f"{len(list(folder.iterdir()))}.toml"
    presets.save(preset, path)
    return str(path)


def one_line_of(result: Result) -> str:
    """The message of a wrong usage: one line on stderr, nothing on stdout."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("layerlab: ")
    return result.stderr.removeprefix("layerlab: ").rstrip("\n")


def on_console(width: int) -> tuple[Output, StringIO]:
    stream = StringIO()
    console = Console(file=stream, force_terminal=True, width=width, markup=False, highlight=False, color_system=None)
    return Output(stream, console), stream


class TestSummary:
    def test_plain(self) -> None:
        result = layerlab("summary", "lenet-5")
        assert result.exit_code == 0
        assert result.stderr == ""
        assert [line for line in result.stdout.splitlines() if line][3:] == [
            "#  Layer                    Output    Params  Trainable  Multiply-adds",
            "0  Input                    28x28x1        0          0              0",
            "1  Conv2D 6@5x5 same tanh   28x28x6      156        156        117,600",
            "2  AveragePooling2D 2x2 /2  14x14x6        0          0              0",
            "3  Conv2D 16@5x5 tanh       10x10x16   2,416      2,416        240,000",
            "4  AveragePooling2D 2x2 /2  5x5x16         0          0              0",
            "5  Flatten                  400            0          0              0",
            "6  Dense 120 tanh           120       48,120     48,120         48,000",
            "7  Dense 84 tanh            84        10,164     10,164         10,080",
            "8  Dense 10 softmax         10           850        850            840",
            "61,706 params = 61,470 weights + 236 biases",
            "61,706 trainable, 0 non-trainable",
            "241 KiB of parameters, 36.2 KiB of activations per example",
            "416,520 multiply-adds per example",
            "no problems",
        ]

    def test_json_is_all_that_is_printed(self) -> None:
        result = layerlab("summary", "lenet-5", "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        assert json.loads(result.stdout)["totals"]["params"] == 61706
        assert result.stdout.count("\n") == 1

    def test_of_a_file(self, tmp_path: Path) -> None:
        path = saved(presets.load(presets.find("ffnn-10")), tmp_path)
        assert json.loads(layerlab("summary", path, "--json").stdout)["totals"]["params"] == 7960

    def test_an_architecture_with_errors_fails_and_prints_what_is_known(self, tmp_path: Path) -> None:
        path = saved(BROKEN, tmp_path)
        plain, told = layerlab("summary", path), layerlab("summary", path, "--json")
        assert (plain.exit_code, told.exit_code) == (1, 1)
        assert "error: layer 1: " in plain.stdout
        assert "(fix: " in plain.stdout
        rows = [line.split() for line in plain.stdout.splitlines()]
        assert ["3", "Dense", "10", "softmax", "?", "?", "?", "?"] in rows
        assert [layer["params"] for layer in json.loads(told.stdout)["layers"]] == [None, None, None]

    def test_a_misfit_to_the_dataset_is_a_warning_only(self) -> None:
        result = layerlab("summary", "alexnet")
        assert result.exit_code == 0
        assert "warning: input: arithmetic only" in result.stdout

    def test_a_name_that_would_steer_the_terminal_is_shown_as_text(self, tmp_path: Path) -> None:
        preset = Preset(STEERING, Architecture((28, 28, 1), (Flatten(), Dense(10, "softmax"))), description=STEERING)
        result = layerlab("summary", saved(preset, tmp_path))
        assert result.stdout.splitlines()[:2] == [PLAIN_STEERING, PLAIN_STEERING]

        out, stream = on_console(80)
        summary_command.show(preset, summarize(preset.architecture), out)
        assert stream.getvalue().splitlines()[0].rstrip() == PLAIN_STEERING

        told = layerlab("summary", saved(preset, tmp_path), "--json").stdout
        assert told.isascii()
        assert json.loads(told)["name"] == STEERING

    @pytest.mark.parametrize("width", [20, 40, 80, 200])
    def test_any_width_of_terminal(self, width: int) -> None:
        out, stream = on_console(width)
        preset = presets.load(presets.find("lenet-5"))
        summary_command.show(preset, summarize(preset.architecture), out)
        lines = stream.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        assert any("61,706" in line for line in lines)
        assert any("Multiply-adds" in line for line in lines) == (width >= 80)


class TestPresets:
    def test_plain(self) -> None:
        result = layerlab("presets")
        assert (result.exit_code, result.stderr) == (0, "")
        rows = {line.split()[0]: line.split()[1:3] for line in result.stdout.splitlines() if line}
        assert rows["lenet-5"] == ["61,706", "yes"]
        assert rows["alexnet"] == ["62,378,344", "no"]
        assert "alexnet: arithmetic only" in result.stdout

    def test_json(self) -> None:
        result = layerlab("presets", "--json")
        assert (result.exit_code, result.stderr) == (0, "")
        told = {preset["id"]: preset for preset in json.loads(result.stdout)}
        assert set(told["lenet-5"]) == {"id", "name", "params", "trainable_here", "why"}
        assert {path.stem for path in presets.SHIPPED.glob("*.toml")} == set(told)

    @pytest.mark.parametrize("width", [20, 40, 200])
    def test_any_width_of_terminal(self, width: int) -> None:
        out, stream = on_console(width)
        presets_command.show(preset_reports(), out)
        assert max(map(len, stream.getvalue().splitlines())) <= width
        assert ("FFNN 784-10-10" in stream.getvalue()) == (width >= 80)

    def test_a_name_of_megabytes_and_what_nobody_sees_are_laid_out_short(self) -> None:
        folder = presets.own_folder()
        folder.mkdir(parents=True)
        tiny = Architecture((28, 28), (Flatten(), Dense(10, "softmax")))
        presets.save(Preset("x" * 90_000, tiny), folder / "long.toml")
        presets.save(Preset("a\u061cb\u00adc\U000e0001", tiny), folder / "bidi.toml")
        told = layerlab("presets").stdout
        assert max(map(len, told.splitlines())) < 500
        assert "a\\u061cb\\xadc\\U000e0001" in told
        assert "\u061c" not in told
        assert json.loads(layerlab("presets", "--json").stdout)[0]["name"] == "a\u061cb\u00adc\U000e0001"
        assert "\\u061c" in layerlab("summary", "bidi").stdout
        assert len(layerlab("summary", "long").stdout) < 20_000


class TestWrongUsage:
    def test_no_such_preset(self) -> None:
        assert one_line_of(layerlab("summary", "lenet5")).endswith("did you mean lenet-5?")

    def test_no_such_file(self) -> None:
        assert one_line_of(layerlab("train", "no/such.toml")) == "no/such.toml: there is no such file"

    def test_a_file_that_is_not_toml(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.toml"
        path.write_bytes(b"\xff\xfe not text")
        assert "bad.toml: cannot be read" in one_line_of(layerlab("summary", str(path)))
        path.write_text("name = \n")
        assert "bad.toml: not a TOML file" in one_line_of(layerlab("summary", str(path)))

    def test_a_misspelt_argument_is_named_with_layer_and_field(self, tmp_path: Path) -> None:
        path = tmp_path / "typo.toml"
        path.write_text('name = "x"\ninput_shape = [28, 28, 1]\n[[layers]]\ntype = "Dense"\nunit = 10\n')
        message = one_line_of(layerlab("train", str(path), "--json"))
        assert message.startswith("typo.toml: layer 1 (Dense), unit: ")
        assert message.endswith("did you mean units?")

    def test_a_file_name_that_would_steer_the_terminal(self) -> None:
        assert "\x1b" not in one_line_of(layerlab("summary", "\x1b[31m.toml\nlayerlab: all is well"))

    def test_a_missing_argument(self) -> None:
        assert "PRESET|FILE" in one_line_of(layerlab("train"))

    def test_an_unknown_option(self) -> None:
        assert "--epoch-count" in one_line_of(layerlab("train", "lenet-5", "--epoch-count", "3"))

    def test_a_misspelt_command(self) -> None:
        assert "`layerlab summary`" in one_line_of(layerlab("sumary", "lenet-5"))

    @pytest.mark.parametrize(
        ("option", "value", "says"),
        [
            ("--epochs", "0", "from 1 to 100000"),
            ("--epochs", "many", "a whole number"),
            ("--batch-size", "1e-3", "a whole number"),
            ("--optimizer", "adamm", "; did you mean "),
            ("--optimizer", "SGD(momentum=2)", "momentum: expected"),
            ("--learning-rate", "-1", "above 0"),
            ("--loss", "nonsense", "not one of the losses"),
            ("--validation", "1.5", "test, none or a fraction"),
            ("--schedule", "Step(evry=2)", "did you mean every?"),
            ("--early-stopping", "patience", "patience=..."),
            ("--pixels", "0..2", "0..1, 0..255"),
        ],
    )
    def test_a_bad_value_names_its_option(self, option: str, value: str, says: str) -> None:
        message = one_line_of(layerlab("train", "lenet-5", option, value))
        assert message.startswith(f"{option}: ")
        assert says in message


class TestPlanOptions:
    def test_every_field_of_the_plan_is_one(self) -> None:
        offered = layerlab("train", "--help").stdout
        for field in fields_of(Plan):
            assert f"--{field.name.replace('_', '-')}" in offered
        assert "--learning-rate" in offered
        assert [parameter.name for parameter in plan_options()][:4] == [
            "dataset",
            "pixels",
            "optimizer",
            "learning_rate",
        ]

    def test_what_is_not_given_stays(self) -> None:
        plan = Plan(epochs=3, seed=7)
        assert apply_plan_options(plan, dict.fromkeys(parameter.name for parameter in plan_options())) == plan

    def test_what_is_given_is_parsed_as_in_forms(self) -> None:
        given = {
            "optimizer": "SGD(momentum=0.9, nesterov=true)",
            "learning_rate": "0.5",
            "schedule": "Step(every=2)",
            "loss": "mse",
            "batch_size": "64",
            "validation": "0.1",
            "shuffle": False,
            "early_stopping": "monitor=val_loss, patience=3",
        }
        plan = apply_plan_options(Plan(), given)
        assert (type(plan.optimizer).__name__, plan.optimizer.learning_rate) == ("SGD", 0.5)
        assert vars_of(plan.optimizer, "momentum", "nesterov") == (0.9, True)
        assert plan.schedule == Step(every=2)
        assert type(plan.loss).__name__ == "MeanSquaredError"
        assert (plan.batch_size, plan.validation, plan.shuffle) == (64, 0.1, False)
        assert plan.early_stopping == EarlyStopping(monitor="val_loss", patience=3)
        assert apply_plan_options(plan, {"early_stopping": ""}).early_stopping is None

    def test_a_flag_has_two_forms(self) -> None:
        assert "--shuffle / --no-shuffle" in layerlab("train", "--help").stdout

    def test_misuse_remembers_what_was_wrong(self) -> None:
        with pytest.raises(UsageError) as caught:
            apply_plan_options(Plan(), {"epochs": "0"})
        assert isinstance(caught.value.__cause__, FieldError)


def vars_of(value: object, *names: str) -> tuple[object, ...]:
    return tuple(getattr(value, name) for name in names)


class TestOpening:
    """Without a terminal the app is refused, but only after what it should open was found."""

    REFUSED = "the app needs a terminal; `layerlab summary` and `layerlab train` do not"

    def test_every_command_is_found_by_its_name(self) -> None:
        assert [commands.find(name).name for name in commands.names()] == commands.names()
        assert commands.find("no-such-command") is None

    @pytest.mark.parametrize("words", [(), ("lenet-5",), ("open",), ("open", "lenet-5")])
    def test_needs_a_terminal(self, words: tuple[str, ...]) -> None:
        assert one_line_of(layerlab(*words)) == self.REFUSED

    def test_a_file_called_like_a_command(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        presets.save(BROKEN, tmp_path / "train")
        monkeypatch.chdir(tmp_path)
        assert one_line_of(layerlab("open", "train")) == self.REFUSED
        assert one_line_of(layerlab("./train")) == self.REFUSED
        assert "PRESET|FILE" in one_line_of(layerlab("train"))

    def test_what_is_wrong_with_the_file_is_said_first(self) -> None:
        assert one_line_of(layerlab("lenet-6")).endswith("did you mean lenet-5?")
        assert one_line_of(layerlab("no.toml")) == "no.toml: there is no such file"

    def test_on_a_terminal_the_app_opens_on_the_preset_and_quits(self) -> None:
        with on_terminal([*COMMAND, "lenet-5"], (100, 30)) as terminal:
            terminal.until(lambda seen: "61,706" in seen)
            terminal.type("\x11")  # ctrl+q
            seen = terminal.to_the_end()
        assert terminal.process.returncode == 0
        assert seen.index("\x1b[?1049h") < seen.index("61,706") < seen.rindex("\x1b[?1049l")

    def test_on_a_tiny_terminal_it_does_not_crash(self) -> None:
        with on_terminal([*COMMAND], (40, 10)) as terminal:
            terminal.until(lambda seen: "40x10" in seen or "LayerLab" in seen)
            terminal.type("\x11")
            terminal.to_the_end()
        assert terminal.process.returncode == 0


class TestProcess:
    def test_version(self) -> None:
        result = layerlab("--version")
        assert result.exit_code == 0
        assert result.stdout.startswith("layerlab ")

    def test_help_is_plain(self) -> None:
        result = layerlab("--help")
        assert result.exit_code == 0
        assert result.stdout.isascii()
        for command in ("open", "presets", "summary", "train", "doctor"):
            assert f"  {command}  " in result.stdout

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("layerlab exp", "export"),
            ("layerlab train lenet", "lenet-5"),
            ("layerlab train lenet-5 --optimizer Ada", "adamw"),
            ("layerlab export lenet-5 --to sc", "script"),
            ("layerlab train x --sch", "--schedule"),
        ],
    )
    def test_the_shell_completes(self, words: str, found: str) -> None:
        asked = {"_LAYERLAB_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        done = subprocess.run(COMMAND, env={**os.environ, **asked}, capture_output=True, text=True, check=True)
        assert f"plain,{found}" in done.stdout.splitlines()

    @pytest.mark.parametrize("words", [["summary", "lenet-5"], ["presets", "--json"], ["train", "alexnet"]])
    def test_nothing_slow_is_imported(self, words: list[str]) -> None:
        code = (
            "import sys, contextlib\n"
            "from tui.__main__ import main\n"
            f"sys.argv = ['layerlab', *{words!r}]\n"
            "with contextlib.suppress(SystemExit): main()\n"
            "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        loaded = set(eval(done.stderr.splitlines()[-1]))  # noqa: S307  # printed three lines above
        assert {"core", "tui", "click"} <= loaded
        assert not loaded & {"tensorflow", "keras", "textual", "plotext", "numpy", "pydantic"}

    def test_on_a_terminal_it_is_drawn_in_colour_unless_that_is_not_wanted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with on_terminal([*COMMAND, "summary", "alexnet"]) as terminal:
            coloured = terminal.to_the_end()
        assert "\x1b[33m" in coloured
        assert "\u2500" in coloured
        with on_terminal(["env", "NO_COLOR=1", *COMMAND, "summary", "alexnet"]) as terminal:
            plain = terminal.to_the_end()
        assert "\x1b[33m" not in plain
        with on_terminal(["env", "TERM=dumb", *COMMAND, "summary", "alexnet"]) as terminal:
            dumb = terminal.to_the_end()
        assert dumb.isascii()
        assert "\x1b" not in dumb

    def test_a_reader_that_goes_away_is_no_error(self) -> None:
        with subprocess.Popen([*COMMAND, "presets"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == 0

    @pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
    def test_closed_streams_are_no_error(self, closed: str) -> None:
        command = ["sh", "-c", f'"$@" {closed}', "sh", *COMMAND, "summary", "lenet-5", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stderr == ""
        assert bool(done.stdout) == (">&-" not in closed.replace("2>&-", ""))

    def test_an_encoding_without_the_letters(self, tmp_path: Path) -> None:
        path = saved(Preset("Größe 数字", Architecture((28, 28, 1), (Flatten(), Dense(10)))), tmp_path)
        command = ["env", "PYTHONIOENCODING=ascii", *COMMAND, "summary", path]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[0] == "Gr??e ????"  # as wide as before


@pytest.mark.keras
class TestDoctor:
    def test_json(self) -> None:
        done = subprocess.run([*COMMAND, "doctor", "--json"], capture_output=True, text=True, check=True)
        assert done.stderr == ""
        told = json.loads(done.stdout)
        assert told["problems"] == []
        assert {"layerlab", "tensorflow", "keras", "textual"} <= set(told["versions"])
        assert "digest" in told["data"]["MNIST"]
        assert any(name.startswith("cpu") for name in told["devices"])

    def test_what_is_wrong_is_told_and_fails(self, home: Path) -> None:
        (home / "presets").mkdir(parents=True)
        (home / "presets" / "bad.toml").write_text("name = 3")
        done = CliRunner().invoke(app, ["doctor"], prog_name="layerlab")
        assert done.exit_code == 1
        assert "! bad.toml: " in done.stdout
        assert done.stdout.splitlines()[-1] == "1 needs attention"
