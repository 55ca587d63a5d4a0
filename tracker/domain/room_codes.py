"""The room code: what the projector shows, and how it is derived and recognised.

A room code is `MR1-`, 24 symbols of base32 and a check symbol; all of it lies in
the QR code's alphanumeric alphabet. It says which segment it is for and that the
server made it in this step of ten seconds: HMAC-SHA256 of both under a key derived
from the offering's (trust.md, Room code). The current and the previous step are
valid, so that whoever has just scanned is not turned away, and no other.

For broken cameras the same step has a short code, to be typed; it says nothing of
its segment and is only compared with those of segments that are open.
"""

import hmac
from datetime import datetime

from tracker.domain import base32

PREFIX = "MR1-"
STEP_SECONDS = 10
ID_BYTES, TAG_BYTES = 5, 10
PAYLOAD_SYMBOLS = 24  # fifteen bytes
SHORT_PAYLOAD = 5
SHORT_SYMBOLS = SHORT_PAYLOAD + 1


def room_key(offering_key: bytes) -> bytes:
    """Return the key of an offering's room codes, which opens none of its passes."""
    return hmac.digest(offering_key, b"room codes", "sha256")


def step_of(moment: datetime) -> int:
    """Return the number of the step that a moment lies in."""
    return int(moment.timestamp() // STEP_SECONDS)


def valid_steps(moment: datetime) -> tuple[int, int]:
    """Return the steps whose codes are taken at a moment, the current one first."""
    return step_of(moment), step_of(moment) - 1


def seconds_left(moment: datetime) -> float:
    """Say in how many seconds the next code replaces the current one: up to 10."""
    return STEP_SECONDS - moment.timestamp() % STEP_SECONDS


def derive_room_code(key: bytes, veil: bytes, segment_id: int, step: int) -> str:
    """Return the room code of a segment at a step.

    `key` is the offering's `room_key`. `veil` is the server's own key, under which
    the segment's row id is hidden: its pad comes from the tag, so no two codes look
    alike and none tells how many segments there are.
    """
    tag = _tag(key, segment_id, step)
    hidden = _xor(segment_id.to_bytes(ID_BYTES), hmac.digest(veil, tag, "sha256"))
    payload = base32.encode(hidden + tag, PAYLOAD_SYMBOLS)
    return PREFIX + payload + base32.check_symbol(payload)


def _tag(key: bytes, segment_id: int, step: int) -> bytes:
    return hmac.digest(key, b"code" + _said(segment_id, step), "sha256")[:TAG_BYTES]


def _said(segment_id: int, step: int) -> bytes:
    return segment_id.to_bytes(8) + step.to_bytes(8)


def _xor(data: bytes, pad: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, pad, strict=False))


def read_segment_id(text: str, veil: bytes) -> int | None:
    """Return the segment that a room code names; None where it is no room code.

    Whether the server made it, and when, `is_valid` says.
    """
    if not is_well_formed(text):
        return None
    data = base32.decode(text[len(PREFIX) : -1], ID_BYTES + TAG_BYTES)
    hidden, tag = data[:ID_BYTES], data[ID_BYTES:]
    return int.from_bytes(_xor(hidden, hmac.digest(veil, tag, "sha256")))


def is_well_formed(text: str) -> bool:
    """Say whether `text` has a room code's prefix, length and check symbol."""
    body = text.removeprefix(PREFIX)
    return (
        text.startswith(PREFIX)
        and len(body) == PAYLOAD_SYMBOLS + 1
        and base32.is_checked(body)
    )


def is_valid(
    text: str, key: bytes, veil: bytes, segment_id: int, moment: datetime
) -> bool:
    """Say whether a room code is the segment's at this moment."""
    steps = valid_steps(moment)
    codes = [derive_room_code(key, veil, segment_id, step) for step in steps]
    return is_well_formed(text) and _is_among(text, codes)


def derive_short_code(key: bytes, segment_id: int, step: int) -> str:
    """Return the short code of a segment at a step: five symbols and a check symbol.

    Its 25 bits are enough for something that changes every ten seconds and is
    tried, a few times, by somebody who is known.
    """
    code = hmac.digest(key, b"short" + _said(segment_id, step), "sha256")
    payload = base32.encode(code, SHORT_PAYLOAD)
    return payload + base32.check_symbol(payload)


def is_valid_short(text: str, key: bytes, segment_id: int, moment: datetime) -> bool:
    """Say whether a short code is the segment's at this moment."""
    steps = valid_steps(moment)
    codes = [derive_short_code(key, segment_id, step) for step in steps]
    return is_well_formed_short(text) and _is_among(text, codes)


def is_well_formed_short(text: str) -> bool:
    """Say whether `text` has a short code's length, alphabet and check symbol."""
    return len(text) == SHORT_SYMBOLS and base32.is_checked(text)


def _is_among(text: str, codes: list[str]) -> bool:
    return any(hmac.compare_digest(text, code) for code in codes)


def in_groups(short_code: str) -> str:
    """Return a short code as it is shown: two groups of three."""
    return f"{short_code[:3]} {short_code[3:]}"


def normalise(text: str) -> str:
    """Return the code that somebody typed or scanned, as it was made.

    A scan gives a whole address; its last part is the code.
    """
    tidied = base32.tidy(text.strip().rstrip("/").rpartition("/")[2])
    prefix = PREFIX.removesuffix("-")
    is_room_code = len(tidied) == len(prefix) + PAYLOAD_SYMBOLS + 1
    if is_room_code and tidied.startswith(prefix):
        return PREFIX + tidied.removeprefix(prefix)
    return tidied
