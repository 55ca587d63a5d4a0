"""Seats and passes, one person at a time."""

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
    make_person,
    save,
)
from tracker import keys
from tracker.db import db
from tracker.domain import passes
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import AuditEntry, Certificate, Enrollment, Pass, Person
from tracker.models.enrollment import EnrollmentKind
from tracker.services import enrollments, people, schedules
from tracker.services.audit import CLI
from tracker.services.enrollments import (
    current_pass,
    enroll,
    list_enrollments,
    replace_pass,
    withdraw,
)


@pytest.fixture
def offering(app):
    return make_offering(capacity=2)


def test_an_enrolled_person_has_a_seat_and_a_pass(offering):
    enrollment, change = enroll(
        offering, name="Sample  Ada", email="Ada@Example.org", state="NE", now=NINE_AM
    )

    text = current_pass(enrollment)
    assert change == "created"
    assert text is not None
    assert passes.is_well_formed(text)
    assert enrollment.passes[0].fingerprint == keys.ring().digest("pass", text)
    assert enrollment.person.name == "Sample Ada"
    assert people.find_person_by_email("ADA@example.ORG") is enrollment.person


def test_enrolling_again_changes_nothing(offering):
    first, _ = enroll(offering, name="Sample Ada", email="ada@example.org", now=NINE_AM)
    version = schedules.read_version(offering.id)

    again, change = enroll(
        offering, name="Sample Ada", email="ADA@example.org", now=NINE_AM
    )

    assert (again, change) == (first, "unchanged")
    assert schedules.read_version(offering.id) == version
    assert len(again.passes) == 1


def test_a_new_field_updates_and_an_empty_one_says_nothing(offering):
    person = make_person(email="ada@example.org", name="Sample Ada", agency="Bureau")
    make_enrollment(offering=offering, person=person)

    _, change = enroll(
        offering, name="Sample Ada", email="ada@example.org", title="Agent", now=NINE_AM
    )

    assert change == "updated"
    assert (person.agency, person.title) == ("Bureau", "Agent")


def test_a_known_person_is_enrolled_in_a_second_offering(offering):
    person = make_person(email="ada@example.org", name="Sample Ada")

    enrollment, change = enroll(
        offering, name="Sample Ada", email="ada@example.org", now=NINE_AM
    )

    assert (enrollment.person_id, change) == (person.id, "created")


def test_the_name_on_a_valid_certificate_is_not_changed_by_a_roster(offering):
    enrollment, _ = enroll(offering, name="Ada", email="ada@example.org", now=NINE_AM)
    make_certificate(enrollment)

    with pytest.raises(InvalidError) as caught:
        enroll(offering, name="Bo", email="ada@example.org", now=NINE_AM)

    assert caught.value.errors == {
        "name": "differs from the name on a valid certificate"
    }
    assert enrollment.person.name == "Ada"


def test_the_name_under_a_revoked_certificate_may_change(offering):
    enrollment, _ = enroll(offering, name="Ada", email="ada@example.org", now=NINE_AM)
    make_certificate(enrollment, revoked_at=NINE_AM)

    _, change = enroll(offering, name="Bo", email="ada@example.org", now=NINE_AM)

    assert change == "updated"


def make_certificate(enrollment, **fields):
    return save(
        Certificate(
            serial=f"SAMPLE-{enrollment.public_id}",
            enrollment_id=enrollment.id,
            name=enrollment.person.name,
            name_digest=bytes(32),
            basis=[],
            facts={},
            pdf=b"",
            pdf_digest=bytes(32),
            issued_on=NINE_AM.date(),
            issued_at=NINE_AM,
            **fields,
        )
    )


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": "is missing"}),
        ({"email": "nobody"}, {"email": "is not an e-mail address"}),
        ({"email": "a\0b@example.org"}, {"email": "is not an e-mail address"}),
        ({"state": "x" * 81}, {"state": "is longer than 80 characters"}),
    ],
)
def test_a_field_that_cannot_be_is_named(offering, fields, errors):
    sent = {"name": "Ada", "email": "ada@example.org", **fields}

    with pytest.raises(InvalidError) as caught:
        enroll(offering, **sent, now=NINE_AM)

    assert caught.value.errors == errors
    assert not db.session.scalar(sa.select(sa.func.count(Person.id)))


def test_seats_end_with_the_capacity(offering):
    for name in ("ada", "bo"):
        enroll(offering, name=name, email=f"{name}@example.org", now=NINE_AM)

    with pytest.raises(ConflictError, match="the capacity is 2"):
        enroll(offering, name="cy", email="cy@example.org", now=NINE_AM)


def test_observers_and_the_withdrawn_take_no_seat(offering):
    kinds = EnrollmentKind
    enroll(offering, name="a", email="a@example.org", now=NINE_AM)
    left, _ = enroll(offering, name="b", email="b@example.org", now=NINE_AM)
    withdraw(left, actor=CLI, now=NINE_AM)

    _, seat = enroll(offering, name="c", email="c@example.org", now=NINE_AM)
    _, guest = enroll(
        offering, name="d", email="d@example.org", kind=kinds.GUEST, now=NINE_AM
    )

    assert (seat, guest) == ("created", "created")


def test_capacity_nought_takes_everybody(app):
    offering = make_offering(capacity=0)

    assert enroll(offering, name="a", email="a@x.org", now=NINE_AM)[1] == "created"


def test_somebody_who_withdrew_is_not_enrolled_by_the_way(offering):
    enrollment, _ = enroll(offering, name="a", email="a@example.org", now=NINE_AM)
    withdraw(enrollment, actor=CLI, now=NINE_AM)

    with pytest.raises(InvalidError) as caught:
        enroll(offering, name="a", email="a@example.org", now=NINE_AM)

    assert caught.value.errors == {"email": "has withdrawn from this offering"}


def test_withdrawing_keeps_the_pass_and_is_noted_once(offering):
    enrollment, _ = enroll(offering, name="a", email="a@example.org", now=NINE_AM)

    done = [withdraw(enrollment, actor=CLI, now=NINE_AM) for _ in range(2)]

    entries = db.session.scalars(sa.select(AuditEntry.action)).all()
    assert done == [True, False]
    assert entries == ["enrollment.withdraw"]
    assert current_pass(enrollment) is not None
    assert list_enrollments(offering) == []


def test_a_replaced_pass_is_revoked(offering):
    enrollment, _ = enroll(offering, name="a", email="a@example.org", now=NINE_AM)
    before = current_pass(enrollment)

    replace_pass(enrollment, actor=CLI, now=NINE_AM)

    rows = db.session.scalars(sa.select(Pass).order_by(Pass.id)).all()
    after = current_pass(enrollment)
    assert [row.revoked_at for row in rows] == [NINE_AM, None]
    assert after not in {None, before}
    assert enrollments.current_passes(offering) == {enrollment.id: after}


def test_everybody_is_listed_by_name_with_few_queries(offering):
    offering.capacity = 0
    for name in ("cy", "Ada", "bo"):
        enroll(offering, name=name, email=f"{name}@example.org", now=NINE_AM)
    db.session.expunge_all()

    rows = list_enrollments(offering)
    db.session.expunge_all()

    assert [row.person.name for row in rows] == ["Ada", "bo", "cy"]


def test_another_offerings_enrollment_is_not_found(offering):
    other = make_enrollment()

    with pytest.raises(NotFoundError):
        enrollments.get_by_public_id(offering, other.public_id)
    found = enrollments.get_by_public_id(other.offering, other.public_id)
    assert isinstance(found, Enrollment)
