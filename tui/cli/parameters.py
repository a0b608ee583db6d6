"""The arguments and options that several commands share, and what the shell completes them to."""

from click import Argument, Context, Option, Parameter
from click.shell_completion import CompletionItem

from core import presets
from core.sanitize import one_line

__all__ = [
    "FORCE",
    "JSON",
    "NO_SAVE",
    "PRESET",
    "PRESET_OR_RUN",
    "RUN",
    "RUNS",
    "RUN_NAME",
    "WEIGHTS",
    "preset_ids",
    "run_keys",
]


def preset_ids(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The presets whose ids start with ``incomplete``, or files."""
    found = [CompletionItem(one.id) for one in presets.listed() if one.id.startswith(incomplete)]
    return found or [CompletionItem(incomplete, type="file")]


def run_keys(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """The runs whose keys start with ``incomplete``, with their names as help."""
    from core.runs.store import Store  # noqa: PLC0415  # only completion needs it here

    runs = [run for run in Store().refresh() if run.key.startswith(incomplete)]
    return [CompletionItem(run.key, help=one_line(run.name)) for run in runs]


def preset_ids_and_run_keys(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    """What `preset_ids` and `run_keys` find."""
    return [*run_keys(_context, _parameter, incomplete), *preset_ids(_context, _parameter, incomplete)]


PRESET = Argument(["name"], metavar="PRESET|FILE", help="A preset's id, or a preset file", shell_complete=preset_ids)
PRESET_OR_RUN = Argument(
    ["name"],
    metavar="PRESET|FILE|RUN",
    help="A preset's id, a preset file, or a run",
    shell_complete=preset_ids_and_run_keys,
)
RUN = Argument(["name"], metavar="RUN", help="A run's key, id or name; or last, the newest", shell_complete=run_keys)
RUNS = Argument(
    ["names"],
    nargs=-1,
    required=True,
    metavar="RUN...",
    help="Keys, ids or names of runs; last is the newest",
    shell_complete=run_keys,
)
JSON = Option(["--json", "as_json"], is_flag=True, help="Print only JSON")
NO_SAVE = Option(["--no-save"], is_flag=True, help="Do not save the run")
RUN_NAME = Option(["--name", "run_name"], metavar="NAME", help="Name of the run")
WEIGHTS = Option(
    ["--weights", "which"], metavar="best|last", help="Weights of the lowest loss, or the last ones (default)"
)
FORCE = Option(["--force"], is_flag=True, help="Overwrite existing files")
