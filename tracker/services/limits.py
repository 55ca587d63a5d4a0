"""Limits on how often something may be tried, shared by all processes.

The generic cell rate algorithm (ITU-T I.371): one number per key, the moment at
which everything spent so far has come back. Reading, judging and writing it is
one statement, so that two requests at once cannot both take the last try.
"""

import ipaddress
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker import keys
from tracker.db import db, insert_into
from tracker.errors import TooManyRequestsError
from tracker.models import RateLimit

# Seconds since the epoch are doubles: the last try of a burst must not fail by
# a rounding in the seventh decimal.
SLACK = 0.001


def spend(
    key_parts: Sequence[str], per_seconds: float, burst: int, *, now: datetime
) -> None:
    """Take one try from the limit that `key_parts` name.

    `burst` tries may come at once; one comes back every `per_seconds`. Only a
    keyed digest of the parts is stored, so they may be addresses of people.
    The caller commits before it goes on: a try counts even where what follows
    is refused and rolled back (trust.md, I16). Limits are kept per account,
    device or enrollment first; one per network must be generous, because a
    hundred phones stand behind one hotel address.

    Raises:
        TooManyRequestsError: the limit is used up; says when to come again.
    """
    key = keys.ring().digest("rate limit", "\0".join(key_parts))
    moment = now.timestamp()
    fresh = insert_into(RateLimit).values(key=key, full_at=moment + per_seconds)
    later = sa.case((RateLimit.full_at > moment, RateLimit.full_at), else_=moment)
    bound = moment + (burst - 1) * per_seconds + SLACK
    spent = fresh.on_conflict_do_update(
        index_elements=["key"],
        set_={"full_at": later + per_seconds},
        where=RateLimit.full_at <= bound,
    ).returning(RateLimit.full_at)
    if db.session.scalar(spent) is None:
        seconds = _seconds_to_wait(key, bound)
        raise TooManyRequestsError(
            f"That was tried too often. Please wait {_in_words(seconds)}.",
            retry_after=seconds,
        )


def network(address: str | None) -> str:
    """Name the network of a caller: an IPv4 address, or the /64 of an IPv6 one.

    Whoever has one IPv6 address usually has the whole /64 to choose from.
    """
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def delete_full(*, now: datetime) -> None:
    """Delete the limits that have come back whole; they say nothing any more."""
    full_since = (now - timedelta(minutes=1)).timestamp()
    db.session.execute(sa.delete(RateLimit).where(RateLimit.full_at < full_since))


def _seconds_to_wait(key: bytes, bound: float) -> int:
    full_at = db.session.scalar(
        sa.select(RateLimit.full_at).where(RateLimit.key == key)
    )
    return max(1, math.ceil((full_at or bound) - bound))


def _in_words(seconds: int) -> str:
    if seconds > 90:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{seconds} seconds" if seconds > 1 else "a second"
