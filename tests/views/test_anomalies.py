"""Anomalies: found in the facts, looked at, taken back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_device,
    make_enrollment,
    make_offering,
    make_segment,
    make_user,
)
from tests.views.counting import counted
from tests.views.desk import act_of, actions, at, facts, scan, text_of
from tests.views.forms import send
from tracker.domain.scans import Reason
from tracker.models import ClearedAnomaly, Device
from tracker.models.staff import Role
from tracker.services import anomalies, corrections, voids


@pytest.fixture
def page(offering):
    return at(offering, "/anomalies")


@pytest.fixture
def shared(coordinator, offering, ada, session):
    """Ada's phone had served somebody else."""
    scan(
        ada,
        offering.segments[0],
        outcome="held",
        reason=Reason.SHARED_DEVICE,
        uid="phone-1",
    )
    session.commit()
    return coordinator


def doors(session, offering, *names):
    for name in names:
        make_device(offering, name=name)
    found = session.scalars(sa.select(Device).filter_by(offering_id=offering.id))
    return {device.name: device.id for device in found}


def test_nothing_odd_is_an_empty_list(coordinator, page):
    assert "Nothing to look at" in coordinator.get(page).text


def test_an_anomaly_is_listed_in_plain_words_with_a_link_to_the_person(
    shared, page, ada
):
    answer = shared.get(page)

    text = text_of(answer)
    assert "Shared phone" in text
    assert "Came by a phone that had served somebody else at segment 1." in text
    assert f'/people/{ada.public_id}">Ada Lovelace</a>' in answer.text


def test_every_kind_is_found_in_stored_facts(coordinator, offering, ada, session):
    first = offering.segments[0]
    beside = make_segment(offering=offering, number=9, room="B", starts_at=NINE_AM)
    door = doors(session, offering, "Door 1", "Door 2", "Door 3")
    scan(ada, first, device_id=door["Door 1"])
    scan(ada, first, device_id=door["Door 2"], at=NINE_AM + timedelta(seconds=3))
    scan(
        ada,
        beside,
        minutes=5,
        device_id=door["Door 3"],
        device_at=NINE_AM + timedelta(hours=3),
    )
    for uid, reason in (("u", Reason.CLOCK_UNSURE), ("r", Reason.DEVICE_REVOKED)):
        scan(ada, first, 20, outcome="held", reason=reason, uid=uid,
             device_id=door["Door 3"])  # fmt: skip
    user = make_user(Role.INSTRUCTOR, offering, name="T. Each")
    for number in range(10):
        person = make_enrollment(offering=offering, name=f"Person {number}")
        corrections.check_in_by_hand(
            person, first, at=NINE_AM, act=act_of(user, "seen_in_room")
        )

    found = anomalies.list_anomalies(offering)

    assert {each.kind.value for each in found} == {
        "two_rooms",
        "two_doors",
        "clock",
        "clock_unsure",
        "revoked_device",
        "by_hand",
    }
    by_hand = next(each for each in found if each.kind == "by_hand")
    assert by_hand.words == ("T. Each checked 10 of 11 people in by hand at segment 1.")


def test_signed_sheets_and_voided_check_ins_are_not_by_hand(
    coordinator, offering, session
):
    user = make_user(Role.INSTRUCTOR, offering)
    first = offering.segments[0]
    for number in range(12):
        person = make_enrollment(offering=offering, name=f"Person {number}")
        chip = "sign_in_sheet" if number < 6 else "seen_in_room"
        made = corrections.check_in_by_hand(
            person, first, at=NINE_AM, act=act_of(user, chip)
        )
        if number == 11:
            voids.void_correction(made, act=act_of(user, "mistake"))

    assert anomalies.list_anomalies(offering) == []


def test_what_was_looked_at_leaves_the_list_and_can_be_taken_back(
    shared, page, offering, session
):
    done = send(
        shared,
        f"{page}/clear",
        shared.get(page),
        key="shared_phone:phone-1",
        reason="Two colleagues, one phone",
    )

    assert (done.status_code, done.location) == (303, page)
    assert anomalies.count_open(offering) == 0
    text = text_of(shared.get(page))
    assert "Nothing to look at" in text
    assert "Two colleagues, one phone" in text
    assert "Cora Coordinator" in text
    send(shared, f"{page}/reopen", shared.get(page), key="shared_phone:phone-1")
    assert anomalies.count_open(offering) == 1
    assert actions(session, offering) == ["anomaly.clear", "anomaly.reopen"]


def test_clearing_twice_keeps_the_first_word(shared, page, offering, session):
    for reason in ("First", "Second"):
        send(
            shared,
            f"{page}/clear",
            shared.get(page),
            key="shared_phone:phone-1",
            reason=reason,
        )
    for _ in range(2):
        send(shared, f"{page}/reopen", shared.get(page), key="two_rooms:1:1-2")

    assert [row.reason for row in facts(session, ClearedAnomaly)] == ["First"]
    assert actions(session, offering) == ["anomaly.clear"]


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("shared_phone:unknown", 404),
        ("", 422),
        ("x" * 201, 422),
        ("a b", 422),
        ("<script>", 422),
    ],
)
def test_a_key_that_is_none_clears_nothing(shared, page, session, key, status):
    answer = send(shared, f"{page}/clear", shared.get(page), key=key)

    assert answer.status_code == status
    assert facts(session, ClearedAnomaly) == []


def test_an_anomaly_of_another_offering_does_not_exist(shared, page, session):
    other = make_offering()
    segment = make_segment(offering=other)
    scan(
        make_enrollment(offering=other),
        segment,
        outcome="held",
        reason=Reason.SHARED_DEVICE,
        uid="phone-2",
    )
    session.commit()

    answer = send(shared, f"{page}/clear", shared.get(page), key="shared_phone:phone-2")

    assert answer.status_code == 404
    assert "phone-2" not in shared.get(page).text


def test_too_long_a_reason_is_said_and_nothing_is_cleared(shared, page, session):
    answer = send(
        shared,
        f"{page}/clear",
        shared.get(page),
        key="shared_phone:phone-1",
        reason="x" * 501,
    )

    assert answer.status_code == 422
    assert "Shorten this to 500 characters." in answer.text
    assert facts(session, ClearedAnomaly) == []


def test_more_of_what_is_counted_comes_back(coordinator, offering, ada, session):
    door = doors(session, offering, "Door 1")["Door 1"]
    user = make_user(Role.COORDINATOR, offering)
    wrong = {"device_id": door, "device_at": NINE_AM + timedelta(hours=1)}
    scan(ada, offering.segments[0], **wrong)
    (odd,) = anomalies.list_anomalies(offering)
    anomalies.clear(offering, odd.key, "", user=user, now=NINE_AM)
    assert anomalies.count_open(offering) == 0

    scan(ada, offering.segments[0], minutes=2, **wrong)

    assert anomalies.count_open(offering) == 1


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.DOOR])
def test_only_coordinators_see_anomalies(staff, ada, page, role):
    assert staff(role).get(page).status_code == 403


def test_one_anomaly_and_thirty_cost_the_same_statements(
    shared, page, offering, session
):
    shared.get(page)
    with counted() as few:
        shared.get(page)
    for number in range(29):
        scan(
            make_enrollment(offering=offering, name=f"Person {number}"),
            offering.segments[0],
            outcome="held",
            reason=Reason.SHARED_DEVICE,
        )
    session.commit()

    with counted() as many:
        answer = shared.get(page)

    assert answer.text.count('class="card person__segment anomaly"') == 30
    assert len(many) == len(few)
