"""Staff: invited, given roles in named offerings, disabled. Every act is audited."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker import keys
from tracker.db import db, insert_into
from tracker.domain.names import (
    clean_text,
    is_address,
    name_problem,
    normalise_address,
)
from tracker.errors import GoneError, InvalidError, NotFoundError
from tracker.keys import token_hash
from tracker.models import Invitation, Membership, Offering, SignInSession, User
from tracker.models.staff import Role
from tracker.services import audit
from tracker.services.audit import Actor
from tracker.services.messages import INVITATION_DAYS

ADMIN = "admin"


def find_user_by_email(email: str) -> User | None:
    """Return the member of staff with this address; else None."""
    return db.session.scalar(
        sa.select(User).where(User.email_digest == email_digest(email))
    )


def get_user_by_email(email: str) -> User:
    """Return the member of staff with this address.

    Raises:
        NotFoundError: there is none.
    """
    user = find_user_by_email(email)
    if user is None:
        raise NotFoundError("No member of staff has this e-mail address.")
    return user


def email_digest(email: str) -> bytes:
    """Return the keyed digest by which a member of staff is found."""
    return keys.ring().digest("users.email", normalise_address(email))


def add_user(
    email: str, role: str, offering: Offering | None, *, actor: Actor, now: datetime
) -> str | None:
    """Give somebody a role, inviting them; return the token of the one-time link.

    `role` is "admin", with no offering, or one of Role, in `offering`. Who has
    a passphrase already keeps it and gets no link: None. An invitation that is
    still open is replaced; a disabled person starts anew. Giving a role twice
    gives it once.

    Raises:
        InvalidError: no e-mail address, or role and offering do not fit.
    """
    _refuse_unfit(email, role, offering)
    user = get_or_add(email, now=now)
    user.disabled_at = None
    if role == ADMIN:
        user.is_admin = True
    elif offering:
        add_membership(user, Role(role), offering, now=now)
    details = {"user": user.public_id, "role": role}
    audit.record(actor, "user.add", details, offering, now=now)
    return None if user.passphrase_hash else _invite(user, now=now)


def _refuse_unfit(email: str, role: str, offering: Offering | None) -> None:
    if not is_address(email.strip()):
        raise InvalidError("This is not an e-mail address.", {"email": "is malformed"})
    if role == ADMIN and offering:
        raise InvalidError("An admin's role is for all offerings: name none.")
    if role != ADMIN and not offering:
        raise InvalidError(f"The role {role} is for one offering: name it.")


def get_or_add(email: str, *, now: datetime) -> User:
    """Return the account of an address, made where there is none."""
    new = insert_into(User).values(
        email=email.strip(), email_digest=email_digest(email), created_at=now
    )
    db.session.execute(new.on_conflict_do_nothing(index_elements=["email_digest"]))
    return get_user_by_email(email)


def add_membership(
    user: User, role: Role, offering: Offering, *, now: datetime
) -> None:
    """Give an account a role in an offering; giving it twice gives it once."""
    new = insert_into(Membership).values(
        user_id=user.id, offering_id=offering.id, role=role, created_at=now
    )
    db.session.execute(new.on_conflict_do_nothing())


def _invite(user: User, *, now: datetime) -> str:
    _close_invitations(user, now=now)
    token = "minv_" + secrets.token_urlsafe(32)
    db.session.add(
        Invitation(
            token_hash=token_hash(token),
            user_id=user.id,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
    )
    db.session.flush()
    return token


def _close_invitations(user: User, *, now: datetime) -> None:
    db.session.execute(
        sa.update(Invitation)
        .where(Invitation.user_id == user.id, Invitation.used_at.is_(None))
        .values(used_at=now)
    )


def get_invited(token: str, *, now: datetime) -> User:
    """Return whom an open invitation is for; reads only.

    Raises:
        GoneError: unknown, used or expired; all three are answered alike.
    """
    invitation = db.session.scalar(
        sa.select(Invitation)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .options(joinedload(Invitation.user))
    )
    if invitation is None:
        raise GoneError("This invitation is used up, expired or replaced.")
    return invitation.user


def accept_invitation(
    token: str, name: str, passphrase_hash: str, *, now: datetime
) -> User:
    """Use an invitation up: its user now has a name and a passphrase.

    Raises:
        GoneError: unknown, used or expired.
        InvalidError: the name cannot be shown.
    """
    cleaned = clean_text(name)
    if problem := name_problem(cleaned):
        raise InvalidError(f"The name {problem}.", {"name": f"The name {problem}."})
    used = (
        sa.update(Invitation)
        .where(Invitation.token_hash == token_hash(token), Invitation.used_at.is_(None))
        .values(used_at=now)
    )
    user = get_invited(token, now=now)
    if not db.session.execute(used.returning(Invitation.id)).first():
        raise GoneError("This invitation is used up, expired or replaced.")
    user.name, user.passphrase_hash = cleaned, passphrase_hash
    audit.record(audit.actor_of(user), "user.accept", {"user": user.public_id}, now=now)
    return user


def find_just_accepted(token: str, *, now: datetime) -> User | None:
    """Return who used this very link within the last minute; else None.

    The form may come twice, by a double tap or after a lost answer. The caller
    checks that the passphrase is the one that was set.
    """
    return db.session.scalar(
        sa.select(User)
        .join(Invitation, Invitation.user_id == User.id)
        .where(
            Invitation.token_hash == token_hash(token),
            Invitation.used_at > now - timedelta(minutes=1),
        )
    )


def remove_role(
    user: User, role: str, offering: Offering | None, *, actor: Actor, now: datetime
) -> bool:
    """Take a role away; it holds from that person's next request on.

    Returns:
        Whether there was such a role; taking it twice changes nothing.
    """
    if role == ADMIN:
        had, user.is_admin = user.is_admin, False
    else:
        found = db.session.scalar(
            sa.delete(Membership)
            .where(
                Membership.user_id == user.id,
                Membership.offering_id == (offering.id if offering else None),
                Membership.role == Role(role),
            )
            .returning(Membership.id)
        )
        had = found is not None
    if had:
        details = {"user": user.public_id, "role": role}
        audit.record(actor, "user.remove", details, offering, now=now)
    return had


def disable_user(user: User, *, actor: Actor, now: datetime) -> None:
    """End somebody's access: sessions, roles, invitation and passphrase.

    Whoever is invited again later starts from nothing.
    """
    user.disabled_at = user.disabled_at or now
    user.passphrase_hash, user.is_admin = None, False
    _close_invitations(user, now=now)
    db.session.execute(sa.delete(Membership).where(Membership.user_id == user.id))
    db.session.execute(
        sa.update(SignInSession)
        .where(SignInSession.user_id == user.id, SignInSession.ended_at.is_(None))
        .values(ended_at=now)
    )
    audit.record(actor, "user.disable", {"user": user.public_id}, now=now)
