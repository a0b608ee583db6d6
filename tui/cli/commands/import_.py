"""`layerlab import`: imports a Keras model as a preset."""

import os
from pathlib import Path
from shlex import quote

from click import Argument, Option
from msgspec.structs import replace

from core import presets
from core.formatting import show_amount
from core.importing import any_file, piped
from core.network.summary import summarize
from core.presets import printable_path
from core.readiness import blockers
from core.strict_json import to_json
from tui.cli.command import Command
from tui.cli.lookup import DONE, UsageError, refused
from tui.cli.parameters import FORCE, JSON
from tui.output import Output

__all__ = ["COMMAND", "run"]


def run(file: str, out: str | None, *, force: bool, as_json: bool) -> int:
    """Read the model in ``file`` and save it as a preset named ``out``, by default after the model."""
    with refused():
        preset = piped.load(file) if piped.is_piped(file) else any_file.load(Path(file)).preset
        path = _target(out, preset.name)
        if out and path.parent == presets.own_folder():
            preset = replace(preset, name=out)
        if not force:
            _check_free(path)
        presets.save(preset, path, replaces=force)
    summary = summarize(preset.architecture)
    name = path.stem if path.parent == presets.own_folder() else str(path)
    layers, params = len(preset.architecture.layers), summary.totals.params
    output = Output()
    if as_json:
        output.json(to_json({"preset": name, "path": str(path), "layers": layers, "params": params}))
        return DONE
    output.line(f"{show_amount(layers, 'layer')}, {show_amount(params, 'param')}: saved as {name}")
    blocking = blockers(preset.architecture, preset.plan, summary)
    for text in filter(None, (preset.description, blocking[0].message if blocking else "")):
        output.line(output.typeset(text))
    output.line(f"`layerlab open {_argument(name, path)}` opens it")
    return DONE


def _argument(name: str, path: Path) -> str:
    """The argument of `layerlab open` for the preset ``name``: its path where the name means something else."""
    taken = name.startswith("-") or Path(name).is_file()
    return quote(str(path) if taken else name)


def _target(out: str | None, name: str) -> Path:
    """Where to save a preset called ``name``: in ``out``, a name, file or folder, if given. Raises `UsageError`."""
    usual = presets.path_for(f"{name} ")  # with a trailing blank no name is parsed as a path
    if out is None:
        return usual
    is_path = "/" in out or os.sep in out  # a plain name is one even if there is a folder of that name
    if out.endswith(("/", os.sep)) or (is_path and Path(out).is_dir()):
        return Path(out) / usual.name
    if is_path and not out.endswith(".toml"):
        raise UsageError(f"--out {printable_path(out)}: a preset file ends in .toml")
    return presets.path_for(out)


def _check_free(path: Path) -> None:
    """Raise `UsageError` if there is a file at ``path``, or a shipped preset that it would hide."""
    others = "--out chooses another name, --force saves it anyway"
    if presets.exists(path):
        raise UsageError(f"{printable_path(path)}: already exists; {others}")
    if path.parent == presets.own_folder() and path.stem in {listed.id for listed in presets.listed()}:
        raise UsageError(f"{printable_path(path.stem)}: LayerLab ships a preset of that name;  {others}")


COMMAND = Command(
    "import",
    run,
    [
        Argument(
            ["file"], metavar="FILE", help="A .keras or .h5 file, or JSON from model.to_json(); - reads standard input"
        ),
        Option(["--out"], metavar="NAME", help="Name of the preset, or a path ending in .toml"),
        FORCE,
        JSON,
    ],
    section="Presets",
    help="Import a Keras model as a preset.",
)
