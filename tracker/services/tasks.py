"""Long work: asked for once, taken under a lease, resumed by the next worker.

What is to be done is the kind's own (services/jobs_tasks.py); here is who holds it,
how far it is, and how it ended. A lease that has run out belongs to whoever takes it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from tracker.db import db
from tracker.models import Offering, Task, User
from tracker.models.task import TaskKind
from tracker.services import audit

LEASE = timedelta(seconds=60)
OF_ASKER = frozenset({TaskKind.BINDER})
"""Kinds whose outcome belongs to who asked: each person has one of them at a time."""
UNFINISHED = sa.and_(Task.finished_at.is_(None), Task.failed_at.is_(None))


@dataclass(frozen=True)
class Claim:
    """A task that is ours until `lease_until`; the moment is also the lease's name."""

    task_id: int
    kind: TaskKind
    offering_id: int
    user_id: int
    parameters: dict[str, Any]
    lease_until: datetime


@dataclass(frozen=True)
class Progress:
    """How far a task is; `state` is waiting, working, done or failed.

    `total` is None until the work has been looked at. `problems` are sentences for
    the coordinator, one a line; they may name people.
    """

    uid: str
    state: str
    done: int
    total: int | None
    made_at: datetime
    problems: tuple[str, ...]


def ask(
    offering: Offering,
    kind: TaskKind,
    parameters: dict[str, Any],
    *,
    user: User,
    now: datetime,
) -> Task:
    """Ask for a piece of work; one of its kind that is not finished is returned.

    It may have other parameters, which whoever calls then refuses. The offering's
    row is locked, so that two taps at once ask for one.
    """
    db.session.execute(
        sa.select(Offering.id).where(Offering.id == offering.id).with_for_update()
    )
    owner = user if kind in OF_ASKER else None
    if (open_one := find_open(offering, kind, owner)) is not None:
        return open_one
    task = Task(
        kind=kind,
        offering_id=offering.id,
        user_id=user.id,
        parameters=parameters,
        made_at=now,
    )
    db.session.add(task)
    db.session.flush()
    details = {"task": task.public_id, "kind": kind.value}
    audit.record(audit.actor_of(user), "task.ask", details, offering, now=now)
    return task


def find_open(
    offering: Offering, kind: TaskKind, user: User | None = None
) -> Task | None:
    """Return the offering's task of a kind that is not finished; of `user` if given."""
    return db.session.scalar(_of(offering, kind, user).where(UNFINISHED))


def find_newest(
    offering: Offering, kind: TaskKind, user: User | None = None
) -> Task | None:
    """Return the offering's task of a kind that was asked for last; likewise."""
    return db.session.scalar(_of(offering, kind, user))


def _of(offering: Offering, kind: TaskKind, user: User | None) -> sa.Select[Task]:
    wanted = sa.select(Task).where(Task.offering_id == offering.id, Task.kind == kind)
    if user is not None:
        wanted = wanted.where(Task.user_id == user.id)
    return (
        wanted.order_by(Task.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def progress_of(task: Task, *, now: datetime) -> Progress:
    """Say how far a task is, in plain values."""
    state = "waiting"
    if task.failed_at is not None:
        state = "failed"
    elif task.finished_at is not None:
        state = "done"
    elif task.lease_until is not None and task.lease_until > now:
        state = "working"
    problems = tuple((task.error or "").splitlines())
    return Progress(
        task.public_id, state, task.done_count, task.total_count, task.made_at, problems
    )


def has_due(*, now: datetime) -> bool:
    """Say whether a task waits to be taken; reads only."""
    return bool(db.session.scalar(_due(now).exists().select()))


def _due(now: datetime) -> sa.Select[int]:
    is_free = sa.or_(Task.lease_until.is_(None), Task.lease_until < now)
    return sa.select(Task.id).where(UNFINISHED, is_free)


def claim(*, now: datetime) -> Claim | None:
    """Lease the task that has waited longest, or one whose worker is gone."""
    oldest = _due(now).order_by(Task.id).limit(1).with_for_update(skip_locked=True)
    row = db.session.scalar(
        sa.update(Task)
        .where(Task.id == oldest.correlate(None).scalar_subquery())
        .values(lease_until=now + LEASE)
        .returning(Task)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if row is None:
        return None
    return Claim(
        row.id, row.kind, row.offering_id, row.user_id, row.parameters, now + LEASE
    )


def hold(held: Claim, *, now: datetime, **changes: object) -> Claim | None:
    """Write down how far it is and hold the lease on; None where it is lost.

    In the transaction of the step that was done, so that the count agrees with
    what was committed, whenever a worker dies.
    """
    until = now + LEASE
    return _write(held, until, changes)


def release(held: Claim, **changes: object) -> None:
    """Give the lease back, so that whoever comes next goes on at once."""
    _write(held, None, changes)


def finish(held: Claim, problems: list[str], *, now: datetime) -> None:
    """Write down that everything that could be done is done; say what could not."""
    _write(held, None, {"finished_at": now, "error": "\n".join(problems) or None})


def fail(held: Claim, sentence: str, *, now: datetime) -> None:
    """Write down that it cannot be done, and why."""
    _write(held, None, {"failed_at": now, "error": sentence})


def _write(
    held: Claim, until: datetime | None, changes: dict[str, object]
) -> Claim | None:
    written = db.session.scalar(
        sa.update(Task)
        .where(Task.id == held.task_id, Task.lease_until == held.lease_until)
        .values(lease_until=until, **changes)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    )
    if written is None or until is None:
        return None
    return Claim(
        held.task_id,
        held.kind,
        held.offering_id,
        held.user_id,
        held.parameters,
        until,
    )
