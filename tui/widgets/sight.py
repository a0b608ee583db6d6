"""Whether a widget is visible to the user."""

from collections.abc import Callable

from textual.widget import Widget

from tui.key_order import HoldsKeys

__all__ = ["focus_later", "in_sight"]


def in_sight(widget: Widget) -> bool:
    """Whether ``widget`` is displayed on a visible screen, even behind a dialog.

    Textual's `Show` and `Hide` events come late, and in no reliable order around dialogs.
    """
    return (
        widget.is_attached
        and widget.screen.is_current
        and all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
    )


def focus_later(widget: Widget, focus: Callable[[], object]) -> None:
    """Call ``focus`` after the next layout, if ``widget`` is visible then; keys wait until it has the focus.

    The user may have switched to another tab: it must not lose the focus to a hidden widget.
    """
    app = widget.app
    release = app.key_order.hold() if isinstance(app, HoldsKeys) else None

    def focus_now() -> None:
        if in_sight(widget):
            focus()
        if release:
            app.call_later(release)  # behind the change of the focus itself

    widget.call_after_refresh(focus_now)
