"""The cookies of a participant's phone in the room: which phone it is, what it saw."""

import re
import secrets
from datetime import timedelta

from flask import request
from werkzeug.wrappers import Response

from tracker import access
from tracker.services import room_grants
from tracker.views import browsers

PHONE_LIFETIME = timedelta(days=400)  # browsers keep none for longer
PHONE_BYTES = 16
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{22}")


def identity() -> str:
    """Return which phone this is, a new one where it has never been here.

    It stays the same whoever is signed in, and after signing out: one phone
    serves one participant per segment.
    """
    sent = request.cookies.get(_phone_cookie(), "")
    if WELL_FORMED.fullmatch(sent):
        return sent
    return secrets.token_urlsafe(PHONE_BYTES)


def remember(response: Response, phone: str) -> None:
    """Let the browser say the same identity next time."""
    browsers.set_cookie(response, _phone_cookie(), phone, PHONE_LIFETIME)


def kept_grant() -> str:
    """Return the grant that waits for somebody who had to sign in first, or nothing."""
    return request.cookies.get(browsers.room_cookie_name(), "")


def keep_grant(response: Response, grant: str) -> None:
    """Keep a grant while somebody signs in, as long as it lasts."""
    browsers.set_cookie(
        response, browsers.room_cookie_name(), grant, room_grants.LIFETIME
    )


def forget_grant(response: Response) -> None:
    """Forget the grant, which has been used."""
    browsers.forget_cookie(response, browsers.room_cookie_name())


def _phone_cookie() -> str:
    return f"{access.session_cookie_name()}-phone"
