"""Two offerings that were held, every kind of caller, and every endpoint.

What the generated tests cross: who may call what, what is hostile, which headers.
"""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.committed import committed_app, make_url
from tests.conftest import Browser, rolled_back, settings_for
from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_application,
    make_completion,
    make_course,
    make_device,
    make_enrollment,
    make_instructor,
    make_offering,
    make_scan,
    make_teacher,
    make_token,
    make_user,
    save,
)
from tests.held import EVENING, Held, hold_offering
from tracker import create_app
from tracker.db import db
from tracker.domain import room_codes
from tracker.domain.admissions import Status
from tracker.domain.scans import Outcome, Reason
from tracker.driver_sql import is_sqlite
from tracker.models import (
    ApiToken,
    Course,
    Device,
    NameChange,
    Offering,
    Person,
    User,
)
from tracker.models.access import TokenScope
from tracker.models.attendance import ReasonChip
from tracker.models.course import ImagePurpose
from tracker.models.staff import Role
from tracker.services import (
    audit,
    completion_uploads,
    contests,
    corrections,
    credit_rules,
    credit_statements,
    devices,
    headcounts,
    licences,
    pending_files,
    rooms,
    sessions,
    spares,
    staff,
    templates,
)
from tracker.services.acts import Act, Why

OURS, THEIRS = "ours", "theirs"
PUBLIC_CODES = ("/courses/", "/offerings/", "/scan/pair/")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


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
    is_by_code: bool = False  # an instructor's mailed code opens the own segments
    has_own: bool = False  # such a segment is open now
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
    Caller("instructor of ours by a code", "user", OURS, is_by_code=True, has_own=True),
    Caller("instructor of ours by a code, too late", "user", OURS, is_by_code=True),
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


@contextmanager
def build_world(engine: str, folder: Path) -> Iterator[World]:
    """Build it, in the evening, on a database of its own."""
    with committed_app(make_url(engine, folder), folder) as app:
        app.testing = False  # a fault is an answer of 500, which no test allows
        app.test_client_class = Browser
        clock = app.extensions["clock"]
        clock.moment = EVENING
        with app.app_context():
            held = {OURS: hold_offering(), THEIRS: hold_offering()}
            values = {name: values_of(each) for name, each in held.items()}
            secrets = {each.name: secrets_of(each, held) for each in CALLERS}
            db.session.commit()
            db.session.remove()
            app.extensions["tables"] = watched_tables()
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
    credit = state_credit(held)
    user = make_user(Role.COORDINATOR, held.offering)
    correction = corrections.check_in_by_hand(
        held.ada,
        held.segments[0],
        at=held.segments[0].starts_at,
        act=Act(
            why=Why(ReasonChip.SEEN_IN_ROOM), uid=uuid4().hex, user=user, now=EVENING
        ),
    )
    contest = contests.contest(
        held.ada, held.segments[0], "I was there.", uid=uuid4().hex, now=EVENING
    )
    change = save(
        NameChange(
            public_id=uuid4().hex,
            enrollment_id=held.ada.id,
            name="Another Sample",
            made_at=EVENING,
        )
    )
    scan = make_scan(
        held.ada,
        held.segments[0],
        outcome=Outcome.HELD,
        reason=Reason.CLOCK_UNSURE,
    )
    make_token(held.offering)
    spares.make_spares(held.offering, 1, after=0, actor=audit.CLI, now=EVENING)
    wanted = {"offering_id": held.offering.id}
    device = db.session.scalars(sa.select(Device).filter_by(**wanted)).one()
    token = db.session.scalars(sa.select(ApiToken).filter_by(**wanted)).one()
    course = db.session.get_one(Course, held.offering.course_id)
    actor = audit.actor_of(user)
    logo = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'
    templates.put_image(
        held.offering, (ImagePurpose.LOGO, 0), logo, actor=actor, now=EVENING
    )
    link = staff.add_user(
        f"{uuid4().hex}@example.org", "door", held.offering, actor=actor, now=EVENING
    )
    headcount = headcounts.add_headcount(
        held.segments[0],
        3,  # one more than were in: pages ask what explains it
        counted_at=held.segments[0].starts_at,
        uid=uuid4().hex,
        user=user,
        now=EVENING,
    )
    following = make_following(held)
    return {
        **credit,
        **upload_certificate(held),
        "application": make_application(
            offering=following,
            person=held.ada.person,
            status=Status.DRAFT,
            submitted_at=None,
        ).public_id,
        "/offerings/ code": following.code,
        "headcount": headcount.public_id,
        "instructor": make_instructor(held.offering).public_id,
        "code": held.offering.code,
        "person": held.ada.public_id,
        "number": "1",
        "mail": "accepted",
        "occasion": "evaluation",
        "serial": held.certificate.serial,
        "/staff/offerings/ application": make_application(
            offering=held.offering
        ).public_id,
        "decision": "decline",
        "scan": scan.uid,
        "correction": correction.public_id,
        "contest": contest.public_id,
        "change": change.public_id,
        "day": "2026-11-03",
        "device": device.public_id,
        "token": token.public_id,
        "anything": next(iter(held.passes.values())),
        "filename": "css/base.css",
        "room_code": room_codes.derive_room_code(
            room_codes.room_key(held.offering.key),
            rooms.veil(),
            held.segments[0].id,
            room_codes.step_of(EVENING),
        ),
        "/courses/ code": course.code,
        "course": course.code,
        "/scan/pair/ code": devices.make_pairing_code(
            held.offering, "Door", "", actor=actor, now=EVENING
        ),
        "/staff/invitation/ token": link or "",
    }


