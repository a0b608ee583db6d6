"""Undo, redo and merging, on any course of edits."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.document import Document
from core.network.architecture import Architecture
from core.network.layers import Dense
from core.presets import Preset


def preset(units: int) -> Preset:
    return Preset("any", Architecture((8,), (Dense(units),)))


def undone(document: Document) -> Document:
    while document.past:
        document = document.undo()
    return document


def redone(document: Document) -> Document:
    while document.future:
        document = document.redo()
    return document


NUMBERS = st.integers(1, 4)


class Editing(RuleBasedStateMachine):
    """Any course of edits, in steps and in strokes of one field, with undo, redo and saving in between."""

    def __init__(self) -> None:
        super().__init__()
        self.first = preset(1)
        self.document = Document.opened(self.first)
        self.saved = self.first

    @rule(units=NUMBERS)
    def edit(self, units: int) -> None:
        before = self.document
        self.document = before.edit(preset(units))
        if preset(units) == before.present:
            assert self.document is before
        else:
            assert self.document.undo().present == before.present
            assert self.document.future == ()

    @rule(units=NUMBERS, field=st.sampled_from(["units", "name"]))
    def stroke(self, units: int, field: str) -> None:
        before = self.document
        self.document = before.edit(preset(units), merging=field)
        assert self.document.present == preset(units)
        if before.merging == field and before.past:
            assert len(self.document.past) <= len(before.past)
        elif self.document is not before:
            assert self.document.past == (*before.past, before.present)

    @rule()
    def settle(self) -> None:
        self.document = self.document.settle()

    @rule()
    def undo(self) -> None:
        before = self.document
        self.document = before.undo()
        if before.past:
            assert self.document.present == before.past[-1]
            assert self.document.redo().present == before.present
        else:
            assert self.document is before

    @rule()
    def redo(self) -> None:
        before = self.document
        self.document = before.redo()
        if before.future:
            assert self.document.undo().present == before.present
        else:
            assert self.document is before

    @rule()
    def save(self) -> None:
        self.document = self.document.mark_saved()
        self.saved = self.document.present

    @invariant()
    def undoing_everything_gives_the_first_back_and_redoing_everything_the_last(self) -> None:
        assert undone(self.document).present == self.first
        last = redone(self.document)
        assert redone(undone(self.document)).present == last.present

    @invariant()
    def no_step_changes_nothing(self) -> None:
        course = (*self.document.past, self.document.present, *self.document.future)
        assert all(one != next_one for one, next_one in pairwise(course))

    @invariant()
    def unsaved_is_a_comparison(self) -> None:
        assert self.document.unsaved == (self.document.present != self.saved)


TestEditing = Editing.TestCase


@given(st.lists(st.integers(2, 9), min_size=1))
def test_the_strokes_of_one_field_are_one_step(strokes: list[int]) -> None:
    document = Document.opened(preset(1))
    for units in strokes:
        document = document.edit(preset(units), merging="units")
    assert document.present == preset(strokes[-1])
    assert document.undo().present == preset(1)


def test_settling_ends_the_step() -> None:
    document = Document.opened(preset(1)).edit(preset(2), merging="units").settle().edit(preset(3), merging="units")
    assert document.undo().present == preset(2)


def test_strokes_that_lead_back_leave_no_step() -> None:
    document = Document.opened(preset(1)).edit(preset(2), merging="units").edit(preset(1), merging="units")
    assert document.past == ()
    assert not document.unsaved


def test_the_past_is_bounded() -> None:
    document = Document.opened(preset(1))
    for units in range(2, Document.depth + 50):
        document = document.edit(preset(units))
    assert len(document.past) == Document.depth


def test_a_new_document_is_unsaved_until_it_is_saved() -> None:
    document = Document(preset(1), saved=None)
    assert document.unsaved
    assert not document.mark_saved().unsaved
