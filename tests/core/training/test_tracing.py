"""What a training traces: every loop once, and only when it is needed."""

import pytest
from msgspec.structs import replace

from core.events import EpochEnded
from tests.core.training.scripted import QUICK, SMALL, Script, progress

pytestmark = pytest.mark.keras


@pytest.fixture(autouse=True)
def cache(monkeypatch):
    """An empty cache: what another test has traced does not count."""
    from core.training import trainer

    monkeypatch.setattr(trainer, "_cache", trainer.NetworkCache())


def counts(script):
    """How often each loop of the network was traced."""
    network = script.session._loop.trainer._network
    loops = {name: getattr(network, name) for name in ("full", "partial", "evaluation")}
    loops |= {"before": network.probe._before, "after": network.probe._after}
    return {name: loop.experimental_get_tracing_count() for name, loop in loops.items()}


def test_loops_that_come_later_are_not_traced_before_the_first_step():
    script = Script(SMALL, QUICK, (progress(), lambda session: session.stop(evaluate=False)))
    script.run()
    assert counts(script) == {"full": 1, "partial": 0, "evaluation": 0, "before": 1, "after": 1}


def test_every_loop_is_traced_once():
    script = Script(SMALL, replace(QUICK, epochs=2))
    script.run()
    assert len(script.told(EpochEnded)) == 2
    assert set(counts(script).values()) == {1}