def upload_certificate(held: Held) -> dict[str, str]:
    """Let a course come first, and Ada upload that she finished it."""
    first = make_course()
    held.offering.course.prerequisite_id = first.id
    db.session.flush()
    pdf = b"%PDF-1.7\nstartxref\n0\n%%EOF"
    row = completion_uploads.upload(held.ada.person, first, pdf, now=EVENING)
    who = held.ada.person.public_id
    csv = b"Name,Email,Completed\nSample Ada,sample-ada@x.org,2026-10-01\n"
    coordinator = make_user(Role.COORDINATOR, held.offering)
    file = pending_files.keep(held.offering, csv, user=coordinator, now=EVENING)
    values = {"file": file.public_id, "row": make_completion(course=first).public_id}
    values |= {"/me/completions/ course": first.code, "upload": row.public_id}
    return {"who": who, **values}


def make_following(held: Held) -> Offering:
    """Open another offering of the same course for applications."""
    return make_offering(
        course=held.offering.course,
        applications_open_at=LONG_AGO,
        starts_on=date(2027, 3, 2),
        ends_on=date(2027, 3, 5),
    )


def state_credit(held: Held) -> dict[str, str]:
    """Accredit an offering, and let Ada claim a licence and have her statement."""
    (example, *_) = credit_rules.list_examples()
    jurisdiction, unit = f"Sample CLE of {held.offering.code}", "hours"
    accreditation = example.values | {"jurisdiction": jurisdiction, "unit": unit}
    held.offering.accreditations = [accreditation | {"line": "Sample line"}]
    key = credit_rules.key_of(jurisdiction, unit)
    uid = uuid4().hex
    licences.claim(held.ada.person, key, "0012", uid=uid, now=EVENING)
    statement = credit_statements.issue(held.ada, key, actor=audit.CLI, now=EVENING)
    return {"accreditation": key, "licence": uid, "statement": statement.serial}


def secrets_of(caller: Caller, held: dict[str, Held]) -> Secrets:
    """Make what a caller signs in with."""
    if caller.kind == "anonymous":
        return Secrets()
    if caller.kind == "token":
        return Secrets(bearer=bearer_of(caller, held[caller.offering or OURS]))
    is_participant = caller.kind == "participant"
    owner = person_of(caller, held) if is_participant else user_of(caller, held)
    token = sessions.begin_session(owner, now=EVENING, is_by_code=caller.is_by_code)
    return Secrets(cookie=token)


def person_of(caller: Caller, held: dict[str, Held]) -> Person:
    if caller.offering:
        return held[caller.offering].ada.person
    gone = make_enrollment(offering=held[OURS].offering, withdrawn_at=NINE_AM)
    return gone.person


def user_of(caller: Caller, held: dict[str, Held]) -> User:
    role = next(iter(caller.roles), None)
    offering = held[caller.offering].offering if caller.offering else None
    if caller.is_by_code and caller.offering:
        segments = held[caller.offering].segments if caller.has_own else []
        return make_teacher(held[caller.offering].offering, segments[:1])
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


# The endpoints.


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


# What a request changes.


ATTEMPTS = {"rate_limits", "sign_in_codes", "audit_entries", "audit_heads"}


def snapshot(app: Flask) -> dict[str, list[int]]:
    """Every row of every table, condensed, but for the records of attempts.

    The rows are the driver's own: they are read after nearly every refused request.
    """
    with app.app_context():
        cursor = db.session.connection().connection.cursor()
        row = "*" if is_sqlite(cursor) else "one::text"  # JSON comes unhashable
        found = {}
        for table in app.extensions["tables"]:
            cursor.execute(f"SELECT {row} FROM {table} AS one")  # noqa: S608 - our own
            found[table] = sorted(map(hash, cursor.fetchall()))
        return found


def watched_tables() -> list[str]:
    """The tables that only what is accepted may change."""
    return sorted({*sa.inspect(db.engine).get_table_names()} - ATTEMPTS)


def insiders(rule: str) -> tuple[Caller, bool]:
    """Return who may use an address, and whether by token."""
    name = "admin"
    if rule.startswith("/me"):
        name = "participant of ours"
    elif rule.startswith("/api/v1/offerings"):
        name = "device of ours"
    (caller,) = (each for each in CALLERS if each.name == name)
    return caller, caller.kind == "token"
