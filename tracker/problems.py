"""Errors to pages, and to `application/problem+json` (RFC 9457) for programs."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from flask import (
    Flask,
    Response,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from tracker import faults, uploads
from tracker.db import db, is_out_of_room, is_passing
from tracker.errors import (
    InvalidError,
    SignInRequiredError,
    TooManyRequestsError,
    TrackerError,
    UnavailableError,
)

View = TypeVar("View", bound=Callable[..., Any])
PAGE = "text/html"
PROGRAM_TYPES = ("application/json", "application/problem+json")

BROKEN = ("Something broke here", "This is our fault, and it was noted.")

log = logging.getLogger("tracker")
log.addFilter(faults.WithoutValues())


def init_app(app: Flask) -> None:
    """Answer every error in the caller's own form."""
    app.register_error_handler(TrackerError, _show_tracker_error)
    app.register_error_handler(CSRFError, _show_csrf_error)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(DBAPIError, _show_database_error)
    app.register_error_handler(Exception, _show_unexpected_error)


def for_programs(view: View) -> View:
    """Mark an endpoint outside the API that programs call.

    A program that does not say what it accepts is told as one what went wrong; a
    browser, which asks for text/html, still gets a page.
    """
    view.__for_programs__ = True  # type: ignore[attr-defined]  # read by wants_problem
    return view


def wants_problem() -> bool:
    """Say whether the caller is a program: an API address, or JSON asked for."""
    if request.path.startswith("/api/"):
        return True
    view = current_app.view_functions.get(request.endpoint or "")
    is_for_programs = getattr(view, "__for_programs__", False)
    offered = [*PROGRAM_TYPES, PAGE] if is_for_programs else [PAGE, *PROGRAM_TYPES]
    best = request.accept_mimetypes.best_match(offered, default=offered[0])
    return best in PROGRAM_TYPES


def problem(
    status: int,
    title: str,
    detail: str,
    errors: dict[str, str] | None = None,
    *,
    type_: str = TrackerError.type,
) -> Response:
    """Make a problem+json answer; `errors` maps JSON pointers to sentences."""
    body: dict[str, object] = {
        "type": type_,
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = [
            {"pointer": at, "detail": text} for at, text in errors.items()
        ]
    response = jsonify(body)
    response.status_code = status
    response.mimetype = "application/problem+json"
    return response


def _answer(
    status: int,
    title: str,
    message: str,
    errors: dict[str, str] | None,
    *,
    type_: str = TrackerError.type,
) -> Response:
    if wants_problem():
        return problem(status, title, message, errors, type_=type_)
    db.session.rollback()
    page = render_template("error.html", status=status, title=title, message=message)
    return Response(page, status)


def _show_tracker_error(error: TrackerError) -> ResponseReturnValue:
    if isinstance(error, SignInRequiredError) and not wants_problem():
        return _send_to_sign_in()
    errors = error.errors if isinstance(error, InvalidError) else None
    response = _answer(
        error.status_code, error.title, error.message, errors, type_=error.type
    )
    if isinstance(error, TooManyRequestsError | UnavailableError):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, SignInRequiredError):
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _send_to_sign_in() -> ResponseReturnValue:
    """Send a person to the sign-in page that is theirs."""
    is_staff = request.path.startswith("/staff")
    return redirect(
        url_for("accounts.staff_sign_in" if is_staff else "accounts.sign_in"), 303
    )


def _show_csrf_error(_error: CSRFError) -> ResponseReturnValue:
    message = (
        "This page was open for a long time. Go back, reload it, and send it again."
    )
    return _answer(400, "Please send it again", message, None)


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    title, message = _HTTP_SENTENCES.get(
        error.code, (HTTPStatus(error.code).phrase, "This request cannot be answered.")
    )
    if error.code == 413 and (most := uploads.most_bytes()):
        message = f"A file may be up to {most // 1024 // 1024} MiB here."
    response = _answer(error.code, title, message, None)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "Content-Range"}:
            response.headers[name] = value
    return response


def _show_database_error(error: DBAPIError) -> ResponseReturnValue:
    if is_passing(error):
        return _show_tracker_error(UnavailableError())
    if is_out_of_room(error):
        log.error("The database's disk takes no more, or fails; nothing was saved.")
        return _show_tracker_error(UnavailableError())
    return _show_unexpected_error(error)


def _show_unexpected_error(error: Exception) -> ResponseReturnValue:
    """Log the kind and place of the fault, never the values that met it (I19)."""
    _log(error)
    if current_app.testing:
        raise error
    return _answer(500, *BROKEN, None)


def _log(error: Exception) -> None:
    rule = request.url_rule.rule if request.url_rule else "-"
    kind, origins = type(error).__name__, faults.origins(error)
    log.error("%s at %s %s\n%s", kind, request.method, rule, origins)


def show_last_fault(error: Exception) -> Response:
    """Answer a fault of an error handler itself, without a template that may fail."""
    _log(error)
    if wants_problem():
        return problem(500, *BROKEN)
    title, message = BROKEN
    page = (
        f'<!doctype html><html lang="en"><title>{title}</title>'
        f"<h1>{title}</h1><p>{message}</p>"
    )
    return Response(page, 500)


_HTTP_SENTENCES = {
    400: ("That request was not understood", "Go back and try again."),
    404: ("Not found", "There is nothing at this address."),
    405: ("Not possible here", "This address does not take that kind of request."),
    413: ("Too large", "At most 1 MiB (and 1,000 scans) fits in one request."),
    415: ("Wrong kind of content", "This address takes application/json."),
    429: ("Please wait a moment", "There were too many requests. Try again shortly."),
}
