"""Handing in the file of a device that found no network."""

import io
import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_device, make_enrollment, make_pass
from tests.queue_files import make_queue_file
from tests.views.desk import actions, at, text_of
from tests.views.forms import errors_of, send
from tracker.db import db
from tracker.models import Attendance, AuditEntry, Device, Scan
from tracker.models.staff import Role
from tracker.services import doctor


@pytest.fixture
def token(offering):
    return make_device(offering)


@pytest.fixture
def text(ada):
    return make_pass(ada)


def sent_scan(text, uid="scan-1", *, minutes=0, offset=timedelta(0), **fields):
    """A scan as a device stored it, whose clock was `offset` behind the server's."""
    at = NINE_AM + timedelta(minutes=minutes) - offset
    return {
        "id": uid,
        "pass": text,
        "scanned_at": at.isoformat(),
        "offset_ms": offset / timedelta(milliseconds=1),
        **fields,
    }


class Desk:
    """The coordinator's page, and files for its offering."""

    def __init__(self, client, offering):
        self.client, self.offering = client, offering
        self.page = at(offering, "/devices/queue-file")

    def file_of(self, *scans, **fields):
        content = {
            "format": "muster-scans-1",
            "offering": self.offering.code,
            "device": "Door 1",
            "exported_at": NINE_AM.isoformat(),
            "scans": list(scans),
        }
        return json.dumps({**content, **fields}).encode()

    def send(self, data):
        return send(self.client, self.page, file=(io.BytesIO(data), "queue.json"))

    def hand_in(self, *scans, **fields):
        """Hand an unsigned file of these scans in; what the page then says."""
        return self.said(self.send(self.file_of(*scans, **fields)))

    def hand_in_signed(self, token, *scans, **fields):
        """The same with the file of the device that has this token."""
        code = self.offering.code
        content = make_queue_file(code, *scans, token=token, **fields)
        return self.said(self.send(json.dumps(content).encode()))

    def said(self, answer):
        assert answer.status_code == 303
        shown = self.client.get(answer.location).text
        return shown.partition('class="flashes"')[2].partition("</div>")[0]


@pytest.fixture
def desk(coordinator, offering):
    return Desk(coordinator, offering)


def count(session, model):
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_files_scans_count_as_the_devices(desk, token, text, session):
    said = desk.hand_in(sent_scan(text))

    assert "From Door 1: 1 accepted, 0 in already, 0 held, 0 refused." in said
    scan = session.scalars(sa.select(Scan)).one()
    assert scan.device_id == session.scalars(sa.select(Device.id)).one()
    assert session.scalars(sa.select(Attendance)).one().first_in == NINE_AM
    assert all(check.ok for check in doctor.run_checks())


def test_the_same_file_again_changes_nothing(desk, token, text, session):
    scans = sent_scan(text), sent_scan(text, "scan-2")

    first, again = desk.hand_in(*scans), desk.hand_in(*scans)

    assert first == again
    assert "1 accepted, 1 in already" in first
    assert count(session, Scan) == 2


