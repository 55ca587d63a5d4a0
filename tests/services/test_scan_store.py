"""The fast path against the plain derivation, on both engines."""

from dataclasses import asdict
from datetime import timedelta
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
)
from tracker.db import db
from tracker.domain.scan_input import read_scan
from tracker.domain.scans import Outcome
from tracker.services import attendance, doctor, scanning, schedules, tokens

LAST = NINE_AM + timedelta(hours=9)
PEOPLE, SEGMENTS = 2, 2
sent_scans = st.lists(
    st.tuples(
        st.integers(0, 9),  # id
        st.integers(0, PEOPLE - 1),  # whose pass
        st.integers(1, SEGMENTS),
        st.sampled_from(["in", "in", "out"]),
        st.integers(-35, 95),  # minutes from the segment's start: most are taken
    ),
    min_size=2,
    max_size=16,
)


def as_sent(number, text, segment, direction, minutes):
    return {
        "id": f"scan-{number}",
        "pass": text,
        "segment": segment,
        "direction": direction,
        "scanned_at": (
            NINE_AM + timedelta(hours=2 * (segment - 1), minutes=minutes)
        ).isoformat(),
    }


def split(items, cuts):
    bounds = sorted({0, len(items), *(cut % (len(items) + 1) for cut in cuts)})
    return [items[a:b] for a, b in pairwise(bounds)]


def record_in_batches(caller, batches):
    for number, batch in enumerate(batches):
        scanning.record_scans(
            [read_scan(item) for item in batch],
            caller,
            sent_at=None,
            received_at=LAST + timedelta(minutes=number),
        )


def stored(offering):
    rows = attendance.read_board(offering, now=LAST).rows
    return {
        row.enrollment: {k: asdict(r) for k, r in row.records.items()} for row in rows
    }


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=sent_scans,
    chance=st.randoms(use_true_random=False),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=4),
)
def test_any_order_repetition_and_split_of_scans_gives_the_same_attendance(
    app, first, chance, cuts
):
    """I3. Ids are unique here: an id with two contents is another rule's business."""
    unique = list({each[0]: each for each in first}.values())
    results = []
    for shuffle in (False, True):
        db.session.expunge_all()
        with db.session.connection().begin_nested() as savepoint:
            offering = make_offering(code="PROPERTY")
            make_day(offering)
            texts = [
                make_pass(make_enrollment(offering=offering, public_id=f"e{n}"))
                for n in range(PEOPLE)
            ]
            caller = tokens.find_caller(make_device(offering))
            items = [as_sent(n, texts[who], *rest) for n, who, *rest in unique]
            if shuffle:
                items = items + items[: len(items) // 2]
                chance.shuffle(items)
            schedules.cached_schedule.cache_clear()
            record_in_batches(caller, split(items, cuts if shuffle else []))
            db.session.expire_all()
            numbers = {
                s.id: s.number
                for s in attendance.read_board(offering, now=LAST).schedule.held
            }
            results.append(
                {
                    e: {numbers[k]: r for k, r in by.items()}
                    for e, by in stored(offering).items()
                }
            )
            assert attendance.verify(offering) == []
            savepoint.rollback()
        db.session.rollback()

    assert results[0] == results[1]


def test_a_batch_answers_as_if_its_scans_had_come_one_by_one(app):
    offering = make_offering()
    make_day(offering)
    text = make_pass(make_enrollment(offering=offering))
    caller = tokens.find_caller(make_device(offering))
    assert caller
    items = [as_sent(n, text, 1, "in", minutes) for n, minutes in enumerate((5, 3, 8))]

    answers = scanning.record_scans(
        [read_scan(item) for item in items], caller, sent_at=None, received_at=LAST
    )

    assert [each.outcome for each in answers] == [
        Outcome.ACCEPTED,
        Outcome.DUPLICATE,
        Outcome.DUPLICATE,
    ]
    assert [check for check in doctor.run_checks() if not check.ok] == []
