"""Files that staff have given and not confirmed yet."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, SealedBytes, intpk, public_id


class PendingFile(Base):
    """A file to import, kept between its upload and the word that imports it.

    No list names it: only who has uploaded it has its address. It is deleted once it
    is imported or discarded, and by the worker after two hours.
    """

    __tablename__ = "pending_files"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    content: Mapped[bytes] = mapped_column(SealedBytes("pending_files.content"))
    uploaded_at: Mapped[datetime]
