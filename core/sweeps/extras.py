"""What is only installed with an extra of LayerLab."""

from importlib.util import find_spec

from core.sweeps.record import SweepError
from core.sweeps.sweep import Sweep

__all__ = ["require", "require_for"]


def require(package: str, name: str, user: str, extra: str) -> None:
    """Raises `SweepError` if the ``package`` called ``name``, which ``user`` needs, is not installed."""
    if find_spec(package) is None:
        raise SweepError(f"{user}: needs {name}, which is not installed: pip install layerlab[{extra}]")


def require_for(sweep: Sweep) -> None:
    """Raises `SweepError` if something that ``sweep`` needs is not installed."""
    if sweep.choose == "tpe":
        require("optuna", "Optuna", 'choose = "tpe"', "optuna")
    if sweep.pruner != "none":
        require("optuna", "Optuna", f'pruner = "{sweep.pruner}"', "optuna")
