"""An offering's binder: what belongs in which, and reading it.

Its tables are read here, one by one; certificates only when they are written
(services/binder_zip.py), as there may be thousands.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from tracker.db import db
from tracker.domain.binders import Scope, Wish
from tracker.errors import NotFoundError
from tracker.models import Enrollment, Offering
from tracker.services import attendance, audit, credit_lists, credit_rules, schedules
from tracker.services.audit import Actor
from tracker.services.binder_audit import audit_entries
from tracker.services.binder_days import day_entries
from tracker.services.binder_facts import fact_entries
from tracker.services.binder_names import Names
from tracker.services.binder_offering import forms_entry, offering_entries
from tracker.services.binder_papers import Paper, paper_entries
from tracker.services.binder_parts import Entry, Subject, table_entry
from tracker.services.binder_people import people_entries
from tracker.services.binder_results import result_entries

TRIES = 2


@dataclass(frozen=True)
class Contents:
    """A binder before it is written: its files, and what stands in no file.

    `notes` are sentences for its first page. `broken` is where the audit log is.
    """

    code: str
    wish: Wish
    made_at: datetime
    entries: tuple[Entry, ...]
    papers: tuple[Paper, ...]
    notes: tuple[str, ...]
    people_count: int
    broken: str | None

    @property
    def file_count(self) -> int:
        """How many files it holds, with its first page and the checksums."""
        return len(self.entries) + len(self.papers) + 2


def check(offering: Offering, wish: Wish) -> None:
    """Refuse a wish for somebody or something that the offering does not have.

    Raises:
        NotFoundError: nobody of this id was enrolled here.
        InvalidError: the offering carries no such accreditation.
    """
    if wish.scope is Scope.JURISDICTION:
        credit_rules.chosen(offering, wish.key)
    if wish.scope is Scope.PERSON and not _select(offering, wish.key):
        raise NotFoundError("Nobody of this enrollment is in the offering.")


def note(
    offering: Offering, wish: Wish, *, actor: Actor, now: datetime, **more: object
) -> None:
    """Note in the audit log that a binder is made; `more` are ids and counts."""
    details = wish.as_json() | more
    audit.record(actor, "binder.make", details, offering, now=now)


def nothing() -> None:
    """Do nothing between two tables."""


def read(
    offering: Offering,
    wish: Wish,
    *,
    now: datetime,
    pause: Callable[[], None] = nothing,
) -> Contents:
    """Read a binder, in a number of queries that does not grow with its people.

    `pause` is called between two tables and may end the transaction, so that no door
    waits for all of them. Where something is recorded meanwhile they are read anew, so
    that they agree; if that does not help, the first page says so.

    Raises:
        NotFoundError, InvalidError: as `check`.
    """
    check(offering, wish)
    for _ in range(TRIES):
        before = schedules.read_version(offering.id)
        contents = _read(offering, wish, now, pause)
        if schedules.read_version(offering.id) == before:
            return contents
        db.session.expire_all()  # what was changed since is to be read, too
    contents = _read(offering, wish, now, pause)
    note = "Attendance was recorded while this binder was read; its files may differ."
    return replace(contents, notes=(*contents.notes, note))


def _read(
    offering: Offering, wish: Wish, now: datetime, pause: Callable[[], None]
) -> Contents:
    subject = _subject(_loaded(offering.id), wish, now)
    entries = []
    for each in _tables(subject):
        entries.append(each)
        pause()
    notes: list[str] = []
    if wish.is_of_all:
        released, notes = result_entries(subject)
        entries += [forms_entry(offering), *released]
    pause()
    lists, papers = paper_entries(subject)
    pause()
    proof, broken = audit_entries(subject)
    if broken:
        notes.append(f"The audit log of this offering is broken: {broken}.")
    return Contents(
        code=offering.code,
        wish=wish,
        made_at=now,
        entries=(*entries, *lists, *proof),
        papers=tuple(papers),
        notes=tuple(notes),
        people_count=len(subject.rows),
        broken=broken,
    )


def _loaded(offering_id: int) -> Offering:
    """Load an offering with what is read of it after the first transaction."""
    return db.session.scalars(
        sa.select(Offering)
        .where(Offering.id == offering_id)
        .options(joinedload(Offering.course), selectinload(Offering.instructors))
    ).one()


def _subject(offering: Offering, wish: Wish, now: datetime) -> Subject:
    rows = _select(offering, wish.key if wish.scope is Scope.PERSON else None)
    everybody = frozenset(
        db.session.scalars(
            sa.select(Enrollment.public_id).where(Enrollment.offering_id == offering.id)
        )
    )
    if wish.scope is Scope.JURISDICTION:
        rows = credit_lists.list_attendees(offering, wish.key, now=now).rows
    names = Names(offering, is_nameless=wish.is_nameless)
    return Subject(
        offering=offering,
        wish=wish,
        schedule=schedules.schedule_of(offering),
        names=names,
        rows=names.in_order(rows),
        everybody=everybody,
        records=attendance.records_of(row.id for row in rows),
        now=now,
    )


def _select(offering: Offering, public_id: str | None = None) -> list[Enrollment]:
    wanted = sa.select(Enrollment).where(Enrollment.offering_id == offering.id)
    if public_id is not None:
        wanted = wanted.where(Enrollment.public_id == public_id)
    return list(db.session.scalars(wanted.options(joinedload(Enrollment.person))))


def _tables(subject: Subject) -> Iterator[Entry]:
    yield from offering_entries(subject)
    yield from people_entries(subject)
    scope = subject.wish.scope
    if scope is not Scope.JURISDICTION:
        yield from fact_entries(subject)
    if subject.wish.is_of_all:
        yield from day_entries(subject)
    if scope in {Scope.WHOLE, Scope.JURISDICTION}:
        yield from _attendee_lists(subject)


def _attendee_lists(subject: Subject) -> Iterator[Entry]:
    carried = credit_rules.list_accreditations(subject.offering)
    for number, each in enumerate(carried, start=1):
        if subject.names_jurisdiction(each):
            key = credit_rules.key_of(each["jurisdiction"], each["unit"])
            found = credit_lists.list_attendees(subject.offering, key, now=subject.now)
            about = f"Everybody with credit in {found.jurisdiction} ({each['unit']})."
            yield table_entry(f"attendees/{number}.csv", about, found.table)
