"""What the Runs tab shows before there is any run."""

from textual.content import Content

from tui.widgets.key_card import key_card

__all__ = ["first_run"]

PURPOSE = (
    "Every training is saved here with its plan, curves and weights, however it ends. Then you can compare runs in "
    "one chart and side by side, inspect what they learned, resume them where they stopped, and export them as a "
    "report, a notebook or a Keras model."
)


def first_run() -> Content:
    """What to do before there is any run, and what runs are good for."""
    card = key_card("No runs yet", [("t", "train the network of the Build tab")])
    return Content("\n\n").join([card, Content.styled(PURPOSE, "$foreground-muted")])
