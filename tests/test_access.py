"""Who may call what: every endpoint crossed with every kind of caller (I12-I16, I20).

The endpoints come from the application, the expectations from the table here,
which is written by hand from what an audience means. It takes from an endpoint only
what that declares, so a page added tomorrow is in the matrix without a line here.
"""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES, Browser, rolled_back, settings_for
from tests.factories import (
    NINE_AM,
    make_device,
    make_enrollment,
    make_token,
    make_user,
)
from tests.held import EVENING, Held, hold_offering
from tracker import access, create_app
from tracker.access import Access, Audience
from tracker.db import db
from tracker.models import ApiToken, Course, Device, Person, Scan, User
from tracker.models.access import TokenScope
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    audit,
    corrections,
    devices,
    enrollments,
    sessions,
    sign_in,
    staff,
)
from tracker.services.audit import CLI
from tracker.services.corrections import Act, Why

THROUGH, SIGN_IN, FORBIDDEN, MISSING = "through", "sign in", "forbidden", "missing"
OURS, THEIRS = "ours", "theirs"
PUBLIC_CODES = ("/courses/", "/offerings/", "/scan/pair/")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

# What takes no CSRF token, because it takes no cookie either.
WITHOUT_CSRF = {"api.record_scans", "api.verify", "door.pair"}

# What a view itself answers to somebody whom the declaration lets through.
OWN_ANSWERS = {
    "accounts.sign_in_code": SIGN_IN,  # no code was asked for in this browser
    "by_hand.undo": FORBIDDEN,  # only one's own check-in, and only at once
}


def names_offering(rule: str) -> bool:
    """Say whether an address names an offering to somebody who belongs to one."""
    return "<code>" in rule and not rule.startswith(PUBLIC_CODES)


@dataclass(frozen=True)
class Caller:
    """Somebody at an endpoint. `offering`: the one they belong to, if any."""

    name: str
    kind: str  # anonymous, participant, user or token
    offering: str | None = None
    roles: frozenset[Role] = frozenset()
    is_admin: bool = False
    scope: TokenScope | None = None
    is_revoked: bool = False


def staff_of(offering: str, role: Role) -> Caller:
    return Caller(f"{role} of {offering}", "user", offering, frozenset({role}))


CALLERS = (
    Caller("nobody", "anonymous"),
    Caller("participant of ours", "participant", OURS),
    Caller("participant of theirs", "participant", THEIRS),
    Caller("withdrawn participant of ours", "participant"),
    staff_of(OURS, Role.COORDINATOR),
    staff_of(OURS, Role.INSTRUCTOR),
    staff_of(OURS, Role.DOOR),
    staff_of(THEIRS, Role.COORDINATOR),
    Caller("staff without a role", "user"),
    Caller("admin", "user", is_admin=True),
    Caller("device of ours", "token", OURS, scope=TokenScope.CHECK_IN),
    Caller("device of theirs", "token", THEIRS, scope=TokenScope.CHECK_IN),
    Caller("check-in token of ours", "token", OURS, scope=TokenScope.CHECK_IN),
    Caller("read token of ours", "token", OURS, scope=TokenScope.READ),
    Caller("read token of theirs", "token", THEIRS, scope=TokenScope.READ),
    Caller(
        "revoked device of ours",
        "token",
        OURS,
        scope=TokenScope.CHECK_IN,
        is_revoked=True,
    ),
    Caller(
        "revoked token of ours", "token", OURS, scope=TokenScope.READ, is_revoked=True
    ),
)


def expected(declared: Access, caller: Caller, at: str | None) -> str:
    """Say what an endpoint that declares this answers; `at`: whose address, if any."""
    by_audience = {
        Audience.PUBLIC: lambda: THROUGH,
        Audience.PARTICIPANT: lambda: for_participants(caller, at),
        Audience.STAFF: lambda: for_staff(declared.roles, caller, at),
        Audience.ADMIN: lambda: for_admins(caller),
        Audience.TOKEN: lambda: for_tokens(declared, caller, at),
    }
    return by_audience[declared.audience]()


def for_participants(caller: Caller, at: str | None) -> str:
    if caller.kind != "participant":
        return SIGN_IN
    return THROUGH if at in {None, caller.offering} else MISSING


