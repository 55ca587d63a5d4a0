"""A kept board is the plain one, whatever has happened since it was kept."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_scan,
    make_user,
)
from tests.views.counting import counted
from tracker.db import db
from tracker.domain.moments import count_boundaries
from tracker.domain.scan_input import read_scan
from tracker.models import Attendance
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    corrections,
    enrollments,
    kept_boards,
    scanning,
    schedules,
    tokens,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI


class Room:
    """An offering with three people and a door, and what happens in it."""

    def __init__(self):
        self.offering = make_offering()
        self.segments = make_day(self.offering)
        names = ("Ada", "Bo", "Cleo")
        self.people = [make_enrollment(offering=self.offering, name=n) for n in names]
        self.passes = [make_pass(person) for person in self.people]
        caller = tokens.find_caller(make_device(self.offering))
        assert caller
        self.caller = caller
        self.user = make_user(Role.COORDINATOR, self.offering)
        self.now = NINE_AM

    def scan(self, who, direction="in"):
        sent = {"id": str(uuid4()), "pass": self.passes[who], "direction": direction}
        scanning.record_scans(
            [read_scan(sent)], self.caller, sent_at=None, received_at=self.now
        )

    def act(self):
        why = Why(ReasonChip.MISTAKE)
        return Act(why=why, uid=uuid4().hex, user=self.user, now=self.now)

    def check_in_by_hand(self, who):
        segment = next((s for s in self.segments if s.ends_at > self.now), None)
        if segment:
            corrections.check_in_by_hand(
                self.people[who], segment, at=self.now, act=self.act()
            )

    def void(self, who):
        person = self.people[who]
        records = attendance.records_of([person.id]).get(person.id, {})
        for segment in self.segments:
            if segment.id in records and records[segment.id].first_in:
                voids.void_attendance(person, segment, act=self.act())
                return

    def withdraw(self, who):
        enrollments.withdraw(self.people[who], actor=CLI, now=self.now)

    def come_back(self, who):
        self.people[who].withdrawn_at = None

    def rename(self, who):
        self.people[who].person.name = f"Name {uuid4().hex}"

    def wait(self, who):
        self.now += timedelta(minutes=13 * (who + 1))

    def check(self):
        """Compare the kept board with the plain one, whole."""
        db.session.flush()
        kept = self.kept()
        plain = attendance.read_board(self.offering, now=self.now)
        assert kept.rows == plain.rows

    def kept(self):
        version = 1  # the factories raise no version; plans do not change here
        schedule = schedules.cached_schedule(self.offering.id, version)
        boundaries = count_boundaries(schedule, self.now)
        return kept_boards.read_board(
            self.offering.id, schedule, boundaries, now=self.now
        )


@pytest.fixture
def room(app):
    return Room()


HAPPENINGS = ("scan", "check_in_by_hand", "void", "withdraw", "come_back", "rename")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.sampled_from([*HAPPENINGS, "wait"]), st.integers(0, 2)),
        max_size=12,
    )
)
def test_whatever_happens_the_kept_board_is_the_plain_one(app, happenings):
    with db.session.begin_nested() as transaction:
        room = Room()
        room.check()
        for name, who in happenings:
            getattr(room, name)(who)
            room.check()
        transaction.rollback()
    schedules.cached_schedule.cache_clear()


def test_only_who_has_changed_is_read(room):
    room.scan(0)
    room.check()
    room.scan(1)

    with counted() as statements:
        room.kept()

    (records,) = [each for each in statements if "FROM attendance" in each]
    assert records.count("?") + records.count("%(") == 1


def test_an_unchanged_board_reads_no_attendance(room):
    room.check()

    with counted() as statements:
        room.kept()

    assert len(statements) == 3
    assert not any("FROM attendance" in each for each in statements)


def test_a_scan_committed_late_with_a_lower_id_is_seen(room):
    room.scan(0)
    room.check()
    segment = room.segments[0]
    newest = make_scan(room.people[1], segment)
    late_id = newest.id + 1
    newest.id += 2
    attendance.project(room.people[1].id, segment.id)
    room.check()

    make_scan(room.people[2], segment, id=late_id)
    attendance.project(room.people[2].id, segment.id)

    room.check()


def test_a_rebuilt_attendance_is_read_again(app, room):
    room.scan(0)
    room.check()
    (row,) = db.session.scalars(sa.select(Attendance))
    row.first_in = NINE_AM - timedelta(minutes=30)
    db.session.flush()

    attendance.rebuild(room.offering)

    schedules.cached_schedule.cache_clear()  # its version was raised
    room.check()
    assert room.kept().rows[0].records[room.segments[0].id].first_in == NINE_AM


def test_people_of_other_offerings_are_not_on_it(room):
    stranger = Room()
    stranger.scan(0)

    room.check()
    stranger.check()