def test_what_the_device_has_sent_meanwhile_is_the_same_scan(
    desk, client, token, text, session
):
    scan = sent_scan(text)
    client.post(
        f"/api/v1/offerings/{desk.offering.code}/scans",
        json={"sent_at": NINE_AM.isoformat(), "scans": [scan]},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert "1 accepted" in desk.hand_in(scan)
    assert count(session, Scan) == 1


@pytest.mark.parametrize("hours", [-3, 0, 3])
def test_times_are_corrected_by_the_clock_that_made_them(
    desk, token, text, clock, hours
):
    clock.moment = NINE_AM + timedelta(hours=8)

    offset = timedelta(hours=hours)
    saved_at = (clock.moment - timedelta(hours=1) - offset).isoformat()
    scan = sent_scan(text, offset=offset)
    desk.hand_in_signed(token, scan, exported_at=saved_at)

    assert db.session.scalars(sa.select(Attendance)).one().first_in == NINE_AM


def test_a_clock_that_was_set_in_between_corrects_each_scan_by_its_own(
    desk, token, text, session, clock
):
    clock.moment = NINE_AM + timedelta(hours=5)

    desk.hand_in_signed(
        token,
        sent_scan(text, "scan-1", minutes=1, offset=timedelta(hours=2)),
        sent_scan(text, "scan-2", minutes=120),
    )

    rows = session.scalars(sa.select(Attendance).order_by(Attendance.first_in)).all()
    assert [row.first_in for row in rows] == [
        NINE_AM + timedelta(minutes=1),
        NINE_AM + timedelta(minutes=120),
    ]


def test_each_scan_is_judged_for_itself(desk, token, text, session):
    said = desk.hand_in(
        sent_scan(text),
        sent_scan("https://elsewhere.example", "scan-2"),
        {"id": "scan-3", "note": "Sample Ben", "scanned_at": NINE_AM.isoformat()},
        {"id": "scan-4", "direction": "up"},
    )

    assert "1 accepted, 0 in already, 1 held, 2 refused." in said
    assert count(session, Scan) == 4


def test_a_revoked_devices_file_is_held(desk, token, text, session):
    session.scalars(sa.select(Device)).one().revoked_at = NINE_AM
    session.commit()

    assert "0 accepted, 0 in already, 1 held" in desk.hand_in(sent_scan(text))


def test_the_scan_of_who_gave_the_seat_back_is_held(desk, token, offering):
    gone = make_enrollment(offering=offering, withdrawn_at=NINE_AM)

    assert "1 held" in desk.hand_in(sent_scan(make_pass(gone)))


@pytest.mark.parametrize("devices", [0, 2])
def test_a_file_of_no_certain_device_is_held(desk, text, session, devices):
    for _ in range(devices):
        make_device(desk.offering)
    session.commit()

    desk.hand_in(sent_scan(text))

    scan = session.scalars(sa.select(Scan)).one()
    assert (scan.device_id, scan.token_id) == (None, None)
    assert (scan.outcome, scan.reason) == ("held", "device_revoked")


def test_whose_a_file_is_says_its_proof_and_not_its_name(desk, token, text, session):
    other = make_device(desk.offering, name="Door 2")
    session.commit()

    desk.hand_in_signed(other, sent_scan(text), device="Door 1")

    scan = session.scalars(sa.select(Scan)).one()
    wanted = sa.select(Device.id).where(Device.name == "Door 2")
    assert (scan.outcome, scan.device_id) == ("accepted", session.scalar(wanted))


@pytest.mark.parametrize("forged", ["device", "proof", "scan"])
def test_a_file_that_was_changed_is_held(desk, token, text, session, forged):
    content = make_queue_file(desk.offering.code, sent_scan(text), token=token)
    if forged == "scan":
        content["scans"][0]["segment"] = 1
    else:
        content[forged] = {"device": "Door 2", "proof": "é"}[forged]

    desk.said(desk.send(json.dumps(content).encode()))

    scan = session.scalars(sa.select(Scan)).one()
    assert (scan.outcome, scan.reason) == ("held", "device_revoked")


def undo_of(scan, seconds=10):
    made_at = (NINE_AM + timedelta(seconds=seconds)).isoformat()
    return {"id": f"undo-{scan}", "scan": scan, "made_at": made_at}


def test_what_was_taken_back_is_not_handed_in_as_if_it_counted(
    desk, token, text, session
):
    undos = [undo_of("scan-1"), undo_of("elsewhere")]

    said = [desk.hand_in_signed(token, sent_scan(text), undos=undos) for _ in range(2)]

    assert "1 accepted" in said[0]
    assert "1 taken back, 1 not taken back." in said[0]
    assert said[0] == said[1]
    assert count(session, Attendance) == 0
    assert all(check.ok for check in doctor.run_checks())


def test_a_file_may_hold_undos_alone(desk, token, text, session):
    desk.hand_in_signed(token, sent_scan(text))

    assert "1 taken back" in desk.hand_in_signed(token, undos=[undo_of("scan-1")])
    assert count(session, Attendance) == 0


def test_a_revoked_device_takes_nothing_back(desk, token, text, session):
    desk.hand_in_signed(token, sent_scan(text))
    session.scalars(sa.select(Device)).one().revoked_at = NINE_AM
    session.commit()

    assert "not taken back" in desk.hand_in_signed(token, undos=[undo_of("scan-1")])
    assert count(session, Attendance) == 1


def test_a_clock_that_was_set_back_makes_nobody_be_on_time(desk, text, session, clock):
    """Somebody comes at 9:25 to a door whose clock says nine."""
    token = make_device(desk.offering)
    session.commit()
    clock.moment = NINE_AM + timedelta(minutes=25)

    desk.hand_in_signed(token, sent_scan(text), unsure=["scan-1"])

    scan = session.scalars(sa.select(Scan)).one()
    assert (scan.outcome, scan.reason) == ("held", "clock_unsure")
    assert count(session, Attendance) == 0


@pytest.mark.parametrize(
    ("later", "unsure", "reason"),
    [
        (timedelta(minutes=4), ["scan-1"], None),
        (timedelta(minutes=6), ["scan-1"], "clock_unsure"),
        (timedelta(hours=6), [], None),
        (timedelta(minutes=-3), [], "clock_unsure"),
    ],
)
def test_a_clock_that_nothing_shows_to_be_right_holds(
    desk, text, clock, later, unsure, reason
):
    token = make_device(desk.offering)
    db.session.commit()
    clock.moment = NINE_AM + later

    desk.hand_in_signed(token, sent_scan(text, minutes=-5), unsure=unsure)

    assert db.session.scalars(sa.select(Scan.reason)).one() == reason


def test_a_clock_that_was_measured_again_does_not_vouch_for_what_it_said_before(
    desk, text, clock
):
    """It was set back by 25 minutes, made scan-1, and was measured only then."""
    token = make_device(desk.offering)
    db.session.commit()
    back = timedelta(minutes=25)
    clock.moment = NINE_AM + back + timedelta(minutes=1)
    before = {**sent_scan(text), "offset_ms": 0}
    after = sent_scan(text, "scan-2", minutes=25, offset=back)

    desk.hand_in_signed(token, before, after, unsure=["scan-1"])

    reasons = {each.uid: each.reason for each in db.session.scalars(sa.select(Scan))}
    assert reasons == {"scan-1": "clock_unsure", "scan-2": None}


def test_the_older_format_says_nothing_of_its_clock(desk, token, text, session, clock):
    clock.moment = NINE_AM + timedelta(minutes=6)

    assert "1 held" in desk.hand_in(sent_scan(text))


def test_who_hands_it_in_is_logged(desk, token, text, session, user):
    desk.hand_in(sent_scan(text))

    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.chain == desk.offering.code)
    ).one()
    assert (entry.action, entry.actor) == ("scans.hand_in", f"user:{user.public_id}")
    device = session.scalars(sa.select(Device.public_id)).one()
    assert (entry.details["scans"], entry.details["device"]) == (1, device)


