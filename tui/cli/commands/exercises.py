"""`layerlab exercises`: a sheet of exercises on shapes and parameters, with their solutions."""

import sys
from collections.abc import Sequence

from click import Context, Option, Parameter
from click.shell_completion import CompletionItem

from core.export.exercise_sheet import SHEET_FORMATS, SheetFormat, default_name, sheet_text
from core.export.format import refuse_existing, write_export
from core.fields.struct import did_you_mean
from core.fields.types import FieldError, IntField
from core.learn.exercise import GRADES, TOPICS, Topic
from core.learn.sheet import sheet
from core.presets import printable_path
from tui.cli.command import Command
from tui.cli.commands.export import STDOUT, exporting
from tui.cli.lookup import DONE, UsageError, target
from tui.cli.parameters import FORCE
from tui.output import Output

__all__ = ["COMMAND", "run"]

COUNT, SEED = 20, 7
MOST_COUNT = 10_000
MOST_SEED = 2**31 - 1


def run(
    topics: Sequence[str],
    count: str | None,
    seed: str | None,
    grade: str | None,
    to: str,
    out: str | None,
    *,
    force: bool,
) -> int:
    """Write ``count`` exercises that follow from ``seed``, or print them if there is no ``out``."""
    form, chosen = _format(to), [_topic(name) for name in dict.fromkeys(topics)]
    number = _number("--count", count, 1, MOST_COUNT) or COUNT
    start = _number("--seed", seed, 0, MOST_SEED)
    level = _number("--grade", grade, GRADES[0], GRADES[-1])
    path = None if out in (None, STDOUT) else target(out, default_name(form))
    with exporting():
        refuse_existing([] if path is None else [path], force=force)
    text = sheet_text(sheet(number, SEED if start is None else start, chosen or TOPICS, level), form)
    if path is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        return DONE
    with exporting():
        write_export(path, text, force=force)
    Output().line(f"wrote {SHEET_FORMATS[form]}: {path}")
    return DONE


def _number(option: str, text: str | None, least: int, most: int) -> int | None:
    """The value of an ``option``; None if it is not given. Raises `UsageError`."""
    try:
        return None if text is None else IntField(least, most).parse(text)
    except FieldError as error:
        raise UsageError(f"{option}: {error}") from error


def _topic(name: str) -> Topic:
    for topic in TOPICS:
        if topic == name:
            return topic
    raise UsageError(f"--topic: unknown topic {printable_path(name)}{did_you_mean(name, TOPICS, numbered=False)}")


def _format(name: str) -> SheetFormat:
    for form in SHEET_FORMATS:
        if form == name:
            return form
    raise UsageError(f"--to: unknown format {printable_path(name)}{did_you_mean(name, SHEET_FORMATS)}")


def _topics(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(topic) for topic in TOPICS if topic.startswith(incomplete)]


def _formats(_context: Context, _parameter: Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name, help=what) for name, what in SHEET_FORMATS.items() if name.startswith(incomplete)]


COMMAND = Command(
    "exercises",
    run,
    [
        Option(
            ["--topic", "topics"],
            multiple=True,
            metavar="TOPIC",
            help=f"{', '.join(TOPICS)}; can be repeated, by default all in turn",
            shell_complete=_topics,
        ),
        Option(["--count"], metavar="N", help=f"Number of exercises, at most {MOST_COUNT:,}; {COUNT} by default"),
        Option(["--seed"], metavar="N", help=f"Another seed gives other exercises; {SEED} by default"),
        Option(["--grade"], metavar="1|2|3", help="From one layer by hand to whole networks; by default all in turn"),
        Option(["--to"], required=True, metavar="FORMAT", help=", ".join(SHEET_FORMATS), shell_complete=_formats),
        Option(["--out"], metavar="PATH", help="Output file or folder; by default, and as -, standard output"),
        FORCE,
    ],
    section="Learning",
    help="Generate exercises on shapes and parameters.",
)