def for_staff(roles: frozenset[Role], caller: Caller, at: str | None) -> str:
    if caller.kind != "user":
        return SIGN_IN
    if caller.is_admin or at is None:
        return THROUGH
    if at != caller.offering:
        return MISSING
    return THROUGH if not roles or roles & caller.roles else FORBIDDEN


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


# The world: two offerings alike, and credentials for every caller.


@dataclass
class Secrets:
    """What a caller sends: a session cookie, or a bearer token."""

    cookie: str = ""
    bearer: str = ""


@dataclass
class World:
    """A committed database with two offerings that were held."""

    app: Flask
    values: dict[str, dict[str, str]]
    secrets: dict[str, Secrets]
    form_cookie: str
    form_token: str

    def client(self, caller: Caller) -> FlaskClient:
        client = self.app.test_client()
        client.set_cookie("muster_form", self.form_cookie)
        if cookie := self.secrets[caller.name].cookie:
            client.set_cookie("muster", cookie)
        return client

    def headers(self, caller: Caller) -> dict[str, str]:
        bearer = self.secrets[caller.name].bearer
        return {"Authorization": f"Bearer {bearer}"} if bearer else {}

    def call(self, caller: Caller, method: str, address: str) -> TestResponse:
        """Send one request; whatever it changes is rolled back."""
        with rolled_back(self.app):
            return self.open(caller, method, address)

    def open(
        self, caller: Caller, method: str, address: str, **fields: str
    ) -> TestResponse:
        """Send one request, with a form's token where it writes."""
        data = {"csrf_token": self.form_token, **fields} if method in UNSAFE else None
        answer = self.client(caller).open(
            address, method=method, data=data, headers=self.headers(caller)
        )
        answer.get_data()
        answer.close()
        return answer


@pytest.fixture(scope="module", params=ENGINES)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    folder = tmp_path_factory.mktemp(request.param)
    with committed_app(make_url(request.param, folder), folder) as app:
        app.testing = False  # a fault is an answer of 500, which no test allows
        app.test_client_class = Browser
        clock = app.extensions["clock"]
        clock.moment = EVENING
        with app.app_context():
            held = {OURS: hold_offering(folder), THEIRS: hold_offering(folder)}
            values = {name: values_of(each) for name, each in held.items()}
            secrets = {each.name: secrets_of(each, held) for each in CALLERS}
            db.session.commit()
            db.session.remove()
            app.extensions["bare tables"] = reflected_tables()
        yield World(app, values, secrets, *form_of(app))


def form_of(app: Flask) -> tuple[str, str]:
    """Open a page with a form; return the cookie and the token that belong together."""
    client = app.test_client()
    page = client.get("/verify").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    cookie = client.get_cookie("muster_form")
    assert found
    assert cookie
    return cookie.value, found.group(1)


def values_of(held: Held) -> dict[str, str]:
    """What stands for each part of an address in one offering."""
    user = make_user(Role.COORDINATOR, held.offering)
    correction = corrections.check_in_by_hand(
        held.ada,
        held.segments[0],
        at=held.segments[0].starts_at,
        act=Act(
            why=Why(ReasonChip.SEEN_IN_ROOM), uid=uuid4().hex, user=user, now=EVENING
        ),
    )
    make_token(held.offering)
    wanted = {"offering_id": held.offering.id}
    device = db.session.scalars(sa.select(Device).filter_by(**wanted)).one()
    token = db.session.scalars(sa.select(ApiToken).filter_by(**wanted)).one()
    course = db.session.get_one(Course, held.offering.course_id)
    actor = audit.actor_of(user)
    link = staff.add_user(
        f"{uuid4().hex}@example.org", "door", held.offering, actor=actor, now=EVENING
    )
    return {
        "code": held.offering.code,
        "person": held.ada.public_id,
        "number": "1",
        "serial": held.certificate.serial,
        "scan": db.session.scalars(sa.select(Scan.uid).filter_by(**wanted)).first()
        or "",
        "correction": correction.public_id,
        "device": device.public_id,
        "token": token.public_id,
        "anything": next(iter(held.passes.values())),
        "filename": "css/base.css",
        "/courses/ code": course.code,
        "/scan/pair/ code": devices.make_pairing_code(
            held.offering, "Door", "", actor=actor, now=EVENING
        ),
        "/staff/invitation/ token": link or "",
    }


