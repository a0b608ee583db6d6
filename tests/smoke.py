"""Tries an installed LayerLab: `python -I smoke.py` with the interpreter of the environment that it is installed in.

Needs nothing but LayerLab itself, so that what only the developers' environment holds is not missed.
"""

import asyncio
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

COMMAND = Path(sysconfig.get_path("scripts")) / "layerlab"


def layerlab(*words: str) -> str:
    """Standard output of the installed command, which has to succeed."""
    done = subprocess.run([COMMAND, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"layerlab {' '.join(words)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def expect(what: str, found: object, wanted: object) -> None:
    """Say what was found; end here if it is not what was wanted."""
    if found != wanted:
        raise SystemExit(f"{what}: {found!r}, not {wanted!r}")
    print(f"{what}: {found}")  # noqa: T201  # a script, not a module


async def app() -> str:
    """Open the app without a terminal, on a preset, and quit it."""
    from core.presets import find, load
    from tui.app import LayerLabApp

    opened = LayerLabApp(load(find("lenet-5")))
    async with opened.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        return str(opened.title)


def main() -> None:
    import core
    import tui

    site = Path(sysconfig.get_path("purelib")).resolve()
    for package in (core, tui):
        expect(
            f"{package.__name__} is the installed one", Path(str(package.__file__)).resolve().is_relative_to(site), True
        )
    expect("version", layerlab("--version").split()[0], "layerlab")
    expect("params of lenet-5", json.loads(layerlab("summary", "lenet-5", "--json"))["totals"]["params"], 61706)
    ids = [preset["id"] for preset in json.loads(layerlab("presets", "--json"))]
    expect("lenet-5 is among the presets", "lenet-5" in ids, True)
    expect("title of the app", asyncio.run(app()), "LayerLab")
    events = [json.loads(line) for line in layerlab("train", "ffnn-10", "--epochs", "1", "--json").splitlines()]
    expect("events of a training", [event["event"] for event in events], ["kept", "start", "epoch", "end"])
    expect("it ended", events[-1]["reason"], "finished")
    expect("and learned", events[-1]["test_accuracy"] > 0.8, True)
    (run,) = json.loads(layerlab("runs", "--json"))
    expect("it is kept as a run", run["state"], "finished")
    from core.sweeps.sweep_file import shipped

    expect("a sweep comes with it", "mlp-500-300-l2" in shipped(), True)
    *_, end = [
        json.loads(line)
        for line in layerlab("sweep", "ffnn-10", "--repeats", "2", "--epochs", "1", "--json").splitlines()
    ]
    expect("a sweep in processes", (end["reason"], end["settings"][0]["n"]), ("finished", 2))
    from core.glossary.index import find

    expect("the glossary comes with it", find("sigmoid") is not None, True)
    from core.lessons.lesson_file import listed

    lessons, problems = listed()
    expect("lessons come with it", (len(lessons) > 10, problems), (True, []))
    layerlab("report", "last", "--quick", "--out", "report.html")
    expect("of which there is a report", "<svg" in Path("report.html").read_text(encoding="utf-8"), True)


if __name__ == "__main__":
    sys.exit(main())
