"""Mail that time causes: who is due for which, each person once per occasion.

A row in `reminders` is claimed in the transaction that writes the mail. Two workers
that find the same people cannot both claim them, and what a killed worker had not
committed is found again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db, insert_into
from tracker.domain import reminding
from tracker.domain.admissions import Status
from tracker.domain.mails import Kind
from tracker.errors import NotFoundError
from tracker.models import Application, Enrollment, Offering, Reminder
from tracker.models.enrollment import EnrollmentKind
from tracker.services import (
    evaluation_times,
    evaluations,
    messages,
    reminder_mails,
    schedules,
)

BATCH = 100
"""People in one transaction, a second or two; then others may write."""

LONGEST_EVALUATION = timedelta(days=60)


@dataclass(frozen=True)
class Due:
    """An offering in which people are due for a kind of mail."""

    kind: Kind
    offering_id: int


def find_due(*, now: datetime) -> list[Due]:
    """Return where somebody is due for a reminder; reads only.

    One query for each kind, and some for each offering whose evaluation may be open.
    """
    found = []
    for kind, is_time in IS_TIME.items():
        offerings = db.session.scalars(_offerings_with_people(kind, now)).all()
        found += [
            Due(kind, each.id)
            for each in offerings
            if messages.is_on(kind, each) and is_time(each, now)
        ]
    return found


def send(due: Due, *, now: datetime) -> int:
    """Deal with some of those who are due, and return with how many: 0 is all done."""
    offering = db.session.get_one(
        Offering, due.offering_id, options=[joinedload(Offering.course)]
    )
    waiting = db.session.scalars(_people(due.kind, offering, now).limit(BATCH)).all()
    claimed = _claim(due.kind, list(waiting))
    if claimed:
        reminder_mails.WRITE[due.kind](offering, claimed, now)
    return len(claimed)


def _claim(kind: Kind, ids: list[int]) -> list[int]:
    """Write down that these are dealt with; return those that nobody else has."""
    if not ids:
        return []
    column = _column(kind)
    rows = [{"kind": kind.value, column.key: each} for each in ids]
    claimed = insert_into(Reminder).values(rows).on_conflict_do_nothing()
    return sorted(db.session.scalars(claimed.returning(column)))


def _column(kind: Kind) -> sa.orm.InstrumentedAttribute[int | None]:
    is_of_draft = kind is Kind.APPLICATION_INCOMPLETE
    return Reminder.application_id if is_of_draft else Reminder.enrollment_id


# Who is due.


def _people(kind: Kind, offering: Offering, now: datetime) -> sa.Select[int]:
    """Return the statement that finds who in an offering has not been dealt with."""
    if kind is Kind.APPLICATION_INCOMPLETE:
        drafts = _drafts(now).where(Application.offering_id == offering.id)
        return drafts.with_only_columns(Application.id).order_by(Application.id)
    people = _enrolled(kind).where(Enrollment.offering_id == offering.id)
    if kind is Kind.DAY_BEFORE:  # who came later has just had the pass
        begins_at = _eve_of(offering).begins_at
        people = people.where(Enrollment.created_at < begins_at)
    return people.with_only_columns(Enrollment.id).order_by(Enrollment.id)


def _drafts(now: datetime) -> sa.Select[int]:
    """Return who began an application, or was named by a lead, and let it lie."""
    done = sa.select(Reminder.id).where(
        Reminder.kind == Kind.APPLICATION_INCOMPLETE,
        Reminder.application_id == Application.id,
    )
    return sa.select(Application.id).where(
        Application.status == Status.DRAFT,
        Application.ended_at.is_(None),
        Application.started_at <= now - reminding.DRAFT_AGE,
        sa.or_(
            Application.email_verified_at.is_not(None),
            Application.lead_id.is_not(None),
        ),
        ~done.exists(),
    )


def _enrolled(kind: Kind) -> sa.Select[int]:
    done = sa.select(Reminder.id).where(
        Reminder.kind == kind, Reminder.enrollment_id == Enrollment.id
    )
    rows = sa.select(Enrollment.id).where(
        Enrollment.withdrawn_at.is_(None), ~done.exists()
    )
    if kind is Kind.DAY_BEFORE:  # observers and guests travel, too
        return rows
    return rows.where(Enrollment.kind == EnrollmentKind.PARTICIPANT)


def _offerings_with_people(kind: Kind, now: datetime) -> sa.Select[Offering]:
    """Return the statement for the offerings of about now with somebody left."""
    if kind is Kind.APPLICATION_INCOMPLETE:
        people = _drafts(now).where(Application.offering_id == Offering.id)
    else:
        people = _enrolled(kind).where(Enrollment.offering_id == Offering.id)
    return sa.select(Offering).where(
        Offering.cancelled_at.is_(None), *_about_now(kind, now), people.exists()
    )


def _about_now(kind: Kind, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Leave out what cannot be due on this day, anywhere on earth."""
    today, day = now.date(), timedelta(days=1)
    if kind is Kind.APPLICATION_INCOMPLETE:
        closes_at = Offering.applications_close_at
        return (
            Offering.published_at <= now,
            Offering.applications_closed_at.is_(None),
            sa.or_(closes_at.is_(None), closes_at > now),
            Offering.starts_on > today,
        )
    if kind is Kind.DAY_BEFORE:
        return (Offering.starts_on.between(today, today + 2 * day),)
    if kind is Kind.EVALUATION_OPEN:
        return (Offering.ends_on >= today - LONGEST_EVALUATION,)
    days = reminding.MISSED_AFTER_DAYS + reminding.MISSED_FOR_DAYS + 1
    return (Offering.ends_on.between(today - days * day, today),)


# Whether it is time.


def _eve_of(offering: Offering) -> reminding.Span:
    return reminding.day_before(offering.starts_on, ZoneInfo(offering.timezone))


def _is_calm(offering: Offering, now: datetime) -> bool:
    return reminding.is_calm(now, ZoneInfo(offering.timezone))


def _is_eve(offering: Offering, now: datetime) -> bool:
    return _eve_of(offering).holds(now)


def _has_let_it_lie(offering: Offering, now: datetime) -> bool:
    span = reminding.missed_segment(offering.ends_on, ZoneInfo(offering.timezone))
    return span.holds(now) and _is_calm(offering, now)


def _takes_answers(offering: Offering, now: datetime) -> bool:
    schedule = schedules.schedule_of(offering)
    times = evaluation_times.times_of(offering, schedule)
    if times is None or not times.is_open(now):
        return False
    try:
        evaluations.form_of(offering)
    except NotFoundError:
        return False
    return True


IS_TIME: dict[Kind, Callable[[Offering, datetime], bool]] = {
    Kind.APPLICATION_INCOMPLETE: _is_calm,
    Kind.DAY_BEFORE: _is_eve,
    Kind.EVALUATION_OPEN: _takes_answers,
    Kind.MISSED_SEGMENT: _has_let_it_lie,
}
