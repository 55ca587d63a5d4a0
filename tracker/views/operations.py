"""For who runs the server: is it up, is it ready."""

import hmac

import sqlalchemy as sa
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from tracker import access, clock, links, problems
from tracker.db import db
from tracker.errors import NotFoundError, UnavailableError
from tracker.services import database, metrics

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
@access.public
@problems.for_programs
def healthz() -> ResponseReturnValue:
    """Say that the process is up."""
    return {"status": "up"}


@bp.get("/readyz")
@access.public
@problems.for_programs
def readyz() -> ResponseReturnValue:
    """Say whether the database answers and its schema is current."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError as error:
        raise UnavailableError("The database does not answer.") from error
    if not database.is_current():
        raise UnavailableError(
            "The database is behind its migrations: run tracker upgrade."
        )
    return {"status": "ready"}


@bp.get("/metrics")
@access.public
@problems.for_programs
def show_metrics() -> ResponseReturnValue:
    """Give figures to who watches the server: on this machine, or with the token."""
    if not (access.is_local_caller() or _has_metrics_token()):
        raise NotFoundError
    text = metrics.read_metrics(now=clock.now())
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _has_metrics_token() -> bool:
    wanted = links.settings().metrics_token
    kind, _, sent = request.headers.get("Authorization", "").partition(" ")
    if not wanted or kind.casefold() != "bearer":
        return False
    return hmac.compare_digest(sent.strip().encode(), wanted.encode())
