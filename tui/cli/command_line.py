"""The command line `layerlab`.

Exit codes: 0 success (also training that Ctrl+C, SIGTERM or SIGHUP stopped and that reported its result), 1 the
architecture, the training or the output failed, 2 wrong usage or an unreadable file, 130 a second Ctrl+C; otherwise a
signal exits with 128 plus its number.

Each command is a module of its own under `tui.cli.commands`, imported when it is called.
"""

import sys
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from core import presets as preset_files
from core.fields.types import did_you_mean
from core.presets import PresetError
from tui.cli.lookup import DONE, FAILED, UsageError
from tui.cli.plan_options import plan_options
from tui.cli.typer_types import Command, Group
from tui.output import flush, say_error, unwritten

__all__ = ["app"]

Named = Annotated[
    str, typer.Argument(metavar="PRESET|FILE", help="A preset's id, or a preset file", show_default=False)
]
MaybeNamed = Annotated[
    str | None, typer.Argument(metavar="[PRESET|FILE]", help="A preset's id, or a preset file", show_default=False)
]
AnyNamed = Annotated[
    str, typer.Argument(metavar="PRESET|FILE|RUN", help="A preset's id, a preset file, or a run", show_default=False)
]
Run = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's key, id or name; or last, the newest", show_default=False)
]
Runs = Annotated[
    list[str],
    typer.Argument(metavar="RUN...", help="Keys, ids or names of runs; last is the newest", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Print only JSON")]
NoSave = Annotated[bool, typer.Option("--no-save", help="Do not save the run")]
RunName = Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the run")]
Weights = Annotated[
    str | None,
    typer.Option("--weights", metavar="best|last", help="Weights of the lowest loss, or the last ones (default)"),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files")]


class CommandLine(Group):
    """Opens the app on a first word that is not a command; reports errors in one line."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """`layerlab lenet-5` is `layerlab open lenet-5`."""
        options = ["--no-save"] if ctx.params.get("no_save") else []
        if args[0] in self.commands or args[0].startswith("-"):
            return super().resolve_command(ctx, [args[0], *options, *args[1:]])
        _check_spelling(args, list(self.commands))
        return "open", self.commands["open"], [*options, *args]

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Output that cannot be written ends it, with one line, or none if its reader has gone."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            return unwritten(error)
        return code

    def main(self, *args: Any, **settings: Any) -> Any:
        """Parse, run and exit with what the command returns."""
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
            code = flush() or code
        except SystemExit:  # Typer's, if nobody reads its help
            code = DONE
        except (typer.TyperException, UsageError) as error:
            say_error(str(error) if isinstance(error, UsageError) else error.format_message())
            code = error.exit_code
        except OSError as error:  # of --help and --version
            code = unwritten(error)
        except MemoryError:
            say_error("out of memory")
            code = FAILED
        sys.exit(code or DONE)


app = typer.Typer(
    name="layerlab",
    cls=CommandLine,
    help="A model playground in the terminal: stack Keras layers, see the arithmetic, train on MNIST.",
    epilog="Without a command: open the app, on PRESET or FILE if one is given (./train for a file called train).",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[PRESET|FILE] | COMMAND [ARGS]...",
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415  # slow to import

        print(f"layerlab {version('layerlab')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def layerlab(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  # its callback acts on it
        bool, typer.Option("--version", help="Print the version", callback=_version, is_eager=True)
    ] = False,
    no_save: NoSave = False,
) -> int:
    if context.invoked_subcommand is None:
        return open_app(None, no_save)
    return DONE


@app.command("open", cls=Command)
def open_app(name: MaybeNamed = None, no_save: NoSave = False) -> int:
    """Open the app."""
    from tui.cli.commands import open as command  # noqa: PLC0415  # a command is imported when it is called

    return command.run(name, saves=not no_save)


@app.command(cls=Command)
def presets(json: Json = False) -> int:
    """List the presets, both shipped and your own."""
    from tui.cli.commands import presets as command  # noqa: PLC0415

    return command.run(as_json=json)


@app.command(cls=Command)
def summary(name: Named, json: Json = False) -> int:
    """Show shapes, parameters, multiply-adds and problems of an architecture."""
    from tui.cli.commands import summary as command  # noqa: PLC0415

    return command.run(name, as_json=json)


def train(name: Named, no_save: NoSave = False, run_name: RunName = None, json: Json = False, **plan: object) -> int:
    """Train and save a run; Ctrl+C stops and reports the result."""
    from tui.cli.commands import train as command  # noqa: PLC0415

    save_options = command.SaveOptions(saves=not no_save, name=run_name)
    return command.run(name, plan, save_options, as_json=json)


def _with_plan_options(command: Any) -> Any:
    """``command`` with the plan's fields as options in place of its ``**plan``."""
    own = [
        parameter for parameter in signature(command).parameters.values() if parameter.kind is not Parameter.VAR_KEYWORD
    ]
    command.__signature__ = signature(command).replace(parameters=[*own, *plan_options()])
    return command


def evaluate(
    name: AnyNamed,
    no_save: NoSave = False,
    run_name: RunName = None,
    weights: Weights = None,
    json: Json = False,
    **plan: object,
) -> int:
    """Train a preset, or load a run; report results per class and findings."""
    from tui.cli.commands import evaluate as command  # noqa: PLC0415
    from tui.cli.commands.train import SaveOptions  # noqa: PLC0415

    save_options = SaveOptions(saves=not no_save, name=run_name)
    return command.run(name, plan, save_options, weights, as_json=json)


app.command(cls=Command)(_with_plan_options(train))
app.command(cls=Command)(_with_plan_options(evaluate))


@app.command(cls=Command)
def runs(
    filter: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILTER]...", help="Words, #tags, or comparisons: best>0.98 params<100k", show_default=False
        ),
    ] = None,
    sort: Annotated[str | None, typer.Option(metavar="COLUMN", help="Sort by COLUMN, smallest first")] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="Reverse the order")] = False,
    limit: Annotated[str | None, typer.Option(metavar="N", help="Show the first N only")] = None,
    trash: Annotated[bool, typer.Option("--trash", help="List the trash")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Rebuild the index from the run files")] = False,
    json: Json = False,
) -> int:
    """List the runs, newest first."""
    from tui.cli.commands import runs as command  # noqa: PLC0415

    return command.run(filter or (), sort, limit, reverse=reverse, trash=trash, rebuild=rebuild, as_json=json)


