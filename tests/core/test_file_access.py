"""Files are opened for reading by `core.files` and written by `core.storage` alone; whatever else does has a reason."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

ANYWHERE = {
    "open",
    "fdopen",
    "safe_open",
    "load_file",
    "save_file",
    "ZipFile",
    "is_zipfile",
    "memmap",
    "fromfile",
    "genfromtxt",
    "loadtxt",
    "savetxt",
    "savez",
    "File",
    "FileLock",
    "connect",
    "load_model",
    "copy2",
    "copyfile",
    "copytree",
    "write_text",
    "write_bytes",
    "touch",
    "rename",
    "renames",
    "hardlink_to",
    "symlink_to",
    "link",
    "symlink",
    "mkfifo",
    "mknod",
    "ftruncate",
    "mkstemp",
    "mktemp",
    "mkdtemp",
    "NamedTemporaryFile",
    "TemporaryDirectory",
    "SpooledTemporaryFile",
    "TFRecordWriter",
    "create_file_writer",
    "save",
    "read_text",
}
"""Names of functions and methods that open, copy or write files, whatever they belong to."""
OF = {
    "load": {"np", "numpy", "json", "pickle", "tomllib"},
    "copy": {"shutil"},
    "truncate": {"os"},
}
"""Names that do so as functions of these modules; elsewhere they mean other things."""

ALLOWED = {
    ("core/files.py", "open"): "the one opener",
    ("core/files.py", "fdopen"): "the one opener",
    ("core/storage.py", "open"): "the one writer, and the log",
    ("core/storage.py", "ftruncate"): "the log, of a descriptor that is a regular file",
    ("core/storage.py", "hardlink_to"): "the one writer, for what must not be there yet",
    ("core/storage.py", "touch"): "as above, where there are no such links",
    ("core/importing/piped.py", "fdopen"): "of a descriptor that the shell has opened, looked at first",
    ("core/importing/piped.py", "SpooledTemporaryFile"): "has no name that anybody could foresee",
    ("core/importing/keras_file.py", "open"): "an entry of an opened archive",
    ("core/datasets/catalog/mnist.py", "load"): "of bytes in memory",
    ("core/runs/folder.py", "is_zipfile"): "of an opened file",
    ("core/process_lock.py", "FileLock"): "of what is a regular file, or not there",
    ("core/marking/hand_in.py", "ZipFile"): "of an opened file, to write",
    ("core/marking/hand_in.py", "open"): "an entry of an opened archive",
    ("core/marking/mark.py", "TemporaryDirectory"): "of a name that nobody could foresee, for what a run's folder has",
    ("core/journal.py", "rename"): "a folder, set aside",
    ("core/runs/folder.py", "rename"): "a folder, not a file, under a name that is taken already",
    ("core/runs/store.py", "rename"): "a folder, into the trash and out of it",
    ("core/runs/tensor_file.py", "fromfile"): "of an opened file",
    ("core/runs/index.py", "connect"): "SQLite wants a path: what lies there is looked at first",
    ("core/runs/tensor_file.py", "save"): "makes bytes",
    ("core/runs/keras_file.py", "save"): "Keras wants a path: in a folder of this process alone",
    ("core/export/tensorboard.py", "TemporaryDirectory"): "TensorFlow wants a path: in a folder of this process alone",
    ("core/export/tensorboard.py", "TFRecordWriter"): "as above",
    ("core/training/session.py", "open"): "a method of a loop, not a file",
    ("core/sweeps/worker.py", "open"): "/dev/null",
    ("tui/__main__.py", "open"): "/dev/null",
    ("tui/containment.py", "fdopen"): "the log, of a descriptor that core.storage opened",
    ("tui/interrupt.py", "open"): "the terminal",
    (
        "tui/terminal_state.py",
        "open",
    ): "the terminal; a marker, of which a bounded part is read, without waiting",
    ("core/zip_files.py", "ZipFile"): "of an opened file",
    ("tui/terminal_state.py", "rename"): "a marker, which must be locked before it has its name",
    ("tui/terminal.py", "open"): "/dev/null",
    ("tui/terminal.py", "fdopen"): "the terminal's own descriptors, and the log",
    ("tui/app.py", "save"): "of its document controller",
    ("tui/document_controller.py", "save"): "of core.presets, which writes by core.storage",
    ("tui/cli/commands/import_.py", "save"): "of core.presets, which writes by core.storage",
}


def accesses(source: str) -> Iterator[str]:
    """Names by which a module may open, copy or write a file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            owner = getattr(called.value, "id", "?") if isinstance(called, ast.Attribute) else ""
            ours = name == "read_bytes" and owner in ("", "files")
            if name in ANYWHERE or owner in OF.get(name, ()) or (name == "read_bytes" and not ours):
                yield name
        elif isinstance(node, ast.ImportFrom) and node.module in ("os", "io", "shutil", "codecs", "mmap", "builtins"):
            yield from (each.name for each in node.names if each.name in ANYWHERE | OF.keys() | {"replace"})


def test_files_are_opened_and_written_in_one_place() -> None:
    modules = sorted(path for room in ("core", "tui") for path in (ROOT / room).rglob("*.py"))
    found = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in modules
        for name in accesses(path.read_text(encoding="utf-8"))
    }
    assert found - ALLOWED.keys() == set(), "read by core.files, write by core.storage"
    assert ALLOWED.keys() - found == set(), "is not done any more"


def test_a_module_that_opens_a_file_by_itself_is_found() -> None:
    lines = {
        'open("x")': "open",
        'Path("x").open("rb")': "open",
        'Path("x").read_text()': "read_text",
        'Path("x").read_bytes()': "read_bytes",
        '(folder / "x").read_bytes()': "read_bytes",
        'from os import open': "open",
        'np.load("x")': "load",
        'json.load(file)': "load",
        'shutil.copyfile("x", "y")': "copyfile",
        'os.open("x", 0)': "open",
        'io.open("x")': "open",
        'model.save("x")': "save",
        'Path("x").write_text("")': "write_text",
        'sqlite3.connect("x")': "connect",
        'h5py.File("x")': "File",
    }  # fmt: skip
    for line, name in lines.items():
        assert list(accesses(line)) == [name], line
