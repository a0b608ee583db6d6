"""The commands about runs: what they print, where, and with which exit code."""

import json
import re
import subprocess
import sys
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from core import presets
from core.events import Ended, EpochEnded, Event, RunNotSaved, RunSaved, Started
from core.events import Progress as Stretch
from core.plan.plan import Plan
from core.runs import folder as files
from core.runs.record import Environment, Label
from core.runs.store import Store
from tests.benchmarks.many_runs import fill
from tests.tui.on_terminal import on_terminal
from tui.cli.command_line import app
from tui.cli.commands import compare as compare_command
from tui.cli.commands import runs as runs_command
from tui.cli.commands import show as show_command
from tui.cli.reporters import JsonReporter, LiveReporter, PlainReporter
from tui.output import Output

COMMAND = [sys.executable, "-m", "tui"]
LENET = presets.load(presets.find("lenet-5"))
ENVIRONMENT = Environment("0.1.0", "3.11.9", "2.21.0", "3.15.0", "2.3.0", "Linux", "cpu")
STEERING = "\x1b[31m[red]Evil[/red]\x07\u202e"
PLAIN_STEERING = r"\x1b[31m[red]Evil[/red]\x07\u202e"


def layerlab(*words: str) -> Result:
    return CliRunner().invoke(app, words, prog_name="layerlab")


def done(*words: str) -> str:
    """What a command prints that does what it is told."""
    result = layerlab(*words)
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr
    return result.stdout


def told(*words: str) -> list[dict] | dict:
    text = done(*words, "--json")
    assert text.count("\n") == 1
    return json.loads(text, parse_constant=pytest.fail)


