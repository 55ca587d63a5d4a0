"""Whoever wants to apply proves an e-mail address, known to us or not, by a code.

Anybody may ask, so a code goes to whatever address is typed, and known and unknown
addresses cost the same work. Until the code is typed no row names an address that
nobody has yet: the browser that typed it keeps it, sealed, in the ticket that binds
the code. The person is made when the right code is typed (docs/decisions/0032).
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from tracker import keys
from tracker.db import db, insert_into
from tracker.domain.mails import Kind
from tracker.domain.names import normalise_address
from tracker.errors import GoneError
from tracker.keys import WrongKeyError
from tracker.models import Person
from tracker.services import codes, messages, outbox, people

PLACE = "apply ticket"


@dataclass(frozen=True)
class Ticket:
    """What the browser of somebody who asked for a code keeps."""

    browser: str
    email: str

    @property
    def use(self) -> str:
        """What the code is for: to apply, with this address and no other."""
        return f"apply {normalise_address(self.email)}"


@dataclass(frozen=True)
class Proved:
    """What came of typing a code: whose the address is, or how many tries are left."""

    person: Person | None
    tries_left: int


def request_code(email: str, form_id: str, *, now: datetime) -> str:
    """Send a code to an address; return the ticket that the browser keeps.

    Where the address is on record, the mail goes to it as recorded, not as typed,
    which may only look like it. The same form sent again within a minute sends
    no second mail.
    """
    known = people.find_person_by_email(email)
    use = Ticket("", email).use
    browser, code = codes.browser_secret(use, email, form_id), codes.new_code()
    if codes.store(browser, codes.digest(use, browser, code), {}, now=now):
        letter = messages.sign_in_code(code, codes.CODE_MINUTES)
        recipient = known.email if known else email
        outbox.queue_mail(Kind.SIGN_IN_CODE, recipient, letter, now=now)
    return _seal(Ticket(browser, email))


def _seal(ticket: Ticket) -> str:
    sealed = keys.ring().seal(PLACE, f"{ticket.browser}\0{ticket.email}".encode())
    return base64.urlsafe_b64encode(sealed).decode()


def _open(text: str) -> Ticket:
    try:
        sealed = base64.urlsafe_b64decode(text.encode())
        browser, _, email = keys.ring().open(PLACE, sealed).decode().partition("\0")
    except (binascii.Error, UnicodeError, WrongKeyError) as error:
        raise GoneError("This code no longer works here.") from error
    return Ticket(browser, email)


def try_code(ticket: str, typed: str, form_id: str, *, now: datetime) -> Proved:
    """Use up the code that waits for a browser, or count a wrong try.

    The caller commits in either case. The same form sent again within a minute is
    answered again.

    Raises:
        GoneError: no code waits here: used, expired, five wrong tries, or asked
            for in another browser.
    """
    known = _open(ticket)
    code = codes.typed_code(typed)
    used = codes.digest(known.use, known.browser, code, form_id)
    row = codes.count_try(known.browser, now=now)
    if row is None:
        codes.repeated(known.browser, used, form_id, now=now)
        return Proved(find_or_make_person(known.email, now=now), 0)
    if not codes.is_right(row, codes.digest(known.use, known.browser, code)):
        return Proved(None, codes.TRIES - row.try_count)
    codes.use_up(row, used, now=now)
    return Proved(find_or_make_person(known.email, now=now), 0)


def find_or_make_person(email: str, *, now: datetime) -> Person:
    """Return who has an address; two at once get the same row.

    A new person has no name yet: they say it in what they send.
    """
    if found := people.find_person_by_email(email):
        return found
    made = insert_into(Person).values(
        email_digest=people.email_digest(email), email=email, name="", created_at=now
    )
    db.session.execute(made.on_conflict_do_nothing(index_elements=["email_digest"]))
    return people.get_person_by_email(email)
