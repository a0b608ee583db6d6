"""What starts the app and works out numbers loads neither TensorFlow nor anything of a screen."""

import json
import subprocess
import sys

import pytest

HEAVY = ("tensorflow", "keras", "textual", "rich", "plotext", "click", "numpy", "tui")


@pytest.mark.parametrize(
    "module",
    [
        "core.presets",
        "core.network.summary",
        "core.document",
        "core.readiness",
        "core.network.explanation",
        "core.events",
        "core.diagnosis",
        "core.runs.store",
        "core.runs.search",
        "core.runs.differences",
        "core.runs.sessions",
        "core.importing.keras_file",
        "core.export.script",
        "core.learn.prediction",
        "core.learn.sheet",
    ],
)
def test_a_core_module_loads_alone(module: str) -> None:
    assert _loaded(f"import {module}") == []


def test_summarizing_every_preset_loads_nothing_heavy() -> None:
    code = (
        "from core import presets; from core.readiness import blockers; from core.network.summary import summarize\n"
        "for listed in presets.listed():\n"
        "    preset = presets.load(listed.path)\n"
        "    blockers(preset.architecture, preset.plan, summarize(preset.architecture))\n"
    )
    assert _loaded(code) == []


def _loaded(code: str) -> list[str]:
    """Which of the heavy packages a fresh interpreter has loaded after ``code``."""
    told = f"{code}\nimport json, sys\nprint(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return list(json.loads(done.stdout))
