"""The cookies by which a browser is known: signed in, or waiting for a code."""

from datetime import datetime, timedelta

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker import access
from tracker.db import db
from tracker.models import Person, User
from tracker.services import limits, sessions, sign_in

# Where each kind of person goes after signing in; never taken from a request.
PARTICIPANT_HOME = "participant.home"
ROOM = "room_check_in.resume"
STAFF_HOME = "instructor.home"
DOOR = "door.scan"
FRONT_PAGE = "public.schedule"


def begin_session(
    token: str, home: str, lifetime: timedelta, now: datetime
) -> Response:
    """Begin a session that goes on at one of our own pages."""
    return begin_session_at(token, url_for(home), lifetime, now)


def begin_session_at(
    token: str, address: str, lifetime: timedelta, now: datetime
) -> Response:
    """Hand a new session's token out and commit; the browser's former session ends.

    The server's row decides how long the session lasts, the cookie only how long
    the browser keeps it.
    """
    sessions.end_session(session_token(), now=now)
    db.session.commit()
    response = redirect(address, 303)
    set_cookie(response, access.session_cookie_name(), token, lifetime)
    forget_cookie(response, code_cookie_name())
    return response


def begin_staff_session(user: User, now: datetime) -> Response:
    """Sign a member of staff in, and go to their offerings, or back to the door."""
    token = sessions.begin_session(user, now=now)
    return begin_session(token, staff_home(), sessions.STAFF_SESSION, now)


def staff_home() -> str:
    """Name where staff go: back to the door page, where that asked them to sign in."""
    return DOOR if request.args.get("back") == "door" else STAFF_HOME


def begin_code_session(owner: Person | User, now: datetime) -> Response:
    """Sign in who has typed the code: a participant, or an instructor."""
    token = sign_in.begin_session(owner, now=now)
    if isinstance(owner, User):
        return begin_session(token, STAFF_HOME, sessions.STAFF_SESSION, now)
    home = ROOM if room_cookie_name() in request.cookies else PARTICIPANT_HOME
    return begin_session(token, home, sessions.PARTICIPANT_SESSION_LIMIT, now)


def session_token() -> str:
    """Return what the browser sent as its session, or nothing."""
    return request.cookies.get(access.session_cookie_name(), "")


def code_cookie_name() -> str:
    """Name the cookie that binds a code to the browser that asked for it."""
    return f"{access.session_cookie_name()}-code"


def ticket_cookie_name() -> str:
    """Name the cookie of who asked for a code to apply with."""
    return f"{access.session_cookie_name()}-apply"


def room_cookie_name() -> str:
    """Name the cookie of who scanned the room's code and had to sign in first."""
    return f"{access.session_cookie_name()}-room"


def network() -> str:
    """Name the caller's network, for the limits that stand behind all others."""
    return limits.network(request.remote_addr)


def go(endpoint: str) -> Response:
    """Redirect to one of our own pages after a POST."""
    return redirect(url_for(endpoint), 303)


def set_cookie(response: Response, name: str, value: str, lifetime: timedelta) -> None:
    """Set a cookie that no script reads and no other site's form sends."""
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path="/",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def forget_cookie(response: Response, name: str) -> None:
    """Delete a cookie that `set_cookie` set."""
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.delete_cookie(
        name, path="/", secure=is_secure, httponly=True, samesite="Lax"
    )
