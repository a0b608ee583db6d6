"""Standard output of the command line: Rich on a terminal, plain aligned lines anywhere else."""

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO, cast

from core.sanitize import escaped, one_line, truncated
from core.typography import typeset
from tui.ascii_signs import AsciiStream, ascii_only
from tui.terminal import hush

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Column", "Output", "flush", "say_error", "unwritten"]

GONE = frozenset({errno.EPIPE, errno.EIO})
"""The errors of writing to a closed pipe (``| head``) or terminal."""


WIDEST = 300
"""Maximum characters of a cell: without a terminal, columns are as wide as their widest cell."""


class Column(NamedTuple):
    """A column of a table; it is hidden on terminals narrower than ``wide``."""

    title: str
    right: bool = False
    wide: int = 0


def say_error(message: str, errors: TextIO | None = None) -> None:
    """Print one line to ``errors``, by default standard error; if that fails, ignore it."""
    stream = errors or sys.stderr
    try:
        stream.write(f"layerlab: {one_line(message)}\n")
        stream.flush()
    except (OSError, ValueError):
        hush(stream)


def unwritten(error: OSError) -> int:
    """The exit code after output could not be written; report why, unless the reader has gone."""
    hush(sys.stdout)
    if error.errno in GONE:
        return 0
    say_error(f"{error.filename or 'standard output'}: {error.strerror or error}")
    return 1


def flush() -> int:
    """Flush, so that nothing fails once Python exits; return the exit code if that fails, else 0."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return unwritten(error)
    finally:
        hush(sys.stderr)
    return 0


class Output:
    """Writes lines and tables to a stream. Text is printed literally: no markup, no control characters."""

    def __init__(
        self, stream: TextIO | None = None, console: "Console | None" = None, errors: TextIO | None = None
    ) -> None:
        given = stream or sys.stdout
        self.stream = cast("TextIO", AsciiStream(given)) if ascii_only(given) else given
        self.errors = errors or sys.stderr
        """The stream for messages that are not part of the output."""
        self._console = console

    @property
    def rich(self) -> bool:
        """Whether the output is a terminal that can do more than plain lines."""
        return self._console is not None or (self.stream.isatty() and os.environ.get("TERM") != "dumb")

    @property
    def console(self) -> "Console":
        """The Rich console over the stream."""
        if self._console is None:
            from rich.console import Console  # noqa: PLC0415  # takes 100 ms; a pipe does not need it

            self._console = Console(file=self.stream, markup=False, highlight=False, emoji=False)
        return self._console

    def typeset(self, text: str) -> str:
        """Sizes and arrows in ``text`` with their signs for a person; in ASCII for programs, as they have been."""
        return typeset(text) if self.rich else text

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line of text, in ``style`` on a terminal."""
        shown = escaped(truncated(text))
        if self.rich:
            self.console.print(shown, style=style or None, markup=False, highlight=False, emoji=False)
        else:
            print(shown, file=self.stream)

    def heading(self, text: str) -> None:
        """Print a heading."""
        self.line(text, "bold")

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
        """Print ``rows`` under the titles of ``columns``; ``styles`` are the rows' styles on a terminal."""
        cells = [[escaped(truncated(cell, WIDEST)) for cell in row] for row in rows]
        if self.rich:
            self._rich_table(columns, cells, styles)
        else:
            self._plain_table(columns, cells)

    def json(self, text: str) -> None:
        """Print one line of JSON and flush it."""
        print(text, file=self.stream, flush=True)

    def _rich_table(self, columns: Sequence[Column], rows: list[list[str]], styles: Sequence[str]) -> None:
        from rich import box  # noqa: PLC0415  # as above
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        shown = [index for index, column in enumerate(columns) if self.console.width >= column.wide]
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
        for index in shown:
            column = columns[index]
            table.add_column(Text(column.title), justify="right" if column.right else "left", overflow="fold")
        for number, row in enumerate(rows):
            style = styles[number] if number < len(styles) else ""
            table.add_row(*(Text(row[index]) for index in shown), style=style or None)
        self.console.print(table)

    def _plain_table(self, columns: Sequence[Column], rows: list[list[str]]) -> None:
        lines = [[column.title for column in columns], *rows]
        widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
        for line in lines:
            cells = (
                cell.rjust(width) if column.right else cell.ljust(width)
                for cell, width, column in zip(line, widths, columns, strict=True)
            )
            print("  ".join(cells).rstrip(), file=self.stream)
