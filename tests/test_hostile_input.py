"""Whatever is sent: no fault, and nothing that is refused changes anything.

The forms are read from the pages that the application has, so one that is added
tomorrow is in here without a line; one that no page shows fails the first test.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.conftest import rolled_back
from tests.factories import make_enrollment, make_scan, make_user
from tests.forms import Form, read_forms
from tests.held import EVENING
from tests.world import (
    CALLERS,
    ENDPOINTS,
    OURS,
    WRITING,
    Caller,
    Secrets,
    World,
    address_of,
    build_world,
    insiders,
    snapshot,
)
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import Attendance, Enrollment, Offering
from tracker.models.staff import Role
from tracker.services import anomalies, evaluations, sessions, sheets
from tracker.services.audit import CLI

HOSTILE = {
    "a zero byte": "A\0B",
    "a control character": "A\x1bB",
    "a direction override": "A\u202eB",
    "a hundred thousand characters": "x" * 100_000,
}
WITH_TEXT = {
    "sections": [
        {
            "key": "overall",
            "title": "As a whole",
            "repeat": "once",
            "questions": [
                {"key": "useful", "kind": "rating", "text": "Useful?"},
                {"key": "word", "kind": "short", "text": "In a word?"},
                {"key": "more", "kind": "long", "text": "What else?"},
            ],
        }
    ]
}
NEWCOMER = Caller("newcomer of ours", "participant", OURS)
NOBODY = CALLERS[0]
TAKES_JSON = {
    endpoint
    for _, _, endpoint in WRITING
    if endpoint.startswith(("api.", "door_search."))
    or endpoint in {"door.pair", "own_applications.keep_draft"}
}
# What no page of this world shows. Forms with fields are better shown.
UNSEEN = {
    "binders.download",
    "binders.make_link",
    "by_hand.undo",
    "certification.issue",
    "completion_matches.restore",
    "completion_matches.undo",
    "credit.issue_again",
    "offering_states.close_applications",
    "offering_states.open_applications",
    "offering_states.publish",
    "own_applications.confirm",
    "mails.restore",
    "mails.send_again",
    "own_credit.issue",
    "paper_evaluations.discard",
    "paper_evaluations.store",
    "prerequisites.take_back",
    "participant.request_certificate",
    "results.export",
    "review_together.decide",
    "rooms.say",
}

# The fields of those that no page shows.
FIELDS = {
    "binders.download": {"token"},
    "by_hand.undo": {"back"},
    "own_applications.confirm": {"uid"},
    "rooms.say": {"uid"},
    "results.export": {"occasion"},
}

# A course's form has two rows for more questions.
QUESTIONS = {
    "questions-0-key": "first",
    "questions-0-choices": "",
    "questions-1-key": "second",
    "questions-1-choices": "",
}

# What no page fills in by itself, so that the form is accepted as it stands.
FILLED_IN = {
    "accreditations.add": {
        "jurisdiction": "Another CLE",
        "line": "Sample line",
        "unit": "credits",
        "unit_minutes": "50",
        "source": "A sample rule",
        "excluded_categories": "",
    },
    "by_hand.check_in": {"when": "start"},
    "courses.add": QUESTIONS,
    "courses.add_offering": {"starts_on": "2027-05-04", "ends_on": "2027-05-05"},
    "courses.save": QUESTIONS,
    "corrections.make_up": {"offering": "", "segment": ""},
    "offering_settings.copy": {"starts_on": "2027-05-04"},
    "offering_settings.save_admissions": {"reservations": "agency; Sample; 2"},
    "mails.save": {"subject": "Notice", "text": "{url}"},
    "prerequisites.decide": {"completed_on": "2026-10-01"},
    "own_teams.name": {
        f"{part}_{n}": "" for part in ("name", "email") for n in (1, 2, 3, 4)
    },
    "rescheduling.move": {"minutes": "15"},
    "schedule.add": {"starts_at": "2026-11-03T20:00", "ends_at": "2026-11-03T21:00"},
    "segment_rooms.count": {"counted": "3", "at": "09:10"},
    "sheets.type_in": {"numbers": "1-2"},
    "spares.bind": {"spare": "1"},
    "templates.save": {"colour": "#1e4f7a", "signatories": "A; B"},
    "walk_ins.add": {"spare": ""},
}

# Forms that are refused even when filled in: the sample's codes and passphrase
# are not right, this scan came at another time, in the evening no door is open,
# a file is chosen by hand, and no paper evaluation is typed in.
REFUSED = {
    "accounts.enter_code",
    "accounts.enter_passphrase",
    "applying.enter_code",
    "delivery.wait_for_queue",
    "completion_imports.upload",
    "form_builder.read_text",
    "held.decide",
    "held.decide_one",
    "own_completions.upload",
    "paper_evaluations.store",
    "people.decide",
    "people_imports.upload",
    "queue_files.hand_in",
    "room_check_in.send",
    "templates.put_image",
}

# What is taken whatever it holds: only its keyed digest is kept, it is only
# compared with what is known, or it is not looked at in a form so filled in.
TAKEN = {
    "by_hand.check_in": {"at", "back"},
    "contests.answer": {"at"},
    "accounts.request_code": {"form_id"},
    "applying.request_code": {"form_id"},
    "own_applications.send": {"discipline_other", "state_other"},
    "coordinator.add_token": {"token-csrf_token"},
    "devices.pair": {"device-csrf_token"},
    "devices.change": {"device-csrf_token"},
    "by_hand.undo": {"back"},
    "people.replace_pass": {"pass_count"},
    "spares.badges": {"sheet"},
    "spares.make": {"after"},
    "public.verify_certificate": {"serial", "name"},
}


@dataclass(frozen=True)
class Found:
    """A form that somebody sees, and the endpoint it goes to."""

    caller: Caller
    form: Form
    endpoint: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An offering and its forms on PostgreSQL, which refuses what SQLite lets pass."""
    with build_world("postgresql", tmp_path_factory.mktemp("world")) as world:
        with world.app.app_context():
            admit_newcomer(world)
        yield world


