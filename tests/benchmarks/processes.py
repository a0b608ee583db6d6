"""Running whole processes that have to succeed."""

import os
import subprocess
from collections.abc import Sequence

__all__ = ["run"]


def run(command: Sequence[str]) -> str:
    """What ``command`` writes to stdout, which is no terminal. Raises RuntimeError with its complaint if it fails."""
    quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=quiet, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: exit code {done.returncode}, {done.stderr[-2000:]}")
    return done.stdout
