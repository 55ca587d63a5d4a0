"""What belongs to another offering, or to another role, is out of reach."""

import json
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
from tests.views.desk import (
    SERIAL,
    act_of,
    actions,
    at,
    facts,
    make_certificate,
    of,
    scan,
)
from tests.views.forms import send
from tracker.models import (
    ApiToken,
)
from tracker.models.access import TokenScope
from tracker.models.staff import Role
from tracker.services import audit, corrections, devices, tokens


@pytest.fixture
def foreign(session):
    """Things of an offering in which the coordinator has no role."""
    other = make_offering()
    make_day(other)
    person = make_enrollment(offering=other)
    made = scan(person, other.segments[0])
    user = make_user(Role.COORDINATOR, other)
    correction = corrections.check_in_by_hand(
        person, other.segments[0], at=NINE_AM, act=act_of(user, "mistake")
    )
    make_certificate(person)
    code = devices.make_pairing_code(other, "Door", "", actor=audit.CLI, now=NINE_AM)
    _, device = devices.pair(code, str(uuid4()), now=NINE_AM)
    tokens.add_token("Program", other, TokenScope.READ, actor=audit.CLI, now=NINE_AM)
    token = session.scalars(sa.select(ApiToken)).one()
    session.commit()
    return {
        "person": person.public_id,
        "correction": correction.public_id,
        "device": device.public_id,
        "token": token.public_id,
        "scan": made.uid,
    }


PLACES = (
    "/people/{person}",
    "/people/{person}/segments/1/mark",
    "/people/{person}/segments/1/make-up",
    "/people/{person}/segments/1/void",
    "/people/{person}/corrections/{correction}/remove",
    "/people/{own}/corrections/{correction}/remove",
    "/people/{person}/held",
    "/people/{person}/pass",
    "/people/{person}/withdraw",
    "/certificates/" + SERIAL + "/revoke",
    "/certificates/" + SERIAL + "/pdf",
    "/certificates/issue/{person}",
    "/devices/{device}",
    "/devices/{device}/revoke",
    "/settings/tokens/{token}/revoke",
)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_another_offerings_does_not_exist_here(
    coordinator, ada, foreign, session, place
):
    address = at(ada.offering, place.format(own=ada.public_id, **foreign))
    before = json.dumps(actions(session, ada.offering))
    form = coordinator.get(at(ada.offering, "/settings"))

    read = coordinator.get(address)
    written = send(
        coordinator, address, page=form, uid=uuid4().hex, chip="mistake", reason="x"
    )

    assert read.status_code in {404, 405}
    assert written.status_code in ({404} if place != "/people/{person}" else {405})
    assert json.dumps(actions(session, ada.offering)) == before


def test_anothers_scan_cannot_be_decided_from_here(coordinator, ada, foreign, session):
    count = len(facts(session))

    answer = send(
        coordinator,
        of(ada, "/held"),
        page=coordinator.get(of(ada)),
        uid=uuid4().hex,
        chip="mistake",
        scan=foreign["scan"],
        segment="1",
        decision="count",
    )

    assert answer.status_code == 404
    assert len(facts(session)) == count


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.DOOR])
@pytest.mark.parametrize(
    "place",
    ["/people", "/certificates", "/settings", "/people/{own}/pass",
     "/people/{own}/segments/1/void", "/people/{own}/withdraw"],
)  # fmt: skip
def test_what_is_a_coordinators_is_not_for_others(staff, ada, offering, role, place):
    address = at(offering, place.format(own=ada.public_id))

    assert staff(role).get(address).status_code == 403
