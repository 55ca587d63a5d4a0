"""What is said before a change of the schedule is what follows from it."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_instructor,
    make_offering,
    make_pass,
    make_user,
)
from tests.views.desk import scan
from tracker.db import db
from tracker.domain import rescheduling as rules
from tracker.domain.local_times import write_moment
from tracker.domain.scan_input import read_scan
from tracker.domain.scans import Direction
from tracker.models import OfferingCounter
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    catalogue,
    deliveries,
    doctor,
    evaluations,
    rescheduling,
    scanning,
    schedules,
    tokens,
)
from tracker.services.audit import CLI
from tracker.services.deliveries import Held, Word
from tracker.services.rescheduling import Basis, StaleError

AFTER = NINE_AM + timedelta(hours=9)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    for number, minutes in enumerate((-5, 9, 14, 25)):
        person = make_enrollment(offering=offering, name=f"Person {number}")
        for segment in offering.segments[: number + 1]:
            scan(person, segment, minutes)
        scan(person, offering.segments[0], 40 + 20 * number, direction=Direction.OUT)
    make_enrollment(offering=offering, name="Never came")
    second, third = offering.segments[1:]
    second.delivered_ends_at = second.ends_at - timedelta(minutes=40)
    second.delivery_noted_at = second.ends_at
    third.on_time_until = third.starts_at + timedelta(minutes=15)
    db.session.commit()
    return offering


def read(offering, now=AFTER):
    """Everybody's statuses and minutes, and the records that they rest on."""
    db.session.expire_all()
    board = attendance.read_board(offering, now=now)
    return {
        row.enrollment: (row.standing.statuses, row.standing.minutes)
        for row in board.rows
    }


def records(offering):
    rows = attendance.read_board(offering, now=AFTER).rows
    return {row.enrollment: row.records for row in rows}


def said(offering, proposal, now=AFTER):
    found = rules.effects(proposal.before, proposal.after, records(offering), now)
    return {
        (each.person, each.number): (each.before.minutes, each.after.minutes)
        for each in found
    }


def followed(before, after):
    """What is really different, where a segment that is not held carries nothing."""
    return {
        (person, number): (minutes.get(number, 0), after[person][1].get(number, 0))
        for person, (statuses, minutes) in before.items()
        for number in statuses.keys() | after[person][0].keys()
        if (statuses.get(number), minutes.get(number))
        != (after[person][0].get(number), after[person][1].get(number))
    }


moves = st.fixed_dictionaries(
    {
        "shift": st.integers(-90, 300),
        "length": st.integers(15, 110),
        "required": st.booleans(),
        "check_out": st.booleans(),
        "cancelled": st.booleans(),
        "credit_minutes": st.integers(0, 120),
        "number": st.integers(1, 3),
    }
)
relaxed = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def row_of(offering, wish):
    zone = ZoneInfo(offering.timezone)
    row = rescheduling.rows_of(offering)[wish["number"]]
    start = NINE_AM + timedelta(hours=2 * (wish["number"] - 1), minutes=wish["shift"])
    plain = ("required", "check_out", "cancelled")
    return row | {
        "credit_minutes": min(wish["credit_minutes"], wish["length"]),
        "starts_at": write_moment(start, zone),
        "ends_at": write_moment(start + timedelta(minutes=wish["length"]), zone),
        "room": f"Room {wish['number']}",
        **{name: wish[name] for name in plain},
    }


@given(wish=moves)
@relaxed
def test_what_is_said_of_a_change_is_what_follows(offering, wish):
    with db.session.begin_nested() as attempt:
        before, kept = read(offering), records(offering)
        basis = Basis(rescheduling.read_version(offering), CLI, AFTER)
        row = row_of(offering, wish)
        proposal = rescheduling.propose(offering, [row], basis=basis)
        expected = said(offering, proposal)

        rescheduling.change(offering, [row], "segment.edit", basis=basis)

        assert followed(before, read(offering)) == expected
        assert records(offering) == kept
        assert attendance.verify(offering) == []
        attempt.rollback()


@given(
    start=st.none() | st.integers(-60, 60),
    end=st.none() | st.integers(61, 200),
)
@relaxed
def test_what_is_said_of_delivered_times_is_what_follows(offering, start, end):
    with db.session.begin_nested() as attempt:
        before, kept = read(offering), records(offering)
        began, ended = (
            m if m is None else NINE_AM + timedelta(minutes=m) for m in (start, end)
        )
        held = Held(began, ended, "So it was.")
        user = make_user(Role.COORDINATOR, offering)
        word = Word(uuid4().hex, user, AFTER, rescheduling.read_version(offering))
        expected = said(offering, deliveries.propose(offering, 1, held, word))

        deliveries.deliver(offering, 1, held, word)

        assert followed(before, read(offering)) == expected
        assert records(offering) == kept
        attempt.rollback()


def basis(offering, version=None, now=AFTER):
    return Basis(version or rescheduling.read_version(offering), CLI, now)


def test_a_change_against_an_earlier_version_is_refused(offering):
    seen = rescheduling.read_version(offering)
    row = rescheduling.rows_of(offering)[1] | {"room": "Annex"}
    rescheduling.change(offering, [row], "segment.edit", basis=basis(offering))

    with pytest.raises(StaleError):
        rescheduling.change(
            offering,
            [row | {"room": "Library"}],
            "segment.edit",
            basis=basis(offering, seen),
        )

    assert rescheduling.rows_of(offering)[1]["room"] == "Annex"


