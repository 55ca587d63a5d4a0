"""The grant report from attendance and released answers, on both engines."""

import io
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from tests.factories import (
    NINE_AM,
    make_course,
    make_enrollment,
    make_offering,
    make_person,
    make_user,
    save,
)
from tests.released import release, release_knowledge, teach
from tests.views.counting import counted
from tracker.db import db
from tracker.domain.grant_reports import OTHER, Line
from tracker.errors import InvalidError
from tracker.models import Attendance, AuditEntry
from tracker.models.enrollment import EnrollmentKind
from tracker.models.staff import Role
from tracker.services import audit, grant_reports, grant_tables

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
NEXT_WEEK = NINE_AM + timedelta(days=7)


@pytest.fixture
def offering(app):
    offering = make_offering(code="O-NOV")
    teach(offering)
    return offering


@pytest.fixture
def coordinator(offering):
    return make_user(Role.COORDINATOR, offering)


def attend(offering, count=1, segments=3, minutes_late=0, **fields):
    """Let people of a discipline and state be in the first segments."""
    kind = fields.pop("kind", EnrollmentKind.PARTICIPANT)
    withdrawn_at = fields.pop("withdrawn_at", None)
    found = []
    for _ in range(count):
        seat = make_enrollment(
            offering=offering,
            person=fields.get("person")
            or make_person(**{"discipline": "police", "state": "NE", **fields}),
            kind=kind,
            withdrawn_at=withdrawn_at,
        )
        for segment in offering.segments[:segments]:
            at = segment.starts_at + timedelta(minutes=minutes_late)
            save(
                Attendance(
                    enrollment_id=seat.id,
                    segment_id=segment.id,
                    in_count=1,
                    first_in=at,
                    last_in=at,
                )
            )
        found.append(seat)
    return found


def read(user, first=NOVEMBER[0], last=NOVEMBER[1]):
    return grant_reports.read_report(user, first, last, now=NEXT_WEEK)


def test_hours_are_the_minutes_attended_by_discipline_and_state(offering, coordinator):
    attend(offering, 6)
    attend(offering, 5, segments=1, minutes_late=15, discipline="nurse", state="IA")
    attend(offering, 1, discipline="judge", state="IA")

    heads = read(coordinator).heads

    assert heads.total == Line("All", 12, 12, 6 * 4.5 + 5 * 1.25 + 4.5 + 0.05)
    assert [each.label for each in heads.disciplines] == ["police", OTHER]
    assert heads.states == (Line("NE", 6, 6, 27.0), Line("IA", 6, 6, 10.8))


def test_only_participants_who_came_and_kept_their_seat_count(offering, coordinator):
    attend(offering, 5)
    attend(offering, 2, kind=EnrollmentKind.OBSERVER)
    attend(offering, 2, kind=EnrollmentKind.GUEST)
    attend(offering, 2, withdrawn_at=NINE_AM)
    attend(offering, 2, segments=0)

    assert read(coordinator).heads.total == Line("All", 5, 5, 22.5)


def test_a_cancelled_segment_adds_no_hours(offering, coordinator):
    attend(offering, 5)
    offering.segments[2].cancelled_at = NINE_AM
    db.session.flush()

    assert read(coordinator).heads.total.hours == 15.0


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (date(2026, 11, 6), date(2026, 11, 6), 1),
        (date(2026, 11, 7), date(2026, 12, 31), 0),
        (date(2026, 1, 1), date(2026, 11, 5), 0),
    ],
)
def test_an_offering_counts_on_the_day_it_ended(
    offering, coordinator, first, last, count
):
    assert read(coordinator, first, last).offering_count == count


def test_what_has_not_begun_does_not_count(coordinator):
    before = NINE_AM - timedelta(days=30)

    report = grant_reports.read_report(coordinator, *NOVEMBER, now=before)

    assert report.offering_count == 0


def test_coordinators_report_on_their_own_and_admins_on_all(offering, coordinator):
    other = make_offering(course=make_course())
    teach(other)
    attend(offering, 5)
    attend(other, 5)
    release(other, 10)

    own, everything = read(coordinator), read(make_user(is_admin=True))

    assert (own.offering_count, own.heads.total.people, own.satisfaction) == (1, 5, ())
    assert (everything.offering_count, everything.heads.total.people) == (2, 10)
    assert read(make_user(Role.INSTRUCTOR, offering)).offering_count == 0


def test_satisfaction_and_knowledge_are_pooled_over_what_is_shown(
    offering, coordinator
):
    release(offering, 20)
    release_knowledge(offering, 10)

    report = read(coordinator)

    keys = [each.question.key for each in report.satisfaction]
    assert keys == ["useful", "level", "balance", "place", "recommend"]
    assert report.favourable == (10 + 8 + 0 + 20) / 80
    assert report.gain
    assert (report.gain.before.share, report.gain.after.share) == (0.25, 0.75)


def test_answers_of_fewer_than_five_are_in_no_figure(offering, coordinator):
    release(offering, 4)

    assert (read(coordinator).satisfaction, read(coordinator).favourable) == ((), None)


def test_days_in_the_wrong_order_are_refused(coordinator):
    with pytest.raises(InvalidError) as refused:
        read(coordinator, NOVEMBER[1], NOVEMBER[0])

    assert list(refused.value.errors) == ["to"]


def test_one_offering_and_three_cost_the_same_statements(offering):
    admin = make_user(is_admin=True)
    attend(offering, 2)
    release(offering, 6)
    with counted() as few:
        read(admin)
    for _ in range(2):
        more = make_offering()
        teach(more)
        attend(more, 3)
        release(more, 6)

    with counted() as many:
        report = read(admin)

    assert report.offering_count == 3
    assert len(many) == len(few)


def test_the_workbook_reads_back_and_adds_up(offering, coordinator):
    attend(offering, 6)
    attend(offering, 2, discipline="=SUM(1)")
    release(offering, 10)

    book = CalamineWorkbook.from_filelike(
        io.BytesIO(grant_tables.report_xlsx(read(coordinator)))
    )

    sheets = {
        name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names
    }
    assert sheets["Summary"][3:7] == [
        ["offerings", 1],
        ["people", 8],
        ["seats", 8],
        ["hours", 36],
    ]
    assert sheets["Disciplines"] == [
        ["discipline", "people", "hours"],
        [OTHER, 8, 36],
    ]
    assert sheets["Satisfaction"][1][1:] == [10, 3.7, 60]


def test_taking_it_out_is_noted_apart_from_any_offering(offering, coordinator):
    report = read(coordinator)

    actor = audit.actor_of(coordinator)
    grant_reports.note_export(report, actor=actor, now=NEXT_WEEK)

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.chain, entry.details) == (
        "report.export",
        audit.NO_OFFERING,
        {"from": "2026-11-01", "to": "2026-11-30", "offerings": 1},
    )
