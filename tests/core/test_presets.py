"""Preset files: what is saved comes back, and what is wrong is said in one line."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from core import presets
from core.json_output import preset_reports
from core.network.architecture import Architecture
from core.network.initializers import RandomNormal
from core.network.layers import Conv2D, Dense, Flatten
from core.network.regularizers import Regularizer
from core.plan.optimizers import SGD
from core.plan.plan import EarlyStopping, Plan
from core.presets import Preset, PresetError
from tests.core.generated import presets as any_preset

HEAD = 'name = "Mine"\ninput_shape = [28, 28, 1]\n'
DENSE = HEAD + '[[layers]]\ntype = "Flatten"\n[[layers]]\ntype = "Dense"\nunits = 10\n'


@settings(max_examples=200)
@given(any_preset())
def test_a_preset_comes_back_as_it_was_saved(preset: Preset) -> None:
    text = presets.dumps(preset)
    assert presets.loads(text, "text") == preset
    assert presets.dumps(presets.loads(text, "text")) == text


def test_the_format_is_the_documented_one() -> None:
    text = """
name = "LeNet-5"
description = "..."
origin = "..."
input_shape = [28, 28, 1]
[[layers]]
type = "Conv2D"
filters = 6
kernel_size = [5, 5]
padding = "same"
activation = "tanh"
kernel_initializer = { name = "RandomNormal", stddev = 0.062 }
kernel_regularizer = { l2 = 0.001 }
[[layers]]
type = "Conv2D"
filters = 6
kernel_size = 5
padding = 2
kernel_initializer = "glorot_uniform"
[plan]
dataset = "mnist"
pixels = "0..1"
optimizer = { name = "SGD", learning_rate = 0.1, momentum = 0.0 }
loss = "categorical_crossentropy"
batch_size = 128
epochs = 10
validation = 0.1
seed = 1
early_stopping = { monitor = "val_loss", patience = 3 }
"""
    conv = Conv2D(
        6,
        (5, 5),
        padding="same",
        activation="tanh",
        kernel_initializer=RandomNormal(stddev=0.062),
        kernel_regularizer=Regularizer(l2=0.001),
    )
    plan = Plan(optimizer=SGD(learning_rate=0.1), validation=0.1, early_stopping=EarlyStopping(patience=3))
    stack = Architecture((28, 28, 1), (conv, Conv2D(6, (5, 5), padding=2)))
    assert presets.loads(text, "text") == Preset("LeNet-5", stack, plan, "...", "...")


def test_layers_are_written_one_line_an_argument_and_no_defaults() -> None:
    preset = Preset("Mine", Architecture((8,), (Dense(3, "relu", kernel_initializer=RandomNormal(stddev=0.1)),)))
    assert presets.dumps(preset).split("\n[plan]")[0] == (
        'name = "Mine"\ninput_shape = [8]\n\n[[layers]]\ntype = "Dense"\nunits = 3\nactivation = "relu"\n'
        'kernel_initializer = { name = "RandomNormal", stddev = 0.1 }\n'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("this is no TOML", "bad.toml: not a TOML file: line 1, column 6: a key without = after it: 'this"),
        ("name = lenet", "bad.toml: not a TOML file: line 1, column 8: not a valid TOML value; text needs quotes"),
        ('name = "x"\nname = "y"', "bad.toml: not a TOML file: at its end: a key that is already defined"),
        ('name = "x', "bad.toml: not a TOML file: at its end: text without its closing quote"),
        ("[[layers]\n", "bad.toml: not a TOML file: line 1, column 9: "),
        ("", "bad.toml: name: is missing"),
        ('name = "x"\n', "bad.toml: input_shape: is missing"),
        ("name = 3\ninput_shape = [1]\n", "bad.toml: name: expected text, not 3"),
        (HEAD + 'orgin = "x"\n', "bad.toml: orgin: unknown key; did you mean origin?"),
        ('name = "x"\ninput_shape = []\n', "bad.toml: input_shape: expected 1 to 3 sizes, not []"),
        ('name = "x"\ninput_shape = [28, 0]\n',
         "bad.toml: input_shape: expected a whole number of at least 1, not 0"),
        ('name = "x"\ninput_shape = [28.5]\n',
         "bad.toml: input_shape: expected a whole number of at least 1, not 28.5"),
        (HEAD + "layers = 3\n", "bad.toml: layers: expected [[layers]] tables"),
        (HEAD + "layers = [3]\n", "bad.toml: layer 1, type: expected a table with a type, such as Dense"),
        (HEAD + "[[layers]]\nunits = 3\n", "bad.toml: layer 1, type: expected a table with a type, such as Dense"),
        (HEAD + '[[layers]]\ntype = "Input"\nshape = [3]\n',
         "bad.toml: layer 1 (Input), type: Input is not a layer here: set input_shape"),
        (DENSE.replace("units", "unit"),
         "bad.toml: layer 2 (Dense), unit: Dense has no such field; did you mean units?"),
        (DENSE.replace("10", '"10"'),
         "bad.toml: layer 2 (Dense), units: expected a whole number of at least 1, not '10'"),
        (DENSE.replace("units = 10", ""), "bad.toml: layer 2 (Dense), units: is missing: Size of the output"),
        (DENSE + 'activation = "rely"\n', "bad.toml: layer 2 (Dense), activation: expected one of linear, relu,"),
        (DENSE.replace('"Dense"', '"Dens"'),
         "bad.toml: layer 2 (Dens): 'Dens' is not one of the layers; did you mean Dense?"),
        (DENSE + 'kernel_initializer = { name = "RandomNormal", stddev = -1 }\n',
         "bad.toml: layer 2 (Dense), kernel_initializer.stddev: expected a number of at least 0, not -1"),
        (DENSE + 'kernel_initializer = "SGD"\n',
         "bad.toml: layer 2 (Dense), kernel_initializer: 'SGD' is not one of the"),
        (DENSE + "kernel_regularizer = 0.1\n",
         "bad.toml: layer 2 (Dense), kernel_regularizer: expected a table of l1, l2, not 0.1"),
        (DENSE + "plan = 3\n", "bad.toml: layer 2 (Dense), plan: Dense has no such field"),
        ("plan = 3\n" + HEAD, "bad.toml: plan: expected a [plan] table"),
        (DENSE + "[plan]\nepochs = 0\n", "bad.toml: plan.epochs: expected a whole number from 1 to 100000, not 0"),
        (DENSE + "[plan]\nepoch = 1\n", "bad.toml: plan.epoch: Plan has no such field; did you mean epochs?"),
        (DENSE + '[plan]\noptimizer = { name = "SGD", learning_rate = 0 }\n',
         "bad.toml: plan.optimizer.learning_rate: expected a number above 0, not 0"),
        (DENSE + '[plan]\nvalidation = "half"\n',
         'bad.toml: plan.validation: expected "test", "none" or a fraction such as 0.1, not \'half\''),
        (DENSE + f"[plan]\nepochs = 0x{'f' * 9000}\n",
         "bad.toml: plan.epochs: expected a whole number from 1 to 100000, not"),
        (DENSE + f"[plan]\nepochs = {'9' * 9000}\n", "bad.toml: not a TOML file"),
        (f'name = "x"\ninput_shape = [0x{"f" * 9000}]\n', "bad.toml: input_shape: expected a whole number"),
        (HEAD + "[[layers]]\ntype = " + "[" * 90_000, "bad.toml: not a TOML file"),
        (HEAD + "a" + ".a" * 5_000 + " = 1\n", "bad.toml: "),
        (DENSE + f"units2 = '{'x' * 9_000}'\n", "bad.toml: layer 2 (Dense), units2: Dense has no such field"),
        (DENSE + '"\\u001b[31m" = 1\n', "bad.toml: layer 2 (Dense), '\\x1b[31m': Dense has no such field"),
    ],
    ids=lambda value: value[:40] if value.startswith("bad") else "",
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_line_that_says_where(text: str, message: str) -> None:
    with pytest.raises(PresetError) as caught:
        presets.loads(text, "bad.toml")
    said = str(caught.value)
    assert said.startswith(message)
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    assert len(said) < 1_000


@pytest.mark.parametrize(
    "odd", ["[bold red]x[/]", "\x1b[31mred\x1b[0m", "[@click=app.quit]x[/]", "a\nb", "\u202egnp.exe"]
)
def test_markup_and_escape_codes_are_kept_as_the_text_that_they_are(odd: str, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    preset = Preset(odd, Architecture((8,), (Flatten(),)), description=odd, origin=odd)
    presets.save(preset, path)
    assert "\x1b" not in path.read_text(encoding="utf-8")
    assert presets.load(path) == preset


def test_what_is_not_utf8_or_not_there_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes('name = "Ä"\n'.encode("latin-1"))
    with pytest.raises(PresetError, match=r"^latin\.toml: cannot be read: it is not UTF-8 text$"):
        presets.load(tmp_path / "latin.toml")
    with pytest.raises(PresetError, match=r"^gone\.toml: cannot be read: No such file or directory$"):
        presets.load(tmp_path / "gone.toml")
    with pytest.raises(PresetError, match=r": cannot be read: a folder, not a file; choose a file$"):
        presets.load(tmp_path)


def test_saving_makes_the_folder_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.toml"
    first = presets.loads(DENSE, "text")
    second = presets.loads(DENSE.replace("Mine", "Other"), "text")
    presets.save(first, path)
    presets.save(second, path)
    assert presets.load(path) == second
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_written_is_said_and_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(PresetError, match=r"mine\.toml: cannot be written: .*; save it elsewhere"):
        presets.save(presets.loads(DENSE, "text"), tmp_path / "file" / "mine.toml")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(PresetError, match=r"cannot be written: Permission denied; save it elsewhere"):
            presets.save(presets.loads(DENSE, "text"), tmp_path / "mine.toml")
    finally:
        tmp_path.chmod(0o700)


def test_own_presets_are_listed_and_hide_shipped_ones_of_their_id(home: Path) -> None:
    assert not any(preset.own for preset in presets.listed())
    own = presets.path_for("LeNet 5")
    assert own == home / "presets" / "lenet-5.toml"
    presets.save(presets.loads(DENSE, "text"), own)
    (found,) = [preset for preset in presets.listed() if preset.id == "lenet-5"]
    assert found.own
    assert presets.find("lenet-5") == own
    assert not presets.is_shipped(own)
    assert presets.is_shipped(presets.find("ffnn-10"))
    assert presets.is_shipped(presets.SHIPPED / "lessons" / "broken" / "networks" / "huge-loss.toml")


def test_the_lesson_that_it_is_the_broken_network_of_is_kept():
    of_lesson = replace(presets.load(presets.find("ffnn-10")), lesson="broken/huge-loss")
    text = presets.dumps(of_lesson)
    assert 'lesson = "broken/huge-loss"' in text
    assert presets.loads(text, "x") == of_lesson


def test_a_preset_is_found_by_id_or_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    presets.save(presets.loads(DENSE, "text"), path)
    assert presets.find(str(path)) == path
    assert presets.find("lenet-5") == presets.SHIPPED / "lenet-5.toml"
    with pytest.raises(PresetError, match=r"^lenet5: no such preset or file; did you mean lenet-5\?$"):
        presets.find("lenet5")
    with pytest.raises(PresetError, match=r"`layerlab presets` lists them$"):
        presets.find("qqqq")
    with pytest.raises(PresetError, match=r"there is no such file$"):
        presets.find("qqqq.toml")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../etc/passwd", "etc-passwd.toml"),
        ("[red]x", "red-x.toml"),
        ("\x1b[31m", "31m.toml"),
        ("", "untitled.toml"),
        ("...", "untitled.toml"),
        ("\udc80", "untitled.toml"),
        ("Ünïcode_2", "ünïcode-2.toml"),
        ("手書き 数字", "手書き-数字.toml"),
        ("Цифры", "цифры.toml"),
        ("x" * 500, "x" * 195 + ".toml"),
        ("数" * 500, "数" * 65 + ".toml"),
        ("x" * 194 + " 数", "x" * 194 + ".toml"),
    ],
)  # fmt: skip
def test_the_name_of_a_file_is_made_of_letters(name: str, file: str) -> None:
    path = presets.path_for(name)
    assert path == presets.own_folder() / file
    assert len(path.name.encode()) <= 200


@pytest.mark.parametrize("name", ["~nosuch/x.toml", f"{'x' * 300}.toml", "x\0.toml", "\udc80\ud800.toml"])
def test_a_path_that_cannot_be_one_is_refused_in_one_line(name: str) -> None:
    for ask in (presets.find, presets.path_for):
        with pytest.raises(PresetError) as caught:
            ask(name)
        assert str(caught.value).isprintable()
    if not name.startswith("~"):
        with pytest.raises(PresetError):
            presets.exists(Path(name))
        with pytest.raises(PresetError):
            presets.save(presets.loads(DENSE, "text"), Path(name))


def test_whether_something_is_there_is_told(tmp_path: Path) -> None:
    assert presets.exists(tmp_path)
    assert not presets.exists(tmp_path / "gone.toml")
    (tmp_path / "file").write_text("no folder")
    assert not presets.exists(tmp_path / "file" / "x.toml")
    with pytest.raises(PresetError, match=r"cannot be a preset file: .*; choose another$"):
        presets.exists(tmp_path / ("x" * 300))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_into_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0)
    try:
        for ask in (presets.find, presets.path_for):
            with pytest.raises(PresetError, match="Permission denied"):
                ask(str(tmp_path / "mine.toml"))
    finally:
        tmp_path.chmod(0o700)


def test_a_shipped_preset_is_not_written_over(tmp_path: Path) -> None:
    shipped = presets.find("lenet-5")
    before = shipped.read_bytes()
    (tmp_path / "link.toml").symlink_to(shipped)
    for path in (shipped, tmp_path / "link.toml"):
        with pytest.raises(PresetError, match=r"is shipped with LayerLab and read-only; choose another name$"):
            presets.save(presets.loads(DENSE, "text"), path)
    assert shipped.read_bytes() == before


def test_names_of_files_are_told_with_their_control_characters_visible(tmp_path: Path) -> None:
    odd = tmp_path / "a\x1b[31m\nb.toml"
    odd.write_text("no TOML")
    for ask in (lambda: presets.load(odd), lambda: presets.find(f"{odd}.toml"), lambda: presets.find("\x1b[31m")):
        with pytest.raises(PresetError) as caught:
            ask()
        assert str(caught.value).isprintable()
        assert "\\x1b[31m" in str(caught.value)


def test_the_id_that_is_suggested_has_its_control_characters_visible(home: Path) -> None:
    folder = home / "presets"
    folder.mkdir(parents=True)
    (folder / "qwertyuiop\x1b.toml").write_text(DENSE)
    with pytest.raises(PresetError, match="did you mean") as caught:
        presets.find("qwertyuiop")
    assert str(caught.value).isprintable()


@pytest.mark.skipif(sys.platform == "win32", reason="has no such files")
def test_odd_files_among_the_presets_are_named_and_hide_no_other(home: Path) -> None:
    folder = presets.own_folder()
    folder.mkdir(parents=True)
    os.mkfifo(folder / "pipe.toml")
    (folder / "folder.toml").mkdir()
    (folder / "zero.toml").symlink_to("/dev/zero")
    (folder / "nowhere.toml").symlink_to("nowhere")
    (folder / "huge.toml").write_bytes(b"")
    os.truncate(folder / "huge.toml", 2**36)
    (folder / "large.toml").write_text(DENSE + "# " + "x" * 200_000)
    (folder / "mine.toml").write_text(DENSE)
    (tmp := home / "kept.toml").write_text(DENSE)
    (folder / "link.toml").symlink_to(tmp)
    told = {report.id: report.why or "" for report in preset_reports()}
    assert told["pipe"] == "pipe.toml: cannot be read: a pipe, not a file; `layerlab import -` reads a model from one"
    assert "a folder, not a file" in told["folder"]
    assert "a device, not a file" in told["zero"]
    assert "No such file" in told["nowhere"]
    assert "larger than 100 kB" in told["huge"]
    assert "larger than 100 kB" in told["large"]
    assert "cannot be read" not in told["mine"] + told["link"] + told["lenet-5"]
    with pytest.raises(PresetError, match="larger than 1 MB, so not a preset"):
        presets.load(presets.find("huge"))
    assert presets.load(presets.find("large")).architecture
    for odd in ("pipe", "folder", "zero"):
        with pytest.raises(PresetError, match="not a file"):
            presets.load(presets.find(str(folder / f"{odd}.toml")))


def test_a_folder_of_the_name_of_a_preset_hides_it_no_more_than_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lenet-5").mkdir()
    monkeypatch.chdir(tmp_path)
    assert presets.load(presets.find("lenet-5")).name == "LeNet-5"


def test_a_preset_that_could_not_be_read_again_is_not_written(tmp_path: Path) -> None:
    preset = replace(presets.loads(DENSE, "x"), description="x" * 1_100_000)
    with pytest.raises(PresetError, match="could not be read again"):
        presets.save(preset, tmp_path / "x.toml")
    assert list(tmp_path.iterdir()) == []


def test_what_has_come_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("somebody's")
    with pytest.raises(PresetError, match="exists already"):
        presets.save(presets.loads(DENSE, "x"), tmp_path / "x.toml", replaces=False)
    assert (tmp_path / "x.toml").read_text() == "somebody's"


@pytest.mark.parametrize("key", [".".join("a" * 200_000), " . ".join("a" * 200_000), ".".join(['"a"'] * 100_000)])
@pytest.mark.parametrize("form", ["{}=1", "[{}]", "x = {{ {}=1 }}"])
def test_a_key_of_very_many_parts_is_refused_at_once(key: str, form: str) -> None:
    with pytest.raises(PresetError, match="more than 64 parts"):
        presets.loads(form.format(key), "x.toml")


def test_dots_in_a_text_are_no_key() -> None:
    text = "It is..." * 100 + "a.b.c " * 100 + "." * 500
    assert presets.loads(f'description = "{text}"\n' + DENSE, "x").description == text
