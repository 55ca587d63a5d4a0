"""One person's record as an instructor sees it who is signed in by a code."""

from dataclasses import replace

from tracker.domain.own_segments import within
from tracker.services import schedules
from tracker.services.records import PersonRecord


def own_part(record: PersonRecord, own: frozenset[int]) -> PersonRecord:
    """Return what a record says of the own segments, and nothing else of the person.

    Scans of no segment, the certificate, its gaps and contests are left out: they
    tell of other segments.
    """
    schedule = schedules.schedule_of(record.enrollment.offering)
    return replace(
        record,
        lines=tuple(line for line in record.lines if line.number in own),
        loose=(),
        standing=within(record.standing, schedule, own),
        gaps=(),
        certificate=None,
        contests=(),
    )
