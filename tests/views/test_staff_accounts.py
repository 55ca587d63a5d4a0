"""Staff sign in with a passphrase, which they choose by a one-time link."""

import statistics
from datetime import timedelta
from time import perf_counter

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from tests.factories import NINE_AM, make_user, sign_in
from tests.views.forms import errors_of, live_sessions, neutral, send
from tracker.models import Invitation
from tracker.services import passphrases, staff
from tracker.services.audit import CLI

STAFF_EMAIL = "sam@example.org"
PASSPHRASE = "four calm green words"


@pytest.fixture(scope="module")
def hashed():
    return passphrases.hash_passphrase(PASSPHRASE)


@pytest.fixture
def user(session, hashed):
    user = make_user(email=STAFF_EMAIL, passphrase_hash=hashed)
    session.commit()
    return user


@pytest.fixture
def invitation(session):
    """The address of an open invitation of somebody new."""
    token = staff.add_user(STAFF_EMAIL, "admin", None, actor=CLI, now=NINE_AM)
    session.commit()
    return f"/staff/invitation/{token}"


def test_staff_sign_in_with_a_passphrase(client, session, user):
    answer = send(
        client, "/staff/sign-in", email=" SAM@example.org", passphrase=PASSPHRASE
    )

    assert (answer.status_code, answer.location) == (303, "/staff")
    (row,) = live_sessions(session)
    assert (row.user_id, row.expires_at) == (user.id, NINE_AM + timedelta(hours=12))
    assert client.get("/staff/sign-in").location == "/staff"


def test_every_reason_to_refuse_staff_looks_the_same(app, session, user, hashed):
    make_user(email="new@example.org")
    make_user(email="off@example.org", passphrase_hash=hashed, disabled_at=NINE_AM)
    session.commit()
    answers = [
        neutral(send(app.test_client(), "/staff/sign-in", email=email, passphrase=said))
        for email, said in (
            (STAFF_EMAIL, "not the passphrase"),
            ("non@example.org", PASSPHRASE),
            ("new@example.org", PASSPHRASE),
            ("off@example.org", PASSPHRASE),
        )
    ]

    assert len({str(answer) for answer in answers}) == 1
    assert "E-mail address or passphrase is not right." in answers[0][3]
    assert live_sessions(session) == []


def test_an_unknown_address_costs_a_hash_too(client, session, user):
    """As long as a wrong passphrase; without the dummy hash it is thirty times less."""
    times: dict[str, list[float]] = {STAFF_EMAIL: [], "nobody@example.org": []}
    page = client.get("/staff/sign-in")
    for _ in range(5):
        for email, taken in times.items():
            started = perf_counter()
            send(client, "/staff/sign-in", page, email=email, passphrase="wrong one")
            taken.append(perf_counter() - started)

    known, unknown = (statistics.median(taken) for taken in times.values())
    assert 0.5 < known / unknown < 2


def test_the_eleventh_try_in_a_quarter_of_an_hour_is_refused(
    app, client, session, user, clock
):
    page = client.get("/staff/sign-in")
    fields = {"email": STAFF_EMAIL, "passphrase": "wrong one"}
    for _ in range(10):
        assert send(client, "/staff/sign-in", page, **fields).status_code == 422

    right = {"email": STAFF_EMAIL, "passphrase": PASSPHRASE}
    refused = send(app.test_client(), "/staff/sign-in", **right)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "90")
    clock.moment += timedelta(seconds=90)
    assert send(client, "/staff/sign-in", page, **right).status_code == 303


def test_an_old_hash_is_renewed_at_sign_in(client, session):
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    user = make_user(email=STAFF_EMAIL, passphrase_hash=old.hash(PASSPHRASE))
    session.commit()

    send(client, "/staff/sign-in", email=STAFF_EMAIL, passphrase=PASSPHRASE)

    session.expire_all()
    assert not passphrases.needs_rehash(user)
    assert passphrases.is_passphrase_of(user, PASSPHRASE)


def test_an_invitation_is_accepted_with_a_name_and_a_passphrase(
    client, session, invitation
):
    page = client.get(invitation)
    assert STAFF_EMAIL in page.text

    answer = send(client, invitation, page, name="Sam Sample", passphrase=PASSPHRASE)

    assert (answer.status_code, answer.location) == (303, "/staff")
    (row,) = live_sessions(session)
    assert (row.user.name, row.user.email) == ("Sam Sample", STAFF_EMAIL)


def test_opening_an_invitation_uses_nothing_up(client, session, invitation):
    for _ in range(20):
        assert client.get(invitation).status_code == 200

    assert session.scalars(sa.select(Invitation)).one().used_at is None


def test_a_used_invitation_is_gone(client, session, invitation, clock):
    page = client.get(invitation)
    send(client, invitation, page, name="Sam", passphrase=PASSPHRASE)

    assert client.get(invitation).status_code == 410
    others = {"name": "Mallory", "passphrase": "five other calm words"}
    assert send(client, invitation, page, **others).status_code == 410
    assert len(live_sessions(session)) == 1


def test_an_invitation_accepted_twice_by_a_double_tap_signs_in(
    app, client, session, invitation
):
    page = client.get(invitation)
    twin = app.test_client()
    twin.set_cookie("muster_form", client.get_cookie("muster_form").value)
    fields = {"name": "Sam", "passphrase": PASSPHRASE}

    answers = [send(c, invitation, page, **fields) for c in (client, twin)]

    assert [answer.location for answer in answers] == ["/staff", "/staff"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (
            {"passphrase": "elevenchars"},
            "This passphrase needs at least 12 characters.",
        ),
        ({"passphrase": STAFF_EMAIL}, "This passphrase is your e-mail address; "),
        ({"passphrase": "password1234"}, "This passphrase is one of the first "),
        ({"name": ""}, "Write your name."),
        ({"name": "Sam\u202eelpmaS"}, "The name holds an invisible character "),
    ],
)
def test_what_cannot_be_is_refused_and_the_invitation_stays_open(
    client, session, invitation, fields, error
):
    page = client.get(invitation)
    sent = {"name": "Sam", "passphrase": PASSPHRASE, **fields}

    answer = send(client, invitation, page, **sent)

    assert answer.status_code == 422
    assert [text.startswith(error) for text in errors_of(answer)] == [True]
    assert sent["passphrase"] not in answer.text.replace(f'value="{STAFF_EMAIL}"', "")
    assert session.scalars(sa.select(Invitation)).one().used_at is None


def test_tokens_of_other_kinds_open_no_invitation(client, session, user, invitation):
    sign_in(client, user, now=NINE_AM)
    session.commit()

    for token in (client.get_cookie("muster").value, "minv_x", "x" * 5000):
        assert client.get(f"/staff/invitation/{token}").status_code == 410
    client.set_cookie("muster", invitation.rpartition("/")[2])
    assert client.get("/staff/sign-in").status_code == 200


def test_pages_of_signing_in_are_kept_nowhere(client, invitation):
    for address in ("/sign-in", "/staff/sign-in", invitation):
        headers = client.get(address).headers
        assert (headers["Cache-Control"], headers["Referrer-Policy"]) == (
            "no-store",
            "same-origin",
        )
