"""A binder's certificates and credit statements: the lists, and the files as issued."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from tracker.db import db, reading_session
from tracker.domain.binders import Scope
from tracker.models import Certificate, CreditStatement
from tracker.services.binder_parts import Entry, Subject, table_entry
from tracker.services.certificates import status_of
from tracker.services.credit_rules import key_of
from tracker.services.workbooks import Cell

Rows = list[list[Cell]]
Issued = type[Certificate] | type[CreditStatement]
AT_ONCE = 25
"""Files read in one short transaction."""


@dataclass(frozen=True)
class Paper:
    """A file that is read only when it is written: its row, and its name."""

    model: Issued
    row_id: int
    name: str


def paper_entries(subject: Subject) -> tuple[list[Entry], list[Paper]]:
    """Return the lists, and the files of those that may be in it: two queries."""
    entries: list[Entry] = []
    papers: list[Paper] = []
    if subject.wish.scope is not Scope.JURISDICTION:
        certificates = _certificates(subject)
        about = "Every certificate ever issued, revoked and superseded ones too."
        table = _certificate_table(subject, certificates)
        entries.append(table_entry("certificates.csv", about, table))
        papers += _files(subject, "certificates", certificates)
    statements = _statements(subject)
    about = "Every credit statement ever issued, revoked and superseded ones too."
    table = _statement_table(subject, statements)
    entries.append(table_entry("statements.csv", about, table))
    return entries, [*papers, *_files(subject, "statements", statements)]


def _certificates(subject: Subject) -> Sequence[Certificate]:
    return db.session.scalars(
        sa.select(Certificate)
        .where(Certificate.enrollment_id.in_(subject.by_id))
        .order_by(Certificate.issued_at, Certificate.id)
    ).all()


def _statements(subject: Subject) -> list[CreditStatement]:
    rows = db.session.scalars(
        sa.select(CreditStatement)
        .where(CreditStatement.enrollment_id.in_(subject.by_id))
        .order_by(CreditStatement.issued_at, CreditStatement.id)
    )
    if subject.wish.scope is not Scope.JURISDICTION:
        return list(rows)
    return [r for r in rows if key_of(r.jurisdiction, r.unit) == subject.wish.key]


def _files(
    subject: Subject, folder: str, rows: Sequence[Certificate | CreditStatement]
) -> list[Paper]:
    """Name the files; none where nobody may be named, as each bears a name."""
    if subject.names.is_nameless:
        return []
    return [Paper(type(row), row.id, f"{folder}/{row.serial}.pdf") for row in rows]


def _certificate_table(subject: Subject, rows: Sequence[Certificate]) -> Rows:
    names = subject.names
    head = [*_head(subject), *names.shown("superseded because")]
    return [
        head,
        *(
            [*_line(subject, row), *names.shown(row.superseded_reason or "")]
            for row in rows
        ),
    ]


def _statement_table(subject: Subject, rows: Sequence[CreditStatement]) -> Rows:
    names = subject.names
    head = [*_head(subject), *names.shown("licence number")]
    return [
        [*head, "jurisdiction", "unit", "amount"],
        *(
            [
                *_line(subject, row),
                *names.shown(row.licence),
                *(row.jurisdiction, row.unit),
                float(row.facts["hours"][0]["amount"]),
            ]
            for row in rows
        ),
    ]


def _head(subject: Subject) -> list[Cell]:
    head: list[Cell] = [*subject.names.shown("serial"), "enrollment"]
    head += [*subject.names.shown("printed name"), "issued on", "status"]
    return [*head, *subject.names.shown("replaces", "revoked because", "SHA-256")]


def _line(subject: Subject, row: Certificate | CreditStatement) -> list[Cell]:
    names, called = subject.names, subject.by_id[row.enrollment_id].public_id
    digest = row.pdf_digest.hex()
    return [
        *names.shown(row.serial),
        names.person(called),
        *names.shown(row.name),
        *(row.issued_on.isoformat(), status_of(row)),
        *names.shown(row.replaces or "", row.revoked_reason or "", digest),
    ]


def in_batches(papers: Sequence[Paper]) -> Iterator[list[Paper]]:
    """Give the papers in batches of one kind, in their order."""
    for model in (Certificate, CreditStatement):
        mine = [each for each in papers if each.model is model]
        for start in range(0, len(mine), AT_ONCE):
            yield mine[start : start + AT_ONCE]


def read_files(batch: Sequence[Paper]) -> list[bytes]:
    """Read a batch's bytes as they were issued, in a transaction of its own."""
    model = batch[0].model
    wanted = sa.select(model.id, model.pdf).where(
        model.id.in_([each.row_id for each in batch])
    )
    with reading_session() as session:
        found = {row.id: row.pdf for row in session.execute(wanted)}
    return [found[each.row_id] for each in batch]
