"""Sealing of evaluation answers to an offering's public key.

HPKE (RFC 9180) with X25519, HKDF-SHA256 and AES-256-GCM. Only closing opens what
was sealed (services/mixing.py): the private key is a file of its own that no
database and no backup holds (trust.md, Evaluation). Every sealed response has the
same size, so that length says nothing about who wrote it.
"""

import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

PADDED_BYTES = 64 * 1024
LENGTH_BYTES = 4
ROOM_BYTES = PADDED_BYTES - LENGTH_BYTES
SEALED_BYTES = PADDED_BYTES + 32 + 16  # with the encapsulated key and the tag
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def new_keypair(folder: Path, name: str) -> bytes:
    """Make the key pair of a batch of answers; return the public half (32 bytes).

    The private half is written to `folder/<name>.key` (0600 in a folder of 0700).
    A file that is already there is kept and used: it comes from an import that
    was rolled back or retried, and overwriting could destroy a key in use.

    Raises:
        ValueError: `name` cannot be a file name.
    """
    path = key_path(folder, name)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    if not path.exists():
        _write_once(path, X25519PrivateKey.generate().private_bytes_raw())
    private = X25519PrivateKey.from_private_bytes(path.read_bytes())
    return private.public_key().public_bytes_raw()


def key_path(folder: Path, name: str) -> Path:
    """Return where a batch's private key lies; batches.key_name names it.

    Raises:
        ValueError: `name` cannot be a file name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}(\.[a-z_]+\.[0-9]+)?", name):
        raise ValueError("a code has letters, digits, dashes and underscores only")
    return folder / f"{name}.key"


def _write_once(path: Path, data: bytes) -> None:
    """Write a whole file or none; two processes at once agree on one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def seal(plain: bytes, public_key: bytes, code: str) -> bytes:
    """Pad to exactly 64 KiB and seal to the key of offering `code`.

    Raises:
        ValueError: `plain` is longer than ROOM_BYTES.
    """
    if len(plain) > ROOM_BYTES:
        raise ValueError(f"{len(plain)} bytes do not fit into {ROOM_BYTES}")
    padded = len(plain).to_bytes(LENGTH_BYTES) + plain.ljust(ROOM_BYTES, b"\0")
    key = X25519PublicKey.from_public_bytes(public_key)
    return SUITE.encrypt(padded, key, info=context(code))


def unseal(sealed: bytes, private_key: bytes, code: str) -> bytes:
    """Open what `seal` made for the same offering and take the padding off.

    Raises:
        cryptography.exceptions.InvalidTag: another key, another offering, or
            changed bytes.
    """
    key = X25519PrivateKey.from_private_bytes(private_key)
    padded = SUITE.decrypt(sealed, key, info=context(code))
    length = int.from_bytes(padded[:LENGTH_BYTES])
    return padded[LENGTH_BYTES : LENGTH_BYTES + length]


def context(code: str) -> bytes:
    """Bind a sealed response to its offering: it opens as no other's."""
    return b"muster evaluation/1 " + code.encode()


def holds_key(folder: Path, name: str, public_key: bytes) -> bool:
    """Say whether the private key that belongs to a public one lies in its place.

    What was sealed without it cannot be opened by anybody.
    """
    try:
        private = X25519PrivateKey.from_private_bytes(
            key_path(folder, name).read_bytes()
        )
    except (OSError, ValueError):
        return False
    return private.public_key().public_bytes_raw() == public_key


def key_names(folder: Path) -> set[str]:
    """Return the names of all private keys in the folder."""
    return {path.stem for path in folder.glob("[!.]*.key")}


def destroy_key(folder: Path, name: str) -> None:
    """Remove a private key for good; one that is gone already is no error.

    The folder is written out, so that a power cut does not bring the file back.
    """
    key_path(folder, name).unlink(missing_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
