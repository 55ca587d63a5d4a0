"""A coordinator's page of the binder: asked for, shown, downloaded once per link."""

import io
import re
import threading
import zipfile

import pytest

from tests.factories import NINE_AM, make_user, sign_in
from tests.filled import EVENING, fill_offering
from tests.views.desk import at, text_of
from tests.views.forms import errors_of, send
from tracker.models.staff import Role
from tracker.services import jobs_tasks

TAG = "Quillfeather"


@pytest.fixture
def filled(app, clock):
    clock.moment = EVENING
    return fill_offering(TAG)


@pytest.fixture
def browse(app, session):
    def act(user):
        client = app.test_client()
        sign_in(client, user, now=NINE_AM)
        session.commit()
        return client

    return act


@pytest.fixture
def coordinator(browse, filled):
    return browse(filled.user)


@pytest.fixture
def page(filled):
    return at(filled.offering, "/binder")


def work():
    jobs_tasks.work_on_tasks(threading.Event())


def token_of(answer):
    found = re.search(r'name="token" value="(mbin_[^"]+)"', answer.text)
    assert found
    return found.group(1)


def test_from_the_certificates_to_the_binder_in_a_zip(coordinator, filled, page):
    certificates = coordinator.get(at(filled.offering, "/certificates"))
    asked = send(coordinator, page, scope="whole")
    waiting = coordinator.get(f"{page}/progress").json
    waits = text_of(coordinator.get(page))
    work()
    ready = text_of(coordinator.get(page))
    link = send(coordinator, f"{page}/link", page=coordinator.get(page))
    got = send(coordinator, f"{page}/download", page=link, token=token_of(link))

    assert f'href="{page}"' in certificates.text
    assert (asked.status_code, asked.location) == (303, page)
    assert waiting == {"state": "waiting", "done": 0, "total": None}
    assert "Your binder waits to be made" in waits
    assert "Look again" in waits
    assert "Everything: 24 files." in ready
    assert got.mimetype == "application/zip"
    assert got.headers["Content-Disposition"] == (
        f"attachment; filename={filled.offering.code}-binder.zip"
    )
    assert int(got.headers["Content-Length"]) == len(got.data)
    assert zipfile.ZipFile(io.BytesIO(got.data)).testzip() is None
    assert "Your last binder was downloaded" in text_of(coordinator.get(page))


def test_a_link_works_once_and_only_for_who_made_it(coordinator, browse, filled, page):
    send(coordinator, page, scope="whole")
    work()
    link = send(coordinator, f"{page}/link", page=coordinator.get(page))
    token = token_of(link)
    colleague = browse(make_user(Role.COORDINATOR, filled.offering))
    other = fill_offering("Brackenmoss")
    stranger = browse(other.user)
    theirs = at(other.offering, "/binder")

    taken = send(colleague, f"{page}/download", page=colleague.get(page), token=token)
    elsewhere = (
        stranger.get(page).status_code,
        send(
            stranger, f"{page}/download", page=stranger.get(theirs), token=token
        ).status_code,
    )
    there = send(stranger, f"{theirs}/download", page=stranger.get(theirs), token=token)
    first = send(coordinator, f"{page}/download", page=link, token=token)
    again = send(coordinator, f"{page}/download", page=link, token=token)

    assert (taken.status_code, elsewhere, there.status_code) == (410, (404, 404), 410)
    assert (first.status_code, again.status_code) == (200, 410)
    assert "This link was used already" in text_of(again)


def test_one_person_is_chosen_on_the_page_or_from_their_own(coordinator, filled, page):
    bo = filled.bo.public_id
    own = coordinator.get(at(filled.offering, f"/people/{bo}"))
    chosen = coordinator.get(f"{page}?person={bo}").text
    nobody = send(coordinator, page, scope="person")
    send(coordinator, page, scope="person", person=bo)
    work()

    assert f'href="{page}?person={bo}"' in own.text
    assert f'<option selected value="{bo}">' in chosen
    assert nobody.status_code == 422
    assert errors_of(nobody) == ["Choose the person."]
    assert "What is about one person: 17 files." in text_of(coordinator.get(page))


def test_who_or_what_is_not_of_this_offering_is_refused(coordinator, page):
    other = fill_offering("Brackenmoss")

    answers = [
        send(coordinator, page, scope="person", person=other.ada.public_id),
        send(coordinator, page, scope="jurisdiction", jurisdiction="f" * 16),
        send(coordinator, page, scope="all"),
    ]

    assert [each.status_code for each in answers] == [422, 422, 422]
    assert {*map(len, map(errors_of, answers))} == {1}


def test_a_second_wish_waits_until_the_first_is_there(coordinator, page):
    first = coordinator.get(page)
    send(coordinator, page, page=first, scope="whole")

    again = send(coordinator, page, page=first, scope="whole")
    another = send(coordinator, page, page=first, scope="nameless")

    assert (again.status_code, another.status_code) == (303, 409)
