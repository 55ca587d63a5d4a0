"""Watching a board: may this browser, and has anything changed, in one statement.

A board is asked for once a second by everybody who looks at it, and mostly nothing
has changed. Through the session that costs four statements and ten times the CPU;
so who may watch and the offering's counters are read together, by driver SQL.
Nothing is kept: a role removed holds from the next poll on (trust.md, I14).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from tracker.driver_sql import driver_cursor, is_sqlite
from tracker.keys import token_hash
from tracker.models import Offering
from tracker.models.staff import Role
from tracker.services import schedules

STATEMENT = """
SELECT o.id,
       c.version + (SELECT CAST(coalesce(sum(n.version), 0) AS bigint)
                      FROM scan_counters AS n WHERE n.offering_id = o.id),
       c.schedule_version
  FROM sign_in_sessions AS s
  JOIN users AS u ON u.id = s.user_id AND u.disabled_at IS NULL
  JOIN offerings AS o ON o.code = {mark}
  JOIN offering_counters AS c ON c.offering_id = o.id
 WHERE s.token_hash = {mark} AND s.ended_at IS NULL AND s.expires_at > {mark}
   AND NOT s.is_by_code AND (u.is_admin OR EXISTS (
       SELECT 1 FROM memberships AS m
        WHERE m.user_id = u.id AND m.offering_id = o.id AND m.role IN ({roles})))
"""


@dataclass(frozen=True)
class Watched:
    """An offering that somebody may watch, with its counters as they are now."""

    offering_id: int
    version: int
    schedule_version: int


def find_watched(
    token: str, code: str, roles: Iterable[Role], *, now: datetime
) -> Watched | None:
    """Return the offering `code`, if the session of `token` has a role there.

    None where it has not, or where it is an instructor's by a code, which opens
    some segments only; the full guard then says what holds.
    """
    with driver_cursor("read") as driver:
        for_sqlite = is_sqlite(driver)
        statement = _statement(frozenset(roles), for_sqlite=for_sqlite)
        moment = now.astimezone(UTC)
        values = (code, token_hash(token), _text(moment) if for_sqlite else moment)
        row = driver.execute(statement, values).fetchone()
    return Watched(*row) if row else None


def watch(offering: Offering) -> Watched:
    """Return the counters of an offering that the full guard has opened."""
    return Watched(offering.id, *schedules.read_versions(offering.id))


def _text(moment: datetime) -> str:
    """Write a moment as SQLAlchemy's DateTime does, so that the two compare."""
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")


@lru_cache(maxsize=16)
def _statement(roles: frozenset[Role], *, for_sqlite: bool) -> str:
    quoted = ", ".join(f"'{role.value}'" for role in sorted(roles))
    return STATEMENT.format(mark="?" if for_sqlite else "%s", roles=quoted)
