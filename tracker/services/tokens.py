"""Bearer tokens of programs and devices: made once, looked up on every call."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.names import clean_text, name_problem, text_problem
from tracker.driver_sql import driver_cursor, is_sqlite
from tracker.errors import InvalidError, NotFoundError
from tracker.keys import token_hash
from tracker.models import ApiToken, Offering
from tracker.models.access import TokenScope
from tracker.services import audit
from tracker.services.audit import Actor

MAXIMUM_NAME = 80
DEVICE_PREFIX = "mdev_"
TOKEN_PREFIX = "mapi_"  # noqa: S105 - a prefix, not a secret

# A token's kind shows in its prefix, and each kind is looked for in its own
# table only: none is ever accepted as another (trust.md, I20).
_COLUMNS = """
    SELECT t.id, t.{name}, {room}, {scope}, t.revoked_at, o.id, o.code, o.timezone,
           c.schedule_version
      FROM {table} AS t
      JOIN offerings AS o ON o.id = t.offering_id
      JOIN offering_counters AS c ON c.offering_id = o.id
     WHERE t.token_hash = {mark}
"""


class CallerKind(StrEnum):
    """Who may record scans: devices, programs, and participants' phones in the room.

    And a file that a device has saved, handed in by staff.
    """

    DEVICE = "device"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    ROOM = "room"
    FILE = "file"


@dataclass(frozen=True)
class Caller:
    """Whoever records scans, and the offering they are for.

    A device or a program stands behind a bearer token; `id` is its row. A phone in
    the room has neither: `phone_digest` tells phones apart (None where somebody
    was told a spoken code), `is_shared` says that it was another person's before.
    `has_unsure_clock`: nothing shows that the times of a file's scans are right.
    """

    kind: CallerKind
    id: int | None
    name: str
    room: str
    scope: TokenScope
    is_revoked: bool
    offering_id: int
    offering_code: str
    timezone: str
    schedule_version: int
    phone_digest: bytes | None = None
    is_shared: bool = False
    has_unsure_clock: bool = False

    @property
    def is_device(self) -> bool:
        """Whether a paired device calls."""
        return self.kind is CallerKind.DEVICE


def _statement(prefix: str, mark: str) -> str:
    is_device = prefix == DEVICE_PREFIX
    return _COLUMNS.format(
        name="name",
        room="t.room" if is_device else "''",
        scope="'check-in'" if is_device else "t.scope",
        table="devices" if is_device else "api_tokens",
        mark=mark,
    )


_STATEMENTS = {
    (prefix, for_sqlite): _statement(prefix, "?" if for_sqlite else "%s")
    for prefix in (DEVICE_PREFIX, TOKEN_PREFIX)
    for for_sqlite in (True, False)
}


def find_caller(token: str) -> Caller | None:
    """Look a bearer token up; None where there is no such token.

    One statement of driver SQL, because every scan passes here. Revocation
    holds from the next request on: nothing of the token is cached.
    """
    prefix = token[: len(DEVICE_PREFIX)]
    if prefix not in {DEVICE_PREFIX, TOKEN_PREFIX}:
        return None
    with driver_cursor("read") as driver:
        statement = _STATEMENTS[prefix, is_sqlite(driver)]
        row = driver.execute(statement, (token_hash(token),)).fetchone()
    if row is None:
        return None
    return Caller(
        kind=CallerKind.DEVICE if prefix == DEVICE_PREFIX else CallerKind.TOKEN,
        id=row[0],
        name=row[1],
        room=row[2],
        scope=TokenScope(row[3]),
        is_revoked=row[4] is not None,
        offering_id=row[5],
        offering_code=row[6],
        timezone=row[7],
        schedule_version=row[8],
    )


def add_token(
    name: str, offering: Offering, scope: TokenScope, *, actor: Actor, now: datetime
) -> str:
    """Make an API token and return it; only its hash is kept.

    Raises:
        InvalidError: the name is empty, too long or cannot be shown.
    """
    name = clean_text(name)
    if problem := name_problem(name) or text_problem(name, MAXIMUM_NAME):
        raise InvalidError(f"The token's name {problem}.", {"name": f"This {problem}."})
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        offering_id=offering.id,
        name=name,
        scope=scope,
        token_hash=token_hash(token),
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(
        actor,
        "token.add",
        {"token": row.public_id, "scope": scope.value},
        offering,
        now=now,
    )
    return token


def list_tokens(offering: Offering) -> list[ApiToken]:
    """Return an offering's API tokens, the revoked ones too, in the order made."""
    wanted = sa.select(ApiToken).where(ApiToken.offering_id == offering.id)
    return list(db.session.scalars(wanted.order_by(ApiToken.created_at, ApiToken.id)))


def get_token(offering: Offering, public_id: str) -> ApiToken:
    """Return one API token of an offering.

    Raises:
        NotFoundError: the offering has no such token.
    """
    found = db.session.scalar(
        sa.select(ApiToken).where(
            ApiToken.offering_id == offering.id, ApiToken.public_id == public_id
        )
    )
    if found is None:
        raise NotFoundError
    return found


def revoke_token(
    offering: Offering, public_id: str, *, actor: Actor, now: datetime
) -> ApiToken:
    """End an API token from its next request on; twice is the same as once.

    Raises:
        NotFoundError: the offering has no such token.
    """
    found = get_token(offering, public_id)
    if found.revoked_at is None:
        found.revoked_at = now
        details = {"token": found.public_id}
        audit.record(actor, "token.revoke", details, offering, now=now)
    return found
