"""POST …/certificates/verify: only who holds a certificate learns anything."""

from datetime import timedelta

import pytest

from tests.held import EVENING, hold_offering
from tracker.db import db
from tracker.domain.certificates import new_serial
from tracker.services import revocation
from tracker.services.audit import CLI

ADDRESS = "/api/v1/certificates/verify"
# Two segments of 90 minutes were attended whole: 180 minutes.
ACCREDITATIONS = [
    {
        "jurisdiction": "Nebraska",
        "unit": "CLE hours",
        "unit_minutes": 60,
        "rounding": "down_to_half",
        "minimum_minutes": 0,
        "line": "Sample approval",
        "source": "sample",
    },
    {
        "jurisdiction": "New York",
        "unit": "CLE credits",
        "unit_minutes": 50,
        "rounding": "down_to_half",
        "minimum_minutes": 0,
        "line": "Sample approval",
        "source": "sample",
    },
]


@pytest.fixture
def held(app, tmp_path, clock):
    clock.moment = EVENING
    return hold_offering(accreditations=ACCREDITATIONS)


@pytest.fixture
def ask(client, held):
    def ask(serial=held.certificate.serial, name=held.certificate.name):
        return client.post(ADDRESS, json={"serial": serial, "name": name})

    return ask


def test_serial_and_name_together_give_the_facts_and_nothing_else(ask, held):
    answer = ask()

    assert answer.status_code == 200
    assert answer.get_json() == {
        "status": "valid",
        "course": held.offering.course.title,
        "starts_on": "2026-11-03",
        "ends_on": "2026-11-06",
        "hours": [
            {"jurisdiction": "Nebraska", "unit": "CLE hours", "amount": "3"},
            {"jurisdiction": "New York", "unit": "CLE credits", "amount": "3.5"},
        ],
    }
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    "name", ["sample ada", "  SAMPLE   ADA ", "Sámple Ada", "SampleAda"]
)
def test_case_accents_and_spaces_of_the_name_do_not_matter(ask, name):
    assert ask(name=name).get_json()["status"] == "valid"


def test_a_serial_may_be_typed_as_people_type(ask, held):
    bare = held.certificate.serial.removeprefix("MC1-")

    for typed in (bare.lower(), f" {bare.replace('-', ' ')} ", bare.replace("-", "")):
        assert ask(serial=typed).get_json()["status"] == "valid"


def test_a_wrong_name_and_a_wrong_serial_answer_alike(ask, held):
    never_issued = new_serial()

    answers = [
        ask(name="Sample Ben"),
        ask(serial=never_issued),
        ask(serial=never_issued, name="Sample Ben"),
        ask(serial="not a serial"),
        ask(serial=held.certificate.serial[:-1]),
    ]

    assert {each.data for each in answers} == {answers[0].data}
    assert answers[0].get_json() == {"status": "no_match"}
    assert {each.status_code for each in answers} == {200}


def test_a_revoked_certificate_says_so_to_its_holder_only(ask, held):
    revocation.revoke(
        held.certificate.serial, "Issued by mistake.", actor=CLI, now=EVENING
    )
    db.session.commit()

    assert ask().get_json()["status"] == "revoked"
    assert "mistake" not in ask().text
    assert ask(name="Sample Ben").get_json() == {"status": "no_match"}


def test_a_superseded_certificate_says_so(ask, held):
    held.certificate.superseded_at = EVENING
    db.session.commit()

    assert ask().get_json()["status"] == "superseded"


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"/serial", "/name"}),
        ({"serial": "", "name": ""}, {"/serial", "/name"}),
        ({"serial": 7, "name": None}, {"/serial", "/name"}),
        ({"serial": "x" * 65, "name": "y"}, {"/serial"}),
        ({"serial": "x", "name": "y" * 401}, {"/name"}),
        ({"serial": "x", "name": "y", "more": 1}, {"/more"}),
        ([], {""}),
        (None, {""}),
    ],
)
def test_a_body_at_fault_is_told_where(client, held, body, errors):
    answer = client.post(ADDRESS, json=body)

    assert answer.status_code == 422
    assert {each["pointer"] for each in answer.get_json()["errors"]} == errors


def test_guessing_names_for_one_serial_is_slowed_down(ask, clock):
    tries = [ask(name=f"Guess {number}").status_code for number in range(11)]

    assert tries == [200] * 10 + [429]
    refused = ask()
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert 0 < int(refused.headers["Retry-After"]) <= 60

    clock.moment = EVENING + timedelta(minutes=2)
    assert ask().get_json()["status"] == "valid"


def test_one_serial_slows_no_other_down(ask):
    for number in range(11):
        ask(name=f"Guess {number}")

    assert ask(serial=new_serial()).status_code == 200


def test_no_session_is_begun(ask):
    assert "Set-Cookie" not in ask().headers
