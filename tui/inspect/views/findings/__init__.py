"""What is wrong, and how to fix it."""

from tui.inspect.entry import Entry

__all__ = ["VIEW"]

VIEW = Entry(
    7,
    "f",
    "Findings",
    "What is wrong with network or training, and how to fix it",
    "tui.inspect.views.findings.view:FindingsView",
    needs_network=False,
)
