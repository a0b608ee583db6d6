"""An option list that survives any key and click, laid out or not."""

from typing import TYPE_CHECKING

from textual import events
from textual.widgets import OptionList

__all__ = ["PagesOnceLaidOut", "SafeOptionList"]

if TYPE_CHECKING:
    Mixed = OptionList
else:
    Mixed = object  # a mixin: of several bases that are nodes, Textual takes styles and bindings from the first alone


class PagesOnceLaidOut(Mixed):
    """Makes an `OptionList` ignore page keys and clicks until it is laid out.

    Textual 8.2 raises KeyError for a page key before the list is laid out, and IndexError for a click on an option
    that is gone but still painted.
    """

    def action_page_up(self) -> None:
        """Choose the option a page above."""
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual left the annotation out

    def action_page_down(self) -> None:
        """Choose the option a page below."""
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual left the annotation out

    def on_click(self, event: events.Click) -> None:
        """Ignore a click on an option that has gone since it was painted."""
        clicked = event.style.meta.get("option")
        if clicked is not None and clicked >= self.option_count:
            event.prevent_default()


class SafeOptionList(PagesOnceLaidOut, OptionList):
    """An option list that takes any key at any time."""
