"""What tests of staff's pages share: rows, addresses, and reading a page."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_scan,
    save,
)
from tracker.models import (
    AuditEntry,
    Certificate,
    Correction,
    EvaluationReceipt,
)
from tracker.models.attendance import ReasonChip
from tracker.services import attendance, schedules
from tracker.services.acts import Act, Why

NAMES = ("Ada Lovelace", "Björn Ek", "Cleo Sand")
SERIAL = "MC1-0000-0000-0000-0000"


def scan(enrollment, segment, minutes=0, **fields):
    """Store a scan and what follows from it, as the scan path does.

    `minutes` count from the segment's start, unless `at` says when it was.
    """
    fields.setdefault("at", segment.starts_at + timedelta(minutes=minutes))
    made = make_scan(enrollment, segment, **fields)
    if made.outcome in attendance.COUNTED:
        attendance.project(enrollment.id, segment.id)
    schedules.raise_version(enrollment.offering_id)
    return made


def act_of(user, chip, text=""):
    """One act of a member of staff, as services take it."""
    why = Why(ReasonChip(chip), text)
    return Act(why=why, uid=uuid4().hex, user=user, now=NINE_AM)


def at(offering, rest=""):
    """The address of an offering's page for staff."""
    return f"/staff/offerings/{offering.code}{rest}"


def board_of(offering, rest=""):
    """The address of an offering's live board, or of what lies below it."""
    return at(offering, f"/attendance{rest}")


def of(enrollment, rest=""):
    """The address of a person's page for staff."""
    return at(enrollment.offering, f"/people/{enrollment.public_id}{rest}")


def make_certificate(enrollment, basis=(), **fields):
    """A certificate that rests on {segment number: source}."""
    parts = [
        {"segment": number, "status": "present", "minutes": 90, "source": source}
        for number, source in dict(basis).items()
    ]
    defaults = {
        "serial": SERIAL,
        "name": enrollment.person.name,
        "name_digest": bytes(32),
        "facts": {},
        "pdf": b"%PDF as issued",
        "pdf_digest": bytes(32),
        "issued_on": NINE_AM.date(),
        "issued_at": NINE_AM,
    }
    row = Certificate(
        enrollment_id=enrollment.id, basis=parts, **{**defaults, **fields}
    )
    return save(row)


def facts(session, kind=Correction):
    """All rows of a kind as they are stored now, oldest first."""
    session.expire_all()
    return session.scalars(sa.select(kind).order_by(kind.id)).all()


def actions(session, offering):
    """What the audit log of an offering says was done."""
    return session.scalars(
        sa.select(AuditEntry.action)
        .where(AuditEntry.chain == offering.code)
        .order_by(AuditEntry.sequence)
    ).all()


def text_of(page):
    """What a page says, without its markup."""
    main = page.text.split("<main", 1)[1].partition(">")[2]
    plain = re.sub(r"<[^>]*>", " ", main)
    return re.sub(r"\s+([.,:)])", r"\1", " ".join(unescape(plain).split()))


def complete(enrollment):
    """Let somebody attend everything and send the evaluation."""
    for segment in enrollment.offering.segments:
        scan(enrollment, segment)
    save(EvaluationReceipt(enrollment_id=enrollment.id))


def rows(page):
    """Each person's name, marks and sum, in the order of the page."""
    found = {}
    for row in re.findall(r'<tr id="p-.*?</tr>', page.text, re.DOTALL):
        name = re.search(r'class="who">(.*?)</span>', row)
        marks = re.findall(r"pm--(\w+)", row)
        total = re.search(r'class="sum">(?:<b>)?(\d+)', row)
        assert name
        assert total
        found[unescape(name[1])] = (*marks, int(total[1]))
    return found


def tally(page):
    """The figures beside the track."""
    return [int(n) for n in re.findall(r"<li><b>(\d+)</b>", page.text)]
