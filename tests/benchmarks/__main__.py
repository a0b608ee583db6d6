"""LayerLab's benchmarks: ``uv run python -m tests.benchmarks [training|startup|interface|memory] [--tiny] [--json]``.

They measure and judge nothing but the figures: nothing fails because a machine is slow. ``--tiny`` runs each once, as
short as can be, to see that it works.
"""

import argparse
import json
import os
import platform

from msgspec import to_builtins
from rich.console import Console
from rich.table import Table

from tests.benchmarks.measured import Measured

SECTIONS = ("training", "startup", "interface", "memory")


def measure(section: str, *, tiny: bool) -> list[Measured]:
    """The figures of one section."""
    if section == "training":
        from tests.benchmarks import training

        return training.measure(tiny=tiny)
    if section == "startup":
        from tests.benchmarks import startup

        return startup.measure(tiny=tiny)
    if section == "interface":
        from tests.benchmarks import interface

        return interface.measure(tiny=tiny)
    from tests.benchmarks import memory

    return memory.measure(tiny=tiny)


def main() -> None:
    """Run the sections named on the command line, or all."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", metavar="section", help=f"of {', '.join(SECTIONS)}; all if none is given"
    )
    parser.add_argument("--tiny", action="store_true", help="once, as short as can be")
    parser.add_argument("--json", action="store_true", help="print only JSON")
    given = parser.parse_args()
    if unknown := set(given.sections) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    console = Console(highlight=False)
    told: dict[str, object] = {"machine": machine()}
    for section in given.sections or SECTIONS:
        figures = measure(section, tiny=given.tiny)
        told[section] = to_builtins(figures)
        if not given.json:
            console.print(_table(section, figures))
    console.print(json.dumps(told), soft_wrap=True) if given.json else console.print(f"on {machine()}", markup=False)


def machine() -> str:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"


def _table(section: str, figures: list[Measured]) -> Table:
    table = Table(title=section, title_justify="left")
    for name in ("what", "measured", "wanted", "reached"):
        table.add_column(name, justify="left" if name == "what" else "right")
    for figure in figures:
        sign = "at most" if figure.at_most else "at least"
        wanted = "" if figure.wanted is None else f"{sign} {figure.wanted:g}"
        verdict = "" if figure.wanted is None else "yes" if figure.good else "no"
        what = f"{figure.what} ({figure.note})" if figure.note else figure.what
        table.add_row(what, f"{figure.value:.3g} {figure.unit}", wanted, verdict)
    return table


if __name__ == "__main__":
    main()
