"""Attendance under everything that devices and staff do, in any order (I1–I6).

Devices with wrong and jumping clocks scan without a network and send late, in
parts, again, after they were revoked; staff edit the schedule, correct, decide and
void meanwhile. The machine keeps its own, plain record of what should hold.
"""

import contextlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.factories import (
    NINE_AM,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
    make_user,
)
from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scan_input import read_scan
from tracker.domain.scans import CLOCK_JUMP, Direction, Outcome, Reason
from tracker.domain.undoing import Undo
from tracker.errors import ConflictError, InvalidError, TrackerError
from tracker.models import Attendance, Device, Scan, Segment
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    catalogue,
    corrections,
    deliveries,
    devices,
    doctor,
    evaluations,
    held_decisions,
    scanning,
    schedules,
    tokens,
    undoing,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI
from tracker.services.deliveries import Held, Word

PEOPLE, SEGMENTS = 2, 3
WHY = Why(ReasonChip.SEEN_IN_ROOM)
people = st.integers(0, PEOPLE - 1)
numbers = st.integers(1, SEGMENTS)
doors = st.integers(0, 1)


@dataclass
class Phone:
    """A device as it sees itself: its clock is `skew` ahead of the true one."""

    token: str
    skew: timedelta
    queue: list[dict[str, Any]] = field(default_factory=list)
    is_revoked: bool = False


@dataclass
class Truth:
    """What really happened when a pass was scanned."""

    who: int
    direction: str
    at: datetime
    skew: timedelta


