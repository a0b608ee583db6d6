"""A report as Markdown, read by a parser of CommonMark with GitHub's tables."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from core.export import escaping
from core.export.escaping import escape_unprintable
from core.export.lab_report import lab_report
from core.export.markdown import as_markdown
from core.runs.record import Label
from tests.core import generated
from tests.core.export.reported import LENET, history, results, told
from tests.core.export.test_report_html import HOSTILE

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = st.text("\\`*_{}[]()<>#+-.!|~=&;:1a \n\t", max_size=20)


def inline(tokens: list[Token]) -> list[Token]:
    return [child for token in tokens for child in token.children or ()]


def outline(text: str) -> list[str]:
    """The blocks, and what is more than text inside them."""
    tokens = PARSER.parse(text)
    return [token.type for token in tokens] + [token.type for token in inline(tokens) if token.type != "text"]


def plain(tokens: list[Token]) -> str:
    assert {token.type for token in inline(tokens)} <= {"text", "text_special"}
    return "".join(token.content for token in inline(tokens))


def written(text: str) -> dict[str, str]:
    """A report in which everything that people name is called ``text``."""
    preset = replace(LENET, name=text, description=text, origin=text)
    run = told(Label(text, escape_unprintable(text), (text,)), preset=preset, history=history(2))
    run = replace(run, run=replace(run.run, message=text), environment=replace(run.environment, platform=text))
    return as_markdown(lab_report(run, results(), [told(Label(text), preset=preset, key="zzzzz")]), "my report")


PLAIN = outline(written("plain")["my report.md"])


@settings(max_examples=300, deadline=None)
@given(MARKS | generated.texts())
@example("---")
@example("1. one")
@example("1) one")
@example("+ one")
@example("> one")
@example("# one #")
@example("    code")
@example("[a]: b")
@example("*a* _b_ __c__ a_b_c ~~d~~")
@example("&lt;b&gt;<b>")
@example("back\\slash\\")
def test_a_line_stands_for_itself(text: str) -> None:
    for written, kind in ((escaping.line(text), "paragraph_open"), (f"# {escaping.line(text)}", "heading_open")):
        tokens = PARSER.parse(written)
        if escape_unprintable(text):
            assert tokens[0].type == kind
            assert len(tokens) == 3
        assert plain(tokens) == escape_unprintable(text)


@settings(max_examples=200, deadline=None)
@given(MARKS | generated.texts())
@example("a|b\\|c")
@example("`a``|`")
def test_a_cell_stands_for_itself_as_text_and_as_code(text: str) -> None:
    table = f"| a | b |\n| - | - |\n| {escaping.inline(text)} | {escaping.code(text)} |"
    tokens = PARSER.parse(table)
    cells = [token for token, before in zip(tokens[1:], tokens, strict=False) if before.type == "td_open"]
    assert len(cells) == 2
    assert plain([cells[0]]) == escape_unprintable(text)
    if escape_unprintable(text):
        (code,) = inline([cells[1]])
        assert (code.type, code.content) == ("code_inline", escape_unprintable(text))


def test_addresses_and_emoji_are_no_links_and_no_pictures() -> None:
    assert escaping.line("https://a.b www.c.d :tada: 14:05") == r"https\://a.b www\.c.d \:tada: 14:05"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_changes_nothing_but_itself(text: str) -> None:
    document = written(text)["my report.md"]
    assert outline(document) == PLAIN
    assert not [token for token in inline(PARSER.parse(document)) if token.type.startswith("html")]
    assert document.replace("\n", "").isprintable()


def test_the_charts_lie_beside_the_text_which_refers_to_them() -> None:
    files = written("plain")
    pictures = [token for token in inline(PARSER.parse(files["my report.md"])) if token.type == "image"]
    names = [str(picture.attrs["src"]).replace("%20", " ") for picture in pictures]
    assert names == [f"my report-{name}.svg" for name in ("loss", "accuracy", "runs-loss", "runs-accuracy")]
    assert set(files) == {"my report.md", *names}
    assert all(picture.content for picture in pictures), "each says in words what it shows"
    for name in names:
        ET.fromstring(files[name])  # noqa: S314  # what we wrote ourselves


def test_numbers_stand_at_the_right() -> None:
    document = written("plain")["my report.md"]
    head = document.split("Layers with")[1].splitlines()[3]
    assert [cell.strip().endswith(":") for cell in head.strip("|").split("|")] == [True, False, *[True] * 6]


def test_every_table_has_as_many_cells_in_each_line() -> None:
    tokens = PARSER.parse(written("a | b")["my report.md"])
    tables = " ".join(token.type for token in tokens).split("table_open")[1:]
    for table in tables:
        lines = table.split("tr_open")[1:]
        assert len({line.count("td_open") + line.count("th_open") for line in lines}) == 1
