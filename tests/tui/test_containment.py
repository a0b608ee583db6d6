"""No error in a handler ends the app: it is told once, logged, and everything still answers."""

import pytest
from textual import work
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import WorkerState

from core import presets, storage
from tests.tui.driving import burst, keys, screen_of, until
from tui.app import LayerLabApp
from tui.builder.stack import Stack
from tui.containment import NOT_DRAWN, QUIET


class Bang(Message):
    """Its handler raises."""


class Faulty(Widget, can_focus=True):
    """Raises wherever a widget can, and counts what reaches it afterwards."""

    answered = 0

    def on_bang(self) -> None:
        raise KeyError("message")

    def key_x(self) -> None:
        raise ValueError("key")

    def key_y(self) -> None:
        self.answered += 1

    def action_fail(self) -> None:
        raise ZeroDivisionError("action")

    def fail(self) -> None:
        raise LookupError("callback")

    async def fail_later(self) -> None:
        raise LookupError("async callback")

    @work
    async def fail_in_a_worker(self) -> None:
        raise OSError("worker")

    @work(thread=True)
    def fail_in_a_thread(self) -> None:
        raise OSError("thread")


class FailsToDraw(Widget):
    """Cannot be drawn, and is tried again at every frame."""

    drawn = 0

    def render(self) -> str:
        self.drawn += 1
        raise RuntimeError("drawing")


class FailsByLine(FailsToDraw):
    """Cannot draw its lines."""

    def render_line(self, y: int):
        self.drawn += 1
        raise RuntimeError("drawing a line")


class FailsToCompose(Widget):
    """Has no children in the end."""

    def compose(self):
        yield Static("one")
        raise RuntimeError("composing")


class FailsToMount(Widget):
    """Is there all the same."""

    def on_mount(self) -> None:
        raise RuntimeError("mounting")


def contained() -> LayerLabApp:
    path = presets.find("lenet-5")
    return LayerLabApp(presets.load(path), path, contain_errors=True)


def told(app: LayerLabApp) -> list[str]:
    return [notice.message for notice in app._notifications if notice.title == "An error in LayerLab"]


async def test_whatever_raises_is_told_and_the_widget_still_answers(home):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        widget = Faulty()
        await app.build_pane.mount(widget)
        widget.focus()
        widget.post_message(Bang())
        await burst(app, pilot, "x", "x")
        widget.call_later(app.run_action, "fail", widget)
        widget.call_next(widget.fail)
        widget.call_later(widget.fail_later)
        widget.set_timer(0.001, widget.fail)
        widget.fail_in_a_worker()
        widget.fail_in_a_thread()
        words = ["message", "key", "action", "callback", "async callback", "worker", "thread"]
        await until(pilot, lambda: all(any(word in line for line in told(app)) for word in words))
        assert len(told(app)) == len(set(told(app))), "the same error is told once"
        assert all(len(line.splitlines()) == 1 and str(storage.log_file()) in line for line in told(app))
        await burst(app, pilot, "y", "y")
        assert widget.answered == 2
        assert app.return_code is None
        log = storage.log_file().read_text()
        assert "Traceback" in log
        assert 'raise ValueError("key")' in log
        await keys(pilot, "escape", "G", "d")
        assert len(app.preset.architecture.layers) == 7
        await keys(pilot, "q")
        assert app.screen.is_modal


async def test_an_error_in_the_app_itself_leaves_it_answering(monkeypatch):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        monkeypatch.setattr(app, "action_theme", lambda: 1 / 0)
        await keys(pilot, "ctrl+t", "G", "d")
        assert len(app.preset.architecture.layers) == 7
        assert any("ZeroDivisionError" in line for line in told(app))


async def test_an_edit_is_on_disk_after_an_error(home, monkeypatch):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        monkeypatch.setattr("tui.journal_controller.PAUSE", 1e6)
        await keys(pilot, "G", "d")
        assert not list((home / "journal").glob("*/journal.json"))
        app.contain(RuntimeError("any"))
        await until(pilot, lambda: list((home / "journal").glob("*/journal.json")))