def admit_newcomer(world: World) -> None:
    """Enroll somebody whose evaluation, with words in it, is still to be sent.

    And let a scan of somebody else wait for a decision, and show what pages of
    paper and anomalies need: a printed list, one oddity open and one looked at.
    """
    code, person_id = (world.values[OURS][name] for name in ("code", "person"))
    offering = db.session.scalars(sa.select(Offering).filter_by(code=code)).one()
    evaluations.set_form(offering, WITH_TEXT)
    ada = db.session.scalars(sa.select(Enrollment).filter_by(public_id=person_id)).one()
    held = {"outcome": Outcome.HELD, "reason": Reason.CLOCK_UNSURE}
    make_scan(ada, offering.segments[0], **held)
    shared = {"outcome": Outcome.HELD, "reason": Reason.SHARED_DEVICE}
    for uid in ("phone-1", "phone-2"):
        make_scan(ada, offering.segments[0], uid=uid, **shared)
    user = make_user(Role.COORDINATOR, offering)
    anomalies.clear(offering, "shared_phone:phone-1", "", user=user, now=EVENING)
    sheets.sheet_pdf(offering, offering.segments, actor=CLI, now=EVENING)
    person = make_enrollment(offering=offering).person
    cookie = sessions.begin_session(person, now=EVENING)
    world.secrets[NEWCOMER.name] = Secrets(cookie=cookie)
    db.session.commit()
    db.session.remove()


@pytest.fixture(scope="module")
def found(world) -> dict[str, Found]:
    """One form for every endpoint that pages lead to, by endpoint."""
    (admin,) = (each for each in CALLERS if each.name == "admin")
    (member,) = (each for each in CALLERS if each.name == "participant of ours")
    pages = [rule for rule, method, _ in ENDPOINTS if method == "GET"]
    forms: dict[str, Found] = {}
    for caller in (NOBODY, member, NEWCOMER, admin):
        for rule in pages:
            address = address_of(rule, world.values[OURS])
            for form in posted_at(world, caller, address):
                endpoint = endpoint_of(world, form)
                forms.setdefault(endpoint, Found(caller, form, endpoint))
    return forms


