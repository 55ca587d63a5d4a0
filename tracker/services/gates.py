"""The certificate's gate, asked of live rows.

One function says for page, command, worker and issue whether a certificate may be
issued; the rule itself is `domain/certificates.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.attendance import Record, Standing, standing
from tracker.domain.certificates import Gap, GateFacts, certificate_gaps
from tracker.domain.schedule import Schedule
from tracker.models import Enrollment, EvaluationReceipt
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import HAS_EVALUATED
from tracker.services import (
    attendance,
    completions,
    contest_lists,
    headcounts,
    schedules,
)


@dataclass(frozen=True)
class GateReport:
    """What the gate says of one enrollment, and the standing it rests on."""

    gaps: tuple[Gap, ...]
    standing: Standing
    records: Mapping[int, Record]

    @property
    def is_open(self) -> bool:
        """Whether a certificate may be issued now."""
        return not self.gaps


def gate(
    enrollment: Enrollment, *, now: datetime, schedule: Schedule | None = None
) -> GateReport:
    """Say what still stands between one enrollment and its certificate."""
    schedule = schedule or schedules.schedule_of(enrollment.offering)
    return gates_of([enrollment], schedule, now=now)[enrollment.id]


def gates_of(
    enrollments: Iterable[Enrollment], schedule: Schedule, *, now: datetime
) -> dict[int, GateReport]:
    """Ask the gate for many enrollments of one offering, in four queries.

    Two more where the policy lets certificates wait for headcounts, and one where
    somebody was enrolled at the door.
    """
    rows = list(enrollments)
    ids = [row.id for row in rows]
    records = attendance.records_of(ids)
    held = attendance.open_held_scans(ids)
    contested = contest_lists.count_open_of(ids)
    receipts = set(
        db.session.scalars(
            sa.select(EvaluationReceipt.enrollment_id).where(
                EvaluationReceipt.enrollment_id.in_(ids), HAS_EVALUATED
            )
        )
    )
    unprepared = completions.lacking(row.id for row in rows if row.walked_in_at)
    waits = schedule.policy.headcounts_gate
    unsettled = headcounts.list_unsettled(schedule) if waits else ()
    has_ended = schedule.ends_at is not None and schedule.ends_at <= now
    reports = {}
    for row in rows:
        known = records.get(row.id, {})
        stands = standing(schedule, known, now)
        facts = GateFacts(
            is_participant=row.kind == EnrollmentKind.PARTICIPANT
            and row.withdrawn_at is None,
            is_full=stands.is_full,
            has_receipt=row.id in receipts,
            has_ended=has_ended,
            held_scan_count=held.get(row.id, 0),
            open_contest_count=contested.get(row.id, 0),
            unsettled_headcount_count=len(unsettled),
            has_name=row.name_confirmed_at is not None
            or not schedule.policy.certificates_need_name,
            has_prerequisite=row.id not in unprepared,
        )
        reports[row.id] = GateReport(certificate_gaps(facts), stands, known)
    return reports


def basis_of(schedule: Schedule, report: GateReport) -> list[dict[str, Any]]:
    """Say what a certificate rests on: per segment status, minutes and fact."""
    basis = []
    for segment in schedule.required:
        record = report.records.get(segment.id)
        status = report.standing.statuses[segment.number]
        is_timed = status in {"present", "late"}
        source = (
            (record.first_source if is_timed else record.mark_source)
            if record
            else None
        )
        minutes = report.standing.minutes[segment.number]
        basis.append(
            {
                "segment": segment.number,
                "status": status.value,
                "minutes": minutes,
                "source": source,
            }
        )
    return basis
