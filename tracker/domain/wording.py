"""What staff are told of scans, corrections and certificates, in plain words."""

import re
from collections.abc import Iterable

from tracker.domain.attendance import CorrectionKind, Standing
from tracker.domain.certificates import Gap
from tracker.domain.progress import named
from tracker.domain.scans import Direction, Outcome, Reason

REASONS = {
    Reason.NOT_A_PASS: "the code was not a pass",
    Reason.UNKNOWN_PASS: "the pass was not known here",
    Reason.REVOKED_PASS: "the pass had been replaced",
    Reason.TOO_EARLY: "check-in had not opened",
    Reason.CLOSED: "check-in had closed",
    Reason.MALFORMED: "the scanner sent something unreadable",
    Reason.ID_CONFLICT: "the scanner used one id for two scans",
    Reason.CLOCK_UNSURE: "the scanner's clock was not certain",
    Reason.SEGMENT_CHANGED: "the segment had been moved or cancelled",
    Reason.SEGMENT_UNCLEAR: "two segments were open at once",
    Reason.SHARED_DEVICE: "the phone had served somebody else",
    Reason.NOT_ENROLLED_NOW: "the seat had been given back",
    Reason.NOT_IN_ROSTER: "noted by name at the door, without a pass",
    Reason.DEVICE_REVOKED: "the scanner had been taken out of use",
}
CORRECTIONS = {
    CorrectionKind.CHECK_IN: "Checked in by hand",
    CorrectionKind.CHECK_OUT: "Checked out by hand",
    CorrectionKind.VOID: "Taken out of account",
    CorrectionKind.EXCUSE: "Excused",
    CorrectionKind.MAKE_UP: "Made up",
    CorrectionKind.TAUGHT: "Taught this segment",
}
TAKEN_BACK = "Taken back at the door"
# By what a participant's own phone checked in.
ROOM_CODE, SPOKEN_CODE = "Room code", "Spoken code"
GAPS = {
    Gap.NOT_A_PARTICIPANT: "not a participant",
    Gap.HELD_SCAN: "a held scan waits for a decision",
    Gap.CONTEST: "a contest waits for its answer",
    Gap.PREREQUISITE: "the prerequisite is not on record",
    Gap.EVALUATION: "the evaluation has not been sent",
    Gap.NAME: "the printed name has not been confirmed",
    Gap.HEADCOUNT: "headcounts are missing, or differ without an explanation",
    Gap.NOT_ENDED: "the offering has not ended",
}

# What a mail server's refusal means, by its code (RFC 5321, 4.2.3).
NO_SUCH_ADDRESS = frozenset({"550", "551", "553"})
MAILBOX_FULL = "552"


def failure_words(reason: str) -> str:
    """Say why a mail was given up, by the kind of error that the outbox has kept."""
    found = re.fullmatch(r"refused with (\d{3})", reason)
    if found is None:
        return "Our mail server could not be reached for too long."
    code = found[1]
    if code in NO_SUCH_ADDRESS:
        return f"The receiving side takes no mail for this address ({code}). Check it."
    if code == MAILBOX_FULL:
        return f"The mailbox is full, or the mail too large ({code})."
    if code.startswith("4"):
        return f"The receiving side asked us to wait, for too long ({code})."
    return f"The receiving side refused this mail ({code})."


def scan_words(direction: Direction, outcome: Outcome, reason: Reason | None) -> str:
    """Say what became of a scan, and why where it does not count."""
    if reason is not None:
        kept = "Held" if outcome is Outcome.HELD else "Refused"
        what = " check-out" if direction is Direction.OUT else ""
        return f"{kept}{what}: {REASONS[reason]}"
    if direction is Direction.OUT:
        return "Scanned out"
    return "Scanned in" if outcome is Outcome.ACCEPTED else "Scanned in again"


def gap_words(gaps: Iterable[Gap], standing: Standing) -> tuple[str, ...]:
    """Say what stands between somebody and the certificate; empty means nothing."""
    found = []
    for gap in gaps:
        if gap is not Gap.ATTENDANCE:
            found.append(GAPS[gap])
        elif standing.required_count == 0:
            found.append("no segment is required yet")
        else:
            found.append(f"{named(standing.missing)} not complete")
    return tuple(found)
