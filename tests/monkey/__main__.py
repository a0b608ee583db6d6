"""``python -m tests.monkey``: many random events, from many seeds, let loose on LayerLab."""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

from tests.monkey.driver import Outcome, run
from tests.monkey.stage import furnish, known_actions


def main() -> int:
    """Run the monkey as the command line says; 1 if it has found a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.monkey", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds, from 0 on (5)")
    parser.add_argument("--keys", type=int, default=2_000, help="events of each (2000)")
    parser.add_argument("--seed", type=int, help="this seed alone: what a fault is played again with")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--pty", action="store_true", help="on a pseudo-terminal, as a process of its own")
    parser.add_argument("--actions", action="store_true", help="tell how often each action was run")
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    begun, done, faults = monotonic(), 0, 0
    actions: Counter[str] = Counter()
    screens: Counter[str] = Counter()
    for seed in seeds:
        outcome = _one(seed, asked.keys, pty=asked.pty)
        done += outcome.done
        faults += bool(outcome.fault)
        actions += outcome.actions
        screens += outcome.screens
        _say(f"seed {seed}: {outcome.done:,} events, {outcome.seconds:.0f} s, started {outcome.starts} times")
        if outcome.fault:
            _say(f"  FAULT after {outcome.done:,} events\n{outcome.fault}\nthe last events:")
            _say(*(f"  {event}" for event in outcome.last))
            again = f"python -m tests.monkey --seed {seed} --keys {asked.keys}{' --pty' if asked.pty else ''}"
            _say(f"play it again: {again}")
    seconds = monotonic() - begun
    known = known_actions()
    _say(f"{done:,} events in {seconds:.0f} s, {done / seconds:.0f} a second; {faults} faults")
    _say(f"{len(known & set(actions))} of {len(known)} actions reached, and the dialogs {dict(screens)}")
    _say(f"not reached: {', '.join(sorted(known - set(actions))) or 'none'}")
    if asked.actions:
        _say(*(f"{number:>7,} {action}" for action, number in actions.most_common()))
    return int(faults > 0)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def _one(seed: int, count: int, *, pty: bool) -> Outcome:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if pty:
            from tests.monkey.terminal import run_on_terminal

            return run_on_terminal(Path(folder), seed, count)
        furnish(Path(folder))
        return asyncio.run(run(seed, count))


if __name__ == "__main__":
    sys.exit(main())
