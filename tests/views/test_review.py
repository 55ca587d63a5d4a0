"""The review of applications: the list, one in full, decisions, many at once."""

import gzip
import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_application,
    make_course,
    make_enrollment,
    make_offering,
    make_person,
    save,
)
from tests.views.counting import counted
from tests.views.desk import at, text_of
from tests.views.forms import errors_of, hidden
from tracker.domain.admissions import Status, Step
from tracker.models import ApplicationEvent, Membership, OutboxMessage
from tracker.models.staff import Role
from tracker.services import decisions
from tracker.services.applications import Taken

EARLY = datetime(2026, 10, 1, 15, tzinfo=UTC)


@pytest.fixture
def offering(app, clock):
    clock.moment = EARLY
    return make_offering(capacity=2, catchment=["NE"])


@pytest.fixture
def coordinator(staff, user):
    return staff(user=user)


@pytest.fixture
def apply(offering, session):
    """A function that sends an application of somebody by name."""

    def sent(name="Alex Sample", **fields):
        person = fields.pop("person", None) or make_person(
            name=name, discipline="Law enforcement"
        )
        row = make_application(offering=offering, person=person, **fields)
        session.commit()
        return row

    return sent


def of(row, rest=""):
    return at(row.offering, f"/applications/{row.public_id}{rest}")


def names(page):
    return re.findall(r'class="tick"><input[^>]*> <a [^>]*>(.*?)</a>', page.text)


def post(client, address, **fields):
    """Fill in a decision's form and send it."""
    page = client.get(address)
    uid = re.search(r'name="uid"[^>]*value="([^"]*)"', page.text)
    if uid:
        fields.setdefault("uid", uid[1])
    return client.post(address, data={**hidden(page), **fields})


def kinds(session):
    rows = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [each.kind for each in rows]


# The list.


def test_without_applications_the_list_says_so(coordinator, offering):
    said = text_of(coordinator.get(at(offering, "/applications")))

    assert "Nobody has applied yet" in said
    assert "Seats: 0 taken, 0 held, 2 left of 2." in said


def test_the_list_shows_who_waits_for_a_decision_with_findings(
    coordinator, offering, apply
):
    apply("Alex Sample")
    apply("Robin Sample", state="NY", submitted_at=EARLY)
    apply("Declined Sample", status=Status.DECLINED)

    page = coordinator.get(at(offering, "/applications"))

    assert names(page) == ["Alex Sample", "Robin Sample"]
    assert "Jurisdiction: not met" in text_of(page)
    assert "To decide 2 Waitlist 0 Accepted 0 Enrolled 0 Declined 1" in text_of(page)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("finding=jurisdiction-unmet", ["Robin Sample"]),
        ("finding=met", ["Alex Sample"]),
        ("q=robin", ["Robin Sample"]),
        ("q=nobody", []),
        ("status=declined", ["Declined Sample"]),
        ("status=nonsense&discipline=&finding=&q=", ["Alex Sample", "Robin Sample"]),
    ],
)
def test_the_list_is_filtered(coordinator, offering, apply, query, shown):
    apply("Alex Sample")
    apply("Robin Sample", state="NY", submitted_at=EARLY)
    apply("Declined Sample", status=Status.DECLINED)

    assert names(coordinator.get(at(offering, f"/applications?{query}"))) == shown


def test_the_waitlist_stands_in_its_order(coordinator, offering, apply):
    offering.admission = {"waitlist_order": "listed"}
    apply("Later Sample", status=Status.WAITLISTED, waitlisted_at=NINE_AM)
    first = {"waitlisted_at": EARLY, "submitted_at": EARLY}
    apply("First Sample", status=Status.WAITLISTED, **first)

    page = coordinator.get(at(offering, "/applications?status=waitlist"))

    assert names(page) == ["First Sample", "Later Sample"]


def test_drafts_are_nobodys_but_their_persons(coordinator, offering, apply):
    row = apply(status=Status.DRAFT, submitted_at=None)

    assert names(coordinator.get(at(offering, "/applications?status=all"))) == []
    assert coordinator.get(of(row)).status_code == 404


def test_the_list_costs_the_same_for_one_and_for_thirty(coordinator, offering, apply):
    offering.course.prerequisite_id = make_course(code="ICSTAR").id

    def cost():
        with counted() as statements:
            coordinator.get(at(offering, "/applications"))
        return len(statements)

    apply()
    one = cost()
    for number in range(29):
        apply(f"Sample {number}")

    assert cost() == one


@pytest.mark.parametrize("shared_app", ["sqlite"], indirect=True)
def test_a_page_of_a_thousand_applications_weighs_under_60_kb(
    coordinator, offering, session
):
    for number in range(1000):
        person = make_person(name=f"Sample Person {number}", discipline="Prosecution")
        make_application(offering=offering, person=person)
    session.commit()

    page = coordinator.get(at(offering, "/applications?page=3"))

    assert len(names(page)) == 50
    assert "Page 3 of 20" in text_of(page)
    assert len(gzip.compress(page.data)) < 60_000


