"""Participants and instructors sign in with a code sent by e-mail.

It is typed in the browser that asked for it. An instructor's code opens the own
segments only (`services/instructing.py`).

A known and an unknown address cost the same work and get the same answer: a row
is written either way, and a message that goes to nobody where there is nobody.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from tracker import keys
from tracker.db import db, insert_into
from tracker.domain.mails import Kind
from tracker.domain.names import normalise_address
from tracker.errors import GoneError
from tracker.keys import token_hash
from tracker.models import Enrollment, Person, SignInCode, User
from tracker.services import instructing, messages, outbox, people, sessions

CODE_MINUTES = 30
TRIES = 5
# Twenty letters, none of them a vowel (no words) or like a digit: 34 bits in
# eight, typed without changing the phone's keyboard.
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH = 8
# A double tap, or a second try after an answer that got lost.
REPEAT = timedelta(minutes=1)


class As(StrEnum):
    """As whom somebody signs in."""

    PARTICIPANT = "participant"
    INSTRUCTOR = "instructor"


@dataclass(frozen=True)
class Try:
    """What came of typing a code: who signs in, or how many tries are left.

    Where both `person` and `user` are given, the code is right and still to be
    used: its owner has to say as whom.
    """

    person: Person | None
    tries_left: int
    user: User | None = None


def request_code(email: str, form_id: str, *, now: datetime) -> str:
    """Send a code to an address that may sign in; return the browser's secret.

    The browser keeps the secret in a cookie: only where both meet, the code
    signs in. Somebody may sign in who is enrolled in an offering, or who teaches
    about now. The mail goes to the address on record, not to the one typed, which
    may only look like it.
    The same form sent again within a minute, by its random `form_id`, gets the
    same secret and no second mail; later, a new code in place of the old one.
    """
    person = _find_recipient(email)
    teacher = instructing.find_teacher(email, now=now)
    owners = {
        "person_id": person.id if person else None,
        "user_id": teacher.id if teacher else None,
    }
    browser = _browser_secret(email, form_id)
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    if _store(browser, code, owners, now=now):
        letter = messages.sign_in_code(code, CODE_MINUTES)
        known = person or teacher
        recipient = known.email if known else None
        outbox.queue_mail(Kind.SIGN_IN_CODE, recipient, letter, now=now)
    return browser


def _browser_secret(email: str, form_id: str) -> str:
    parts = (normalise_address(email), form_id or secrets.token_hex(32))
    return "mbro_" + keys.ring().digest("code browser", "\0".join(parts)).hex()


def _store(
    browser: str, code: str, owners: dict[str, int | None], *, now: datetime
) -> bool:
    """Store a code, in one statement; False where it repeats a moment later."""
    expires_at = now + timedelta(minutes=CODE_MINUTES)
    values = {
        "code_hash": _digest(browser, code),
        **owners,
        "expires_at": expires_at,
        "try_count": 0,
        "used_at": None,
    }
    is_old = SignInCode.expires_at <= expires_at - REPEAT
    stored = insert_into(SignInCode).values(browser_hash=token_hash(browser), **values)
    stored = stored.on_conflict_do_update(
        index_elements=["browser_hash"],
        set_=values,
        where=is_old | SignInCode.used_at.is_not(None),
    )
    return db.session.scalar(stored.returning(SignInCode.id)) is not None


def _find_recipient(email: str) -> sa.Row[int, str] | None:
    is_enrolled = sa.exists().where(
        Enrollment.person_id == Person.id, Enrollment.withdrawn_at.is_(None)
    )
    return db.session.execute(
        sa.select(Person.id, Person.email).where(
            Person.email_digest == people.email_digest(email), is_enrolled
        )
    ).one_or_none()


def _digest(browser: str, code: str, form_id: str = "") -> bytes:
    """Keep a code so that the database alone does not give it away.

    Its 34 bits could be searched through behind a plain hash.
    """
    return keys.ring().digest("sign-in code", "\0".join((browser, code, form_id)))


def try_code(
    browser: str, typed: str, form_id: str, *, now: datetime, wanted: As | None = None
) -> Try:
    """Use up the code that waits for a browser, or count a wrong try.

    The caller commits in either case. `form_id` is the form's own random id:
    the same form sent again within a minute is answered again, while the code
    in another form is used up. A code of somebody who both takes part and teaches
    is used up only once `wanted` says which it is to be.

    Raises:
        GoneError: no code waits here: used, expired, five wrong tries, or
            asked for in another browser.
    """
    code = typed.upper().replace(" ", "").replace("-", "")
    row = _count_try(browser, now=now)
    if row is None:
        return _owners(_repeated(browser, code, form_id, now=now), wanted)
    is_right = hmac.compare_digest(row.code_hash, _digest(browser, code))
    if not is_right or (row.person_id is None and row.user_id is None):
        return Try(None, TRIES - row.try_count)
    found = _owners(row, wanted)
    if found.person is None or found.user is None:
        row.used_at = now
        row.code_hash = _digest(browser, code, form_id)
    return found


def _owners(row: SignInCode, wanted: As | None) -> Try:
    """Return whom a code signs in; both where there are two and none is chosen."""
    person = db.session.get_one(Person, row.person_id) if row.person_id else None
    user = db.session.get_one(User, row.user_id) if row.user_id else None
    if person and user and wanted:
        is_participant = wanted is As.PARTICIPANT
        return Try(person, 0) if is_participant else Try(None, 0, user)
    return Try(person, 0, user)


def _count_try(browser: str, *, now: datetime) -> SignInCode | None:
    """Count before comparing, in one statement: two tries at once are two."""
    return db.session.scalar(
        sa.update(SignInCode)
        .where(
            SignInCode.browser_hash == token_hash(browser),
            SignInCode.expires_at > now,
            SignInCode.used_at.is_(None),
            SignInCode.try_count < TRIES,
        )
        .values(try_count=SignInCode.try_count + 1)
        .returning(SignInCode)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def _repeated(browser: str, code: str, form_id: str, *, now: datetime) -> SignInCode:
    """Return the code with which this very form has signed in a moment ago."""
    row = db.session.scalar(
        sa.select(SignInCode).where(
            SignInCode.browser_hash == token_hash(browser),
            SignInCode.used_at > now - REPEAT,
        )
    )
    wanted = _digest(browser, code, form_id)
    is_same = form_id and row and hmac.compare_digest(row.code_hash, wanted)
    if not row or not is_same:
        raise GoneError("This code no longer works here. Ask for a new one.")
    return row


def begin_session(owner: Person | User, *, now: datetime) -> str:
    """Begin a session: a participant's outlasts the last offering by two days."""
    if isinstance(owner, User):
        return sessions.begin_session(owner, now=now, is_by_code=True)
    ends_on = people.last_offering_end(owner)
    return sessions.begin_session(owner, now=now, ends_on=ends_on)
