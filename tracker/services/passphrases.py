"""Passphrases: hashed with argon2id, compared in the same time for anybody."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from tracker.domain.passphrases import normalise_passphrase
from tracker.models import User

# OWASP's first choice for argon2id (Password Storage Cheat Sheet): 46 MiB, one pass.
HASHER = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1)
# The hash of a random passphrase that nobody knows, made with HASHER's parameters.
NOBODYS_HASH = (
    "$argon2id$v=19$m=47104,t=1,p=1$dUKY8PIzQpXcpVEO1VpAFw$"
    "gWKvBO9omZ4mhQI9H7xeBc++u7jSl55ms8+zGqxF/8M"
)
# Each hashing takes 46 MiB: a flood of sign-ins must not take all memory.
_TURNS = threading.BoundedSemaphore(2)


def hash_passphrase(passphrase: str) -> str:
    """Return what is stored of a passphrase.

    Takes about 0.1 seconds, so the caller holds no transaction open meanwhile.
    """
    with _TURNS:
        return HASHER.hash(normalise_passphrase(passphrase))


def is_passphrase_of(user: User | None, passphrase: str) -> bool:
    """Say whether `passphrase` is that of `user`, who may be nobody.

    A user who does not exist, is disabled or has not chosen a passphrase yet
    costs the same time as a wrong passphrase. Takes about 0.1 seconds: hold no
    transaction open meanwhile.
    """
    known = user.passphrase_hash if user and user.disabled_at is None else None
    try:
        with _TURNS:
            HASHER.verify(known or NOBODYS_HASH, normalise_passphrase(passphrase))
    except VerificationError:
        return False
    return known is not None


def needs_rehash(user: User) -> bool:
    """Say whether a hash was made with other parameters than today's."""
    return bool(user.passphrase_hash) and HASHER.check_needs_rehash(
        user.passphrase_hash or ""
    )
