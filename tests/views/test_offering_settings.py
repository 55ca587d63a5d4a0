"""An offering's settings in the browser: changed, copied, published, cancelled."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_instructor,
    make_offering,
)
from tests.views.desk import actions, at, text_of
from tests.views.forms import errors_of, hidden, send
from tracker import links
from tracker.domain.plans import Policy
from tracker.forms.offering_settings import POLICY
from tracker.models import Membership, Offering
from tracker.models.staff import Role
from tracker.services import batches, evaluation_forms, schedules, seats

FACTS = {
    "title": "Sample course in Lincoln",
    "city": "Lincoln",
    "state": "NE",
    "timezone": "America/Chicago",
    "starts_on": "2026-11-03",
    "ends_on": "2026-11-05",
    "venue": "1 Sample Street",
    "contact": "desk@example.org",
    "capacity": "30",
    "catchment": "NE\nIA/Pottawattamie",
    "stock": "mint",
    "host_name": "Sample host",
    "host_address": "",
    "sponsor_numbers": "0012",
    "signatories": "Ann Sample; Director",
}
ADMISSIONS = {
    "opens_at": "2026-09-01T09:00",
    "closes_at": "2026-10-15T00:00",
    "confirm_days": "5",
    "overbooking": "2",
    "waitlist_order": "listed",
    "reservations": "Discipline; Prosecutors; 10",
}


@pytest.fixture
def offering(offering, session):
    """The offering as the services would have made it."""
    batches.open_batch(offering, links.settings().evaluation_keys)
    evaluation_forms.set_form(offering, evaluation_forms.default_form())
    session.commit()
    return offering


def based(browser, address):
    """The state that a form of settings was loaded with."""
    page = browser.get(address)
    base = page.text.partition('name="base"')[2].partition('value="')[2]
    return {**hidden(page), "base": base.partition('"')[0]}


def save(browser, offering, page, **fields):
    address = at(offering, f"/settings/{page}")
    return browser.post(address, data={**based(browser, address), **fields})


def test_the_facts_are_changed(coordinator, offering, session):
    assert save(coordinator, offering, "facts", **FACTS).status_code == 303

    session.expire_all()
    assert (offering.city, offering.capacity, offering.stock) == ("Lincoln", 30, "mint")
    assert offering.catchment == ["NE", "IA / Pottawattamie"]
    assert (offering.ends_on, offering.venue) == (date(2026, 11, 5), "1 Sample Street")
    assert offering.host["sponsor_numbers"] == ["0012"]
    assert offering.signatories == [{"name": "Ann Sample", "role": "Director"}]
    assert actions(session, offering)[0] == "offering.change"
    again = coordinator.get(at(offering, "/settings/facts"))
    assert "IA / Pottawattamie" in again.text
    assert "Ann Sample; Director" in again.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"capacity": "1"}, "This leaves 1 of the 2 seats that are taken."),
        ({"city": ""}, "Name the city."),
        ({"timezone": "Omaha"}, "is not a zone"),
        ({"ends_on": "2026-11-02"}, "is before starts_on"),
        ({"starts_on": "2026-11-04"}, "Change the schedule first."),
        ({"catchment": "NE /"}, "such as NE / Douglas"),
        ({"capacity": "many"}, "Not a valid integer value."),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(
    coordinator, offering, session, fields, sentence
):
    make_enrollment(offering=offering)
    session.commit()

    answer = save(coordinator, offering, "facts", **FACTS | fields)

    assert answer.status_code == 422
    assert sentence in " ".join(errors_of(answer))
    session.expire_all()
    assert offering.city == "Omaha"


def test_whoever_changes_settings_second_is_told(coordinator, offering, session):
    address = at(offering, "/settings/facts")
    before = based(coordinator, address)
    save(coordinator, offering, "facts", **FACTS)

    late = coordinator.post(address, data={**before, **FACTS, "city": "Norfolk"})
    same = coordinator.post(address, data={**before, **FACTS})

    assert (late.status_code, same.status_code) == (409, 303)
    assert "Somebody has changed these settings meanwhile" in late.text
    assert "Norfolk" in late.text
    session.expire_all()
    assert offering.city == "Lincoln"


def test_when_and_how_people_are_admitted_is_changed(coordinator, offering, session):
    assert save(coordinator, offering, "admissions", **ADMISSIONS).status_code == 303

    session.expire_all()
    assert offering.applications_open_at == NINE_AM - timedelta(days=63, hours=1)
    assert offering.admission == {
        "confirm_days": 5,
        "overbooking": 2,
        "waitlist_order": "listed",
        "reservations": [{"kind": "discipline", "value": "Prosecutors", "seats": 10}],
    }
    again = coordinator.get(at(offering, "/settings/admissions")).text
    assert 'value="2026-09-01T09:00"' in again
    assert "discipline; Prosecutors; 10" in again


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"closes_at": "2026-12-01T09:00"}, "This is after the last day."),
        ({"closes_at": "2026-08-01T09:00"}, "This is not after they open."),
        ({"reservations": "discipline; Prosecutors; 60"}, "hold back 60 seats, of 42"),
        ({"reservations": "Prosecutors"}, "must be one of"),
        ({"confirm_days": "91"}, "Enter a number from 0 to 90."),
    ],
)
def test_what_nobody_could_be_admitted_by_is_refused(
    coordinator, offering, fields, sentence
):
    answer = save(coordinator, offering, "admissions", **ADMISSIONS | fields)

    assert answer.status_code == 422
    assert sentence in " ".join(errors_of(answer))


def policy_fields(**changes):
    usual = {n: getattr(Policy(), n) for n in POLICY}
    sent = {n: str(v) for n, v in usual.items() if not isinstance(v, bool)}
    return sent | changes


def test_the_policy_is_changed_and_what_is_usual_stays_unsaid(
    coordinator, offering, session
):
    wanted = policy_fields(late_minutes="30", headcounts_gate="y")

    assert save(coordinator, offering, "policy", **wanted).status_code == 303

    session.expire_all()
    assert offering.policy == {"late_minutes": 30, "headcounts_gate": True}
    assert schedules.schedule_of(offering).policy.late_minutes == 30


def test_a_policy_that_makes_no_sense_is_refused(coordinator, offering):
    answer = save(coordinator, offering, "policy", **policy_fields(late_minutes="5"))

    assert errors_of(answer) == ["This must not be less than on_time_minutes."]


def test_every_setting_of_the_policy_that_is_no_mails_switch_has_its_field():
    switches = {name for name in vars(Policy()) if name.startswith("mails_")}

    assert set(POLICY) == set(vars(Policy())) - switches


COPY = {
    "code": "COPY",
    "title": "Sample copy",
    "city": "Lincoln",
    "state": "NE",
    "timezone": "America/Chicago",
    "starts_on": "2027-05-04",
    "venue": "",
}


def test_a_copy_is_a_draft_with_nobody_in_it_but_the_instructors(
    coordinator, user, offering, session
):
    make_instructor(offering, key="ada")
    session.commit()

    answers = [send(coordinator, at(offering, "/settings/copy"), **COPY) for _ in "12"]

    assert [each.location for each in answers] == ["/staff/offerings/COPY/settings"] * 2
    made = session.scalars(sa.select(Offering).filter_by(code="COPY")).one()
    assert (made.published_at, made.starts_on) == (None, date(2027, 5, 4))
    held = schedules.schedule_of(made).held
    starts = [f"{each.starts_at.astimezone():%H:%M}" for each in held]
    assert len(starts) == 3
    assert [each.starts_at.date() for each in held] == [date(2027, 5, 4)] * 3
    assert len(made.instructors) == 1
    assert seats.count_seats(made) == 0
    roles = session.execute(
        sa.select(Membership.user_id, Membership.role).filter_by(offering_id=made.id)
    )
    assert [tuple(each) for each in roles] == [(user.id, Role.COORDINATOR)]
    asked = evaluation_forms.definitions_of(made)["evaluation"]
    assert asked == evaluation_forms.default_form()


def test_a_code_that_is_taken_is_refused(coordinator, offering):
    make_offering(code="TAKEN")

    answer = send(
        coordinator, at(offering, "/settings/copy"), **COPY | {"code": "TAKEN"}
    )

    assert errors_of(answer) == [
        "There is an offering of this code. Choose another one."
    ]


def test_a_draft_is_published_opened_closed_and_cancelled(
    coordinator, offering, client, session, clock
):
    clock.moment = NINE_AM - timedelta(days=30)
    offering.published_at = None
    session.commit()
    public = f"/offerings/{offering.code}"
    seen = [client.get(public).status_code]

    for act in ("publish", "applications/open", "applications/close"):
        answer = send(
            coordinator,
            at(offering, f"/settings/{act}"),
            coordinator.get(at(offering, "/settings")),
        )
        assert answer.status_code == 303
        seen.append("/apply" in client.get(public).text)
    asked = coordinator.get(at(offering, "/settings/cancel"))
    answer = send(coordinator, at(offering, "/settings/cancel"), reason="A storm.")

    assert seen == [404, False, True, False]
    assert "1 person who is enrolled or has applied will be told" in text_of(asked)
    assert answer.status_code == 303
    assert "This offering is cancelled." in client.get(public).text
    assert "A storm." in coordinator.get(at(offering, "/settings")).text
    assert "A storm." not in client.get(public).text


def test_cancelling_asks_for_a_reason(coordinator, offering, session):
    answer = send(coordinator, at(offering, "/settings/cancel"), reason=" ")

    assert errors_of(answer) == ["Say why in a few words."]
    session.expire_all()
    assert offering.cancelled_at is None
