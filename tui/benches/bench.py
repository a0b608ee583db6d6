"""The base of the benches: fields above, what follows from them below, and between them why a text cannot be read."""

from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Input, Static

from core.fields.types import FieldError
from core.sanitize import one_line
from core.typography import typeset
from tui.benches.field import BenchField
from tui.screens.modal import Modal
from tui.widgets.text import update_text

__all__ = ["Bench", "BenchBody"]

TIGHT = 22
"""Lines below which there is no room for empty ones."""


class BenchBody(VerticalScroll, inherit_bindings=False):
    """What follows from the fields. It has no bindings of its own: keys act on the bench, and page keys scroll."""

    DEFAULT_CSS = """
    BenchBody { height: 1fr; scrollbar-size-vertical: 1; }
    BenchBody > Static { height: auto; }
    """

    text = query_one(Static)

    def compose(self) -> ComposeResult:
        yield Static(markup=False)


class Bench(Modal[None]):
    """Something worked by hand: `take` makes of the texts in the fields what is shown."""

    BINDINGS = [
        Binding("escape", "close", "Close", id="bench.close", tooltip="Close the bench"),
        Binding("pageup", "page(-1)", "Page up", id="bench.pageup", tooltip="Scroll up", show=False),
        Binding("pagedown", "page(1)", "Page down", id="bench.pagedown", tooltip="Scroll down", show=False),
    ]

    DEFAULT_CSS = """
    Bench .bench {
        width: 100%; height: 100%; max-width: 112; max-height: 32;
        border: round $accent; background: $surface; padding: 0 1;
    }
    Bench .bench-fields { height: auto; }
    Bench .bench-fields Horizontal { height: 1; }
    Bench .bench-lead { height: auto; min-height: 1; margin-bottom: 1; }
    Bench.-tight .bench-lead { margin-bottom: 0; }
    Bench .bench-keys { height: auto; color: $text-muted; }
    """

    HEADING: ClassVar[str]
    """Its title, in the frame."""
    KEYS: ClassVar[str]
    """The keys to know, below everything else."""

    problem: reactive[str] = reactive("")
    """Why a text cannot be read; what is shown then is what could be read last."""

    lead_line = query_one(".bench-lead", Static)
    body = query_one(BenchBody)

    def compose(self) -> ComposeResult:
        with Vertical(classes="bench"):
            with Vertical(classes="bench-fields"):
                yield from self.compose_fields()
            yield Static(classes="bench-lead", markup=False)
            yield from self.compose_body()
            yield Static(self.KEYS, classes="note bench-keys", markup=False)

    def compose_fields(self) -> ComposeResult:
        """The fields."""
        raise NotImplementedError

    def compose_body(self) -> ComposeResult:
        """What follows from them."""
        raise NotImplementedError

    def take(self, texts: Mapping[str, str]) -> None:
        """Read the texts of the fields, by their names. Raises `FieldError`."""
        raise NotImplementedError

    @property
    def lead(self) -> Content:
        """What stands below the fields, unless a text cannot be read."""
        raise NotImplementedError

    def show_body(self) -> None:
        """Show what follows from what was read."""
        raise NotImplementedError

    def show(self) -> None:
        """Show all there is to show."""
        if self.is_mounted:
            problem = Content.styled(f"! {typeset(one_line(self.problem))}", "$text-error")
            update_text(self.lead_line, problem if self.problem else self.lead)
            self.show_body()

    @property
    def tight(self) -> bool:
        """Whether there is no room for empty lines."""
        return self.size.height < TIGHT

    def on_mount(self) -> None:
        self.query_one(".bench").border_title = self.HEADING
        self.call_after_refresh(self.show)

    def on_resize(self) -> None:
        self.set_class(self.tight, "-tight")
        self.call_after_refresh(self.show)

    def on_descendant_focus(self) -> None:
        self.show()

    def on_descendant_blur(self) -> None:
        self.show()

    def watch_problem(self) -> None:
        self.show()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        # Those of all fields: a key may have changed several, and each must fit the others.
        texts = {str(field.name): field.control.value for field in self.query(BenchField)}
        try:
            self.take(texts)
        except FieldError as error:
            self.problem = str(error)
        else:
            self.problem = ""

    def show_texts(self, texts: Mapping[str, str]) -> None:
        """Put ``texts`` into the fields of these names: a key has changed what they say."""
        for field in self.query(BenchField):
            field.control.value = texts.get(str(field.name), field.control.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.focus_next()

    def action_page(self, by: int) -> None:
        """Scroll what follows from the fields."""
        (self.body.scroll_page_up if by < 0 else self.body.scroll_page_down)(animate=False)

    def action_close(self) -> None:
        """Close the bench."""
        self.dismiss(None)
