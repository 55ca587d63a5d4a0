"""Figures for monitoring, in Prometheus' text format; counts only, nobody's data."""

import resource
from collections.abc import Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.scans import Outcome
from tracker.models import Certificate, OutboxMessage, Scan
from tracker.services import database

Sample = tuple[str, float]


def read_metrics(*, now: datetime) -> str:
    """Return every figure with what it means.

    They are read from the database, so that any of several processes answers
    alike; those that begin with `process_` are the answering process's own.
    """
    blocks = [*_outbox(now), _scans(), _certificates(), _schema(), *_process()]
    return "\n".join(blocks) + "\n"


def _block(name: str, kind: str, meaning: str, samples: Sequence[Sample]) -> str:
    lines = [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{labels} {value:.15g}" for labels, value in samples]
    return "\n".join(lines)


def _gauge(name: str, meaning: str, value: float) -> str:
    return _block(name, "gauge", meaning, [("", value)])


def _outbox(now: datetime) -> Iterator[str]:
    waits = sa.and_(OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))
    waiting, oldest, failed = db.session.execute(
        sa.select(
            sa.func.count().filter(waits),
            sa.func.min(OutboxMessage.created_at).filter(waits),
            sa.func.count(OutboxMessage.failed_at),
        )
    ).one()
    age = (now - oldest).total_seconds() if waiting else 0
    yield _gauge("muster_outbox_waiting", "Mails not sent yet.", waiting)
    yield _gauge(
        "muster_outbox_oldest_seconds", "How long the oldest of them has waited.", age
    )
    yield _gauge("muster_outbox_failed", "Mails given up in 30 days.", failed)


def _scans() -> str:
    rows = db.session.execute(
        sa.select(Scan.outcome, sa.func.count()).group_by(Scan.outcome)
    )
    counts = dict(rows.all())
    samples = [(f'{{outcome="{each}"}}', counts.get(each, 0)) for each in Outcome]
    return _block("muster_scans_total", "counter", "Scans by outcome.", samples)


def _certificates() -> str:
    live = sa.select(sa.func.count()).where(
        Certificate.revoked_at.is_(None), Certificate.superseded_at.is_(None)
    )
    return _gauge(
        "muster_certificates_live",
        "Certificates neither revoked nor superseded.",
        db.session.scalar(live) or 0,
    )


def _schema() -> str:
    return _gauge(
        "muster_schema_current",
        "1 where the database has every migration.",
        database.is_current(),
    )


def _process() -> Iterator[str]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield _block(
        "process_cpu_seconds_total",
        "counter",
        "CPU time of this process.",
        [("", used.ru_utime + used.ru_stime)],
    )