NO_JSON = "This is not a file of scans. "


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", f"{NO_JSON}Expecting value at line 1, column 1."),
        (b"\xff\xfe", f"{NO_JSON}The text is not valid UTF-8."),
        (b"%PDF-1.7", f"{NO_JSON}Expecting value at line 1, column 1."),
        (b'{"a": NaN}', NO_JSON),
        (b"[" * 100_000, NO_JSON),
        (b"{}", "This is not a file of scans that a device has saved."),
    ],
)
def test_what_is_no_file_of_scans_is_refused_whole(desk, token, session, data, error):
    answer = desk.send(data)

    assert answer.status_code == 422
    (shown,) = errors_of(answer)
    assert shown.startswith(error)
    assert (count(session, Scan), actions(session, desk.offering)) == (0, [])


def test_another_offerings_file_is_refused(desk, token, text, session):
    answer = desk.send(desk.file_of(sent_scan(text), offering="ELSEWHERE"))

    said = ["These scans are of another offering."]
    assert (answer.status_code, errors_of(answer)) == (422, said)
    assert count(session, Scan) == 0


def test_without_a_file_it_asks_for_one(desk):
    answer = send(desk.client, desk.page)

    said = ["Choose the file that the device has saved."]
    assert (answer.status_code, errors_of(answer)) == (422, said)


def test_more_than_a_mebibyte_is_too_much(desk, session):
    answer = desk.client.post(
        desk.page,
        data=b" " * (1024 * 1024 + 1),
        content_type="multipart/form-data; boundary=x",
    )

    assert answer.status_code == 413
    assert count(session, Scan) == 0


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.DOOR])
def test_only_coordinators_hand_files_in(staff, offering, role):
    address = at(offering, "/devices/queue-file")

    assert staff(role).get(address).status_code == 403


def test_the_devices_page_leads_there(coordinator, offering):
    shown = text_of(coordinator.get(at(offering, "/devices")))

    assert "Hand in a file of scans" in shown
