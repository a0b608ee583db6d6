"""`layerlab presets`: lists what can be opened by its id."""

from core.formatting import show_count
from core.json_output import PresetReport, preset_reports
from core.strict_json import to_json
from tui.cli.command import Command
from tui.cli.lookup import DONE
from tui.cli.parameters import JSON
from tui.output import Column, Output

__all__ = ["COMMAND", "run", "show"]

COLUMNS = (
    Column("Id"),
    Column("Params", right=True),
    Column("Trains", wide=60),
    Column("Name", wide=80),
)


def run(*, as_json: bool) -> int:
    """Print the presets; one that cannot be read is listed with the reason."""
    reports = preset_reports()
    if as_json:
        Output().json(to_json(reports))
    else:
        show(reports, Output())
    return DONE


def show(reports: list[PresetReport], out: Output) -> None:
    """Print ``reports`` as a table, and below it why some cannot be trained."""
    out.table(COLUMNS, [_cells(report) for report in reports], ["" if r.trainable_here else "dim" for r in reports])
    reasons: dict[str, list[str]] = {}
    for report in reports:
        if report.why:
            reasons.setdefault(report.why, []).append(report.id)
    if reasons:
        out.line()
        out.line("These cannot be trained here:", "bold")
    for why, ids in reasons.items():
        out.line(f"{', '.join(ids)}: {out.typeset(why)}")


def _cells(report: PresetReport) -> tuple[str, ...]:
    params = "?" if report.params is None else show_count(report.params)
    return (report.id, params, "yes" if report.trainable_here else "no", report.name)


COMMAND = Command("presets", run, [JSON], section="Presets", help="List the presets, both shipped and your own.")