def secrets_of(caller: Caller, held: dict[str, Held]) -> Secrets:
    """Make what a caller signs in with."""
    if caller.kind == "anonymous":
        return Secrets()
    if caller.kind == "token":
        return Secrets(bearer=bearer_of(caller, held[caller.offering or OURS]))
    owner = person_of(caller, held) if caller.kind == "participant" else None
    token = sessions.begin_session(owner or user_of(caller, held), now=EVENING)
    return Secrets(cookie=token)


def person_of(caller: Caller, held: dict[str, Held]) -> Person:
    if caller.offering:
        return held[caller.offering].ada.person
    gone = make_enrollment(offering=held[OURS].offering, withdrawn_at=NINE_AM)
    return gone.person


def user_of(caller: Caller, held: dict[str, Held]) -> User:
    role = next(iter(caller.roles), None)
    offering = held[caller.offering].offering if caller.offering else None
    return make_user(role, offering, is_admin=caller.is_admin)


def bearer_of(caller: Caller, held: Held) -> str:
    is_device = "device" in caller.name
    if is_device and not caller.is_revoked:
        return held.door
    revoked_at = NINE_AM if caller.is_revoked else None
    if is_device:
        return make_device(held.offering, revoked_at=revoked_at)
    assert caller.scope
    bearer = make_token(held.offering, caller.scope)
    if revoked_at:
        newest = sa.select(ApiToken).order_by(ApiToken.id.desc()).limit(1)
        db.session.scalars(newest).one().revoked_at = revoked_at
    return bearer


# The matrix.


def read_endpoints() -> list[tuple[str, str, str]]:
    """Every (rule, method, endpoint) that the application has, in a fixed order."""
    with tempfile.TemporaryDirectory(prefix="muster_") as folder:
        app = create_app(settings_for("sqlite://", Path(folder)))
        return sorted(
            (rule.rule, method, rule.endpoint)
            for rule in app.url_map.iter_rules()
            for method in set(rule.methods or ()) - {"HEAD", "OPTIONS"}
        )


ENDPOINTS = read_endpoints()
WRITING = [each for each in ENDPOINTS if each[1] in UNSAFE]
OF_OFFERINGS = [each for each in ENDPOINTS if names_offering(each[0])]


def address_of(rule: str, values: dict[str, str], **others: str) -> str:
    """Fill an address in; a part that nobody has named yet fails the test."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        return others.get(name) or values.get(f"{prefix} {name}") or values[name]

    prefix = rule.partition("<")[0]
    return re.sub(r"<(?:\w+:)?(\w+)>", fill, rule)


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
    (rule, method, part)
    for rule, method, _ in OF_OFFERINGS
    for part in re.findall(r"<(?:\w+:)?(\w+)>", rule)
    if part not in {"code", "number"}
]


@pytest.mark.parametrize(("rule", "method", "part"), PARTS)
@pytest.mark.parametrize("who", ["coordinator of ours", "admin"])
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


ATTEMPTS = {"rate_limits", "sign_in_codes", "audit_entries", "audit_heads"}


def snapshot(app: Flask) -> dict[str, list[int]]:
    """Every row of every table, condensed, but for the records of attempts."""
    tables = app.extensions["bare tables"]
    with app.app_context():
        return {
            table.name: sorted(
                hash(tuple(map(plain, row)))
                for row in db.session.execute(sa.select(table))
            )
            for table in tables
            if table.name not in ATTEMPTS
        }


def reflected_tables() -> list[sa.Table]:
    """The tables without our column types: as the database holds them."""
    bare = sa.MetaData()
    bare.reflect(db.engine)
    return list(bare.tables.values())


def plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else str(value)


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


def insiders(rule: str) -> tuple[Caller, bool]:
    """Return who may use an address, and whether by token."""
    name = "admin"
    if rule.startswith("/me"):
        name = "participant of ours"
    elif rule.startswith("/api/v1/offerings"):
        name = "device of ours"
    (caller,) = (each for each in CALLERS if each.name == name)
    return caller, caller.kind == "token"


# What is taken away holds from the next request on (I14).


@pytest.fixture
def held(app, tmp_path, clock):
    held = hold_offering(tmp_path)
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
