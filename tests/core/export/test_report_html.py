"""A report as HTML: one whole document that runs and loads nothing, whatever people have called their things."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from core.export.escaping import escape_unprintable
from core.export.html import as_html
from core.export.lab_report import lab_report
from core.runs.record import Label
from tests.core import generated
from tests.core.export.reported import LENET, history, results, told

HOSTILE = (
    "<script>alert(1)</script>",
    "</title></style><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "a | b `c` **d** [e](javascript:alert(1))",
    "first\nsecond\r\n\n# third",
    "\x1b[31mred\x1b[0m\x07\x00\u202e",
    "&lt;b&gt; &amp;",
    "--> ]]> <!--",
)
VOID = {"meta", "line", "circle", "polyline", "polygon", "rect"}


class Document(HTMLParser):
    """The elements of a document in their order, with their attributes and the text of all."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.comments: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    @property
    def outline(self) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in self.elements]

    def values(self, *names: str) -> Iterator[str]:
        for _, attributes in self.elements:
            for name in names:
                if name in attributes:
                    yield attributes[name] or ""


def written(text: str) -> str:
    """A report in which everything that people name is called ``text``."""
    preset = replace(LENET, name=text, description=text, origin=text)
    run = told(Label(text, escape_unprintable(text), (text,)), preset=preset, history=history(2))
    run = replace(run, run=replace(run.run, message=text), environment=replace(run.environment, platform=text))
    classes = tuple(f"{number}{text}" for number in range(10))
    return as_html(lab_report(run, results(classes), [told(Label(text), preset=preset, key="zzzzz")]))


PLAIN = Document(written("plain"))
WHOLE = as_html(lab_report(told(), results(), [told(Label("other"), key="zzzzz")]))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stands_for_itself(text: str) -> None:
    document = Document(written(text))
    assert document.outline == PLAIN.outline
    assert document.comments == []
    assert escape_unprintable(text) in document.texts
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", "".join(document.texts))


@settings(max_examples=20, deadline=None)
@given(generated.texts().filter(str.strip))
def test_any_text_leaves_the_document_as_it_is(text: str) -> None:
    assert Document(written(text)).outline == PLAIN.outline


def test_nothing_is_run_or_loaded() -> None:
    document = Document(WHOLE)
    assert not {tag for tag, _ in document.elements} & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert not [name for _, attributes in document.elements for name in attributes if name.startswith("on")]
    assert all(target.startswith("#") for target in document.values("href", "src"))
    assert not re.search(r"url\(|@import|@font-face", WHOLE)
    assert "http" not in WHOLE.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")


def test_ids_are_unique_and_whatever_refers_to_one_finds_it() -> None:
    document = Document(WHOLE)
    ids = list(document.values("id"))
    assert len(ids) == len(set(ids))
    wanted = [part for value in document.values("aria-labelledby") for part in value.split()]
    wanted += [target.removeprefix("#") for target in document.values("href")]
    assert wanted
    assert set(wanted) <= set(ids)


def test_headings_go_down_one_step_at_a_time_and_tables_have_captions_and_headings() -> None:
    tags = [tag for tag, _ in Document(WHOLE).elements]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption") == tags.count("thead")
    scopes = [attributes.get("scope") for tag, attributes in Document(WHOLE).elements if tag == "th"]
    assert set(scopes) == {"row", "col"}


def test_the_shades_of_the_confusion_matrix_are_numbers_and_no_other_style_is_inline() -> None:
    styles = list(Document(WHOLE).values("style"))
    assert styles
    assert all(re.fullmatch(r"--heat:[01]\.\d\d", style) for style in styles)
