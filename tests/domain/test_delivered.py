"""A segment as it was really held: its window, its statuses, its minutes."""

from datetime import timedelta

import pytest

from tests.domain.test_scans import DAY, at, segment
from tracker.domain.attendance import Record, Status, attended_minutes, judge_status
from tracker.domain.scans import Judgement, Reason, judge
from tracker.domain.schedule import Plan, Policy, Schedule

POLICY = Policy()
LATER = at(10_000)
TEN_LATER = {"delivered_starts_at": at(10), "delivered_ends_at": at(100)}


def overran(to=110, noted=85, room="Annex"):
    """Segment 1 was to end at 90; at `noted` it became known that it does at `to`."""
    first = segment(1, 0, 90, delivered_ends_at=at(to), delivery_noted_at=at(noted))
    return Schedule((first, segment(2, 105, 195, room)), timezone="America/Chicago")


def opening(schedule, number, moment):
    window = schedule.windows_at(moment)[number]
    return window.opens_at, window.closes_at


def test_a_segment_that_overruns_takes_check_ins_until_it_ends():
    schedule = overran(to=100)

    assert opening(schedule, 1, at(84)) == (at(-60), at(90))
    assert opening(schedule, 1, at(85)) == (at(-60), at(100))


def test_the_next_segment_opens_once_the_one_before_has_really_ended():
    schedule = overran(to=100, room="Hall")

    assert opening(schedule, 2, at(84))[0] == at(90)
    assert opening(schedule, 2, at(85))[0] == at(100)
    assert judge(schedule, at(95)) == Judgement(schedule.by_number[1], None)


def test_one_that_overruns_holds_back_its_own_room_and_elsewhere_to_the_start():
    assert opening(overran(room="hall "), 2, at(85))[0] == at(110)
    assert opening(overran(room="Annex"), 2, at(85))[0] == at(105)


def test_a_segment_that_ended_early_lets_the_next_one_open():
    early = overran(to=70, noted=70, room="Hall")

    assert opening(early, 1, at(70))[1] == at(70)
    assert opening(early, 2, at(70))[0] == at(75)


def test_what_was_sent_before_it_was_noted_is_judged_by_what_was_known_then():
    """Whenever it arrives: in the evening, from a device that was offline (I3)."""
    schedule = overran(to=100, noted=600, room="Hall")

    assert judge(schedule, at(95), number=2).reason is None
    assert judge(schedule, at(95), number=1).reason is Reason.CLOSED


def test_a_door_that_does_not_know_of_the_overrun_has_its_scan_held():
    schedule = overran(to=100, noted=85, room="Hall")

    assert judge(schedule, at(95), number=2).reason is Reason.SEGMENT_CHANGED
    assert judge(schedule, at(80), number=2).reason is Reason.TOO_EARLY
    assert judge(schedule, at(101), number=1).reason is Reason.CLOSED


def test_taking_the_delivered_times_back_is_as_if_they_had_never_been_noted():
    assert overran(noted=85).windows_at(at(80)) != {}
    back = Schedule((segment(1, 0, 90), segment(2, 105, 195, "Annex")))

    assert opening(back, 1, at(86)) == (at(-60), at(90))


def test_a_segment_added_later_takes_nothing_from_before():
    added = segment(4, -60, -15)
    since = Plan(at(100), added.starts_at, added.ends_at, "Hall")
    new = type(added)(4, 4, "Added", (since,))
    schedule = Schedule((*DAY.segments, new), timezone=DAY.timezone)

    assert schedule.windows_at(at(0)).keys() == {1, 2, 3}
    assert schedule.windows_at(at(-61))[1].opens_at == at(-60)
    assert schedule.windows_at(at(100)).keys() == {1, 2, 3, 4}


# Statuses and minutes.


def came(first, last_out=None, last_in=None):
    moments = [None if each is None else at(each) for each in (first, last_out)]
    return Record(
        in_count=1,
        first_in=moments[0],
        last_in=at(first if last_in is None else last_in),
        last_out=moments[1],
    )


def judged(held, record, now=LATER):
    status = judge_status(held, record, POLICY, at(-60), now)
    return status, attended_minutes(held, record, status, POLICY, now)


def planned(**fields):
    return segment(1, 0, 90, credit_minutes=80, **fields)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ({}, (Status.LATE, 65)),
        (TEN_LATER, (Status.PRESENT, 80)),
        ({"delivered_starts_at": at(10)}, (Status.PRESENT, 70)),
        ({"delivered_starts_at": at(-10)}, (Status.PARTIAL, 55)),
        ({"delivered_ends_at": at(60)}, (Status.LATE, 35)),
        ({"delivered_ends_at": at(120)}, (Status.LATE, 65)),
        ({"on_time_until": at(15)}, (Status.PRESENT, 80)),
    ],
    ids=["as planned", "later", "late start", "early start", "early", "over", "queue"],
)
def test_status_and_minutes_follow_the_schedule_as_delivered(delivered, expected):
    assert judged(planned(**delivered), came(15)) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (came(0, last_out=90), (Status.PRESENT, 80)),
        (came(0, last_out=80), (Status.PRESENT, 80)),
        (came(0, last_out=79.5), (Status.PARTIAL, 69)),
        (came(15, last_out=85), (Status.LATE, 65)),
        (came(15, last_out=60), (Status.PARTIAL, 35)),
        (came(-5, last_out=-2), (Status.PARTIAL, 0)),
    ],
)
def test_leaving_early_costs_what_was_missed(record, expected):
    assert judged(planned(needs_check_out=True), record) == expected


@pytest.mark.parametrize("away", [(30, 40), (30, 60)])
def test_who_came_back_is_as_if_not_having_left(away):
    out, back = away
    running = judged(planned(needs_check_out=True), came(0, out, back), now=at(80))

    assert running == (Status.PRESENT, 80)


def test_who_came_back_and_checked_out_at_the_end_has_left_once_at_the_end():
    record = came(0, last_out=90, last_in=40)

    assert judged(planned(needs_check_out=True), record) == (Status.PRESENT, 80)


def test_without_the_check_out_nobody_knows_more_than_the_last_check_in():
    held = planned(needs_check_out=True)

    assert judged(held, came(0), now=at(119)) == (Status.PRESENT, 80)
    assert judged(held, came(0), now=at(120)) == (Status.PARTIAL, 0)
    assert judged(held, came(0, 30, last_in=70), now=at(120)) == (Status.PARTIAL, 60)


def test_where_no_check_out_is_asked_for_leaving_costs_nothing():
    assert judged(planned(), came(0, last_out=30)) == (Status.PRESENT, 80)


def test_a_check_out_is_judged_by_the_plan_in_force_when_it_was_made():
    longer = Plan(at(95), at(0), at(150), "Hall")
    held = segment(1, 0, 90, "Hall", longer, needs_check_out=True, credit_minutes=90)

    assert judged(held, came(0, last_out=90)) == (Status.PRESENT, 90)
    assert judged(held, came(0, last_out=96))[0] is Status.PARTIAL


def test_a_segment_never_carries_less_than_nothing():
    short = planned(delivered_ends_at=at(5))

    assert short.carried_minutes == 0
    assert (
        planned(delivered_ends_at=at(0) + timedelta(seconds=5350)).carried_minutes == 79
    )