def test_the_number_to_decide_stands_in_the_navigation(coordinator, offering, apply):
    apply()
    apply("Robin Sample", status=Status.ASKED)

    assert "Applications 2" in re.sub(
        r"\s*<[^>]*>\s*", " ", coordinator.get(at(offering, "/people")).text
    )


# One application.


def test_an_application_is_shown_in_full(coordinator, offering, apply, user, session):
    offering.course.questions = [{"key": "unit", "label": "Your unit", "kind": "text"}]
    row = apply(
        details={
            "name": "Alex Sample",
            "agency": "Sample Agency",
            "title": "Detective",
            "phone": "402 555 0123",
            "answers": {"unit": "Unit 1"},
        },
        state="IA",
    )
    taken = Taken(now=EARLY, user=user, note="There is no seat yet.")
    decisions.decide(row, Step.WAITLISTED, taken)
    session.commit()

    said = text_of(coordinator.get(of(row)))

    for words in (
        "waitlist, number 1",
        "IA is next to the catchment, not in it.",
        "In a state next to the catchment.",
        "Title Detective",
        "Your unit Unit 1",
        "Put on the waitlist by Cora Coordinator There is no seat yet.",
        "Findings then",
    ):
        assert words in said
    assert "Nobody else of this offering has a like name" in said


def test_look_alikes_are_named_with_what_they_share(coordinator, offering, apply):
    row = apply("Alex Sample", details={"name": "Alex Sample", "phone": "402-555-0123"})
    apply("Sample Alex", status=Status.DECLINED)
    apply("Robin Other", details={"name": "Robin Other", "phone": "(402) 555 0123"})
    make_enrollment(offering=offering, name="Aleks Sample")

    said = text_of(coordinator.get(of(row)))

    assert "Robin Other: the same telephone number, to decide" in said
    assert "Sample Alex: the same name, declined" in said
    assert "Aleks Sample: nearly the same name, enrolled" not in said


def test_other_offerings_are_told_only_to_who_coordinates_them(
    coordinator, offering, apply, user, session
):
    row = apply()
    days = {"starts_on": date(2026, 3, 3), "ends_on": date(2026, 3, 6)}
    known, unknown = make_offering(code="KNOWN", **days), make_offering(code="OTHER")
    make_enrollment(offering=known, person=row.person)
    make_enrollment(offering=unknown, person=row.person)
    save(Membership(user=user, offering=known, role=Role.COORDINATOR, created_at=EARLY))
    save(Membership(user=user, offering=unknown, role=Role.DOOR, created_at=EARLY))
    session.commit()

    page = coordinator.get(of(row))

    assert "KNOWN, 3–6 March 2026: missed, 0 of 0 segments" in text_of(page)
    assert "OTHER" not in page.text


def test_another_offerings_application_is_not_there(coordinator, offering, session):
    other = make_application(offering=make_offering())
    session.commit()
    together = at(offering, f"/applications/together/accept?a={other.public_id}")

    answers = [
        coordinator.get(at(offering, f"/applications/{other.public_id}")).status_code,
        coordinator.get(
            at(offering, f"/applications/{other.public_id}/accept")
        ).status_code,
        coordinator.get(together).status_code,
        coordinator.get(of(other)).status_code,
    ]

    assert answers == [404] * 4


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.DOOR])
def test_only_coordinators_review(staff, offering, apply, role):
    row = apply()

    assert (
        staff(role).get(of(row)).status_code == 404
        or staff(role).get(of(row)).status_code == 403
    )


# A decision.


@pytest.mark.parametrize("decision", ["accept", "waitlist", "decline"])
def test_a_decision_shows_its_mail_with_the_note_and_sends_nothing(
    coordinator, apply, session, decision
):
    row = apply()

    page = post(coordinator, of(row, f"/{decision}"), note="Another time.", look="1")

    assert page.status_code == 200
    assert page.text.count("Another time.") == 2
    assert kinds(session) == []
    session.refresh(row)
    assert row.status is Status.SUBMITTED


def test_the_mail_of_an_acceptance_says_until_when_to_confirm(coordinator, apply):
    said = text_of(coordinator.get(of(apply(), "/accept")))

    assert "A seat is held for you until Thursday, 8 October 2026, 23:59 CDT" in said


@pytest.mark.parametrize(
    ("decision", "note", "came"),
    [
        ("accept", "", (Status.ACCEPTED, ["accepted"])),
        ("waitlist", "Soon.", (Status.WAITLISTED, ["waitlisted"])),
        ("decline", "", (Status.DECLINED, ["declined"])),
        ("ask", "Which unit?", (Status.ASKED, ["asked"])),
    ],
)
def test_a_decision_is_made_and_leads_to_the_next(
    coordinator, apply, session, decision, note, came
):
    row, following = apply(), apply("Robin Sample", submitted_at=EARLY)

    answer = post(coordinator, of(row, f"/{decision}"), note=note)

    assert answer.status_code == 303
    assert answer.location == of(following, "?status=to-decide")
    session.expire_all()
    assert (row.status, kinds(session)) == came


