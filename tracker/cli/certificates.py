"""Commands for certificates: issued, listed, verified, revoked."""

from functools import partial
from typing import Any

import click

from tracker import clock, db
from tracker.cli import files
from tracker.cli.root import end_with_failure, main, with_app
from tracker.errors import TrackerError
from tracker.models import Enrollment
from tracker.services import catalogue, revocation, verification
from tracker.services import certificates as certificates_service
from tracker.services.audit import CLI
from tracker.services.certificates import Draft

Answer = tuple[Any, str]
PDF = files.Contents(16 * 1024 * 1024)
NOT_AS_ISSUED = "This is no certificate as it was issued here."
STANDING = {
    "valid": "valid",
    "superseded": "superseded (completed; ask for the newer one)",
    "revoked": "revoked",
}


@main.group()
def certificates() -> None:
    """Issue, list, verify and revoke certificates."""


@certificates.command("issue")
@click.argument("code")
@with_app
def issue_certificates(code: str) -> Answer:
    """Issue every certificate that is due, each in a transaction of its own."""
    with db.reading():
        now = clock.now()
        report = certificates_service.find_due(catalogue.get_offering(code), now=now)
        db.db.session.close()
    issued: list[str] = []
    for each in report.due:
        try:
            drafted = _draft(each.id)
            issued.append(db.retrying(partial(_issue, each.id, drafted)))
        except TrackerError as error:
            end_with_failure()
            click.echo(f"{each.public_id}: {error.message}", err=True)
    document = {"offering": code, "issued": issued, "not_due": report.not_due_count}
    text = f"{code}: {len(issued)} issued, {report.not_due_count} not due."
    return document, "\n".join([text, *issued])


def _draft(enrollment_id: int) -> Draft:
    """Typeset before the lock is taken, so that no door waits for a page."""
    with db.reading():
        enrollment = db.db.session.get_one(Enrollment, enrollment_id)
        drafted = certificates_service.draft_of(enrollment, now=clock.now())
        db.db.session.close()
    return drafted


def _issue(enrollment_id: int, drafted: Draft) -> str:
    enrollment = db.db.session.get_one(Enrollment, enrollment_id)
    row = certificates_service.issue(
        enrollment, actor=CLI, now=clock.now(), drafted=drafted
    )
    db.db.session.commit()
    return row.serial


@certificates.command("list")
@click.argument("code")
@with_app
def list_certificates(code: str) -> Answer:
    """List an offering's certificates, the newest first; names stay out of it."""
    with db.reading():
        rows = certificates_service.list_of(catalogue.get_offering(code))
        db.db.session.close()
    document = [
        {
            "serial": row.serial,
            "enrollment": row.enrollment,
            "status": row.status,
            "issued_on": row.issued_on,
        }
        for row in rows
    ]
    lines = [f"{r.serial}  {r.status:<10}  {r.issued_on}  {r.enrollment}" for r in rows]
    return document, "\n".join(lines or [f"{code} has no certificates."])


@certificates.command("verify")
@click.argument("data", metavar="FILE", type=PDF)
@with_app
def verify_certificate(data: bytes) -> Answer:
    """Say whether FILE (a PDF) was issued here, byte for byte, and still stands.

    Offline: its bytes are compared with the digest kept, and its signature is
    checked against its own bytes. Exit code 1 unless it is valid.
    """
    with db.reading():
        verdict = verification.verify_bytes(data)
        db.db.session.close()
    signature = verification.signature_of(data)
    if verdict.status != "valid":
        end_with_failure()
    document = {"status": verdict.status} | dict(verdict.facts or {})
    signed = {
        "state": signature.state.value,
        "signer": signature.signer,
        "is_own": signature.is_own,
    }
    text = NOT_AS_ISSUED
    if facts := verdict.facts:
        text = f"{facts['serial']}: {STANDING[verdict.status]}. {facts['course']}"
    return document | {"signature": signed}, f"{text}\n{signature.sentence}"


@certificates.command("revoke")
@click.argument("serial")
@click.option("--reason", required=True, help="Why; kept with the certificate.")
@with_app
def revoke_certificate(serial: str, reason: str) -> Answer:
    """Revoke a certificate for good."""
    row = revocation.revoke(serial, reason, actor=CLI, now=clock.now())
    db.db.session.commit()
    return {"serial": row.serial, "status": "revoked"}, f"{row.serial} is revoked."
