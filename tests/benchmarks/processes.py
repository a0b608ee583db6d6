"""Running whole processes that have to succeed, and what a process holds."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

__all__ = ["held", "run"]


def run(command: Sequence[str]) -> str:
    """What ``command`` writes to stdout, which is no terminal. Raises RuntimeError with its complaint if it fails."""
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=quiet, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}, {done.stderr[-2000:]}")
    return done.stdout


def held(process: int | None = None, line: str = "VmRSS") -> float:
    """Megabytes (10**6) of memory that a process holds, by default this one, as Linux counts them; elsewhere NaN.

    ``VmRSS`` has all, also what processes share: what they have read of libraries and mapped files. ``RssAnon`` has
    what is its own.
    """
    status = Path(f"/proc/{process or 'self'}/status")
    if not status.exists():
        return float("nan")
    found = next(each for each in status.read_text().splitlines() if each.startswith(line))
    return int(found.split()[1]) * 1024 / 1e6