@app.command(cls=Command)
def show(run: Run, json: Json = False) -> int:
    """Show everything about a run."""
    from tui.cli.commands import show as command  # noqa: PLC0415

    return command.run(run, as_json=json)


@app.command(cls=Command)
def compare(runs: Runs, json: Json = False) -> int:
    """Compare runs: their metrics and their differences."""
    from tui.cli.commands import compare as command  # noqa: PLC0415

    return command.run(runs, as_json=json)


@app.command(cls=Command)
def resume(
    run: Run,
    more: Annotated[
        str | None, typer.Option(metavar="N", help="Epochs to train; default: to the end of the plan")
    ] = None,
    json: Json = False,
) -> int:
    """Resume a run; Ctrl+C stops and reports the result."""
    from tui.cli.commands import resume as command  # noqa: PLC0415

    return command.run(run, more, as_json=json)


@app.command(cls=Command)
def report(
    runs: Runs,
    out: Annotated[str | None, typer.Option(metavar="PATH", help="Output file (.html or .md) or folder")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out the confusion matrix")] = False,
    force: Force = False,
) -> int:
    """Write the lab report of a run, compared with any further runs."""
    from tui.cli.commands import report as command  # noqa: PLC0415

    return command.run(runs, out, quick=quick, force=force)


@app.command(cls=Command)
def export(
    name: AnyNamed,
    to: Annotated[
        str, typer.Option(metavar="FORMAT", help="keras, script, toml, csv, tensorboard or report", show_default=False)
    ],
    out: Annotated[str | None, typer.Option(metavar="PATH", help="Output file or folder; - is standard output")] = None,
    weights: Weights = None,
    force: Force = False,
) -> int:
    """Export a preset or a run for other tools."""
    from tui.cli.commands import export as command  # noqa: PLC0415

    return command.run(name, to, out, weights, force=force)


@app.command("import", cls=Command)
def import_file(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A .keras or .h5 file, or JSON from model.to_json(); - reads standard input",
            show_default=False,
        ),
    ],
    out: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the preset, or a path ending in .toml")
    ] = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Import a Keras model as a preset."""
    from tui.cli.commands import import_file as command  # noqa: PLC0415

    return command.run(file, out, force=force, as_json=json)


@app.command(cls=Command)
def rm(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RUN]...", help="Keys, ids or names of runs; last is the newest", show_default=False),
    ] = None,
    restore: Annotated[bool, typer.Option("--restore", help="Restore runs from the trash")] = False,
    empty: Annotated[bool, typer.Option("--empty", help="Permanently delete runs in the trash")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> int:
    """Move runs to the trash."""
    from tui.cli.commands import rm as command  # noqa: PLC0415

    return command.run(runs or (), restore=restore, empty=empty, yes=yes)


@app.command(cls=Command)
def doctor(
    train: Annotated[
        bool, typer.Option("--train", help="Train on every device for a few seconds and compare with the CPU")
    ] = False,
    json: Json = False,
) -> int:
    """Check versions, devices, data and terminal."""
    from tui.cli.commands import doctor as command  # noqa: PLC0415

    return command.run(trains=train, as_json=json)


def _check_spelling(args: list[str], commands: list[str]) -> None:
    """Report a misspelt command or preset. Raises `UsageError`."""
    try:
        preset_files.find(args[0])
    except PresetError as error:
        near = did_you_mean(args[0], commands, numbered=False)
        if near.startswith("; did you mean "):
            suggested = near.replace("; did you mean ", "; did you mean `layerlab ").replace("?", "`?")
            raise UsageError(f"{args[0]}: no such command, preset or file{suggested}") from error
        if len(args) > 1:
            raise UsageError(str(error)) from error
