"""The command line `layerlab`.

Exit codes: 0 success (also training that Ctrl+C, SIGTERM or SIGHUP stopped and that reported its result), 1 the
architecture, the training or the output failed, 2 wrong usage or an unreadable file, 130 a second Ctrl+C; otherwise a
signal exits with 128 plus its number.
"""

import sys
from itertools import groupby
from typing import Any

import click
from click import Context, HelpFormatter, Option, Parameter

from core import presets
from core.fields.struct import did_you_mean
from core.presets import PresetError
from tui.cli import commands
from tui.cli.command import SECTIONS, Command
from tui.cli.lookup import DONE, FAILED, UsageError
from tui.cli.opening import open_app
from tui.cli.parameters import NO_SAVE
from tui.interrupt import INTERRUPTED
from tui.output import flush, say_error, unwritten

__all__ = ["app"]


class CommandLine(click.Group):
    """Opens the app on a first word that is not a command; reports errors in one line."""

    def list_commands(self, ctx: Context) -> list[str]:
        return commands.names()

    def get_command(self, ctx: Context, name: str) -> Command | None:
        return commands.find(name)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """List the commands by section."""
        found = sorted(filter(None, map(commands.find, commands.names())), key=_section)
        width = formatter.width - max(len(str(one.name)) for one in found) - 6
        for _, members in groupby(found, _section):
            section = list(members)
            with formatter.section(section[0].section):
                formatter.write_dl([(str(one.name), one.get_short_help_str(width)) for one in section])

    def resolve_command(self, ctx: Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """`layerlab lenet-5` is `layerlab open lenet-5`."""
        options = ["--no-save"] if ctx.params.get("no_save") else []
        if args[0] in commands.names() or args[0].startswith("-"):
            return super().resolve_command(ctx, [args[0], *options, *args[1:]])
        _check_spelling(args)
        return "open", commands.find("open"), [*options, *args]

    def invoke(self, ctx: Context) -> Any:
        """Run the command. Output that cannot be written ends it, with one line, or none if its reader has gone."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except OSError as error:
            return unwritten(error)
        except KeyboardInterrupt:
            return INTERRUPTED
        return code

    def main(self, *args: Any, **settings: Any) -> Any:
        """Parse, run and exit with what the command returns."""
        try:
            code = super().main(*args, **{**settings, "standalone_mode": False})
            code = flush() or code
        except SystemExit:  # click's, if nobody reads its help
            code = DONE
        except (click.ClickException, UsageError) as error:
            say_error(str(error) if isinstance(error, UsageError) else error.format_message())
            code = error.exit_code
        except click.Abort:
            code = INTERRUPTED
        except OSError as error:  # of --help and --version
            code = unwritten(error)
        except MemoryError:
            say_error("out of memory")
            code = FAILED
        sys.exit(code or DONE)


def _section(command: Command) -> tuple[int, str]:
    known = command.section in SECTIONS
    return (SECTIONS.index(command.section) if known else len(SECTIONS), command.section)


def _check_spelling(args: list[str]) -> None:
    """Report a misspelt command or preset. Raises `UsageError`."""
    try:
        presets.find(args[0])
    except PresetError as error:
        near = did_you_mean(args[0], commands.names(), numbered=False)
        if near.startswith("; did you mean "):
            suggested = near.replace("; did you mean ", "; did you mean `layerlab ").replace("?", "`?")
            raise UsageError(f"{args[0]}: no such command, preset or file{suggested}") from error
        if len(args) > 1:
            raise UsageError(str(error)) from error


def _print_version(context: Context, _parameter: Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415  # slow to import

        print(f"layerlab {version('layerlab')}")
        context.exit()


@click.pass_context
def _without_command(context: Context, *, no_save: bool) -> int:
    """Open the app if no command is given."""
    return open_app(None, no_save=no_save) if context.invoked_subcommand is None else DONE


app = CommandLine(
    "layerlab",
    callback=_without_command,
    params=[
        Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
            help="Print the version",
        ),
        NO_SAVE,
    ],
    help="A model playground in the terminal: stack Keras layers, see the arithmetic, train on MNIST.",
    epilog="Without a command: open the app, on PRESET or FILE if one is given (./train for a file called train).",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[PRESET|FILE] | COMMAND [ARGS]...",
)
