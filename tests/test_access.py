"""Who may call what: every endpoint crossed with every kind of caller (I12-I16, I20).

The endpoints come from the application, the expectations from the table here,
which is written by hand from what an audience means. It takes from an endpoint only
what that declares, so a page added tomorrow is in the matrix without a line here.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.conftest import rolled_back
from tests.factories import (
    make_token,
    make_user,
)
from tests.held import EVENING, Held, hold_offering
from tests.world import (
    CALLERS,
    ENDPOINTS,
    OF_OFFERINGS,
    OURS,
    THEIRS,
    WRITING,
    Caller,
    World,
    address_of,
    build_world,
    insiders,
    names_offering,
    snapshot,
)
from tracker import access
from tracker.access import Access, Audience
from tracker.db import db
from tracker.models import Person, User
from tracker.models.access import TokenScope
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    audit,
    devices,
    enrollments,
    sessions,
    sign_in,
    staff,
)
from tracker.services.audit import CLI

THROUGH, SIGN_IN, FORBIDDEN, MISSING = "through", "sign in", "forbidden", "missing"

# What takes no CSRF token, because it takes no cookie either.
WITHOUT_CSRF = {
    "api.hand_in_file",
    "api.record_scans",
    "api.tell_state",
    "api.undo_scans",
    "api.verify",
    "door.pair",
}

# What a view itself answers to somebody whom the declaration lets through.
OWN_ANSWERS = {
    "accounts.sign_in_code": SIGN_IN,  # no code was asked for in this browser
    "api.tell_state": FORBIDDEN,  # a program's token is no device
    "by_hand.undo": FORBIDDEN,  # only one's own check-in, and only at once
    "courses.add_offering": MISSING,  # of a course of which they coordinate nothing
    "courses.ask_offering": MISSING,
    "licences.ask_change": MISSING,  # somebody else's licence
    "licences.change": MISSING,
    "licences.remove": MISSING,
    "own_completions.index": MISSING,  # another offering's comes after nothing here
    "own_completions.upload": MISSING,
    "own_applications.ask": MISSING,  # somebody else's application
    "own_applications.ask_withdrawal": MISSING,
    "own_applications.begin": MISSING,  # no offering is named
    "own_applications.confirm": MISSING,
    "own_applications.keep_draft": MISSING,
    "own_applications.send": MISSING,
    "own_applications.show": MISSING,
    "own_applications.withdraw": MISSING,
    "own_teams.ask": MISSING,
    "own_teams.name": MISSING,
    "room_check_in.offer": MISSING,  # somebody of another offering is in another room
}


def expected(declared: Access, caller: Caller, at: str | None) -> str:
    """Say what an endpoint that declares this answers; `at`: whose address, if any."""
    by_audience = {
        Audience.PUBLIC: lambda: THROUGH,
        Audience.PARTICIPANT: lambda: for_participants(caller, at),
        Audience.STAFF: lambda: for_staff(declared, caller, at),
        Audience.ADMIN: lambda: for_admins(caller),
        Audience.TOKEN: lambda: for_tokens(declared, caller, at),
    }
    return by_audience[declared.audience]()


def for_participants(caller: Caller, at: str | None) -> str:
    if caller.kind != "participant":
        return SIGN_IN
    return THROUGH if at in {None, caller.offering} else MISSING


def for_staff(declared: Access, caller: Caller, at: str | None) -> str:
    roles = declared.roles
    if caller.kind != "user":
        return SIGN_IN
    if caller.is_by_code:
        return for_codes(declared, caller, at)
    if caller.is_admin or at is None:
        return THROUGH
    if at != caller.offering:
        return MISSING
    return THROUGH if not roles or roles & caller.roles else FORBIDDEN


def for_codes(declared: Access, caller: Caller, at: str | None) -> str:
    """An instructor's mailed code: what is meant for own segments, while they open."""
    if not caller.has_own:
        return SIGN_IN
    if at not in {None, caller.offering}:
        return MISSING
    return THROUGH if declared.takes_codes else FORBIDDEN


def for_admins(caller: Caller) -> str:
    if caller.kind != "user":
        return SIGN_IN
    return THROUGH if caller.is_admin else MISSING


