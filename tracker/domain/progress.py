"""What a participant is told: what is still missing, what became of a scan.

Plain words for what the gate and the scan path say in codes. Segments are named
by number only: these sentences stand on the pass, which others see, and no topic
belongs there (product.md).
"""

from collections.abc import Iterable, Sequence

from tracker.domain.attendance import Standing, Status
from tracker.domain.certificates import Gap
from tracker.domain.scans import Direction, Outcome, Reason

HELD = "A coordinator decides whether it counts."
REASONS = {
    Reason.NOT_A_PASS: "The code was not a pass.",
    Reason.UNKNOWN_PASS: "The pass was not known there.",
    Reason.REVOKED_PASS: "This pass was replaced. Use your newest one.",
    Reason.TOO_EARLY: "Check-in had not opened yet.",
    Reason.CLOSED: "Check-in had closed.",
    Reason.MALFORMED: "The scanner sent something that could not be read.",
    Reason.ID_CONFLICT: "The scanner sent it twice, with different contents.",
    Reason.CLOCK_UNSURE: f"The scanner's clock was not certain. {HELD}",
    Reason.SEGMENT_CHANGED: f"The segment had been moved. {HELD}",
    Reason.SEGMENT_UNCLEAR: f"Two segments were open. {HELD}",
    Reason.SHARED_DEVICE: f"The phone had already served somebody else. {HELD}",
    Reason.NOT_ENROLLED_NOW: f"You were not enrolled at that moment. {HELD}",
    Reason.NOT_IN_ROSTER: f"It was noted by name at the door. {HELD}",
    Reason.DEVICE_REVOKED: f"The scanner had been taken out of use. {HELD}",
}


def scan_title(
    direction: Direction,
    outcome: Outcome,
    *,
    is_void: bool = False,
    is_taken_back: bool = False,
) -> str:
    """Say in a few words what became of a scan; `is_taken_back` tells who voided it."""
    if is_taken_back:
        return "Taken back at the door"
    if is_void:
        return "Taken out by staff"
    if outcome is Outcome.REFUSED:
        return "Not taken"
    if outcome is Outcome.HELD:
        return "Kept for a decision"
    if direction is Direction.OUT:
        return "Checked out"
    return "Checked in" if outcome is Outcome.ACCEPTED else "Checked in again"


def headline(gaps: Sequence[Gap], standing: Standing) -> str:
    """Say in one line how far somebody is from the certificate."""
    if Gap.NOT_A_PARTICIPANT in gaps:
        return "This pass checks you in"
    if Gap.ATTENDANCE in gaps:
        return _attendance_headline(standing)
    for gap, words in HEADLINES.items():
        if gap in gaps:
            return words
    return "All done" if gaps else "Your certificate is due"


HEADLINES = {
    Gap.HELD_SCAN: "One scan is being checked",
    Gap.CONTEST: "Your objection is being looked at",
    Gap.PREREQUISITE: "The course that comes first is missing",
    Gap.EVALUATION: "Only the evaluation is missing",
    Gap.NAME: "Only your printed name is missing",
}


def _attendance_headline(standing: Standing) -> str:
    if standing.required_count == 0:
        return "The programme is being prepared"
    if standing.lost:
        return f"{len(standing.lost)} to make up for your certificate"
    return f"{len(standing.missing)} more for your certificate"


def missing_sentences(gaps: Iterable[Gap], standing: Standing) -> tuple[str, ...]:
    """Say what is still missing, a sentence for each, in the order to close them.

    Empty means that the certificate may be issued.
    """
    gaps = tuple(gaps)
    if Gap.NOT_A_PARTICIPANT in gaps:
        return ("This pass is not a participant's; no certificate comes with it.",)
    found: list[str] = []
    for gap in gaps:
        if gap is Gap.ATTENDANCE:
            found += _attendance_sentences(standing)
        else:
            found.append(SENTENCES[gap])
    return tuple(found)


SENTENCES = {
    Gap.HELD_SCAN: "A scan of yours waits for the coordinator's decision.",
    Gap.CONTEST: "What you contested waits for the coordinator's answer.",
    Gap.PREREQUISITE: "The course that comes first is not on record for you.",
    Gap.EVALUATION: "Your evaluation has not been sent.",
    Gap.NAME: "You have not confirmed the name to be printed.",
    Gap.HEADCOUNT: "The coordinator still holds headcounts against the check-ins.",
    Gap.NOT_ENDED: "The training has not ended yet.",
}
LOST = {
    Status.ABSENT: "You missed {}.",
    Status.PARTIAL: "You were in {} for a part only, which does not count.",
    Status.EXCUSED: "You are excused from {}, which still has to be made up.",
}


def _attendance_sentences(standing: Standing) -> list[str]:
    found = []
    for status, sentence in LOST.items():
        numbers = [n for n in standing.lost if standing.statuses[n] is status]
        if numbers:
            found.append(sentence.format(named(numbers)))
    if found:
        found.append("Ask the coordinator how to make it up.")
    to_come = len(standing.missing) - len(standing.lost)
    if to_come:
        verb = "is" if to_come == 1 else "are"
        found.append(f"{to_come} of {standing.required_count} {verb} still to come.")
    return found


def named(numbers: Sequence[int]) -> str:
    """Name segments by number: segment 3; segments 3, 5 and 7."""
    if len(numbers) == 1:
        return f"segment {numbers[0]}"
    *others, last = map(str, numbers)
    return f"segments {', '.join(others)} and {last}"
