"""The command line `layerlab`.

Exit codes: 0 done (also a training that was stopped by Ctrl+C or SIGTERM and told what it reached), 1 the
architecture or the training failed, 2 wrong usage or an unreadable file, 130 a second Ctrl+C.

Each command's work is in a module of its own under `tui.commands`, imported when it is called.
"""

import sys
from difflib import get_close_matches
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

from core import presets as preset_files
from core.presets import PresetError
from tui.commands.common import DONE, Misuse
from tui.commands.options import plan_options
from tui.commands.words import Command, Group
from tui.plain import one_line
from tui.terminal import hush

__all__ = ["app"]

Named = Annotated[
    str, typer.Argument(metavar="PRESET|FILE", help="A preset's id, or a preset file", show_default=False)
]
MaybeNamed = Annotated[
    str | None, typer.Argument(metavar="[PRESET|FILE]", help="A preset's id, or a preset file", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Print only JSON")]


class CommandLine(Group):
    """Takes a first word that is no command for what the app is to open, and says what is wrong in one line."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """`layerlab lenet-5` is `layerlab open lenet-5`."""
        if args[0] in self.commands or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        _refuse_misspelt(args, list(self.commands))
        return "open", self.commands["open"], args

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a reader who has gone away (`| head`) has seen enough."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            hush(sys.stdout)
            return DONE
        return code

    def main(self, *args: Any, **settings: Any) -> Any:
        """Parse, run and exit with what the command returns."""
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
        except (typer.TyperException, Misuse) as error:
            message = str(error) if isinstance(error, Misuse) else error.format_message()
            print(f"layerlab: {one_line(message)}", file=sys.stderr)
            code = error.exit_code
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
) -> int:
    if context.invoked_subcommand is None:
        return open_app(None)
    return DONE


@app.command("open", cls=Command)
def open_app(name: MaybeNamed = None) -> int:
    """Open the app."""
    from tui.commands import open as command  # noqa: PLC0415  # a command is imported when it is called

    return command.run(name)


@app.command(cls=Command)
def presets(json: Json = False) -> int:
    """List the presets, shipped and your own."""
    from tui.commands import presets as command  # noqa: PLC0415

    return command.run(as_json=json)


@app.command(cls=Command)
def summary(name: Named, json: Json = False) -> int:
    """Shapes, parameters, multiply-adds and problems of an architecture."""
    from tui.commands import summary as command  # noqa: PLC0415

    return command.run(name, as_json=json)


def train(name: Named, json: Json = False, **plan: object) -> int:
    """Train; Ctrl+C stops and tells what was reached."""
    from tui.commands import train as command  # noqa: PLC0415

    return command.run(name, plan, as_json=json)


def _with_plan_options(command: Any) -> Any:
    """``command`` with the plan's fields as options in place of its ``**plan``."""
    own = [
        parameter for parameter in signature(command).parameters.values() if parameter.kind is not Parameter.VAR_KEYWORD
    ]
    command.__signature__ = signature(command).replace(parameters=[*own, *plan_options()])
    return command


def evaluate(name: Named, json: Json = False, **plan: object) -> int:
    """Train, then tell results class by class and what was found wrong."""
    from tui.commands import evaluate as command  # noqa: PLC0415

    return command.run(name, plan, as_json=json)


app.command(cls=Command)(_with_plan_options(train))
app.command(cls=Command)(_with_plan_options(evaluate))


@app.command(cls=Command)
def doctor(json: Json = False) -> int:
    """What LayerLab finds here: versions, devices, data, terminal."""
    from tui.commands import doctor as command  # noqa: PLC0415

    return command.run(as_json=json)


def _refuse_misspelt(args: list[str], commands: list[str]) -> None:
    """A misspelt command is told from a misspelt preset. Raises `Misuse`."""
    try:
        preset_files.find(args[0])
    except PresetError as error:
        near = get_close_matches(args[0], commands, n=1, cutoff=0.7)
        if near:
            raise Misuse(f"{args[0]}: no such command, preset or file; did you mean `layerlab {near[0]}`?") from error
        if len(args) > 1:
            raise Misuse(str(error)) from error
