"""Rows of a report that nobody here has the address of, matched by hand.

A report names everybody on the platform. A coordinator sees of it what may be about
their own people: rows that bear the name of somebody of whom nothing is on record, and
rows that they search by name. Addresses are not shown.
"""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.names import fold_name
from tracker.errors import ConflictError, NotFoundError
from tracker.models import Completion, Offering, Person, User
from tracker.models.completion import CompletionSource
from tracker.services import audit, completions, prerequisites

LEAST_LETTERS = 3
MOST_SHOWN = 50
IS_NOBODYS = sa.and_(
    Completion.source == CompletionSource.IMPORT,
    Completion.person_id.is_(None),
    ~sa.exists().where(Person.email_digest == Completion.email_digest),
)


@dataclass(frozen=True)
class Row:
    """A row of a report as a coordinator sees it; `person` is whose it was matched."""

    uid: str
    name: str
    completed_on: date | None
    is_dismissed: bool
    person: str = ""


def count_unmatched(offering: Offering) -> int:
    """Count the rows that are nobody's here."""
    wanted = sa.select(sa.func.count(Completion.id)).where(
        Completion.course_id == offering.course.prerequisite_id,
        IS_NOBODYS,
        completions.COUNTS,
    )
    return db.session.scalar(wanted) or 0


def list_unmatched(offering: Offering, search: str = "") -> list[Row]:
    """Return rows that may be about this offering's people, at most fifty.

    Without a search: those that bear the name of somebody with nothing on record.
    """
    wanted = fold_name(search)
    names = set() if wanted else _names_without(offering)
    if 0 < len(wanted) < LEAST_LETTERS or not (wanted or names):
        return []
    rows = db.session.execute(
        sa.select(
            Completion.public_id,
            Completion.name,
            Completion.completed_on,
            Completion.dismissed_at,
        ).where(Completion.course_id == offering.course.prerequisite_id, IS_NOBODYS)
    )
    found = []
    for uid, name, completed_on, dismissed_at in rows:
        folded = fold_name(name)
        if wanted in folded if wanted else _key(name) in names:
            found.append(Row(uid, name, completed_on, dismissed_at is not None))
    return sorted(found, key=lambda row: (row.is_dismissed, row.name))[:MOST_SHOWN]


def _names_without(offering: Offering) -> set[tuple[str, ...]]:
    people = prerequisites.find_people(offering)
    prerequisite = prerequisites.get_prerequisite(offering)
    found = completions.found_for(people, prerequisite)
    return {_key(each.name) for each in people if each.id not in found}


def _key(name: str) -> tuple[str, ...]:
    """Return a name's words in no order: platforms write the last name first, too."""
    return tuple(sorted(map(fold_name, name.replace(",", " ").split())))


def list_matched(offering: Offering) -> list[Row]:
    """Return the rows that were matched by hand with people of this offering."""
    people = {each.id: each.name for each in prerequisites.find_people(offering)}
    rows = db.session.scalars(
        sa.select(Completion)
        .where(
            Completion.course_id == offering.course.prerequisite_id,
            Completion.source == CompletionSource.IMPORT,
            Completion.person_id.in_(people),
        )
        .order_by(Completion.id)
    )
    return [
        Row(
            row.public_id,
            row.name,
            row.completed_on,
            row.dismissed_at is not None,
            people[row.person_id or 0],
        )
        for row in rows
    ]


def get_row(offering: Offering, uid: str) -> Completion:
    """Return a row that is nobody's, or was matched with one of this offering.

    Raises:
        NotFoundError: there is none of that id, or it is somebody else's.
    """
    people = {each.id for each in prerequisites.find_people(offering)}
    found = db.session.scalar(
        sa.select(Completion).where(
            Completion.public_id == uid,
            Completion.course_id == offering.course.prerequisite_id,
            sa.or_(
                IS_NOBODYS,
                sa.and_(
                    Completion.source == CompletionSource.IMPORT,
                    Completion.person_id.in_(people),
                ),
            ),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def match(
    offering: Offering, row: Completion, person: Person, *, user: User, now: datetime
) -> None:
    """Say whose a row is; the same word again is the same.

    Raises:
        ConflictError: it was matched with somebody else meanwhile.
        ForbiddenError: nobody matches their own.
    """
    prerequisites.refuse_own(person, user)
    _lock(row)
    if row.person_id not in {None, person.id}:
        raise ConflictError("This row was matched meanwhile. Undo that first.")
    if row.person_id is None:
        row.person_id, row.user_id, row.dismissed_at = person.id, user.id, None
        _record("completion.match", offering, row, user, now)


def undo(offering: Offering, row: Completion, *, user: User, now: datetime) -> None:
    """Let a matched row be nobody's again."""
    _lock(row)
    if row.person_id is not None:
        row.person_id, row.user_id = None, user.id
        _record("completion.unmatch", offering, row, user, now)


def dismiss(offering: Offering, row: Completion, *, user: User, now: datetime) -> None:
    """Let a row count for nobody, whoever comes with its address."""
    _lock(row)
    if row.dismissed_at is None:
        row.dismissed_at, row.user_id = now, user.id
        _record("completion.dismiss", offering, row, user, now)


def restore(offering: Offering, row: Completion, *, user: User, now: datetime) -> None:
    """Take a dismissal back."""
    _lock(row)
    if row.dismissed_at is not None:
        row.dismissed_at, row.user_id = None, user.id
        _record("completion.restore", offering, row, user, now)


def _lock(row: Completion) -> None:
    db.session.refresh(row, with_for_update=True)


def _record(
    action: str, offering: Offering, row: Completion, user: User, now: datetime
) -> None:
    details = {"completion": row.public_id}
    audit.record(audit.actor_of(user), action, details, offering, now=now)
