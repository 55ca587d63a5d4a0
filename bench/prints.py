"""What is printed: certificates as they are issued, and badge sheets."""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bench.cpu import counted
from bench.databases import new_database
from bench.figures import Figure, Goal, Limit
from bench.stage import Stage, running, set_stage
from tracker import qr
from tracker.db import db
from tracker.models import Attendance, Enrollment, EvaluationReceipt, Offering, Segment
from tracker.services import (
    certificate_document,
    certificates,
    gates,
    rosters,
    schedules,
)
from tracker.services.audit import WORKER

CERTIFICATES = 40
WARM_UP = 2
BADGES = 500


def issued(engine: str) -> Iterator[Figure]:
    """Issue certificates that are due: gate, page, audit, the mail queued, commit."""
    now = datetime.now(UTC)
    with new_database(engine) as database, running(database):
        stage = set_stage(CERTIFICATES + WARM_UP, is_past=True)
        due = _attended(stage)
        _issue(due[:WARM_UP], now)
        with counted([os.getpid()]) as spent:
            _issue(due[WARM_UP:], now)
        with counted([os.getpid()]) as pages:
            _typeset(due[WARM_UP:], now)
    rate = CERTIFICATES / spent.seconds
    limit = Limit("typesetting alone", CERTIFICATES / pages.seconds)
    least = Goal(40, is_least=True)
    yield Figure("certificates, per core", engine, rate, "/s", limit, least)


def _attended(stage: Stage) -> Sequence[Enrollment]:
    """Let everybody have been in every segment and have sent the evaluation."""
    due = db.session.scalars(sa.select(Enrollment).order_by(Enrollment.id)).all()
    segments = db.session.scalars(sa.select(Segment.id).order_by(Segment.number)).all()
    rows = [
        {
            "enrollment_id": each.id,
            "segment_id": segment,
            "in_count": 1,
            "first_in": starts_at,
            "first_source": f"scan:{segment}-{each.id}",
            "last_in": starts_at,
        }
        for each in due
        for segment, starts_at in zip(segments, stage.starts.values(), strict=True)
    ]
    db.session.execute(sa.insert(Attendance), rows)
    receipts = [{"enrollment_id": each.id} for each in due]
    db.session.execute(sa.insert(EvaluationReceipt), receipts)
    db.session.commit()
    return due


def _issue(due: Sequence[Enrollment], now: datetime) -> None:
    for each in due:
        certificates.issue(each, actor=WORKER, now=now)
        db.session.commit()


def _typeset(due: Sequence[Enrollment], now: datetime) -> None:
    """Only set the same pages again; nothing is asked or stored."""
    schedule = schedules.schedule_of(due[0].offering)
    basis = gates.basis_of(schedule, gates.gate(due[0], now=now, schedule=schedule))
    for each in due:
        certificate_document.typeset(
            each, schedule, basis, serial="MC1-0000", now=now + timedelta(seconds=1)
        )


def badges(engine: str) -> Iterator[Figure]:
    """Print the badge sheets of 500 people, from the database to the PDF."""
    now = datetime.now(UTC)
    with new_database(engine) as database, running(database):
        stage = set_stage(BADGES)
        offering = db.session.scalars(sa.select(Offering)).one()
        started = time.perf_counter()
        rows = rosters.list_passes(offering, actor=WORKER, now=now)
        rosters.badges_pdf(offering, rows)
        seconds = time.perf_counter() - started
        qr.symbol.cache_clear()
        started = time.perf_counter()
        for code in stage.passes:
            qr.svg(code)
        symbols = time.perf_counter() - started
    limit = Limit("QR symbols alone", symbols)
    name = f"badge sheets for {BADGES}"
    yield Figure(name, engine, seconds, "s", limit, Goal(5))
