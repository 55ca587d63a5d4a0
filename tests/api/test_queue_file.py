"""POST …/queue-file: a device hands in what another one has saved."""

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_token,
)
from tests.queue_files import make_queue_file
from tracker.db import db
from tracker.models import Attendance, AuditEntry, Device, Scan


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def first(offering):
    return make_device(offering)


@pytest.fixture
def second(offering):
    return make_device(offering, name="Door 2")


@pytest.fixture
def scan(offering):
    text = make_pass(make_enrollment(offering=offering))
    at = NINE_AM.isoformat()
    return {"id": "scan-1", "pass": text, "scanned_at": at, "offset_ms": 0}


@pytest.fixture
def hand_in(client, offering):
    """A function that hands a file in with a token."""

    def send(content, token):
        return client.post(
            f"/api/v1/offerings/{offering.code}/queue-file",
            json=content,
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def the_device(name):
    return db.session.scalars(sa.select(Device).where(Device.name == name)).one()


def test_the_scans_count_as_those_of_the_device_that_saved_them(
    hand_in, offering, first, second, scan
):
    undo = {"id": "undo-1", "scan": "scan-1", "made_at": NINE_AM.isoformat()}
    content = make_queue_file(offering.code, scan, token=first, undos=[undo])

    answers = [hand_in(content, second) for _ in range(2)]

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    assert answers[0].json == {
        "device": "Door 1",
        "scans": 1,
        "accepted": 1,
        "duplicates": 0,
        "held": 0,
        "refused": 0,
        "reasons": {},
        "undone": 1,
        "not_undone": 0,
    }
    stored = db.session.scalars(sa.select(Scan)).one()
    assert stored.device_id == the_device("Door 1").id
    assert db.session.scalar(sa.select(Attendance.first_in)) is None
    entry = db.session.scalars(sa.select(AuditEntry)).first()
    assert entry
    assert entry.actor == f"device:{the_device('Door 2').public_id}"


@pytest.mark.parametrize("how", ["revoked", "unsigned", "older", "of a program"])
def test_what_is_of_no_device_that_may_scan_is_held(
    hand_in, offering, first, second, scan, how
):
    signer = make_token(offering) if how == "of a program" else first
    content = make_queue_file(offering.code, scan, token=signer)
    if how == "revoked":
        the_device("Door 1").revoked_at = NINE_AM
        db.session.commit()
    elif how == "unsigned":
        del content["proof"]
    elif how == "older":
        for name in ("proof", "unsure", "undos"):
            del content[name]
        content["format"] = "muster-scans-1"

    assert hand_in(content, second).json["reasons"] == {"device_revoked": 1}
    assert db.session.scalar(sa.select(Attendance.id)) is None


def test_a_revoked_device_hands_in_no_file(hand_in, offering, first, second, scan):
    the_device("Door 2").revoked_at = NINE_AM
    db.session.commit()

    answer = hand_in(make_queue_file(offering.code, scan, token=first), second)

    assert answer.status_code == 401
    assert db.session.scalar(sa.select(Scan.id)) is None


def test_a_program_hands_in_a_file_too(hand_in, offering, first, scan):
    content = make_queue_file(offering.code, scan, token=first)

    assert hand_in(content, make_token(offering)).json["accepted"] == 1


def test_what_is_no_file_is_refused_whole(hand_in, offering, first):
    answer = hand_in({"format": "x"}, first)

    assert answer.status_code == 422
    assert "not a file of scans" in answer.json["detail"]
