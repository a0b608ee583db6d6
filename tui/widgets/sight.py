"""Whether a person can see a widget."""

from textual.widget import Widget

__all__ = ["in_sight"]


def in_sight(widget: Widget) -> bool:
    """Whether ``widget`` is displayed on a screen that is on show, if need be behind a dialog.

    Asked of what is so: Textual's `Show` and `Hide` come late, and around dialogs in no order to rely on.
    """
    return (
        widget.is_attached
        and widget.screen.is_current
        and all(node.display for node in widget.ancestors_with_self if isinstance(node, Widget))
    )
