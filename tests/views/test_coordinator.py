"""Evaluation, settings and home, as a coordinator sees them."""

import re
from datetime import timedelta

import pytest

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
    make_user,
    save,
    sign_in,
)
from tests.views.desk import at, facts, text_of
from tests.views.forms import send
from tracker import links
from tracker.models import ApiToken, EvaluationReceipt
from tracker.models.staff import Role
from tracker.services import batches
from tracker.services.tokens import find_caller

# Evaluation.


def test_the_evaluation_page_says_who_has_answered_to_coordinators_only(
    staff, coordinator, ada, session
):
    make_enrollment(offering=ada.offering, name="Bo Li")
    make_enrollment(offering=ada.offering, name="Otto Observer", kind="observer")
    save(EvaluationReceipt(enrollment_id=ada.id))
    session.commit()
    address = at(ada.offering, "/evaluation")

    page = coordinator.get(address)
    shown = staff(Role.INSTRUCTOR).get(address)

    rows = re.findall(r'">([^<]*)</a></th><td>(yes|no)</td>', page.text)
    assert rows == [("Ada Lovelace", "yes"), ("Bo Li", "no")]
    assert "Ada" not in shown.text
    assert "not open yet" in shown.text
    assert "if at least 5 people have answered" in text_of(shown)


@pytest.mark.parametrize(
    ("after", "state"), [(0, "not open yet"), (330, "open"), (12 * 1440, "closed")]
)
def test_the_evaluation_is_said_to_be_open_when_it_is(
    staff, offering, session, clock, after, state
):
    batch = batches.open_batch(offering, links.settings().evaluation_keys)
    batch.closed_at = clock.moment if state == "closed" else None
    user = make_user(Role.INSTRUCTOR, offering)
    clock.moment = NINE_AM + timedelta(minutes=after)
    client = staff(user=user)
    sign_in(client, user, now=clock.moment)
    session.commit()

    page = client.get(at(offering, "/evaluation"))

    assert re.findall(r'class="chip[^>]*>([^<]*)<', page.text) == [state]


# Settings.


def test_a_token_is_shown_once_and_revoked(coordinator, ada, session):
    settings = at(ada.offering, "/settings")
    form = {"token-name": "Reports", "token-scope": "read"}

    shown = send(
        coordinator, f"{settings}/tokens", page=coordinator.get(settings), **form
    )
    text = re.search(r"mapi_[\w-]+", shown.text)
    assert text
    (row,) = facts(session, ApiToken)
    listed = coordinator.get(settings)
    send(coordinator, f"{settings}/tokens/{row.public_id}/revoke")

    caller = find_caller(text[0])
    assert "Reports read attendance" in text_of(listed)
    assert text[0] not in listed.text
    assert caller
    assert caller.is_revoked


def test_the_settings_name_the_policy_in_words(coordinator, ada):
    said = text_of(coordinator.get(at(ada.offering, "/settings")))

    assert "Check-in opens before a segment 30 minutes" in said
    assert "Records are kept 7 years" in said


# Home.


def test_home_lists_ones_offerings_with_roles_what_is_on_first(app, session, clock):
    past = make_offering(code="PAST", starts_on=NINE_AM.date() - timedelta(days=90),
                         ends_on=NINE_AM.date() - timedelta(days=88))  # fmt: skip
    now = make_offering(code="NOW")
    make_offering(code="OTHERS")
    user = make_user(Role.COORDINATOR, now)
    for offering, role in ((now, Role.INSTRUCTOR), (past, Role.DOOR)):
        session.add(type(user.memberships[0])(user=user, offering=offering, role=role,
                                              created_at=NINE_AM))  # fmt: skip
    client = app.test_client()
    sign_in(client, user, now=NINE_AM)
    session.commit()
    clock.moment = NINE_AM + timedelta(hours=11)  # the next day in London, not here

    said = text_of(client.get("/staff"))

    assert said.endswith(
        "Your offerings Courses and new offerings Grant report "
        "NOW, Omaha 3–6 November 2026, Omaha, NE on now "
        "coordinator instructor PAST, Omaha 5–7 August 2026, Omaha, NE over door "
        "Schedule Verify a certificate"
    )


def test_a_door_learns_how_to_pair_and_no_name(staff, offering, ada):
    page = staff(Role.DOOR).get(at(offering))

    assert "Ask a coordinator of this offering for a pairing code." in page.text
    assert "Ada" not in page.text
