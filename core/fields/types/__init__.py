"""Field types: how a value is read from data, checked, written to data, shown as text and parsed from text."""

from core.fields.types.base import FieldError, FieldType, OptionalField, quoted, quoted_name
from core.fields.types.choices import BoolField, ChoiceField, DeviceField, ValidationField
from core.fields.types.numbers import MOST, FloatField, IntField
from core.fields.types.shapes import AxesField, MarginsField, PaddingField, PairField, ShapeField
from core.fields.types.spelling import did_you_mean, normalize_name

__all__ = [
    "MOST",
    "AxesField",
    "BoolField",
    "ChoiceField",
    "DeviceField",
    "FieldError",
    "FieldType",
    "FloatField",
    "IntField",
    "MarginsField",
    "OptionalField",
    "PaddingField",
    "PairField",
    "ShapeField",
    "ValidationField",
    "did_you_mean",
    "normalize_name",
    "quoted",
    "quoted_name",
]
