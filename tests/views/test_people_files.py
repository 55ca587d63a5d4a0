"""People and applications as files, from the pages of a coordinator."""

import io

import pytest
from python_calamine import CalamineWorkbook

from tests.factories import make_application
from tests.views.desk import at
from tests.views.forms import hidden


def ask(client, offering, what, kind):
    token = hidden(client.get(at(offering, "/people")))
    return client.post(at(offering, f"/{what}/list"), data={**token, "kind": kind})


@pytest.mark.parametrize("what", ["people", "applications"])
def test_both_kinds_of_file_hold_the_same_rows(coordinator, offering, session, what):
    make_application(offering=offering)
    session.commit()

    text = ask(coordinator, offering, what, "csv")
    book = ask(coordinator, offering, what, "xlsx")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0)

    assert text.headers["Content-Disposition"] == (
        f"attachment; filename={offering.code}-{what}.csv"
    )
    assert text.text.splitlines()[0] == ",".join(map(str, sheet.to_python()[0]))
    assert len(text.text.splitlines()) == len(sheet.to_python()) == 2


def test_another_kind_of_file_is_not_there(coordinator, offering):
    assert ask(coordinator, offering, "people", "pdf").status_code == 404
