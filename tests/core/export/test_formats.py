"""Every format is written as it should be, nothing is written over, and TensorFlow loaded only where there is need."""

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from core import presets
from core.export import format as format_module
from core.export.format import ExportError, Format, RunSource
from core.export.formats import FORMATS
from core.export.formats.csv import history_csv
from core.export.formats.report import answers, write_report
from core.export.script import script
from core.history import Change
from core.network.architecture import Architecture
from core.network.layers import Dense, Flatten, MaxPooling2D
from core.plan.schedules import Cosine, Schedule, Step
from core.presets import Preset
from core.runs import checkpoint_file
from core.runs.folder import CHECKPOINT, KERAS_FILES
from core.runs.record import RunError
from core.runs.store import Store
from core.training.checkpoint import Checkpoint, TrainingState
from tests.benchmarks.many_runs import fill

LENET = presets.load(presets.find("lenet-5"))
TEXTS = [FORMATS[name] for name in ("script", "toml", "csv")]
"""Those that ask nobody."""


@pytest.fixture
def stored(home: Path) -> RunSource:
    """A run of LeNet-5, without weights."""
    fill(home, 3)
    return store_of(home, "00002")


def store_of(home: Path, key: str) -> RunSource:
    store = Store(home)
    run = store.find(key)
    return RunSource(store.details(run.id), store.path(run.id))


def with_weights(stored: RunSource) -> None:
    """Give it a checkpoint, and the Keras files of training, which are none."""
    arrays = (np.zeros(3, np.float32),)
    checkpoint_file.write(stored.folder, Checkpoint(TrainingState(10), arrays, arrays), durably=False)
    for which, name in KERAS_FILES.items():
        (stored.folder / name).write_bytes(which.encode())


def test_every_format_has_a_name_of_its_own() -> None:
    assert list(FORMATS) == ["report", "script", "keras", "csv", "toml", "tensorboard"]
    assert all(form.name == name for name, form in FORMATS.items())


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_the_name_of_the_file_is_that_of_the_run_with_its_key(form: Format, stored: RunSource) -> None:
    end = form.suffix or "-tensorboard"
    assert form.default_name(LENET) == f"lenet-5{end}"
    assert form.default_name(stored) == f"lenet-5-2-00002{end}"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/x.toml", "~nobody/x.toml", "a\nb\x1b[31m", "", "\ud800", "x" * 999]
)
def test_no_name_of_a_preset_leads_elsewhere(name: str) -> None:
    file = FORMATS["script"].default_name(replace(LENET, name=name))
    assert Path(file).name == file
    assert file.isprintable()
    assert file.endswith(".py")
    assert len(file.encode(errors="replace")) < 230


@pytest.mark.parametrize("form", TEXTS, ids=lambda form: form.name)
def test_what_is_written_is_the_text(form: Format, stored: RunSource, tmp_path: Path) -> None:
    path = tmp_path / "new" / f"file{form.suffix}"
    form.export(stored, path)
    assert path.read_text(encoding="utf-8") == form.content(stored)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_the_texts_are_those_of_the_run(stored: RunSource) -> None:
    assert FORMATS["script"].content(stored) == script(stored.details.preset)
    assert FORMATS["csv"].content(stored) == history_csv(stored.details.history)
    text = FORMATS["toml"].content(stored)
    assert presets.loads(text, "written") == stored.details.preset
    assert tomllib.loads(text)["name"] == "LeNet-5"


def test_a_preset_needs_no_run(tmp_path: Path) -> None:
    for name in ("script", "toml"):
        FORMATS[name].export(LENET, tmp_path / name)
    assert presets.load(tmp_path / "toml") == LENET


