"""Kills a training process at random moments and goes on each time: ``python -m tests.benchmarks.kills 200``.

Says what came of every run: store damaged, epochs lost, or weights, optimizer and figures other than those of a run
that nothing interrupted.
"""

import random
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.core.runs import killing

__all__ = ["main"]

KILLS = 200


def main(wanted: int, seed: int) -> int:
    """Kill ``wanted`` times; how many runs did not end as they should."""
    chance = random.Random(seed)  # noqa: S311  # moments, not secrets
    kills, runs, bad = 0, 0, 0
    with TemporaryDirectory() as folder, killing.server() as context:
        whole = killing.ending(Path(folder) / "whole", killing.trained_to_the_end(context, Path(folder) / "whole"))
        while kills < wanted:
            runs += 1
            home = Path(folder) / str(runs)
            outcome = killing.kill_and_resume(context, home, chance, wanted - kills)
            kills += outcome.kills
            same = not outcome.wrong and killing.same(whole, killing.ending(home, outcome.id))
            bad += not same
            what = "; ".join(outcome.wrong) or ("the same to the last bit" if same else "ended otherwise")
            kept = " ".join(map(str, outcome.epochs))
            print(f"run {runs}: {kills} of {wanted} kills, epochs kept {kept}: {what}", flush=True)  # noqa: T201
    print(f"{kills} kills, {runs} runs, {bad} of them not as they should be (seed {seed})")  # noqa: T201
    return bad


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(bool(main(given[0] if given else KILLS, given[1] if len(given) > 1 else random.randrange(10**6))))  # noqa: S311
