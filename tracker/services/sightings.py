"""Scans and check-ins by hand, read as the facts in which anomalies are looked for."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.attendance import CorrectionKind, voided_sources
from tracker.domain.sightings import ByHand, Sighting, Source
from tracker.models import (
    ApiToken,
    Attendance,
    Correction,
    Device,
    Offering,
    Pass,
    Scan,
    Segment,
    User,
)
from tracker.models.attendance import ReasonChip
from tracker.services import attendance


def read_sightings(offering: Offering) -> list[Sighting]:
    """Return every scan of the offering, a spare badge's as its owner's: 3 queries."""
    sources = _sources(offering)
    rows = db.session.execute(
        sa.select(
            Scan.uid,
            sa.func.coalesce(Scan.enrollment_id, Pass.enrollment_id),
            Scan.segment_id,
            Scan.device_id,
            Scan.token_id,
            Scan.direction,
            Scan.device_at,
            Scan.scanned_at,
            Scan.outcome,
            Scan.reason,
        )
        .outerjoin(Pass, Pass.id == Scan.spare_pass_id)
        .where(Scan.offering_id == offering.id)
    )
    return [_sighting(row, sources) for row in rows]


def _sighting(row: Any, sources: Mapping[str, Source]) -> Sighting:
    uid, whose, segment, device, token, direction, device_at, at, outcome, reason = row
    key = f"device:{device}" if device is not None else f"token:{token}"
    return Sighting(
        uid=uid,
        enrollment=whose,
        segment=segment,
        source=sources.get(key),
        direction=direction,
        at=at,
        clock_error=at - device_at if device_at is not None else timedelta(0),
        counts=outcome in attendance.COUNTED,
        reason=reason,
    )


def _sources(offering: Offering) -> dict[str, Source]:
    devices = db.session.execute(
        sa.select(Device.id, Device.public_id, Device.name, Device.room).where(
            Device.offering_id == offering.id
        )
    )
    found = {
        f"device:{row}": Source(public_id, name, room)
        for row, public_id, name, room in devices
    }
    programs = db.session.execute(
        sa.select(ApiToken.id, ApiToken.public_id, ApiToken.name).where(
            ApiToken.offering_id == offering.id
        )
    )
    found |= {
        f"token:{row}": Source(public_id, name) for row, public_id, name in programs
    }
    return found


def count_by_hand(offering: Offering) -> list[ByHand]:
    """Count check-ins by hand that hold, by user and segment: two queries.

    Signed sheets and decisions on held scans are none.
    """
    rows = db.session.scalars(
        sa.select(Correction).where(
            Correction.offering_id == offering.id,
            Correction.kind.in_([CorrectionKind.CHECK_IN, CorrectionKind.VOID]),
        )
    ).all()
    voided = voided_sources(map(attendance.correction_fact, rows))
    groups: dict[tuple[int, int], list[datetime]] = {}
    for row in rows:
        is_by_hand = (
            row.kind is CorrectionKind.CHECK_IN
            and row.scan_uid is None
            and row.chip is not ReasonChip.SIGN_IN_SHEET
            and f"correction:{row.public_id}" not in voided
        )
        if is_by_hand and row.user_id is not None:
            groups.setdefault((row.user_id, row.segment_id), []).append(row.made_at)
    users = _users({user for user, _ in groups})
    return [
        ByHand(*users[user], segment, len(made), max(made))
        for (user, segment), made in groups.items()
    ]


def _users(ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    rows = db.session.scalars(sa.select(User).where(User.id.in_(list(ids))))
    return {row.id: (row.public_id, row.name or row.email) for row in rows}


def count_in(offering: Offering) -> dict[int, int]:
    """Count who is in at each segment, by row id: one query."""
    counts: dict[int, int] = pairs_of(
        sa.select(Attendance.segment_id, sa.func.count())
        .join(Segment, Segment.id == Attendance.segment_id)
        .where(Segment.offering_id == offering.id, Attendance.first_in.is_not(None))
        .group_by(Attendance.segment_id)
    )
    return counts
