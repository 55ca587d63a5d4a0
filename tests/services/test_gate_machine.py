"""The gate under everything that may happen, in any order (trust.md, I3, I7 to I11).

The machine keeps its own, plain idea of who may hold a certificate, and holds
the product's against it after each step.
"""

from datetime import timedelta
from uuid import uuid4

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.factories import (
    NINE_AM,
    make_completion,
    make_course,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_scan,
    make_segment,
    make_user,
)
from tracker import links
from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.certificates import Gap
from tracker.domain.evaluation import Kind
from tracker.domain.scan_input import read_scan
from tracker.domain.scans import Outcome, Reason
from tracker.errors import ConflictError, InvalidError
from tracker.models import Completion, Response, Scan, Segment
from tracker.models.attendance import Evidence, ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    batches,
    catalogue,
    certificates,
    contests,
    corrections,
    doctor,
    evaluations,
    gates,
    held_decisions,
    mixing,
    revocation,
    scanning,
    schedules,
    supersession,
    tokens,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI
from tracker.services.make_ups import Proof

PEOPLE, SEGMENTS = 2, 3
WHY = Why(ReasonChip.SEEN_IN_ROOM)
PROOF = Proof(Evidence.SESSION, "An hour with the instructor.")
# Midnight in Omaha, a year after the day.
MAKE_UPS_END = NINE_AM.replace(year=NINE_AM.year + 1, day=4, hour=5)
NO_PROOF = Proof(Evidence.SESSION, "  ")
people = st.integers(0, PEOPLE - 1)
numbers = st.integers(1, SEGMENTS)


