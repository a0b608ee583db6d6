"""A real process is killed at a random moment: nothing is damaged, nothing lost, and what goes on ends the same.

`python -m tests.benchmarks.kills` kills many times.
"""

import random
from pathlib import Path

import pytest

from tests.core.runs import killing

pytestmark = pytest.mark.keras

KILLS = 1


def test_killed_and_gone_on_with_it_ends_bit_for_bit_where_it_would_have(tmp_path: Path) -> None:
    chance = random.Random(5)  # noqa: S311  # moments, not secrets
    with killing.server() as context:
        whole = killing.ending(tmp_path / "whole", killing.trained_to_the_end(context, tmp_path / "whole"))
        outcome = killing.kill_and_resume(context, tmp_path / "killed", chance, KILLS)
    assert not outcome.wrong
    assert outcome.kills
    killed = killing.ending(tmp_path / "killed", outcome.id)
    assert killing.same(whole, killed)
