"""The live board asked again: unchanged, or changed by a scan or by the clock."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

from tests.factories import (
    make_device,
    make_pass,
)
from tests.views.counting import counted
from tests.views.desk import board_of, rows


def test_an_unchanged_board_is_told_without_reading_anybody(
    instructor, offering, people
):
    first = instructor.get(board_of(offering, "/live"))

    with counted() as statements:
        again = instructor.get(
            board_of(offering, "/live"),
            headers={"If-None-Match": first.headers["ETag"]},
        )

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Muster-Time"] == "09:00"
    assert len(statements) <= 4
    read = set(re.findall(r"FROM (\w+)", " ".join(statements)))
    assert read == {"sign_in_sessions", "offerings", "memberships", "offering_counters"}


def test_a_compressed_board_is_recognised_again(instructor, offering):
    headers = {"Accept-Encoding": "gzip"}
    first = instructor.get(board_of(offering, "/live"), headers=headers)
    known = {**headers, "If-None-Match": first.headers["ETag"]}

    again = instructor.get(board_of(offering, "/live"), headers=known)

    assert first.headers["Content-Encoding"] == "gzip"
    assert again.status_code == 304


def test_the_page_and_the_poll_name_the_same_state(instructor, offering):
    page = instructor.get(board_of(offering))
    tag = re.search(r'data-tag="([^"]*)"', page.text)
    assert tag

    poll = instructor.get(
        board_of(offering, "/live"), headers={"If-None-Match": f'"{tag[1]}"'}
    )

    assert poll.status_code == 304


def test_a_scan_changes_the_board_at_once(app, instructor, offering, people, session):
    text, token = make_pass(people[0]), make_device(offering)
    session.commit()
    before = instructor.get(board_of(offering, "/live"))
    app.test_client().post(
        f"/api/v1/offerings/{offering.code}/scans",
        json={"scans": [{"id": str(uuid4()), "pass": text}]},
        headers={"Authorization": f"Bearer {token}"},
    )

    after = instructor.get(
        board_of(offering, "/live"), headers={"If-None-Match": before.headers["ETag"]}
    )

    assert after.status_code == 200
    assert rows(before)["Ada Lovelace"] == ("wait", "soon", "soon", 0)
    assert rows(after)["Ada Lovelace"] == ("in", "soon", "soon", 1)


def test_time_alone_changes_the_board_at_a_boundary(instructor, offering, clock):
    before = instructor.get(board_of(offering, "/live"))
    known = {"If-None-Match": before.headers["ETag"]}
    clock.moment = offering.segments[0].ends_at - timedelta(minutes=60)
    still = instructor.get(board_of(offering, "/live"), headers=known)
    clock.moment = offering.segments[0].ends_at

    after = instructor.get(board_of(offering, "/live"), headers=known)

    assert still.status_code == 200  # on time until 09:10 is over
    assert rows(still) == rows(before)
    assert rows(after)["Ada Lovelace"] == ("out", "wait", "soon", 0)


def test_the_poll_keeps_to_the_same_filter(instructor, offering):
    page = instructor.get(board_of(offering, "?filter=waiting&q=ada&page=7"))

    found = re.search(r'data-url="([^"]*)"', page.text)
    assert found
    assert unescape(found[1]) == board_of(offering, "/live?filter=waiting&q=ada&page=7")