def posted_at(world: World, caller: Caller, address: str) -> list[Form]:
    client = world.client(caller)
    client.set_cookie("muster-code", "any")
    client.set_cookie("muster-apply", "any")
    answer = client.get(address, headers=world.headers(caller))
    forms = read_forms(answer.text, address) if answer.mimetype == "text/html" else []
    answer.close()
    return [form for form in forms if form.method == "POST"]


def endpoint_of(world: World, form: Form) -> str:
    adapter = world.app.url_map.bind("localhost")
    endpoint, _ = adapter.match(urlsplit(form.action).path, method=form.method)
    return str(endpoint)


def test_every_form_is_found(found):
    written = {endpoint for _, _, endpoint in WRITING}

    assert written - found.keys() == TAKES_JSON | UNSEEN


@pytest.fixture
def each(world, found, endpoint) -> Found:
    """The form of an endpoint, filled in with what it accepts."""
    each: Found = found.get(endpoint) or unseen(world, endpoint)
    filled_in = dict(FILLED_IN.get(endpoint, {}))
    if "revokes" in each.form.values:
        filled_in["revokes"] = world.values[OURS]["serial"]
    form = replace(each.form, values=each.form.values | filled_in)
    return replace(each, form=form)


def unseen(world: World, endpoint: str) -> Found:
    """The form of an endpoint that no page shows; its fields are all that is known."""
    (rule,) = (rule for rule, _, name in WRITING if name == endpoint)
    caller, _ = insiders(rule)
    values = dict.fromkeys(FIELDS.get(endpoint, ()), "1")
    form = Form(address_of(rule, world.values[OURS]), "POST", values)
    return Found(caller, form, endpoint)


def post(world: World, each: Found, **changed: str) -> TestResponse:
    client = world.client(each.caller)
    values = {**each.form.values, "csrf_token": world.form_token, **changed}
    answer = client.open(each.form.action, method=each.form.method, data=values)
    answer.get_data()
    answer.close()
    return answer


FORMS = sorted({endpoint for _, _, endpoint in WRITING} - TAKES_JSON)


@pytest.mark.parametrize("endpoint", sorted(set(FORMS) - UNSEEN))
def test_a_form_that_is_filled_in_is_accepted(world, each, endpoint):
    with rolled_back(world.app):
        answer = post(world, each)

    assert (answer.status_code < 400) is (endpoint not in REFUSED)


@pytest.mark.parametrize("endpoint", FORMS)
def test_no_form_takes_what_is_hostile_or_changes_anything_by_it(world, each, endpoint):
    names = each.form.values.keys() - TAKEN.get(endpoint, set())
    wrong = []
    with rolled_back(world.app):
        before = snapshot(world.app)
    for name in names:
        with rolled_back(world.app):
            for what, hostile in HOSTILE.items():
                answer = post(world, each, **{name: hostile})
                if not 400 <= answer.status_code < 429:
                    wrong.append((name, what, answer.status))
            if snapshot(world.app) != before:
                wrong.append((name, "changed", "something"))

    assert wrong == []


@pytest.mark.parametrize("endpoint", FORMS)
def test_no_form_fails_at_any_value(world, each, endpoint):
    """What is hostile is sent here only where the test above leaves it out."""
    taken = TAKEN.get(endpoint, set())
    wrong = []
    for name, value in each.form.values.items():
        left_out = HOSTILE.values() if name in taken else ()
        for hostile in (*left_out, f"{value}\n", f"{value}\0", "", "9" * 5000):
            with rolled_back(world.app):
                answer = post(world, each, **{name: hostile})
            if answer.status_code >= 500:
                wrong.append((name, hostile[:40], answer.status))

    assert wrong == []


@pytest.mark.parametrize("endpoint", FORMS)
def test_no_form_fails_when_fields_are_missing_or_sent_twice(world, each, endpoint):
    client = world.client(each.caller)
    token = {"csrf_token": world.form_token}
    statuses = set()
    for values in (
        {},
        token,
        token | {name: [value, value] for name, value in each.form.values.items()},
        token | {name: "" for name in each.form.values if name != "csrf_token"},
    ):
        with rolled_back(world.app):
            answer = client.post(each.form.action, data=values)
        statuses.add(answer.status_code)
        answer.close()

    assert max(statuses) < 500


