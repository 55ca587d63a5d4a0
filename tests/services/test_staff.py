"""Staff: invitations, roles, passphrases; what is taken away is gone at once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from tests.factories import NINE_AM, make_offering, make_user
from tracker.errors import GoneError, InvalidError, NotFoundError
from tracker.models import AuditEntry, Membership, SignInSession, User
from tracker.models.staff import Role
from tracker.services import audit, passphrases, sessions, staff
from tracker.services.audit import CLI

EMAIL = "sam@example.org"


@pytest.fixture(scope="module")
def hashed():
    return passphrases.hash_passphrase("four calm green words")


def invite(role="coordinator", offering=None, now=NINE_AM):
    return staff.add_user(EMAIL, role, offering, actor=CLI, now=now)


def roles_of(session, user):
    rows = session.execute(
        sa.select(Membership.offering_id, Membership.role).where(
            Membership.user_id == user.id
        )
    )
    return {(offering_id, role) for offering_id, role in rows}


def test_an_invitation_makes_a_user_who_cannot_sign_in_yet(session):
    offering = make_offering()

    token = invite(offering=offering)

    user = staff.get_invited(token, now=NINE_AM)
    assert user.email == EMAIL
    assert user.passphrase_hash is None
    assert roles_of(session, user) == {(offering.id, Role.COORDINATOR)}
    assert not passphrases.is_passphrase_of(user, "")


def test_accepting_sets_name_and_passphrase(session, hashed):
    token = invite("admin")

    user = staff.accept_invitation(token, " Sam  Sample ", hashed, now=NINE_AM)

    assert (user.name, user.is_admin) == ("Sam Sample", True)
    assert passphrases.is_passphrase_of(user, "four calm green words")
    assert not passphrases.is_passphrase_of(user, "four calm green word")


def test_an_invitation_works_once(session, hashed):
    token = invite("admin")
    staff.accept_invitation(token, "Sam", hashed, now=NINE_AM)

    with pytest.raises(GoneError):
        staff.accept_invitation(token, "Mallory", hashed, now=NINE_AM)
    with pytest.raises(GoneError):
        staff.get_invited(token, now=NINE_AM)


def test_an_invitation_works_for_seven_days(session, hashed):
    token = invite("admin")
    week = NINE_AM + timedelta(days=7)

    with pytest.raises(GoneError):
        staff.get_invited(token, now=week)
    assert staff.get_invited(token, now=week - timedelta(seconds=1)).email == EMAIL


def test_inviting_again_replaces_the_link_that_is_still_open(session):
    first, second = invite("admin"), invite("admin")

    with pytest.raises(GoneError):
        staff.get_invited(first, now=NINE_AM)
    assert staff.get_invited(second, now=NINE_AM).email == EMAIL


def test_who_has_a_passphrase_gets_the_role_and_no_link(session, hashed):
    first, second = make_offering(), make_offering()
    staff.accept_invitation(invite("door", first), "Sam", hashed, now=NINE_AM)

    again = [invite("instructor", second), invite("instructor", second)]

    user = staff.get_user_by_email(EMAIL.upper())
    assert again == [None, None]
    assert roles_of(session, user) == {
        (first.id, Role.DOOR),
        (second.id, Role.INSTRUCTOR),
    }


@pytest.mark.parametrize(
    ("email", "role", "has_offering"),
    [
        (EMAIL, "admin", True),
        (EMAIL, "coordinator", False),
        ("sam", "admin", False),
        ("sam@example.org, x@example.org", "admin", False),
    ],
)
def test_role_and_offering_have_to_fit(session, email, role, has_offering):
    offering = make_offering() if has_offering else None

    with pytest.raises(InvalidError):
        staff.add_user(email, role, offering, actor=CLI, now=NINE_AM)

    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 0


def test_a_role_removed_is_gone_and_removing_it_again_changes_nothing(session):
    offering = make_offering()
    user = make_user(Role.COORDINATOR, offering)
    sessions.get_offering_of(user, offering.code)

    results = [
        staff.remove_role(user, "coordinator", offering, actor=CLI, now=NINE_AM)
        for _ in range(2)
    ]

    assert results == [True, False]
    with pytest.raises(NotFoundError):
        sessions.get_offering_of(user, offering.code)


def test_an_admin_can_be_made_ordinary_again(session):
    user = make_user(is_admin=True)

    assert staff.remove_role(user, "admin", None, actor=CLI, now=NINE_AM)
    assert not user.is_admin


def test_a_disabled_user_loses_sessions_roles_and_passphrase(session, hashed):
    offering = make_offering()
    user = make_user(Role.DOOR, offering, passphrase_hash=hashed, is_admin=True)
    token = sessions.begin_session(user, now=NINE_AM)

    staff.disable_user(user, actor=CLI, now=NINE_AM)

    session.expire_all()
    assert sessions.find_session(token, now=NINE_AM) is None
    assert session.scalars(sa.select(SignInSession)).one().ended_at == NINE_AM
    assert roles_of(session, user) == set()
    assert (user.passphrase_hash, user.is_admin) == (None, False)
    assert not passphrases.is_passphrase_of(user, "four calm green words")


def test_a_disabled_user_who_is_invited_again_starts_anew(session, hashed):
    user = make_user(email=EMAIL, passphrase_hash=hashed)
    staff.disable_user(user, actor=CLI, now=NINE_AM)

    token = invite("admin")

    assert staff.get_invited(token, now=NINE_AM) == user
    assert user.disabled_at is None


def test_disabling_closes_an_open_invitation(session):
    token = invite("admin")
    user = staff.get_user_by_email(EMAIL)

    staff.disable_user(user, actor=CLI, now=NINE_AM)

    with pytest.raises(GoneError):
        staff.get_invited(token, now=NINE_AM)


def test_every_act_is_in_the_audit_log_without_names(session, hashed):
    offering = make_offering()
    staff.accept_invitation(invite("door", offering), "Sam", hashed, now=NINE_AM)
    user = staff.get_user_by_email(EMAIL)
    staff.remove_role(user, "door", offering, actor=CLI, now=NINE_AM)
    staff.disable_user(user, actor=CLI, now=NINE_AM)

    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(e.chain, e.actor, e.action, e.details) for e in entries] == [
        (offering.code, "cli", "user.add", {"user": user.public_id, "role": "door"}),
        ("-", f"user:{user.public_id}", "user.accept", {"user": user.public_id}),
        (offering.code, "cli", "user.remove", {"user": user.public_id, "role": "door"}),
        ("-", "cli", "user.disable", {"user": user.public_id}),
    ]
    assert all(report.broken is None for report in audit.verify_chains())


def test_a_passphrase_is_the_same_from_any_keyboard(session):
    composed, decomposed = "caf\u00e9 au lait, bitte", "cafe\u0301 au lait, bitte"
    user = make_user(passphrase_hash=passphrases.hash_passphrase(composed))

    assert passphrases.is_passphrase_of(user, decomposed)


def test_the_dummy_hash_costs_what_a_real_one_costs():
    assert not passphrases.HASHER.check_needs_rehash(passphrases.NOBODYS_HASH)


def test_an_old_hash_is_noticed(hashed):
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

    assert passphrases.needs_rehash(User(passphrase_hash=old.hash("x")))
    assert not passphrases.needs_rehash(User(passphrase_hash=hashed))
    assert not passphrases.needs_rehash(User())
