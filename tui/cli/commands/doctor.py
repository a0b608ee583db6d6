"""`layerlab doctor`: checks the environment that LayerLab runs in."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout

from click import Option

from core import doctor
from core.doctor import Check
from core.strict_json import to_json
from tui.cli.command import Command
from tui.cli.device_check import check_devices
from tui.cli.lookup import DONE, FAILED
from tui.cli.parameters import JSON
from tui.output import Output
from tui.terminal import guarded
from tui.worker_thread import in_worker

__all__ = ["COMMAND", "run", "terminal"]

LEAST = (80, 24)


def run(*, trains: bool = False, as_json: bool) -> int:
    """Print all checks, section by section, and optionally train on all devices; `FAILED` if there is a problem."""
    sections: dict[str, Callable[[], Iterable[Check]]] = {
        "versions": doctor.versions,
        "system": doctor.system,
        "terminal": terminal,
        "data": doctor.data,
        "folders": doctor.folders,
        "presets": doctor.own_presets,
        "devices": _devices,
    }
    out = Output()
    findings: dict[str, tuple[Check, ...]] = {}
    for title, check in sections.items():
        findings[title] = tuple(check())
        if not as_json and findings[title]:
            _show(title, findings[title], out)
    problems = [finding.problem for section in findings.values() for finding in section if finding.problem]
    trained = None
    if trains and not any(finding.problem for finding in findings["devices"]):
        trained = check_devices([finding.name for finding in findings["devices"]], as_json=as_json)
        problems += [f"{device}: {why}" for device, why in trained.problems.items() if why]
    if as_json:
        found = {title: {finding.name: finding.found for finding in section} for title, section in findings.items()}
        training = {"training": trained.report()} if trained else {}
        out.json(to_json({**found, **training, "problems": problems}))
    else:
        out.line(_verdict(len(problems)), "bold")
    return FAILED if problems else DONE


def terminal() -> tuple[Check, ...]:
    """The terminal that the app would run in."""
    if not (sys.stdout and sys.stdout.isatty()):
        return (Check("terminal", "none: standard output is redirected"),)
    size = shutil.get_terminal_size()
    small = size.columns < LEAST[0] or size.lines < LEAST[1]
    encoding = (sys.stdout.encoding or "").lower()
    advice = f"the app needs {LEAST[0]}x{LEAST[1]} or more: enlarge the window" if small else None
    narrow = "everything is drawn in ASCII: set LANG to a UTF-8 locale" if encoding.replace("-", "") != "utf8" else None
    return (
        Check("size", f"{size.columns}x{size.lines}", advice),
        Check("encoding", encoding, narrow),
        Check("type", " ".join(filter(None, (os.environ.get("TERM"), os.environ.get("COLORTERM")))) or "unknown"),
    )


def _devices() -> tuple[Check, ...]:
    with guarded() as streams, redirect_stdout(streams.log), redirect_stderr(streams.log):
        return in_worker(doctor.devices)


def _verdict(count: int) -> str:
    if not count:
        return "no problems"
    return f"{count} need attention" if count > 1 else "1 needs attention"


def _show(title: str, findings: tuple[Check, ...], out: Output) -> None:
    out.heading(title)
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        out.line(f"  {finding.name.ljust(width)}  {finding.found}")
        if finding.problem:
            out.line(f"  {' ' * width}  ! {finding.problem}", "red")
    out.stream.flush()


COMMAND = Command(
    "doctor",
    run,
    [
        Option(
            ["--train", "trains"], is_flag=True, help="Train on every device for a few seconds and compare with the CPU"
        ),
        JSON,
    ],
    section="LayerLab",
    help="Check versions, devices, data and terminal.",
)
