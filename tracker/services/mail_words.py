"""A course's own words for its mails: kept, tried out, and taken back."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain import mail_words
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import (
    KINDS,
    PLACEHOLDERS,
    About,
    Kind,
    Placeholder,
    placeholders_of,
)
from tracker.errors import InvalidError, NotFoundError
from tracker.models import Course, Instructor, Offering, User
from tracker.services import audit, letters, limits, messages, outbox
from tracker.services.audit import Actor

TEST = "test"
MINUTE = 60.0
TESTS_AT_ONCE = 10


@dataclass(frozen=True)
class KindLine:
    """A kind of mail as the list of an offering shows it."""

    kind: Kind
    about: About
    is_own: bool
    is_on: bool


def list_kinds(offering: Offering) -> list[KindLine]:
    """Return the kinds that a course may say in its own words."""
    own = offering.course.mails or {}
    return [
        KindLine(kind, about, kind in own, messages.is_on(kind, offering))
        for kind, about in KINDS.items()
        if about.is_about_offering
    ]


def get_kind(name: str) -> Kind:
    """Return a kind that a course may say in its own words.

    Raises:
        NotFoundError: there is none of that name.
    """
    if name not in set(Kind) or not KINDS[Kind(name)].is_about_offering:
        raise NotFoundError
    return Kind(name)


def list_placeholders(kind: Kind) -> dict[str, Placeholder]:
    """Return a kind's placeholders as its page explains them."""
    return {f"{{{name}}}": PLACEHOLDERS[name] for name in placeholders_of(kind)}


def check(offering: Offering, kind: Kind, subject: str, text: str) -> dict[str, str]:
    """Return words as they would be kept.

    Raises:
        InvalidError: says beside each field what to mend.
    """
    plain = [letters.standard_words(each)[0] for each in Kind]
    telling = mail_words.telling_words(_told_by(offering.course), plain)
    try:
        return mail_words.read_words(kind, subject, text, telling)
    except ValueError as error:
        problems: dict[str, str] = error.args[0]
        raise InvalidError("These words cannot be kept.", problems) from error


def _told_by(course: Course) -> dict[str, list[str]]:
    """Return what no subject may tell, of the course and all of its offerings.

    A city that an offering's title names as well is said to tell the place: later wins.
    """
    offerings = db.session.scalars(
        sa.select(Offering).where(Offering.course_id == course.id)
    ).all()
    names = db.session.scalars(
        sa.select(Instructor.name).where(
            Instructor.offering_id.in_([each.id for each in offerings])
        )
    )
    return {
        "a name": [*names, *(each.host.get("name", "") for each in offerings)],
        "the topic": [
            course.title,
            course.code,
            *course.topics,
            *(f"{each.title} {each.code}" for each in offerings),
        ],
        "the place": [f"{each.city} {each.venue}" for each in offerings],
    }


def save(
    offering: Offering,
    kind: Kind,
    words: dict[str, str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Keep checked words for all of the course's offerings."""
    own = _hold(offering.course)
    offering.course.mails = {**own, kind.value: words}
    _record("mail.words", kind, offering, actor, now)


def restore(offering: Offering, kind: Kind, *, actor: Actor, now: datetime) -> None:
    """Go back to the standard words; where they hold already, nothing changes."""
    own = _hold(offering.course)
    if own.pop(kind.value, None) is not None:
        offering.course.mails = own
        _record("mail.standard", kind, offering, actor, now)


def _hold(course: Course) -> dict[str, dict[str, str]]:
    """Lock the course and return its words as they are now, to be changed."""
    locked = sa.select(Course).where(Course.id == course.id).with_for_update()
    db.session.execute(locked.execution_options(populate_existing=True))
    return dict(course.mails or {})


def _record(
    action: str, kind: Kind, offering: Offering, actor: Actor, now: datetime
) -> None:
    details = {"course": offering.course.code, "kind": kind.value}
    audit.record(actor, action, details, offering, now=now)


def sample(offering: Offering, kind: Kind, words: dict[str, str]) -> Letter:
    """Return a mail with sample values, as its recipient would see it."""
    samples = {name: PLACEHOLDERS[name].sample for name in placeholders_of(kind)}
    usual = letters.usual_values(offering, PLACEHOLDERS["name"].sample, "/me")
    return letters.fill(words["subject"], words["text"], samples | usual)


def send_sample(
    offering: Offering, letter: Letter, user: User, *, now: datetime
) -> None:
    """Send a sample to the member of staff who asks, and to nobody else."""
    outbox.queue_mail(TEST, user.email, letter, offering_id=offering.id, now=now)


def spend_test(user: User, *, now: datetime) -> None:
    """Take one of the samples that somebody may send; the caller commits.

    Raises:
        TooManyRequestsError: too many within a short time.
    """
    key = ("mail test", str(user.id))
    limits.spend(key, per_seconds=MINUTE, burst=TESTS_AT_ONCE, now=now)