def refused(*words: str) -> str:
    """The message of a wrong usage: one line on stderr, nothing on stdout."""
    result = layerlab(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("layerlab: ")
    return result.stderr.removeprefix("layerlab: ").rstrip("\n")


def keys(*words: str) -> list[str]:
    return [run["key"] for run in told("runs", *words)]


def on_console(width: int) -> tuple[Output, StringIO]:
    stream = StringIO()
    console = Console(file=stream, force_terminal=True, width=width, markup=False, highlight=False, color_system=None)
    return Output(stream, console), stream


@pytest.fixture
def six(home: Path) -> Path:
    """Six runs with the keys 00000 to 00005, the last one the newest; where they are."""
    fill(home, 6)
    return home


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def interrupted(home: Path, name: str = "cut off", key: str = "abcde") -> Path:
    """A run that was begun by a process that is no more."""
    folder = home / "runs" / f"20260101-120000-lenet-5-{key}"
    files.create(folder, Label(name, name), LENET, ENVIRONMENT)
    return folder


def damaged(home: Path) -> None:
    folder = home / "runs" / "20260101-120000-lenet-5-broke"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{")


class TestRuns:
    def test_what_cannot_be_compared_is_told_where_nothing_fits(self, six: Path) -> None:
        assert "none of 6 runs matches: foo>3: a number can be compared with params, epochs, " in done("runs", "foo>3")
        assert done("runs", "nothing").strip() == "none of 6 runs matches: nothing"
        assert keys("best", ">", "0.5") == keys("best>0.5") != []

    def test_without_runs_it_says_what_to_do(self, home: Path) -> None:
        assert "`layerlab train lenet-5`" in done("runs")
        assert told("runs") == []
        assert "the trash is empty" in done("runs", "--trash")
        assert not home.exists()

    def test_the_newest_is_the_first(self, six: Path) -> None:
        lines = done("runs").splitlines()
        assert lines[0].split()[:6] == ["Key", "Name", "Architecture", "Params", "Epochs", "Best"]
        assert [line[:5] for line in lines[1:]] == ["00005", "00004", "00003", "00002", "00001", "00000"]
        assert re.match(r"00002  LeNet-5 2 +LeNet-5 +61,706 +10 +9\d\.\d\d% ", lines[4])

    def test_words_and_comparisons_choose(self, six: Path) -> None:
        assert keys("lenet") == ["00002"]
        assert keys("ffnn", "params<100k") == ["00005", "00000"]
        assert keys("best>99.9%") == []
        assert done("runs", "best>99.9%") == "none of 6 runs matches: best>99.9%\n"

    def test_a_column_puts_in_order(self, six: Path) -> None:
        every = {run["key"]: run["best_val_accuracy"] for run in told("runs")}
        rising = sorted(every, key=lambda key: every[key])
        assert keys("--sort", "best") == rising
        assert keys("--sort", "best", "--reverse", "--limit", "2") == rising[:-3:-1]
        assert keys("--reverse") == keys()[::-1]
        assert "did you mean best?" in refused("runs", "--sort", "bets")

    def test_a_limit_says_that_there_are_more(self, six: Path) -> None:
        assert done("runs", "--limit", "2").splitlines()[-1] == "2 of 6 runs"
        for wrong in ("0", "many", "-1", "1.5"):
            assert refused("runs", "--limit", wrong).startswith("--limit: expected a whole number")

    def test_a_terminal_is_not_flooded(self, six: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(runs_command, "AT_ONCE", 2)
        out, stream = on_console(100)
        monkeypatch.setattr(runs_command, "Output", lambda: out)
        done("runs")
        assert stream.getvalue().splitlines()[-1].strip() == "2 of 6 runs; --limit shows more"
        assert "00004" in stream.getvalue()
        assert "00003" not in stream.getvalue()

    def test_interrupted_ones_can_be_gone_on_with(self, home: Path) -> None:
        interrupted(home)
        assert done("runs").splitlines()[-1] == "1 run was interrupted: `layerlab resume abcde` resumes it"
        interrupted(home, key="fghij")
        assert done("runs").splitlines()[-1].startswith("2 runs were interrupted: ")
        assert {run["state"] for run in told("runs")} == {"interrupted"}

    def test_a_damaged_one_is_listed_and_says_why(self, six: Path) -> None:
        damaged(six)
        lines = done("runs").splitlines()
        assert lines[-1].startswith("damaged: ")
        assert "run.json: is damaged" in lines[-1]
        assert [line.split()[-3] for line in lines if line.startswith("broke")] == ["damaged"]
        assert refused("show", "broke").startswith("20260101-120000-lenet-5-broke/run.json: is damaged")

    def test_the_index_is_made_anew(self, six: Path) -> None:
        keys()
        (index,) = (six / "runs").glob("index-*.db")
        index.write_text("no database")
        damaged(six)
        assert done("runs", "--rebuild") == "index rebuilt: 7 runs, 1 of them damaged\n"
        assert told("runs", "--rebuild") == {"runs": 7, "damaged": 1}

    def test_a_long_note_is_cut_wherever_that_has_to_be(self, six: Path) -> None:
        run = Store(six).find("last")
        for note, shown in (("x" * 300, "x" * 36 + " ..."), ("x " * 20, ("x " * 20).strip())):
            Store(six).relabel(run.id, Label("noted", note))
            (line,) = [line for line in done("runs").splitlines() if " noted " in line]
            assert line.endswith(f"  {shown}")

    @pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
    def test_any_width_of_terminal(self, six: Path, width: int) -> None:
        out, stream = on_console(width)
        store = Store(six)
        store.refresh()
        runs_command.show(store.listed(), out)
        lines = stream.getvalue().splitlines()
        assert max(map(len, lines)) <= width
        assert any("00005" in line for line in lines)
        assert ("Note" in stream.getvalue()) == (width >= 160)

    def test_what_people_write_is_shown_as_text(self, home: Path) -> None:
        interrupted(home, STEERING)
        assert PLAIN_STEERING in done("runs")
        assert done("show", "abcde").splitlines()[0] == PLAIN_STEERING
        assert layerlab("runs", "--json").stdout.isascii()


class TestShow:
    def test_all_about_one(self, six: Path) -> None:
        text = done("show", "00002")
        lines = text.splitlines()
        assert lines[0] == "LeNet-5 2"
        facts = dict(re.findall(r"^  (\w+(?: \w+)*)  +(\S.*)$", text, re.MULTILINE))
        assert "after 10 epochs" in facts["state"]
        assert facts["folder"] == str(next((six / "runs").glob("*-00002")))
        assert "TensorFlow 2.21.0" in facts["made with"]
        assert set(Plan.__struct_fields__) <= set(facts)
        assert facts["epochs"] == str(LENET.plan.epochs)
        assert "61,706 params = 61,470 weights + 236 biases" in lines
        assert "6  Dense 120 tanh           120       48,120     48,120         48,000" in lines
        assert " ".join(lines[-1].split()) == "10 0.0429 98.93% 0.1091 97.27% 0.001 1.2 s best loss and accuracy"

    def test_json(self, six: Path) -> None:
        one = told("show", "last")
        assert one["run"]["key"] == "00005"
        assert len(one["epochs"]) == 10

    def test_one_without_an_epoch(self, home: Path) -> None:
        interrupted(home)
        assert "interrupted after 0 epochs" in done("show", "abcde")
        assert told("show", "abcde")["epochs"] == []

    def test_what_there_is_not(self, six: Path) -> None:
        assert refused("show", "LeNet-5 3").endswith("did you mean LeNet-5 2?")
        assert "0000" in refused("show", "0000")
        assert "no such run" in refused("show", "../runs")

    def test_before_the_first(self, home: Path) -> None:
        assert refused("show", "last") == "there are no runs yet: train a preset first"

    @pytest.mark.parametrize("width", [40, 80])
    def test_any_width_of_terminal(self, six: Path, width: int) -> None:
        out, stream = on_console(width)
        store = Store(six)
        show_command.show(store.details(store.find("00002").id), "folder", out)
        assert max(map(len, stream.getvalue().splitlines())) <= width


class TestCompare:
    def test_figures_side_by_side_and_what_differs(self, six: Path) -> None:
        text = done("compare", "00000", "00001")
        rows = [re.split(r" {2,}", line) for line in text.splitlines()]
        assert ["", "00000", "00001"] in rows
        assert ["params", "7,960", "397,510"] in rows
        assert ["layer 2 Dense", "units", "10", "500"] in rows

    def test_the_same_architecture_and_plan(self, six: Path) -> None:
        assert done("compare", "00000", "00005").endswith("architectures and plans are the same\n")

    def test_json(self, six: Path) -> None:
        report = told("compare", "00002", "00000", "last", "00002")
        assert [run["key"] for run in report["runs"]] == ["00002", "00000", "00005"]
        assert {"place": "whole", "field": "params", "values": ["61,706", "7,960", "7,960"]} in report["differences"]

    def test_one_is_too_few(self, six: Path) -> None:
        assert refused("compare", "last").startswith("comparing needs two or more runs")
        assert "(00005) is a single run; comparing needs two or more runs" in refused("compare", "last", "00005")

    def test_on_a_terminal(self, six: Path) -> None:
        out, stream = on_console(60)
        store = Store(six)
        compare_command.show([store.details(store.find(key).id) for key in ("00000", "00002")], out)
        assert max(map(len, stream.getvalue().splitlines())) <= 60
        assert "Conv2D" in stream.getvalue()


class TestTrash:
    def test_into_it_and_back(self, six: Path) -> None:
        text = done("rm", "00001", "00003")
        assert "`layerlab rm --restore 00001 00003`" in text
        assert keys() == ["00005", "00004", "00002", "00000"]
        assert keys("--trash") == ["00003", "00001"]
        done("rm", "--restore", "00001", "00003")
        assert len(keys()) == 6
        assert keys("--trash") == []

    def test_nothing_is_taken_if_one_is_not_there(self, six: Path) -> None:
        refused("rm", "00001", "nothing")
        assert len(keys()) == 6
        assert "name the runs" in refused("rm")
        assert "cannot be combined" in refused("rm", "--empty", "--restore", "00001")

    def test_what_is_not_in_it(self, six: Path) -> None:
        done("rm", "00001")
        assert refused("rm", "--restore", "00002") == "00002: is not in the trash; did you mean 00001?"
        assert refused("rm", "--restore", "../../x").startswith(
            "../../x: is not in the trash; `layerlab runs --trash` "
        )

    def test_a_run_in_it_is_meant_by_the_same_words_as_any_other(self, six: Path) -> None:
        done("rm", "00001", "00003")
        done("rm", "--restore", "last")
        assert keys("--trash") == ["00001"]
        done("rm", "--restore", "0000")
        assert keys("--trash") == []

    def test_one_name_for_two(self, home: Path) -> None:
        for key in ("aaaaa", "bbbbb"):
            interrupted(home, "twin", key)
        done("rm", "aaaaa", "bbbbb")
        assert refused("rm", "--restore", "Twin").endswith("use one of their keys: bbbbb, aaaaa")
        done("rm", "--restore", "aaaaa")
        done("rm", "--restore", "TWIN")
        assert len(keys()) == 2

    def test_it_is_emptied_only_if_that_is_said(self, six: Path) -> None:
        assert done("rm", "--empty") == "the trash is empty\n"
        done("rm", "00001", "00002", "00003")
        assert refused("rm", "--empty") == "delete 3 runs permanently? confirm with --yes"
        assert done("rm", "--empty", "--yes", "00002") == "1 run permanently deleted\n"
        assert keys("--trash") == ["00003", "00001"]
        assert done("rm", "--empty", "--yes") == "2 runs permanently deleted\n"
        assert keys("--trash") == []
        assert len(keys()) == 3

    @pytest.mark.parametrize(("answer", "left"), [("y", 0), ("yes", 0), ("n", 1), ("", 1)])
    def test_on_a_terminal_it_asks(self, six: Path, answer: str, left: int) -> None:
        done("rm", "00001")
        with on_terminal([*COMMAND, "rm", "--empty"]) as terminal:
            terminal.until(lambda seen: "delete 1 run permanently? [y/N]" in seen)
            terminal.type(f"{answer}\r")
            terminal.to_the_end()
        assert len(keys("--trash")) == left


class TestExport:
    @pytest.mark.parametrize(("to", "name"), [("script", "py"), ("toml", "toml"), ("csv", "csv")])
    def test_a_run_in_the_current_folder(self, six: Path, here: Path, to: str, name: str) -> None:
        assert done("export", "00002", "--to", to).endswith(f": lenet-5-2-00002.{name}\n")
        written = (here / f"lenet-5-2-00002.{name}").read_bytes()
        result = layerlab("export", "00002", "--to", to, "--out", "-")
        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout_bytes == written
        assert len(written) > 100

    def test_a_preset_comes_before_a_run_of_its_name(self, home: Path, here: Path) -> None:
        interrupted(home, "lenet-5")
        done("export", "lenet-5", "--to", "toml")
        assert tomllib.loads((here / "lenet-5.toml").read_text())["name"] == "LeNet-5"
        done("export", "abcde", "--to", "toml")
        assert (here / "lenet-5-abcde.toml").exists()

    def test_to_a_path_or_into_a_folder(self, here: Path) -> None:
        done("export", "lenet-5", "--to", "script", "--out", "new/mine.py")
        done("export", "lenet-5", "--to", "script", "--out", "new")
        assert {path.name for path in (here / "new").iterdir()} == {"mine.py", "lenet-5.py"}

    def test_what_is_there_stays_unless_that_is_not_wanted(self, here: Path) -> None:
        (here / "lenet-5.py").write_text("mine")
        message = refused("export", "lenet-5", "--to", "script")
        assert message == "lenet-5.py: already exists; --force overwrites it"
        assert (here / "lenet-5.py").read_text() == "mine"
        done("export", "lenet-5", "--to", "script", "--force")
        assert "import keras" in (here / "lenet-5.py").read_text()

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("lenet-5",), "'--to'"),
            (("lenet-5", "--to", "scrip"), "did you mean script?"),
            (
                ("lenet-5", "--to", "csv"),
                "lenet-5: a table of epochs is made from the history of a training: export a run",
            ),
            (("lenet-5", "--to", "report"), "export a run"),
            (("lenet-5", "--to", "tensorboard"), "export a run"),
            (("lenet-5", "--to", "keras", "--out", "-"), "is not a text"),
            (("lenet-5", "--to", "keras", "--out", "model.h5"), "ends in .keras"),
            (("abcde", "--to", "keras"), "cut off has no weights: it ended in its first epoch"),
            (("00002", "--to", "csv", "--weights", "best"), "--weights: "),
            (("00002", "--to", "keras", "--weights", "bst"), "did you mean best?"),
            (("lenet-6", "--to", "csv"), "did you mean lenet-5?"),
            (("lenet-6", "--to", "csv"), "did you mean LeNet-5 2?"),
            (("no/such.toml", "--to", "script"), "there is no such file"),
            (("lenet-5", "--to", "script", "--out", "~nobody-at-all/x.py"), "cannot write there"),
            (("lenet-5", "--to", "script", "--out", "file/x.py"), "file"),
        ],
    )
    def test_what_cannot_be_is_said_in_a_line(self, six: Path, here: Path, words: tuple[str, ...], says: str) -> None:
        (here / "file").write_text("")
        interrupted(six)
        assert says in refused("export", *words)
        assert [path.name for path in here.iterdir()] == ["file"]


