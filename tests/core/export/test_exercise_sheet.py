"""Sheets of exercises, read back by parsers of their formats."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import get_args
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from core.export.exercise_sheet import SHEET_FORMATS, SheetFormat, default_name, sheet_text
from core.learn.exercise import Exercise, Misconception, is_number
from core.learn.prediction import read_prediction, spellings
from core.learn.sheet import sheet
from core.typography import typeset
from tests.core import generated

SHEET = sheet(63, 7)
HOSTILE = '</text>]]>&amp; {=a ~b #c :d \\ } "x" <b> *x* _y_ -> // $x$ | %50% \x1b[31m \u202e\n::e::'


def hostile(text: str) -> Exercise:
    return replace(
        SHEET[0], id=text, text=f"a{text}?", steps=(text, text), misconceptions=(Misconception((1, 2, 3), text),)
    )


def test_every_format_is_listed() -> None:
    assert tuple(SHEET_FORMATS) == get_args(SheetFormat)
    assert [default_name(form) for form in SHEET_FORMATS] == [
        "exercises.json",
        "exercises.md",
        "exercises.gift",
        "exercises.xml",
    ]


def test_json_holds_everything() -> None:
    text = sheet_text(SHEET, "json")
    assert text.isascii()
    assert text.count("\n") == 1
    assert tuple(msgspec.convert(json.loads(text), list[Exercise])) == SHEET


def test_markdown_is_a_sheet_and_its_solutions() -> None:
    tokens = MarkdownIt("commonmark").parse(sheet_text(SHEET, "markdown"))
    kinds = [token.type for token in tokens if token.level == 0]
    assert kinds[2:4] == ["ordered_list_open", "ordered_list_close"]
    assert kinds.count("ordered_list_open") == 2
    top = [token for token in tokens if token.type == "list_item_open" and token.level == 1]
    assert len(top) == 2 * len(SHEET)
    text = [token.content for token in tokens if token.type == "inline"]
    assert text[0] == "Exercises"
    assert text[1].startswith("An image of 17×17×4 ")
    assert "**8×8×10** (conv-shapes-1-7-1)" in text
    assert "height = ⌊(size + 2×pad − window) / stride⌋ + 1 = ⌊(17 + 2×0 − 3) / 2⌋ + 1 = 8" in text


@given(st.just(HOSTILE) | generated.texts())
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(sheet_text([hostile(text)], "markdown"))
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "text_special", "strong_open", "strong_close"}


def parsed(exercises: Sequence[Exercise]) -> ET.Element:
    return ET.fromstring(sheet_text(exercises, "moodle-xml"))  # noqa: S314  # written by ourselves


def answers_of(question: ET.Element) -> Iterator[tuple[str, str, str]]:
    for answer in question.findall("answer"):
        yield answer.findtext("text") or "", answer.get("fraction") or "", answer.findtext("feedback/text") or ""


def test_moodle_xml_holds_every_question_with_its_answers() -> None:
    quiz = parsed(SHEET)
    category, *questions = quiz.findall("question")
    assert category.findtext("category/text") == "$course$/LayerLab"
    for question, exercise in zip(questions, SHEET, strict=True):
        assert question.findtext("name/text") == exercise.id
        assert question.findtext("questiontext/text") == typeset(exercise.text)
        assert len((question.findtext("generalfeedback/text") or "").split("\n")) == len(exercise.steps)
        assert question.get("type") == ("numerical" if is_number(exercise.answer) else "shortanswer")
        answers = list(answers_of(question))
        assert len({text for text, _, _ in answers}) == len(answers)
        feedback = {known.answer: typeset(known.feedback) for known in exercise.misconceptions}
        assert [text for text, fraction, _ in answers if fraction == "100"] == list(spellings(exercise.answer))
        for text, fraction, said in answers:
            answer = read_prediction(text, exercise.answer)
            assert (answer == exercise.answer) == (fraction == "100")
            assert said == feedback.get(answer, "")
        tolerances = {answer.findtext("tolerance") for answer in question.findall("answer")}
        assert tolerances == ({"0"} if is_number(exercise.answer) else {None})


@given(st.just(HOSTILE) | generated.texts())
def test_moodle_xml_takes_any_text(text: str) -> None:
    quiz = parsed([hostile(text)])
    assert len(quiz.findall("question")) == 2
    assert len(list(quiz.iter("answer"))) == len(spellings((1, 2, 3))) + 6


QUESTION = re.compile(
    r"// (?P<comment>[^\n]*)\n::(?P<name>(?:\\.|[^\\:])*)::\[plain\](?P<text>(?:\\.|[^\\{}=~#:])*)"
    r" \{(?P<numerical>#?)\n(?P<answers>(?:=[^\n]*\n)*)####(?P<steps>[^\n]*)\n\}"
)
"""A question as Moodle's reader takes it apart: no special character in it but escaped ones and these."""
ANSWER = re.compile(r"=(?:%(?P<percent>\d+)%)?(?P<text>[^#:~={}\\]*)(?::0)?(?:#(?P<feedback>(?:\\.|[^\\~=#{}:])*))?")


def unescaped(text: str) -> str:
    return re.sub(r"\\([\\~=#{}:])", r"\1", text)


def test_gift_holds_every_question_with_its_answers() -> None:
    blocks = sheet_text(SHEET, "gift").removesuffix("\n").split("\n\n")
    for block, exercise in zip(blocks, SHEET, strict=True):
        question = QUESTION.fullmatch(block)
        assert question, block
        assert unescaped(question["name"]) == exercise.id == question["comment"]
        assert unescaped(question["text"]) == typeset(exercise.text)
        assert bool(question["numerical"]) == is_number(exercise.answer)
        assert len(question["steps"].split("\\n")) == len(exercise.steps)
        assert "->" not in block, "would make a matching question of it"
        feedback = {known.answer: typeset(known.feedback) for known in exercise.misconceptions}
        for line in question["answers"].splitlines():
            found = ANSWER.fullmatch(line)
            assert found, line
            answer = read_prediction(found["text"], exercise.answer)
            assert (found["percent"] is None) == (answer == exercise.answer)
            assert unescaped(found["feedback"] or "") == feedback.get(answer, "")
            assert line.count(":0") >= is_number(exercise.answer)


@given(st.just(HOSTILE) | generated.texts())
def test_gift_escapes_any_text(text: str) -> None:
    assert QUESTION.fullmatch(sheet_text([hostile(text)], "gift").removesuffix("\n"))


@pytest.mark.parametrize("form", SHEET_FORMATS)
def test_no_exercise_at_all(form: SheetFormat) -> None:
    assert sheet_text([], form)
