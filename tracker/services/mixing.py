"""Closing a batch: its answers are opened together, mixed, and its key destroyed.

Two steps, in this order (trust.md, Evaluation):

1. `close`, in one transaction: with five answers or more all are opened, shuffled
   and stored as released ones; with fewer they are withheld for good. Either way
   the sealed ones are deleted and the batch is marked as closed.
2. `destroy_keys`, after the commit: the space of the sealed answers is vacuumed
   where the engine keeps deleted rows, then the private key's file is removed.

A crash before the commit leaves the old state: every answer sealed, and its key
in place. A crash at any later point leaves a closed batch whose key file is still
there. The file is the mark that something is left to do: whoever runs next (each
closing, and the worker every minute) finds it and does step 2 again, which does
no harm twice. The key never goes before the commit, so no answer is lost; and as
the sealed answers are gone with the commit, the key opens nothing any more.

The released rows are one transaction's, in shuffled order and under new random
ids: neither xmin nor ctid nor rowid says which sealed one each was, while the
receipts keep the order in which people answered, which so leads nowhere.
"""

import json
import logging
import secrets
from contextlib import closing
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from tracker import links
from tracker.db import db
from tracker.errors import ConflictError
from tracker.models import (
    Offering,
    PaperResponse,
    Response,
    ResponseBatch,
    SealedResponse,
)
from tracker.services import audit, batches, sealing

log = logging.getLogger("tracker.mixing")

LEAST = 5
"""Answers of fewer people are never shown (trust.md, I11)."""

AT_ONCE = 50  # sealed answers in memory: three megabytes


def close(batch: ResponseBatch, *, actor: audit.Actor, now: datetime) -> bool:
    """Mix a batch's answers and release them, or withhold fewer than five for good.

    False where it had been closed before, also by somebody else at this moment.
    The caller commits, and then calls `destroy_keys`. The audit entry holds
    counts only.

    Raises:
        ConflictError: papers are being typed into the batch; or its key is not in
            its place, or does not open an answer. Nothing is changed.
    """
    _hold(batch)
    if batch.closed_at is not None:
        return False
    _refuse_unfinished_papers(batch)
    count = count_sealed(batch)
    is_released = count >= LEAST
    if is_released:
        _release(batch)
    _forget_sealed(batch)
    batch.closed_at, batch.response_count = now, count
    batch.is_released = is_released
    _record(batch, actor, now)
    return True


def _hold(batch: ResponseBatch) -> None:
    """Lock the batch: whoever sends to it ends first; later ones go elsewhere."""
    db.session.flush()
    held = (
        sa.select(ResponseBatch).where(ResponseBatch.id == batch.id).with_for_update()
    )
    db.session.scalars(held.execution_options(populate_existing=True)).one()


def _refuse_unfinished_papers(batch: ResponseBatch) -> None:
    """Refuse while papers are sealed to the key that is about to be destroyed."""
    waiting = sa.exists().where(PaperResponse.batch_id == batch.id)
    if db.session.scalar(sa.select(waiting)):
        raise ConflictError(
            "Paper evaluations are being typed in. "
            "Store them together or discard them first."
        )


def count_sealed(batch: ResponseBatch) -> int:
    """Count the answers that wait; not to be shown while people are answering."""
    wanted = sa.select(sa.func.count()).select_from(SealedResponse)
    return db.session.scalar(wanted.where(SealedResponse.batch_id == batch.id)) or 0


def _release(batch: ResponseBatch) -> None:
    """Open all, shuffle, and insert all: nothing of the order they came in is left."""
    key = _key(batch)
    with closing(_all_sealed(batch)) as sealed:
        rows = [_opened(each, batch, key) for each in sealed]
    secrets.SystemRandom().shuffle(rows)
    db.session.execute(sa.insert(Response), rows)


def _key(batch: ResponseBatch) -> bytes:
    name = batches.key_name(batch.offering, batch.occasion, batch.number)
    folder = links.settings().evaluation_keys
    if not sealing.holds_key(folder, name, batch.public_key):
        raise ConflictError(
            "The key of these answers is not in its place, so they cannot be opened. "
            f"Whoever runs the server must put {name}.key back. Nothing was changed."
        )
    return sealing.key_path(folder, name).read_bytes()


def _all_sealed(batch: ResponseBatch) -> sa.ScalarResult[bytes]:
    return db.session.scalars(
        sa.select(SealedResponse.sealed)
        .where(SealedResponse.batch_id == batch.id)
        .order_by(SealedResponse.random_id)
        .execution_options(yield_per=AT_ONCE)
    )


def _opened(sealed: bytes, batch: ResponseBatch, key: bytes) -> dict[str, Any]:
    try:
        plain = sealing.unseal(sealed, key, batch.offering.code)
    except InvalidTag as error:
        raise ConflictError(
            "An answer does not open with its key: it was changed. Nothing was changed."
        ) from error
    said = json.loads(plain)
    return {
        "random_id": secrets.token_bytes(16),
        "batch_id": batch.id,
        "form_version": said["form"],
        "answers": said["answers"],
    }


def _forget_sealed(batch: ResponseBatch) -> None:
    db.session.execute(
        sa.delete(SealedResponse).where(SealedResponse.batch_id == batch.id)
    )


def _record(batch: ResponseBatch, actor: audit.Actor, now: datetime) -> None:
    details = {
        "occasion": batch.occasion,
        "batch": batch.number,
        "released": batch.response_count if batch.is_released else 0,
        "withheld": 0 if batch.is_released else batch.response_count,
    }
    audit.record(actor, "evaluation.close", details, batch.offering, now=now)


def destroy_keys() -> int:
    """Destroy the keys of all closed batches; return how many there were.

    Runs after the closing has committed, in no transaction that writes. Vacuuming
    first and removing the key last makes the file the mark of what is left to do.
    Where vacuuming fails (a lock), the key goes all the same: without it, what is
    left of the sealed answers on the disk opens for nobody.
    """
    folder = links.settings().evaluation_keys
    names = _names_of_closed(sealing.key_names(folder))
    if names:
        _vacuum()
    for name in names:
        sealing.destroy_key(folder, name)
    return len(names)


def _names_of_closed(names: set[str]) -> list[str]:
    """Return which of these keys belong to a batch that is closed."""
    codes = {name.partition(".")[0] for name in names}
    closed = db.session.scalars(
        sa.select(ResponseBatch)
        .join(Offering, Offering.id == ResponseBatch.offering_id)
        .where(Offering.code.in_(codes), ResponseBatch.closed_at.is_not(None))
    )
    found = {
        batches.key_name(each.offering, each.occasion, each.number) for each in closed
    }
    return sorted(found & names)


def _vacuum() -> None:
    """Free deleted rows' space on PostgreSQL; SQLite's secure_delete has zeroed it."""
    engine: Any = db.engine
    is_one_transaction = isinstance(engine, Connection)  # a test's: nothing is deleted
    if is_one_transaction or engine.dialect.name == "sqlite":
        return
    try:
        with engine.connect() as connection:
            plain = connection.execution_options(isolation_level="AUTOCOMMIT")
            plain.exec_driver_sql("SET statement_timeout = '5min'")
            try:
                plain.exec_driver_sql("VACUUM sealed_responses, paper_responses")
            finally:
                plain.exec_driver_sql("RESET statement_timeout")
    except DBAPIError as error:
        log.warning("Sealed answers were not vacuumed: %s", type(error).__name__)
