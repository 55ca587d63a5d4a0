"""A certificate is issued anew: superseded, replaced, its history kept."""

from datetime import timedelta

import pytest

from tests.factories import NINE_AM, make_offering, make_user
from tests.printed import text_of as text_of_pdf
from tests.views.desk import actions, at, complete, facts, text_of
from tests.views.forms import errors_of, send
from tracker.errors import ConflictError
from tracker.models import Certificate, OutboxMessage
from tracker.models.staff import Role
from tracker.services import (
    certificates,
    doctor,
    revocation,
    supersession,
    verification,
)
from tracker.services.audit import CLI

EVENING = NINE_AM + timedelta(hours=7)


@pytest.fixture
def first(ada, session, clock):
    complete(ada)
    clock.moment = EVENING
    made = certificates.issue(ada, actor=CLI, now=EVENING)
    session.commit()
    return made


def page_of(certificate):
    offering = certificate.enrollment.offering
    return at(offering, f"/certificates/{certificate.serial}/reissue")


def test_after_another_name_the_old_one_is_superseded_and_the_new_one_says_so(
    coordinator, first, ada, session
):
    ada.certificate_name = "Ada Byron"
    session.commit()
    listed = text_of(coordinator.get(at(ada.offering, "/certificates")))
    kept = first.pdf

    page = coordinator.get(page_of(first))
    empty = send(coordinator, page_of(first), reason=" ", page=page)
    for _ in range(2):  # a double tap
        send(coordinator, page_of(first), reason="New family name", page=page)

    old, new = facts(session, Certificate)
    assert "the name has changed since" in listed
    assert errors_of(empty) == ["Give a reason."]
    assert (old.pdf, old.superseded_reason) == (kept, "New family name")
    assert new.replaces == old.serial
    assert new.basis == old.basis
    said = text_of_pdf(new.pdf)
    assert "Ada Byron" in said
    assert f"Replaces {old.serial}" in said
    assert verification.verify(old.serial, "Ada Lovelace").status == "superseded"
    assert verification.verify(new.serial, "Ada Byron").status == "valid"
    assert verification.verify(new.serial, "Ada Lovelace").status == "no_match"
    assert len(facts(session, OutboxMessage)) == 2
    assert actions(session, ada.offering)[-1] == "certificate.reissue"
    broken = {check.name for check in doctor.run_checks() if not check.ok}
    assert broken <= {"receipts equal answers"}  # the sample has no answers
    history = text_of(coordinator.get(page_of(new)))
    assert f"replaces {old.serial}" in history


def test_a_revoked_certificate_is_never_issued_anew_nor_valid_again(
    coordinator, first, ada, session
):
    revocation.revoke(first.serial, "In error", actor=CLI, now=EVENING)

    with pytest.raises(ConflictError, match="was revoked"):
        supersession.reissue(first, "Anew", actor=CLI, now=EVENING)

    assert verification.verify(first.serial, "Ada Lovelace").status == "revoked"
    assert len(facts(session, Certificate)) == 1


def test_once_the_newer_one_is_revoked_the_older_one_leads_to_none(first, ada, session):
    new = supersession.reissue(first, "Anew", actor=CLI, now=EVENING)
    revocation.revoke(new.serial, "In error", actor=CLI, now=EVENING)

    with pytest.raises(ConflictError, match="was superseded"):
        supersession.reissue(first, "Again", actor=CLI, now=EVENING)

    assert certificates.find_live(ada) is None
    assert verification.verify(first.serial, "Ada Lovelace").status == "superseded"


def test_another_offerings_certificate_is_not_there(coordinator, first, staff):
    stranger = staff(user=make_user(Role.COORDINATOR, make_offering()))

    assert stranger.get(page_of(first)).status_code == 404
