"""Contests: one open per person and segment, answered once, and the gate waits."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
)
from tracker.db import db
from tracker.domain.attendance import Status
from tracker.domain.certificates import Gap
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import AuditEntry, Contest, Correction, OutboxMessage
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    contest_lists,
    contests,
    gates,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.contest_lists import State

NOW = NINE_AM + timedelta(hours=2)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def ada(offering):
    return make_enrollment(offering=offering, name="Sample Ada")


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering)


def contest(enrollment, number=1, words="I was there.", uid=None, now=NOW):
    segment = enrollment.offering.segments[number - 1]
    return contests.contest(enrollment, segment, words, uid=uid or uuid4().hex, now=now)


def act_of(user, words="We saw you.", uid=None):
    why = Why(ReasonChip.OTHER, words)
    return Act(why=why, uid=uid or uuid4().hex, user=user, now=NOW)


def gaps(enrollment):
    return gates.gate(enrollment, now=NOW).gaps


def mails():
    return db.session.scalars(sa.select(OutboxMessage)).all()


def test_a_contest_keeps_the_gate_shut_until_it_is_answered(ada, user):
    before = gaps(ada)
    row = contest(ada)
    open_gaps = gaps(ada)
    contests.refuse(row, "Nobody saw you.", act=act_of(user))

    assert Gap.CONTEST not in before
    assert Gap.CONTEST in open_gaps
    assert gaps(ada) == before


def test_a_withdrawn_contest_opens_the_gate_again(ada):
    row = contest(ada)

    for _ in range(2):
        contests.withdraw(ada, row.public_id, now=NOW)

    assert Gap.CONTEST not in gaps(ada)
    assert [each.state for each in contest_lists.list_contests_of(ada)] == [
        State.WITHDRAWN
    ]


def test_one_is_open_per_segment_and_a_second_tap_is_the_same(ada):
    uid = uuid4().hex
    row = contest(ada, uid=uid)

    assert contest(ada, uid=uid) is row
    with pytest.raises(ConflictError, match="already"):
        contest(ada)
    with pytest.raises(ConflictError, match="something else"):
        contest(ada, number=2, uid=uid)


def test_an_answered_segment_can_be_contested_again(ada, user):
    contests.refuse(contest(ada), "No.", act=act_of(user))

    assert contest(ada).answered_at is None


def test_a_segment_to_come_cannot_be_contested(ada):
    starts_at = ada.offering.segments[1].starts_at

    with pytest.raises(ConflictError, match="not begun"):
        contest(ada, number=2, now=starts_at - timedelta(seconds=1))
    assert contest(ada, number=2, now=starts_at)


@pytest.mark.parametrize("words", ["", " \n ", "x" * 1_001, "A\x00B", "A\u202eB"])
def test_words_that_cannot_be_kept_are_refused(ada, words):
    with pytest.raises(InvalidError):
        contest(ada, words=words)

    assert db.session.scalar(sa.select(sa.func.count(Contest.id))) == 0


def test_words_keep_their_lines(ada):
    assert contest(ada, words=" One  line\r\nand another ").words == (
        "One line\nand another"
    )


def test_granting_makes_the_check_in_with_the_answer_as_its_reason(ada, user):
    row = contest(ada)

    contests.grant(row, "We saw you.", act=act_of(user), at=NINE_AM)

    (made,) = db.session.scalars(sa.select(Correction))
    assert (made.at, made.reason, made.user_id) == (NINE_AM, "We saw you.", user.id)
    standing = attendance.standing_of(ada, now=NOW)
    assert standing.statuses[1] is Status.PRESENT
    assert (row.is_granted, row.answered_by, row.answered_at) == (True, user.id, NOW)


def test_granting_what_was_put_right_before_makes_nothing(ada, user):
    contests.grant(contest(ada), "It is right by now.", act=act_of(user))

    assert db.session.scalars(sa.select(Correction)).all() == []


def test_a_time_that_cannot_be_leaves_the_contest_open(ada, user):
    row = contest(ada)

    with pytest.raises(InvalidError, match="still to come"):
        contests.grant(row, "Yes.", act=act_of(user), at=NOW + timedelta(hours=1))

    assert row.answered_at is None
    assert mails() == []


def test_the_mail_says_that_there_is_an_answer_and_nothing_else(ada, user):
    contests.refuse(contest(ada), "A secret word.", act=act_of(user))

    (mail,) = mails()
    assert mail.recipient == ada.person.email
    assert mail.payload["subject"] == "Your question about your attendance was answered"
    assert "secret" not in mail.payload["text"]
    assert f"/me/offerings/{ada.offering.code}/programme" in mail.payload["text"]


def test_the_first_answer_stands_and_the_same_one_again_mails_nobody(ada, user):
    row, act = contest(ada), act_of(user)
    contests.grant(row, "Yes.", act=act, at=NINE_AM)

    contests.grant(row, "Yes.", act=act, at=NINE_AM)

    assert len(mails()) == 1
    with pytest.raises(ConflictError, match="answered already"):
        contests.refuse(row, "No.", act=act_of(user))
    with pytest.raises(ConflictError, match="answered already"):
        contests.grant(row, "Yes.", act=act_of(make_user()))
    with pytest.raises(ConflictError, match="meanwhile"):
        contests.withdraw(ada, row.public_id, now=NOW)


def test_what_was_withdrawn_is_not_answered(ada, user):
    row = contest(ada)
    contests.withdraw(ada, row.public_id, now=NOW)

    with pytest.raises(ConflictError, match="withdrawn"):
        contests.refuse(row, "No.", act=act_of(user))


def test_nobody_answers_their_own_contest(offering, ada):
    same = make_user(Role.COORDINATOR, offering, email=ada.person.email)

    with pytest.raises(ForbiddenError):
        contests.grant(contest(ada), "Yes.", act=act_of(same))


def test_nobody_withdraws_somebody_elses(offering, ada):
    row = contest(ada)

    with pytest.raises(NotFoundError):
        contests.withdraw(make_enrollment(offering=offering), row.public_id, now=NOW)


def test_contests_are_read_with_the_open_ones_first(offering, ada, user):
    ben = make_enrollment(offering=offering, name="Sample Ben")
    contests.refuse(contest(ada), "No.", act=act_of(user))
    contest(ben, words="Me, too.")

    listed = contest_lists.list_contests(offering)

    assert [(e.name, e.segment, e.words, e.state, e.answer, e.by) for e in listed] == [
        ("Sample Ben", 1, "Me, too.", State.OPEN, "", ""),
        ("Sample Ada", 1, "I was there.", State.REFUSED, "No.", "Sample Staff"),
    ]
    assert contest_lists.count_open(offering) == 1


def test_every_step_is_in_the_audit_log_without_a_word_of_it(ada, user):
    contests.withdraw(ada, contest(ada, words="Secret").public_id, now=NOW)
    contests.refuse(contest(ada, words="Secret"), "Secret", act=act_of(user))

    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [each.action for each in entries] == [
        "contest.make",
        "contest.withdraw",
        "contest.make",
        "contest.answer",
    ]
    assert "Secret" not in str([each.details for each in entries])


def test_a_granted_check_in_is_taken_back_like_any_other(ada, user):
    contests.grant(contest(ada), "Yes.", act=act_of(user), at=NINE_AM)
    (made,) = db.session.scalars(sa.select(Correction))

    voids.void_correction(made, act=act_of(user, "A mistake."))

    assert attendance.standing_of(ada, now=NOW).statuses[1] is Status.ABSENT
