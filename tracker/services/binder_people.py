"""A binder's parts about people: the roster, and their attendance as it stands."""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.attendance import NOTHING, Standing, standing
from tracker.models import Certificate, Enrollment, EvaluationReceipt
from tracker.models.evaluation import HAS_EVALUATED
from tracker.services import certificates
from tracker.services.binder_parts import YES_NO, Entry, Subject, table_entry
from tracker.services.workbooks import Cell

Rows = list[list[Cell]]


def people_entries(subject: Subject) -> Iterator[Entry]:
    """Give the roster and everybody's attendance: two queries."""
    standings = {
        row.id: standing(subject.schedule, subject.records.get(row.id, {}), subject.now)
        for row in subject.rows
    }
    yield table_entry(
        "roster.csv",
        "Who was enrolled, and how each stands in the whole offering.",
        _roster(subject, standings),
    )
    yield table_entry(
        "attendance.csv",
        "How each person stands at each segment, with the times recorded and the "
        "scan or correction that it rests on.",
        _attendance(subject, standings),
    )


def _roster(subject: Subject, standings: Mapping[int, Standing]) -> Rows:
    names, ids = subject.names, list(subject.by_id)
    answered = set(
        db.session.scalars(
            sa.select(EvaluationReceipt.enrollment_id).where(
                EvaluationReceipt.enrollment_id.in_(ids), HAS_EVALUATED
            )
        )
    )
    serials = pairs_of(
        sa.select(Certificate.enrollment_id, Certificate.serial).where(
            Certificate.enrollment_id.in_(ids), certificates.IS_LIVE
        )
    )
    head = [*subject.who_head, *names.shown("printed name", "agency", "title")]
    head += ["kind", "discipline", "state", *names.shown("county"), "seat given back"]
    head += ["attended", "required", "minutes", "full", "evaluation sent"]
    rows: Rows = [[*head, "certificate"]]
    for row in subject.rows:
        stands, serial = standings[row.id], serials.get(row.id, "")
        rows.append(
            [
                *_said(subject, row),
                stands.attended_count,
                stands.required_count,
                sum(stands.minutes.values()),
                YES_NO[stands.is_full],
                YES_NO[row.id in answered],
                YES_NO[bool(serial)] if names.is_nameless else serial,
            ]
        )
    return rows


def _said(subject: Subject, row: Enrollment) -> list[Cell]:
    names, person = subject.names, row.person
    return [
        *subject.who(row.id),
        *names.shown(row.printed_name, person.agency, person.title),
        *(row.kind.value, person.discipline, person.state),
        *names.shown(person.county),
        names.moment(row.withdrawn_at),
    ]


def _attendance(subject: Subject, standings: Mapping[int, Standing]) -> Rows:
    head = [*subject.who_head, "segment", "status", "minutes", "first in", "last in"]
    rows: Rows = [[*head, "last out", "mark", "rests on"]]
    for row in subject.rows:
        records = subject.records.get(row.id, {})
        if row.withdrawn_at is None or records:
            rows += _lines(subject, row, standings[row.id])
    return rows


def _lines(subject: Subject, row: Enrollment, stands: Standing) -> Iterator[list[Cell]]:
    names = subject.names
    for segment in subject.schedule.held:
        record = subject.records.get(row.id, {}).get(segment.id, NOTHING)
        yield [
            *subject.who(row.id),
            segment.number,
            stands.statuses[segment.number].value,
            stands.minutes[segment.number],
            names.moment(record.first_in),
            names.moment(record.last_in),
            names.moment(record.last_out),
            record.mark.value if record.mark else "",
            names.source(record.mark_source or record.first_source),
        ]
