"""The pass: what its QR code says, and how it is derived and recognised.

A pass is `MP1-`, 26 symbols of base32 (128 bits), and a check symbol; all of it
lies in the QR code's alphanumeric alphabet. It is derived, never stored:
HMAC-SHA256 of its random id under the offering's key (trust.md, Pass).
"""

import hmac

from tracker.domain import base32

PREFIX = "MP1-"
PAYLOAD_SYMBOLS = 26
PASS_BYTES = 16
# Recognised on the device and never sent: for trying the scanner out.
PRACTICE_PASS = PREFIX + "0" * (PAYLOAD_SYMBOLS + 1)


def derive_pass(offering_key: bytes, secret_id: bytes) -> str:
    """Return the pass of one random 16-byte id under an offering's 32-byte key."""
    code = hmac.digest(offering_key, b"pass" + secret_id, "sha256")[:PASS_BYTES]
    payload = base32.encode(code, PAYLOAD_SYMBOLS)
    return PREFIX + payload + base32.check_symbol(payload)


def is_well_formed(text: str) -> bool:
    """Say whether `text` has a pass's prefix, length and alphabet.

    The check symbol is not asked: a pass with a wrong one is answered like a
    pass of another offering, "unknown" (trust.md, hostile inputs).
    """
    return (
        text.startswith(PREFIX)
        and len(text) == len(PREFIX) + PAYLOAD_SYMBOLS + 1
        and not text[len(PREFIX) :].strip(base32.ALPHABET)
    )


def normalise(text: str) -> str:
    """Return the pass that somebody typed, as its QR code says it."""
    tidied = base32.tidy(text)
    prefix = PREFIX.replace("-", "")
    return PREFIX + tidied.removeprefix(prefix) if tidied.startswith(prefix) else text


def in_groups(text: str) -> str:
    """Return a pass as it is printed: the prefix, then groups of four."""
    body = text.removeprefix(PREFIX)
    groups = [body[start : start + 4] for start in range(0, len(body), 4)]
    return " ".join([PREFIX.rstrip("-"), *groups])
