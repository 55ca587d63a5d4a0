"""What people have earned in each jurisdiction, and what a statement of it waits for.

From attended minutes of every segment, complete or not, whatever was evaluated
(product.md "Certifying").
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.domain.attendance import Record, Status
from tracker.domain.certificates import Gap
from tracker.domain.schedule import Schedule
from tracker.models import Enrollment, Offering
from tracker.services import credit_hours, gates
from tracker.services.credit_hours import Hours
from tracker.services.credit_rules import Accreditation, key_of, list_accreditations
from tracker.services.gates import GateReport

Basis = list[dict[str, Any]]
WAITS = {
    Gap.NOT_A_PARTICIPANT: "Credit is for participants.",
    Gap.HELD_SCAN: "A check-in waits for a coordinator to decide.",
    Gap.CONTEST: "What was contested waits for its answer.",
}
NOT_ENDED = "The last segment has not ended yet."
NOTHING = "No attended minutes that are credited there."


@dataclass(frozen=True)
class CreditStanding:
    """One enrollment under one accreditation.

    `minutes` are those that the jurisdiction counts; `basis` names the segments
    that they come from. `gaps` are sentences; without any, a statement may be issued.
    """

    key: str
    accreditation: Accreditation
    minutes: int
    hours: Hours
    basis: Basis
    gaps: tuple[str, ...]


def standings_of(
    enrollment: Enrollment, schedule: Schedule, *, now: datetime
) -> list[CreditStanding]:
    """Return how one enrollment stands under each of its offering's accreditations."""
    report = gates.gate(enrollment, now=now, schedule=schedule)
    return _standings(enrollment.offering, schedule, report, now)


def standings_of_many(
    offering: Offering,
    enrollments: Iterable[Enrollment],
    schedule: Schedule,
    *,
    now: datetime,
) -> dict[int, list[CreditStanding]]:
    """Return the same for many enrollments of one offering, by row id."""
    rows = list(enrollments)
    reports = gates.gates_of(rows, schedule, now=now)
    return {
        row.id: _standings(offering, schedule, reports[row.id], now) for row in rows
    }


def _standings(
    offering: Offering, schedule: Schedule, report: GateReport, now: datetime
) -> list[CreditStanding]:
    ends = [segment.ends_at for segment in schedule.held]
    gaps = [sentence for gap, sentence in WAITS.items() if gap in report.gaps]
    if not ends or max(ends) > now:
        gaps.append(NOT_ENDED)
    return [
        _standing(schedule, report, each, gaps)
        for each in list_accreditations(offering)
    ]


def _standing(
    schedule: Schedule,
    report: GateReport,
    accreditation: Accreditation,
    gaps: list[str],
) -> CreditStanding:
    basis = _basis(schedule, report, accreditation["excluded_categories"])
    attended = credit_hours.basis_minutes(basis)
    by_category = credit_hours.minutes_by_category(schedule, attended)
    hours = credit_hours.hours(accreditation, by_category)
    return CreditStanding(
        key=key_of(accreditation["jurisdiction"], accreditation["unit"]),
        accreditation=accreditation,
        minutes=sum(attended.values()),
        hours=hours,
        basis=basis,
        gaps=(*gaps, NOTHING) if hours["amount"] == "0" else tuple(gaps),
    )


def _basis(schedule: Schedule, report: GateReport, excluded: list[str]) -> Basis:
    """Say what credit rests on: per segment with minutes status, minutes and fact."""
    standing = report.standing
    return [
        {
            "segment": segment.number,
            "status": standing.statuses[segment.number].value,
            "minutes": standing.minutes[segment.number],
            "source": _source(
                report.records, segment.id, standing.statuses[segment.number]
            ),
        }
        for segment in schedule.held
        if standing.minutes[segment.number] and segment.credit_category not in excluded
    ]


def _source(
    records: Mapping[int, Record], segment_id: int, status: Status
) -> str | None:
    record = records[segment_id]
    return record.mark_source if status is Status.TAUGHT else record.first_source
