"""The worker's binders: each made whole in one turn, sealed, and left for its asker."""

import errno
import threading
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from tracker import clock
from tracker.db import db, reading, retrying, writing
from tracker.domain.binders import wish_from_json
from tracker.errors import ConflictError, TrackerError
from tracker.models import Offering, Task, User
from tracker.models.staff import Role
from tracker.services import (
    audit,
    binder_files,
    binder_links,
    binder_zip,
    binders,
    sessions,
    tasks,
)
from tracker.services.binder_files import Drafted
from tracker.services.binders import Contents
from tracker.services.tasks import Claim

Stop = threading.Event
NO_ROOM = "There is no room on the server's disk. Tell who runs it, then ask again."
NOT_WRITTEN = "The binder could not be written on the server. Tell who runs it."
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NOT_ALLOWED = "Who asked for it is no coordinator of this offering any more."


def make_binder(held: Claim, stop: Stop) -> None:
    """Make the binder that was asked for; whoever takes it over begins anew.

    A half of one is of no use to the next worker, so it is removed, and the count
    begins again. No transaction is open while files are written.
    """
    try:
        lease = _Lease(held)
        contents = _read(lease)
        uid = retrying(partial(_begin, lease.held, contents.file_count))
        if uid is not None:
            with binder_files.drafting(uid[0]) as drafted:
                _write(uid[1], contents, drafted, stop)
    except LeaseLostError:
        return  # another worker has it
    except TrackerError as error:
        retrying(partial(_fail, held, error.message))
    except OSError as error:
        sentence = NO_ROOM if error.errno in FULL else NOT_WRITTEN
        retrying(partial(_fail, held, sentence))


class LeaseLostError(Exception):
    """Another worker has taken the task over."""


class _Lease:
    """The task while its tables are read; between two the lease is held on."""

    def __init__(self, held: Claim) -> None:
        self.held = held

    def hold_on(self) -> None:
        """End the transaction that reads, and say that we are still at it."""
        db.session.close()
        with writing():
            kept = retrying(partial(_tell, self.held, 0))
        if kept is None:
            raise LeaseLostError
        self.held = kept


def _read(lease: _Lease) -> Contents:
    held = lease.held
    with reading():
        try:
            offering = db.session.get_one(Offering, held.offering_id)
            _refuse_strangers(db.session.get_one(User, held.user_id), offering)
            wish = wish_from_json(held.parameters)
            now = clock.now()
            return binders.read(offering, wish, now=now, pause=lease.hold_on)
        finally:
            db.session.close()


def _refuse_strangers(user: User, offering: Offering) -> None:
    _, roles = sessions.get_offering_of(user, offering.code)
    if user.disabled_at or not (user.is_admin or Role.COORDINATOR in roles):
        raise ConflictError(NOT_ALLOWED)


def _begin(held: Claim, count: int) -> tuple[str, Claim] | None:
    kept = tasks.hold(held, now=clock.now(), total_count=count, done_count=0)
    uid = db.session.get_one(Task, held.task_id).public_id
    db.session.commit()
    return (uid, kept) if kept else None


def _write(held: Claim, contents: Contents, drafted: Drafted, stop: Stop) -> None:
    """Write step by step, each told under the lease; the last one hands it over."""
    kept: Claim | None = held
    steps: Iterator[int] = binder_zip.write(contents, drafted.sink)
    for done in steps:
        if kept is None:
            return  # another worker has it
        if stop.is_set():
            retrying(partial(_release, kept))
            return
        kept = retrying(partial(_tell, kept, done))
    if kept is not None:
        retrying(partial(_finish, kept, contents, drafted, drafted.finish()))


def _tell(held: Claim, done: int) -> Claim | None:
    kept = tasks.hold(held, now=clock.now(), done_count=done)
    db.session.commit()
    return kept


def _release(held: Claim) -> None:
    tasks.release(held)
    db.session.commit()


def _finish(held: Claim, contents: Contents, drafted: Drafted, digest: bytes) -> None:
    """Put the file in its place and say that it is there, while nobody else may."""
    now = clock.now()
    kept = tasks.hold(held, now=now, file_digest=digest, expires_at=_until(now))
    if kept is None:
        db.session.rollback()
        return
    tasks.finish(kept, [], now=now)
    task = db.session.get_one(Task, held.task_id)
    binders.note(
        task.offering,
        contents.wish,
        actor=audit.actor_of(task.user),
        now=now,
        task=task.public_id,
        people=contents.people_count,
        sha256=digest.hex(),
    )
    drafted.keep()
    db.session.commit()


def _until(now: datetime) -> datetime:
    return now + binder_links.KEPT


def _fail(held: Claim, sentence: str) -> None:
    tasks.fail(held, sentence, now=clock.now())
    db.session.commit()


def delete_expired(_stop: Stop) -> None:
    """Delete the files that nobody can download any more."""
    with reading():
        binder_files.delete_expired(now=clock.now())
        db.session.close()
