"""The sealed roster's records: found and opened only with the pass they are for.

A door keeps one record per pass for when there is no network. Its id and its key
are both derived from the pass itself, which holds 128 random bits: who has the
records but no pass can neither read one nor tell which is whose, and who has a
pass reads that one (trust.md, Scanner). The browser derives the same values in
`static/js/door/roster-keys.js`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SALT = "muster/roster/1"
ID_BYTES = 16
KEY_BYTES = 32  # AES-256
NONCE_BYTES = 12
INFO = "record"
# Records are padded to the same length, a multiple of this.
BLOCK_BYTES = 128

# What another program needs to do the same; the API sends it beside the records.
KEY_INFO: Mapping[str, Any] = {
    "derivation": "HKDF-SHA256",
    "input": "the pass as its QR code says it, in ASCII",
    "salt": SALT,
    "info": INFO,
    "id_bytes": ID_BYTES,
    "key_bytes": KEY_BYTES,
    "order": "id, then key",
    "cipher": "AES-256-GCM",
    "associated_data": "the record's id as sent, in ASCII",
    "padding": "spaces after the JSON",
}


class RecordKey(NamedTuple):
    """Where a pass's record is found (32 hex digits), and what opens it (32 bytes)."""

    id: str
    key: bytes


def derive_record_key(pass_text: str) -> RecordKey:
    """Return the id and the key of a pass's record (HKDF-SHA256, RFC 5869).

    Both come from one expansion of 48 bytes; neither tells anything of the other.
    """
    length = ID_BYTES + KEY_BYTES
    derivation = HKDF(SHA256(), length, salt=SALT.encode(), info=INFO.encode())
    derived = derivation.derive(pass_text.encode())
    return RecordKey(derived[:ID_BYTES].hex(), derived[ID_BYTES:])


def common_length(contents: Iterable[Mapping[str, Any]]) -> int:
    """Return the bytes to which all of a roster's contents are padded."""
    longest = max((len(_written(content)) for content in contents), default=1)
    return -(-longest // BLOCK_BYTES) * BLOCK_BYTES


def seal_content(
    found: RecordKey, content: Mapping[str, Any], length: int, nonce: bytes
) -> bytes:
    """Encrypt a record's content, padded to `length` bytes, under a new nonce."""
    padded = _written(content).ljust(length)
    return AESGCM(found.key).encrypt(nonce, padded, found.id.encode())


def open_content(found: RecordKey, nonce: bytes, sealed: bytes) -> Any:
    """Decrypt a record.

    Raises:
        cryptography.exceptions.InvalidTag: it is another pass's, or was changed.
    """
    return json.loads(AESGCM(found.key).decrypt(nonce, sealed, found.id.encode()))


def _written(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