def for_tokens(declared: Access, caller: Caller, at: str | None) -> str:
    if caller.kind != "token" or (caller.is_revoked and not declared.takes_revoked):
        return SIGN_IN
    if at not in {None, caller.offering}:
        return MISSING
    return THROUGH if declared.scope in {None, caller.scope} else FORBIDDEN


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Both offerings with everybody who may call, on SQLite.

    Who may call what is decided before the database is asked for anything that the
    engines could answer differently; tests/test_hostile_input.py sends something to
    every endpoint on PostgreSQL.
    """
    with build_world("sqlite", tmp_path_factory.mktemp("world")) as world:
        yield world


# The matrix.


def what_came(answer: TestResponse) -> str:
    """Name an answer as the table does."""
    location = answer.headers.get("Location", "")
    if answer.status_code == 401 or location.endswith("/sign-in"):
        return SIGN_IN
    return {403: FORBIDDEN, 404: MISSING}.get(answer.status_code, THROUGH)


@pytest.mark.parametrize(("rule", "method", "endpoint"), ENDPOINTS)
def test_every_caller_gets_what_the_endpoint_declares_and_no_fault(
    world, rule, method, endpoint
):
    declared = access.declared_access(world.app, endpoint)
    assert declared
    wrong = []
    for at in addresses(rule):
        address = address_of(rule, world.values[at or OURS])
        for caller in CALLERS:
            answer = world.call(caller, method, address)
            came, wanted = what_came(answer), expected(declared, caller, at)
            is_own = wanted == THROUGH and came == OWN_ANSWERS.get(endpoint)
            if answer.status_code >= 500 or (came != wanted and not is_own):
                wrong.append((caller.name, at, wanted, answer.status))

    assert wrong == []


def addresses(rule: str) -> list[str | None]:
    return [OURS, THEIRS] if names_offering(rule) else [None]


STRANGERS = [
    caller
    for caller in CALLERS
    if caller.name
    in {
        "participant of ours",
        "coordinator of ours",
        "device of ours",
        "read token of ours",
    }
]


@pytest.mark.parametrize(("rule", "method", "endpoint"), OF_OFFERINGS)
def test_another_offering_answers_like_one_that_does_not_exist(
    world, rule, method, endpoint
):
    for caller in STRANGERS:
        theirs = address_of(rule, world.values[THEIRS])
        nowhere = address_of(rule, world.values[THEIRS], code="NO-SUCH-CODE")

        answers = [world.call(caller, method, at) for at in (theirs, nowhere)]

        assert neutral(answers[0]) == neutral(answers[1]), caller.name


PARTS = [
    (rule, method, part, who)
    for rule, method, _ in OF_OFFERINGS
    for part in re.findall(r"<(?:\w+:)?(\w+)>", rule)
    if part not in {"code", "number", "day", "occasion", "mail", "decision"}
    for who in (
        ["participant of ours"]
        if rule.startswith("/me/")
        else ["coordinator of ours", "admin"]
    )
]


@pytest.mark.parametrize(("rule", "method", "part", "who"), PARTS)
def test_an_id_of_another_offering_answers_like_one_that_does_not_exist(
    world, who, rule, method, part
):
    (caller,) = (each for each in CALLERS if each.name == who)
    ours, theirs = world.values[OURS], world.values[THEIRS]
    foreign = address_of(rule, ours, **{part: theirs[part]})
    unknown = address_of(rule, ours, **{part: "f" * len(theirs[part])})

    answers = [world.call(caller, method, at) for at in (foreign, unknown)]

    assert [each.status_code for each in answers] == [404, 404]
    assert neutral(answers[0]) == neutral(answers[1])


def neutral(answer: TestResponse) -> tuple[object, ...]:
    """An answer without what differs in any two."""
    headers = {
        name: value
        for name, value in answer.headers
        if name not in {"Date", "Set-Cookie", "Content-Length"}
    }
    return answer.status, headers, re.sub(r'value="[^"]*"', "", answer.text)


def test_an_id_of_another_offering_in_a_form_answers_like_an_unknown_one(world):
    (coordinator,) = (each for each in CALLERS if each.name == "coordinator of ours")
    code, person = world.values[OURS]["code"], world.values[THEIRS]["person"]
    address = f"/staff/offerings/{code}/attendance/by-hand"
    filled_in = {
        "uid": uuid4().hex,
        "chip": ReasonChip.SEEN_IN_ROOM.value,
        "segment": "1",
        "direction": "in",
        "when": "start",
    }

    def send(person: str) -> Any:
        with rolled_back(world.app):
            return world.open(coordinator, "POST", address, **filled_in, person=person)

    answers = [send(person), send("f" * len(person))]

    assert [each.status_code for each in answers] == [404, 404]
    assert neutral(answers[0]) == neutral(answers[1])
    assert send(world.values[OURS]["person"]).status_code == 303


def test_a_held_scan_of_another_offering_cannot_be_decided(world):
    (coordinator,) = (each for each in CALLERS if each.name == "coordinator of ours")
    ours = world.values[OURS]
    address = f"/staff/offerings/{ours['code']}/people/{ours['person']}/held"
    filled_in = {
        "uid": uuid4().hex,
        "chip": ReasonChip.MISTAKE.value,
        "decision": "count",
        "segment": "1",
    }

    def send(uid: str) -> Any:
        with rolled_back(world.app):
            return world.open(coordinator, "POST", address, **filled_in, scan=uid)

    answers = [send(world.values[THEIRS]["scan"]), send("unknown")]

    assert [each.status_code for each in answers] == [404, 404]
    assert neutral(answers[0]) == neutral(answers[1])


# What is refused changes nothing (I16).


@pytest.mark.parametrize(("rule", "method", "endpoint"), WRITING)
def test_what_is_refused_changes_nothing(world, rule, method, endpoint):
    address = address_of(rule, world.values[OURS])
    with rolled_back(world.app):
        before = snapshot(world.app)
    for caller in CALLERS:
        with rolled_back(world.app):
            answer = world.open(caller, method, address)
            if answer.status_code >= 400:
                assert snapshot(world.app) == before, (caller.name, answer.status)


# Forms: only from our own pages.


@pytest.mark.parametrize(("rule", "method", "endpoint"), WRITING)
def test_a_form_without_its_token_is_refused(world, rule, method, endpoint):
    admin, _ = insiders(rule)
    with rolled_back(world.app):
        answer = world.client(admin).open(
            address_of(rule, world.values[OURS]), method=method
        )

    if endpoint in WITHOUT_CSRF:
        assert "Please send it again" not in answer.text
    else:
        assert answer.status_code == 400
        assert "Please send it again" in answer.text


@pytest.mark.parametrize(("rule", "method", "endpoint"), WRITING)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_from_another_site_is_refused(world, rule, method, endpoint, headers):
    caller, is_token = insiders(rule)
    with rolled_back(world.app):
        answer = world.client(caller).open(
            address_of(rule, world.values[OURS]),
            method=method,
            data={"csrf_token": world.form_token},
            headers={**headers, **world.headers(caller)},
        )

    assert (answer.status_code == 403) is not is_token


# What is taken away holds from the next request on (I14).


@pytest.fixture
def held(app, tmp_path, clock):
    held = hold_offering()
    clock.moment = EVENING
    return held


@pytest.fixture
def board(held):
    return f"/staff/offerings/{held.offering.code}/attendance"


@pytest.fixture
def own_page(held):
    return f"/me/offerings/{held.offering.code}"


@pytest.fixture
def instructor(held):
    return make_user(Role.INSTRUCTOR, held.offering)


def sign_in_as(client: FlaskClient, owner: User | Person) -> str:
    token = sessions.begin_session(owner, now=EVENING)
    db.session.commit()
    client.set_cookie("muster", token)
    return token


def test_a_role_removed_holds_from_the_next_request_on(client, held, board, instructor):
    sign_in_as(client, instructor)
    assert client.get(board).status_code == 200

    staff.remove_role(instructor, "instructor", held.offering, actor=CLI, now=EVENING)
    db.session.commit()

    assert client.get(board).status_code == 404


def test_an_admin_who_is_none_any_more_gets_nothing_more(client, board):
    admin = make_user(is_admin=True)
    sign_in_as(client, admin)
    assert client.get(board).status_code == 200

    staff.remove_role(admin, "admin", None, actor=CLI, now=EVENING)
    db.session.commit()

    assert client.get(board).status_code == 404


def test_who_is_disabled_is_signed_out(client, board, instructor):
    sign_in_as(client, instructor)
    assert client.get(board).status_code == 200

    staff.disable_user(instructor, actor=CLI, now=EVENING)
    db.session.commit()

    assert client.get(board).location == "/staff/sign-in"


def test_an_ended_session_is_ended(client, board, instructor):
    token = sign_in_as(client, instructor)
    assert client.get(board).status_code == 200

    sessions.end_session(token, now=EVENING)
    db.session.commit()

    assert client.get(board).location == "/staff/sign-in"


def test_a_staff_session_lasts_twelve_hours_whatever_is_done_in_it(
    client, board, instructor, clock
):
    sign_in_as(client, instructor)
    clock.moment = EVENING + sessions.STAFF_SESSION - timedelta(seconds=1)
    assert client.get(board).status_code == 200

    clock.moment = EVENING + timedelta(hours=12)

    assert client.get(board).location == "/staff/sign-in"


def test_who_gave_the_seat_back_sees_the_offering_no_more(client, held, own_page):
    sign_in_as(client, held.ada.person)
    assert client.get(own_page).status_code == 200

    enrollments.withdraw(held.ada, actor=CLI, now=EVENING)
    db.session.commit()

    assert client.get(own_page).status_code == 404


def test_a_revoked_device_reads_nothing_more(client, held):
    address = f"/api/v1/offerings/{held.offering.code}/door"
    headers = {"Authorization": f"Bearer {held.door}"}
    assert client.get(address, headers=headers).status_code == 200

    (device,) = devices.list_devices(held.offering)
    devices.revoke_device(held.offering, device.public_id, actor=CLI, now=EVENING)
    db.session.commit()

    assert client.get(address, headers=headers).status_code == 401


# A secret of one kind is never taken for another (I20).


@pytest.fixture
def secrets(held, instructor):
    """One live secret of every kind, by its kind."""
    actor = audit.actor_of(instructor)
    pairing = devices.make_pairing_code(
        held.offering, "Door", "", actor=actor, now=EVENING
    )
    link = staff.add_user("new@example.org", "admin", None, actor=CLI, now=EVENING)
    made = {
        "pass": held.passes[held.ada.id],
        "device": held.door,
        "session": sessions.begin_session(instructor, now=EVENING),
        "participant session": sessions.begin_session(held.ada.person, now=EVENING),
        "browser of a code": sign_in.request_code(
            held.ada.person.email, uuid4().hex, now=EVENING
        ),
        "invitation": link,
        "pairing": pairing,
        "serial": held.certificate.serial,
        "token": make_token(held.offering, TokenScope.READ),
    }
    db.session.commit()
    return made


def takes_bearer(client: FlaskClient, secret: str, held: Held) -> bool:
    headers = {"Authorization": f"Bearer {secret}"}
    return client.get("/api/v1/offerings", headers=headers).status_code == 200


def takes_session(client: FlaskClient, secret: str, held: Held) -> bool:
    client.set_cookie("muster", secret)
    return 200 in {client.get(page).status_code for page in ("/me", "/staff")}


def takes_invitation(client: FlaskClient, secret: str, held: Held) -> bool:
    return client.get(f"/staff/invitation/{secret}").status_code == 200


def takes_pairing(client: FlaskClient, secret: str, held: Held) -> bool:
    sent = {"device_uid": str(uuid4())}
    return client.post(f"/scan/pair/{secret}", json=sent).status_code == 200


def takes_scan(client: FlaskClient, secret: str, held: Held) -> bool:
    answer = client.post(
        f"/api/v1/offerings/{held.offering.code}/scans",
        json={"scans": [{"id": str(uuid4()), "pass": secret, "segment": 1}]},
        headers={"Authorization": f"Bearer {held.door}"},
    )
    results = answer.get_json()["results"]
    return results[0]["person"] is not None


def takes_serial(client: FlaskClient, secret: str, held: Held) -> bool:
    sent = {"serial": secret, "name": held.certificate.name}
    answer = client.post("/api/v1/certificates/verify", json=sent)
    return answer.status_code == 200 and answer.get_json()["status"] == "valid"


PLACES = {
    takes_bearer: {"device", "token"},
    takes_session: {"session", "participant session"},
    takes_invitation: {"invitation"},
    takes_pairing: {"pairing"},
    takes_scan: {"pass"},
    takes_serial: {"serial"},
}


@pytest.mark.parametrize("takes", PLACES, ids=lambda takes: takes.__name__)
def test_each_place_takes_its_own_kind_of_secret_and_no_other(
    app, held, secrets, takes
):
    taken = {
        kind
        for kind, secret in secrets.items()
        if takes(app.test_client(), secret, held)
    }

    assert taken == PLACES[takes]


@pytest.mark.parametrize("changed", ["", "x", "X" * 200, "mdev_", "mapi_", "mses_"])
def test_nobody_gets_in_with_a_piece_of_a_secret(client, held, changed):
    assert not takes_bearer(client, changed, held)
    assert not takes_bearer(client, held.door[:-1], held)
    assert not takes_bearer(client, held.door + changed, held) or changed == ""
    assert not takes_session(client, changed, held)


def test_a_session_is_not_taken_from_the_address_or_a_form(app, held, secrets):
    client = app.test_client()
    session = secrets["session"]

    for page in ("/staff", f"/staff/offerings/{held.offering.code}"):
        assert client.get(f"{page}?muster={session}").location == "/staff/sign-in"
        headers = {"Authorization": f"Bearer {session}"}
        assert client.get(page, headers=headers).location == "/staff/sign-in"
