"""The scanner's shell, its worker, and pairing over HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_offering, make_user
from tracker.models import Device, PairingCode
from tracker.services import audit, devices


@pytest.fixture
def offering(app):
    return make_offering()


@pytest.fixture
def code(offering, session):
    actor = audit.actor_of(make_user())
    made = devices.make_pairing_code(
        offering, "Door 1", "Hall", actor=actor, now=NINE_AM
    )
    session.commit()
    return made


def ask(client, code, uid=None, **headers):
    return client.post(
        f"/scan/pair/{code}",
        json={"device_uid": uid or str(uuid4())},
        headers={"Accept": "application/json", **headers},
    )


def test_the_scanner_is_a_shell_that_anybody_may_load(client):
    answer = client.get("/scan")

    assert answer.status_code == 200
    assert "js/door/main.js" in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"


def test_only_the_worker_may_compile_webassembly(client):
    page = client.get("/scan").headers["Content-Security-Policy"]
    worker = client.get("/scan/decode-worker.js")

    assert "wasm" not in page
    assert (
        "script-src 'self' 'wasm-unsafe-eval'"
        in (worker.headers["Content-Security-Policy"])
    )
    assert worker.mimetype == "text/javascript"


def test_opening_the_pairing_page_often_uses_nothing_up(client, code, session):
    pages = {client.get(f"/scan/pair/{code}").text for _ in range(5)}
    unknown = client.get("/scan/pair/0000")

    assert pages == {unknown.text}
    assert session.scalars(sa.select(PairingCode)).one().used_at is None


def test_pairing_answers_with_a_token_and_what_the_device_is(
    client, code, offering, session
):
    answer = ask(client, code)

    device = session.scalars(sa.select(Device)).one()
    token = answer.json.pop("token")
    assert answer.status_code == 200
    assert answer.json | {"token": token} == {
        "token": token,
        "offering": offering.code,
        "device": {
            "id": device.public_id,
            "name": "Door 1",
            "room": "Hall",
            "mode": "door",
            "unlock_code": device.unlock_code,
        },
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_device_that_cannot_scan_the_code_is_asked_for_it(client, code):
    page = client.get("/scan/pair")

    assert page.status_code == 200
    assert "data-pair-code" in page.text
    assert "data-pair-code" not in client.get(f"/scan/pair/{code}").text
    assert ask(client, devices.in_groups(code).lower()).status_code == 200


def test_a_lost_answer_is_asked_for_again(client, code):
    uid = str(uuid4())
    first = ask(client, code, uid).json

    again = ask(client, code, uid).json

    assert again["device"] == first["device"]
    assert again["token"] != first["token"]


def test_a_code_that_another_device_used_is_gone(client, code):
    ask(client, code)

    answer = ask(client, code)

    assert answer.status_code == 410
    assert answer.mimetype == "application/problem+json"
    assert answer.json["detail"].startswith("This pairing code has been used.")


@pytest.mark.parametrize("accept", [{}, {"Accept": "*/*"}])
def test_a_program_that_does_not_say_what_it_reads_is_told_as_one(client, accept):
    answer = client.post(
        "/scan/pair/0000", json={"device_uid": str(uuid4())}, headers=accept
    )

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["detail"].startswith("This pairing code is not known.")


def test_an_expired_code_is_gone(client, code, clock):
    clock.moment += timedelta(minutes=15)

    assert ask(client, code).status_code == 410


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"device_uid": 7}', '{"device_uid": "x"}', "{"]
)
def test_a_body_that_names_no_device_is_refused(client, code, session, body):
    answer = client.post(
        f"/scan/pair/{code}", data=body, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 422
    assert session.scalars(sa.select(PairingCode)).one().used_at is None


def test_wrong_codes_are_slowed_per_network_and_right_ones_are_not(client, code):
    answers = [ask(client, "0" * 20).status_code for _ in range(21)]

    assert answers == [404] * 20 + [429]
    assert ask(client, code).status_code == 200


def test_wrong_codes_from_one_ipv6_network_are_slowed_together(client, code):
    def guess(address):
        return client.post(
            "/scan/pair/" + "0" * 20,
            json={"device_uid": str(uuid4())},
            environ_base={"REMOTE_ADDR": address},
        ).status_code

    answers = [guess(f"2001:db8:0:1::{n:x}") for n in range(1, 22)]

    assert answers == [404] * 20 + [429]
    assert guess("2001:db8:0:2::1") == 404


def test_another_sites_page_cannot_pair(client, code, session):
    answer = ask(client, code, Origin="https://elsewhere.example")

    assert answer.status_code == 403
    assert session.scalars(sa.select(Device)).all() == []
