"""The worker's closing of answers: by policy, late ones at five, and their keys."""

import logging
import threading
from functools import partial

from tracker import clock
from tracker.db import db, reading, retrying
from tracker.errors import ConflictError
from tracker.models import ResponseBatch
from tracker.services import closings, mixing
from tracker.services.audit import WORKER

log = logging.getLogger("tracker.jobs")


def close_due(stop: threading.Event) -> None:
    """Mix the answers that are due, each batch in a unit of its own; the worker's job.

    Then the keys are destroyed: of these batches, and of any whose closing was
    interrupted. A batch that cannot be closed does not keep the others waiting.
    """
    with reading():
        due = closings.find_due(now=clock.now())
        db.session.close()
    for batch_id in due:
        if stop.is_set():
            return
        try:
            retrying(partial(_close, batch_id))
        except ConflictError:
            db.session.rollback()
            log.warning("Answers could not be mixed; see the evaluation's page.")
    with reading():
        mixing.destroy_keys()


def _close(batch_id: int) -> None:
    batch = db.session.get_one(ResponseBatch, batch_id)
    mixing.close(batch, actor=WORKER, now=clock.now())
    db.session.commit()
