"""The edit journal on disk: what is left after a process, who has it, what is damaged."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from core import presets
from core.document import Document
from core.journal import Journal, JournalError, discard, leftovers, reopen
from core.network.layers import Dense

LENET = presets.load(presets.find("lenet-5"))
EDITED = replace(LENET, architecture=LENET.architecture.insert(9, Dense(3)))

DYING = """
import os, signal, sys
from pathlib import Path
from msgspec.structs import replace
from core import presets
from core.document import Document
from core.journal import Journal
preset = presets.load(Path(sys.argv[1]))
edited = Document.opened(preset).edit(replace(preset, name="edited"))
Journal().write(edited, Path(sys.argv[1]), 1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def left(document: Document, path: Path | None = None) -> Journal:
    """A journal with ``document`` in it, whose process is no more."""
    journal = Journal()
    journal.write(document, path, 1)
    journal._lock.release()
    return journal


def test_what_a_killed_process_had_not_saved_is_found(home, tmp_path):
    mine = tmp_path / "mine.toml"
    presets.save(LENET, mine)
    subprocess.run([sys.executable, "-c", DYING, str(mine)], check=False)
    (found,), damaged = leftovers()
    assert damaged == ()
    assert (found.preset, found.saved, found.path) == (replace(LENET, name="edited"), LENET, mine)
    document, path = reopen(found)
    assert (document.present, document.unsaved, path) == (found.preset, True, mine)
    assert document.edit(LENET).unsaved is False


def test_nothing_is_left_of_what_was_saved_closed_or_is_still_open(home):
    document = Document.opened(LENET)
    open_journal, closed, saved = Journal(), Journal(), Journal()
    for journal in (open_journal, closed, saved):
        journal.write(document.edit(EDITED), None, 1)
    closed.close()
    saved.write(document.edit(EDITED).mark_saved(), None, 2)
    saved._lock.release()
    assert leftovers() == ((), ())
    assert len(list((home / "journal").glob("*/journal.json"))) == 1
    open_journal._lock.release()
    assert [one.preset for one in leftovers()[0]] == [EDITED]


def test_a_document_that_was_never_changed_touches_no_disk(home):
    journal = Journal()
    journal.write(Document.opened(LENET), None, 1)
    journal.close()
    assert not home.exists()


def test_an_older_state_never_replaces_a_newer_one(home):
    journal = Journal()
    journal.write(Document(EDITED, saved=None), None, 2)
    journal.write(Document(LENET, saved=None), None, 1)
    journal._lock.release()
    assert leftovers()[0][0].preset == EDITED


def test_ctrl_s_does_not_overwrite_what_was_written_since(home, tmp_path):
    mine = tmp_path / "mine.toml"
    presets.save(LENET, mine)
    left(Document(EDITED, saved=LENET), mine)
    (found,), _ = leftovers()
    for change in (lambda: presets.save(replace(LENET, name="of another"), mine), mine.unlink):
        change()
        document, path = reopen(found)
        assert (document, path) == (Document(EDITED, saved=None), None)


def test_what_its_file_holds_was_not_lost(home, tmp_path):
    mine = tmp_path / "mine.toml"
    left(Document(EDITED, saved=LENET), mine)
    presets.save(EDITED, mine)
    assert leftovers() == ((), ())
    assert not list((home / "journal").iterdir())


def test_only_one_takes_a_leftover(home):
    left(Document(EDITED, saved=None))
    (found,), _ = leftovers()
    first, second = Journal(), Journal()
    first.adopt(found)
    with pytest.raises(JournalError, match="another LayerLab"):
        second.adopt(found)
    with pytest.raises(JournalError, match="another LayerLab"):
        discard(found)
    assert leftovers() == ((), ())
    first.write(Document(LENET, saved=None), None, 1)
    first._lock.release()
    assert leftovers()[0][0].preset == LENET
    first.close()
    with pytest.raises(JournalError):
        second.adopt(found)


def test_a_leftover_is_discarded(home):
    left(Document(EDITED, saved=None))
    discard(leftovers()[0][0])
    assert leftovers() == ((), ())


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"preset": 3}', b"\xff\xfe", b"[" * 100_000, b'{"preset":"name = 3"}']
)
def test_a_damaged_journal_is_set_aside_and_told_in_a_line(home, content):
    journal = left(Document(EDITED, saved=None))
    (journal._folder / "journal.json").write_bytes(content)
    found, (line,) = leftovers()
    assert found == ()
    assert len(line.splitlines()) == 1
    assert "damaged-" in line
    assert leftovers() == ((), ())
    assert next((home / "journal").glob("damaged-*/journal.json")).read_bytes() == content


def test_a_place_that_cannot_be_written_is_told(home):
    home.write_text("a file where the folder should be")
    with pytest.raises(OSError, match="journal"):
        Journal().write(Document(EDITED, saved=None), None, 1)
    assert leftovers() == ((), ())


def test_what_is_just_being_begun_is_left_alone(home):
    begun = home / "journal" / "begun"
    begun.mkdir(parents=True)
    assert leftovers() == ((), ())
    assert begun.exists()
    os.utime(begun, (0, 0))
    leftovers()
    assert not begun.exists()