class GateMachine(RuleBasedStateMachine):
    """Two people, three segments, one day."""

    def __init__(self):
        super().__init__()
        db.session.rollback()
        schedules.cached_schedule.cache_clear()
        self.now = NINE_AM - timedelta(minutes=59)
        self.first = make_course()
        course = make_course(prerequisite_id=self.first.id)
        self.offering = make_offering(code=f"M-{uuid4().hex}", course=course)
        batches.open_batch(self.offering, links.settings().evaluation_keys)
        evaluations.set_form(self.offering, evaluations.default_form())
        for n in range(SEGMENTS):
            make_segment(
                offering=self.offering,
                number=n + 1,
                starts_at=NINE_AM + timedelta(hours=2 * n),
            )
        self.user = make_user(Role.COORDINATOR, self.offering)
        # The first was accepted, the second enrolled at the door.
        self.enrollments = [
            make_enrollment(offering=self.offering, walked_in_at=at)
            for at in (None, self.now)
        ]
        self.passes = [make_pass(each) for each in self.enrollments]
        self.token = make_device(self.offering)
        self.in_time: list[set[int | str]] = [set() for _ in range(PEOPLE)]
        self.answered = set()
        self.has_finished_first = False
        self.held: list[dict[str, int]] = [{} for _ in range(PEOPLE)]
        self.contested: list[set[int]] = [set() for _ in range(PEOPLE)]
        self.revoked: set[str] = set()
        self.decided: set[int] = set()
        self.moved = 0
        self.years = 0

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

    @rule(minutes=st.integers(5, 100))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def the_day_ends(self):
        """So that the open gate is reached often enough."""
        self.now = max(self.now, NINE_AM + timedelta(hours=7))

    @rule()
    def the_day_nears_its_end(self):
        """Answers may be sent now, and no certificate may be issued yet."""
        self.now = max(self.now, NINE_AM + timedelta(hours=5, minutes=15))

    @rule(who=people)
    def attend_everything(self, who):
        for number in range(1, SEGMENTS + 1):
            self.check_in_by_hand(who, number)

    @rule(who=people)
    def scan(self, who):
        caller = tokens.find_caller(self.token)
        assert caller
        sent = read_scan({"id": uuid4().hex, "pass": self.passes[who]})
        [answer] = scanning.record_scans(
            [sent], caller, sent_at=None, received_at=self.now
        )
        if answer.outcome == "accepted" and not answer.late:
            self.in_time[who].add(answer.segment)

    @rule(who=people, number=numbers)
    def check_in_by_hand(self, who, number):
        segment = self.segment(number)
        if segment.starts_at <= self.now:
            corrections.check_in_by_hand(
                self.enrollments[who],
                segment,
                at=segment.starts_at,
                act=Act(why=WHY, uid=uuid4().hex, user=self.user, now=self.now),
            )
            self.in_time[who].add(number)

    @rule(who=people, number=numbers, proof=st.sampled_from([PROOF, NO_PROOF, None]))
    def make_up(self, who, number, proof):
        """Only what is over, only with evidence, and only within the year."""
        segment = self.segment(number)
        may_be = segment.ends_at <= self.now < MAKE_UPS_END and proof is PROOF
        try:
            corrections.mark(
                self.enrollments[who],
                segment,
                CorrectionKind.MAKE_UP,
                act=self.act(),
                proof=proof,
            )
        except InvalidError:
            assert not may_be
        else:
            assert may_be
            self.in_time[who].add(f"made up {number}")

    def act(self):
        return Act(why=WHY, uid=uuid4().hex, user=self.user, now=self.now)

    @rule(minutes=st.integers(-1, 0))
    def a_year_passes(self, minutes):
        """Seldom: what is not made up by then never is."""
        self.years += 1
        if self.years == 3:
            self.now = MAKE_UPS_END + timedelta(minutes=minutes)

    @rule(who=people, number=numbers)
    def a_scan_is_held(self, who, number):
        """Its clock was unsure; the start of the segment is what it says."""
        segment = self.segment(number)
        if segment.starts_at <= self.now:
            made = make_scan(
                self.enrollments[who],
                segment,
                outcome=Outcome.HELD,
                reason=Reason.CLOCK_UNSURE,
            )
            self.held[who][made.uid] = number

    @rule(counts=st.booleans())
    def decide_all_that_is_held(self, counts):
        """Both people's scans in one form; one of them was decided meanwhile."""
        waiting = [
            (who, uid, number)
            for who, scans in enumerate(self.held)
            for uid, number in scans.items()
        ]
        if not waiting:
            return
        _, first_uid, first_number = waiting[0]
        scan = db.session.query(Scan).filter_by(uid=first_uid).one()
        held_decisions.dismiss_held_scan(
            scan, self.segment(first_number), act=self.act()
        )
        choices = [
            held_decisions.Choice(uid, self.segment(number))
            for _, uid, number in waiting
        ]
        done = held_decisions.decide_together(
            self.offering, choices, counts=counts, act=self.act()
        )
        assert (done.count, done.before) == (len(waiting) - 1, [first_uid])
        for who, uid, number in waiting:
            del self.held[who][uid]
            if counts and uid != first_uid:
                self.in_time[who].add(number)

    @rule(who=people, number=numbers)
    def contest(self, who, number):
        segment = self.segment(number)
        try:
            contests.contest(
                self.enrollments[who],
                segment,
                "I was there.",
                uid=uuid4().hex,
                now=self.now,
            )
        except ConflictError:
            is_open = number in self.contested[who]
            assert is_open or segment.starts_at > self.now
        else:
            self.contested[who].add(number)

    @rule(who=people, number=numbers, what=st.sampled_from(["grant", "refuse", "drop"]))
    def answer(self, who, number, what):
        enrollment, segment = self.enrollments[who], self.segment(number)
        row = contests.find_open(enrollment, segment)
        assert (row is not None) == (number in self.contested[who])
        if row is None:
            return
        if what == "grant":
            at = segment.starts_at
            contests.grant(row, "You were.", act=self.act(), at=at)
            self.in_time[who].add(number)
        elif what == "refuse":
            contests.refuse(row, "You were not.", act=self.act())
        else:
            contests.withdraw(enrollment, row.public_id, now=self.now)
        self.contested[who].discard(number)

    @rule(who=people, number=numbers)
    def void(self, who, number):
        live = certificates.find_live(self.enrollments[who])
        try:
            revoked = voids.void_attendance(
                self.enrollments[who],
                self.segment(number),
                act=Act(why=WHY, uid=uuid4().hex, user=self.user, now=self.now),
            )
        except ConflictError:
            assert number not in self.in_time[who]
            return
        self.in_time[who].discard(number)
        self.revoked |= {revoked.serial} if revoked else set()
        rests_on_mark = live and live.basis[number - 1]["status"] == "made_up"
        assert (revoked is live) or rests_on_mark

    @rule(number=numbers)
    @precondition(lambda self: self.moved < 3)
    def move_segment(self, number):
        """Only what is still to come is moved: who is in stays in."""
        segment = self.segment(number)
        if segment.starts_at > self.now + timedelta(hours=2):
            catalogue.move_segment(
                segment,
                starts_at=segment.starts_at + timedelta(minutes=5),
                ends_at=segment.ends_at + timedelta(minutes=5),
                room="Annex",
                actor=CLI,
                now=self.now,
            )
            self.moved += 1

    @rule(is_on_record=st.booleans())
    def the_prerequisite_is_recorded_or_dismissed(self, is_on_record):
        """Of the second, by the report's address; of the first nothing is asked."""
        person = self.enrollments[1].person
        row = db.session.query(Completion).filter_by(course_id=self.first.id).first()
        row = row or make_completion(course=self.first, email=person.email)
        row.dismissed_at = None if is_on_record else self.now
        self.has_finished_first = is_on_record

    @rule(who=people)
    def settle_everything(self, who):
        """So that the open gate is reached often enough."""
        if who == 1:
            self.the_prerequisite_is_recorded_or_dismissed(True)
        for number in list(self.contested[who]):
            self.answer(who, number, "grant")
        for uid, number in list(self.held[who].items()):
            scan = db.session.query(Scan).filter_by(uid=uid).one()
            segment = self.segment(number)
            held_decisions.count_held_scan(scan, segment, act=self.act())
            del self.held[who][uid]
            self.in_time[who].add(number)

    @rule(who=people)
    def complete(self, who):
        """All of it in one step: by chance the gate would hardly ever open."""
        self.the_day_nears_its_end()
        self.attend_everything(who)
        self.evaluate(who)
        self.settle_everything(who)
        self.the_day_ends()

    @rule(who=people)
    def evaluate(self, who):
        try:
            evaluations.submit(self.enrollments[who], self.answers(), now=self.now)
        except ConflictError:
            return
        self.answered.add(who)

    @rule()
    def others_answer(self):
        """Three at once, so that five are reached, and not each time."""
        for _ in range(3):
            other = make_enrollment(offering=self.offering)
            try:
                evaluations.submit(other, self.answers(), now=self.now)
            except ConflictError:
                return

    @rule()
    def close_the_answers(self):
        """Five are released; who has answered keeps that, others still may."""
        batch = batches.get_batch(self.offering)
        waiting = mixing.count_sealed(batch)
        if mixing.close(batch, actor=CLI, now=self.now):
            is_enough = waiting >= 5
            assert (batch.response_count, batch.is_released) == (waiting, is_enough)
            shown = db.session.query(Response).filter_by(batch_id=batch.id).count()
            left = mixing.count_sealed(batch)
            assert (shown, left) == (waiting if is_enough else 0, 0)
        mixing.destroy_keys()

    def answers(self):
        return {
            part.absent_field or part.field(question): [
                "on" if part.absent_field else "4"
            ]
            for part in evaluations.laid_out(self.offering)
            for question in part.section.questions
            if part.absent_field
            or (question.is_required and question.kind is not Kind.LONG)
        }

    @rule(who=people)
    def issue(self, who):
        try:
            certificates.issue(self.enrollments[who], actor=CLI, now=self.now)
        except ConflictError:
            assert not self.may_have_one(who) or who in self.decided
        else:
            assert certificates.find_live(self.enrollments[who]) is not None

    @rule(who=people)
    def issue_again_by_decision(self, who):
        """What a coordinator has revoked, only a coordinator issues again."""
        if who in self.decided and self.may_have_one(who):
            made = certificates.issue(
                self.enrollments[who], actor=CLI, now=self.now, is_decision=True
            )
            assert made.serial not in self.revoked

    @rule(who=people)
    def issue_anew(self, who):
        old = certificates.find_live(self.enrollments[who])
        if old is not None:
            made = supersession.reissue(old, "Another logo.", actor=CLI, now=self.now)
            assert (made.replaces, made.basis) == (old.serial, old.basis)
            assert certificates.status_of(old) == "superseded"

    @rule(who=people)
    def revoke(self, who):
        if live := certificates.find_live(self.enrollments[who]):
            revocation.revoke(live.serial, "A mistake.", actor=CLI, now=self.now)
            self.revoked.add(live.serial)
            self.decided.add(who)

    def may_have_one(self, who):
        done = self.in_time[who]
        is_full = all({n, f"made up {n}"} & done for n in range(1, SEGMENTS + 1))
        ended = max(self.segment(n).ends_at for n in range(1, SEGMENTS + 1)) <= self.now
        is_settled = not self.held[who] and not self.contested[who]
        is_prepared = who == 0 or self.has_finished_first
        return is_full and ended and is_settled and is_prepared and who in self.answered

    @invariant()
    def the_gate_says_what_the_plain_idea_says(self):
        for who, enrollment in enumerate(self.enrollments):
            report = gates.gate(enrollment, now=self.now)
            assert report.is_open == self.may_have_one(who), (who, report.gaps)

    @invariant()
    def what_was_revoked_stays_revoked_and_one_is_valid(self):
        for enrollment in self.enrollments:
            listed = certificates.history_of(enrollment)
            serials = {each.serial for each in listed if each.status == "revoked"}
            assert serials == {each.serial for each in listed} & self.revoked
            assert [each.status for each in listed].count("valid") <= 1


