"""The views of the Inspect tab: each is ``VIEW`` in a module or package of its own, which imports its class later."""

from importlib import import_module
from pkgutil import iter_modules

from tui.inspect.entry import Entry

__all__ = ["VIEWS"]


def _found() -> dict[str, Entry]:
    names = [module.name for module in iter_modules(__path__)]
    entries: dict[str, Entry] = {name: import_module(f"{__name__}.{name}").VIEW for name in names}
    return dict(sorted(entries.items(), key=lambda each: each[1].place))


VIEWS = _found()
"""All views by name, in the order of their places."""
