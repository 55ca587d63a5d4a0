"""Grants: what a room's code is exchanged for at once.

A code is valid for at most twenty seconds, signing in can take minutes. So whoever
has just scanned gets a signed note that says of which segment and when; it is good
for ten minutes and for that segment only, and names nothing.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from itsdangerous import BadData, URLSafeSerializer

from tracker import keys
from tracker.errors import GoneError

LIFETIME = timedelta(minutes=10)
EPOCH = datetime.fromtimestamp(0, UTC)
MICROSECOND = timedelta(microseconds=1)
LOOK_AGAIN = "This code has changed. Look at the screen again and scan what it shows."


class Grant(NamedTuple):
    """Somebody saw the code of a segment at a moment; that is when they came in."""

    segment_id: int
    seen_at: datetime


def sign(grant: Grant) -> str:
    """Write a grant as text that only this server could have made."""
    microseconds = (grant.seen_at - EPOCH) // MICROSECOND
    return str(_signer().dumps([grant.segment_id, microseconds]))


def read(text: str, *, now: datetime) -> Grant:
    """Read a grant back.

    Raises:
        GoneError: it is older than ten minutes, or none of ours.
    """
    try:
        segment_id, microseconds = _signer().loads(text)
    except BadData as error:
        raise GoneError(LOOK_AGAIN) from error
    grant = Grant(segment_id, EPOCH + microseconds * MICROSECOND)
    if not grant.seen_at <= now < grant.seen_at + LIFETIME:
        raise GoneError(LOOK_AGAIN)
    return grant


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        keys.ring().derive("room grant"),
        salt="room grant",
        signer_kwargs={"digest_method": hashlib.sha256},
    )