class DoorMachine(RuleBasedStateMachine):
    """Two people, three segments, two devices."""

    def __init__(self):
        super().__init__()
        db.session.rollback()
        schedules.cached_schedule.cache_clear()
        self.now = NINE_AM - timedelta(minutes=30)
        self.offering = make_offering()
        evaluations.set_form(self.offering, evaluations.default_form())
        for n in range(SEGMENTS):
            make_segment(
                offering=self.offering,
                number=n + 1,
                starts_at=NINE_AM + timedelta(hours=2 * n),
                needs_check_out=n == 1,
            )
        self.user = make_user(Role.COORDINATOR, self.offering)
        self.enrollments = [
            make_enrollment(offering=self.offering) for _ in range(PEOPLE)
        ]
        self.passes = [make_pass(each) for each in self.enrollments]
        self.phones = [
            Phone(make_device(self.offering, name="East"), timedelta(0)),
            Phone(make_device(self.offering, name="West"), timedelta(hours=3)),
        ]
        self.truth: dict[str, Truth] = {}
        self.sent: dict[str, dict[str, Any]] = {}  # what was sent, by id
        self.answers: dict[str, object] = {}  # the first answer to each id
        self.ins: dict[tuple[int, int], dict[str, datetime]] = {}
        self.outs: dict[tuple[int, int], dict[str, datetime]] = {}
        db.session.flush()

    def teardown(self):
        try:
            assert [each for each in doctor.run_checks() if not each.ok] == []
        finally:
            db.session.rollback()

    def segment(self, number):
        return (
            db.session.query(Segment)
            .filter_by(offering_id=self.offering.id, number=number)
            .one()
        )

    def act(self):
        return Act(why=WHY, uid=uuid4().hex, user=self.user, now=self.now)

    @rule(minutes=st.integers(1, 70))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(door=doors, who=people, direction=st.sampled_from(["in", "in", "out"]))
    def scan_without_a_network(self, door, who, direction):
        phone, uid = self.phones[door], uuid4().hex
        offset_ms = -phone.skew / timedelta(milliseconds=1)
        item = {
            "id": uid,
            "pass": self.passes[who],
            "direction": direction,
            "scanned_at": (self.now + phone.skew).isoformat(),
            "offset_ms": offset_ms,
        }
        phone.queue.append(item)
        self.truth[uid] = Truth(who, direction, self.now, phone.skew)

    @rule(door=doors, minutes=st.sampled_from([-20, 10]))
    def a_clock_jumps(self, door, minutes):
        self.phones[door].skew += timedelta(minutes=minutes)

    @rule(door=doors, count=st.integers(1, 4), is_answer_lost=st.booleans())
    def sync(self, door, count, is_answer_lost):
        phone = self.phones[door]
        batch = phone.queue[:count]
        self.send(phone, batch)
        if not is_answer_lost:
            phone.queue = phone.queue[count:]

    def send(self, phone, batch):
        caller = tokens.find_caller(phone.token)
        assert caller
        answers = scanning.record_scans(
            [read_scan(item) for item in batch],
            caller,
            sent_at=self.now + phone.skew,
            received_at=self.now,
        )
        for item, answer in zip(batch, answers, strict=True):
            before = self.answers.setdefault(item["id"], essence(answer))
            assert essence(answer) == before  # I4: the same answer, for ever
            if item["id"] not in self.sent:
                self.sent[item["id"]] = item
                self.note(item["id"], answer, phone)

    def note(self, uid, answer, phone):
        """Take a first answer into the plain record, and hold it against the truth."""
        truth = self.truth[uid]
        if abs(phone.skew - truth.skew) > CLOCK_JUMP and not phone.is_revoked:
            # The device's clock has jumped: never counted as it stands.
            assert answer.outcome in {Outcome.HELD, Outcome.REFUSED}
        if phone.is_revoked:
            assert answer.outcome in {Outcome.HELD, Outcome.REFUSED}
            assert answer.reason in {Reason.DEVICE_REVOKED, None} or (
                answer.outcome is Outcome.REFUSED
            )
        if answer.outcome in attendance.COUNTED:
            kept = self.ins if truth.direction == "in" else self.outs
            pair = (truth.who, answer.segment)
            kept.setdefault(pair, {})[f"scan:{uid}"] = truth.at

    @rule()
    def everything_is_sent_again(self):
        for phone in self.phones:
            mine = [
                item
                for item in self.sent.values()
                if self.truth[item["id"]].skew == phone.skew
            ]
            self.send(phone, mine[-5:])

    @rule(door=doors)
    def revoke(self, door):
        if sum(phone.is_revoked for phone in self.phones) or len(self.sent) < 4:
            return
        phone = self.phones[door]
        name = ["East", "West"][door]
        device = db.session.query(Device).filter_by(name=name).one()
        devices.revoke_device(self.offering, device.public_id, actor=CLI, now=self.now)
        phone.is_revoked = True

    @rule(door=doors)
    def take_the_last_scan_back(self, door):
        phone = self.phones[door]
        caller = tokens.find_caller(phone.token)
        assert caller
        done = [uid for uid in self.sent if self.truth[uid].skew == phone.skew]
        if not done or phone.is_revoked:
            return
        uid = done[-1]
        made_at = datetime.fromisoformat(self.sent[uid]["scanned_at"])
        undo = Undo(uuid4().hex, uid, made_at + timedelta(seconds=30))
        [outcome] = undoing.undo_scans(
            [undo], caller, sent_at=self.now + phone.skew, received_at=self.now
        )
        if outcome == "undone":
            for kept in (self.ins, self.outs):
                for facts in kept.values():
                    facts.pop(f"scan:{uid}", None)

    @rule(number=numbers, minutes=st.sampled_from([-15, 10, 40]))
    def move(self, number, minutes):
        segment = self.segment(number)
        delta = timedelta(minutes=minutes)
        try:
            catalogue.move_segment(
                segment,
                starts_at=segment.starts_at + delta,
                ends_at=segment.ends_at + delta,
                room=segment.room,
                actor=CLI,
                now=self.now,
            )
        except InvalidError:
            return  # before the offering's days, or the like

    @rule(number=numbers)
    def cancel_or_hold_after_all(self, number):
        segment = self.segment(number)
        segment.cancelled_at = None if segment.cancelled_at else self.now
        db.session.flush()
        schedules.raise_schedule_version(self.offering.id)

    @rule(who=people, number=numbers)
    def check_in_by_hand(self, who, number):
        segment, act = self.segment(number), self.act()
        if segment.cancelled_at is None and segment.starts_at <= self.now:
            corrections.check_in_by_hand(
                self.enrollments[who], segment, at=segment.starts_at, act=act
            )
            facts = self.ins.setdefault((who, number), {})
            facts[f"correction:{act.uid}"] = segment.starts_at

    @rule(who=people, number=numbers)
    def check_out_by_hand(self, who, number):
        segment, act = self.segment(number), self.act()
        try:
            corrections.check_in_by_hand(
                self.enrollments[who],
                segment,
                at=segment.ends_at,
                act=act,
                direction=Direction.OUT,
            )
        except InvalidError:
            return  # none is asked for there, or the end is still to come
        facts = self.outs.setdefault((who, number), {})
        facts[f"correction:{act.uid}"] = segment.ends_at

    @rule(number=numbers, minutes=st.sampled_from([-20, 0, 30]))
    def set_the_delivered_end_right(self, number, minutes):
        segment = self.segment(number)
        held = Held(None, segment.ends_at + timedelta(minutes=minutes), "As held")
        word = Word(uid=uuid4().hex, user=self.user, now=self.now)
        with contextlib.suppress(TrackerError):  # cancelled, or no such end
            deliveries.deliver(self.offering, number, held, word)

    @rule(number=numbers)
    def let_the_queue_in(self, number):
        word = Word(uid=uuid4().hex, user=self.user, now=self.now)
        with contextlib.suppress(TrackerError):  # cancelled, or no such end
            deliveries.wait_for_queue(self.offering, number, 5, word)

    @rule(who=people, number=numbers)
    def excuse(self, who, number):
        corrections.mark(
            self.enrollments[who],
            self.segment(number),
            CorrectionKind.EXCUSE,
            act=self.act(),
        )

    @rule(who=people, number=numbers)
    def void(self, who, number):
        try:
            voids.void_attendance(
                self.enrollments[who], self.segment(number), act=self.act()
            )
        except ConflictError:
            assert not self.ins.get((who, number))
            assert not self.outs.get((who, number))
        self.ins.pop((who, number), None)
        self.outs.pop((who, number), None)

    @rule(is_counted=st.booleans())
    def decide_a_held_scan(self, is_counted):
        held = (
            db.session.query(Scan)
            .filter_by(offering_id=self.offering.id, outcome=Outcome.HELD)
            .order_by(Scan.id)
            .all()
        )
        for scan in held:
            number = self.number_of(scan)
            act = self.act()
            try:
                if is_counted:
                    held_decisions.count_held_scan(scan, self.segment(number), act=act)
                else:
                    held_decisions.dismiss_held_scan(
                        scan, self.segment(number), act=act
                    )
            except (ConflictError, InvalidError):
                continue  # decided already, or no time it could count at
            if is_counted:
                who = self.truth[scan.uid].who
                way = self.ins if scan.direction is Direction.IN else self.outs
                facts = way.setdefault((who, number), {})
                facts[f"correction:{act.uid}"] = scan.scanned_at
            return

    def number_of(self, scan):
        if scan.segment_id is None:
            return 1
        return db.session.get_one(Segment, scan.segment_id).number

    @invariant()
    def what_is_stored_is_what_follows_from_the_facts(self):
        assert attendance.verify(self.offering) == []  # I3

    @invariant()
    def what_is_stored_is_what_happened(self):
        stored = {
            (row.enrollment_id, row.segment_id): (
                row.in_count,
                row.first_in,
                row.last_in,
                row.last_out,
            )
            for row in db.session.query(Attendance).populate_existing()
            if row.in_count or row.last_out
        }
        assert stored == self.expected()

    def expected(self):
        found = {}
        for pair in self.ins.keys() | self.outs.keys():
            ins = sorted(self.ins.get(pair, {}).values())
            outs = sorted(self.outs.get(pair, {}).values())
            if ins or outs:
                who, number = pair
                key = (self.enrollments[who].id, self.segment(number).id)
                found[key] = (
                    len(ins),
                    ins[0] if ins else None,
                    ins[-1] if ins else None,
                    outs[-1] if outs else None,
                )
        return found

    @invariant()
    def every_scan_sent_is_stored_once(self):
        uids = [
            uid
            for (uid,) in db.session.query(Scan.uid).filter_by(
                offering_id=self.offering.id
            )
        ]
        assert sorted(uids) == sorted(self.sent)  # I5


def essence(answer):
    """An answer but for `person`, which is read afresh."""
    return answer._replace(person=None)


def test_attendance_holds_whatever_devices_and_staff_do(app):
    run_state_machine_as_test(
        DoorMachine,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
