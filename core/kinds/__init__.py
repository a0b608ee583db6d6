"""Kinds of field: each knows how a value is read from data, checked, written to data, shown and parsed as text."""

from core.kinds.base import FieldError, Kind, Maybe, plain, shown
from core.kinds.numbers import MOST, Real, Whole
from core.kinds.shapes import Axes, Margins, Padding, Pair, Shape
from core.kinds.spelling import nearest, spelled
from core.kinds.words import Choice, Device, Flag, Validation

__all__ = [
    "MOST",
    "Axes",
    "Choice",
    "Device",
    "FieldError",
    "Flag",
    "Kind",
    "Margins",
    "Maybe",
    "Padding",
    "Pair",
    "Real",
    "Shape",
    "Validation",
    "Whole",
    "nearest",
    "plain",
    "shown",
    "spelled",
]