def test_a_decision_sent_twice_is_made_once(coordinator, apply, session):
    row, uid = apply(), uuid4().hex
    form = {**hidden(coordinator.get(of(row, "/waitlist"))), "uid": uid}

    answers = [coordinator.post(of(row, "/waitlist"), data=form) for _ in range(2)]

    assert [each.status_code for each in answers] == [303, 303]
    assert session.scalar(sa.select(sa.func.count(ApplicationEvent.id))) == 1


def test_before_somebody_waits_it_is_said_that_free_seats_are_offered(
    coordinator, offering, apply
):
    row, said = apply(), "A seat that is given back later is offered to the waitlist"
    together = f"/applications/together/waitlist?a={row.public_id}"

    assert said in text_of(coordinator.get(of(row, "/waitlist")))
    assert said in text_of(coordinator.get(at(offering, together)))
    assert said not in text_of(coordinator.get(of(row, "/accept")))


def test_a_question_needs_words(coordinator, apply):
    answer = post(coordinator, of(apply(), "/ask"))

    assert answer.status_code == 422
    assert errors_of(answer) == ["Say what you want to know."]


def test_without_a_seat_nobody_is_accepted(coordinator, offering, apply, session):
    row, other = apply(), apply("Robin Sample")
    page = coordinator.get(of(row, "/accept"))
    form = {**hidden(page), "uid": uuid4().hex}
    offering.capacity = 1
    other.status = Status.ACCEPTED
    session.commit()

    answer = coordinator.post(of(row, "/accept"), data=form)

    assert answer.status_code == 409
    assert "No seat is left for this person." in text_of(answer)
    session.refresh(row)
    assert row.status is Status.SUBMITTED


def test_what_is_decided_already_says_so(coordinator, apply):
    row = apply(status=Status.DECLINED)

    assert "It is declined." in text_of(coordinator.get(of(row, "/accept")))
    assert coordinator.get(of(row, "/nonsense")).status_code == 404


def test_nobody_decides_about_their_own(coordinator, apply, user):
    row = apply(person=make_person(email=user.email))

    said = text_of(coordinator.get(of(row, "/accept")))

    assert "Nobody decides about their own. Ask a colleague." in said
    form = {**hidden(coordinator.get("/staff")), "uid": uuid4().hex}
    assert coordinator.post(of(row, "/accept"), data=form).status_code == 403


# Many at once.


def together(offering, decision, rows, **query):
    chosen = "&".join(f"a={row.public_id}" for row in rows)
    return at(offering, f"/applications/together/{decision}?{chosen}")


def test_a_dry_run_says_what_would_happen_and_changes_nothing(
    coordinator, offering, apply, session
):
    rows = [apply(f"Sample {n}", submitted_at=EARLY.replace(hour=n)) for n in range(3)]
    gone = apply("Gone Sample", status=Status.DECLINED, submitted_at=EARLY)

    said = text_of(coordinator.get(together(offering, "accept", [gone, *rows])))

    assert "2 applications of 4 would be decided. Nothing has happened yet." in said
    assert "Sample 1 Sample Agency Is accepted Sample 2" in said
    assert "Sample 2 Sample Agency Nothing: No seat is left" in said
    assert "Gone Sample Sample Agency Nothing: It is declined." in said
    session.expire_all()
    assert {row.status for row in rows} == {Status.SUBMITTED}


def test_many_are_decided_together_and_twice_is_once(
    coordinator, offering, apply, session
):
    rows = [apply(f"Sample {n}", submitted_at=EARLY.replace(hour=n)) for n in range(3)]
    address = at(offering, "/applications/together/accept")
    page = coordinator.get(together(offering, "accept", rows))
    form = {
        **hidden(page),
        "uid": uuid4().hex,
        "note": "",
        "a": [row.public_id for row in rows],
    }

    first, second = (coordinator.post(address, data=form) for _ in range(2))

    assert first.status_code == second.status_code == 200
    assert "2 applications of 3 decided." in text_of(first)
    assert text_of(first) == text_of(second)
    session.expire_all()
    assert [row.status for row in rows] == [
        Status.ACCEPTED,
        Status.ACCEPTED,
        Status.SUBMITTED,
    ]
    assert kinds(session) == ["accepted", "accepted"]


def test_nothing_ticked_leads_back_to_the_list(coordinator, offering):
    address = at(offering, "/applications/together/decline")

    answer = coordinator.get(address, follow_redirects=True)

    assert "Tick the applications to decide." in answer.text


def test_the_dry_run_costs_the_same_for_one_and_for_thirty(
    coordinator, offering, apply
):
    rows = [apply(f"Sample {n}") for n in range(30)]

    def cost(some):
        with counted() as statements:
            coordinator.get(together(offering, "decline", some))
        return len(statements)

    assert cost(rows[:1]) == cost(rows)
