"""Cookies and sessions: out of reach, changed at sign-in, ended on the server."""

import re

import pytest

from tests.conftest import settings_for
from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
    make_user,
    sign_in,
)
from tests.views.forms import (
    ask_for_code,
    cookies_of,
    hidden,
    live_sessions,
    send,
    sent_code,
)
from tracker import create_app
from tracker.db import db
from tracker.services import passphrases, staff
from tracker.services.audit import CLI

EMAIL = "alex@example.org"
STAFF_EMAIL = "sam@example.org"
PASSPHRASE = "four calm green words"


@pytest.fixture
def person(session):
    person = make_enrollment(email=EMAIL).person
    session.commit()
    return person


@pytest.fixture(scope="module")
def hashed():
    return passphrases.hash_passphrase(PASSPHRASE)


@pytest.fixture
def user(session, hashed):
    user = make_user(email=STAFF_EMAIL, passphrase_hash=hashed)
    session.commit()
    return user


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(client, session, person):
    asked = send(client, "/sign-in", email=EMAIL)
    signed_in = send(client, "/sign-in/code", code=sent_code(session))

    assert [re.sub(r"=m\w{3}_[\w-]{43,64};", "=…;", c) for c in cookies_of(asked)] == [
        "muster-code=…; Max-Age=1800; HttpOnly; Path=/; SameSite=Lax"
    ]
    assert [
        re.sub(r"=m\w{3}_[\w-]{43,64};", "=…;", c) for c in cookies_of(signed_in)
    ] == [
        "muster=…; Max-Age=2592000; HttpOnly; Path=/; SameSite=Lax",
        "muster-code=; Max-Age=0; HttpOnly; Path=/; SameSite=Lax",
    ]


def test_with_https_cookies_are_bound_to_the_host(tmp_path, shared_app):
    url = shared_app.extensions["settings"].database_url
    settings = settings_for(
        url,
        tmp_path,
        TRACKER_BASE_URL="https://muster.example.org",
        TRACKER_MAIL_URL="smtp://127.0.0.1:25",
    )
    app = create_app(settings, clock=shared_app.extensions["clock"])
    client = app.test_client()
    host = "https://muster.example.org"

    page = client.get("/staff/sign-in", base_url=host)
    answer = client.post(
        "/sign-out", base_url=host, data=hidden(page), headers={"Origin": host}
    )

    ended = next(c for c in cookies_of(answer) if c.startswith("__Host-muster="))
    assert ended == "__Host-muster=; Max-Age=0; Secure; HttpOnly; Path=/; SameSite=Lax"
    assert client.get("/local-mail", base_url=host).status_code == 404
    with app.app_context():
        db.engine.dispose()


def test_signing_in_changes_the_session_and_ends_the_one_before(
    client, session, person, user
):
    client.set_cookie("muster", "mses_chosen-by-somebody-else")
    send(client, "/staff/sign-in", email=STAFF_EMAIL, passphrase=PASSPHRASE)
    first = client.get_cookie("muster").value
    code = ask_for_code(client, session, EMAIL)
    send(client, "/sign-in/code", code=code)
    second = client.get_cookie("muster").value

    assert len({first, second, "mses_chosen-by-somebody-else"}) == 3
    assert [row.person_id for row in live_sessions(session)] == [person.id]


def test_signing_out_ends_the_session_on_the_server(client, session, user):
    page = client.get("/staff/sign-in")
    sign_in(client, user, now=NINE_AM)
    session.commit()
    token = client.get_cookie("muster").value

    answer = client.post("/sign-out", data=hidden(page))

    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get_cookie("muster") is None
    assert live_sessions(session) == []
    client.set_cookie("muster", token)
    assert client.get("/staff/sign-in").status_code == 200


def test_signing_out_twice_is_the_same_as_once(client, session):
    page = client.get("/staff/sign-in")

    answers = [client.post("/sign-out", data=hidden(page)) for _ in range(2)]

    assert [answer.location for answer in answers] == ["/", "/"]


@pytest.mark.parametrize("address", ["/sign-in", "/staff/sign-in", "/sign-out"])
def test_a_form_from_another_site_is_refused(client, user, address):
    page = client.get("/sign-in")
    fields = {**hidden(page), "email": STAFF_EMAIL, "passphrase": PASSPHRASE}

    without_token = client.post(address, data={**fields, "csrf_token": ""})
    foreign = client.post(
        address, data=fields, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert (without_token.status_code, foreign.status_code) == (400, 403)


def test_the_session_of_a_disabled_user_ends_with_the_next_request(
    client, session, user
):
    sign_in(client, user, now=NINE_AM)
    session.commit()
    assert client.get("/staff/sign-in").location == "/staff"

    staff.disable_user(user, actor=CLI, now=NINE_AM)
    session.commit()

    assert client.get("/staff/sign-in").status_code == 200


def test_a_role_taken_away_closes_the_offering_with_the_next_request(
    client, session, user
):
    offering = make_offering()
    staff.add_user(STAFF_EMAIL, "instructor", offering, actor=CLI, now=NINE_AM)
    sign_in(client, user, now=NINE_AM)
    session.commit()
    board = f"/staff/offerings/{offering.code}/attendance"
    assert client.get(board).status_code == 200

    staff.remove_role(user, "instructor", offering, actor=CLI, now=NINE_AM)
    session.commit()

    assert client.get(board).status_code == 404
    assert client.get("/staff").status_code == 200