# Addresses: each part of each, and what stands behind the question mark.


PARTS = {
    "a zero byte": "A%00B",
    "a control character": "%1b",
    "a direction override": "%E2%80%AE",
    "half a character": "%ED%A0%80",
    "no character": "%FF%FE",
    "very much": "x" * 3000,
    "a large number": "9" * 19,
    "a very large number": "9" * 5000,
    "digits of another script": "%D9%A1",
    "a dot": "%2e%2e",
}
WITH_PARTS = [each for each in ENDPOINTS if "<" in each[0]]
SHOWS_ANYTHING = {"public.pass_notice", "door.offer_pairing"}


@pytest.mark.parametrize(("rule", "method", "endpoint"), WITH_PARTS)
def test_no_address_fails_at_what_stands_in_it(world, rule, method, endpoint):
    caller, _ = insiders(rule)
    allowed = range(200 if endpoint in SHOWS_ANYTHING else 400, 500)
    wrong = []
    with rolled_back(world.app):
        before = snapshot(world.app)
        for part in re.findall(r"<(?:\w+:)?(\w+)>", rule):
            for what, text in PARTS.items():
                address = address_of(rule, world.values[OURS], **{part: text})
                answer = world.open(caller, method, address)
                if answer.status_code not in allowed:
                    wrong.append((part, what, answer.status))
        assert snapshot(world.app) == before

    assert wrong == []


READING = [each for each in ENDPOINTS if each[1] == "GET"]
ASKED = ("q", "filter", "page", "person", "segment", "back", "v", "next")


@pytest.mark.parametrize(("rule", "method", "endpoint"), READING)
def test_no_page_fails_at_what_is_asked_of_it(world, rule, method, endpoint):
    caller, _ = insiders(rule)
    address = address_of(rule, world.values[OURS])
    plain = world.call(caller, method, address).status_code
    for value in (PARTS["a zero byte"], PARTS["no character"], "9" * 5000, "-1", ""):
        query = "&".join(f"{name}={value}" for name in ASKED)

        answer = world.call(caller, method, f"{address}?{query}")

        assert answer.status_code == plain, value[:40]


HEADERS = {
    "Origin": ["http://[", "http://a:b:c", "\xbd", "null", "x" * 5000],
    "Sec-Fetch-Site": ["", "\xff"],
    "Accept": ["", ";;;q=x", "text/html;q=NaN", "\xff/\xff", "application/json;q=-1"],
    "Accept-Encoding": ["gzip;q=x", "\xff", "," * 5000],
    "Authorization": ["Bearer", "Bearer \xff\xfe", "Basic !!!", "Bearer " + "x" * 5000],
    "Content-Type": ["multipart/form-data", "multipart/form-data; boundary=", "\xff"],
    "Cookie": ["muster=\xff; muster_form=\xff", 'muster="\\000"', "=;=;" * 500],
    "If-None-Match": ['"', "W/", '"9999999999999999999999-1"', "*", "\xff"],
    "If-Modified-Since": ["yesterday", "Thu, 99 Jan 99999 00:00:00 GMT"],
    "Range": ["bytes=9-1", "bytes=x", "bytes=0-99999999999999999999"],
    "Referer": ["http://[", "\xff"],
    "Content-Length": ["-1", "x", "9" * 30],
}


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("rule", ["/", "/verify", "/sign-in", "/me/offerings/<code>",
                                  "/staff/offerings/<code>/attendance/live",
                                  "/api/v1/offerings/<code>/segments",
                                  "/static/<path:filename>"])  # fmt: skip
def test_nothing_fails_at_a_strange_header(world, rule, name):
    caller, _ = insiders(rule)
    address = address_of(rule, world.values[OURS])
    for value in HEADERS[name]:
        for method in ("GET", "POST"):
            headers = {**world.headers(caller), name: value}
            client = world.client(caller)
            with (
                rolled_back(world.app),
                client.open(address, method=method, headers=headers) as answer,
            ):
                assert answer.status_code < 500, (method, value[:40])


