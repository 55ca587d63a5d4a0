"""Who may call what: closed by default.

Every endpoint declares its audience with one of the decorators below, or the
application refuses to start (trust.md, I13). The guard runs before each request
and answers for another offering's things as for things that do not exist (I12).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request

from tracker import clock
from tracker.config import is_local_host
from tracker.db import transaction_mode
from tracker.errors import ForbiddenError, NotFoundError, SignInRequiredError
from tracker.models import Enrollment, Offering, Person, User
from tracker.models.access import TokenScope
from tracker.models.staff import Role
from tracker.services import instructing, sessions, tokens, watching
from tracker.services.tokens import Caller
from tracker.services.watching import Watched

View = TypeVar("View", bound=Callable[..., Any])
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Audience(StrEnum):
    """Kinds of callers an endpoint may be for."""

    PUBLIC = "public"
    PARTICIPANT = "participant"
    STAFF = "staff"
    ADMIN = "admin"
    TOKEN = "token"  # noqa: S105 - a kind, not a secret


@dataclass(frozen=True)
class Access:
    """What an endpoint declares. `roles` empty: any member of staff.

    `takes_revoked` lets a revoked device hand in what it still holds. `is_polled`
    endpoints are asked each second: one statement says whether that is allowed,
    and the view calls `load_watched` if it needs the user and the offering.
    `takes_codes` endpoints are open to instructors signed in by a mailed code, who
    see the own segments only: the view asks `current_own`.
    """

    audience: Audience
    roles: frozenset[Role] = frozenset()
    scope: TokenScope | None = None
    takes_revoked: bool = False
    is_polled: bool = False
    takes_codes: bool = False


def _declare(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.__access__ = access  # type: ignore[attr-defined]  # read by the guard
        return view

    return declare


public = _declare(Access(Audience.PUBLIC))
participant = _declare(Access(Audience.PARTICIPANT))
admin = _declare(Access(Audience.ADMIN))


def staff(
    *roles: Role, is_polled: bool = False, takes_codes: bool = False
) -> Callable[[View], View]:
    """Allow staff; with roles, only who holds one of them in the offering `code`."""
    return _declare(
        Access(
            Audience.STAFF,
            roles=frozenset(roles),
            is_polled=is_polled,
            takes_codes=takes_codes,
        )
    )


def token(
    scope: TokenScope | None, *, takes_revoked: bool = False
) -> Callable[[View], View]:
    """Allow programs and devices whose bearer token has `scope` (None: any)."""
    return _declare(Access(Audience.TOKEN, scope=scope, takes_revoked=takes_revoked))


def declared_access(app: Flask, endpoint: str) -> Access | None:
    """Return what an endpoint declares; None where it says nothing."""
    return getattr(app.view_functions[endpoint], "__access__", None)


def init_app(app: Flask) -> None:
    """Declare Flask's own static endpoint and install the guard."""
    if "static" in app.view_functions:
        public(app.view_functions["static"])
    app.before_request(_begin)
    app.before_request(_guard)
    app.teardown_request(_end)


def refuse_undeclared(app: Flask) -> None:
    """Stop the start where an endpoint does not say who may call it."""
    silent = [e for e in app.view_functions if declared_access(app, e) is None]
    if silent:
        raise RuntimeError(
            f"endpoints without declared access: {', '.join(sorted(silent))}"
        )


def _begin() -> None:
    """GET and HEAD read in transactions that refuse writes (trust.md, I15)."""
    g.mode_token = transaction_mode.set(
        "read" if request.method in SAFE_METHODS else "write"
    )


def _end(_error: BaseException | None) -> None:
    mode_token = g.pop("mode_token", None)
    if mode_token is not None:
        transaction_mode.reset(mode_token)


def _guard() -> None:
    if request.endpoint is None:
        return
    access = declared_access(current_app, request.endpoint)
    if access is None:
        raise NotFoundError
    _refuse_other_sites(access)
    _GUARDS[access.audience](access)


def _refuse_other_sites(access: Access) -> None:
    """Refuse a form that another site sends with our cookie (beside the CSRF token)."""
    if request.method in SAFE_METHODS or access.audience is Audience.TOKEN:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None and site not in {"same-origin", "none"}:
        raise ForbiddenError("This form was sent from another site.")
    if origin and _host_of(origin) != request.host:
        raise ForbiddenError("This form was sent from another site.")


