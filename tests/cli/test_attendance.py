"""`tracker attendance` and `tracker certificates`, on the loaded demo."""

import csv
import io
import zipfile

import pytest
import sqlalchemy as sa

from tests.cli.conftest import fresh_terminal
from tracker.db import db
from tracker.models import Attendance, AuditEntry, Certificate


@pytest.fixture(scope="module")
def terminal(engine, tmp_path_factory):
    """A terminal beside a database into which a small demo was loaded."""
    with fresh_terminal(engine, tmp_path_factory.mktemp("small")) as terminal:
        terminal.run("demo", "--participants", "9")
        yield terminal


def first_certificate():
    row = db.session.scalars(
        sa.select(Certificate).filter_by(revoked_at=None).order_by(Certificate.id)
    ).first()
    assert row is not None
    return row.serial, row.pdf


def test_the_matrix_is_written_to_both_kinds_of_file(terminal):
    table, book = terminal.folder / "m.csv", terminal.folder / "m.xlsx"

    said = terminal.ask(
        "attendance", "export", "CSTAR13", "--csv", table, "--xlsx", book
    )

    rows = list(csv.DictReader(io.StringIO(table.read_text())))
    assert said == {"count": 9, "files": [str(table), str(book)]}
    assert [row["full"] for row in rows].count("yes") == 5
    assert zipfile.is_zipfile(book)


def test_an_export_is_audited(terminal):
    def count():
        wanted = sa.select(sa.func.count()).where(
            AuditEntry.action == "attendance.export"
        )
        return db.session.scalar(wanted)

    before = terminal.look(count)
    terminal.run("attendance", "export", "CSTAR13")

    assert terminal.look(count) == before + 1


def test_attendance_that_was_tampered_with_is_found_and_rebuilt(terminal):
    def tamper():
        db.session.execute(sa.delete(Attendance).where(Attendance.id == 1))
        db.session.commit()

    assert terminal.ask("attendance", "verify", "CSTAR13") == {
        "offering": "CSTAR13",
        "equal": True,
        "enrollments": 9,
        "differences": [],
    }
    terminal.look(tamper)

    found = terminal.ask("attendance", "verify", "CSTAR13", code=1)
    rebuilt = terminal.ask("attendance", "rebuild", "CSTAR13")

    assert found["equal"] is False
    (difference,) = found["differences"]
    assert (difference["stored"], difference["derived"]["in_count"] > 0) == (None, True)
    assert rebuilt == {"offering": "CSTAR13", "changed": 1}
    assert terminal.ask("attendance", "verify", "CSTAR13")["equal"] is True


def test_a_certificates_file_is_valid_and_a_changed_one_is_not(terminal):
    serial, pdf = terminal.look(first_certificate)

    good = terminal.ask("certificates", "verify", terminal.write("good.pdf", pdf))
    bad = terminal.ask(
        "certificates", "verify", terminal.write("bad.pdf", pdf + b" "), code=1
    )

    assert (good["status"], good["serial"]) == ("valid", serial)
    assert (bad["status"], bad["signature"]["state"]) == ("no_match", "none")


def test_nothing_more_is_due_once_all_are_issued(terminal):
    said = terminal.ask("certificates", "issue", "CSTAR13")

    assert said == {"offering": "CSTAR13", "issued": [], "not_due": 5}


def test_a_revoked_certificate_is_listed_as_such_and_not_issued_again(terminal):
    serial, pdf = terminal.look(first_certificate)

    said = terminal.ask("certificates", "revoke", serial, "--reason", "A sample")
    twice = terminal.run("certificates", "revoke", serial, "--reason", "x", code=1)

    listed = terminal.ask("certificates", "list", "CSTAR13")
    again = terminal.ask("certificates", "issue", "CSTAR13")
    verified = terminal.ask(
        "certificates", "verify", terminal.write("c.pdf", pdf), code=1
    )
    assert said == {"serial": serial, "status": "revoked"}
    assert "revoked already" in twice.stderr
    assert [row["status"] for row in listed if row["serial"] == serial] == ["revoked"]
    assert again["issued"] == []
    assert verified["status"] == "revoked"


def test_a_certificate_needs_a_reason_to_be_revoked(terminal):
    serial, _ = terminal.look(first_certificate)

    terminal.run("certificates", "revoke", serial, code=2)
    terminal.run("certificates", "revoke", serial, "--reason", " ", code=1)
    terminal.run("certificates", "revoke", "MC1-0000", "--reason", "x", code=1)


def test_whoever_is_due_gets_one_certificate_by_command(terminal):
    def remove():
        row = db.session.scalars(sa.select(Certificate).order_by(Certificate.id.desc()))
        certificate = row.first()
        assert certificate is not None
        enrollment = certificate.enrollment_id
        db.session.delete(certificate)
        db.session.commit()
        return enrollment

    def serials():
        rows = db.session.scalars(
            sa.select(Certificate).filter_by(enrollment_id=enrollment)
        )
        return [row.serial for row in rows]

    enrollment = terminal.look(remove)
    said = terminal.ask("certificates", "issue", "CSTAR13")

    assert len(said["issued"]) == 1
    assert terminal.look(serials) == said["issued"]
