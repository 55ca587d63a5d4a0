"""Where finished binders lie: sealed, in the instance's folder, for a day at most.

Names are in no file of it in clear, nor in its file names.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker import links
from tracker.db import db
from tracker.models import Task
from tracker.models.task import TaskKind
from tracker.sealed_files import SealedWriter, plain_size, read_sealed
from tracker.services import tasks

SEALED = ".sealed"
DRAFT = ".draft"


class Drafted:
    """A binder that is being written; it is gone unless it is kept."""

    def __init__(self, uid: str, file: BinaryIO, path: Path) -> None:
        """Take the task's id, and the open file."""
        self.sink = SealedWriter(file, uid)
        self._uid, self._file, self._path = uid, file, path

    def finish(self) -> bytes:
        """Write the rest to the disk; return the digest of the binder in clear."""
        digest = self.sink.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        return digest

    def keep(self) -> None:
        """Put it in the place of the task's binder."""
        self._path.rename(_path(self._uid))


def _folder() -> Path:
    folder = links.settings().binders
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _path(uid: str) -> Path:
    return links.settings().binders / f"{uid}{SEALED}"


@contextmanager
def drafting(uid: str) -> Iterator[Drafted]:
    """Lend a file for a task's binder, and remove it unless it was kept.

    What an earlier worker that died left of the same task is removed first.
    """
    for left in _folder().glob(f"{uid}.*{DRAFT}"):
        left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{uid}.", suffix=DRAFT, dir=_folder())
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Drafted(uid, file, path)
    finally:
        path.unlink(missing_ok=True)


def is_there(uid: str) -> bool:
    """Say whether a task's binder lies here."""
    return _path(uid).exists()


@dataclass(frozen=True)
class Download:
    """A binder that is open for its one download; the parts come in clear."""

    size: int
    parts: Iterator[bytes]


def open_download(uid: str) -> Download | None:
    """Open a task's binder; None where it is gone.

    It is deleted once its last part was taken; where the download breaks off, it
    stays until it expires.
    """
    path = _path(uid)
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    return Download(plain_size(path.stat().st_size), _parts(uid, file, path))


def _parts(uid: str, file: BinaryIO, path: Path) -> Iterator[bytes]:
    with file:
        yield from read_sealed(file, uid)
    path.unlink(missing_ok=True)


def delete_expired(*, now: datetime) -> None:
    """Delete the files that nobody can download any more; reads the database only.

    Kept are an unfinished task's, and that of the newest binder that somebody has
    asked for in an offering, until it expires.
    """
    folder = links.settings().binders
    found = list(folder.iterdir()) if folder.is_dir() else []
    if not found:
        return
    later = aliased(Task)
    is_replaced = sa.exists().where(
        later.kind == TaskKind.BINDER,
        later.offering_id == Task.offering_id,
        later.user_id == Task.user_id,
        later.id > Task.id,
    )
    is_ready = sa.and_(
        Task.finished_at.is_not(None), Task.expires_at > now, ~is_replaced
    )
    kept = set(
        db.session.scalars(
            sa.select(Task.public_id).where(
                Task.kind == TaskKind.BINDER, sa.or_(tasks.UNFINISHED, is_ready)
            )
        )
    )
    for path in found:
        if path.name.partition(".")[0] not in kept:
            path.unlink(missing_ok=True)
