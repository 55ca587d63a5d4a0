"""Attendance is a pure function of the facts; status follows from times and policy."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import LONG_AGO, NINE_AM
from tracker.domain.attendance import (
    CorrectionFact,
    CorrectionKind,
    Mark,
    Record,
    ScanFact,
    Status,
    attended_minutes,
    derive,
    judge_status,
    standing,
)
from tracker.domain.scans import Direction
from tracker.domain.schedule import Plan, Policy, Schedule, SegmentPlan

POLICY = Policy()


def segment(number=1, starts_at=NINE_AM, **fields):
    plan = Plan(LONG_AGO, starts_at, starts_at + timedelta(minutes=90))
    return SegmentPlan(
        number, number, f"Segment {number}", (plan,), **{"credit_minutes": 90, **fields}
    )


def in_at(minutes, uid="a"):
    return ScanFact(uid, Direction.IN, NINE_AM + timedelta(minutes=minutes))


def status(record, *, minutes=200, **fields):
    now = NINE_AM + timedelta(minutes=minutes)
    return judge_status(
        segment(**fields), record, POLICY, NINE_AM - timedelta(hours=1), now
    )


scan_facts = st.builds(
    ScanFact,
    uid=st.sampled_from(["a", "b", "c", "d", "e"]),
    direction=st.sampled_from(Direction),
    at=st.integers(-60, 90).map(lambda m: NINE_AM + timedelta(minutes=m)),
)
correction_facts = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from([CorrectionKind.EXCUSE, CorrectionKind.MAKE_UP]), st.none()
        ),
        st.tuples(st.just(CorrectionKind.CHECK_IN), st.none()),
        st.tuples(
            st.just(CorrectionKind.VOID),
            st.sampled_from(["scan:a", "scan:b", "0", "1"]),
        ),
    ),
    max_size=5,
).map(
    lambda kinds: [
        CorrectionFact(
            str(n),
            kind,
            NINE_AM + timedelta(minutes=n) if kind is CorrectionKind.CHECK_IN else None,
            target
            if target is None or target.startswith("scan")
            else f"correction:{int(target) % (n or 1)}",
        )
        for n, (kind, target) in enumerate(kinds)
        if not (target and not target.startswith("scan") and n == 0)
    ]
)


@given(
    st.lists(scan_facts, max_size=12),
    correction_facts,
    st.randoms(use_true_random=False),
)
def test_any_order_and_repetition_of_facts_gives_the_same_attendance(
    scans, corrections, chance
):
    shuffled = scans + scans[: len(scans) // 2]
    chance.shuffle(shuffled)
    turned = corrections + corrections
    chance.shuffle(turned)

    assert derive(shuffled, turned) == derive(scans, corrections)


def test_the_earliest_in_and_the_latest_out_win():
    out = ScanFact("o", Direction.OUT, NINE_AM + timedelta(minutes=80))

    assert derive([in_at(5, "b"), out, in_at(2, "c")], []) == Record(
        in_count=2,
        first_in=NINE_AM + timedelta(minutes=2),
        first_source="scan:c",
        last_in=NINE_AM + timedelta(minutes=5),
        last_out=NINE_AM + timedelta(minutes=80),
    )


def test_a_voided_scan_counts_for_nothing():
    void = CorrectionFact("v", CorrectionKind.VOID, voids="scan:a")

    assert derive([in_at(0)], [void]) is None


def test_voiding_the_void_lets_the_scan_count_again():
    void = CorrectionFact("v", CorrectionKind.VOID, voids="scan:a")
    back = CorrectionFact("w", CorrectionKind.VOID, voids="correction:v")

    assert derive([in_at(0)], [void, back]) == derive([in_at(0)], [])


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-60, Status.PRESENT),
        (10, Status.PRESENT),
        (10.01, Status.LATE),
        (20, Status.LATE),
        (20.01, Status.PARTIAL),
    ],
)
def test_lateness_follows_the_policy_to_the_second(minutes, expected):
    assert status(derive([in_at(minutes)], [])) is expected


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (-61, Status.UPCOMING),
        (-60, Status.EXPECTED),
        (89, Status.EXPECTED),
        (90, Status.ABSENT),
    ],
)
def test_without_a_check_in_the_clock_decides(minutes, expected):
    assert status(None, minutes=minutes) is expected


def test_a_queue_at_the_door_moves_the_limit():
    late = derive([in_at(15)], [])

    assert status(late, on_time_until=NINE_AM + timedelta(minutes=15)) is Status.PRESENT


def test_a_make_up_completes_and_earns_no_live_minutes():
    record = Record(mark=Mark.MADE_UP, mark_source="correction:m")

    assert status(record) is Status.MADE_UP
    assert attended_minutes(segment(), record, Status.MADE_UP, POLICY, NINE_AM) == 0


def test_leaving_early_matters_only_where_check_out_is_required():
    out = ScanFact("o", Direction.OUT, NINE_AM + timedelta(minutes=30))
    record = derive([in_at(0), out], [])

    assert status(record) is Status.PRESENT
    assert status(record, needs_check_out=True) is Status.PARTIAL


def test_an_overrun_takes_nothing_from_who_left_when_it_was_to_end():
    left = ScanFact("o", Direction.OUT, NINE_AM + timedelta(minutes=90))
    record = derive([in_at(0), left], [])
    held = replace(
        segment(needs_check_out=True),
        delivered_ends_at=NINE_AM + timedelta(minutes=130),
    )
    evening = NINE_AM + timedelta(hours=9)

    judged = judge_status(held, record, POLICY, NINE_AM, evening)

    assert judged is Status.PRESENT
    assert attended_minutes(held, record, judged, POLICY, evening) == 90


def test_a_check_out_by_hand_is_as_one_that_was_scanned():
    by_hand = CorrectionFact(
        "c", CorrectionKind.CHECK_OUT, NINE_AM + timedelta(minutes=90)
    )
    voided = CorrectionFact("v", CorrectionKind.VOID, voids="correction:c")

    stayed, unknown = (
        derive([in_at(0)], [by_hand]),
        derive([in_at(0)], [by_hand, voided]),
    )

    rules = {"minutes": 600, "needs_check_out": True}
    assert status(stayed, **rules) is Status.PRESENT
    assert status(unknown, **rules) is Status.PARTIAL


def test_coming_back_after_leaving_is_not_leaving_early():
    out = ScanFact("o", Direction.OUT, NINE_AM + timedelta(minutes=30))
    record = derive([in_at(0), out, in_at(40, "b")], [])

    assert status(record, minutes=60, needs_check_out=True) is Status.PRESENT


def test_coming_late_costs_the_minutes_missed():
    record = derive([in_at(14.5)], [])

    assert attended_minutes(segment(), record, Status.LATE, POLICY, NINE_AM) == 75


def test_a_check_in_is_judged_by_the_plan_it_was_made_under():
    moved = Plan(NINE_AM + timedelta(minutes=30), NINE_AM - timedelta(hours=2), NINE_AM)
    plan = SegmentPlan(1, 1, "Moved", (segment().plans[0], moved))
    record = derive([in_at(0)], [])

    assert (
        judge_status(plan, record, POLICY, NINE_AM, NINE_AM + timedelta(hours=5))
        is Status.PRESENT
    )


def test_excused_alone_never_completes():
    schedule = Schedule((segment(),))
    excused = {1: Record(mark=Mark.EXCUSED, mark_source="correction:x")}

    found = standing(schedule, excused, NINE_AM + timedelta(hours=9))

    assert (found.is_full, found.missing, found.lost) == (False, (1,), (1,))


def test_cancelled_and_optional_segments_are_not_asked_for():
    schedule = Schedule(
        (segment(1), segment(2, cancelled_at=NINE_AM), segment(3, is_required=False))
    )

    present = derive([in_at(0)], [])

    assert present

    found = standing(schedule, {1: present}, NINE_AM + timedelta(hours=9))

    assert (found.is_full, found.attended_count, found.required_count) == (True, 1, 1)


def test_an_offering_without_segments_is_never_full():
    assert not standing(Schedule(()), {}, NINE_AM).is_full
