"""The export formats, one module each. Importing this package registers them all; none imports numpy or TensorFlow."""

from importlib import import_module
from pkgutil import iter_modules

from core.export.format import FORMATS

__all__ = ["FORMATS"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
