"""Standard output of the command line: Rich on a terminal, plain aligned lines anywhere else."""

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from core.sanitize import escaped, one_line, truncated
from tui.terminal import hush

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["Column", "Output", "flush", "say_error", "unwritten"]

GONE = frozenset({errno.EPIPE, errno.EIO})
"""What a write fails with whose reader has gone away: a pipe's (``| head``), a terminal that was closed."""


WIDEST = 300
"""Characters of a cell at most: where there is no terminal, the widest cell is the width of its column."""


class Column(NamedTuple):
    """A column of a table; one that is ``wide`` is left out where the terminal is narrower than that."""

    title: str
    right: bool = False
    wide: int = 0


def say_error(message: str, errors: TextIO | None = None) -> None:
    """One line for ``errors``, by default standard error. If that cannot be written, nobody is left to be told."""
    stream = errors or sys.stderr
    try:
        stream.write(f"layerlab: {one_line(message)}\n")
        stream.flush()
    except (OSError, ValueError):
        hush(stream)


def unwritten(error: OSError) -> int:
    """The exit code after an output that could not be written; why is said, unless the reader had seen enough."""
    hush(sys.stdout)
    if error.errno in GONE:
        return 0
    say_error(f"{error.filename or 'standard output'}: {error.strerror or error}")
    return 1


def flush() -> int:
    """Write out what is held back, so that nothing can fail once Python ends; the exit code if that fails, else 0."""
    try:
        sys.stdout.flush()
    except OSError as error:
        return unwritten(error)
    finally:
        hush(sys.stderr)
    return 0


class Output:
    """Writes lines and tables to a stream. Texts are shown as they are: no markup, no control characters."""

    def __init__(
        self, stream: TextIO | None = None, console: "Console | None" = None, errors: TextIO | None = None
    ) -> None:
        self.stream = stream or sys.stdout
        self.errors = errors or sys.stderr
        """Where a person is told what is no part of the output."""
        self._console = console

    @property
    def rich(self) -> bool:
        """Whether a person looks at a terminal that can do more than plain lines."""
        return self._console is not None or (self.stream.isatty() and os.environ.get("TERM") != "dumb")

    @property
    def console(self) -> "Console":
        """The Rich console over the stream."""
        if self._console is None:
            from rich.console import Console  # noqa: PLC0415  # 100 ms that a pipe does not need

            self._console = Console(file=self.stream, markup=False, highlight=False, emoji=False)
        return self._console

    def line(self, text: str = "", style: str = "") -> None:
        """One line of text, in ``style`` on a terminal."""
        shown = escaped(truncated(text))
        if self.rich:
            self.console.print(shown, style=style or None, markup=False, highlight=False, emoji=False)
        else:
            print(shown, file=self.stream)

    def heading(self, text: str) -> None:
        """A line that titles what follows."""
        self.line(text, "bold")

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]], styles: Sequence[str] = ()) -> None:
        """``rows`` under the titles of ``columns``; ``styles`` gives each row's style on a terminal."""
        cells = [[escaped(truncated(cell, WIDEST)) for cell in row] for row in rows]
        if self.rich:
            self._rich_table(columns, cells, styles)
        else:
            self._plain_table(columns, cells)

    def json(self, text: str) -> None:
        """One line of JSON, handed on at once."""
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
