"""What is remembered from one start to the next, and that a damaged file changes nothing but that."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.files import SETTINGS
from core.settings import ChartSettings, UnfoldedForms, load_settings, save_settings


@pytest.fixture
def file(home: Path) -> Path:
    home.mkdir()
    return home / "settings.toml"


def test_without_a_file_there_are_defaults(home: Path) -> None:
    assert load_settings(ChartSettings) == ChartSettings()
    assert not home.exists()


def test_what_is_saved_comes_back(home: Path) -> None:
    save_settings(ChartSettings(0.97, log=True))
    assert load_settings(ChartSettings) == ChartSettings(0.97, log=True)
    assert [path.name for path in home.iterdir()] == ["settings.toml"], "nothing half-written is left"


def test_what_is_not_known_stays(file: Path) -> None:
    file.write_text('later = 1\n[charts]\nlog = true\ncolor = "red"\n[other]\nkey = 2\n')
    save_settings(ChartSettings(0.6, log=load_settings(ChartSettings).log))
    assert tomllib.loads(file.read_text()) == {
        "later": 1,
        "charts": {"smoothing": 0.6, "log": True, "color": "red"},
        "other": {"key": 2},
    }


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"charts = 3",
        b"[charts",
        b"[charts]\nsmoothing = 'much'\nlog = 1",
        b"[charts]\nsmoothing = nan",
        b"[charts]\nsmoothing = 1.0",
        b"[charts]\nsmoothing = -0.1",
        b"[charts]\nsmoothing = true",
        b"a = " + b"[" * 5_000,
        b"#" * (SETTINGS.most + 1),
    ],
)
def test_what_is_damaged_is_the_default_and_is_replaced(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert load_settings(ChartSettings) == ChartSettings()
    save_settings(ChartSettings(0.6))
    assert load_settings(ChartSettings) == ChartSettings(0.6)


def test_what_cannot_be_read_is_moved_aside_and_said(file: Path) -> None:
    file.write_text("[charts\nsmoothing = 0.97")
    assert save_settings(ChartSettings(0.6)) == (
        "settings.toml is damaged: it was moved to settings-damaged.toml, and a new one begins"
    )
    assert (file.parent / "settings-damaged.toml").read_text() == "[charts\nsmoothing = 0.97"
    assert not save_settings(ChartSettings(0.7)), "it is no longer there"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=200))
def test_whatever_the_file_holds_there_are_settings(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert 0 <= load_settings(ChartSettings).smoothing < 1


def test_a_pipe_in_its_place_is_never_opened(file: Path) -> None:
    import os

    os.mkfifo(file)
    assert load_settings(ChartSettings) == ChartSettings()
    with pytest.raises(OSError, match="pipe"):
        save_settings(ChartSettings())


def test_each_kind_has_a_table_of_its_own(file: Path) -> None:
    save_settings(UnfoldedForms(plan=True))
    save_settings(ChartSettings(0.6))
    assert load_settings(UnfoldedForms) == UnfoldedForms(plan=True)
    assert load_settings(ChartSettings) == ChartSettings(0.6)
    file.write_text("[unfolded]\nlayer = 1\nplan = true\n")
    assert load_settings(UnfoldedForms) == UnfoldedForms(plan=True), "what is damaged is the default, the rest stays"
