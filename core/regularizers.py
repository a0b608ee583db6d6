"""L1 and L2 penalties on a weight or an output."""

from typing import Annotated, Any, ClassVar

from core.keras_call import Call, KerasObject
from core.kinds import Real

__all__ = ["Regularizer"]


class Regularizer(KerasObject, frozen=True):
    """Adds l1 * sum(|w|) + l2 * sum(w^2) to the loss."""

    module: ClassVar[str] = "regularizers"

    l1: Annotated[float, Real(least=0), "Factor of the sum of absolute values"] = 0.0
    l2: Annotated[float, Real(least=0), "Factor of the sum of squares"] = 0.0

    def call(self, **changed: Any) -> Call:
        """``L1``, ``L2`` or ``L1L2``, by which factors are set."""
        factors = [(name, getattr(self, name)) for name in ("l1", "l2") if getattr(self, name)]
        name = "".join(name.upper() for name, _ in factors) or "L1L2"
        return Call(f"{self.module}.{name}", tuple(factors))
