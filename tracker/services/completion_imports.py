"""The learning platform's report, imported: all of it or nothing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.db import db, new_public_id
from tracker.domain.completion_reports import Finished, Report, read_report
from tracker.domain.report_columns import Field, Layout, read_layout
from tracker.domain.tables import TableError
from tracker.errors import RowsRefusedError
from tracker.models import Completion, Course, Offering
from tracker.models.completion import CompletionSource
from tracker.services import audit, people
from tracker.services.audit import Actor
from tracker.services.changes import Change
from tracker.services.completions import reference
from tracker.services.entrants import chunks
from tracker.workbook_files import as_csv

REFUSAL = "Nothing was imported; nothing was changed."


@dataclass(frozen=True)
class Imported:
    """How many completions an import recorded, changed, and found as they were."""

    created: int
    updated: int
    unchanged: int


def read(course: Course, data: bytes, asked: Layout, *, now: datetime) -> Report:
    """Read a report by what is said of its columns, and what is remembered.

    Where all of them were said, nothing else is remembered.

    Raises:
        RowsRefusedError: every row and column that must be mended.
    """
    is_whole = len(asked.headings) == len(Field)
    remembered = Layout() if is_whole else read_layout(course.completion_columns or {})
    latest = (now + timedelta(days=1)).date()  # a day ahead of us somewhere
    try:
        table = as_csv(data)
        return read_report(table, asked, remembered, latest=latest)
    except TableError as error:
        refused = [asdict(each) for each in error.refusals]
        raise RowsRefusedError(REFUSAL, refused) from error


def import_report(
    course: Course,
    report: Report,
    *,
    actor: Actor,
    now: datetime,
    offering: Offering | None = None,
) -> Imported:
    """Record everybody who finished `course`; the same report again changes nothing.

    The earliest day that any report says is kept, so that the order in which reports
    come does not matter. `offering` is where it was asked for, if anywhere. The
    course is locked: two imports at once would else both insert.
    """
    db.session.execute(
        sa.select(Course.id).where(Course.id == course.id).with_for_update()
    )
    rows = {reference("report", each.key): each for each in report.finished}
    changes: list[Change] = []
    for part in chunks(list(rows)):
        known = _find(course, part)
        changes += [_update(row, rows[key]) for key, row in known.items()]
        new = [_values(course, key, rows[key], now) for key in part if key not in known]
        if new:
            db.session.execute(sa.insert(Completion), new)
        changes += [Change.CREATED] * len(new)
    imported = Imported(**{each.value: changes.count(each) for each in Change})
    course.completion_columns = report.layout.as_kept()
    if imported.created or imported.updated:
        details = {"course": course.code, **asdict(imported)}
        audit.record(actor, "completions.import", details, offering, now=now)
    return imported


def _find(course: Course, references: Sequence[bytes]) -> dict[bytes, Completion]:
    rows = db.session.scalars(
        sa.select(Completion).where(
            Completion.course_id == course.id, Completion.reference.in_(references)
        )
    )
    return {row.reference: row for row in rows}


def _update(row: Completion, said: Finished) -> Change:
    """Put in what a report says otherwise; an empty cell says nothing."""
    day = _earlier(row.completed_on, said.completed_on)
    name = said.name or row.name
    if (day, name) == (row.completed_on, row.name):
        return Change.UNCHANGED
    row.completed_on, row.name = day, name
    return Change.UPDATED


def _earlier(*days: date | None) -> date | None:
    return min(filter(None, days), default=None)


def _values(
    course: Course, key: bytes, said: Finished, now: datetime
) -> dict[str, Any]:
    return {
        "public_id": new_public_id(),
        "course_id": course.id,
        "reference": key,
        "email_digest": people.email_digest(said.email) if said.email else None,
        "email": said.email,
        "name": said.name,
        "source": CompletionSource.IMPORT,
        "completed_on": said.completed_on,
        "reason": "",
        "recorded_at": now,
    }
