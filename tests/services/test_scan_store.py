"""The fast path against the plain derivation, on both engines."""

from dataclasses import asdict, replace
from datetime import timedelta
from itertools import pairwise

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_token,
)
from tracker import keys
from tracker.db import db
from tracker.domain.scan_input import read_scan
from tracker.domain.scans import Outcome, Reason
from tracker.models import Pass, Scan
from tracker.services import attendance, doctor, scanning, schedules, tokens
from tracker.services.tokens import CallerKind

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


PHONE = bytes(range(32))


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


def make_spare(offering, **fields):
    """Make a pass without a person, as it is printed on a spare badge."""
    text = make_pass(make_enrollment(offering=offering), **fields)
    row = db.session.scalars(
        sa.select(Pass).where(Pass.fingerprint == keys.ring().digest("pass", text))
    ).one()
    row.enrollment_id = None
    db.session.flush()
    return text, row


def scan_once(caller, text, number=0, minutes=0):
    (answer,) = scanning.record_scans(
        [read_scan(as_sent(number, text, 1, "in", minutes))],
        caller,
        sent_at=None,
        received_at=LAST,
    )
    return answer


def the_scan():
    return db.session.scalars(
        sa.select(Scan).execution_options(populate_existing=True)
    ).one()


def in_the_room(offering, **fields):
    """Return a caller that is a participant's phone in the room."""
    device = tokens.find_caller(make_device(offering))
    assert device
    return replace(device, kind=CallerKind.ROOM, id=None, name="", room="", **fields)


def test_a_spare_badge_is_held_and_the_scan_knows_which_it_was(offering):
    caller = tokens.find_caller(make_device(offering))
    text, spare = make_spare(offering, spare_number=7)

    answer = scan_once(caller, text)

    scan = the_scan()
    assert (answer.outcome, answer.reason, answer.person) == (
        Outcome.HELD,
        Reason.NOT_IN_ROSTER,
        None,
    )
    assert (scan.spare_pass_id, scan.enrollment_id) == (spare.id, None)
    assert scan_once(caller, text) == answer


def test_a_pass_of_a_person_is_no_spare_badge(offering):
    caller = tokens.find_caller(make_device(offering))

    scan_once(caller, make_pass(make_enrollment(offering=offering)))

    assert the_scan().spare_pass_id is None


def test_another_offerings_spare_badge_is_unknown_here_and_not_noted(offering):
    caller = tokens.find_caller(make_device(offering))
    text, _ = make_spare(make_offering(), spare_number=7)

    answer = scan_once(caller, text)

    assert answer.reason is Reason.UNKNOWN_PASS
    assert the_scan().spare_pass_id is None


def test_a_revoked_spare_badge_is_refused_like_any_revoked_pass(offering):
    caller = tokens.find_caller(make_device(offering))
    text, spare = make_spare(offering, revoked_at=LONG_AGO)

    answer = scan_once(caller, text)

    assert answer.reason is Reason.REVOKED_PASS
    assert the_scan().spare_pass_id == spare.id


def test_a_batch_keeps_spare_badges_and_people_apart(offering):
    caller = tokens.find_caller(make_device(offering))
    spares = [make_spare(offering, spare_number=n) for n in (1, 2)]
    text = make_pass(make_enrollment(offering=offering))
    passes = [spares[0][0], text, spares[1][0], "elsewhere"]

    record_in_batches(
        caller, [[as_sent(n, each, 1, "in", 0) for n, each in enumerate(passes)]]
    )

    stored = db.session.scalars(sa.select(Scan.spare_pass_id).order_by(Scan.uid)).all()
    assert stored == [spares[0][1].id, None, spares[1][1].id, None]


def test_a_phone_in_the_room_checks_in_with_neither_device_nor_token(offering):
    caller = in_the_room(offering, phone_digest=PHONE)

    answer = scan_once(caller, make_pass(make_enrollment(offering=offering)))

    scan = the_scan()
    assert answer.outcome is Outcome.ACCEPTED
    assert (scan.device_id, scan.token_id, scan.phone_digest) == (None, None, PHONE)
    assert attendance.verify(offering) == []


def test_a_phone_that_was_another_persons_is_held_and_does_not_count(offering):
    enrollment = make_enrollment(offering=offering)
    caller = in_the_room(offering, phone_digest=PHONE, is_shared=True)

    answer = scan_once(caller, make_pass(enrollment))

    scan = the_scan()
    assert (answer.outcome, answer.reason) == (Outcome.HELD, Reason.SHARED_DEVICE)
    assert (scan.enrollment_id, scan.phone_digest) == (enrollment.id, PHONE)
    assert stored(offering)[enrollment.public_id] == {}


@pytest.mark.parametrize(
    ("make", "kind"),
    [(make_device, CallerKind.DEVICE), (make_token, CallerKind.TOKEN)],
)
def test_what_scans_with_a_token_leaves_no_phone(offering, make, kind):
    caller = tokens.find_caller(make(offering))
    assert caller

    scan_once(caller, make_pass(make_enrollment(offering=offering)))

    scan = the_scan()
    ids = {CallerKind.DEVICE: scan.device_id, CallerKind.TOKEN: scan.token_id}
    assert caller.kind is kind
    assert {k: v for k, v in ids.items() if v} == {kind: caller.id}
    assert scan.phone_digest is None