# JSON: what programs and doors send.


STRANGE: list[object] = [
    None, True, 7, -1, 1.5, 2**53, [], {}, "", "A\0B", "A\u202eB", "\x1b",
    "x" * 100_000, [["x"]], {"x": "y"}, "\n", "9" * 5000,
]  # fmt: skip
SURROGATES = ('"\\ud800"', '"\\udfff\\ud800"', '{"\\ud800": 1}')
OBJECTS: dict[str, dict[str, object]] = {
    "api.verify": {"serial": "x", "name": "x"},
    "api.undo_scans": {"undos": [{"id": "x"}], "sent_at": None},
    "api.tell_state": {"unsent_count": 0, "battery_percent": 9, "sent_at": None},
    "door.pair": {"device_uid": "x"},
    "own_applications.keep_draft": {"fields": {"name": "x"}, "tab": "x", "version": ""},
    "door_search.search": {"text": "sample"},
    "door_search.undo": {"uid": "0" * 32},
    "door_search.check_in": {
        "enrollment": "x",
        "segment": 1,
        "uid": "0" * 32,
        "chip": "badge_forgotten",
    },
}
JSON_RULES = [each for each in WRITING if each[2] in TAKES_JSON]


def send_json(world: World, rule: str, body: str) -> TestResponse:
    caller, _ = insiders(rule)
    answer = world.client(caller).post(
        address_of(rule, world.values[OURS]),
        data=body,
        content_type="application/json",
        headers={**world.headers(caller), "X-CSRFToken": world.form_token},
    )
    answer.get_data()
    return answer


@pytest.mark.parametrize(("rule", "method", "endpoint"), JSON_RULES)
def test_no_json_fails_or_changes_anything_where_it_is_refused(
    world, rule, method, endpoint
):
    fine = OBJECTS.get(endpoint, {})
    texts = [json.dumps(fine | {name: value}) for name in fine for value in STRANGE]
    texts += [json.dumps(value) for value in STRANGE]
    texts += [f'{{"{name}": {text}}}' for name in fine for text in SURROGATES]
    refused = []
    for text in texts:
        with rolled_back(world.app):
            answer = send_json(world, rule, text)
            assert answer.status_code in {200, 404, 413, 422}, (
                text[:60],
                answer.status,
            )
            if answer.status_code != 200:
                refused.append(text)
    with rolled_back(world.app):
        before = snapshot(world.app)
        for text in refused:
            send_json(world, rule, text)
        assert snapshot(world.app) == before


def test_no_scan_fails_or_counts(world):
    rule = "/api/v1/offerings/<code>/scans"
    names = ("id", "pass", "note", "segment", "direction", "scanned_at", "offset_ms")
    scans: list[dict[str, object]] = [
        {"id": str(uuid4()), "pass": "MP1-NOBODY", name: value}
        for name in names
        for value in STRANGE
    ] + [{"id": str(uuid4()), "note": value} for value in STRANGE]
    attended = sa.select(sa.func.count()).select_from(Attendance)
    with world.app.app_context():
        before = db.session.scalar(attended)
        db.session.remove()

    answer = send_json(world, rule, json.dumps({"scans": [*scans, *STRANGE]}))

    outcomes = [each["outcome"] for each in answer.get_json()["results"]]
    assert len(outcomes) == len(scans) + len(STRANGE)
    assert set(outcomes) == {"refused"}
    with world.app.app_context():
        assert db.session.scalar(attended) == before
        db.session.remove()
    for text in SURROGATES:
        body = f'{{"scans": [{{"id": "x", "pass": {text}}}]}}'
        assert send_json(world, rule, body).status_code == 422
    for value in STRANGE:
        assert send_json(world, rule, json.dumps(value)).status_code == 422
        status = send_json(world, rule, json.dumps({"scans": value})).status_code
        assert status == (200 if value == [["x"]] else 422)
