"""The demo's staff: three people who do not exist, with one passphrase."""

import secrets
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.demo.people import DOMAIN
from tracker.domain.base32 import ALPHABET
from tracker.errors import ConflictError
from tracker.models import Membership, Offering, User
from tracker.models.staff import Role
from tracker.services import staff
from tracker.services.audit import CLI

STAFF = {
    Role.COORDINATOR: "Sample Coordinator",
    Role.INSTRUCTOR: "Sample Instructor",
    Role.DOOR: "Sample Door",
}


def email_of(role: Role) -> str:
    """Return the address of the demo's member of staff with this role."""
    return f"{role.value}@{DOMAIN}"


def new_passphrase() -> str:
    """Make a passphrase of 80 random bits, in groups that can be typed."""
    symbols = [secrets.choice(ALPHABET) for _ in range(16)]
    return "-".join("".join(symbols[n : n + 4]) for n in range(0, 16, 4)).lower()


def add_staff(offering: Offering, passphrase_hash: str, *, now: datetime) -> None:
    """Give everybody their role in an offering; who is new gets the passphrase."""
    for role, name in STAFF.items():
        if _has_role(offering, role):
            continue
        token = staff.add_user(email_of(role), role, offering, actor=CLI, now=now)
        if token:
            staff.accept_invitation(token, name, passphrase_hash, now=now)


def _has_role(offering: Offering, role: Role) -> bool:
    user = staff.find_user_by_email(email_of(role))
    wanted = sa.select(Membership.id).where(
        Membership.user_id == (user.id if user else None),
        Membership.offering_id == offering.id,
        Membership.role == role,
    )
    return db.session.scalar(wanted) is not None


def get_coordinator() -> User:
    """Return the demo's coordinator, in whose name corrections are made.

    Raises:
        ConflictError: the demo's staff was removed.
    """
    user = staff.find_user_by_email(email_of(Role.COORDINATOR))
    if user is None:
        raise ConflictError("The demo's coordinator is gone; use another database.")
    return user
