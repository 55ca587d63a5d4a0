"""Commands for who may do what: staff, API tokens, the audit log, the master key."""

import os
from pathlib import Path
from typing import Any

import click

from tracker import clock, keys, links
from tracker.cli.root import end_with_failure, main, with_app
from tracker.db import db, reading
from tracker.domain.mails import Kind
from tracker.errors import ConflictError, NotFoundError
from tracker.models import Offering
from tracker.models.access import TokenScope
from tracker.models.staff import Role
from tracker.services import audit, catalogue, messages, outbox, tokens
from tracker.services import staff as staff_service
from tracker.services.audit import CLI

Answer = tuple[Any, str]
SCOPES = click.Choice([scope.value for scope in TokenScope])
ROLES = click.Choice([staff_service.ADMIN, *(role.value for role in Role)])


@main.group()
def users() -> None:
    """Invite staff, give and take roles."""


@users.command("add")
@click.argument("email")
@click.option("--role", type=ROLES, required=True)
@click.option("--offering", "code", help="For any role but admin.")
@click.option("--mail", "by_mail", is_flag=True, help="Send the link there, too.")
@with_app
def add_user(email: str, role: str, code: str | None, by_mail: bool) -> Answer:
    """Invite EMAIL to a role, and print the one-time link that signs them in.

    Who has a passphrase already gets the role, and the address of the staff
    sign-in as the link.
    """
    now = clock.now()
    token = staff_service.add_user(email, role, find_offering(code), actor=CLI, now=now)
    path = f"/staff/invitation/{token}" if token else "/staff/sign-in"
    link = links.absolute(path)
    if by_mail:
        letter = messages.invitation(link)
        outbox.queue_mail(Kind.INVITATION, email.strip(), letter, now=now)
    db.session.commit()
    return {"email": email.strip(), "link": link}, link


@users.command("remove")
@click.argument("email")
@click.option("--role", type=ROLES, required=True)
@click.option("--offering", "code", help="For any role but admin.")
@with_app
def remove_role(email: str, role: str, code: str | None) -> Answer:
    """Take a role of EMAIL away; it holds from the next request on."""
    user = staff_service.get_user_by_email(email)
    offering = find_offering(code)
    had = staff_service.remove_role(user, role, offering, actor=CLI, now=clock.now())
    db.session.commit()
    text = "The role is removed." if had else "There was no such role."
    return {"email": email, "removed": had}, text


@users.command("disable")
@click.argument("email")
@with_app
def disable_user(email: str) -> Answer:
    """End all access of EMAIL: sessions, roles, passphrase."""
    user = staff_service.get_user_by_email(email)
    staff_service.disable_user(user, actor=CLI, now=clock.now())
    db.session.commit()
    return {"email": email, "disabled": True}, "This person has no access any more."


@main.group()
def token() -> None:
    """Make API tokens."""


@token.command("add")
@click.argument("name")
@click.option("--offering", "code", required=True)
@click.option("--scope", type=SCOPES, required=True)
@with_app
def add_token(name: str, code: str, scope: str) -> Answer:
    """Make an API token called NAME for one offering, and print it once."""
    made = tokens.add_token(
        name,
        catalogue.get_offering(code),
        TokenScope(scope),
        actor=CLI,
        now=clock.now(),
    )
    db.session.commit()
    return {"name": name.strip(), "token": made}, made


@main.group("audit")
def audit_group() -> None:
    """Check the audit log."""


@audit_group.command("verify")
@with_app
def verify_audit() -> Answer:
    """Verify every chain of the audit log; exit code 1 where one is broken."""
    with reading():
        reports = audit.verify_chains()
        db.session.close()
    is_whole = all(report.broken is None for report in reports)
    if not is_whole:
        end_with_failure()
    chains = [
        {"chain": each.chain, "checked": each.checked, "broken": each.broken}
        for each in reports
    ]
    return {"ok": is_whole, "chains": chains}, _audit_text(reports)


def _audit_text(reports: list[audit.ChainReport]) -> str:
    lines = [
        f"{each.chain}: {each.broken or f'whole, {each.checked} entries'}"
        for each in reports
    ]
    return "\n".join(lines or ["The audit log is empty."])


@main.group("keys")
def keys_group() -> None:
    """Save the master key."""


@keys_group.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_app
def export_keys(file: Path) -> Answer:
    """Write the master key and its fingerprint to FILE, which must not exist.

    Whoever has it and the database reads everything: keep them apart.
    """
    fingerprint = keys.ring().fingerprint
    _refuse_existing(file)
    audit.record(CLI, "keys.export", {"fingerprint": fingerprint}, now=clock.now())
    db.session.commit()
    _write_secret(
        file,
        f"# The master key of Muster. Fingerprint: {fingerprint}\n"
        f"TRACKER_SECRET_KEY={links.settings().secret_key}\n",
    )
    document = {"file": str(file), "fingerprint": fingerprint}
    return document, f"Wrote {file}. Fingerprint: {fingerprint}"


def _refuse_existing(file: Path) -> None:
    if file.exists() or file.is_symlink():
        raise ConflictError(f"{file} exists already; name a new file.")
    if not file.absolute().parent.is_dir():
        raise NotFoundError(f"There is no folder {file.absolute().parent}.")


def _write_secret(file: Path, text: str) -> None:
    """Write a new file that only its owner reads; the export is audited by now."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        handle = os.open(file, flags, 0o600)
    except OSError as error:
        raise ConflictError(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(handle, "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def find_offering(code: str | None) -> Offering | None:
    """Return the offering that an option names; None where it was left out."""
    return None if code is None else catalogue.get_offering(code)
