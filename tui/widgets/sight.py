"""Whether a person can see a widget."""

from collections.abc import Callable

from textual.widget import Widget

__all__ = ["focus_later", "in_sight"]


def in_sight(widget: Widget) -> bool:
    """Whether ``widget`` is displayed on a screen that is on show, if need be behind a dialog.

    Asked of what is so: Textual's `Show` and `Hide` come late, and around dialogs in no order to rely on.
    """
    return (
        widget.is_attached
        and widget.screen.is_current
        and all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
    )


def focus_later(widget: Widget, focus: Callable[[], object]) -> None:
    """Call ``focus`` once the screen has been laid out, if ``widget`` can be seen then.

    A person may have gone on to another tab: the focus must not be taken from there to where no key works.
    """
    widget.call_after_refresh(lambda: focus() if in_sight(widget) else None)
