"""The worker's long work: what each kind of task does, step by committed step."""

import threading
from collections.abc import Callable
from functools import partial

import sqlalchemy as sa

from tracker import clock
from tracker.db import db, reading, retrying
from tracker.errors import ConflictError
from tracker.models import Enrollment, Offering, Task, User
from tracker.models.task import TaskKind
from tracker.services import audit, certificates, jobs_binders, tasks
from tracker.services.certificates import Draft
from tracker.services.tasks import Claim

Stop = threading.Event

STEPS_AT_ONCE = 25
"""Certificates in one turn, some three seconds; then mail has its turn."""


def work_on_tasks(stop: Stop) -> None:
    """Take one task and do a turn of it; what is left waits for the next turn."""
    if not _is_due():
        return
    if (held := retrying(_claim)) is not None:
        KINDS[held.kind](held, stop)


def _is_due() -> bool:
    with reading():
        is_due = tasks.has_due(now=clock.now())
        db.session.close()
    return is_due


def _claim() -> Claim | None:
    held = tasks.claim(now=clock.now())
    db.session.commit()
    return held


def issue_all(claimed: Claim, stop: Stop) -> None:
    """Issue what is due in an offering, each certificate in a transaction of its own.

    What a worker that died had issued is not due any more, so the next one goes on
    where it was. Each is typeset before the lock that issues it is taken.
    """
    held: Claim | None = claimed
    due = _list_due(claimed)
    held = retrying(partial(_begin, claimed, len(due)))
    problems: list[str] = []
    for done, enrollment_id in enumerate(due):
        if held is None:
            return  # another worker has it
        if stop.is_set() or done - len(problems) >= STEPS_AT_ONCE:
            retrying(partial(_release, held))
            return
        drafted, problem = _draft(enrollment_id)
        if drafted is None:
            problems += [problem] if problem else []
            continue
        held = retrying(partial(_issue, held, enrollment_id, drafted))
    if held is not None:
        retrying(partial(_finish, held, problems))


def _list_due(held: Claim) -> list[int]:
    with reading():
        offering = db.session.get_one(Offering, held.offering_id)
        found = certificates.find_due(offering, now=clock.now())
        db.session.close()
    return [each.id for each in found.due]


def _begin(held: Claim, due_count: int) -> Claim | None:
    done = db.session.get_one(Task, held.task_id, populate_existing=True).done_count
    kept = tasks.hold(held, now=clock.now(), total_count=done + due_count)
    db.session.commit()
    return kept


def _draft(enrollment_id: int) -> tuple[Draft | None, str]:
    """Typeset one; where its name cannot be printed, say whose and why."""
    with reading():
        enrollment = db.session.get_one(Enrollment, enrollment_id)
        try:
            return certificates.draft_of(enrollment, now=clock.now()), ""
        except ConflictError as error:
            return None, f"{enrollment.printed_name}: {error.message}"
        finally:
            db.session.close()


def _issue(held: Claim, enrollment_id: int, drafted: Draft) -> Claim | None:
    """Issue one and count it in the same transaction; the gate is asked again."""
    now = clock.now()
    kept = tasks.hold(held, now=now, done_count=Task.done_count + 1)
    if kept is None:
        return None
    enrollment = db.session.get_one(Enrollment, enrollment_id)
    actor = audit.actor_of(db.session.get_one(User, held.user_id))
    try:
        certificates.issue(enrollment, actor=actor, now=now, drafted=drafted)
    except ConflictError:  # not due any more: somebody was quicker than this page
        db.session.rollback()
        return held
    db.session.commit()
    return kept


def _release(held: Claim) -> None:
    tasks.release(held)
    db.session.commit()


def _finish(held: Claim, problems: list[str]) -> None:
    tasks.finish(held, problems, now=clock.now())
    db.session.execute(
        sa.update(Task)
        .where(Task.id == held.task_id)
        .values(total_count=Task.done_count + len(problems))
    )
    db.session.commit()


KINDS: dict[TaskKind, Callable[[Claim, Stop], None]] = {
    TaskKind.ISSUE: issue_all,
    TaskKind.BINDER: jobs_binders.make_binder,
}