@pytest.mark.parametrize("name", ["csv", "tensorboard", "report"])
def test_a_preset_has_no_history(name: str, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="export a run"):
        FORMATS[name].export(LENET, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_ended_in_its_first_epoch_has_no_weights(stored: RunSource, tmp_path: Path) -> None:
    (stored.folder / CHECKPOINT).unlink()
    with pytest.raises(ExportError, match="LeNet-5 2 has no weights"):
        FORMATS["keras"].export(stored, tmp_path / "x.keras")
    assert answers(stored, "last") is None


def test_a_script_says_where_the_run_went_its_own_way(stored: RunSource) -> None:
    def said(schedule: Schedule, planned: int, *changes: Change) -> str:
        told = stored.details
        plan = replace(told.preset.plan, epochs=10, schedule=schedule)
        told = replace(
            told,
            preset=replace(told.preset, plan=plan),
            run=replace(told.run, metrics=replace(told.run.metrics, planned=planned)),
            history=replace(told.history, changes=changes),
        )
        return FORMATS["script"].content(replace(stored, details=told)).split("\n\n", 1)[0]

    title = "# LeNet-5: a Keras script by LayerLab"
    assert said(Cosine(), 10) == said(Step(), 20) == title
    assert "learning rate was changed by hand" in said(Step(), 10, Change(1.5, 0.1))
    assert "planned for 10 epochs and extended to 20" in said(Cosine(), 20)


def test_an_architecture_with_errors_is_no_keras_model(tmp_path: Path) -> None:
    broken = Preset("broken", Architecture((28, 28, 1), (MaxPooling2D((40, 40)), Flatten(), Dense(10))))
    with pytest.raises(ExportError, match="40x40"):
        FORMATS["keras"].export(broken, tmp_path / "x.keras")


def test_keras_takes_no_other_name(stored: RunSource, tmp_path: Path) -> None:
    with_weights(stored)
    with pytest.raises(ExportError, match=r"model\.h5: .*\.keras"):
        FORMATS["keras"].export(stored, tmp_path / "model.h5")


@pytest.mark.parametrize("name", ["keras", "tensorboard"])
def test_what_is_no_text_cannot_go_just_anywhere(name: str, stored: RunSource) -> None:
    with_weights(stored)
    with pytest.raises(ExportError, match="is not a text"):
        FORMATS[name].content(stored)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_nothing_is_written_over(form: Format, stored: RunSource, tmp_path: Path) -> None:
    with_weights(stored)
    path = tmp_path / f"mine{form.suffix}"
    path.write_text("mine")
    with pytest.raises(FileExistsError) as caught:
        form.export(stored, path)
    assert caught.value.filename == str(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_nor_through_a_link_that_leads_nowhere_yet(form: Format, stored: RunSource, tmp_path: Path) -> None:
    with_weights(stored)
    link = tmp_path / f"mine{form.suffix}"
    link.symlink_to(tmp_path / "target")
    with pytest.raises(FileExistsError):
        form.export(stored, link)
    assert link.is_symlink()
    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("form", [*TEXTS, FORMATS["keras"]], ids=lambda form: form.name)
def test_what_has_come_since_somebody_looked_stays(
    form: Format, stored: RunSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_weights(stored)
    path = tmp_path / f"mine{form.suffix}"
    check = format_module.refuse_existing

    def look(paths: Iterable[Path], *, force: bool) -> None:
        check(paths, force=force)
        path.write_text("mine")

    monkeypatch.setattr(format_module, "refuse_existing", look)
    with pytest.raises(FileExistsError):
        form.export(stored, path)
    assert path.read_text() == "mine"
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]


@pytest.mark.parametrize("form", [*TEXTS, FORMATS["keras"]], ids=lambda form: form.name)
def test_a_link_is_replaced_and_what_it_leads_to_stays(form: Format, stored: RunSource, tmp_path: Path) -> None:
    with_weights(stored)
    (tmp_path / "target").write_text("somebody's")
    link = tmp_path / f"mine{form.suffix}"
    link.symlink_to(tmp_path / "target")
    form.export(stored, link, force=True)
    assert not link.is_symlink()
    assert (tmp_path / "target").read_text() == "somebody's"


@pytest.mark.parametrize("form", TEXTS, ids=lambda form: form.name)
def test_unless_that_is_wanted(form: Format, stored: RunSource, tmp_path: Path) -> None:
    path = tmp_path / f"mine{form.suffix}"
    path.write_text("mine")
    form.export(stored, path, force=True)
    assert path.read_text() == form.content(stored)


@pytest.mark.parametrize("which", KERAS_FILES)
def test_the_keras_file_that_training_left_is_taken(
    which: checkpoint_file.Which, stored: RunSource, tmp_path: Path
) -> None:
    with_weights(stored)
    FORMATS["keras"].export(stored, tmp_path / "x.keras", which)
    assert (tmp_path / "x.keras").read_text() == which


class TestReport:
    def test_without_asking_anybody(self, stored: RunSource, tmp_path: Path) -> None:
        with_weights(stored)
        path = tmp_path / "report.html"
        write_report(path, stored, evaluate=False)
        text = path.read_text(encoding="utf-8")
        assert "LeNet-5" in text
        assert "<script" not in text

    def test_compared_with_others(self, stored: RunSource, home: Path, tmp_path: Path) -> None:
        other = store_of(home, "00001").details
        write_report(tmp_path / "one.html", stored, evaluate=False)
        write_report(tmp_path / "two.html", stored, [other], evaluate=False)
        assert other.run.name not in (tmp_path / "one.html").read_text()
        assert other.run.name in (tmp_path / "two.html").read_text()

    def test_markdown_has_its_figures_beside_it(self, stored: RunSource, tmp_path: Path) -> None:
        write_report(tmp_path / "lab.md", stored, evaluate=False)
        written = {path.name for path in tmp_path.iterdir() if path.is_file()}
        text = (tmp_path / "lab.md").read_text()
        figures = written - {"lab.md"}
        assert figures
        assert all(name.endswith(".svg") and f"({name})" in text for name in figures)

    def test_none_of_its_files_is_written_where_one_is_there(self, stored: RunSource, tmp_path: Path) -> None:
        write_report(tmp_path / "lab.md", stored, evaluate=False)
        figure = next(tmp_path.glob("*.svg"))
        (tmp_path / "lab.md").unlink()
        before = {path.name: path.read_bytes() for path in tmp_path.glob("*.*")}
        with pytest.raises(FileExistsError):
            write_report(tmp_path / "lab.md", stored, evaluate=False)
        assert {path.name: path.read_bytes() for path in tmp_path.glob("*.*")} == before
        assert figure.name in before


def test_no_format_that_can_do_without_loads_tensorflow(stored: RunSource, tmp_path: Path) -> None:
    with_weights(stored)
    code = (
        "import json, sys\n"
        "from pathlib import Path\n"
        "from core.export.format import RunSource\n"
        "from core.export.formats import FORMATS\n"
        "from core.export.formats.report import write_report\n"
        "from core.runs.folder import read\n"
        f"folder, out = Path({str(stored.folder)!r}), Path({str(tmp_path)!r})\n"
        "run = RunSource(read(folder), folder)\n"
        "for name in ('script', 'toml', 'csv', 'keras'):\n"
        "    FORMATS[name].export(run, out / f'x{FORMATS[name].suffix}')\n"
        "write_report(out / 'x.html', run, evaluate=False)\n"
        "print(json.dumps([name for name in ('tensorflow', 'keras', 'numpy') if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


@pytest.mark.keras
class TestKeras:
    def test_a_preset_is_a_network_before_training(self, tmp_path: Path) -> None:
        small = Preset("small", Architecture((4,), (Dense(3, "softmax"),)))
        FORMATS["keras"].export(small, tmp_path / "small.keras")
        import keras

        model = keras.models.load_model(tmp_path / "small.keras")
        assert model.count_params() == 15
        assert zipfile.is_zipfile(tmp_path / "small.keras")

    def test_it_is_written_under_a_name_that_nobody_foresees(self, tmp_path: Path) -> None:
        small = Preset("small", Architecture((4,), (Dense(3, "softmax"),)))
        (tmp_path / "target").write_text("somebody's")
        (tmp_path / ".layerlab-small.keras").symlink_to(tmp_path / "target")
        FORMATS["keras"].export(small, tmp_path / "small.keras")
        assert (tmp_path / "target").read_text() == "somebody's"
        assert zipfile.is_zipfile(tmp_path / "small.keras")
        assert {path.name for path in tmp_path.iterdir()} == {"target", ".layerlab-small.keras", "small.keras"}
        with pytest.raises(FileExistsError):
            import_module("core.runs.keras_file").write(tmp_path / "small.keras", small, replaces=False)

    def test_a_file_of_an_earlier_checkpoint_is_made_anew(self, stored: RunSource, tmp_path: Path) -> None:
        with_weights(stored)
        os.utime(stored.folder / KERAS_FILES["last"], ns=(1, 1))
        with pytest.raises(ExportError):  # the weights are those of another network
            FORMATS["keras"].export(stored, tmp_path / "x.keras")
        (stored.folder / CHECKPOINT).write_bytes(b"nothing of the kind")
        with pytest.raises(RunError, match=CHECKPOINT):
            FORMATS["keras"].export(stored, tmp_path / "x.keras")
        assert not (tmp_path / "x.keras").exists()
