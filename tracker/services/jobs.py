"""What happens without anybody asking: the worker's loop and its jobs.

`tracker worker` runs the loop in a process of its own, `make run` in a thread.
Several may run at once: whatever a job takes, it takes under a lock or a lease.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import Flask

from tracker import clock, links, mail
from tracker.db import db, reading, retrying, writing
from tracker.errors import ConflictError
from tracker.mail import Carry, MailServerError, RefusedError
from tracker.models import Enrollment
from tracker.services import (
    certificates,
    expiry,
    jobs_admissions,
    jobs_answers,
    jobs_binders,
    jobs_reminders,
    jobs_tasks,
    outbox,
    reminders,
    retention,
    schedules,
)
from tracker.services.audit import WORKER
from tracker.services.outbox import Message

log = logging.getLogger("tracker.jobs")

TICK_SECONDS = 0.5
PAUSE_AFTER_FAULT = 15.0

Stop = threading.Event


@dataclass(frozen=True)
class Job:
    """Something to do every so many seconds; `work` commits what it does."""

    name: str
    every: float
    work: Callable[[Stop], None]


def in_one_unit(act: Callable[..., object]) -> Callable[[Stop], None]:
    """Turn `act(now=…)`, which does not commit, into a job's work."""

    def unit() -> None:
        act(now=clock.now())
        db.session.commit()

    return lambda _stop: retrying(unit)


def send_mail(stop: Stop) -> None:
    """Send what is due, one message after the other, over one connection.

    Each message is claimed and settled in transactions of its own: none is open
    while the mail server is spoken to. When `stop` is set, the current message
    is finished and the rest stays. Without a mail server, mail is shown in the
    terminal on a local machine, and waits elsewhere.

    Raises:
        MailServerError: the server is not there; what was claimed waits.
    """
    settings = links.settings()
    is_possible = settings.mail_url is not None or settings.is_local
    if not is_possible or not _is_mail_due():
        return
    with mail.carrier(settings.mail_url, settings.mail_sender) as carry:
        while not stop.is_set() and (message := retrying(_claim)):
            _deliver(message, carry)


def _is_mail_due() -> bool:
    with reading():
        is_due = outbox.has_due(now=clock.now())
        db.session.close()
    return is_due


def _claim() -> Message | None:
    message = outbox.claim(now=clock.now())
    db.session.commit()
    return message


def _deliver(message: Message, carry: Carry) -> None:
    try:
        carry(message)
    except RefusedError as error:
        _put_back(message, str(error), is_final=error.is_final)
    except MailServerError as error:
        _put_back(message, str(error), is_final=False)
        raise
    else:
        retrying(partial(_settle, partial(outbox.settle_sent, message)))


def _put_back(message: Message, reason: str, *, is_final: bool) -> None:
    settle = partial(outbox.settle_failed, message, reason, is_final=is_final)
    retrying(partial(_settle, settle))


def _settle(settle: Callable[..., None]) -> None:
    settle(now=clock.now())
    db.session.commit()


# What each offering looked like when nobody was left whose certificate is due.
_seen: dict[int, tuple[str, int]] = {}


def issue_certificates(stop: Stop) -> None:
    """Issue what has become due, each certificate in a unit of its own.

    They are typeset before the transaction that issues them, so that nobody at
    a door waits for a page to be drawn; that transaction asks the gate again.
    """
    for enrollment_id, drafted in _draft_due():
        if stop.is_set():
            return
        retrying(partial(_issue, enrollment_id, drafted))


def _draft_due() -> list[tuple[int, certificates.Draft]]:
    """Typeset what is due in every offering that has changed since it was looked at."""
    drafts = []
    now = clock.now()
    with reading():
        for offering, waiting_count in certificates.find_waiting():
            schedule = schedules.schedule_of(offering)
            state = schedules.state_tag(offering.id, schedule, now=now), waiting_count
            if _seen.get(offering.id) == state:
                continue
            found = [
                _draft(each, now)
                for each in certificates.find_due(offering, now=now).due
            ]
            drafts += [each for each in found if each is not None]
            if not drafts:
                _seen[offering.id] = state
        db.session.close()
    return drafts


def _draft(
    enrollment: Enrollment, now: datetime
) -> tuple[int, certificates.Draft] | None:
    """Typeset one certificate; None where no font here has the name's characters.

    The coordinator's page says so; the others are not kept waiting.
    """
    try:
        return enrollment.id, certificates.draft_of(enrollment, now=now)
    except ConflictError:
        log.warning("A certificate could not be typeset; see the certificates' page.")
        return None


def _issue(enrollment_id: int, drafted: certificates.Draft) -> None:
    enrollment = db.session.get_one(Enrollment, enrollment_id)
    certificates.issue(enrollment, actor=WORKER, now=clock.now(), drafted=drafted)
    db.session.commit()


JOBS = (
    Job("mail", every=1, work=send_mail),
    Job("tasks", every=1, work=jobs_tasks.work_on_tasks),
    Job("certificates", every=2, work=issue_certificates),
    Job("seats", every=5, work=jobs_admissions.move_seats),
    Job("answers", every=60, work=jobs_answers.close_due),
    Job("follow-ups", every=60, work=in_one_unit(reminders.invite_to_follow_ups)),
    Job("binders", every=60, work=jobs_binders.delete_expired),
    Job("reminders", every=60, work=jobs_reminders.send_reminders),
    Job("retention", every=3600, work=in_one_unit(retention.forget_applications)),
    Job("expiry", every=3600, work=in_one_unit(expiry.delete_expired)),
)


def run_job(app: Flask, job: Job, stop: Stop) -> float:
    """Run a job in a context of its own; return the seconds until the next time.

    Whatever goes wrong is logged by its kind only, because texts of errors may
    hold names and addresses, and does not stop the loop.
    """
    with app.app_context(), writing():
        try:
            job.work(stop)
        except MailServerError as error:
            log.warning("The mail server does not answer: %s", error)
            return PAUSE_AFTER_FAULT
        except Exception as error:  # noqa: BLE001 - the loop outlives any job
            log.error("The job %s failed: %s", job.name, type(error).__name__)  # noqa: TRY400 - the traceback may hold values
            return max(job.every, PAUSE_AFTER_FAULT)
        finally:
            db.session.rollback()
    return job.every


def run_once(app: Flask, stop: Stop) -> None:
    """Run every job, due or not, unless `stop` is set meanwhile."""
    for job in JOBS:
        if not stop.is_set():
            run_job(app, job, stop)


def run(app: Flask, stop: Stop) -> None:
    """Run every job whenever it is due, until `stop` is set."""
    next_at = dict.fromkeys(JOBS, 0.0)
    while not stop.is_set():
        for job in JOBS:
            if next_at[job] <= time.monotonic() and not stop.is_set():
                next_at[job] = run_job(app, job, stop) + time.monotonic()
        stop.wait(TICK_SECONDS)


def start_thread(app: Flask) -> Callable[[], None]:
    """Run the loop beside the server, and return what ends it.

    The thread dies with its process; ending it properly lets the current
    message be finished.
    """
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(app, stop), name="jobs", daemon=True)
    thread.start()

    def end() -> None:
        stop.set()
        thread.join(timeout=30)

    return end
