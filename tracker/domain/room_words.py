"""What a participant is told who has just checked in by phone: a few large words."""

from typing import NamedTuple

from tracker.domain.attendance import Status
from tracker.domain.progress import REASONS
from tracker.domain.scans import Outcome, Reason


class Answer(NamedTuple):
    """A title, a sentence, and its tone: ok, again, held or no."""

    title: str
    text: str
    tone: str


def answer(outcome: Outcome, reason: Reason | None, status: Status | None) -> Answer:
    """Say what became of a check-in; `status` is how the person stands there now."""
    if outcome is Outcome.REFUSED:
        return Answer("Not taken", REASONS[reason] if reason else "", "no")
    if outcome is Outcome.HELD:
        return Answer("Saved", REASONS[reason] if reason else "", "held")
    if outcome is Outcome.DUPLICATE:
        return Answer("Already in", "You were checked in before.", "again")
    if status is Status.LATE:
        return Answer("You are in", "You came late; the segment still counts.", "ok")
    if status is Status.PARTIAL:
        sentence = "You came too late for it to count. Speak to the coordinator."
        return Answer("You are in", sentence, "held")
    return Answer("You are in", "You are on time.", "ok")
