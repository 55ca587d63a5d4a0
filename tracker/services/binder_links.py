"""A coordinator's binder: asked for, made, and downloaded once for each link."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.binders import Wish, wish_from_json
from tracker.errors import ConflictError, GoneError
from tracker.models import Offering, Task, User
from tracker.models.task import TaskKind
from tracker.services import audit, binder_files, binders, tasks
from tracker.services.binder_files import Download
from tracker.services.tasks import Progress

KEPT = timedelta(hours=24)
PREFIX = "mbin_"
BUSY = "Another binder of yours is being made. Ask again when it is there."
NOT_READY = "There is no binder to download. Ask for one."
USED = "This link was used already, or has expired. Ask for a new one."


@dataclass(frozen=True)
class Known:
    """A coordinator's newest binder; `is_ready`: it can be downloaded."""

    progress: Progress
    wish: Wish
    is_ready: bool
    was_downloaded: bool
    digest: str
    expires_at: datetime | None


def ask(offering: Offering, wish: Wish, *, user: User, now: datetime) -> Task:
    """Ask for a binder; the one before of the same coordinator is then let go.

    Asked twice before it is made, it is made once.

    Raises:
        NotFoundError, InvalidError: nobody or nothing of that id is here.
        ConflictError: another one of theirs is being made.
    """
    binders.check(offering, wish)
    task = tasks.ask(offering, TaskKind.BINDER, wish.as_json(), user=user, now=now)
    if task.parameters != wish.as_json():
        raise ConflictError(BUSY)
    return task


def find_known(offering: Offering, user: User, *, now: datetime) -> Known | None:
    """Return how far somebody's newest binder is; None where none was asked for."""
    task = tasks.find_newest(offering, TaskKind.BINDER, user)
    if task is None:
        return None
    return Known(
        progress=tasks.progress_of(task, now=now),
        wish=wish_from_json(task.parameters),
        is_ready=_is_ready(task, now),
        was_downloaded=task.downloaded_at is not None,
        digest=(task.file_digest or b"").hex(),
        expires_at=task.expires_at,
    )


def _is_ready(task: Task, now: datetime) -> bool:
    is_kept = task.expires_at is not None and task.expires_at > now
    return is_kept and binder_files.is_there(task.public_id)


def make_link(offering: Offering, *, user: User, now: datetime) -> str:
    """Return the secret of a new link to one's newest binder; earlier ones end.

    Raises:
        ConflictError: there is none to download.
    """
    task = _newest_locked(offering, user)
    if task is None or not _is_ready(task, now):
        raise ConflictError(NOT_READY)
    token = PREFIX + secrets.token_urlsafe(32)
    task.link_hash, task.downloaded_at = keys.token_hash(token), None
    _note("binder.link", task, offering, user, now)
    return token


def use_link(offering: Offering, token: str, *, user: User, now: datetime) -> Download:
    """Use a link up, and return what it downloads.

    Raises:
        GoneError: it is none of this coordinator's here, was used, or has expired.
    """
    task = _newest_locked(offering, user)
    is_live = task is not None and _is_ready(task, now) and task.downloaded_at is None
    if task is None or not is_live or task.link_hash != keys.token_hash(token):
        raise GoneError(USED)
    download = binder_files.open_download(task.public_id)
    if download is None:
        raise GoneError(USED)
    task.downloaded_at = now
    _note("binder.download", task, offering, user, now)
    return download


def _newest_locked(offering: Offering, user: User) -> Task | None:
    task = tasks.find_newest(offering, TaskKind.BINDER, user)
    if task is None:
        return None
    return db.session.scalar(
        sa.select(Task)
        .where(Task.id == task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _note(
    action: str, task: Task, offering: Offering, user: User, now: datetime
) -> None:
    details = {"task": task.public_id, "sha256": (task.file_digest or b"").hex()}
    audit.record(audit.actor_of(user), action, details, offering, now=now)
