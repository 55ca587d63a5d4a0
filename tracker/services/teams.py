"""A lead applies for a team: each of the others confirms and sends their own.

The lead learns nothing of those named but whether each has sent the application
that the lead began for them. Whoever has applied already, or is enrolled, stands
in the lead's list like somebody who has not answered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.application_entry import ApplicationEntry
from tracker.domain.names import (
    clean_text,
    is_address,
    name_problem,
    normalise_address,
)
from tracker.errors import ConflictError, InvalidError
from tracker.models import Application
from tracker.services import applicants, applications, applying, messages, people

MOST = 20
TOO_MANY = f"A team has at most {MOST} members beside you."
NAMELESS = "Write your own name in your application first: it stands in their mail."


@dataclass(frozen=True)
class Named:
    """Whom a lead names, in which row of the form."""

    row: int
    name: str
    email: str


@dataclass(frozen=True)
class Member:
    """One of a team, as its lead sees them."""

    name: str
    has_sent: bool


def list_members(lead: Application) -> list[Member]:
    """Return whom a lead has named, in that order; one query."""
    team = _team(lead)
    sent = set(
        db.session.scalars(
            sa.select(Application.public_id).where(
                Application.lead_id == lead.id, Application.submitted_at.is_not(None)
            )
        )
    )
    return [Member(each["name"], each["application"] in sent) for each in team]


def _team(lead: Application) -> list[dict[str, Any]]:
    team: list[dict[str, Any]] = lead.details.get("team", [])
    return team


def name_members(
    lead: Application, rows: Sequence[tuple[str, str]], *, now: datetime
) -> int:
    """Begin an application for each named person, and ask them by mail to send it.

    `rows` are names and addresses as typed; empty ones say nothing. Who was named
    before is not asked again, and who has applied already is left alone.

    Returns:
        How many were added to the team.

    Raises:
        InvalidError: what must be mended, by "name_0", "email_0" and so on.
        ConflictError: the lead's application has ended, or no applications are taken.
    """
    applications.lock(lead)
    if lead.ended_at is not None:
        raise ConflictError("Your application has ended.")
    applying.require_open(lead.offering, now=now)
    if not lead.details.get("name"):
        raise InvalidError(NAMELESS, {"": NAMELESS})
    named = _checked(lead, rows)
    ids = _begin_all(lead, named, now)
    added = [
        {"name": each.name, "email": each.email, "application": ids[each.row]}
        for each in named
    ]
    lead.details = lead.details | {"team": [*_team(lead), *added]}
    db.session.flush()
    return len(added)


def _checked(lead: Application, rows: Sequence[tuple[str, str]]) -> list[Named]:
    """Return who is named anew, tidied; refuses all of it where one must be mended."""
    named = [
        Named(row, clean_text(name), email.strip())
        for row, (name, email) in enumerate(rows)
        if name.strip() or email.strip()
    ]
    if problems := dict(_problems(lead, named)):
        raise InvalidError("Some of this must be mended.", problems)
    known = {normalise_address(each["email"]) for each in _team(lead)}
    new = [each for each in named if normalise_address(each.email) not in known]
    if len(known) + len(new) > MOST:
        raise InvalidError(TOO_MANY, {"": TOO_MANY})
    return new


def _problems(lead: Application, named: Sequence[Named]) -> Iterator[tuple[str, str]]:
    if not named:
        yield "name_0", "Name somebody."
    seen: set[str] = set()
    for each in named:
        address = normalise_address(each.email)
        if problem := name_problem(each.name):
            yield f"name_{each.row}", f"The name {problem}."
        if not is_address(each.email):
            yield f"email_{each.row}", "Write an e-mail address, like name@agency.org."
        elif address == normalise_address(lead.person.email):
            yield f"email_{each.row}", "This is your own address."
        elif address in seen:
            yield f"email_{each.row}", "This address stands in another row too."
        seen.add(address)


def _begin_all(
    lead: Application, named: Sequence[Named], now: datetime
) -> dict[int, str | None]:
    """Begin what is to be begun, by row; None where the person needs nothing.

    Always in the same order: two leads who name the same people would else wait for
    each other.
    """
    in_order = sorted(named, key=lambda each: people.email_digest(each.email))
    return {each.row: _begin(lead, each, now) for each in in_order}


def _begin(lead: Application, named: Named, now: datetime) -> str | None:
    person = applicants.find_or_make_person(named.email, now=now)
    if applying.is_enrolled(lead.offering, person):
        return None
    entry = ApplicationEntry(name=named.name)
    begun = applying.start(lead.offering, person, entry, lead=lead, now=now)
    if begun is None:
        return None
    messages.queue_team_member(begun, now=now)
    return begun.public_id
