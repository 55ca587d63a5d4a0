"""Make-ups: what they rest on, until when, and what of another offering is seen."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
    save,
)
from tests.views.desk import scan
from tracker.domain.attendance import CorrectionKind, Status
from tracker.errors import InvalidError
from tracker.models import Membership
from tracker.models.attendance import Evidence, ReasonChip
from tracker.models.staff import Role
from tracker.services import attendance, corrections
from tracker.services.acts import Act, Why
from tracker.services.make_ups import Proof

TALK = Proof(Evidence.SESSION, "An hour with the instructor.")
NOON = NINE_AM + timedelta(hours=3)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def ada(offering):
    return make_enrollment(offering=offering)


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering)


def make_up(enrollment, user, proof=TALK, now=NOON):
    why = Why(ReasonChip.OTHER, "Was ill.")
    return corrections.mark(
        enrollment,
        enrollment.offering.segments[0],
        CorrectionKind.MAKE_UP,
        act=Act(why=why, uid=uuid4().hex, user=user, now=now),
        proof=proof,
    )


def refusal(enrollment, user, proof=TALK, now=NOON):
    with pytest.raises(InvalidError) as caught:
        make_up(enrollment, user, proof, now)
    assert attendance.standing_of(enrollment, now=now).statuses[1] is not Status.MADE_UP
    return caught.value.errors


def test_a_make_up_keeps_its_evidence_and_counts(ada, user):
    row = make_up(ada, user)

    assert (row.evidence_kind, row.evidence) == (Evidence.SESSION, TALK.words)
    assert attendance.standing_of(ada, now=NOON).statuses[1] is Status.MADE_UP


@pytest.mark.parametrize("proof", [None, Proof(Evidence.ASSIGNMENT, "  ")])
def test_without_evidence_there_is_none(ada, user, proof):
    assert refusal(ada, user, proof) == {"words": "Say what the make-up rests on."}


@pytest.mark.parametrize("words", ["x" * 501, "A\x00B", "A\u202eB"])
def test_evidence_that_cannot_be_kept_is_refused(ada, user, words):
    assert refusal(ada, user, Proof(Evidence.SESSION, words)).keys() == {"words"}


def test_a_segment_that_is_not_over_cannot_be_made_up(ada, user):
    assert "over" in refusal(ada, user, now=NINE_AM)["kind"]


def test_the_last_day_counts_and_the_next_is_refused(ada, user):
    midnight = NINE_AM.replace(year=2027, hour=5) + timedelta(days=1)  # in Omaha

    late = refusal(ada, user, now=midnight)

    assert late == {"kind": "This segment could be made up until 3 November 2027."}
    assert make_up(ada, user, now=midnight - timedelta(seconds=1))


def test_the_policy_moves_the_deadline(ada, user, offering):
    offering.policy = {"make_up_months": 1}

    assert (
        "3 December 2026" in refusal(ada, user, now=NOON + timedelta(days=40))["kind"]
    )


# Another offering's scan.


@pytest.fixture
def elsewhere(ada):
    """The same person was at segment 2 of another offering."""
    there = make_offering(code="TULSA")
    make_day(there)
    enrollment = make_enrollment(offering=there, person=ada.person)
    scan(enrollment, there.segments[1], 4)
    return there


def cited(number=2, code="TULSA"):
    return Proof(Evidence.OTHER_OFFERING, "The same topic.", code, number)


def test_a_check_in_at_another_offering_is_looked_up_and_shown(
    ada, elsewhere, offering
):
    both = make_user(Role.COORDINATOR, offering, is_admin=True)

    row = make_up(ada, both, cited())

    assert row.evidence == (
        "TULSA, segment 2, in at 3 Nov 2026, 11:04. The same topic."
    )


def test_who_works_in_both_may_name_the_other(ada, elsewhere, user, session):
    save(
        Membership(
            user=user, offering=elsewhere, role=Role.INSTRUCTOR, created_at=LONG_AGO
        )
    )

    assert make_up(ada, user, cited()).evidence.startswith("TULSA, segment 2")


def test_another_offering_is_seen_by_those_who_work_there_only(ada, elsewhere, user):
    """I12: what is there and may not be seen is answered like what is not."""
    there = refusal(ada, user, cited())
    nowhere = refusal(ada, user, cited(code="NOWHERE"))

    assert (
        there
        == nowhere
        == {"offering": "You can see no check-in of this person there."}
    )


def test_somebody_elses_check_in_is_no_evidence(offering, elsewhere):
    admin = make_user(is_admin=True)

    assert refusal(make_enrollment(offering=offering), admin, cited())


@pytest.mark.parametrize(
    "proof",
    [
        cited(number=3),
        Proof(Evidence.OTHER_OFFERING, "Tulsa.", "TULSA"),
        Proof(Evidence.OTHER_OFFERING, "Tulsa.", "", 2),
        Proof(Evidence.SESSION, "Tulsa.", "TULSA", 2),
    ],
)
def test_what_is_named_must_be_there_and_whole(ada, elsewhere, proof):
    assert refusal(ada, make_user(is_admin=True), proof).keys() == {"offering"}


def test_the_same_offering_is_not_another(ada, offering):
    proof = cited(code=offering.code)

    assert "very offering" in refusal(ada, make_user(is_admin=True), proof)["offering"]
