from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tracker.domain.evaluation import (
    Form,
    Kind,
    Question,
    Repeat,
    Section,
    Subject,
    parts,
    sending_closes_at,
    sending_opens_at,
)
from tracker.domain.schedule import Plan, Policy, Schedule, SegmentPlan

NOON = datetime(2026, 11, 6, 18, 0, tzinfo=UTC)  # noon in Omaha, a Friday
LAST_DAY = date(2026, 11, 6)
RATING = Question("clarity", Kind.RATING, "How clear?", is_required=True)
FORM = Form(
    (
        Section("overall", "As a whole", Repeat.ONCE, (RATING,)),
        Section("segment", "Segments", Repeat.SEGMENT, (RATING,)),
        Section("instructor", "Instructors", Repeat.INSTRUCTOR, (RATING,)),
    )
)


def segment(number: int, ends_at: datetime, **fields: Any) -> SegmentPlan:
    plan = Plan(NOON - timedelta(days=90), ends_at - timedelta(hours=1), ends_at)
    return SegmentPlan(number, number, f"Segment {number}", (plan,), **fields)


def schedule(*segments: SegmentPlan, **policy: Any) -> Schedule:
    return Schedule(segments, Policy(**policy), "America/Chicago")


def test_form_is_asked_once_and_for_each_segment_and_instructor():
    laid_out = parts(
        FORM, [Subject("1", "Morning"), Subject("2", "Noon")], [Subject("ab", "Ada")]
    )

    assert [(part.key, part.title, part.absent_field) for part in laid_out] == [
        ("overall", "As a whole", None),
        ("segment.1", "Morning", "segment.1.absent"),
        ("segment.2", "Noon", "segment.2.absent"),
        ("instructor.ab", "Ada", "instructor.ab.absent"),
    ]
    assert laid_out[1].field(RATING) == "segment.1.clarity"


def test_sending_opens_twenty_minutes_before_the_last_required_segment_ends():
    planned = schedule(
        segment(1, NOON), segment(2, NOON + timedelta(hours=2), is_required=False)
    )

    assert sending_opens_at(planned) == NOON - timedelta(minutes=20)


def test_sending_follows_the_end_as_delivered():
    delivered = NOON + timedelta(minutes=15)

    assert sending_opens_at(
        schedule(segment(1, NOON, delivered_ends_at=delivered))
    ) == delivered - timedelta(minutes=20)


def test_nothing_scheduled_never_opens():
    assert sending_opens_at(schedule()) is None


def test_evaluation_closes_seven_days_after_the_last_day_in_the_offerings_zone():
    # Midnight in Omaha is six in UTC in November.
    assert sending_closes_at(schedule(segment(1, NOON)), LAST_DAY) == datetime(
        2026, 11, 14, 6, 0, tzinfo=UTC
    )


def test_schedule_that_runs_past_the_last_day_moves_the_closing():
    longer = schedule(segment(1, NOON + timedelta(days=1)), evaluation_closes_days=1)

    assert sending_closes_at(longer, LAST_DAY) == datetime(
        2026, 11, 9, 6, 0, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("minutes", "is_open"), [(-1, False), (0, True), (90, True)], ids=str
)
def test_part_of_a_segment_opens_when_it_ends(minutes, is_open):
    (part,) = parts(Form(FORM.sections[1:2]), [Subject("1", "Morning", NOON)], [])
    sending = NOON + timedelta(days=3)

    assert part.is_open(NOON + timedelta(minutes=minutes), sending) is is_open


def test_every_part_is_open_once_sending_is():
    laid_out = parts(FORM, [Subject("1", "Last", NOON)], [Subject("ab", "Ada", NOON)])
    sending = NOON - timedelta(minutes=20)

    assert [part.is_open(sending, sending) for part in laid_out] == [True] * 3
    before = sending - timedelta(seconds=1)
    assert [part.is_open(before, sending) for part in laid_out] == [False] * 3
