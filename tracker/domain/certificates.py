"""The gate: what still stands between a person and the certificate; serials.

One function, asked by page, command, worker and issue (product.md "Certifying").
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain import base32

SERIAL_PREFIX = "MC1"
STATEMENT_PREFIX = "MS1"
SERIAL_SYMBOLS = 15


class Gap(StrEnum):
    """One thing that is still missing, in the order in which to close them."""

    NOT_A_PARTICIPANT = "not_a_participant"
    ATTENDANCE = "attendance"
    HELD_SCAN = "held_scan"
    CONTEST = "contest"
    PREREQUISITE = "prerequisite"
    EVALUATION = "evaluation"
    NAME = "name"
    HEADCOUNT = "headcount"
    NOT_ENDED = "not_ended"


@dataclass(frozen=True)
class GateFacts:
    """What the gate asks about one enrollment, all of it read in one transaction."""

    is_participant: bool
    is_full: bool
    has_receipt: bool
    has_ended: bool
    held_scan_count: int = 0
    open_contest_count: int = 0
    unsettled_headcount_count: int = 0
    has_name: bool = True
    has_prerequisite: bool = True


def certificate_gaps(facts: GateFacts) -> tuple[Gap, ...]:
    """Say what still stands between a participant and the certificate.

    A certificate takes full attendance and a submitted evaluation, the last
    required segment ended as delivered, no held scan and no open contest; of whoever
    was enrolled at the door, the prerequisite on record; where the policy says so, also
    headcounts that agree or are explained, and a name that the participant has
    confirmed. The answer is the list of gaps and not a yes or no, because the
    participant's page turns each into a sentence that helps; issuing and showing ask
    the same function.

    Returns:
        The gaps in the order to close them; empty means it may be issued.
    """
    asked = {
        Gap.NOT_A_PARTICIPANT: not facts.is_participant,
        Gap.ATTENDANCE: not facts.is_full,
        Gap.HELD_SCAN: facts.held_scan_count > 0,
        Gap.CONTEST: facts.open_contest_count > 0,
        Gap.PREREQUISITE: not facts.has_prerequisite,
        Gap.EVALUATION: not facts.has_receipt,
        Gap.NAME: not facts.has_name,
        Gap.HEADCOUNT: facts.unsettled_headcount_count > 0,
        Gap.NOT_ENDED: not facts.has_ended,
    }
    return tuple(gap for gap, is_open in asked.items() if is_open)


def new_serial(prefix: str = SERIAL_PREFIX) -> str:
    """Make a serial: 75 random bits and a check symbol, in groups of four."""
    payload = "".join(secrets.choice(base32.ALPHABET) for _ in range(SERIAL_SYMBOLS))
    return _grouped(payload + base32.check_symbol(payload), prefix)


def normalise_serial(text: str) -> str | None:
    """Return a typed serial as it is stored; None where it cannot be one."""
    tidied = base32.tidy(text).removeprefix(SERIAL_PREFIX)
    if len(tidied) != SERIAL_SYMBOLS + 1 or not base32.is_checked(tidied):
        return None
    return _grouped(tidied, SERIAL_PREFIX)


def normalise_statement_serial(text: str) -> str | None:
    """Return a credit statement's typed serial as it is stored; None for any other.

    Its prefix must be there: a serial without one is a certificate's.
    """
    tidied = base32.tidy(text)
    if not tidied.startswith(STATEMENT_PREFIX):
        return None
    body = tidied.removeprefix(STATEMENT_PREFIX)
    if len(body) != SERIAL_SYMBOLS + 1 or not base32.is_checked(body):
        return None
    return _grouped(body, STATEMENT_PREFIX)


def _grouped(body: str, prefix: str) -> str:
    groups = [body[start : start + 4] for start in range(0, len(body), 4)]
    return "-".join([prefix, *groups])
