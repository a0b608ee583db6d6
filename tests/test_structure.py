"""No module or folder needs another that needs it, late imports included; import-linter does not see those."""

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import core

ROOT = Path(core.__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("core", "tui")
    for path in sorted((ROOT / package).rglob("*.py"))
}
NAMED = re.compile(r"[\w.]+:\w+")
"""What `pkgutil.resolve_name` imports."""
LATE = {"import_module", "import_unless"}
"""Functions that import what their first argument names."""


def imported(module: str) -> set[str]:
    """The modules of LayerLab that ``module`` imports at any time, but for types alone."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    typing = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    skipped = {id(inner) for node in typing for statement in node.body for inner in ast.walk(statement)}
    found = {name for node in ast.walk(tree) if id(node) not in skipped for name in _names(node)}
    return {name for name in found if name in MODULES and name != module}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            whole = f"{node.module}.{alias.name}"
            yield whole if whole in MODULES else node.module
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and NAMED.fullmatch(node.value):
        yield node.value.partition(":")[0]
    elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in LATE:
        yield from (argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant))


def room(module: str) -> str:
    """The folder of ``module`` below core or tui, or itself if it lies there alone."""
    return ".".join(module.split(".")[:2])


def test_no_modules_import_one_another() -> None:
    TopologicalSorter({module: imported(module) for module in MODULES}).prepare()  # raises with the circle


def test_no_folders_import_one_another() -> None:
    rooms: dict[str, set[str]] = {room(module): set() for module in MODULES}
    for module in MODULES:
        rooms[room(module)] |= {room(other) for other in imported(module)} - {room(module), "core", "tui"}
    TopologicalSorter(rooms).prepare()


def test_late_imports_are_seen() -> None:
    assert "core.training.trainer" in imported("core.training.preload")
    assert "tui.screens.help" in imported("tui.app")
    assert "tui.inspect.views.walk.view" in imported("tui.inspect.views.walk")