def _host_of(origin: str) -> str | None:
    """Return host and port of an origin; None where it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _load_session() -> None:
    """Look the session cookie up once per request."""
    if "sign_in" not in g:
        g.sign_in = sessions.find_session(
            request.cookies.get(session_cookie_name(), ""), now=clock.now()
        )


def session_cookie_name() -> str:
    """Name the cookie; `__Host-` binds it to this host where https allows that."""
    return "__Host-muster" if current_app.config["SESSION_COOKIE_SECURE"] else "muster"


def _allow_public(_access: Access) -> None:
    _load_session()


def _allow_participant(_access: Access) -> None:
    _load_session()
    person = find_person()
    if person is None:
        raise SignInRequiredError
    code = (request.view_args or {}).get("code")
    if code is not None:
        g.enrollment = sessions.get_enrollment(person, code)


def _allow_staff(access: Access) -> None:
    if access.is_polled:
        _allow_watching(access)
    else:
        _load_staff(access)


def _allow_watching(access: Access) -> None:
    """Allow a poll in one statement; the full guard says why not."""
    token = request.cookies.get(session_cookie_name(), "")
    code = (request.view_args or {})["code"]
    found = watching.find_watched(token, code, access.roles, now=clock.now())
    if found is None:
        _load_staff(access)
        if not is_by_code():
            raise NotFoundError
        found = watching.watch(current_offering())
    g.watched = found


def load_watched() -> None:
    """Load the user and the offering of a polled endpoint, which has changed."""
    declared = declared_access(current_app, request.endpoint or "")
    if declared is None or not declared.is_polled:
        raise NotFoundError
    _load_staff(declared)


def _load_staff(access: Access) -> None:
    _load_session()
    user = find_user()
    if user is None:
        raise SignInRequiredError
    code = (request.view_args or {}).get("code")
    if is_by_code():
        _load_own(access, user, code)
    elif code is not None:
        g.offering, g.roles = sessions.get_offering_of(user, code)
        if access.roles and not user.is_admin and not (access.roles & g.roles):
            raise ForbiddenError


def _load_own(access: Access, user: User, code: str | None) -> None:
    """Open the own segments to an instructor signed in by a code, and only now.

    Another segment's address answers like one that does not exist; once no segment
    is open any more, the session opens nothing.
    """
    own = instructing.list_own(user, now=clock.now())
    if not own:
        raise SignInRequiredError
    if code is not None:
        g.offering, _ = sessions.get_offering_of(user, code)
        g.own, g.roles = own.get(g.offering.id), frozenset({Role.INSTRUCTOR})
        number = (request.view_args or {}).get("number")
        if g.own is None or (number is not None and number not in g.own):
            raise NotFoundError
    if not access.takes_codes:
        raise ForbiddenError("With a code you see your own segments, and only those.")


def _allow_admin(_access: Access) -> None:
    _load_session()
    user = find_user()
    if user is None:
        raise SignInRequiredError
    if not user.is_admin or is_by_code():
        raise NotFoundError


def _allow_token(access: Access) -> None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    caller = tokens.find_caller(secret.strip()) if kind.casefold() == "bearer" else None
    if caller is None or (caller.is_revoked and not access.takes_revoked):
        raise SignInRequiredError("This needs a valid bearer token.")
    code = (request.view_args or {}).get("code")
    if code is not None and code != caller.offering_code:
        raise NotFoundError
    if access.scope is not None and caller.scope is not access.scope:
        raise ForbiddenError("This token has another scope.")
    g.caller = caller


_GUARDS = {
    Audience.PUBLIC: _allow_public,
    Audience.PARTICIPANT: _allow_participant,
    Audience.STAFF: _allow_staff,
    Audience.ADMIN: _allow_admin,
    Audience.TOKEN: _allow_token,
}


def find_user() -> User | None:
    """Return the signed-in member of staff, if there is one."""
    sign_in = g.get("sign_in")
    return sign_in.user if sign_in else None


def find_person() -> Person | None:
    """Return the signed-in participant, if there is one."""
    sign_in = g.get("sign_in")
    return sign_in.person if sign_in else None


def current_user() -> User:
    """Return the signed-in member of staff; the guard has seen to it."""
    user = find_user()
    if user is None:
        raise SignInRequiredError
    return user


def current_person() -> Person:
    """Return the signed-in participant; the guard has seen to it."""
    person = find_person()
    if person is None:
        raise SignInRequiredError
    return person


def current_offering() -> Offering:
    """Return the offering of the address, which the guard has opened for this user."""
    offering: Offering = g.offering
    return offering


def is_by_code() -> bool:
    """Say whether an instructor is signed in by a mailed code."""
    sign_in = g.get("sign_in")
    return bool(sign_in and sign_in.is_by_code)


def current_own() -> frozenset[int] | None:
    """Return the numbers of the segments that may be seen; None: all of them."""
    own: frozenset[int] | None = g.get("own")
    return own


def current_watched() -> Watched:
    """Return what a polled endpoint may watch; the guard has seen to it."""
    watched: Watched = g.watched
    return watched


def current_enrollment() -> Enrollment:
    """Return the signed-in participant's enrollment in the address's offering."""
    enrollment: Enrollment = g.enrollment
    return enrollment


def current_caller() -> Caller:
    """Return the program or device behind the bearer token."""
    caller: Caller = g.caller
    return caller


def has_role(*roles: Role) -> bool:
    """Say whether the signed-in user holds one of `roles` in this offering."""
    user = find_user()
    is_admin = user is not None and user.is_admin and not is_by_code()
    return is_admin or bool(set(roles) & g.get("roles", set()))


def is_local_caller() -> bool:
    """Say whether the request comes from this very machine, not through a proxy."""
    forwarded = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")
    is_direct = not any(name in request.headers for name in forwarded)
    return is_direct and is_local_host(request.remote_addr or "")
