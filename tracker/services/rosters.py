"""People imported into an offering from a file; passes written out of it."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from tracker import documents, labels
from tracker.db import db
from tracker.documents import Badge, BadgeSheet
from tracker.domain.roster import read_roster
from tracker.domain.spreadsheets import neutralised
from tracker.domain.tables import TableError
from tracker.errors import ConflictError, RowsRefusedError
from tracker.models import Enrollment, Offering
from tracker.models.enrollment import EnrollmentKind
from tracker.services import audit, enrolling, enrollments, entrants, messages
from tracker.services.audit import Actor
from tracker.services.changes import Change
from tracker.workbook_files import as_csv

REFUSAL = "Nobody was imported; nothing was changed."
ROLES = {
    EnrollmentKind.PARTICIPANT: "Participant",
    EnrollmentKind.OBSERVER: "Observer",
    EnrollmentKind.GUEST: "Guest",
}


@dataclass(frozen=True)
class Imported:
    """How many people an import enrolled, updated, and found as they were."""

    created: int
    updated: int
    unchanged: int


def import_participants(
    offering: Offering,
    data: bytes,
    *,
    actor: Actor,
    now: datetime,
    sends_mail: bool = False,
    headings: Mapping[str, str] | None = None,
) -> Imported:
    """Enroll everybody in a CSV file or a workbook, each with a pass: all or nothing.

    An empty cell leaves what is stored. The same file again changes nothing.
    `headings` says which heading is which column; without, headings are columns.
    With `sends_mail`, who is new is told by mail where the pass is.

    Raises:
        RowsRefusedError: every row and column that must be mended.
    """
    with _saying_what_to_mend():
        entries = read_roster(as_csv(data), headings)
        done = enrolling.enroll_all(
            offering, entries, kind=EnrollmentKind.PARTICIPANT, now=now
        )
    imported = _counted(each.change for each in done)
    if imported.created or imported.updated:
        audit.record(actor, "roster.import", asdict(imported), offering, now=now)
    if sends_mail:
        new = [each.person_id for each in done if each.change is Change.CREATED]
        _queue_pass_mails(offering, new, now=now)
    return imported


def foresee_import(
    offering: Offering, data: bytes, headings: Mapping[str, str]
) -> Imported:
    """Say what importing a CSV file would do; reads only.

    Raises:
        RowsRefusedError: every row and column that must be mended.
    """
    with _saying_what_to_mend():
        entries = read_roster(data, headings)
        kind = EnrollmentKind.PARTICIPANT
        return _counted(entrants.foresee_all(offering, entries, kind=kind))


@contextmanager
def _saying_what_to_mend() -> Iterator[None]:
    try:
        yield
    except TableError as error:
        refused = [asdict(each) for each in error.refusals]
        raise RowsRefusedError(REFUSAL, refused) from error


def _counted(changes: Iterable[Change]) -> Imported:
    counts = Counter(changes)
    return Imported(**{change.value: counts[change] for change in Change})


def _queue_pass_mails(
    offering: Offering, person_ids: list[int], *, now: datetime
) -> None:
    """Tell people where their pass is."""
    new = (
        sa.select(Enrollment)
        .where(
            Enrollment.offering_id == offering.id, Enrollment.person_id.in_(person_ids)
        )
        .options(joinedload(Enrollment.person))
        .order_by(Enrollment.id)
    )
    for enrollment in db.session.scalars(new):
        messages.queue_pass_ready(enrollment, now=now)


@dataclass(frozen=True)
class PassRow:
    """One person's pass, as lists and badges carry it."""

    enrollment: str
    name: str
    badge_name: str
    agency: str
    kind: EnrollmentKind
    code: str


def list_passes(offering: Offering, *, actor: Actor, now: datetime) -> list[PassRow]:
    """Return everybody's pass, in the order of names, and note that they were read."""
    codes = enrollments.current_passes(offering)
    rows = [
        PassRow(
            enrollment=each.public_id,
            name=each.person.name,
            badge_name=each.badge_name or each.person.name,
            agency=each.person.agency,
            kind=each.kind,
            code=codes[each.id],
        )
        for each in enrollments.list_enrollments(offering)
        if each.id in codes
    ]
    audit.record(actor, "roster.export", {"count": len(rows)}, offering, now=now)
    return rows


def passes_csv(rows: list[PassRow]) -> str:
    """Write passes as CSV; no cell can become a formula in a spreadsheet."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["enrollment", "name", "agency", "pass"])
    for row in rows:
        cells = [row.enrollment, row.name, row.agency, row.code]
        writer.writerow([neutralised(cell) for cell in cells])
    return file.getvalue()


def badges_pdf(
    offering: Offering,
    rows: list[PassRow],
    *,
    has_agency: bool = False,
    sheet: str = labels.USUAL,
) -> bytes:
    """Print badges on sheets of one kind; agencies only where that is wished.

    `sheet` names one of `labels.SHEETS`.

    Raises:
        ConflictError: a name holds a character that no font here can print.
    """
    printed = BadgeSheet(
        title=offering.code,
        host_name=offering.host.get("name", ""),
        badges=tuple(_badge(n, row, has_agency) for n, row in enumerate(rows, start=1)),
        stock=offering.stock,
        sheet=sheet,
    )
    try:
        return documents.render_badges(printed)
    except documents.MissingGlyphError as error:
        raise ConflictError(str(error)) from error


def _badge(number: int, row: PassRow, has_agency: bool) -> Badge:
    return Badge(
        name=row.badge_name,
        agency=row.agency if has_agency and row.agency else None,
        role=ROLES[row.kind],
        code=row.code,
        number=str(number),
    )
