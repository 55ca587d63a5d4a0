"""Importing a report in the browser, and matching its rows by hand."""

import io
import re

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_completion,
    make_course,
    make_offering,
    make_user,
    sign_in,
)
from tests.views.desk import facts, text_of
from tests.views.forms import errors_of, hidden, send
from tracker.models import AuditEntry, Completion, PendingFile
from tracker.models.staff import Role
from tracker.services import completions, expiry

REPORT = "Wer;E-Mail;Abgeschlossen\nSample Ada;ada@x.org;4/3/2026\nBo;b@x.org;\n"


@pytest.fixture
def first(offering, session):
    course = make_course(title="Sample first course")
    offering.course.prerequisite_id = course.id
    session.commit()
    return course


@pytest.fixture
def page(offering):
    return f"/staff/offerings/{offering.code}/prerequisite"


def put(client, address, data):
    fields = hidden(client.get(address))
    file = (io.BytesIO(data), "report.csv")
    return client.post(address, data={**fields, "file": file})


def actions(session):
    return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_report_is_looked_at_mapped_and_imported_whole(
    coordinator, first, page, session
):
    kept = put(coordinator, f"{page}/import", REPORT.encode("utf-16")).location
    assert "say which column holds the days" in text_of(coordinator.get(kept))

    columns = {"email": "E-Mail", "name": "Wer", "completed_on": "Abgeschlossen"}
    unsure = send(coordinator, kept, act="look", order="shown", **columns)
    looked = send(coordinator, kept, act="look", order="day", **columns)
    assert facts(session, Completion) == []
    done = send(coordinator, kept, looked, act="import", order="day", **columns)

    assert "“4/3/2026” may be two days; say what comes first" in text_of(unsure)
    assert "1 have finished, 1 have not. Nothing is recorded yet." in text_of(looked)
    assert "4 March 2026" in text_of(looked)
    assert done.location == page
    (row,) = facts(session, Completion)
    assert (row.name, str(row.completed_on)) == ("Sample Ada", "2026-03-04")
    assert (facts(session, PendingFile), actions(session)) == (
        [],
        ["completions.import"],
    )
    again = put(coordinator, f"{page}/import", REPORT.encode()).location
    assert "1 have finished" in text_of(coordinator.get(again))  # it is remembered


def test_a_report_that_cannot_be_imported_changes_nothing(
    coordinator, first, page, session
):
    bad = "Email,Completed\n" + "not an address,2026-10-01\n" * 60
    kept = put(coordinator, f"{page}/import", bad.encode()).location
    shown = coordinator.get(kept)
    refused = send(
        coordinator, kept, act="import", email="Email", completed_on="Completed",
        order="shown",
    )  # fmt: skip
    broken = put(coordinator, f"{page}/import", b"")

    assert "60 places to mend" in text_of(shown)
    assert "Row 2, Email: is not an e-mail address." in text_of(shown)
    assert refused.status_code == 422
    assert errors_of(broken) == ["This file is empty: it needs a header and rows."]
    assert facts(session, Completion) == []


def test_a_file_that_waits_is_discarded_or_forgotten(coordinator, first, page, session):
    kept = put(coordinator, f"{page}/import", REPORT.encode()).location
    stored = session.scalar(sa.text("SELECT content FROM pending_files"))
    assert b"Sample Ada" not in bytes(stored)

    answer = send(coordinator, f"{kept}/discard", coordinator.get(kept))
    assert (answer.location, facts(session, PendingFile)) == (page, [])
    assert coordinator.get(kept).status_code == 404

    put(coordinator, f"{page}/import", REPORT.encode())
    expiry.delete_expired(now=NINE_AM + 3 * (expiry.PENDING / 2))
    assert facts(session, PendingFile) == []


def test_rows_are_shown_that_may_be_about_the_own_people_without_addresses(
    coordinator, ada, first, page, session
):
    make_completion(course=first, name="LOVELACE, Ada", email="private@home.example")
    make_completion(course=first, name="Stranger Sample", email="s@home.example")
    make_completion(course=first, name="Known", email=ada.person.email)
    session.commit()

    near = coordinator.get(f"{page}/rows")
    short, found = (coordinator.get(f"{page}/rows?q={q}") for q in ("st", "stran"))

    assert "2 rows of Sample first course" in text_of(near)
    assert re.findall(r"LOVELACE, Ada|Stranger", short.text) == []
    assert "Stranger Sample" in text_of(found)
    assert "home.example" not in near.text + found.text


def test_a_row_is_matched_by_hand_and_that_is_undone(
    coordinator, ada, first, page, session
):
    row = make_completion(course=first, name="Ada Byron", email="a@home.example")
    session.commit()
    address = f"{page}/rows/{row.public_id}"

    nobody = send(coordinator, address, person="")
    answer = send(coordinator, address, person=ada.person.public_id)

    assert errors_of(nobody) == ["Choose somebody."]
    assert answer.location == f"{page}/rows"
    session.expire_all()
    assert completions.find_for(ada.person, first) is not None
    listed = coordinator.get(f"{page}/rows")
    assert "Matched by hand" in text_of(listed)
    send(coordinator, f"{address}/undo", listed)
    session.expire_all()
    assert completions.find_for(ada.person, first) is None
    assert actions(session) == ["completion.match", "completion.unmatch"]


def test_a_dismissed_row_counts_for_nobody_until_that_is_taken_back(
    coordinator, ada, first, page, session
):
    row = make_completion(course=first, name="Stranger", email="s@home.example")
    session.commit()
    address, search = f"{page}/rows/{row.public_id}", f"{page}/rows?q=stranger"

    send(coordinator, f"{address}/dismiss", coordinator.get(search))
    session.expire_all()
    assert row.dismissed_at is not None
    send(coordinator, f"{address}/restore", coordinator.get(search))

    session.expire_all()
    assert row.dismissed_at is None


def test_a_row_of_somebody_elses_person_is_not_there(app, ada, first, page, session):
    elsewhere = make_offering(course=make_course(prerequisite_id=first.id))
    row = make_completion(course=first, person=ada.person)
    client = app.test_client()
    sign_in(client, make_user(Role.COORDINATOR, elsewhere), now=NINE_AM)
    session.commit()
    theirs = f"/staff/offerings/{elsewhere.code}/prerequisite/rows/{row.public_id}"

    assert client.get(theirs).status_code == 404
