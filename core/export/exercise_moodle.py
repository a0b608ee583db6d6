"""Exercises in Moodle's XML: counts as numerical questions, shapes as short answers."""

from collections.abc import Iterator, Sequence
from itertools import chain
from xml.etree import ElementTree as ET

from core.export.escaping import escape_unprintable
from core.learn.exercise import Exercise, is_number
from core.learn.prediction import MOST_WRONG, spellings
from core.typography import typeset, typeset_formula

__all__ = ["as_moodle_xml"]

CATEGORY = "$course$/LayerLab"
"""Where Moodle puts the questions."""


def as_moodle_xml(exercises: Sequence[Exercise]) -> str:
    """A quiz with a question for each exercise."""
    category = ET.Element("question", type="category")
    _text(ET.SubElement(category, "category"), CATEGORY)
    questions = map(_xml, chain([category], map(_question, exercises)))
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<quiz>", *questions, "</quiz>"]) + "\n"


def _xml(question: ET.Element) -> str:
    ET.indent(question)
    return ET.tostring(question, encoding="unicode")


def _question(exercise: Exercise) -> ET.Element:
    numerical = is_number(exercise.answer)
    question = ET.Element("question", type="numerical" if numerical else "shortanswer")
    _text(ET.SubElement(question, "name"), exercise.id)
    _plain(question, "questiontext", typeset(exercise.text))
    _plain(question, "generalfeedback", "\n".join(typeset(typeset_formula(step)) for step in exercise.steps))
    ET.SubElement(question, "defaultgrade").text = "1"
    if not numerical:
        ET.SubElement(question, "usecase").text = "0"
    for text, fraction, feedback in _answers(exercise):
        answer = ET.SubElement(question, "answer", fraction=fraction, format="moodle_auto_format")
        _text(answer, text)
        _plain(answer, "feedback", feedback)
        if numerical:
            ET.SubElement(answer, "tolerance").text = "0"
    return question


def _answers(exercise: Exercise) -> Iterator[tuple[str, str, str]]:
    """What is accepted, and what is known to be wrong: text, percent of the mark, feedback."""
    yield from ((text, "100", "") for text in spellings(exercise.answer))
    for known in exercise.misconceptions:
        yield from ((text, "0", typeset(known.feedback)) for text in spellings(known.answer)[:MOST_WRONG])


def _plain(parent: ET.Element, name: str, text: str) -> None:
    _text(ET.SubElement(parent, name, format="plain_text"), text)


def _text(parent: ET.Element, text: str) -> None:
    ET.SubElement(parent, "text").text = "\n".join(map(escape_unprintable, text.split("\n")))
