"""What is said to an answer, the same wherever something is asked."""

from textual.content import Content

from core.learn.prediction import Verdict
from core.sanitize import one_line
from core.typography import typeset, typeset_formula

__all__ = ["said"]

AGAIN = "Try again."
RIGHT, WRONG = "\N{CHECK MARK}", "\N{BALLOT X}"


def said(verdict: Verdict | None, again: str = AGAIN) -> Content:
    """``verdict`` with a sign, not by color alone; ``again`` follows a wrong answer that can be mended."""
    if verdict is None:
        return Content("")
    text = typeset(one_line(verdict.message))
    steps = Content("".join(f"\n{typeset(typeset_formula(one_line(step)))}" for step in verdict.steps))
    if verdict.outcome == "right":
        return Content.styled(f"{RIGHT} {text}", "$text-success") + steps
    if verdict.outcome == "unclear":
        return Content.styled(f"! {text}", "$text-warning")
    if verdict.outcome == "shown":
        return Content.styled(text, "bold") + steps
    if verdict.steps:
        return Content.styled(f"{WRONG} {text}", "bold") + steps
    return Content.styled(f"{WRONG} {text} {again if verdict.outcome == 'wrong' else AGAIN}", "$text-error")
