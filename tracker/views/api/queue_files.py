"""POST …/queue-file: a device hands in what another one has saved."""

from dataclasses import asdict

from flask import Response, jsonify, request

from tracker import access, clock
from tracker.db import db
from tracker.models.access import TokenScope
from tracker.services import catalogue, queue_files
from tracker.views.api.blueprint import bp


@bp.post("/offerings/<code>/queue-file")
@access.token(TokenScope.CHECK_IN)
def hand_in_file(code: str) -> Response:
    """Record the scans and undos of a file, as those of the device that saved it."""
    now = clock.now()
    handed = queue_files.prepare(
        catalogue.get_offering(code),
        request.get_data(),
        actor=queue_files.actor_of(access.current_caller()),
        now=now,
        is_vouched_for=False,
    )
    db.session.commit()  # the scan path works in a transaction of its own
    done = queue_files.record(handed, now=now)
    db.session.commit()
    return jsonify(asdict(done))
