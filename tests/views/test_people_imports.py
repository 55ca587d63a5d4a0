"""Importing participants in the browser: upload, columns, preview, all or nothing."""

import io

import pytest
import sqlalchemy as sa

from tests.factories import make_enrollment, make_offering
from tests.views.desk import at
from tests.views.forms import hidden
from tracker.domain.roster import COLUMNS
from tracker.models import OutboxMessage, PendingFile
from tracker.services import enrollments
from tracker.services.workbooks import xlsx_bytes

LIST = "Full name;E-mail address;Organization;Shoe size\n"
BO = "Bo Sample;bo@agency.example;Sample Agency;42\n"
AL = "Al Sample;al@agency.example;Sample Agency;43\n"


@pytest.fixture
def page(offering):
    return at(offering, "/people/import")


def upload(client, page, text):
    """Give a file, as a browser does."""
    token = hidden(client.get(page))
    file = (io.BytesIO(text.encode("utf-16")), "sample.csv")
    return client.post(page, data={**token, "file": file})


def send(client, address, **fields):
    shown = client.get(address)
    columns = dict.fromkeys(COLUMNS, "")
    columns |= {"name": "Full name", "email": "E-mail address"}
    return client.post(address, data={**hidden(shown), **columns, **fields})


def names(offering, session):
    session.expire_all()
    return [row.person.name for row in enrollments.list_enrollments(offering)]


def kept(session):
    return session.scalar(sa.select(sa.func.count()).select_from(PendingFile))


def test_a_list_is_read_shown_and_then_imported(
    coordinator, page, offering, ada, session
):
    answer = upload(coordinator, page, LIST + BO + AL)
    shown = coordinator.get(answer.location)
    before = names(offering, session)
    done = send(coordinator, answer.location, act="import", agency="Organization")

    assert "2 would be enrolled, 0 updated, 0 are as they were." in shown.text
    assert before == [ada.person.name]
    assert done.location == at(offering, "/people")
    assert names(offering, session) == ["Ada Lovelace", "Al Sample", "Bo Sample"]
    assert kept(session) == 0


def test_the_same_list_again_changes_nothing(coordinator, page, offering, session):
    for expected in ("1 enrolled, 0 updated, 0 as", "0 enrolled, 0 updated, 1 as"):
        answer = upload(coordinator, page, LIST + BO)
        done = send(coordinator, answer.location, act="import")
        assert expected in coordinator.get(done.location).text


def test_mail_is_sent_to_who_is_new_where_that_is_wished(coordinator, page, session):
    answer = upload(coordinator, page, LIST + BO)
    send(coordinator, answer.location, act="import", sends_mail="y")

    kinds = [row.kind for row in session.scalars(sa.select(OutboxMessage))]
    assert kinds == ["pass_ready"]


def test_one_bad_row_refuses_the_list_and_says_which(
    coordinator, page, offering, ada, session
):
    answer = upload(coordinator, page, LIST + BO + "Al Sample;no address;;\n")
    shown = coordinator.get(answer.location)
    refused = send(coordinator, answer.location, act="import")

    assert "Row 3, email: is not an e-mail address." in shown.text
    assert (refused.status_code, names(offering, session)) == (422, ["Ada Lovelace"])
    assert kept(session) == 1


def test_columns_may_be_said_otherwise_and_looked_at_again(
    coordinator, page, offering, session
):
    answer = upload(coordinator, page, LIST + BO)

    shown = send(coordinator, answer.location, act="look", name="Organization")

    assert "1 would be enrolled" in shown.text
    assert "Bo Sample" not in names(offering, session)


def test_a_full_offering_is_said_beforehand(coordinator, page, offering, session):
    offering.capacity = 1
    session.commit()

    answer = upload(coordinator, page, LIST + BO)

    assert "the capacity is 1" in coordinator.get(answer.location).text


def test_what_is_no_table_is_refused_at_once(coordinator, page, session):
    answer = upload(coordinator, page, "")

    assert (answer.status_code, kept(session)) == (422, 0)


def test_a_file_can_be_discarded(coordinator, page, offering, session):
    answer = upload(coordinator, page, LIST + BO)
    token = hidden(coordinator.get(answer.location))

    coordinator.post(f"{answer.location}/discard", data=token)

    assert kept(session) == 0
    assert coordinator.get(answer.location).status_code == 404


def test_a_file_of_another_offering_is_not_there(coordinator, page, staff, session):
    answer = upload(coordinator, page, LIST + BO)
    other = make_offering()
    make_enrollment(offering=other)
    session.commit()
    uid = answer.location.rpartition("/")[2]

    assert coordinator.get(at(other, f"/people/import/{uid}")).status_code == 404


def test_a_workbook_is_imported_like_the_list_it_holds(
    coordinator, page, offering, session
):
    rows = [line.split(";") for line in (LIST + BO).splitlines()]
    token = hidden(coordinator.get(page))
    file = (io.BytesIO(xlsx_bytes({"People": rows})), "sample.xlsx")

    answer = coordinator.post(page, data={**token, "file": file})
    send(coordinator, answer.location, act="import")

    assert "Bo Sample" in names(offering, session)


def test_an_archive_that_is_no_workbook_is_refused_at_once(coordinator, page, session):
    token = hidden(coordinator.get(page))
    file = (io.BytesIO(b"PK\x03\x04 sample"), "sample.xlsx")

    answer = coordinator.post(page, data={**token, "file": file})

    assert (answer.status_code, kept(session)) == (422, 0)
    assert "is no workbook that can be read" in answer.text