class TestReport:
    def test_a_quick_one(self, six: Path, here: Path) -> None:
        assert done("report", "00002", "--quick") == "wrote a lab report: lenet-5-2-00002.html\n"
        assert "LeNet-5 2" in (here / "lenet-5-2-00002.html").read_text()
        assert "--force" in refused("report", "00002", "--quick")

    def test_compared_with_others_as_markdown(self, six: Path, here: Path) -> None:
        done("report", "00002", "00001", "00000", "--quick", "--out", "lab.md")
        text = (here / "lab.md").read_text()
        assert "FFNN 784-500-10 1" in text
        assert list(here.glob("lab*.svg"))


def test_a_name_that_is_nothing_is_refused_in_whole_sentences(home: Path) -> None:
    said = refused("evaluate", "leent-5")
    assert said.startswith("leent-5: no such preset or file; did you mean lenet-5? ")
    assert "?;" not in said


class TestImport:
    MODEL = json.dumps(
        {
            "class_name": "Sequential",
            "config": {
                "name": "seen",
                "layers": [
                    {"class_name": "InputLayer", "config": {"batch_shape": [None, 28, 28, 1], "dtype": "float32"}},
                    {"class_name": "Flatten", "config": {"name": "flatten"}},
                    {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "softmax"}},
                ],
            },
        }
    )

    def test_into_a_folder_under_its_own_name(self, home: Path, here: Path) -> None:
        (here / "seen.json").write_text(self.MODEL)
        (here / "there").mkdir()
        for folder in ("./there", "new/"):
            done("import", "seen.json", "--out", folder)
            assert presets.load(here / folder / "seen.toml").name == "seen"
        assert "ends in .toml" in refused("import", "seen.json", "--out", "there/x.json")
        assert not (home / "presets").exists()
        assert told("import", "seen.json", "--out", "there")["path"] == str(home / "presets" / "there.toml")

    def test_a_folder_is_no_file(self, here: Path) -> None:
        assert refused("import", ".") == ".: a folder; choose a file in it"

    def test_it_becomes_a_preset_of_ones_own(self, home: Path, here: Path) -> None:
        (here / "seen.json").write_text(self.MODEL)
        text = done("import", "seen.json")
        assert text.startswith("2 layers, 7,850 params: saved as seen\n")
        assert text.endswith("`layerlab open seen` opens it\n")
        assert presets.find("seen").parent == home / "presets"
        assert [layer.type for layer in presets.load(presets.find("seen")).architecture.layers] == ["Flatten", "Dense"]

    @pytest.mark.parametrize("name", ["train", "import", "runs"])
    def test_what_is_called_like_a_command_is_opened_all_the_same(self, here: Path, name: str) -> None:
        (here / f"{name}.json").write_text(self.MODEL)
        assert done("import", f"{name}.json").splitlines()[-1] == f"`layerlab open {name}` opens it"
        assert done("summary", name).splitlines()[0] == name

    def test_under_another_name(self, home: Path, here: Path) -> None:
        (here / "seen.json").write_text(self.MODEL)
        report = told("import", "seen.json", "--out", "My own")
        path = home / "presets" / "my-own.toml"
        assert report == {"preset": "my-own", "path": str(path), "layers": 2, "params": 7850}
        assert presets.load(path).name == "My own"
        assert told("import", "seen.json", "--out", "file.toml")["preset"] == "file.toml"

    def test_nothing_is_written_over_or_hidden(self, home: Path, here: Path) -> None:
        (here / "seen.json").write_text(self.MODEL)
        done("import", "seen.json")
        assert "already exists" in refused("import", "seen.json")
        assert "LayerLab ships a preset" in refused("import", "seen.json", "--out", "lenet-5")
        done("import", "seen.json", "--out", "lenet-5", "--force")
        assert presets.find("lenet-5").parent == home / "presets"

    def test_what_cannot_be_read(self, here: Path) -> None:
        (here / "bad.json").write_text("{}")
        assert refused("import", "bad.json").startswith("bad.json: ")
        assert "No such file" in refused("import", "none.keras")


