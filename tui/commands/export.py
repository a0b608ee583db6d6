"""`layerlab export`: a run or a preset for other tools."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from core.export import formats
from core.export.formats import FORMATS, ExportError, Format, Source, Stored
from core.fields import nearest
from core.presets import Preset, visible
from core.runs.store import Store
from core.training.failures import Refused
from tui.commands.common import DONE, Impossible, Misuse, find_any, refused, target, weights, working
from tui.output import Output
from tui.worker_thread import in_worker

__all__ = ["exporting", "run"]

STDOUT = "-"


def run(name: str, to: str, out: str | None, which: str | None, *, force: bool) -> int:
    """Export the preset, file or run ``name`` in the format ``to``, and say where it was written."""
    form, wanted = _format(to), weights(which)
    source = _source(name)
    if which is not None and (isinstance(source, Preset) or form.needs != "weights"):
        raise Misuse(f"--weights: is for a run's weights; {form.title} of {visible(name)} has none to choose from")
    if why := formats.lacking(form, source):
        raise Misuse(f"{visible(name)}: {why}")
    if out == STDOUT:
        with exporting(), working(f"making {form.title}"):
            text = in_worker(lambda: formats.content(form, source))
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        return DONE
    path = target(out, formats.default_name(form, source))
    with exporting(), working(f"making {form.title}"):
        in_worker(lambda: formats.export(form, source, path, wanted, force=force))
    Output().line(f"written as {form.title}: {path}")
    return DONE


@contextmanager
def exporting() -> Iterator[None]:
    """What keeps something from being exported, as `Misuse`; as `Impossible` if it could be elsewhere."""
    with refused():
        try:
            yield
        except FileExistsError as error:
            raise Misuse(f"{visible(error.filename)}: exists already; --force writes over it") from error
        except ExportError as error:
            raise Misuse(str(error)) from error
        except Refused as error:
            raise Impossible(str(error)) from error


def _format(word: str) -> Format:
    if word not in FORMATS:
        raise Misuse(f"--to: {visible(word)} is no format{nearest(word, FORMATS)}")
    return FORMATS[word]


def _source(name: str) -> Source:
    store = Store()
    found = find_any(store, name)
    if isinstance(found, Preset):
        return found
    with refused():
        return Stored(store.told(found.id), store.path(found.id))
