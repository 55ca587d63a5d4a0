"""What those who are due for a reminder are told."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker.db import db
from tracker.domain import make_ups
from tracker.domain.certificates import Gap
from tracker.domain.mails import Kind
from tracker.models import Application, Enrollment, Offering
from tracker.services import gates, messages, schedules

WAITS_FOR_US = frozenset({Gap.HELD_SCAN, Gap.CONTEST})


def _write_drafts(_offering: Offering, ids: list[int], now: datetime) -> None:
    wanted = sa.select(Application).where(Application.id.in_(ids))
    rows = db.session.scalars(
        wanted.options(joinedload(Application.person)).order_by(Application.id)
    )
    for each in rows:
        messages.queue_application_incomplete(each, now=now)


def _read(ids: list[int]) -> list[Enrollment]:
    wanted = sa.select(Enrollment).where(Enrollment.id.in_(ids))
    options = joinedload(Enrollment.person)
    return list(db.session.scalars(wanted.options(options).order_by(Enrollment.id)))


def _write_eves(_offering: Offering, ids: list[int], now: datetime) -> None:
    for each in _read(ids):
        messages.queue_day_before(each, now=now)


def _write_openings(_offering: Offering, ids: list[int], now: datetime) -> None:
    """Tell everybody: leaving out who has answered would say who has."""
    for each in _read(ids):
        messages.queue_evaluation_open(each, now=now)


def _write_missed(offering: Offering, ids: list[int], now: datetime) -> None:
    """Tell who still misses a segment that can be made up for.

    Not whoever waits for our own decision: a held scan or a contest.
    """
    people, schedule = _read(ids), schedules.schedule_of(offering)
    today = schedule.local_day(now)
    last_days = {
        each.number: make_ups.last_day(schedule, each) for each in schedule.required
    }
    reports = gates.gates_of(people, schedule, now=now)
    for each in people:
        report = reports[each.id]
        missing = [n for n in report.standing.missing if last_days[n] >= today]
        if missing and not WAITS_FOR_US & set(report.gaps):
            by = min(last_days[n] for n in missing)
            messages.queue_missed_segment(each, missing, by, now=now)


WRITE: dict[Kind, Callable[[Offering, list[int], datetime], None]] = {
    Kind.APPLICATION_INCOMPLETE: _write_drafts,
    Kind.DAY_BEFORE: _write_eves,
    Kind.EVALUATION_OPEN: _write_openings,
    Kind.MISSED_SEGMENT: _write_missed,
}