class TestKeeping:
    """How `train`, `evaluate` and the app are told what to keep, and tell of it."""

    STARTED = Started("cpu", 61_706, 60_000, 10_000, 469, 128, 0, 2, 0.1, 1.0)
    STRETCH = Stretch(1, 2, 10, 10, 469, 0.5, 0.9, 0.1, 9e4, None, None)
    EPOCH = EpochEnded(4, 5, 469, 0.1, 0.97, 0.1, 0.97, 0.1, 1.0, True)
    ENDED = Ended("finished", 2, 2.8, 41_234.0, 0.0412, 0.9871, "")
    KEPT = RunSaved("20260101-120000-lenet-5-abcde")

    def lines(self, kind: type[PlainReporter | LiveReporter | JsonReporter], *events: Event) -> list[str]:
        out, stream = on_console(100)
        teller = kind(LENET, out)
        for event in events:
            teller.report(event)
        return [line.rstrip() for line in stream.getvalue().splitlines()]

    @pytest.mark.parametrize("kind", [PlainReporter, LiveReporter])
    def test_the_key_is_told_at_the_end(self, kind: type[PlainReporter | LiveReporter]) -> None:
        lines = self.lines(kind, self.KEPT, self.STARTED, self.STRETCH, self.ENDED)
        assert lines[-1] == "saved as run abcde (layerlab show abcde)"

    @pytest.mark.parametrize("kind", [PlainReporter, LiveReporter])
    def test_where_nothing_was_trained_nothing_is_kept(self, kind: type[PlainReporter | LiveReporter]) -> None:
        lines = self.lines(kind, self.KEPT, self.STARTED, self.ENDED)
        assert not any("kept" in line for line in lines)

    @pytest.mark.parametrize("kind", [PlainReporter, LiveReporter])
    def test_what_is_not_kept_is_told_at_once(self, kind: type[PlainReporter | LiveReporter]) -> None:
        events = (self.KEPT, self.STARTED, self.STRETCH, RunNotSaved("the disk is full"), self.ENDED)
        lines = self.lines(kind, *events)
        assert lines[1] == "the disk is full"
        assert not any("layerlab show" in line for line in lines)

    def test_json_tells_at_once(self) -> None:
        lines = self.lines(JsonReporter, self.KEPT, self.STARTED, RunNotSaved("the disk is full"))
        assert [json.loads(line)["event"] for line in lines] == ["kept", "start", "not_kept"]

    def test_one_that_goes_on_says_from_where(self) -> None:
        on = Started("cpu", 61_706, 60_000, 10_000, 469, 128, 3, 5, 0.1, 1.0)
        lines = self.lines(LiveReporter, on, self.EPOCH)
        assert lines[0].endswith("batch 128, epochs 4 to 5, on cpu")
        assert lines[1].split()[:2] == ["epoch", "loss"]
        assert lines[2].split()[0] == "4/5"

    @pytest.mark.parametrize(
        ("words", "says"),
        [
            (("train", "lenet-5", "--no-save", "--name", "x"), "--name: "),
            (("train", "lenet-5", "--name", " "), "a run needs a name"),
            (("train", "lenet-5", "--name", "x" * 101), "100 at most"),
            (("--no-save", "presets"), "--no-save"),
            (("--no-save", "lenet-6"), "did you mean lenet-5?"),
            (("--no-save", "lenet-5"), "the app needs a terminal"),
            (("--no-save",), "the app needs a terminal"),
            (("open", "lenet-5", "--no-save"), "the app needs a terminal"),
            (("evaluate", "lenet-5", "--weights", "best"), "--weights is for runs"),
            (("evaluate", "00002", "--epochs", "3"), "00002: a run is not retrained"),
            (("evaluate", "00002", "--no-save"), "00002: a run is not retrained"),
            (("evaluate", "00002", "--name", "other"), "00002: a run is not retrained"),
            (("evaluate", "lenet-6"), "did you mean lenet-5?"),
            (("resume", "00000"), "say how many more epochs"),
            (("resume", "00000", "--more", "0"), "--more: expected a whole number"),
            (("resume", "lenet-5"), "no such run"),
        ],
    )
    def test_wrong_usage_is_a_line(self, six: Path, words: tuple[str, ...], says: str) -> None:
        assert says in refused(*words)

    def test_a_run_without_weights_is_judged_by_what_it_told(self, home: Path) -> None:
        interrupted(home)
        text = done("evaluate", "abcde")
        assert text.splitlines()[:2] == [
            "cut off (abcde), last weights",
            "it ended during its first epoch and has no weights to evaluate",
        ]
        assert told("evaluate", "abcde")["event"] == "findings"

    def test_what_cannot_be_trained_leaves_no_run(self, home: Path) -> None:
        assert layerlab("train", "alexnet", "--name", "big").exit_code == 1
        assert not (home / "runs").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["runs"],
        ["runs", "lenet", "--json"],
        ["runs", "--rebuild"],
        ["show", "last"],
        ["compare", "00000", "00002"],
        ["rm", "00003"],
        ["export", "last", "--to", "script", "--out", "-"],
        ["report", "last", "--quick"],
    ],
)
def test_nothing_slow_is_imported(words: list[str], six: Path, here: Path) -> None:
    code = (
        "import sys, contextlib\n"
        "from tui.__main__ import main\n"
        f"sys.argv = ['layerlab', *{words!r}]\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout
    loaded = set(eval(ran.stderr.splitlines()[-1]))  # noqa: S307  # printed three lines above
    assert {"core", "tui", "click"} <= loaded
    assert not loaded & {"tensorflow", "keras", "textual", "plotext", "numpy", "pydantic", "rich"}


@pytest.mark.keras
def test_from_the_first_epoch_to_the_report(home: Path, here: Path) -> None:
    """One training on its way through all commands, in one process."""
    first = done("train", "ffnn-10", "--epochs", "2", "--name", "Mine", "--early-stopping", "patience=9")
    key = re.search(r"saved as run (\w{5}) ", first)[1]
    folder = next((home / "runs").glob(f"*-{key}"))
    assert {"best.keras", "last.keras", "checkpoint.safetensors"} <= {path.name for path in folder.iterdir()}
    (run,) = told("runs")
    assert (run["name"], run["state"], run["epochs"], run["planned"]) == ("Mine", "finished", 2, 2)
    assert "Mine" in done("show", key)

    on = [json.loads(line) for line in done("resume", "mine", "--more", "1", "--json").splitlines()]
    assert [line["event"] for line in on] == ["kept", "start", "epoch", "end"]
    assert (on[0]["run"], on[2]["epoch"]) == (folder.name, 3)
    (run,) = told("runs")
    assert (run["epochs"], run["test_accuracy"]) == (3, on[3]["test_accuracy"])

    results, findings = (json.loads(line) for line in done("evaluate", key, "--json").splitlines())
    assert results["accuracy"] == pytest.approx(run["test_accuracy"], abs=2e-4)
    assert findings["event"] == "findings"
    assert done("evaluate", key, "--weights", "best").startswith(f"Mine ({key}), weights of the lowest loss\n")

    for to in ("keras", "script", "toml", "csv", "tensorboard", "report"):
        done("export", key, "--to", to)
    done("export", key, "--to", "keras", "--weights", "best", "--out", "best.keras")
    names = {path.name for path in here.iterdir()}
    assert names == {f"mine-{key}{end}" for end in (".keras", ".py", ".toml", ".csv", ".html", "-tensorboard")} | {
        "best.keras"
    }
    assert len((here / f"mine-{key}.csv").read_text().splitlines()) == 4
    assert "onfusion" in (here / f"mine-{key}.html").read_text()
    imported = told("import", f"mine-{key}.keras", "--out", "again")
    assert imported["params"] == run["params"]
    assert done("train", "again", "--epochs", "1", "--no-save")
    assert len(told("runs")) == 1
