"""Long work: asked once, held under a lease, resumed where a worker has died."""

import threading
from datetime import timedelta

import pytest

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
    save,
)
from tests.views.desk import scan
from tracker.models import Enrollment, EvaluationReceipt, Task
from tracker.models.staff import Role
from tracker.models.task import TaskKind
from tracker.services import certificates, jobs_tasks, tasks
from tracker.services.audit import WORKER

EVENING = NINE_AM + timedelta(hours=9)
GO_ON = threading.Event()


@pytest.fixture
def offering(app, clock):
    clock.moment = EVENING
    offering = make_offering()
    for segment in make_day(offering, 1):
        for number in range(3):
            row = make_enrollment(offering=offering, name=f"Sample {number}")
            scan(row, segment)
            save(EvaluationReceipt(enrollment_id=row.id))
    return offering


@pytest.fixture
def task(offering, session):
    user = make_user(Role.COORDINATOR, offering)
    made = tasks.ask(offering, TaskKind.ISSUE, {}, user=user, now=EVENING)
    session.commit()
    return made


def claim(now):
    held = tasks.claim(now=now)
    assert held is not None
    return held


def issued(offering):
    return len(certificates.list_of(offering))


def progress(task, session, now=EVENING):
    fresh = session.get_one(Task, task.id, populate_existing=True)
    return tasks.progress_of(fresh, now=now)


def test_asked_twice_it_is_one_task(offering, task):
    again = tasks.ask(offering, TaskKind.ISSUE, {}, user=task.user, now=EVENING)

    assert again.id == task.id


def test_after_a_worker_has_died_the_next_goes_on_once_its_lease_has_run_out(
    offering, task, session, clock
):
    died = claim(EVENING)
    first = session.query(Enrollment).order_by(Enrollment.id).first()
    drafted = certificates.draft_of(first, now=EVENING)
    kept = tasks.hold(died, now=EVENING, done_count=Task.done_count + 1)
    certificates.issue(first, actor=WORKER, now=EVENING, drafted=drafted)
    session.commit()

    jobs_tasks.work_on_tasks(GO_ON)
    too_early = issued(offering)
    clock.moment = EVENING + tasks.LEASE + timedelta(seconds=1)
    jobs_tasks.work_on_tasks(GO_ON)

    assert (too_early, issued(offering)) == (1, 3)
    found = progress(task, session)
    assert (found.state, found.done, found.total) == ("done", 3, 3)
    assert kept is not None
    assert tasks.hold(kept, now=clock.moment, done_count=99) is None


def test_who_has_lost_the_lease_issues_nothing_more(offering, task, session, clock):
    slow = claim(EVENING)
    session.commit()
    clock.moment = EVENING + tasks.LEASE + timedelta(seconds=1)
    quick = tasks.claim(now=clock.moment)
    session.commit()

    jobs_tasks.issue_all(slow, GO_ON)

    assert quick is not None
    assert issued(offering) == 0
    jobs_tasks.issue_all(quick, GO_ON)
    assert issued(offering) == 3


def test_a_turn_ends_and_the_next_goes_on_at_once(offering, task, session, monkeypatch):
    monkeypatch.setattr(jobs_tasks, "STEPS_AT_ONCE", 2)

    seen = []
    for _ in range(3):
        jobs_tasks.work_on_tasks(GO_ON)
        found = progress(task, session)
        seen.append((found.state, found.done, found.total))

    assert seen == [("waiting", 2, 3), ("done", 3, 3), ("done", 3, 3)]


def test_a_worker_told_to_stop_gives_its_task_back(offering, task, session):
    stop = threading.Event()
    stop.set()

    jobs_tasks.work_on_tasks(stop)

    assert progress(task, session).state == "waiting"
    assert tasks.claim(now=EVENING) is not None


def test_what_is_not_due_any_more_is_left_out(offering, task, session):
    held = claim(EVENING)
    row = session.query(Enrollment).order_by(Enrollment.id).first()
    drafted = certificates.draft_of(row, now=EVENING)
    row.withdrawn_at = EVENING
    session.commit()

    assert jobs_tasks._issue(held, row.id, drafted) == held  # noqa: SLF001

    assert issued(offering) == 0
    assert progress(task, session).done == 0
