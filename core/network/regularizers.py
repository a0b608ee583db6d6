"""L1 and L2 penalties on a weight or an output."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from core.fields.struct import FieldStruct, StructField
from core.fields.types import FieldError, FloatField, did_you_mean, normalize_name, quoted
from core.keras_call import Call, KerasObject

__all__ = ["Regularizer", "RegularizerField"]

NAMED: Mapping[str, Mapping[str, float]] = {"L1": {"l1": 0.01}, "L2": {"l2": 0.01}, "L1L2": {"l1": 0.0, "l2": 0.0}}
"""Keras's classes with their default factors."""
ABSENT = ("OrthogonalRegularizer", "Regularizer")
"""Keras's other regularizers."""

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\((.*)\)\s*)?", re.DOTALL)


class Regularizer(KerasObject, frozen=True):
    """Adds l1 * sum(|w|) + l2 * sum(w^2) to the loss."""

    module: ClassVar[str] = "regularizers"

    l1: Annotated[float, FloatField(least=0), "Factor of the sum of absolute values"] = 0.0
    l2: Annotated[float, FloatField(least=0), "Factor of the sum of squares"] = 0.0

    def call(self, **changed: Any) -> Call:
        """``L1``, ``L2`` or ``L1L2``, depending on which factors are set."""
        factors = [(name, getattr(self, name)) for name in ("l1", "l2") if getattr(self, name)]
        name = "".join(name.upper() for name, _ in factors) or "L1L2"
        return Call(f"{self.module}.{name}", tuple(factors))


class RegularizerField(StructField):
    """A regularizer as a table of its factors, or as a Keras class or call: ``l2``, ``L2(0.001)``."""

    def __init__(self) -> None:
        super().__init__(Regularizer)

    @property
    def takes(self) -> str:
        return "l1=..., l2=..., or a call as in Keras, such as L2(0.001)"

    def read(self, raw: object) -> FieldStruct:
        return self._named(raw) if isinstance(raw, str) else super().read(raw)

    def parse(self, text: str) -> FieldStruct:
        return super().parse(text) if "=" in text and "(" not in text else self._named(text)

    def _named(self, text: str) -> FieldStruct:
        call = _CALL.fullmatch(text)
        if not call:
            raise FieldError(f"expected l2 = 0.001, l2 or L2(0.001), not {quoted(text)}")
        name, inside = call[1], (call[2] or "").strip()
        wanted = normalize_name(name)
        if wanted in map(normalize_name, ABSENT):
            raise FieldError(
                f"{quoted(name)} is not one of the regularizers: Keras has it, LayerLab does not offer it; "
                f"available: {', '.join(NAMED)}"
            )
        known = next((known for known in NAMED if normalize_name(known) == wanted), None)
        if known is None:
            raise FieldError(f"{quoted(name)} is not one of the regularizers{did_you_mean(name, NAMED, ABSENT)}")
        factors = NAMED[known]
        if inside and "=" not in inside and len(factors) == 1:
            inside = f"{next(iter(factors))}={inside}"
        given = super().parse(inside) if inside else Regularizer()
        for factor in ("l1", "l2"):
            if factor not in factors and getattr(given, factor):
                raise FieldError(f"{known} has no {factor}; L1L2 has both")
        return Regularizer(
            **{factor: getattr(given, factor) if factor in inside else default for factor, default in factors.items()}
        )
