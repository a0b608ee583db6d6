"""Running many commands in processes of their own that have been through Python's start and the imports already.

Each is a fork of one process, with streams made anew on what the test gives it, and ends as any process does: what
Python says at its very end is seen, too.
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

__all__ = ["Forks", "forks"]


class Forks:
    """Runs commands of LayerLab."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, words: Sequence[str], streams: Sequence[str | None]) -> int:
        """The exit code of a command whose standard streams are the files ``streams``; None is closed."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps([list(words), list(streams), dict(os.environ)]), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextmanager
def forks(environ: dict[str, str]) -> Iterator[Forks]:
    """What runs commands in ``environ``, which each may add to."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Forks(process)


def _serve() -> None:
    """Fork for every line of standard input, and answer with the exit code. Returns in each fork, and at the end."""
    for package in ("tui.cli.commands", "core.export", "core.runs", "core.importing"):
        importlib.import_module(package)
        for module in pkgutil.iter_modules(sys.modules[package].__path__, f"{package}."):
            if module.name not in ("core.runs.inspection", "core.runs.keras_file", "core.export.tensorboard"):
                importlib.import_module(module.name)
    importlib.import_module("tui.cli.command_line")
    answers = os.fdopen(os.dup(1), "w")
    while request := sys.stdin.readline():
        child = os.fork()
        if not child:
            words, streams, environ = json.loads(request)
            answers.close()
            os.environ.update(environ)
            _become(words, streams)
            return
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
    os._exit(0)


def _become(words: list[str], streams: list[str | None]) -> None:
    for descriptor, name in enumerate(streams):
        os.close(descriptor)
        if name is not None:
            opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
    sys.stdin = sys.__stdin__ = None if streams[0] is None else open(0, closefd=False)  # noqa: SIM115
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        stream = None if streams[descriptor] is None else open(descriptor, "w", closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv = ["layerlab", *words]


if __name__ == "__main__":
    _serve()
    importlib.import_module("tui.__main__").main()
