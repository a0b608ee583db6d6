"""What the tests of screens share."""

from collections.abc import Callable, Iterator
from typing import Any
from zlib import crc32

import pytest
from textual.css.stylesheet import Stylesheet

from core.machine import Machine
from tests.tui.driving import SIZES


@pytest.fixture
def size(request: pytest.FixtureRequest) -> tuple[int, int]:
    """One of `SIZES` for a test that must hold at any of them: for the same test always the same one."""
    return SIZES[crc32(request.node.originalname.encode()) % len(SIZES)]


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden screens are to be written anew."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of which nothing can be measured: how busy it is, is another at every look."""
    monkeypatch.setattr("core.machine.sample", Machine)


@pytest.fixture(autouse=True)
def full_color(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal with all colors, wherever the tests run."""
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(scope="session", autouse=True)
def parsed_once() -> Iterator[None]:
    """What Textual parses of style sheets is kept for the next app: it takes a sixth of the time of a start."""
    parse: Callable[..., Any] = Stylesheet._parse_rules
    parsed: dict[Any, Any] = {}

    def remembered(self: Stylesheet, *of: Any, **options: Any) -> Any:
        key = frozenset(self._variables.items()), of, frozenset(options.items())
        if key not in parsed:
            parsed[key] = parse(self, *of, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", remembered)
        yield
