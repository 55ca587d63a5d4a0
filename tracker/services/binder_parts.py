"""What the parts of a binder share: whom it is about, and what a file of it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from tracker.domain.attendance import Record
from tracker.domain.binders import Scope, Wish
from tracker.domain.schedule import Schedule
from tracker.models import Enrollment, Offering
from tracker.services.binder_names import Names
from tracker.services.credit_rules import Accreditation, key_of
from tracker.services.workbooks import Cell, Table, csv_text

YES_NO = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True)
class Entry:
    """One file of a binder: its name, a sentence about it, and what it says."""

    name: str
    about: str
    data: bytes


@dataclass(frozen=True)
class Subject:
    """Whom a binder is about, in its order, with what its tables need.

    `rows` are the enrollments chosen, `everybody` the ids of all in the offering;
    `records` is their attendance, by enrollment and segment.
    """

    offering: Offering
    wish: Wish
    schedule: Schedule
    names: Names
    rows: Sequence[Enrollment]
    everybody: frozenset[str]
    now: datetime
    records: Mapping[int, Mapping[int, Record]]

    @cached_property
    def by_id(self) -> dict[int, Enrollment]:
        """The enrollments chosen, by row id."""
        return {row.id: row for row in self.rows}

    def who(self, enrollment_id: int | None) -> list[Cell]:
        """Return a line's person: what they are called and, if it may be, the name."""
        row = self.by_id.get(enrollment_id or 0)
        if row is None:
            return ["", *self.names.shown("")]
        called = self.names.person(row.public_id)
        return [called, *self.names.shown(row.person.name)]

    def names_jurisdiction(self, accreditation: Accreditation) -> bool:
        """Say whether an accreditation belongs in: all do, but in that of one."""
        if self.wish.scope is not Scope.JURISDICTION:
            return True
        place = accreditation["jurisdiction"], accreditation["unit"]
        return key_of(*place) == self.wish.key

    @property
    def who_head(self) -> list[Cell]:
        """The heading over `who`."""
        return ["enrollment", *self.names.shown("name")]

    def number_of(self, segment_id: int | None) -> Cell:
        """Return a segment's number; empty where none could be told."""
        found = self.schedule.by_id.get(segment_id or 0)
        return found.number if found else ""


def table_entry(name: str, about: str, table: Table) -> Entry:
    """Make a table a file; no cell of it can become a formula in a spreadsheet."""
    return Entry(name, about, csv_text(table).encode())
