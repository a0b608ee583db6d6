"""When the parts of a picture are drawn."""

import pytest

from tests.tui.driving import opened, sessions, until
from tui.train import painter, run_view
from tui.train.painter import Painter


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(painter, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def drawn():
    return []


def part(name, drawn, rest):
    def draw():
        drawn.append(name)
        return rest

    return draw


def test_one_part_is_drawn_at_a_time_and_none_is_forgotten(clock, drawn):
    parts = [part(name, drawn, 1.0) for name in "abc"]
    painter = Painter()
    painter.want(parts)
    painter.want(parts)
    for expected in (["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c"]):
        painter.draw_next()
        assert drawn == expected


def test_a_part_rests_and_others_go_first(clock, drawn):
    seldom, often = part("seldom", drawn, 5.0), part("often", drawn, 0.5)
    painter = Painter()
    for _ in range(4):
        painter.want([seldom, often])
        painter.draw_next()
        painter.draw_next()
        clock[0] += 1.0
    assert drawn == ["seldom", "often", "often", "often", "often"]
    clock[0] += 1.0
    painter.draw_next()
    assert drawn[-1] == "seldom"


def test_at_the_end_all_is_drawn_whether_it_rests_or_not(clock, drawn):
    painter = Painter()
    resting = part("resting", drawn, 60.0)
    painter.want([resting])
    painter.draw_next()
    painter.want([resting, part("other", drawn, 1.0)])
    painter.draw_all()
    assert drawn == ["resting", "resting", "other"]
    painter.want([resting])
    painter.draw_next()
    assert drawn[-1] == "resting", "another run begins afresh"


async def test_behind_another_tab_nothing_is_drawn_and_all_of_it_when_it_is_come_back_to(monkeypatch):
    monkeypatch.setattr(run_view, "SHORTEST", 0.0)
    monkeypatch.setattr(run_view, "LONGEST", 0.0)
    async with opened() as (app, pilot):
        pane = app.train_pane
        await pilot.press("t")
        await until(pilot, lambda: sessions)
        sessions[0].allow(10)
        await until(
            pilot, lambda: pane.view.loss_chart.chart and len(pane.view.loss_chart.chart.curves[0].points) == 10
        )
        await pilot.press("1")
        await until(pilot, lambda: not pane.region)
        sessions[0].allow(50)
        await until(pilot, lambda: pane.history.progress.step == 60)
        for _ in range(4):
            pane.view.draw_next()
        assert len(pane.view.loss_chart.chart.curves[0].points) == 10
        assert pane.epochs.row_count == 0
        await pilot.press("2")
        await until(pilot, lambda: pane.region)
        await pilot.pause()
        assert len(pane.view.loss_chart.chart.curves[0].points) == 60
        assert pane.epochs.row_count == 1
        await pane.stop_and_wait()