def test_the_gate_holds_whatever_happens(app):
    run_state_machine_as_test(
        GateMachine,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_gate_waits_for_every_decision(app):
    """The machine's way through holds, contests and make-ups, by hand."""
    machine = GateMachine()
    machine.now = NINE_AM + timedelta(hours=5, minutes=15)
    machine.attend_everything(0)
    machine.evaluate(0)
    machine.the_day_ends()
    assert machine.may_have_one(0)
    for act in (
        lambda: machine.a_scan_is_held(0, 1),
        lambda: machine.contest(0, 2),
    ):
        act()
        machine.the_gate_says_what_the_plain_idea_says()
        assert not machine.may_have_one(0)
        machine.issue(0)
        machine.settle_everything(0)
        assert machine.may_have_one(0)
    machine.void(0, 3)
    machine.make_up(0, 3, NO_PROOF)
    assert not machine.may_have_one(0)
    machine.make_up(0, 3, PROOF)
    machine.the_gate_says_what_the_plain_idea_says()
    machine.issue(0)
    assert machine.may_have_one(0)
    machine.teardown()


def test_a_certificate_ends_and_answers_are_released(app):
    """The machine's way through revoking, issuing anew and five answers, by hand."""
    machine = GateMachine()
    machine.complete(0)
    machine.issue(0)
    machine.issue_anew(0)
    machine.revoke(0)
    machine.issue(0)
    assert certificates.find_live(machine.enrollments[0]) is None
    machine.issue_again_by_decision(0)
    machine.others_answer()
    machine.others_answer()
    machine.close_the_answers()
    machine.what_was_revoked_stays_revoked_and_one_is_valid()
    history = certificates.history_of(machine.enrollments[0])
    assert [each.status for each in history] == ["valid", "revoked", "superseded"]
    assert batches.get_batch(machine.offering).response_count == 7
    machine.teardown()


def test_who_was_enrolled_at_the_door_needs_the_prerequisite(app):
    """The machine's way past that, by hand."""
    machine = GateMachine()
    machine.complete(1)
    assert machine.may_have_one(1)
    machine.the_prerequisite_is_recorded_or_dismissed(False)
    assert gates.gate(machine.enrollments[1], now=machine.now).gaps == (
        Gap.PREREQUISITE,
    )
    machine.issue(1)
    machine.the_prerequisite_is_recorded_or_dismissed(True)
    machine.the_gate_says_what_the_plain_idea_says()
    machine.issue(1)
    machine.teardown()


def test_a_full_day_opens_the_gate(app):
    """The machine's happy path, by hand: so that it is known to be reachable."""
    machine = GateMachine()
    for n in range(SEGMENTS):
        machine.now = NINE_AM + timedelta(hours=2 * n)
        machine.scan(0)
    machine.the_day_ends()
    machine.evaluate(0)
    machine.issue(0)
    machine.the_gate_says_what_the_plain_idea_says()
    assert machine.may_have_one(0)
    machine.teardown()
