"""Headcounts: the newest holds, a difference is explained, certificates may wait."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_scan, make_user
from tests.held import EVENING, hold_offering
from tests.views.counting import counted
from tests.views.desk import actions, facts
from tracker.domain.certificates import Gap
from tracker.domain.headcounts import Comparison
from tracker.domain.progress import missing_sentences
from tracker.domain.wording import gap_words
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import Headcount
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    certificates,
    gates,
    headcounts,
    schedules,
    voids,
    waiting,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI


@pytest.fixture
def held(app, tmp_path):
    """Ada and Ben were at both segments, from nine and from eleven on."""
    return hold_offering()


@pytest.fixture
def user(held):
    return make_user(Role.INSTRUCTOR, held.offering, name="T. Each")


def count(segment, number, user, *, minutes=30, uid=None, now=EVENING):
    return headcounts.add_headcount(
        segment,
        number,
        counted_at=segment.starts_at + timedelta(minutes=minutes),
        uid=uid or uuid4().hex,
        user=user,
        now=now,
    )


def compared(held, place=0):
    segment = held.segments[place]
    return headcounts.compare([segment.id]).get(segment.id)


def test_a_headcount_is_held_against_who_was_in_at_that_moment(held, user):
    segment = held.segments[0]
    count(segment, 2, user)
    assert compared(held).comparison == Comparison(2, 2)

    count(segment, 3, user, minutes=-10)

    assert compared(held).comparison == Comparison(3, 0)
    assert compared(held).by == "T. Each"
    assert compared(held, 1) is None


def test_what_is_recorded_later_changes_the_comparison(held, user, session):
    segment = held.segments[0]
    count(segment, 1, user)
    assert not compared(held).comparison.is_settled

    make_scan(held.ada, segment, direction="out", at=segment.starts_at + MINUTES[20])
    attendance.project(held.ada.id, segment.id)

    assert compared(held).comparison == Comparison(1, 1)


MINUTES = [timedelta(minutes=n) for n in range(30)]


def test_the_same_form_counts_once_and_another_number_needs_another(
    held, user, session
):
    uid = uuid4().hex
    first = count(held.segments[0], 2, user, uid=uid)

    assert count(held.segments[0], 2, user, uid=uid) is first
    with pytest.raises(ConflictError):
        count(held.segments[0], 3, user, uid=uid)
    assert len(facts(session, Headcount)) == 1
    assert actions(session, held.offering).count("headcount.add") == 1


@pytest.mark.parametrize("number", [-1, 10_001])
def test_no_number_of_people_is_refused(held, user, number):
    with pytest.raises(InvalidError) as refusal:
        count(held.segments[0], number, user)

    assert list(refusal.value.errors) == ["counted"]


@pytest.mark.parametrize("minutes", [-61, 91, 24 * 60])
def test_a_moment_at_which_nobody_could_be_in_is_refused(held, user, minutes):
    with pytest.raises(InvalidError) as refusal:
        count(held.segments[0], 2, user, minutes=minutes)

    assert list(refusal.value.errors) == ["at"]


def test_nobody_counts_in_the_future(held, user):
    with pytest.raises(InvalidError):
        count(held.segments[0], 2, user, minutes=30, now=NINE_AM + MINUTES[29])


def test_a_difference_is_explained_and_the_words_can_be_replaced(held, user, session):
    row = count(held.segments[0], 4, user)
    for words in ("Two guests", "Two  guests.", "Two guests."):
        headcounts.explain(
            held.segments[0], row.public_id, words, user=user, now=EVENING
        )

    found = compared(held)
    assert found.comparison == Comparison(4, 2, "Two guests.", 2)
    assert found.explained_by == "T. Each"
    assert actions(session, held.offering).count("headcount.explain") == 2


def test_an_explanation_settles_the_difference_that_it_was_given_for(held, user):
    row = count(held.segments[0], 4, user)
    headcounts.explain(
        held.segments[0], row.public_id, "Two guests.", user=user, now=EVENING
    )
    assert compared(held).comparison.is_settled

    act = Act(why=Why(ReasonChip.MISTAKE), uid=uuid4().hex, user=user, now=EVENING)
    voids.void_attendance(held.ben, held.segments[0], act=act)

    found = compared(held).comparison
    assert (found.difference, found.explained, found.is_settled) == (3, 2, False)


@pytest.mark.parametrize("words", ["", " ", "x" * 501, "a\u202eb"])
def test_an_explanation_needs_words_that_can_be_shown(held, user, words):
    row = count(held.segments[0], 4, user)

    with pytest.raises(InvalidError):
        headcounts.explain(
            held.segments[0], row.public_id, words, user=user, now=EVENING
        )


def test_a_headcount_of_another_segment_is_not_explained(held, user):
    row = count(held.segments[0], 4, user)

    with pytest.raises(NotFoundError):
        headcounts.explain(
            held.segments[1], row.public_id, "Why", user=user, now=EVENING
        )


@pytest.fixture
def waits(held):
    """The policy lets certificates wait for headcounts."""
    held.offering.policy = {"headcounts_gate": True}
    schedules.raise_schedule_version(held.offering.id)
    return held


def test_by_default_certificates_do_not_wait_for_headcounts(held, user):
    count(held.segments[0], 40, user)

    assert gates.gate(held.ben, now=EVENING).gaps == ()


def test_certificates_wait_until_headcounts_agree_or_are_explained(waits, user):
    first, second = waits.segments
    assert gates.gate(waits.ben, now=EVENING).gaps == (Gap.HEADCOUNT,)
    count(first, 2, user)
    row = count(second, 3, user)
    assert gates.gate(waits.ben, now=EVENING).gaps == (Gap.HEADCOUNT,)
    with pytest.raises(ConflictError, match="headcounts"):
        certificates.issue(waits.ben, actor=CLI, now=EVENING)

    headcounts.explain(second, row.public_id, "A visitor", user=user, now=EVENING)

    assert certificates.issue(waits.ben, actor=CLI, now=EVENING).serial
    assert certificates.find_live(waits.ada) is not None


def test_a_new_count_that_differs_lets_certificates_wait_again(waits, user):
    for segment in waits.segments:
        count(segment, 2, user)
    assert gates.gate(waits.ben, now=EVENING).is_open

    count(waits.segments[0], 5, user)

    assert not gates.gate(waits.ben, now=EVENING).is_open


def test_segments_that_are_not_required_or_cancelled_need_no_count(waits, user):
    first, second = waits.segments
    second.is_required = False
    count(first, 2, user)

    assert gates.gate(waits.ben, now=EVENING).is_open


def test_everybody_is_told_why_in_plain_words(waits):
    report = gates.gate(waits.ben, now=EVENING)

    assert gap_words(report.gaps, report.standing) == (
        "headcounts are missing, or differ without an explanation",
    )
    assert missing_sentences(report.gaps, report.standing) == (
        "The coordinator still holds headcounts against the check-ins.",
    )
    listed = waiting.list_uncertified(waits.offering, now=EVENING)
    assert [each.gaps for each in listed] == [
        ("headcounts are missing, or differ without an explanation",)
    ]
    assert certificates.find_due(waits.offering, now=EVENING).due == ()


def test_one_segment_and_two_cost_the_same_statements(waits, user):
    count(waits.segments[0], 2, user)
    with counted() as few:
        headcounts.compare([waits.segments[0].id])
    count(waits.segments[1], 2, user)

    with counted() as many:
        headcounts.compare([each.id for each in waits.segments])

    assert len(many) == len(few) == 2
