"""The grant report: offerings, people, hours, satisfaction and knowledge of a span."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from tracker.db import db
from tracker.domain.attendance import Record, attended_minutes, judge_status
from tracker.domain.comparisons import (
    Gain,
    knowledge_gains,
    overall_gain,
    pooled_of,
)
from tracker.domain.grant_reports import GrantReport, Seat, count_heads, overall
from tracker.domain.schedule import Policy, SegmentPlan
from tracker.errors import InvalidError
from tracker.models import Attendance, Enrollment, Offering, Person, Segment, User
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import audit
from tracker.services.audit import Actor
from tracker.services.released_results import read_released
from tracker.services.result_readers import offerings_of
from tracker.services.schedules import plan_of

MOST_OFFERINGS = 200


def read_report(user: User, first: date, last: date, *, now: datetime) -> GrantReport:
    """Report on the offerings that ended on a day from `first` to `last`.

    Coordinators report on their own offerings, admins on all. An offering belongs to
    the span in which it ends, so that spans that follow each other add up; one that
    has not begun is left out. Only participants count.

    Raises:
        InvalidError: the days are in the wrong order, or too many offerings ended.
    """
    if first > last:
        raise InvalidError(
            "The last day must not be before the first.",
            {"to": "The last day must not be before the first."},
        )
    offerings = _offerings(user, first, last, now)
    ids = [each.id for each in offerings]
    evaluated = read_released(ids, Occasion.EVALUATION)
    newest_first = [evaluated[each] for each in ids if each in evaluated]
    return GrantReport(
        first=first,
        last=last,
        offering_count=len(offerings),
        heads=count_heads(list(_seats(offerings, now))),
        satisfaction=overall(pooled_of(newest_first)),
        gain=_gain(ids),
    )


def _offerings(
    user: User, first: date, last: date, now: datetime
) -> Sequence[Offering]:
    found = db.session.scalars(
        sa.select(Offering)
        .where(
            Offering.ends_on.between(first, last),
            Offering.starts_on <= now.date(),
            Offering.id.in_(offerings_of(user)),
        )
        .order_by(Offering.ends_on.desc(), Offering.code)
        .limit(MOST_OFFERINGS + 1)
    ).all()
    if len(found) > MOST_OFFERINGS:
        sentence = f"More than {MOST_OFFERINGS} offerings ended in these days."
        raise InvalidError(sentence, {"to": f"{sentence} Choose fewer days."})
    return found


def _seats(offerings: Sequence[Offering], now: datetime) -> Iterator[Seat]:
    """Yield who attended for any time: three statements, whatever the number."""
    by_id = {each.id: each for each in offerings}
    policies = {each.id: Policy(**each.policy) for each in offerings}
    plans = _plans(list(by_id))
    minutes: dict[int, int] = {}
    for enrollment, offering, segment, *values in _records(list(by_id)):
        if segment in plans:
            plan, record = plans[segment], Record(*values)
            earned = _minutes(plan, record, policies[offering], now)
            minutes[enrollment] = minutes.get(enrollment, 0) + earned
    for enrollment, offering, person, discipline, state in _participants(list(by_id)):
        if minutes.get(enrollment):
            yield Seat(
                person=person,
                offering=by_id[offering].code,
                discipline=discipline.strip(),
                state=state.strip(),
                minutes=minutes[enrollment],
            )


def _plans(offering_ids: list[int]) -> dict[int, SegmentPlan]:
    rows = db.session.scalars(
        sa.select(Segment)
        .where(Segment.offering_id.in_(offering_ids), Segment.cancelled_at.is_(None))
        .options(selectinload(Segment.versions))
    )
    return {row.id: plan_of(row) for row in rows}


def _records(
    offering_ids: list[int],
) -> Sequence[sa.Row[int, int, int, *tuple[Any, ...]]]:
    return db.session.execute(
        sa.select(
            Attendance.enrollment_id,
            Enrollment.offering_id,
            Attendance.segment_id,
            *(getattr(Attendance, each.name) for each in fields(Record)),
        )
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .where(Enrollment.offering_id.in_(offering_ids))
    ).all()


def _minutes(plan: SegmentPlan, record: Record, policy: Policy, now: datetime) -> int:
    status = judge_status(plan, record, policy, plan.starts_at, now)
    return attended_minutes(plan, record, status, policy, now)


def _participants(
    offering_ids: list[int],
) -> Sequence[sa.Row[int, int, int, str, str]]:
    """Return (enrollment, offering, person, discipline, state); no name is read."""
    return db.session.execute(
        sa.select(
            Enrollment.id,
            Enrollment.offering_id,
            Person.id,
            Person.discipline,
            Person.state,
        )
        .join(Person, Person.id == Enrollment.person_id)
        .where(
            Enrollment.offering_id.in_(offering_ids),
            Enrollment.kind == EnrollmentKind.PARTICIPANT,
            Enrollment.withdrawn_at.is_(None),
        )
    ).all()


def _gain(offering_ids: list[int]) -> Gain | None:
    """Hold knowledge before against after, in the offerings that released both."""
    before = read_released(offering_ids, Occasion.BEFORE)
    after = read_released(offering_ids, Occasion.AFTER)
    gains = [
        gain
        for each in before.keys() & after.keys()
        for gain in knowledge_gains(before[each], after[each])
    ]
    return overall_gain(gains)


def note_export(report: GrantReport, *, actor: Actor, now: datetime) -> None:
    """Note in the audit log that a report was taken out."""
    details = {
        "from": report.first.isoformat(),
        "to": report.last.isoformat(),
        "offerings": report.offering_count,
    }
    audit.record(actor, "report.export", details, now=now)
