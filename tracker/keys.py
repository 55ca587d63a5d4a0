"""One master key, one derived key per purpose; sealing and keyed digests.

Nothing here is stored: the master key comes from the environment or from a file
of the instance, never from the database (trust.md, I18).
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class WrongKeyError(Exception):
    """A sealed value does not open: another master key, or a tampered row."""


class KeyRing:
    """Derives, seals, opens and digests under one master key."""

    def __init__(self, master: str) -> None:
        """Take the master key as text of at least 32 characters."""
        self._master = master.encode()
        self.derive = lru_cache(maxsize=256)(self._derive)
        self._cipher = lru_cache(maxsize=256)(self._make_cipher)

    def _derive(self, purpose: str) -> bytes:
        """Return the 32-byte key of one purpose (HKDF-SHA256, RFC 5869)."""
        return HKDF(SHA256(), 32, salt=b"muster/1", info=purpose.encode()).derive(
            self._master
        )

    def _make_cipher(self, place: str) -> AESGCM:
        return AESGCM(self.derive(f"seal {place.partition('.')[0]}"))

    def seal(self, place: str, plain: bytes) -> bytes:
        """Encrypt `plain` for `place` ("table.column"), which is authenticated too."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher(place).encrypt(nonce, plain, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Decrypt what `seal` made for the same place.

        Raises:
            WrongKeyError: another key, another place, or changed bytes.
        """
        nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher(place).decrypt(nonce, body, place.encode())
        except (InvalidTag, ValueError) as error:  # the latter: too short for a nonce
            raise WrongKeyError(f"{place} does not open under this key") from error

    def digest(self, purpose: str, text: str | bytes) -> bytes:
        """Return a keyed 32-byte digest: equal texts match, none can be read back."""
        data = text.encode() if isinstance(text, str) else text
        return hmac.digest(self.derive(f"digest {purpose}"), data, "sha256")

    @property
    def fingerprint(self) -> str:
        """Name the master key without giving it away (16 hex digits)."""
        return self.digest("master fingerprint", "").hex()[:16]


_active: list[KeyRing] = []


def install(ring: KeyRing) -> None:
    """Make `ring` the process's key ring; column types have no other way to it."""
    _active[:] = [ring]


def ring() -> KeyRing:
    """Return the process's key ring."""
    return _active[0]


def token_hash(token: str) -> bytes:
    """Return what is stored of a random bearer secret: its SHA-256.

    A random secret of 128 bits or more needs no salt and no slow hash.
    """
    return hashlib.sha256(token.encode()).digest()
