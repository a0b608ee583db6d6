"""Looking at arrays loads neither TensorFlow nor anything of a screen."""

import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["inspection.results", "inspection.drawing", "inspection.images", "network.window_math"]
)
def test_a_module_loads_without_what_trains_or_draws(module):
    code = f"import json, sys, core.{module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    assert f"core.{module}" in loaded
    assert not {"tensorflow", "keras", "textual", "rich", "plotext", "tui"} & set(loaded)
