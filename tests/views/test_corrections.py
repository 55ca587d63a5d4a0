"""Corrections by a coordinator: voids, marks, held scans, each with a way back."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import (
    NINE_AM,
    make_scan,
)
from tests.views.desk import (
    SERIAL,
    act_of,
    at,
    facts,
    make_certificate,
    of,
    scan,
    text_of,
)
from tests.views.forms import errors_of, send
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Outcome, Reason
from tracker.models import (
    Certificate,
)
from tracker.models.attendance import Evidence
from tracker.models.staff import Role
from tracker.services import corrections
from tracker.services.make_ups import Proof

# Changes.


def void(browser, enrollment, number=1, page=None, **fields):
    address = of(enrollment, f"/segments/{number}/void")
    form = {"uid": uuid4().hex, "chip": "mistake", **fields}
    return send(browser, address, page=page, **form)


def test_a_check_in_without_a_certificate_is_voided_with_its_reason(
    coordinator, ada, session
):
    made = scan(ada, ada.offering.segments[0])
    session.commit()

    answer = void(coordinator, ada, chip="other", reason="Somebody else's badge")

    (row,) = facts(session)
    assert answer.location == of(ada)
    assert (row.kind, row.scan_uid, row.reason) == (
        CorrectionKind.VOID,
        made.uid,
        "Somebody else's badge",
    )
    page = coordinator.get(of(ada))
    said = text_of(page)
    assert "What was recorded at segment 1 no longer counts." in page.text
    assert "0 of 3 segments" in said
    assert "Scanned in does not count" in said


def test_a_void_names_the_certificate_and_acts_on_the_second_post_only(
    coordinator, ada, session
):
    made = scan(ada, ada.offering.segments[0])
    make_certificate(ada, {1: f"scan:{made.uid}"})
    session.commit()

    asked = coordinator.get(of(ada, "/segments/1/void"))
    first = void(coordinator, ada)

    assert f"revokes certificate {SERIAL} of Ada Lovelace" in text_of(asked)
    assert first.status_code == 200
    assert "Nothing has been changed yet." in first.text
    assert f'name="revokes" value="{SERIAL}"' in first.text
    assert facts(session) == []

    second = void(coordinator, ada, page=first, revokes=SERIAL)

    (certificate,) = facts(session, Certificate)
    assert second.location == of(ada)
    assert certificate.revoked_at == NINE_AM
    assert len(facts(session)) == 1
    said = text_of(coordinator.get(of(ada)))
    assert "0 of 3 segments" in said


@pytest.mark.parametrize("serial", ["", "MC1-1111-1111-1111-1111"])
def test_another_serial_does_not_confirm(coordinator, ada, session, serial):
    made = scan(ada, ada.offering.segments[0])
    make_certificate(ada, {1: f"scan:{made.uid}"})
    session.commit()

    void(coordinator, ada, revokes=serial)

    assert facts(session) == []
    assert facts(session, Certificate)[0].revoked_at is None


def test_a_certificate_that_rests_elsewhere_is_not_named(coordinator, ada, session):
    made = scan(ada, ada.offering.segments[0])
    scan(ada, ada.offering.segments[1])
    make_certificate(ada, {1: f"scan:{made.uid}"})
    session.commit()

    answer = void(coordinator, ada, number=2)

    assert answer.status_code == 303
    assert facts(session, Certificate)[0].revoked_at is None


def test_a_void_needs_a_reason(coordinator, ada, session):
    scan(ada, ada.offering.segments[0])
    session.commit()

    none = void(coordinator, ada, chip="")
    empty = void(coordinator, ada, chip="other")

    assert (none.status_code, errors_of(none)) == (422, ["Choose a reason."])
    assert (empty.status_code, errors_of(empty)) == (422, ["Say why in a few words."])
    assert facts(session) == []


def test_somebody_is_excused_and_the_excuse_taken_back(coordinator, ada, session):
    address = of(ada, "/segments/2/mark")
    form = {"uid": uuid4().hex, "kind": "excuse", "reason": "Court date"}

    for _ in range(2):  # a double tap
        assert send(coordinator, address, **form).location == of(ada)

    (row,) = facts(session)
    assert (row.kind, row.reason) == (CorrectionKind.EXCUSE, "Court date")
    assert "Excused: Court date (Cora Coordinator) Take back" in text_of(
        coordinator.get(of(ada))
    )

    remove = of(ada, f"/corrections/{row.public_id}/remove")
    send(coordinator, remove, uid=uuid4().hex, chip="mistake")

    assert [each.voids_correction for each in facts(session)] == [None, row.public_id]


def test_taking_back_a_make_up_names_the_certificate_that_rests_on_it(
    coordinator, ada, user, session, clock
):
    missed = ada.offering.segments[0]
    clock.moment = missed.ends_at
    act = act_of(user, "other", "Attended in Tulsa")
    made = corrections.mark(
        ada,
        missed,
        CorrectionKind.MAKE_UP,
        act=replace(act, now=clock.moment),
        proof=Proof(Evidence.SESSION, "Attended in Tulsa"),
    )
    make_certificate(ada, {1: f"correction:{made.public_id}"})
    session.commit()
    remove = of(ada, f"/corrections/{made.public_id}/remove")
    form = {"uid": uuid4().hex, "chip": "mistake"}

    first = send(coordinator, remove, **form)
    unchanged = facts(session, Certificate)[0].revoked_at
    send(coordinator, remove, page=first, revokes=SERIAL, **form)

    assert SERIAL in first.text
    assert unchanged is None
    assert facts(session, Certificate)[0].revoked_at == missed.ends_at


def test_a_make_up_is_noted_only_once_the_segment_is_over(
    coordinator, ada, session, clock
):
    form = {"uid": uuid4().hex, "kind": "session", "words": "Attended in Tulsa"}
    ends_at = ada.offering.segments[0].ends_at

    clock.moment = ends_at
    page = coordinator.get(of(ada, "/segments/1/make-up"))

    def mark_at(moment):
        clock.moment = moment
        return send(coordinator, of(ada, "/segments/1/make-up"), page=page, **form)

    early = mark_at(ends_at - timedelta(seconds=1))
    assert early.status_code == 422
    assert "Only a segment that is over" in text_of(early)
    assert facts(session) == []
    assert mark_at(ends_at).status_code == 303
    (row,) = facts(session)
    assert (row.kind, row.evidence_kind, row.evidence) == (
        CorrectionKind.MAKE_UP,
        Evidence.SESSION,
        "Attended in Tulsa",
    )
    said = text_of(coordinator.get(of(ada)))
    assert "Made up: a session, Attended in Tulsa (Cora Coordinator)" in said


def test_a_make_up_needs_its_evidence(coordinator, ada, session, clock):
    clock.moment = ada.offering.segments[0].ends_at
    address = of(ada, "/segments/1/make-up")

    none = send(coordinator, address, uid=uuid4().hex)
    nowhere = send(
        coordinator,
        address,
        uid=uuid4().hex,
        kind="other_offering",
        offering="NOWHERE",
        segment="3",
        words="Attended in Tulsa",
    )

    assert errors_of(none) == ["Choose one.", "Say what the make-up rests on."]
    assert errors_of(nowhere) == ["You can see no check-in of this person there."]
    assert facts(session) == []


def test_the_page_of_a_make_up_says_until_when_it_can_be_noted(coordinator, ada, clock):
    address = of(ada, "/segments/1/make-up")

    def said_at(moment):
        clock.moment = moment
        return text_of(coordinator.get(address))

    assert "Only a segment that is over" in said_at(NINE_AM)
    assert "until 3 November 2027" in said_at(NINE_AM + timedelta(hours=3))


def test_a_mark_needs_words(coordinator, ada, session):
    answer = send(coordinator, of(ada, "/segments/2/mark"), uid=uuid4().hex)

    assert answer.status_code == 422
    assert errors_of(answer) == ["Choose one.", "Say why in a few words."]
    assert facts(session) == []


# Held scans.


@pytest.fixture
def held(ada, session):
    made = scan(
        ada, ada.offering.segments[0], outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE
    )
    session.commit()
    return made


def decide(browser, enrollment, scan, decision, **fields):
    page = browser.get(of(enrollment))
    uid = re.search(r'name="uid" value="([0-9a-f]{32})"', page.text)
    form = {
        "uid": uid[1] if uid else uuid4().hex,
        "scan": scan.uid,
        "segment": "1",
        "chip": "seen_in_room",
        "decision": decision,
        **fields,
    }
    return send(browser, of(enrollment, "/held"), page=page, **form)


@pytest.mark.parametrize(
    ("decision", "attended"),
    [("count", 1), ("dismiss", 0)],
)
def test_a_held_scan_is_decided(coordinator, ada, held, session, decision, attended):
    waiting = text_of(coordinator.get(at(ada.offering)))
    decide(coordinator, ada, held, decision)

    (row,) = facts(session)
    assert "1 scan waits for a decision" in waiting
    assert (row.scan_uid, row.at) == (held.uid, NINE_AM if attended else None)
    said = text_of(coordinator.get(of(ada)))
    assert f"{attended} of 3 segments" in said
    assert "waits for a decision" not in said
    assert "0 scans wait for a decision" in text_of(coordinator.get(at(ada.offering)))


def test_the_first_decision_on_a_held_scan_stands(coordinator, ada, held, session):
    page = coordinator.get(of(ada))
    for decision in ("count", "dismiss"):
        uid = re.search(r'name="uid" value="([0-9a-f]{32})"', page.text)
        assert uid
        form = {"uid": uid[1], "scan": held.uid, "segment": "1", "chip": "mistake"}
        send(coordinator, of(ada, "/held"), page=page, decision=decision, **form)

    assert [row.kind for row in facts(session)] == [CorrectionKind.CHECK_IN]


def test_a_scan_that_is_not_held_is_not_decided(coordinator, ada, session):
    made = scan(ada, ada.offering.segments[0])
    session.commit()

    assert decide(coordinator, ada, made, "dismiss").status_code == 409
    assert facts(session) == []


def test_a_name_written_at_the_door_is_shown_to_coordinators_only(
    staff, coordinator, ada, session
):
    row = make_scan(ada, ada.offering.segments[0], outcome=Outcome.HELD,
                    reason=Reason.NOT_IN_ROSTER, note="Walter Written")  # fmt: skip
    row.enrollment_id = None
    session.commit()

    assert "Walter Written" in coordinator.get(at(ada.offering, "/held")).text
    assert "Walter" not in staff(Role.INSTRUCTOR).get(at(ada.offering)).text
