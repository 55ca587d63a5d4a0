"""Participants and instructors sign in with a code sent by e-mail.

It is typed in the browser that asked for it. An instructor's code opens the own
segments only (`services/instructing.py`).

A known and an unknown address cost the same work and get the same answer: a row
is written either way, and a message that goes to nobody where there is nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.mails import Kind
from tracker.models import Application, Enrollment, Person, SignInCode, User
from tracker.services import codes, instructing, messages, outbox, people, sessions

USE = "sign in"


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
    signs in. Somebody may sign in who is enrolled in an offering, who has applied
    for one or was named by a lead, or who teaches about now. The mail goes to the
    address on record, not to the one typed, which may only look like it.
    The same form sent again within a minute, by its random `form_id`, gets the
    same secret and no second mail; later, a new code in place of the old one.
    """
    person = _find_recipient(email)
    teacher = instructing.find_teacher(email, now=now)
    owners = {
        "person_id": person.id if person else None,
        "user_id": teacher.id if teacher else None,
    }
    browser, code = codes.browser_secret(USE, email, form_id), codes.new_code()
    if codes.store(browser, codes.digest(USE, browser, code), owners, now=now):
        letter = messages.sign_in_code(code, codes.CODE_MINUTES)
        known = person or teacher
        recipient = known.email if known else None
        outbox.queue_mail(Kind.SIGN_IN_CODE, recipient, letter, now=now)
    return browser


def _find_recipient(email: str) -> sa.Row[int, str] | None:
    is_enrolled = sa.exists().where(
        Enrollment.person_id == Person.id, Enrollment.withdrawn_at.is_(None)
    )
    has_applied = sa.exists().where(Application.person_id == Person.id)
    return db.session.execute(
        sa.select(Person.id, Person.email).where(
            Person.email_digest == people.email_digest(email), is_enrolled | has_applied
        )
    ).one_or_none()


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
    code = codes.typed_code(typed)
    used = codes.digest(USE, browser, code, form_id)
    row = codes.count_try(browser, now=now)
    if row is None:
        return _owners(codes.repeated(browser, used, form_id, now=now), wanted)
    is_right = codes.is_right(row, codes.digest(USE, browser, code))
    if not is_right or (row.person_id is None and row.user_id is None):
        return Try(None, codes.TRIES - row.try_count)
    found = _owners(row, wanted)
    if found.person is None or found.user is None:
        codes.use_up(row, used, now=now)
    return found


def _owners(row: SignInCode, wanted: As | None) -> Try:
    """Return whom a code signs in; both where there are two and none is chosen."""
    person = db.session.get_one(Person, row.person_id) if row.person_id else None
    user = db.session.get_one(User, row.user_id) if row.user_id else None
    if person and user and wanted:
        is_participant = wanted is As.PARTICIPANT
        return Try(person, 0) if is_participant else Try(None, 0, user)
    return Try(person, 0, user)


def begin_session(owner: Person | User, *, now: datetime) -> str:
    """Begin a session: a participant's outlasts the last offering by two days."""
    if isinstance(owner, User):
        return sessions.begin_session(owner, now=now, is_by_code=True)
    ends_on = people.last_offering_end(owner)
    return sessions.begin_session(owner, now=now, ends_on=ends_on)
