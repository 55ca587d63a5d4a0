"""What is printed: certificates as they are issued, and badge sheets."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.cpu import counted
from bench.databases import new_database
from bench.figures import Figure, Goal, Limit
from bench.stage import Stage, running, set_stage
from tests.signing import make_signing
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
    """Issue certificates that are due: gate, page, audit, the mail queued, commit.

    Half of them unsigned, then half as a host with a signing certificate does.
    """
    now = datetime.now(UTC)
    with new_database(engine) as database, running(database) as app:
        half = CERTIFICATES + WARM_UP
        due = _attended(set_stage(2 * half, is_past=True))
        plain = _rate_of_issuing(due[:half], now)
        with counted([os.getpid()]) as pages:
            _typeset(due[WARM_UP:half], now)
        with TemporaryDirectory() as folder:
            files = make_signing(Path(folder))
            settings = replace(app.extensions["settings"], signing=files)
            app.extensions["settings"] = settings
            signed = _rate_of_issuing(due[half:], now)
    limit = Limit("typesetting alone", CERTIFICATES / pages.seconds)
    for name, rate, goal in (
        ("certificates, per core", plain, 40),
        ("signed certificates, per core", signed, 15),
    ):
        yield Figure(name, engine, rate, "/s", limit, Goal(goal, is_least=True))


def _rate_of_issuing(due: Sequence[Enrollment], now: datetime) -> float:
    _issue(due[:WARM_UP], now)
    with counted([os.getpid()]) as spent:
        _issue(due[WARM_UP:], now)
    return CERTIFICATES / spent.seconds


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
