"""A report as one self-contained HTML file: no scripts, no external fonts or images."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from core.export.chart_svg import stylesheet, svg
from core.export.document import Block, ChartGroup, Column, Items, KeyValues, Report, Section, Table, Text
from core.export.escaping import markup
from core.files import PACKAGED, read_bytes

__all__ = ["as_html"]


def as_html(report: Report) -> str:
    """``report`` as an HTML document."""
    return "\n".join(_document(report)) + "\n"


def _document(report: Report) -> Iterator[str]:
    yield from (
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        # If anything slips through the escaping, the browser neither runs nor loads it.
        """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">""",
        f"<title>{markup(report.title)} - lab report</title>",
        f"<style>\n{_style()}\n{stylesheet()}\n</style>",
        "</head>",
        "<body>",
        *_header(report),
        *_contents(report),
        "<main>",
    )
    for number, section in enumerate(report.sections, 1):
        yield from _section(section, 2, str(number))
    yield from ("</main>", f"<footer><p>{markup(report.foot)}</p></footer>", "</body>", "</html>")


def _header(report: Report) -> Iterator[str]:
    yield from (
        "<header>",
        '<p class="kind">Lab report</p>',
        f"<h1>{markup(report.title)}</h1>",
        f'<p class="lead">{markup(report.lead)}</p>',
        *_pairs("highlights", report.highlights),
    )
    for number, block in enumerate(report.head):
        yield from _block(block, f"0-{number}")
    yield "</header>"


def _contents(report: Report) -> Iterator[str]:
    yield '<nav aria-label="Sections"><ol>'
    for number, section in enumerate(report.sections, 1):
        yield f'<li><a href="#section-{number}">{markup(section.title)}</a></li>'
    yield "</ol></nav>"


def _section(section: Section, level: int, anchor: str) -> Iterator[str]:
    """``anchor`` is the section's number, which makes the ids in it unique."""
    yield f'<section aria-labelledby="section-{anchor}">'
    yield f'<h{level} id="section-{anchor}">{markup(section.title)}</h{level}>'
    for number, block in enumerate(section.blocks):
        yield from _block(block, f"{anchor}-{number}")
    for number, inner in enumerate(section.sections, 1):
        yield from _section(inner, level + 1, f"{anchor}-{number}")
    yield "</section>"


def _block(block: Block, anchor: str) -> Iterator[str]:
    match block:
        case Text(text=text, quiet=quiet):
            yield f"<p{_class('quiet' if quiet else '')}>{markup(text)}</p>"
        case KeyValues(pairs=pairs):
            yield from _pairs("facts", pairs)
        case Items(title=title, items=items):
            yield f"<p>{markup(title)}:</p>"
            yield from ("<ul>", *(f"<li>{markup(item)}</li>" for item in items), "</ul>")
        case ChartGroup(charts=charts):
            yield from ('<div class="figures">', *(f"<figure>\n{svg(chart)}</figure>" for chart in charts), "</div>")
        case Table():
            yield from _table(block, f"table-{anchor}")


def _table(table: Table, anchor: str) -> Iterator[str]:
    # Scrollable areas must be reachable with the keyboard.
    yield f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{anchor}">'
    yield f"<table{_class('heat' if table.heat else '')}>"
    yield f'<caption id="{anchor}"><span>{markup(table.caption)}</span></caption>'
    headings = (f'<th scope="col"{_kind(column)}>{markup(column.title)}</th>' for column in table.columns)
    yield f"<thead><tr>{''.join(headings)}</tr></thead>"
    yield "<tbody>"
    for number, row in enumerate(table.rows):
        heat = table.heat[number] if table.heat else ()
        yield _row(table.columns, row, heat, marked=number in table.marked)
    yield "</tbody>"
    if table.total:
        yield f"<tfoot>{_row(table.columns, table.total)}</tfoot>"
    yield "</table>"
    yield "</div>"


def _row(columns: Sequence[Column], cells: Sequence[str], heat: Sequence[float] = (), *, marked: bool = False) -> str:
    shades = [f' style="--heat:{share:.2f}"' if share else "" for share in heat] or [""] * (len(cells) - 1)
    first, *others = (_cell(column, cell) for column, cell in zip(columns, cells, strict=True))
    written = [f'<th scope="row"{_kind(columns[0])}>{first}</th>']
    for column, cell, shade in zip(columns[1:], others, shades, strict=True):
        written.append(f"<td{_kind(column)}{shade}>{cell}</td>")
    return f"<tr{_class('marked' if marked else '')}>{''.join(written)}</tr>"


def _cell(column: Column, text: str) -> str:
    return f"<code>{markup(text)}</code>" if column.kind == "code" and text else markup(text)


def _kind(column: Column) -> str:
    return _class("" if column.kind == "text" else column.kind)


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _pairs(name: str, pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield f'<dl class="{name}">'
    for key, value in pairs:
        yield f"<div><dt>{markup(key)}</dt><dd>{markup(value)}</dd></div>"
    yield "</dl>"


@cache
def _style() -> str:
    return read_bytes(Path(__file__).with_name("report.css"), PACKAGED).decode().strip()
