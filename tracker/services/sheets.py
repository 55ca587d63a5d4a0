"""Sign-in sheets: printed with numbered rows, and read again by those numbers.

The order in which people stand on a sheet is kept under the code printed on it. A
later print keeps everybody's number and adds who is new at the end, until it is
numbered anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from tracker import documents, keys
from tracker.db import db, insert_into
from tracker.documents import SheetRow, SheetSegment, SignInSheets
from tracker.domain.sheets import ROWS_PER_PAGE, code_of, read_code
from tracker.errors import ConflictError, NotFoundError
from tracker.models import Enrollment, Offering, Segment, SignInList
from tracker.models.enrollment import EnrollmentKind
from tracker.services import audit, enrollments, seats
from tracker.services.audit import Actor

EMPTY_ROWS = 3


@dataclass(frozen=True)
class Layout:
    """How sheets are printed: which columns, on which paper, numbered anew or not."""

    has_agency: bool = False
    has_licence: bool = False
    paper: str = "a4"
    is_anew: bool = False


USUAL = Layout()


def sheet_pdf(
    offering: Offering,
    segments: Sequence[Segment],
    *,
    actor: Actor,
    now: datetime,
    layout: Layout = USUAL,
) -> bytes:
    """Print sign-in sheets, one per segment, and remember who stands in which row.

    Writes the list of rows, so that what is signed can be typed in, and notes in
    the audit log that names were read.

    Raises:
        ConflictError: nobody is enrolled, or a name cannot be printed.
    """
    printed = _list_to_print(offering, layout, now)
    rows = _rows(offering, printed, layout)
    sheets = SignInSheets(
        code=offering.code,
        host_name=offering.host.get("name", ""),
        segments=tuple(_segment(each, offering, printed) for each in segments),
        pages=_pages(rows),
        has_licence=layout.has_licence,
        paper=layout.paper,
    )
    details = {
        "list": printed.code,
        "segments": [each.number for each in segments],
        "count": len(printed.enrollments),
    }
    audit.record(actor, "sheets.print", details, offering, now=now)
    try:
        return documents.render_sheets(sheets)
    except documents.MissingGlyphError as error:
        raise ConflictError(str(error)) from error


def list_printed(offering: Offering) -> list[SignInList]:
    """Return the lists printed so far, the newest first."""
    return list(
        db.session.scalars(
            sa.select(SignInList)
            .where(SignInList.offering_id == offering.id)
            .order_by(SignInList.printed_at.desc(), SignInList.id.desc())
        )
    )


def get_printed(offering: Offering, typed: str) -> SignInList:
    """Return the list with this code, as people type it.

    Raises:
        NotFoundError: this offering has printed none of that code.
    """
    code = read_code(typed)
    found = None
    if code is not None:
        wanted = sa.select(SignInList).filter_by(offering_id=offering.id, code=code)
        found = db.session.scalar(wanted)
    if found is None:
        raise NotFoundError("No sheet of this offering has that code.")
    return found


def _list_to_print(offering: Offering, layout: Layout, now: datetime) -> SignInList:
    """Return the list for today's people, stored where its order is new."""
    seats.lock_offering(offering)
    enrolled = [each.public_id for each in enrollments.list_enrollments(offering)]
    if not enrolled:
        raise ConflictError("Nobody is enrolled: there is nothing to sign.")
    known = list_printed(offering)
    before = known[0].enrollments if known and not layout.is_anew else []
    order = [*before, *(each for each in enrolled if each not in set(before))]
    code = code_of(_digest(offering, order))
    values = {"printed_at": now}
    new = insert_into(SignInList).values(
        offering_id=offering.id, code=code, enrollments=order, **values
    )
    db.session.execute(
        new.on_conflict_do_update(index_elements=["offering_id", "code"], set_=values)
    )
    return get_printed(offering, code)


def _digest(offering: Offering, order: Sequence[str]) -> bytes:
    return keys.ring().digest("sign-in list", "\0".join([offering.code, *order]))


def _rows(
    offering: Offering, printed: SignInList, layout: Layout
) -> tuple[SheetRow, ...]:
    people = {each.public_id: each for each in enrollments.list_enrollments(offering)}
    named = [
        _row(number, people.get(each), layout)
        for number, each in enumerate(printed.enrollments, 1)
    ]
    return (*named, *(SheetRow("", "") for _ in range(EMPTY_ROWS)))


def _row(number: int, row: Enrollment | None, layout: Layout) -> SheetRow:
    if row is None:
        return SheetRow(str(number), "", "seat given back")
    notes = [row.kind.value] if row.kind is not EnrollmentKind.PARTICIPANT else []
    if layout.has_agency and row.person.agency:
        notes.append(row.person.agency)
    return SheetRow(str(number), row.person.name, ", ".join(notes))


def _pages(rows: tuple[SheetRow, ...]) -> tuple[tuple[SheetRow, ...], ...]:
    return tuple(
        rows[start : start + ROWS_PER_PAGE]
        for start in range(0, len(rows), ROWS_PER_PAGE)
    )


def _segment(segment: Segment, offering: Offering, printed: SignInList) -> SheetSegment:
    zone = ZoneInfo(offering.timezone)
    starts_at, ends_at = (
        each.astimezone(zone) for each in (segment.starts_at, segment.ends_at)
    )
    when = f"{starts_at:%A} {starts_at.day} {starts_at:%B %Y, %H:%M} to {ends_at:%H:%M}"
    return SheetSegment(
        number=segment.number,
        words=", ".join(filter(None, (when, segment.room))),
        sheet=f"{segment.number}-{printed.code}",
    )
