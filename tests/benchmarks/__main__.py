"""LayerLab's benchmarks: `uv run python -m tests.benchmarks [SECTION ...]`, with ``-h`` for the sections.

They measure and judge nothing but the figures: nothing fails because a machine is slow. Each figure is told on stderr
as soon as there is one, and each section ends with its table.
"""

import argparse
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from importlib import import_module
from unittest.mock import patch

from msgspec import to_builtins
from rich.console import Console
from rich.table import Table

from core import presets
from tests.benchmarks.machine import machine
from tests.benchmarks.measured import Measured, Scope

SECTIONS = (
    "training",
    "startup",
    "start",
    "interface",
    "link",
    "memory",
    "runs",
    "sweep",
    "cluster",
    "exercises",
    "mark",
)
PAGE = 150
"""Columns of a table that goes into a file."""


def main() -> int:
    """Run the sections named on the command line, or all; 1 if one of them broke, which keeps no other from running.

    What is kept meanwhile goes into a folder of its own, away with the end: never among a person's runs and edits.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    given = _arguments()
    scope = Scope(given.tiny, given.rounds, tuple(given.preset))
    console = Console(width=None if sys.stdout.isatty() else PAGE, highlight=False, markup=False)
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, LAYERLAB_HOME=home):
        return _run(given, scope, console)


def _run(given: argparse.Namespace, scope: Scope, console: Console) -> int:
    told: dict[str, object] = {"machine": machine()}
    broken = False
    for section in given.sections or SECTIONS:
        figures = []
        try:
            for figure in measure(section, scope):
                figures.append(figure)
                sys.stderr.write(f"{section}: {': '.join(figure.cells[:2])}\n")
        except Exception:  # noqa: BLE001  # minutes of measuring must not be lost to one section
            traceback.print_exc()
            broken = True
        told[section] = to_builtins(figures)
        if not given.json:
            console.print(_table(section, figures))
    if given.json:
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        console.print("on " + ", ".join(f"{name} {found}" for name, found in machine().items()))
    return int(broken)


def measure(section: str, scope: Scope) -> Iterator[Measured]:
    """The figures of one section, each as soon as it is known."""
    # Imported here: the sections that train bring TensorFlow, which the others do without.
    figures: Iterator[Measured] = import_module(f"tests.benchmarks.{section}").measure(scope)
    return figures


def _table(section: str, figures: list[Measured]) -> Table:
    table = Table(title=section, title_justify="left")
    for name in ("what", "measured", "wanted", "reached", "note"):
        table.add_column(name, justify="right" if name == "measured" else "left")
    for figure in figures:
        table.add_row(*figure.cells)
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; all if none is given"
    )
    parser.add_argument("--tiny", action="store_true", help="everything once, as short as can be, to see that it works")
    parser.add_argument("--json", action="store_true", help="no tables, but JSON at the end")
    parser.add_argument("--rounds", type=int, metavar="N", help="measure each pair N times")
    parser.add_argument(
        "--preset", action="append", default=[], metavar="NAME", help="compare this one's training; can be repeated"
    )
    given = parser.parse_args()
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    if given.rounds is not None and given.rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    for name in given.preset:
        try:
            presets.load(presets.find(name))
        except presets.PresetError as error:
            parser.error(str(error))
    return given


if __name__ == "__main__":
    sys.exit(main())
