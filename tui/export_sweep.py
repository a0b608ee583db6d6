"""Exporting a sweep: the choices and the writing."""

from pathlib import Path

from msgspec import Struct

from core.export.sweep_files import SweepFormat, default_name, write_sweep
from core.export.sweep_report import sweep_source
from core.formatting import show_amount
from core.keras_runtime.failures import explain
from core.sweeps.record import find

__all__ = ["CHOICES", "Outcome", "export_sweep"]

CHOICES = {
    "report": "Report with error bars and verdicts, HTML",
    "report markdown": "Report, Markdown",
    "csv": "Tables of trials and of settings, CSV",
}


class Outcome(Struct, frozen=True):
    """What has become of an export; one of the three is not empty."""

    where: str = ""
    """The file, or how many in which folder."""
    exists: str = ""
    """Which file exists already."""
    problem: str = ""


def export_sweep(key: str, choice: str, folder: Path, *, force: bool) -> Outcome:
    """Write the sweep with this ``key`` to ``folder``. Takes a moment; raises nothing."""
    form: SweepFormat = "csv" if choice == "csv" else "report"
    try:
        source = sweep_source(find(key))
        path = folder / default_name(source, form)
        path = path.with_suffix(".md") if choice.endswith("markdown") else path
        paths = write_sweep(source, form, path, force=force)
    except FileExistsError as error:
        return Outcome(exists=f"{Path(error.filename or path).name} exists")
    except Exception as error:  # noqa: BLE001  # no error of a disk or of a file must end the app
        return Outcome(problem=explain(error))
    return Outcome(where=str(paths[0]) if len(paths) == 1 else f"{show_amount(len(paths), 'file')} in {folder}")
