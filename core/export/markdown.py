"""A report in GitHub's Markdown, with its charts as files beside it."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from core.export.chart_svg import Figure, svg
from core.export.document import Block, ChartGroup, Column, Items, KeyValues, Report, Section, Table, Text
from core.export.escaping import code, escape_unprintable, inline, line

__all__ = ["as_markdown"]


def as_markdown(report: Report, stem: str) -> dict[str, str]:
    """The files of ``report`` by name: the text as ``stem``.md, and the charts it links to."""
    parts = [
        f"# {line(report.title)}",
        line(report.lead),
        _table(
            [Column(name) for name, _ in report.highlights], [tuple(inline(value) for _, value in report.highlights)]
        ),
        *(_block(block, stem) for block in report.head),
        *(part for section in report.sections for part in _section(section, 2, stem)),
        "---",
        line(report.foot),
    ]
    charts = {_file(chart, stem): svg(chart, alone=True) for chart in _charts(report.sections)}
    return {f"{stem}.md": "\n\n".join(filter(None, parts)) + "\n", **charts}


def _section(section: Section, level: int, stem: str) -> Iterator[str]:
    yield f"{'#' * level} {line(section.title)}"
    for block in section.blocks:
        yield _block(block, stem)
    for inner in section.sections:
        yield from _section(inner, level + 1, stem)


def _block(block: Block, stem: str) -> str:
    match block:
        case Text(text=text, quiet=quiet):
            return f"*{inline(text)}*" if quiet and escape_unprintable(text) else line(text)
        case KeyValues(pairs=pairs):
            return "\n".join(f"- **{inline(name)}**: {inline(value)}" for name, value in pairs)
        case Items(title=title, items=items):
            return "\n".join([f"{line(title)}:", "", *(f"- {line(item)}" for item in items)])
        case ChartGroup(charts=charts):
            return "\n\n".join(_image(chart, stem) for chart in charts)
        case Table():
            rows = [tuple(map(_cell, block.columns, row)) for row in block.rows]
            if block.total:
                rows.append(tuple(f"**{inline(cell)}**" if cell else "" for cell in block.total))
            return f"{line(block.caption)}:\n\n{_table(block.columns, rows)}"


def _image(chart: Figure, stem: str) -> str:
    return f"![{inline(f'{chart.title}. {chart.description}')}]({quote(_file(chart, stem))})"


def _file(chart: Figure, stem: str) -> str:
    return f"{stem}-{chart.name}.svg"


def _charts(sections: Sequence[Section]) -> Iterator[Figure]:
    for section in sections:
        for block in section.blocks:
            if isinstance(block, ChartGroup):
                yield from block.charts
        yield from _charts(section.sections)


def _cell(column: Column, text: str) -> str:
    return code(text) if column.kind == "code" else inline(text)


def _table(columns: Sequence[Column], rows: Sequence[tuple[str, ...]]) -> str:
    """A table of escaped cells, its columns as wide as their widest cell."""
    lines = [tuple(inline(column.title) for column in columns), *rows]
    widths = [max(3, *map(len, cells)) for cells in zip(*lines, strict=True)]
    rule = (
        "-" * (width - 1) + ":" if column.kind == "number" else "-" * width
        for column, width in zip(columns, widths, strict=True)
    )
    heading, *body = (_line(columns, widths, cells) for cells in lines)
    return "\n".join([heading, f"| {' | '.join(rule)} |", *body])


def _line(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[str]) -> str:
    placed = (
        cell.rjust(width) if column.kind == "number" else cell.ljust(width)
        for column, width, cell in zip(columns, widths, cells, strict=True)
    )
    return f"| {' | '.join(placed)} |"