def test_every_change_raises_the_schedules_version_and_a_repeated_one_does_not(
    offering,
):
    row = rescheduling.rows_of(offering)[1] | {"title": "Opening"}
    counter = db.session.get_one(OfferingCounter, offering.id)
    numbers = []
    for _ in range(2):
        rescheduling.change(offering, [row], "segment.edit", basis=basis(offering))
        db.session.refresh(counter)
        numbers.append(counter.schedule_version)

    assert numbers == [2, 2]
    assert schedules.cached_schedule.__wrapped__(offering.id, 2).by_number[1].title == (
        "Opening"
    )


def test_what_was_changed_in_the_browser_stands_in_the_file_and_comes_back(
    app, offering, tmp_path
):
    evaluations.set_form(offering, evaluations.default_form())
    make_instructor(offering, offering.segments, key="teach")
    offering.ends_on = offering.starts_on + timedelta(days=3)
    rows = rescheduling.rows_of(offering)
    wanted = [
        rows[1] | {"title": "Opening", "check_out": True, "credit_minutes": 75},
        rows[3] | {"cancelled": True, "instructors": []},
    ]
    rescheduling.change(offering, wanted, "segment.edit", basis=basis(offering))

    exported = catalogue.export_offering(offering)

    assert exported["segments"] == [wanted[0], rows[2], wanted[1]]
    _, change = catalogue.import_offering(exported, actor=CLI, now=AFTER)
    assert change == "unchanged"


def test_an_import_does_not_undo_what_was_delivered(app, offering):
    """Delivered times and "on time until" are no plan (docs/decisions/0010)."""
    evaluations.set_form(offering, evaluations.default_form())
    user = make_user(Role.COORDINATOR, offering)
    now = NINE_AM + timedelta(minutes=12)
    deliveries.wait_for_queue(offering, 1, 10, Word(uuid4().hex, user, now))
    held = Held(NINE_AM + timedelta(minutes=5), None, "Late.")
    deliveries.deliver(offering, 1, held, Word(uuid4().hex, user, AFTER))
    exported = catalogue.export_offering(offering)
    exported["segments"][0]["title"] = "Opening"

    _, change = catalogue.import_offering(exported, actor=CLI, now=AFTER)

    segment = schedules.schedule_of(offering).by_number[1]
    assert change == "updated"
    assert not {"delivered_starts_at", "on_time_until"} & exported["segments"][0].keys()
    assert (segment.title, segment.delivered_starts_at, segment.on_time_until) == (
        "Opening",
        held.starts_at,
        NINE_AM + timedelta(minutes=22),
    )


def test_doctor_finds_nothing_after_all_of_it(app, offering):
    user = make_user(Role.COORDINATOR, offering)
    deliveries.deliver(
        offering,
        1,
        Held(NINE_AM + timedelta(minutes=20), None, "Late."),
        Word(uuid4().hex, user, AFTER),
    )
    rows = rescheduling.rows_of(offering)
    cancelled = rows[2] | {"cancelled": True}
    rescheduling.change(offering, [cancelled], "segment.cancel", basis=basis(offering))

    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_leaving_and_coming_back_through_the_door_is_judged_as_one_expects(app):
    """Scans by the real path: out, back in, out at the end, and one who stays away."""
    offering = make_offering()
    (segment,) = make_day(offering, 1)
    segment.needs_check_out = True
    people = [make_enrollment(offering=offering, name=f"P{n}") for n in range(4)]
    texts = [make_pass(each) for each in people]

    caller = tokens.find_caller(make_device(offering))
    db.session.commit()  # the scan path has connections of its own

    def at(minutes, way, *who):
        moment = segment.starts_at + timedelta(minutes=minutes)
        batch = [
            read_scan(
                {
                    "id": str(uuid4()),
                    "pass": texts[n],
                    "segment": 1,
                    "direction": way,
                    "scanned_at": moment.isoformat(),
                }
            )
            for n in who
        ]
        assert caller
        scanning.record_scans(batch, caller, sent_at=None, received_at=moment)

    at(0, "in", 0, 1, 2, 3)
    at(30, "out", 1, 2)
    at(50, "in", 1)
    at(90, "out", 0, 1)

    stands = [
        attendance.standing_of(each, now=segment.ends_at + timedelta(hours=1))
        for each in people
    ]
    assert [(each.statuses[1], each.minutes[1]) for each in stands] == [
        ("present", 90),
        ("present", 90),
        ("partial", 30),
        ("partial", 0),
    ]


def test_a_segment_moved_to_another_time_altogether_is_no_longer_held_at_the_old_one(
    offering,
):
    rows = rescheduling.rows_of(offering)
    zone = ZoneInfo(offering.timezone)
    late = rescheduling.shifted(rows[2], zone, 20)
    other_day = rescheduling.shifted(rows[3], zone, 24 * 60)

    rescheduling.change(
        offering, [late, other_day], "segment.move", basis=basis(offering)
    )

    second, third = schedules.schedule_of(offering).segments[1:]
    assert second.delivered_ends_at == second.plans[0].ends_at - timedelta(minutes=40)
    assert (third.on_time_until, third.starts_at) == (
        None,
        third.plans[0].starts_at + timedelta(days=1),
    )
