"""In and out in any order: what holds whatever people do at the door."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.factories import LONG_AGO, NINE_AM
from tracker.domain.attendance import (
    COMPLETE,
    ScanFact,
    Status,
    attended_minutes,
    derive,
    judge_status,
)
from tracker.domain.scans import Direction
from tracker.domain.schedule import Plan, Policy, SegmentPlan

POLICY = Policy()
LENGTH = 90
END = NINE_AM + timedelta(minutes=LENGTH)
OVER = END + timedelta(hours=2)
PLAN = Plan(LONG_AGO, NINE_AM, END)

moves = st.lists(
    st.tuples(st.sampled_from(Direction), st.integers(-60, LENGTH - 1)), max_size=10
)


def segment(needs_check_out=True):
    return SegmentPlan(
        1, 1, "S", (PLAN,), needs_check_out=needs_check_out, credit_minutes=LENGTH
    )


def facts(steps):
    return [
        ScanFact(str(place), way, NINE_AM + timedelta(minutes=minutes))
        for place, (way, minutes) in enumerate(steps)
    ]


def judged(steps, now=OVER, held=None):
    held = held or segment()
    record = derive(facts(steps), [])
    status = judge_status(held, record, POLICY, NINE_AM - timedelta(hours=1), now)
    return status, attended_minutes(held, record, status, POLICY, now)


def ins(steps):
    return [minutes for way, minutes in steps if way is Direction.IN]


@given(moves, st.randoms(use_true_random=False))
def test_the_order_in_which_scans_arrive_changes_nothing(steps, chance):
    shuffled = list(steps)
    chance.shuffle(shuffled)

    assert judged(shuffled) == judged(steps)


@given(moves)
def test_minutes_are_never_negative_nor_more_than_the_segment_carries(steps):
    status, minutes = judged(steps)

    assert 0 <= minutes <= LENGTH
    assert minutes == 0 or status in {Status.PRESENT, Status.LATE, Status.PARTIAL}


@given(moves)
def test_nobody_earns_anything_without_having_come(steps):
    outs = [step for step in steps if step[0] is Direction.OUT]

    assert judged(outs) == (Status.ABSENT, 0)


@given(moves)
def test_who_comes_back_and_leaves_at_the_end_has_not_left_early(steps):
    stayed = [*steps, (Direction.IN, LENGTH - 1), (Direction.OUT, LENGTH)]

    assert judged(stayed)[0] is judged(stayed, held=segment(False))[0]


@given(moves.filter(ins))
def test_the_last_out_after_the_last_in_is_leaving_early_if_it_is_early(steps):
    last = max(ins(steps))
    gone = [*steps, (Direction.OUT, last + 1)]
    left = [minutes for way, minutes in gone if way is Direction.OUT]

    is_early = max(left) < LENGTH - POLICY.left_early_minutes
    assert (judged(gone)[0] in COMPLETE) == (
        not is_early and min(ins(steps)) <= POLICY.late_minutes
    )


@given(moves.filter(ins), st.integers(0, LENGTH))
def test_leaving_later_never_earns_less(steps, minutes):
    last = max([*ins(steps), 0])
    early, late = sorted((min(last + 1 + minutes, LENGTH), LENGTH))

    earned = [judged([*steps, (Direction.OUT, out)])[1] for out in (early, late)]
    assert earned[0] <= earned[1]


@given(moves)
def test_without_check_out_the_outs_change_nothing(steps):
    only_in = [step for step in steps if step[0] is Direction.IN]

    open_ended = segment(needs_check_out=False)
    assert judged(steps, held=open_ended) == judged(only_in, held=open_ended)


@given(moves, st.integers(0, LENGTH))
def test_check_out_never_earns_more_than_none(steps, minute):
    now = NINE_AM + timedelta(minutes=minute)

    assert judged(steps, now)[1] <= judged(steps, now, held=segment(False))[1]
