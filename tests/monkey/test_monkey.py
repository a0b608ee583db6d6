"""The monkey for some thousand events; ``python -m tests.monkey`` lets it loose for longer."""

from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest
from textual import events as textual_events

from tests.monkey.driver import run
from tests.monkey.events import Keys, Paste, cost, events
from tests.monkey.stage import Stage, furnish
from tests.monkey.terminal import run_on_terminal

EACH = 1_300
SEEDS = range(2)


@pytest.fixture
def furnished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "LAYERLAB_HOME"):
        monkeypatch.setenv(name, "")  # so that both are as before afterwards
    furnish(tmp_path)
    yield tmp_path
    patch.stopall()


def test_a_seed_gives_the_same_events_every_time():
    first, again, other = (list(events(seed, 3_000)) for seed in (7, 7, 8))
    assert first == again != other
    assert 3_000 <= sum(map(cost, first)) < 3_100
    kinds = Counter(type(event).__name__ for event in first)
    assert set(kinds) == {"Keys", "Paste", "Click", "Resize", "Steps", "Rest"}
    assert any(isinstance(event, Paste) and "\x1b" in event.text for event in first)
    assert any(isinstance(event, Keys) and event.burst and len(event.names) > 3 for event in first)


async def test_a_fault_is_found_and_told_with_the_events_that_led_to_it(furnished, monkeypatch):
    """It is planted in a key: clicks and the palette lead to actions too."""
    handled = Stage.on_event

    async def broken(self, event):
        if isinstance(event, textual_events.Key) and event.key == "question_mark":
            raise KeyError("planted")
        await handled(self, event)

    monkeypatch.setattr(Stage, "on_event", broken)
    outcome = await run(0, 5_000)
    assert "planted" in outcome.fault
    assert any(isinstance(event, Keys) and "question_mark" in event.names for event in outcome.last)


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_keys_clicks_pastes_or_sizes_bring_the_app_down(seed, furnished):
    outcome = await run(seed, EACH)
    assert not outcome.fault, f"{outcome.fault}\n{outcome.last}"
    assert outcome.done >= EACH
    assert len(outcome.actions) >= 40
    assert len(outcome.screens) >= 4
    assert {path.name for path in furnished.iterdir()} == {"home", "here"}


def test_nor_do_they_on_a_terminal(tmp_path):
    outcome = run_on_terminal(tmp_path, 0, 150)
    assert not outcome.fault, f"{outcome.fault}\n{outcome.last}"
    assert outcome.actions
