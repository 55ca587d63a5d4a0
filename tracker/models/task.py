"""Long work that somebody asked for, done in the background."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, SealedJSON, choice, intpk, public_id
from tracker.models.offering import Offering
from tracker.models.staff import User


class TaskKind(StrEnum):
    """What is to be done."""

    ISSUE = "issue"
    BINDER = "binder"


class Task(Base):
    """One piece of long work: who asked, how far it is, what came of it.

    The worker takes it under a lease, so that one that dies is resumed by the
    next. `link_hash` is of the one-time token that downloads a finished file,
    which lies sealed in the instance folder under `public_id` until
    `expires_at`. `parameters` are the kind's own; `error` is a plain sentence.
    """

    __tablename__ = "tasks"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    kind: Mapped[TaskKind] = mapped_column(choice(TaskKind, "task_kind"))
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    parameters: Mapped[dict[str, Any]] = mapped_column(SealedJSON("tasks.parameters"))
    made_at: Mapped[datetime]
    total_count: Mapped[int | None]
    done_count: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(Sealed("tasks.error"))
    file_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    link_hash: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), unique=True)
    expires_at: Mapped[datetime | None]
    downloaded_at: Mapped[datetime | None]

    offering: Mapped[Offering] = relationship()
    user: Mapped[User] = relationship()