@pytest.mark.parametrize("kind", [FailsToDraw, FailsByLine])
async def test_what_cannot_be_drawn_says_so_once_and_leaves_the_others(kind):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        widget = kind()
        widget.styles.height = 3
        await app.build_pane.left.mount(widget)
        await until(pilot, lambda: NOT_DRAWN in screen_of(app))
        for _ in range(5):
            before = widget.drawn
            widget.refresh(layout=True)
            await until(pilot, lambda before=before: widget.drawn > before)
        assert len([line for line in told(app) if "drawing" in line]) == 1
        assert "Conv2D" in screen_of(app)
        await keys(pilot, "G", "d")
        assert len(app.preset.architecture.layers) == 7


async def test_a_list_of_ours_that_cannot_draw_itself_comes_back_once_it_can(monkeypatch):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        with monkeypatch.context() as broken:
            broken.setattr(Stack, "render_line", lambda *_: 1 / 0)
            app.build_pane.stack.refresh()
            await until(pilot, lambda: NOT_DRAWN in screen_of(app))
        app.build_pane.stack.refresh()
        await until(pilot, lambda: NOT_DRAWN not in screen_of(app) and "Conv2D" in screen_of(app))


@pytest.mark.parametrize("kind", [FailsToCompose, FailsToMount])
async def test_what_cannot_be_put_together_ends_nothing(kind):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        await app.build_pane.mount(kind())
        await until(pilot, lambda: told(app))
        await keys(pilot, "G", "d")
        assert len(app.preset.architecture.layers) == 7


async def test_a_watcher_that_raises_leaves_the_form_answering(monkeypatch):
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:
        await keys(pilot, "down", "enter")
        await until(pilot, lambda: isinstance(app.focused, Input))
        with monkeypatch.context() as broken:
            broken.setattr(app.header, "watch_title", lambda: 1 / 0, raising=False)
            broken.setattr(type(app.build_pane), "watch_preset", lambda *_: 1 / 0)
            await keys(pilot, "7")
            await until(pilot, lambda: told(app))
        await keys(pilot, "backspace", "9")
        await until(pilot, lambda: app.preset.architecture.layers[0].filters == 9)


async def test_the_same_error_is_told_again_after_a_while(monkeypatch):
    app = contained()
    async with app.run_test(size=(120, 36)):
        error = RuntimeError("now and then")
        for now, times in ((100.0, 1), (105.0, 1), (114.0, 1), (114.1 + QUIET, 2)):
            monkeypatch.setattr("tui.containment.monotonic", lambda now=now: now)
            app.contain(error)
            log = storage.log_file().read_text()
            assert log.count("RuntimeError: now and then") == times


async def test_a_worker_that_need_not_end_the_app_is_told_too():
    app = contained()
    async with app.run_test(size=(120, 36)) as pilot:

        def fail() -> None:
            raise OSError("in the background")

        worker = app.run_worker(fail, thread=True, exit_on_error=False)
        await until(pilot, lambda: worker.state is WorkerState.ERROR)
        await until(pilot, lambda: any("in the background" in line for line in told(app)))


async def test_a_test_still_sees_the_error_unless_it_asks_for_containment():
    path = presets.find("lenet-5")
    app = LayerLabApp(presets.load(path), path)

    async def drive() -> None:
        async with app.run_test(size=(120, 36)) as pilot:
            widget = Faulty()
            await app.build_pane.mount(widget)
            widget.post_message(Bang())
            await pilot.pause()

    with pytest.raises(KeyError):
        await drive()


async def test_an_error_that_holds_steering_text_is_told_without_it():
    app = contained()
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        app.contain(ValueError("a\x1b[31m\n[bold]b" * 1000))
        await until(pilot, lambda: told(app))
        assert len(told(app)[0]) < 400
        assert "\x1b" not in told(app)[0]
        await until(pilot, lambda: "An error in LayerLab" in screen_of(app))
